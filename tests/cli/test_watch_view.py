"""What ``watch`` draws fits its terminal, whatever the path."""

from io import StringIO

import pytest
from rich.cells import cell_len
from rich.console import Console

from multipath.cli.asking.watch_view import picture
from multipath.cli.asking.watcher import Seen
from multipath.diagnosis.detours import Leg, routes
from multipath.diagnosis.locate import locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health
from multipath.diagnosis.timeline import Phase
from multipath.report.snapshot import Beat, EdgeNow, Snapshot
from multipath.topology.edges import edges
from multipath.topology.model import Node, Topology
from tests.report.makers import CYCLE_S, NOON_S

RTT_S = 0.1


def topology(proxies: int, prefix: str = "proxy", language: str = "en") -> Topology:
    named = tuple(f"{prefix}{number}" for number in range(1, proxies + 1))
    places = ("office", "shop", *named)
    nodes = {name: Node(address=f"192.0.2.{at}") for at, name in enumerate(places, 1)}
    return Topology(
        name="watched",
        description="An office to a shop",
        source="office",
        target="shop",
        proxies=named,
        nodes=nodes,
        language="zh" if language == "zh" else "en",
    )


def snapshot(
    watched: Topology, ill: str = "", *, advised: str | None = "", silent: bool = False
) -> Snapshot:
    """Return a path on which a segment is down, or nothing is ill."""
    path = Path.of(watched)
    healths = tuple(
        Health.DOWN if ill in path.crossed(edge) else Health.GOOD for edge in range(len(path.edges))
    )
    times = range(NOON_S - 60 * CYCLE_S, NOON_S, CYCLE_S)
    shown = tuple(
        EdgeNow(
            edge,
            health,
            ()
            if silent
            else tuple(
                Beat(at, 100.0, None) if health is Health.DOWN else Beat(at, 0.0, RTT_S)
                for at in times
            ),
        )
        for edge, health in zip(edges(watched), healths, strict=True)
    )
    legs = [Leg(None, 1) if health is Health.DOWN else Leg(RTT_S, 0) for health in healths]
    phase = Phase(NOON_S - 90, NOON_S, healths, locate(path, healths))
    return Snapshot(watched, NOON_S, shown, None if silent else phase, routes(path, legs), advised)


def drawn(
    seen: Snapshot, width: int = 80, height: int = 24, trouble: str = "", later_s: float = 0.0
) -> list[str]:
    out = Console(file=StringIO(), width=width, height=height, force_terminal=True)
    with out.capture() as captured:
        out.print(picture(out, Seen(seen, trouble), NOON_S + later_s))
    plain = Console(file=StringIO(), width=width, color_system=None)
    with plain.capture() as text:
        plain.print(picture(out, Seen(seen, trouble), NOON_S + later_s))
    assert "\x1b" in captured.get()
    return text.get().splitlines()


@pytest.mark.parametrize("width", [40, 60, 80, 132, 250])
@pytest.mark.parametrize("height", [8, 24, 60])
@pytest.mark.parametrize("proxies", [0, 1, 2, 5, 30])
def test_it_fits_any_terminal(proxies: int, height: int, width: int) -> None:
    watched = topology(proxies)
    lines = drawn(snapshot(watched, ill="shop"), width, height)
    assert len(lines) == height
    assert max(map(cell_len, lines)) <= width


@pytest.mark.parametrize("proxies", [1, 2, 7])
def test_the_ends_of_the_map_stand_below_each_other(proxies: int) -> None:
    lines = drawn(snapshot(topology(proxies)))
    assert lines[2].startswith("office ─")
    assert lines[2].endswith("─ shop")
    map_lines = [line for line in lines if line.startswith(("  ├", "  └", "  │"))]
    assert {cell_len(line.rstrip()) for line in map_lines} == {78}


def test_each_edge_has_its_rtt_its_loss_and_its_bars() -> None:
    lines = drawn(snapshot(topology(2), ill="proxy1"))
    (first,) = [line for line in lines if "proxy1 ─" in line]
    (second,) = [line for line in lines if "proxy2 ─" in line]
    assert "④         – 100.0 % ×××××" in first
    assert "⑤  100.0 ms   0.0 % ▁▁▁▁▁" in second
    assert "③  100.0 ms   0.0 % ▁▁▁▁▁" in second


def test_the_verdict_is_told_with_its_begin() -> None:
    lines = drawn(snapshot(topology(2), ill="shop"))
    text = "\n".join(lines)
    assert "● shop's side: all three vantages get no answer from shop" in text
    assert ", 1 min 30 s" in text


def test_a_verdict_in_chinese_fits_as_well() -> None:
    lines = drawn(snapshot(topology(2, language="zh"), ill="shop"), width=40)
    assert any("shop 一侧：全部 3 个观测点" in line for line in lines)
    assert max(map(cell_len, lines)) <= 40


@pytest.mark.parametrize(
    ("ill", "advised", "expected"),
    [
        ("", "", {"direct": "advised, best now", "via-proxy1": "", "via-proxy2": ""}),
        (
            "office>shop",
            "proxy2",
            {
                "direct": "",
                "via-proxy2": "advised",
                "via-proxy1": "best now, the direct one is dead",
            },
        ),
        ("shop", None, {"direct": "none gets through", "via-proxy1": "", "via-proxy2": ""}),
    ],
)
def test_routes_say_which_is_best(ill: str, advised: str | None, expected: dict[str, str]) -> None:
    lines = drawn(snapshot(topology(2), ill=ill, advised=advised))
    told = {line[:16].strip(): line[37:].strip() for line in lines if "%" in line[:37]}
    assert {name: told[name] for name in expected} == expected


def test_of_many_proxies_the_ill_ones_are_drawn_and_the_rest_is_counted() -> None:
    lines = drawn(snapshot(topology(30), ill="proxy29"))
    text = "\n".join(lines)
    assert "proxy29 ─" in text
    shown = sum("─ proxy" in line for line in lines)
    assert f"└─ and {30 - shown} more: make the window higher" in text


def test_long_names_are_cut() -> None:
    lines = drawn(snapshot(topology(2, prefix="a-proxy-in-a-place-far-away-")))
    assert sum("a-proxy-in-a-pl…" in line or "a-proxy-in" in line for line in lines) >= 2
    assert {cell_len(line) for line in lines if line.startswith("  ├")} == {78}


def test_without_fresh_data_it_says_so() -> None:
    lines = drawn(snapshot(topology(2), silent=True, advised=None))
    assert "● Zabbix has no fresh verdict" in lines
    assert any("④         –       – ····" in line for line in lines)


def test_trouble_stands_below_and_an_old_picture_is_no_verdict() -> None:
    seen = snapshot(topology(2), ill="shop")
    lines = drawn(seen, trouble="no answer from http://zabbix", later_s=3600)
    assert lines[-1] == "no answer from http://zabbix"
    assert "● Zabbix has no fresh verdict" in lines
