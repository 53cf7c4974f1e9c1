"""A private PostgreSQL: made, started, asked, stopped. It listens on a unix socket only.

PostgreSQL refuses to run as root, so it runs in a user namespace in which root has another name:
its files stay root's, and no user of the machine is needed.
"""

import os
import signal
from pathlib import Path

from multipath.lab import netns
from multipath.lab.paths import Template
from multipath.lab.tools import run, wait_for

USER = DATABASE = "zabbix"
_NOT_ROOT = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")
_SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum_naptime": "5min",
    "max_connections": "200",
}
_START_S = 30.0


def make_cluster(template: Template, cluster: Path) -> None:
    """Make an empty cluster."""
    options = ("-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")
    program = _program(template, "initdb")
    run(
        *_NOT_ROOT,
        program,
        "-D",
        cluster,
        *options,
        name="initdb",
        environment=template.environment(),
    )


def start(template: Template, cluster: Path, *, namespace: str, log: Path) -> int:
    """Start the database of a cluster and return its process id when it takes connections.

    Its socket lies in the cluster's folder.

    Raises:
        LabError: it does not start; carries the end of its log.
    """
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    program = str(_program(template, "postgres"))
    command = [*_NOT_ROOT, program, "-D", str(cluster), "-k", str(cluster), *settings]
    pid = netns.spawn(namespace, command, log=log, environment=template.environment())
    status = cluster / "postmaster.pid"
    wait_for("PostgreSQL", lambda: _is_ready(status), patience_s=_START_S, pid=pid, log=log)
    return pid


def _is_ready(status: Path) -> bool:
    return status.exists() and "ready" in status.read_text(encoding="utf-8")


def query(template: Template, cluster: Path, sql: bytes, database: str = DATABASE) -> str:
    """Run SQL on a running cluster and return its rows as plain text; the first error ends it.

    Raises:
        LabError: PostgreSQL refuses; carries what it said.
    """
    options = (
        "-q",
        "-X",
        "-A",
        "-t",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        cluster,
        "-U",
        USER,
        "-d",
        database,
    )
    program = _program(template, "psql")
    return run(program, *options, environment=template.environment(), stdin=sql)


def stop(pid: int) -> None:
    """Stop a database that this process started; its files may be copied afterwards."""
    os.kill(pid, signal.SIGINT)
    os.waitpid(pid, 0)


def _program(template: Template, name: str) -> Path:
    return template.root / "usr/lib/postgresql/15/bin" / name
