"""The Zabbix versions that a lab can run: where Debian has them, and how they differ. Pure."""

from dataclasses import dataclass

from multipath.errors import LabError
from multipath.lab.nodes import PROXIES
from multipath.lab.tools import CODENAME

RECIPE = 2
"""Raise it when what is kept in the cache changes: older caches are then not used."""

SERVER_PACKAGES = (
    "zabbix-server-pgsql",
    "zabbix-frontend-php",
    "postgresql-15",
    "postgresql-client-15",
    "php8.2-cli",
    "php8.2-common",
    "php8.2-bcmath",
    "php8.2-gd",
    "php8.2-mbstring",
    "php8.2-opcache",
    "php8.2-pgsql",
    "php8.2-xml",
    "fonts-dejavu-core",
    "fping",
    "locales",
)
PROXY_PACKAGES = ("zabbix-proxy-sqlite3",)
"""A set of its own: as packages, server and proxy exclude each other."""


_WATCH_NOTHING = "UPDATE hosts SET status = 1 WHERE host = 'Zabbix server';"


@dataclass(frozen=True, slots=True)
class Release:
    """One Zabbix version.

    Args:
        version: major and minor number.
        suite: the Debian suite that has it.
        register_proxy: SQL that registers an active proxy; ``{id}`` is free, ``{name}`` its name.
        online_proxies: SQL that counts the proxies that the server has heard of.
        server_settings: lines of zabbix_server.conf that other versions refuse.
        proxy_settings: likewise of zabbix_proxy.conf.
    """

    version: str
    suite: str
    register_proxy: str
    online_proxies: str
    server_settings: str
    proxy_settings: str

    @property
    def cache_name(self) -> str:
        """The folder in the cache that holds this version."""
        return f"{self.version}-{RECIPE}"

    @property
    def prepare_database(self) -> str:
        """SQL to run on a fresh database: the lab's proxies are known, nothing else is watched."""
        proxies = (
            self.register_proxy.format(id=20000 + number, name=node.proxy)
            for number, node in enumerate(PROXIES)
        )
        return "\n".join((_WATCH_NOTHING, *proxies))


RELEASES = {
    "7.0": Release(
        version="7.0",
        suite=f"{CODENAME}-backports",
        register_proxy=(
            "INSERT INTO proxy (proxyid, name, operating_mode) VALUES ({id}, '{name}', 0);"
            "INSERT INTO proxy_rtdata (proxyid) VALUES ({id});"
        ),
        online_proxies="SELECT count(*) FROM proxy_rtdata WHERE lastaccess > 0",
        server_settings="AllowSoftwareUpdateCheck=0",
        proxy_settings="ProxyConfigFrequency=5",
    ),
    "6.0": Release(
        version="6.0",
        suite=CODENAME,
        register_proxy=(
            "INSERT INTO hosts (hostid, host, name, status) VALUES ({id}, '{name}', '', 5);"
        ),
        online_proxies="SELECT count(*) FROM hosts WHERE status = 5 AND lastaccess > 0",
        server_settings="",
        proxy_settings="ConfigFrequency=5",
    ),
}
DEFAULT_VERSION = "7.0"


def release(version: str) -> Release:
    """Return a release by its version.

    Raises:
        LabError: a lab cannot run this version.
    """
    if version not in RELEASES:
        raise LabError(f"a lab can run Zabbix {' or '.join(RELEASES)}, not {version}")
    return RELEASES[version]
