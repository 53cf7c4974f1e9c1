import pytest
from hypothesis import given

from multipath.diagnosis import wording_en, wording_zh
from multipath.diagnosis.locate import locate
from multipath.diagnosis.places import Path
from multipath.diagnosis.state import Health
from tests.diagnosis.paths import SH_LA, observed, path, read

SAID = [
    (
        "44411",
        "la's side: all three vantages lose packets to la, and nothing else is ill",
        "la 一侧：全部 3 个观测点到 la 均丢包，其余正常",
    ),
    (
        "51155",
        "zabbix-sh's side: zabbix-sh gets no answer from la, proxy1 and proxy2, "
        "and nothing else is ill",
        "zabbix-sh 一侧：zabbix-sh 到 la、proxy1、proxy2 均不通，其余正常",
    ),
    (
        "13131",
        "proxy1's side: ②④ are slower than usual, and nothing else is ill",
        "proxy1 一侧：②④ 均时延偏高，其余正常",
    ),
    (
        "21111",
        "between zabbix-sh and la: ① is unsteady, and nothing else is ill",
        "zabbix-sh 与 la 之间：仅 ① 抖动偏大，其余正常",
    ),
    (
        "44033",
        "two places at once: zabbix-sh's side (slower than usual) and la's side "
        "(losing packets); no single one explains ①②④⑤; ③ unknown",
        "两处同时故障：zabbix-sh 一侧（时延偏高）、la 一侧（丢包）；"
        "任何一处单独都无法解释 ①②④⑤；③ 状态未知",
    ),
    (
        "50011",
        "la's side or between zabbix-sh and la: the edges cannot tell which; ②③ unknown",
        "la 一侧，或 zabbix-sh 与 la 之间：现有各边无法区分；②③ 状态未知",
    ),
    (
        "11015",
        "proxy2 is lost: zabbix-sh gets no answer from it and its agent is silent, "
        "so its host is dead, or the way there is; ③ unknown",
        "proxy2 失联：zabbix-sh ping 不通，其探测代理程序也未上报，"
        "可能是主机宕机，也可能是到它的路径中断；③ 状态未知",
    ),
    ("11111", "nothing is ill", "未见异常"),
    ("10111", "nothing is ill; ② unknown", "未见异常；② 状态未知"),
    ("00000", "no edge has fresh data", "所有边都没有新数据"),
]


@pytest.mark.parametrize(("digits", "english", "chinese"), SAID)
def test_the_reason_is_what_an_engineer_would_say(digits: str, english: str, chinese: str) -> None:
    healths = read(digits)
    verdict = locate(SH_LA, healths)
    assert wording_en.reason(SH_LA, healths, verdict) == english
    assert wording_zh.reason(SH_LA, healths, verdict) == chinese


@given(observed())
def test_every_verdict_has_one_sentence_that_names_its_places(
    seen: tuple[Path, tuple[Health, ...]],
) -> None:
    on, healths = seen
    verdict = locate(on, healths)
    english = wording_en.reason(on, healths, verdict)
    chinese = wording_zh.reason(on, healths, verdict)
    assert english
    assert chinese
    assert "\n" not in english + chinese
    if len(verdict.leading) == 1:
        for segment in verdict.explanations[0].segments[:4]:
            assert wording_en.place(on, segment) in english
            assert wording_zh.place(on, segment) in chinese


def test_a_sentence_on_many_proxies_stays_short() -> None:
    on = path(200)
    for ill in (on.source, on.target):
        healths = [
            Health.DOWN if ill in on.crossed(edge) else Health.GOOD for edge in range(len(on.edges))
        ]
        verdict = locate(on, healths)
        assert len(wording_en.reason(on, healths, verdict)) < 120
        assert "201" in wording_en.reason(on, healths, verdict)
        assert "201" in wording_zh.reason(on, healths, verdict)
