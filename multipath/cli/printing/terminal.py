"""What all commands print with: tables and progress that also read well without a terminal."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

WIDTH_WITHOUT_TERMINAL = 100


def console(*, stderr: bool = False) -> Console:
    """Return a console; names of Zabbix objects are never taken for markup."""
    result = Console(stderr=stderr, markup=False, highlight=False, emoji=False)
    if not result.is_terminal:
        result.width = WIDTH_WITHOUT_TERMINAL
    return result


@contextmanager
def reading() -> Iterator[Callable[[float], None]]:
    """Show progress on stderr while the body runs; yields what is told the share done, 0 to 1."""
    columns = (TextColumn("reading Zabbix"), BarColumn(), TaskProgressColumn())
    with Progress(*columns, console=console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=1.0)
        yield lambda share: bar.update(task, completed=share)
