from pathlib import Path

import pytest

from multipath.topology.edges import edges
from multipath.topology.loader import load

FOLDER = Path(__file__).parents[2] / "topologies"
EXAMPLES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_loads_and_names_the_schema_first(file: Path) -> None:
    (topology,) = load([file])
    assert len(edges(topology)) == 2 * len(topology.proxies) + 1
    first = file.read_text(encoding="utf-8").splitlines()[0]
    assert first == "# yaml-language-server: $schema=topology.schema.json"


def test_all_examples_can_be_deployed_together() -> None:
    assert len(load(EXAMPLES)) == len(EXAMPLES) >= 4


def test_the_demo_judges_each_edge_by_its_own_nature() -> None:
    (topology,) = load([FOLDER / "sh-la.yaml"])
    usual_rtt_s = {
        "zabbix-sh>la": 0.182,
        "proxy1>la": 0.152,
        "proxy2>la": 0.106,
        "zabbix-sh>proxy1": 0.034,
        "zabbix-sh>proxy2": 0.048,
    }
    found = {edge.name: edge.thresholds.rtt_s for edge in edges(topology)}
    assert found.keys() == usual_rtt_s.keys()
    assert all(1.3 < found[name] / usual < 1.8 for name, usual in usual_rtt_s.items())


def test_the_demo_explains_every_key() -> None:
    """Each key of the format stands in sh-la.yaml below a comment (its first time)."""
    lines = (FOLDER / "sh-la.yaml").read_text(encoding="utf-8").splitlines()
    keys = ["name", "description", "source", "target", "proxies", "nodes", "  zabbix_proxy",
            "probe", "  type", "  packets", "  cycle", "  timeout", "  size", "  dscp", "  df",
            "thresholds", "  loss", "  rtt", "  window", "  silent", "edges",
            "  address"]  # fmt: skip
    for key in keys:
        at = next(i for i, line in enumerate(lines) if line.lstrip().startswith(f"{key.strip()}:"))
        assert lines[at - 1].lstrip().startswith("#"), key
