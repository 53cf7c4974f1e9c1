"""Templates of one's own: they win one by one, and a broken one says where."""

from pathlib import Path

import pytest

from multipath.errors import TemplateError
from multipath.objects import Kind, State
from multipath.render.desired import desired
from multipath.render.templates import template_folder
from multipath.topology.loader import load

ROOT = Path(__file__).parents[2]
OWN = ROOT / "docs" / "example-templates"
(SH_LA,) = load([ROOT / "topologies" / "sh-la.yaml"])


TEAM = {"tag": "team", "value": "network"}


def without_own(state: State) -> dict[object, object]:
    """Return the fields of all objects but the own items, without the own tag."""
    result: dict[object, object] = {}
    for ref, each in state.items():
        tags = [tag for tag in each.fields.get("tags", ()) if tag != TEAM]
        if not ref.key[-1].endswith(",rtt.spread]"):
            result[ref] = {**each.fields, "tags": tags}
    return result


def test_the_example_adds_a_tag_to_every_trigger_and_an_item_to_every_edge() -> None:
    own, shipped = desired([SH_LA], OWN), desired([SH_LA])
    triggers = [each for ref, each in own.items() if ref.kind is Kind.TRIGGER]
    assert all(TEAM in each.fields["tags"] for each in triggers)
    assert len(own) == len(shipped) + 5
    assert without_own(own) == without_own(shipped)


def test_the_document_shows_the_examples_as_they_are() -> None:
    text = (ROOT / "docs" / "templates.md").read_text(encoding="utf-8")
    for file in OWN.iterdir():
        assert f"```jinja\n{file.read_text(encoding='utf-8')}```" in text
    for file in template_folder().iterdir():
        assert f"`{file.name}`" in text


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{% if %}", r"/edge\.yaml\.j2:1: Expected an expression"),
        ("{{ 1 / 0 }}", r"/edge\.yaml\.j2:1 for edge zabbix-sh>la of sh-la: division by zero"),
        ("\n{% include 'gone' %}", r"/edge\.yaml\.j2:2 for edge .*: there is no template gone"),
        (
            '{% extends "multipath/edge.yaml.j2" %}\n{% block items %}\n{{ edge.x }}{% endblock %}',
            r"/edge\.yaml\.j2:3 for edge zabbix-sh>la of sh-la: .*has no attribute 'x'",
        ),
        (
            '{% extends "multipath/edge.yaml.j2" %}{% block items %}\n- {a: b\n{% endblock %}',
            r"/edge\.yaml\.j2 for edge zabbix-sh>la .* does not render to YAML: .* triggers:$",
        ),
    ],
)
def test_a_broken_template_says_file_line_and_edge(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "edge.yaml.j2").write_text(text, encoding="utf-8")
    with pytest.raises(TemplateError, match=message):
        desired([SH_LA], tmp_path)


def test_a_template_that_nothing_renders_is_a_typing_mistake(tmp_path: Path) -> None:
    (tmp_path / "edges.yaml.j2").touch()
    with pytest.raises(TemplateError, match=r"edges\.yaml\.j2: nothing renders it; there are da"):
        desired([SH_LA], tmp_path)


def test_a_folder_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TemplateError, match="gone is no folder of templates"):
        desired([SH_LA], tmp_path / "gone")
