"""What is asked for, in the words and within the means of each Zabbix version."""

import itertools
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.errors import PlanError
from multipath.lab.releases import RELEASES
from multipath.objects import Kind, Object, Ref, State, canonical, ref_of
from multipath.render.desired import desired
from multipath.topology.loader import load
from multipath.zabbix.versions import DIALECTS, TESTED, Dialect, Release, dialect_of, dotted
from multipath.zabbix.versions.dashboards import before_7

EXAMPLE = Path(__file__).parents[2] / "topologies" / "sh-la.yaml"
ASKED = desired(load([EXAMPLE]))
DASHBOARD = Ref(Kind.DASHBOARD, ("multipath sh-la",))
OLD = DIALECTS[0]

Widget = dict[str, Any]


def read_back(version: str) -> list[Widget]:
    """Return the widgets of a dashboard as a real Zabbix gave them after it had drawn each."""
    file = Path(__file__).parent / "read_back" / f"dashboard-{version}.json"
    widgets: list[Widget] = json.loads(file.read_text(encoding="utf-8"))["pages"][0]["widgets"]
    return widgets


def widgets_before_7(widgets: list[Widget], others: State | None = None) -> list[Widget]:
    """Return a dashboard's widgets as Zabbix before 7.0 has them."""
    pages = [{"name": "overview", "widgets": widgets}]
    fields = canonical(Kind.DASHBOARD, {"name": "multipath sh-la", "pages": pages})
    fitted = before_7({**(others or {}), DASHBOARD: Object(DASHBOARD, fields)})
    result: list[Widget] = fitted[DASHBOARD].fields["pages"][0]["widgets"]
    return result


def widget(kind: str, *names: str) -> Widget:
    fields = [{"type": "STRING", "name": name, "value": "1"} for name in names]
    place = {"x": "0", "y": "0", "width": "72", "height": "4"}
    return {"type": kind, "name": "", **place, "fields": fields}


def names(widget: Widget) -> list[str]:
    return sorted(field["name"] for field in widget["fields"])


@pytest.mark.parametrize(
    ("ours", "theirs", "only_theirs"),
    [
        ("smoke", "smoke", []),
        ("classic", "classic", []),
        ("problems", "problems", []),
        ("map", "map", ["source_type"]),
        ("item value", "item value", ["adv_conf"]),
        ("top hosts", "top hosts", []),
        ("sla", "sla", []),
        ("by severity", "by severity", []),
        ("item history", "text", []),
    ],
)
def test_a_widget_of_7_0_becomes_what_6_0_has_for_it(
    ours: str, theirs: str, only_theirs: list[str]
) -> None:
    fitted = next(each for each in widgets_before_7(read_back("7.0")) if each["name"] == ours)
    real = next(each for each in read_back("6.0") if each["name"] == theirs)
    assert fitted["type"] == real["type"]
    assert sorted([*names(fitted), *only_theirs]) == names(real)
    if ours == theirs:
        place = ("x", "y", "width", "height")
        assert [fitted[side] for side in place] == [real[side] for side in place]


def test_a_smoke_band_is_the_same_to_the_last_value() -> None:
    fitted = next(each for each in widgets_before_7(read_back("7.0")) if each["name"] == "smoke")
    real = next(each for each in read_back("6.0") if each["name"] == "smoke")
    assert fitted["fields"] == sorted(real["fields"], key=lambda field: str(field["name"]))


def test_each_line_of_a_graph_finds_the_item_that_was_listed() -> None:
    title = "① zabbix-sh→la (direct)"

    def smoke(state: State) -> dict[str, Any]:
        widgets = state[DASHBOARD].fields["pages"][0]["widgets"]
        (found,) = (each for each in widgets if each["name"] == title)
        return {field["name"]: field["value"] for field in found["fields"]}

    listed, named = smoke(ASKED), smoke(OLD.fitted(ASKED))
    for number in range(8):
        item = ASKED[ref_of(Kind.ITEM, listed[f"ds.{number}.itemids.0"])]
        assert named[f"ds.items.{number}.0"] == item.fields["name"]
        assert named[f"ds.hosts.{number}.0"] == item.fields["host"]
        assert named[f"ds.color.{number}"] == listed[f"ds.{number}.color.0"]
    assert named["ds.type.7"] == "3"
    assert "ds.items.8.0" not in named


