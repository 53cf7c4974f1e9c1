"""The configuration files and command lines of a lab's services. Pure."""

from pathlib import Path

from multipath.lab import postgres
from multipath.lab.nodes import SERVER, LabNode
from multipath.lab.paths import State, Template
from multipath.lab.releases import Release

ZABBIX_PORT = 10051
FRONTEND_PORT = 8080
FRONTEND_WORKERS = "4"

_COMMON = """\
AllowRoot=1
LogType=console
FpingLocation={root}/usr/bin/fping
Fping6Location={root}/usr/bin/fping6
SocketDir={folder}
PidFile={folder}/{name}.pid
ListenPort={port}
StartDiscoverers=1
StartPollersUnreachable=1
Timeout=4
"""

_SERVER = """\
DBHost={cluster}
DBName={database}
DBUser={user}
CacheUpdateFrequency=1
CacheSize=128M
StartDBSyncers=2
StartEscalators=1
StartLLDProcessors=1
StartPollers=2
StartPreprocessors=2
StartProxyPollers=0
StartTrappers=5
"""

_PROXY = """\
Server={server}
Hostname={proxy}
DBName={database}
DataSenderFrequency=1
StartPollers=1
StartPreprocessors=1
StartTrappers=2
"""

_PHP_EXTENSIONS = (
    "bcmath",
    "ctype",
    "dom",
    "fileinfo",
    "gd",
    "gettext",
    "iconv",
    "mbstring",
    "pgsql",
    "simplexml",
    "sockets",
    "xml",
    "xmlreader",
    "xmlwriter",
)
"""Each is loaded after those that it needs."""


def server(release: Release, template: Template, state: State) -> str:
    """Return zabbix_server.conf."""
    own = _SERVER.format(cluster=state.cluster, database=postgres.DATABASE, user=postgres.USER)
    return _common("server", template.root, state.folder) + own + release.server_settings + "\n"


def proxy(release: Release, template: Template, state: State, node: LabNode) -> str:
    """Return zabbix_proxy.conf of the proxy on a node; its folder is its own."""
    folder = state.folder / node.name
    own = _PROXY.format(server=SERVER.address, proxy=node.proxy, database=folder / "proxy.db")
    return _common("proxy", template.root, folder) + own + release.proxy_settings + "\n"


def _common(name: str, root: Path, folder: Path) -> str:
    return _COMMON.format(name=name, root=root, folder=folder, port=ZABBIX_PORT)


def frontend(template: Template, state: State) -> list[str]:
    """Return the command of PHP's own web server with the frontend."""
    temporary = state.folder / "frontend"
    php = {
        "extension_dir": template.root / "usr/lib/php/20220829",
        "zend_extension": "opcache",
        "opcache.validate_timestamps": 0,
        "date.timezone": "UTC",
        "max_execution_time": 300,
        "max_input_time": 300,
        "memory_limit": "128M",
        "post_max_size": "16M",
        "upload_max_filesize": "2M",
        "session.save_path": temporary,
        "sys_temp_dir": temporary,
    }
    options = [f"-d{name}={value}" for name, value in php.items()]
    options += [f"-dextension={name}" for name in _PHP_EXTENSIONS]
    program = str(template.root / "usr/bin/php8.2")
    address = f"127.0.0.1:{FRONTEND_PORT}"
    return [program, "-n", *options, "-S", address, "-t", str(template.frontend)]
