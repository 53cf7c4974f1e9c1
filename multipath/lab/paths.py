"""Where a lab keeps its things: a cache shared by all labs, and a folder of each one's own."""

import os
from dataclasses import dataclass
from pathlib import Path

from multipath.errors import LabError
from multipath.lab.nodes import check_lab_name
from multipath.lab.releases import Release

_LONGEST_SOCKET = "proxy1/zabbix_proxy_preprocessing.sock"
_MAX_SOCKET_PATH = 107  # unix(7)


def cache_root() -> Path:
    """Return the folder of unpacked packages and imported databases, by MULTIPATH_CACHE."""
    return Path(os.environ.get("MULTIPATH_CACHE", "/var/cache/multipath")).absolute() / "lab"


def state_root() -> Path:
    """Return the folder of running labs, by MULTIPATH_STATE."""
    return Path(os.environ.get("MULTIPATH_STATE", "/var/lib/multipath")).absolute() / "lab"


@dataclass(frozen=True, slots=True)
class Template:
    """What is the same for every lab of one Zabbix version; nothing in it changes."""

    folder: Path

    @classmethod
    def of(cls, release: Release) -> "Template":
        """Return the place of a release in the cache."""
        return cls(cache_root() / release.cache_name)

    @property
    def unfinished(self) -> "Template":
        """The place where it is made."""
        return Template(self.folder.with_name(f"{self.folder.name}.building"))

    @property
    def root(self) -> Path:
        """The unpacked packages."""
        return self.folder / "root"

    @property
    def cluster(self) -> Path:
        """A PostgreSQL cluster with an imported database, to copy."""
        return self.folder / "cluster"

    @property
    def locales(self) -> Path:
        """The locale that the frontend needs."""
        return self.folder / "locales"

    @property
    def frontend(self) -> Path:
        """The document root of the frontend."""
        return self.root / "usr/share/zabbix"

    def environment(self) -> dict[str, str]:
        """Return an environment in which the unpacked programs find their libraries."""
        root = self.root
        libraries = [*root.glob("usr/lib/*-linux-gnu*"), *root.glob("lib/*-linux-gnu*")]
        return {
            "PATH": f"{root}/usr/sbin:{root}/usr/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LD_LIBRARY_PATH": ":".join(map(str, libraries)),
            "LOCPATH": str(self.locales),
        }


@dataclass(frozen=True, slots=True)
class State:
    """The files of one lab; the folder exists from its ``up`` to its ``down``."""

    folder: Path

    @classmethod
    def of(cls, lab: str) -> "State":
        """Return the place of a lab, raise LabError if it cannot be named so."""
        return cls(state_root() / check_lab_name(lab))

    def make(self) -> None:
        """Make the folder, for its owner only.

        Raises:
            LabError: the paths of unix sockets in it would be too long.
        """
        if len(str(self.folder / _LONGEST_SOCKET)) > _MAX_SOCKET_PATH:
            raise LabError(
                f"{self.folder} is too long a path for unix sockets: "
                "set MULTIPATH_STATE to a shorter one"
            )
        self.folder.mkdir(mode=0o700)

    @property
    def record(self) -> Path:
        """What ``lab status`` tells; written when everything runs."""
        return self.folder / "lab.json"

    @property
    def wan_socket(self) -> Path:
        """Where the WAN is told of faults."""
        return self.folder / "wan.sock"

    @property
    def cluster(self) -> Path:
        """The lab's database."""
        return self.folder / "cluster"

    @property
    def agents(self) -> Path:
        """The folder where agents keep what waits for the server."""
        return self.folder / "agents"

    def log(self, service: str) -> Path:
        """Return the log file of a service."""
        return self.folder / f"{service}.log"
