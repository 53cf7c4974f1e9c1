"""Items become tasks; what cannot be done states why."""

import pytest

from multipath import __version__
from multipath.agent.items.task import Item, Probe, Statement, plan_task

KEY = "multipath.probe[t,a,b,icmp,h]"


@pytest.mark.parametrize(
    ("delay", "cycle_s"), [("10s", 10), ("1m", 60), ("30", 30), ("2h", 7200), ("1d", 86400)]
)
def test_the_interval_is_the_cycle(delay: str, cycle_s: float) -> None:
    task = plan_task(Item(7, KEY, delay))
    assert isinstance(task, Probe)
    assert (task.itemid, task.cycle_s, task.spec.edge) == (7, cycle_s, "t a>b")


def test_the_agent_states_its_life_and_version() -> None:
    ping = Item(1, "multipath.agent.ping", "1m")
    version = Item(2, "multipath.agent.version", "1h")
    assert plan_task(ping) == Statement(1, ping.key, "1", 60)
    assert plan_task(version) == Statement(2, version.key, __version__, 3600)


@pytest.mark.parametrize(
    ("key", "delay", "reason"),
    [
        (KEY, "500ms", "not from 1 s to a day"),
        (KEY, "0", "not from 1 s to a day"),
        (KEY, "2d", "not from 1 s to a day"),
        (KEY, "10s;wd1-5h9-18", "not a plain one"),
        (KEY, "10s/1-5,09:00-18:00", "not a plain one"),
        (KEY, "None", "no duration"),
        (KEY, "{$DELAY}", "no duration"),
        (KEY, "1s", "the timeout of 2 s is longer than the interval of 1 s"),
        ("agent.hostname", "1m", "unknown key agent.hostname"),
    ],
)
def test_what_cannot_be_done_states_why(key: str, delay: str, reason: str) -> None:
    task = plan_task(Item(3, key, delay))
    assert isinstance(task, Statement)
    assert task.unsupported
    assert reason in task.value
    assert task.period_s >= 1
