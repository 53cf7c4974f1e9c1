"""Which hours are asked for."""

import pytest

from multipath.report.cycle import HOUR_S
from multipath.zabbix import pages
from multipath.zabbix.client import Client
from multipath.zabbix.profile import Profile
from tests.report.makers import NOON_S
from tests.zabbix.fake import Answer, Request, result, serving

H = HOUR_S


@pytest.mark.parametrize(
    ("since_s", "until_s", "expected"),
    [
        (NOON_S, NOON_S + 1, [0]),
        (NOON_S + 10, NOON_S + H, [0]),
        (NOON_S + H - 1, NOON_S + H + 1, [0, 1]),
        (NOON_S, NOON_S + 0.5, [0]),
        (NOON_S, NOON_S, []),
    ],
)
def test_every_hour_that_a_time_touches(
    since_s: float, until_s: float, expected: list[int]
) -> None:
    assert pages.hours(since_s, until_s) == [NOON_S + hour * H for hour in expected]


def test_pages_cover_just_what_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PAGE", 200)
    asked = [hour * H for hour in (0, 1, 2, 5, 6, 9)]
    assert [(begin // H, end // H) for begin, end in pages.spans(asked, per_hour=100)] == [
        (0, 2),
        (2, 3),
        (5, 7),
        (9, 10),
    ]
    assert [end - begin for begin, end in pages.spans(asked, per_hour=1000)] == [H] * 6
    assert list(pages.spans([], per_hour=1)) == []


def test_hours_that_may_matter_come_with_those_after_them() -> None:
    rows = [
        {"itemid": item, "clock": str(NOON_S + hour * H), "value_max": most}
        for item, hour, most in [
            ("7", 0, "0"),
            ("8", 0, "0"),
            ("7", 1, "100"),
            ("8", 1, "0"),
            ("7", 2, "0"),
            ("8", 2, "0"),
            ("7", 3, "99.9"),
            ("8", 3, "0"),
            ("7", 4, "0"),
        ]
    ]

    def answer(request: Request) -> Answer:
        return result("7.0.9" if request.method == "apiinfo.version" else rows)

    with serving(answer) as url, Client(Profile(url, token="t")) as client:
        found = pages.reaching(client, ["7", "8"], 100, NOON_S, NOON_S + 6 * H)
    assert [(hour - NOON_S) // H for hour in found] == [1, 2, 4, 5]