def test_names_of_items_are_unique_on_their_host() -> None:
    fitted = [each.fields for ref, each in ASKED.items() if ref.kind is Kind.ITEM]
    found = {(fields["host"].casefold(), fields["name"].casefold()) for fields in fitted}
    assert len(found) == len(fitted)


def test_a_data_set_of_several_items_becomes_one_for_each() -> None:
    refs = [ref for ref in ASKED if ref.kind is Kind.ITEM][:2]
    items = [dict(zip(("host", "key"), ref.key, strict=True)) for ref in refs]
    several = widget("svggraph", "ds.0.fill", "ds.1.hosts.0", "ds.1.items.0", "ds.1.color")
    several["fields"] += [
        {"type": "ITEM", "name": f"ds.0.itemids.{place}", "value": item}
        for place, item in enumerate(items)
    ]
    several["fields"] += [
        {"type": "STRING", "name": f"ds.0.color.{place}", "value": str(place)} for place in range(2)
    ]
    (fitted,) = widgets_before_7([several], ASKED)
    values = {field["name"]: field["value"] for field in fitted["fields"]}
    assert [values[f"ds.color.{number}"] for number in range(3)] == ["0", "1", "1"]
    assert [values[f"ds.fill.{number}"] for number in range(2)] == ["1", "1"]
    assert [values[f"ds.items.{number}.0"] for number in range(2)] == [
        ASKED[ref].fields["name"] for ref in refs
    ]


@pytest.mark.parametrize(
    ("kind", "nearest", "before", "after"),
    [
        ("gauge", "item", ["itemid.0", "min", "show.4", "units"], ["itemid", "units"]),
        ("honeycomb", "dataover", ["items.0", "item_tags.0.tag"], ["tags.tag.0"]),
        ("itemnavigator", "dataover", ["item_tags_evaltype"], ["evaltype"]),
        ("hostnavigator", "problemhosts", ["groupids.0", "groupids.1"], ["groupids", "groupids"]),
        ("toptriggers", "problems", ["time_period.from", "show_lines"], ["show_lines"]),
        ("piechart", "svggraph", ["ds.0.hosts.0", "draw_type"], ["ds.hosts.0.0"]),
        ("svggraph", "svggraph", ["problemhosts.0", "legend_columns"], ["problemhosts.0"]),
    ],
)
def test_a_widget_that_6_0_lacks_is_replaced_by_the_nearest(
    kind: str, nearest: str, before: list[str], after: list[str]
) -> None:
    (fitted,) = widgets_before_7([widget(kind, *before)])
    assert fitted["type"] == nearest
    assert names(fitted) == after


def test_what_cannot_be_replaced_is_refused() -> None:
    with pytest.raises(PlanError, match=r"dashboard multipath sh-la: .* no widget 'hostcard'"):
        widgets_before_7([widget("hostcard")])


def test_an_item_that_cannot_be_named_is_refused() -> None:
    graph = widget("svggraph", "ds.0.color.0")
    item = {"host": "Zabbix server", "key": "system.cpu.load"}
    graph["fields"].append({"type": "ITEM", "name": "ds.0.itemids.0", "value": item})
    with pytest.raises(PlanError, match="find items by name, and host Zabbix server has none"):
        widgets_before_7([graph])


def test_a_name_that_would_match_others_is_refused() -> None:
    ref = next(ref for ref in ASKED if ref.kind is Kind.ITEM)
    starred = Object(ref, {**ASKED[ref].fields, "name": "RTT *"})
    graph = widget("svggraph", "ds.0.color.0")
    item = dict(zip(("host", "key"), ref.key, strict=True))
    graph["fields"].append({"type": "ITEM", "name": "ds.0.itemids.0", "value": item})
    with pytest.raises(PlanError, match="stands for any text"):
        widgets_before_7([graph], {**ASKED, ref: starred})


