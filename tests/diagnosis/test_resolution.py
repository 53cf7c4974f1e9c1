import pytest

from multipath.diagnosis.locate import locate
from multipath.diagnosis.resolution import Named, resolution, rows, seen
from multipath.diagnosis.state import Health
from tests.diagnosis.paths import path


@pytest.mark.parametrize(
    ("proxies", "single", "one_silent", "pairs"),
    [
        (0, Named(0, 3), None, Named(0, 3)),
        (1, Named(6, 6), Named(1, 6), Named(0, 15)),
        (2, Named(9, 9), Named(6, 9), Named(16, 36)),
        (3, Named(12, 12), Named(9, 12), Named(37, 66)),
    ],
)
def test_how_many_faults_the_edges_name(
    proxies: int, single: Named, one_silent: Named | None, pairs: Named
) -> None:
    found = resolution(path(proxies))
    assert (found.single, found.one_silent, found.pairs) == (single, one_silent, pairs)


def test_without_the_edges_to_the_proxies_only_the_targets_side_is_named() -> None:
    on = path(2)
    named = []
    for segment in on.segments:
        healths = (*seen(on, [segment])[:3], Health.UNKNOWN, Health.UNKNOWN)
        verdict = locate(on, healths)
        if verdict.count == 1 and verdict.explanations[0].segments == (segment,):
            named.append(segment)
    assert named == ["t"]


def test_any_silent_proxy_is_like_the_first() -> None:
    on = path(3)
    counts = {
        silent: sum(locate(on, seen(on, [segment], [silent])).count == 1 for segment in on.segments)
        for silent in on.proxies
    }
    assert len(set(counts.values())) == 1


@pytest.mark.parametrize("proxies", range(4))
def test_each_row_is_what_the_edges_show_and_say(proxies: int) -> None:
    on = path(proxies)
    for row, segment in zip(rows(on), on.segments, strict=True):
        assert row.segment == segment
        assert row.verdict == locate(on, row.healths)
        bad = [health is Health.LOSSY for health in row.healths]
        assert bad == [segment in on.crossed(edge) for edge in range(len(on.edges))]


def test_with_many_proxies_every_place_is_named_and_pairs_are_left_out() -> None:
    on = path(12)
    assert resolution(on).pairs is None
    assert all(row.verdict.count == 1 for row in rows(on))
