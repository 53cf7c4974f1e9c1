"""TLS with a real Zabbix proxy: by certificates and by a key that both sides know."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from multipath import names
from multipath.lab.nodes import PROXIES, SERVER, namespace
from multipath.lab.paths import Template
from multipath.lab.releases import release
from multipath.lab.tools import python_environment
from multipath.zabbix.client import Client
from tests.agent.interpreters import interpreters
from tests.certificates import Pair, authority, signed
from tests.conftest import Lab
from tests.system.steps import eventually

pytestmark = pytest.mark.lab

PORT = 10061
KEY = "0123456789abcdef" * 4
PROXY = """\
Server={server}
Hostname=secured
ListenPort={port}
DBName={folder}/secured.db
SocketDir={folder}
PidFile={folder}/secured.pid
LogType=console
AllowRoot=1
User=root
ProxyConfigFrequency=1
DataSenderFrequency=1
StartPollers=1
StartTrappers=2
TLSConnect=unencrypted
TLSCAFile={ca}
TLSCertFile={certificate}
TLSKeyFile={key}
"""
UNENCRYPTED, BY_KEY, BY_CERTIFICATE = "1", "2", "4"


@dataclass
class Secured:
    """A real Zabbix proxy that has a certificate, and what agents need to talk with it."""

    lab: Lab
    admin: Client
    folder: Path
    ours: Pair
    agents: Pair
    strangers: Pair
    proxyid: str

    @contextmanager
    def host(self, name: str, accept: str) -> Iterator[str]:
        """Make a host that may come this way only, with one item; yield the item's id."""
        (group,) = self.admin.get("hostgroup", output=["groupid"], filter={"name": "Linux servers"})
        host = {"host": name, "groups": [group], "monitored_by": "1", "proxyid": self.proxyid}
        key = {"tls_psk_identity": name, "tls_psk": KEY} if accept == BY_KEY else {}
        (hostid,) = self.admin.call("host.create", [{**host, **key, "tls_accept": accept}])[
            "hostids"
        ]
        item = {"hostid": hostid, "name": "ping", "key_": names.KEY_AGENT_PING, "delay": "1s"}
        item |= {"type": "7", "value_type": "3"}
        try:
            yield self.admin.call("item.create", [item])["itemids"][0]
        finally:
            self.admin.call("host.delete", [hostid])

    def by_certificate(self, own: Pair, **more: str) -> list[str]:
        settings = {
            "tls-connect": "cert",
            "tls-ca-file": str(self.ours.certificate),
            "tls-cert-file": str(own.certificate),
            "tls-key-file": str(own.key),
            **more,
        }
        return [word for name, value in settings.items() for word in (f"--{name}", value)]

    def by_key(self, identity: str, key: str = KEY) -> list[str]:
        file = self.folder / "agent.psk"
        file.write_text(key + "\n")
        file.chmod(0o600)
        words = ("--tls-connect", "psk", "--tls-psk-identity", identity)
        return [*words, "--tls-psk-file", str(file)]

    @contextmanager
    def agent(self, hostname: str, *tls: str, python: str = sys.executable) -> Iterator[Path]:
        """Run an agent beside the proxy; yield its log."""
        command = [python, "-m", "multipath", "agent", "run", "--refresh", "1s"]
        if python != sys.executable:
            command = [python, str(self.folder / "multipath-agent.pyz"), "run", "--refresh", "1s"]
        where = ["--server", f"127.0.0.1:{PORT}", "--hostname", hostname, "--state", "none"]
        inside = ["ip", "netns", "exec", namespace(self.lab.name, PROXIES[0].name)]
        log = self.folder / "agent.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [*inside, *command, *where, *tls], stderr=file, env=python_environment()
            )
        try:
            yield log
            words = Path(f"/proc/{process.pid}/cmdline").read_bytes()
            assert KEY.encode() not in words + log.read_bytes()
        finally:
            process.terminate()
            process.wait(10)

    def values(self, itemid: str) -> int:
        return int(self.admin.get("history", itemids=itemid, history=3, countOutput=True))


