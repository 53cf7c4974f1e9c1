"""Paths and patterns that the tests of the inference share."""

from collections.abc import Iterator
from itertools import product

from hypothesis import strategies as st

from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health

SH_LA = Path("zabbix-sh", "la", ("proxy1", "proxy2"))


def path(proxies: int) -> Path:
    """Return a path with so many proxies."""
    return Path("s", "t", tuple(f"p{number}" for number in range(1, proxies + 1)))


def read(digits: str) -> tuple[Health, ...]:
    """Return edges' health from digits: ``"11411"``."""
    return tuple(Health(int(digit)) for digit in digits)


def patterns(proxies: int, *healths: Health) -> Iterator[tuple[Health, ...]]:
    """Yield every pattern of the given healths on a path's edges."""
    yield from product(healths, repeat=2 * proxies + 1)


THREE = (Health.UNKNOWN, Health.GOOD, Health.LOSSY)

any_health = st.sampled_from(Health)


@st.composite
def observed(draw: st.DrawFn, most_proxies: int = 6) -> tuple[Path, tuple[Health, ...]]:
    """Draw a path and the health of its edges."""
    drawn = path(draw(st.integers(0, most_proxies)))
    edges = len(drawn.edges)
    return drawn, tuple(draw(st.lists(any_health, min_size=edges, max_size=edges)))
