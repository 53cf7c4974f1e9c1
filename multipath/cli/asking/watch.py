"""``multipath watch``: a path as it is now, in a terminal."""

import time
from pathlib import Path

import click

from multipath.cli.asking.watch_view import picture
from multipath.cli.asking.watcher import Watcher
from multipath.cli.options.connection import connection_options
from multipath.cli.printing.screen import Screen
from multipath.cli.printing.terminal import console
from multipath.errors import ConfigError
from multipath.topology.loader import load
from multipath.zabbix.profile import Profile

_REDRAW_S = 1.0


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@connection_options
def watch(file: Path, zabbix: Profile) -> None:
    """Show the path of the topology in FILE as it is now, until q or Ctrl-C.

    A small map of its edges with RTT, loss and the RTTs of the latest cycles, the verdict, and the
    routes. It needs a terminal; 80 columns and 24 lines are enough.

    \b
    Example:
      multipath watch topologies/sh-la.yaml --profile lab
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    out = console()
    (topology,) = load([file])
    with Watcher(zabbix, topology) as watcher:
        watcher.latest()  # what goes wrong now is told on the screen that was there before
        if not out.is_terminal:
            raise ConfigError("watch draws on a terminal; for programs there is diagnose --json")
        try:
            with Screen(out) as screen:
                while not screen.ended(_REDRAW_S):
                    screen.draw(picture(out, watcher.latest(), time.time()))
        except KeyboardInterrupt:
            return
