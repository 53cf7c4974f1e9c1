"""The processes of a lab: each is started in its namespace and waited for until it serves."""

import socket
import sys
from dataclasses import dataclass

from multipath.lab import netns, postgres, settings
from multipath.lab.api import api_version
from multipath.lab.nodes import INFRA, NODES, PROXIES, SERVER, namespace
from multipath.lab.paths import State, Template
from multipath.lab.releases import Release
from multipath.lab.template import SOCKET_VARIABLE
from multipath.lab.tools import listens, python_environment, run, wait_for
from multipath.lab.wan import DEVICE

_START_S = 30.0
_ONLINE_S = 60.0
_QUEUE_PACKETS = "5000"


@dataclass(frozen=True, slots=True)
class Services:
    """Starts the services of one lab, in the order of these methods."""

    lab: str
    release: Release
    template: Template
    state: State

    def wan(self) -> None:
        """Join the namespaces by the emulated WAN."""
        module = [sys.executable, "-m", "multipath.lab.wan", self.lab, str(self.state.wan_socket)]
        log = self.state.log("wan")
        pid = netns.spawn(
            namespace(self.lab, INFRA), module, log=log, environment=python_environment()
        )
        path = self.state.wan_socket
        wait_for("the emulated WAN", path.exists, patience_s=_START_S, pid=pid, log=log)
        for node in NODES.values():
            here = ("-n", namespace(self.lab, node.name))
            netns.ip(*here, "address", "add", f"{node.address}/32", "dev", DEVICE)
            netns.ip(*here, "link", "set", DEVICE, "up", "txqueuelen", _QUEUE_PACKETS)
            netns.ip(*here, "route", "add", "default", "dev", DEVICE, "src", node.address)

    def database(self) -> None:
        """Start PostgreSQL on a copy of the imported cluster."""
        run("cp", "--archive", "--reflink=auto", self.template.cluster, self.state.cluster)
        where, log = namespace(self.lab, INFRA), self.state.log("postgres")
        postgres.start(self.template, self.state.cluster, namespace=where, log=log)

    def server(self) -> None:
        """Start the Zabbix server."""
        text = settings.server(self.release, self.template, self.state)
        self._zabbix("zabbix_server", SERVER.name, text)

    def proxies(self) -> None:
        """Start the Zabbix proxies."""
        for node in PROXIES:
            (self.state.folder / node.name).mkdir()
            text = settings.proxy(self.release, self.template, self.state, node)
            self._zabbix("zabbix_proxy", node.name, text)

    def wait_for_proxies(self) -> None:
        """Return when the server has heard of every proxy.

        Raises:
            LabError: it has not for a long time.
        """
        log = self.state.log(SERVER.name)
        wait_for("a Zabbix proxy", self._all_online, patience_s=_ONLINE_S, log=log)

    def _zabbix(self, program: str, node: str, configuration: str) -> None:
        file, log = self.state.folder / f"{node}.conf", self.state.log(node)
        file.write_text(configuration, encoding="utf-8")
        path = str(self.template.root / "usr/sbin" / program)
        pid = netns.spawn(
            namespace(self.lab, node),
            [path, "--foreground", "--config", str(file)],
            log=log,
            environment=self.template.environment(),
        )
        wait_for(
            f"{program} on {node}",
            lambda: listens(pid, settings.ZABBIX_PORT),
            patience_s=_START_S,
            pid=pid,
            log=log,
        )

    def frontend(self) -> str:
        """Start the frontend and the relay to it; return its URL."""
        (self.state.folder / "frontend").mkdir()
        where, log = namespace(self.lab, SERVER.name), self.state.log("frontend")
        command = settings.frontend(self.template, self.state)
        environment = {
            **self.template.environment(),
            "PHP_CLI_SERVER_WORKERS": settings.FRONTEND_WORKERS,
            SOCKET_VARIABLE: str(self.state.cluster),
        }
        pid = netns.spawn(where, command, log=log, environment=environment)
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            port = listener.getsockname()[1]
            descriptor = listener.fileno()
            relay = [
                sys.executable,
                "-m",
                "multipath.lab.relay",
                str(descriptor),
                str(settings.FRONTEND_PORT),
            ]
            netns.spawn(
                where,
                relay,
                log=self.state.log("relay"),
                environment=python_environment(),
                keep_fd=descriptor,
            )
        url = f"http://127.0.0.1:{port}"
        wait_for(
            "the frontend",
            lambda: api_version(url) is not None,
            patience_s=_START_S,
            pid=pid,
            log=log,
        )
        return url

    def _all_online(self) -> bool:
        sql = self.release.online_proxies.encode()
        return int(postgres.query(self.template, self.state.cluster, sql)) == len(PROXIES)
