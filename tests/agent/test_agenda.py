"""The agenda: nothing is early, nothing is lost, and all that is due comes in the order of time."""

from hypothesis import given
from hypothesis import strategies as st

from multipath.agent.probing.agenda import Agenda

SLOT_NS = 5_000_000
MOMENTS = st.integers(0, 10**9)


def slots(moments: list[int]) -> list[int]:
    """Return in which slot each moment is kept."""
    return [-(-moment // SLOT_NS) for moment in moments]


@given(due=st.lists(MOMENTS), looks=st.lists(MOMENTS))
def test_each_comes_once_at_the_first_look_after_its_time(due: list[int], looks: list[int]) -> None:
    agenda: Agenda[int] = Agenda()
    for moment in due:
        agenda.add(moment, moment)
    left = sorted(due)
    for now_ns in sorted(looks):
        came = list(agenda.take(now_ns))
        assert all(moment <= now_ns for moment in came)
        for moment in came:
            left.remove(moment)
        assert all(moment > now_ns - SLOT_NS for moment in left)
        assert slots(came) == sorted(slots(came))
    next_ns = agenda.next_ns()
    assert (next_ns is None) == (not left)
    assert next_ns is None or min(left) <= next_ns < min(left) + SLOT_NS


def test_what_is_added_meanwhile_for_now_comes_as_well() -> None:
    agenda: Agenda[str] = Agenda()
    agenda.add("first", 0)
    came = []
    for run in agenda.take(10 * SLOT_NS):
        came.append(run)
        if run == "first":
            agenda.add("second", 1)
            agenda.add("later", 11 * SLOT_NS)
    assert came == ["first", "second"]
    assert list(agenda.take(11 * SLOT_NS)) == ["later"]
