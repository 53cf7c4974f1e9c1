"""Debian packages, downloaded and unpacked into a folder; nothing is installed.

Apt runs with a configuration of its own beside the machine's: own lists, own archive folder, and
the machine's record of what is installed, so that it downloads what is missing only.
"""

import os
from collections.abc import Sequence
from pathlib import Path

from multipath.errors import LabError
from multipath.lab import aptsources
from multipath.lab.releases import PROXY_PACKAGES, SERVER_PACKAGES, Release
from multipath.lab.tools import CODENAME, run

_APT = Path("/etc/apt")
_TEMPORARY = "tmp"

_CONFIGURATION = """\
#clear APT::Update::Post-Invoke;
#clear APT::Update::Post-Invoke-Success;
Dir::Etc::sourcelist "{folder}/lab.sources";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferences "{folder}/preferences";
Dir::Etc::preferencesparts "/dev/null";
Dir::State::lists "{folder}/lists";
Dir::Cache "{folder}";
Dir::Cache::archives "{folder}/archives";
Acquire::Languages "none";
Acquire::Retries "3";
APT::Update::Error-Mode "any";
"""

# Apt forks, and changes its user, which makes it forget that it is to die with its parent. So
# the parent is a shell, the first process of a process namespace: with it all others in there end.
_TOGETHER = ("unshare", "--pid", "--fork", "--kill-child", "sh", "-c", '"$0" "$@"; exit $?')

# Priorities above 1000 make apt take what the archive has, even where the machine's is newer:
# only what the archive has can be downloaded.
_PREFERENCES = """\
Package: *
Pin: release n={codename}-backports
Pin-Priority: 1

Package: *
Pin: release n={codename}*
Pin-Priority: 1001

Package: zabbix-*
Pin: release n={suite}
Pin-Priority: 1002
"""


def unpack(release: Release, work: Path, root: Path) -> None:
    """Download a release's packages into ``work`` and unpack them into ``root``.

    Raises:
        LabError: the machine's sources are of no use, or apt or dpkg fails.
    """
    configuration = _configure(release, work)
    _apt(configuration, "update")
    for packages in (SERVER_PACKAGES, PROXY_PACKAGES):
        _download(configuration, packages)
        _check(work / "archives", packages)
    root.mkdir()
    for archive in sorted((work / "archives").glob("*.deb")):
        run("dpkg", "-x", archive, root)


def _configure(release: Release, work: Path) -> Path:
    """Write apt's private configuration and return its path."""
    sources = aptsources.for_lab(machine_sources(), CODENAME, release.suite)
    if not sources:
        raise LabError(f"no source of Debian {CODENAME} main is configured in {_APT}")
    for folder in ("lists/partial", "archives/partial"):
        (work / folder).mkdir(parents=True)
    (work / _TEMPORARY).mkdir()
    (work / _TEMPORARY).chmod(0o1777)  # apt verifies signatures as a user of its own
    (work / "lab.sources").write_text(sources, encoding="utf-8")
    preferences = _PREFERENCES.format(codename=CODENAME, suite=release.suite)
    (work / "preferences").write_text(preferences, encoding="utf-8")
    configuration = work / "apt.conf"
    configuration.write_text(_CONFIGURATION.format(folder=work), encoding="utf-8")
    return configuration


def machine_sources() -> list[aptsources.Stanza]:
    """Return the archives that this machine uses."""
    stanzas: list[aptsources.Stanza] = []
    parts = _APT / "sources.list.d"
    for file in (_APT / "sources.list", *sorted(parts.glob("*.list"))):
        if file.exists():
            stanzas += aptsources.parse_one_line(file.read_text(encoding="utf-8"))
    for file in sorted(parts.glob("*.sources")):
        stanzas += aptsources.parse_deb822(file.read_text(encoding="utf-8"))
    return stanzas


def _download(configuration: Path, packages: Sequence[str]) -> None:
    _apt(
        configuration,
        "install",
        "--yes",
        "--download-only",
        "--reinstall",
        "--allow-downgrades",
        "--allow-change-held-packages",
        "--no-install-recommends",
        *packages,
    )


def _apt(configuration: Path, *arguments: str) -> None:
    environment = {**os.environ, "TMPDIR": str(configuration.parent / _TEMPORARY)}
    command: tuple[str | Path, ...] = (*_TOGETHER, "apt-get", "-c", configuration, "-q", *arguments)
    run(*command, name=f"apt-get {arguments[0]}", environment=environment)


def _check(archives: Path, packages: Sequence[str]) -> None:
    missing = [name for name in packages if not any(archives.glob(f"{name}_*.deb"))]
    if missing:
        raise LabError(f"apt did not download {', '.join(missing)}")
