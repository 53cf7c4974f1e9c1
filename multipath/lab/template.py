"""What all labs of a Zabbix version share: made once, kept in the cache."""

import fcntl
import gzip
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from multipath.errors import LabError
from multipath.lab import netns, packages, postgres
from multipath.lab.paths import Template, cache_root
from multipath.lab.releases import RELEASES, Release
from multipath.lab.tools import run

Progress = Callable[[str], None]

SOCKET_VARIABLE = "MULTIPATH_LAB_DATABASE"
"""The environment variable that tells the frontend which lab's database is its own."""

_FRONTEND_CONFIGURATION = f"""\
<?php
$DB['TYPE'] = 'POSTGRESQL';
$DB['SERVER'] = getenv('{SOCKET_VARIABLE}');
$DB['PORT'] = '5432';
$DB['DATABASE'] = '{postgres.DATABASE}';
$DB['USER'] = '{postgres.USER}';
$DB['PASSWORD'] = '';
$DB['SCHEMA'] = '';
$DB['ENCRYPTION'] = false;
$ZBX_SERVER = '127.0.0.1';
$ZBX_SERVER_PORT = '10051';
$ZBX_SERVER_NAME = 'multipath lab';
$IMAGE_FORMAT_DEFAULT = IMAGE_FORMAT_PNG;
"""
_LOCALE = "en_US.UTF-8"
_IMPORTS = ("schema", "images", "data")


def ensure(release: Release, namespace: str, progress: Progress) -> Template:
    """Return the template of a release; make it first if the cache has none.

    Args:
        release: the Zabbix version.
        namespace: the network namespace that a database may run in meanwhile.
        progress: told what goes on.

    Raises:
        LabError: packages cannot be had, or the database cannot be made.
    """
    template = Template.of(release)
    if template.folder.exists():
        return template
    with _locked(fcntl.LOCK_EX):
        if not template.folder.exists():
            building = template.unfinished
            _discard(building.folder)
            building.folder.mkdir()
            try:
                _build(release, building, namespace, progress)
                building.folder.rename(template.folder)
            finally:
                _discard(building.folder)
    return template


def discard_unfinished() -> None:
    """Remove what a killed ``up`` left half-made in the cache, but not what one is making now."""
    if not cache_root().exists():
        return
    with suppress(BlockingIOError), _locked(fcntl.LOCK_EX | fcntl.LOCK_NB):
        for release in RELEASES.values():
            _discard(Template.of(release).unfinished.folder)


def purge() -> None:
    """Remove the whole cache.

    Raises:
        LabError: a lab of this machine may use it.
    """
    labs = netns.running_labs()
    if labs:
        raise LabError(f"the cache is in use: take down {', '.join(labs)} first")
    _discard(cache_root())
    with suppress(OSError):  # not empty, or not there
        cache_root().parent.rmdir()


@contextmanager
def _locked(how: int) -> Iterator[None]:
    """Be the only one who changes the cache; the lock ends with the process that holds it.

    Raises:
        BlockingIOError: another one does, and ``how`` says not to wait.
    """
    cache_root().mkdir(parents=True, exist_ok=True)
    with (cache_root() / "lock").open("w") as lock:
        fcntl.flock(lock, how)
        yield


def _discard(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _build(release: Release, template: Template, namespace: str, progress: Progress) -> None:
    work = template.folder / "work"
    work.mkdir()
    progress(f"downloading Zabbix {release.version}, PostgreSQL and PHP from Debian's archive")
    packages.unpack(release, work, template.root)
    progress("making the locale and the frontend's configuration")
    _make_locale(template)
    _point_frontend(template)
    progress("importing Zabbix's database (kept for the next time)")
    _import_database(release, template, namespace, work / "postgres.log")
    shutil.rmtree(work)


def _make_locale(template: Template) -> None:
    """Make the one locale that Zabbix's graph pictures insist on."""
    template.locales.mkdir()
    environment = {**template.environment(), "I18NPATH": str(template.root / "usr/share/i18n")}
    target = template.locales / _LOCALE
    run("localedef", "-i", "en_US", "-f", "UTF-8", target, environment=environment)


def _point_frontend(template: Template) -> None:
    """Make Debian's frontend read a configuration of its own instead of the machine's."""
    source = template.frontend / "include/classes/core/CConfigFile.php"
    text = source.read_text(encoding="utf-8")
    ours = text.replace("'/etc/zabbix/zabbix.conf.php'", "__DIR__.'/../../../conf/zabbix.conf.php'")
    if ours == text:
        raise LabError(f"{source} does not name its configuration file as expected")
    source.write_text(ours, encoding="utf-8")
    configuration = template.frontend / "conf/zabbix.conf.php"
    configuration.write_text(_FRONTEND_CONFIGURATION, encoding="utf-8")


def _import_database(release: Release, template: Template, namespace: str, log: Path) -> None:
    postgres.make_cluster(template, template.cluster)
    pid = postgres.start(template, template.cluster, namespace=namespace, log=log)
    create = f"CREATE DATABASE {postgres.DATABASE}".encode()
    postgres.query(template, template.cluster, create, database="postgres")
    folder = template.root / "usr/share/zabbix-server-pgsql"
    for name in _IMPORTS:
        sql = gzip.decompress((folder / f"{name}.sql.gz").read_bytes())
        postgres.query(template, template.cluster, sql)
    postgres.query(template, template.cluster, release.prepare_database.encode())
    # Without statistics the API's queries for each object take 150 ms instead of 1.
    postgres.query(template, template.cluster, b"ANALYZE")
    postgres.stop(pid)