@pytest.mark.parametrize("number", range(1, 25))
def test_widgets_abreast_fill_the_coarser_grid_without_overlap(number: int) -> None:
    sides = [round(72 * place / number) for place in range(number + 1)]
    end = 0
    for each in widgets_before_7(
        [
            {**widget("clock"), "x": str(left), "width": str(right - left)}
            for left, right in itertools.pairwise(sides)
        ]
    ):
        assert int(each["x"]) == end
        assert int(each["width"]) >= 1
        end += int(each["width"])
    assert end == 24


@given(st.permutations(sorted(ASKED, key=lambda ref: ref.sort_key)))
def test_the_order_of_the_objects_does_not_matter(order: list[Ref]) -> None:
    assert OLD.fitted({ref: ASKED[ref] for ref in order}) == OLD.fitted(ASKED)


@pytest.mark.parametrize(
    ("release", "since"),
    [((6, 0), (6, 0)), ((6, 4), (6, 0)), ((7, 0), (7, 0)), ((7, 2), (7, 0)), ((8, 0), (7, 4))],
)
def test_a_release_is_spoken_with_as_the_newest_known_that_is_not_newer(
    release: Release, since: Release
) -> None:
    dialect = dialect_of(release)
    assert dialect is not None
    assert dialect.since == since


def test_what_is_called_tested_is_what_a_lab_can_run() -> None:
    assert {dotted(release) for release in TESTED} == RELEASES.keys()


def test_a_release_before_the_oldest_is_unknown() -> None:
    assert dialect_of((5, 4)) is None


def test_a_call_to_6_0_is_in_its_words_and_its_answer_in_ours() -> None:
    sent = OLD.sent("host", {"host": "h", "monitored_by": "1", "proxyid": "7"})
    assert sent == {"host": "h", "proxy_hostid": "7"}
    asked = {"output": ["hostid", "monitored_by", "proxyid"], "selectHostGroups": ["name"]}
    assert OLD.sent("host", asked) == {
        "output": ["hostid", "proxy_hostid"],
        "selectGroups": ["name"],
    }
    assert OLD.sent("proxy", {"filter": {"name": ["name"]}}) == {"filter": {"host": ["name"]}}
    rows = [{"hostid": "1", "proxy_hostid": "7", "groups": [{"name": "g"}]}]
    assert OLD.received("host", rows) == [
        {"hostid": "1", "proxyid": "7", "hostgroups": [{"name": "g"}]}
    ]


def test_several_objects_and_bare_ids_are_sent_alike() -> None:
    assert OLD.sent("host", [{"proxyid": "7"}, {"proxyid": "0"}]) == [
        {"proxy_hostid": "7"},
        {"proxy_hostid": "0"},
    ]
    assert OLD.sent("host", ["10", "11"]) == ["10", "11"]
    assert OLD.received("host", "3") == "3"
    assert OLD.sent("item", {"proxyid": "7"}) == {"proxyid": "7"}


@pytest.mark.parametrize("dialect", DIALECTS[1:], ids=lambda dialect: str(dialect.since))
def test_since_7_0_nothing_is_changed(dialect: Dialect) -> None:
    params = {"output": ["proxyid", "name"], "filter": {"name": ["p"]}}
    assert dialect.sent("proxy", params) == params
    assert dialect.fitted(ASKED) == ASKED


def test_links_of_maps_say_since_7_4_that_triggers_colour_them() -> None:
    link = {"selementid1": "1", "selementid2": "2"}
    asked = {"name": "m", "links": [link]}
    assert DIALECTS[-1].sent("map", [asked]) == [
        {"name": "m", "links": [{**link, "indicator_type": "1"}]}
    ]
    assert DIALECTS[-1].sent("map", {"output": "extend"}) == {"output": "extend"}
    assert DIALECTS[-2].sent("map", [asked]) == [asked]
