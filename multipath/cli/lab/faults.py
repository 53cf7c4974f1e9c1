"""``multipath lab fault`` and ``heal``: break the emulated WAN, and mend it."""

import difflib
from collections.abc import Callable, Iterable
from typing import Any

import click

from multipath.cli.options.params import DURATION, PERCENT
from multipath.errors import LabError
from multipath.lab import lab as labs
from multipath.lab.control import from_json, to_json
from multipath.lab.nodes import DEFAULT_LAB, check_lab_name
from multipath.lab.segments import SEGMENTS, Direction, Fault, Impairment
from multipath.topology.units import format_duration


def name_option(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the option that says which lab."""
    return click.option(
        "--name",
        default=DEFAULT_LAB,
        show_default=True,
        callback=lambda _context, _option, value: check_lab_name(value),
        help="Which lab; several can be up at once.",
    )(command)


def known(kind: str, name: str, names: Iterable[str]) -> str:
    """Return the name if it is one of these.

    Raises:
        LabError: it is not; tells the nearest ones.
    """
    names = list(names)
    if name in names:
        return name
    near = difflib.get_close_matches(name, names)
    hint = f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(names)}"
    raise LabError(f"the lab has no {kind} {name!r}; {hint}")


@click.command()
@click.argument("segment")
@click.option("--loss", type=PERCENT, default="0%", help="Round trips without an answer: 30%.")
@click.option("--delay", type=DURATION, default="0ms", help="Added to the RTT: 80ms.")
@click.option("--jitter", type=DURATION, default="0ms", help="The RTT varies by ± this: 20ms.")
@click.option("--reorder", type=PERCENT, default="0%", help="Round trips out of order: 5%.")
@click.option("--duplicate", type=PERCENT, default="0%", help="Round trips answered twice: 5%.")
@click.option("--down", is_flag=True, help="Nothing passes.")
@click.option(
    "--direction",
    type=click.Choice([str(direction) for direction in Direction]),
    default=str(Direction.BOTH),
    show_default=True,
    help="Only packets to or from the node; of a middle: along or against its arrow.",
)
@name_option
def fault(segment: str, name: str, direction: str, **amounts: Any) -> None:
    """Break a segment of the WAN, on top of what it does by itself.

    SEGMENT is a node for its side (la, zabbix-sh, proxy1, proxy2), or a pair for the private
    middle between two ('zabbix-sh>la'). Amounts are per round trip. A second fault of the same
    segment and direction takes the place of the first.

    \b
    Example:
      multipath lab fault la --loss 30% --delay 80ms
      multipath lab fault 'zabbix-sh>la' --down
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    known("segment", segment, SEGMENTS)
    impairment = Impairment(
        delay_s=amounts["delay"],
        jitter_s=amounts["jitter"],
        loss_percent=amounts["loss"],
        reorder_percent=amounts["reorder"],
        duplicate_percent=amounts["duplicate"],
        down=amounts["down"],
    )
    if impairment == Impairment():
        raise LabError(
            "which fault? Give --loss, --delay, --jitter, --reorder, --duplicate, --down"
        )
    new = Fault(segment, impairment, Direction(direction))
    print_faults(labs.ask_wan(name, {"set": to_json(new)})["faults"])


@click.command()
@click.argument("segment", required=False)
@name_option
def heal(segment: str | None, name: str) -> None:
    """Take the faults of a segment away, or all.

    \b
    Example:
      multipath lab heal la
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    if segment is not None:
        known("segment", segment, SEGMENTS)
    print_faults(labs.ask_wan(name, {"heal": segment})["faults"])


def print_faults(faults: Iterable[dict[str, Any]]) -> None:
    """Print the faults that a lab's WAN tells, one a line."""
    lines = [_describe(from_json(fault)) for fault in faults]
    click.echo("\n".join(lines) or "no faults")


def _describe(fault: Fault) -> str:
    amounts = fault.impairment
    said = {
        "delay": amounts.delay_s and format_duration(amounts.delay_s),
        "jitter": amounts.jitter_s and f"±{format_duration(amounts.jitter_s)}",
        "loss": amounts.loss_percent and f"{amounts.loss_percent:g}%",
        "reorder": amounts.reorder_percent and f"{amounts.reorder_percent:g}%",
        "duplicate": amounts.duplicate_percent and f"{amounts.duplicate_percent:g}%",
    }
    words = [f"{name} {amount}" for name, amount in said.items() if amount]
    if amounts.down:
        words.append("down")
    way = "" if fault.direction is Direction.BOTH else f" ({fault.direction} only)"
    return f"fault on {fault.segment}{way}: {', '.join(words)}"