@pytest.fixture(scope="module")
def secured(
    bare: Lab, admin: Client, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Secured]:
    folder = tmp_path_factory.mktemp("secured")
    folder.chmod(0o755)
    ours, others = authority(folder, "ours"), authority(folder, "others")
    own = signed(folder, "zabbix", ours)
    template = Template.of(release("7.0"))
    configuration = folder / "secured.conf"
    configuration.write_text(
        PROXY.format(
            server=SERVER.address,
            port=PORT,
            folder=folder,
            ca=ours.certificate,
            certificate=own.certificate,
            key=own.key,
        )
    )
    (proxyid,) = admin.call("proxy.create", [{"name": "secured", "operating_mode": "0"}])[
        "proxyids"
    ]
    inside = ["ip", "netns", "exec", namespace(bare.name, PROXIES[0].name)]
    program = str(template.root / "usr/sbin/zabbix_proxy")
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*inside, program, "--foreground", "--config", str(configuration)],
            stdout=log,
            stderr=log,
            env=template.environment(),
        )
    try:
        agents, strangers = signed(folder, "agent", ours), signed(folder, "stranger", others)
        yield Secured(bare, admin, folder, ours, agents, strangers, proxyid)
    finally:
        process.terminate()
        process.wait(30)
        admin.call("proxy.delete", [proxyid])


def test_certificates(secured: Secured) -> None:
    issuer, subject = "CN=ours,O=Example\\, Inc.", "CN=zabbix,O=Example"
    names_of = {"tls-server-cert-issuer": issuer, "tls-server-cert-subject": subject}
    with secured.host("by-certificate", BY_CERTIFICATE) as itemid:
        with secured.agent("by-certificate", *secured.by_certificate(secured.agents, **names_of)):
            eventually("values", lambda: secured.values(itemid) >= 2)
        wrong = {"tls-server-cert-subject": "CN=other"}
        for own, more, sentence in (
            (secured.agents, wrong, f"has the subject '{subject}', not 'CN=other'"),
            (secured.strangers, {}, "cannot fetch the configuration: "),
        ):
            with secured.agent("by-certificate", *secured.by_certificate(own, **more)) as log:
                eventually(sentence, lambda: "cannot fetch" in log.read_text())
                assert sentence in log.read_text()
                assert "info added" not in log.read_text()


def test_a_key_that_both_know(secured: Secured, tmp_path: Path) -> None:
    with secured.host("by-key", BY_KEY) as itemid:
        with secured.agent("by-key", *secured.by_key("by-key")):
            eventually("values", lambda: secured.values(itemid) >= 2)
        for identity, key in (("another", KEY), ("by-key", KEY[::-1])):
            with secured.agent("by-key", *secured.by_key(identity, key)) as log:
                eventually("refused", lambda: "cannot fetch" in log.read_text())
                assert "no TLS with 127.0.0.1:10061: " in log.read_text()
                assert "info added" not in log.read_text()
        with secured.agent("by-key") as log:
            refusal = 'connection of type "unencrypted" is not allowed'
            eventually("refused", lambda: refusal in log.read_text())


def test_a_key_on_every_python_that_has_it_built_in(secured: Secured) -> None:
    found = {version: path for version, path in interpreters().items() if int(version[2:]) >= 13}
    archive = secured.folder / "multipath-agent.pyz"
    build = [sys.executable, "-m", "multipath", "agent", "build", "-o", str(archive)]
    subprocess.run(build, check=True, capture_output=True)
    for version, python in found.items():
        with (
            secured.host(f"by-key-{version}", BY_KEY) as itemid,
            secured.agent(f"by-key-{version}", *secured.by_key(f"by-key-{version}"), python=python),
        ):
            eventually(f"values by {version}", lambda: secured.values(itemid) >= 2)
