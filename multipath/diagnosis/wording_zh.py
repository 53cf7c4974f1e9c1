"""A verdict as one Chinese sentence. Pure."""

from collections.abc import Iterable, Sequence

from multipath import names
from multipath.diagnosis.circumstances import Cause, Circumstance
from multipath.diagnosis.locate import Explanation, Outcome, Verdict
from multipath.diagnosis.places import Path, Place
from multipath.diagnosis.state import Health

_MOST_SPELT = 4
_NUMBERS = {2: "两", 3: "三", 4: "四", 5: "五", 6: "六"}

_ILL = {
    Health.DOWN: "不通",
    Health.LOSSY: "丢包",
    Health.SLOW: "时延偏高",
    Health.JITTERY: "抖动偏大",
}

_CAUSES = {
    Cause.AGENT_DEAD: "{where} 上的探测代理程序没有上报，其余正常：请检查程序是否在运行",
    Cause.HOST_DEAD: "{where} 既不应答也不上报：主机宕机，或网络已断开",
    Cause.ZABBIX_PROXY_AWAY: "Zabbix 服务器收不到 Zabbix 代理 {where} 的消息："
    "恢复之前，经它上报的各边状态未知",
    Cause.COLLECTOR_UNREACHABLE: "所有观测点都没有上报：Zabbix 自身不可达，"
    "测量数据暂存在各观测点，恢复后补传",
    Cause.ICMP_FILTERED: "{where} 的 TCP 有应答而 ICMP 无应答：ICMP 被过滤，路径是通的",
    Cause.CLOCK_STEPPED: "{where} 的时钟发生跳变：数据的时间戳不可信，测得的时延不受影响",
}
_LATE = "{where} 正在补传 Zabbix 不可达期间积压的数据"


def circumstance(found: Circumstance) -> str:
    """Return what is the matter besides the network."""
    late = found.cause is Cause.COLLECTOR_UNREACHABLE and found.where
    return (_LATE if late else _CAUSES[found.cause]).format(where=found.where)


def place(path: Path, segment: str) -> str:
    """Return a segment as people say it."""
    if path.place(segment) is Place.MIDDLE:
        return " 与 ".join(path.ends[path.edges.index(segment)]) + " 之间"
    return f"{segment} 一侧"


def reason(path: Path, healths: Sequence[Health], verdict: Verdict) -> str:
    """Return why the verdict is what it is."""
    match verdict.outcome:
        case Outcome.PLACE:
            text = _one_place(path, healths, verdict)
        case Outcome.SEVERAL:
            text = _several(path, healths, verdict)
        case Outcome.UNDECIDED:
            text = _undecided(path, verdict)
        case Outcome.FINE:
            text = "未见异常"
        case Outcome.UNKNOWN:
            return "所有边都没有新数据"
        case Outcome.LOST:
            text = ""
    unknown = _circled(each for each, health in enumerate(healths) if not health)
    parts = (text, _lost(path, verdict), f"{unknown} 状态未知" if unknown else "")
    return "；".join(part for part in parts if part)


def _one_place(path: Path, healths: Sequence[Health], verdict: Verdict) -> str:
    (suspect,) = verdict.explanations[0].suspects
    segment, ill = suspect.segment, _ILL[suspect.health]
    bad = [edge for edge in path.crossing(segment) if healths[edge].bad]
    all_of = "均" if len(bad) > 1 else ""
    match path.place(segment):
        case Place.TARGET:
            vantages = [path.ends[edge][0] for edge in bad]
            every = len(bad) == len(path.proxies) + 1 > 1
            who = f"全部 {len(bad)} 个观测点" if every else _nodes(vantages, "观测点")
            text = f"{who}到 {segment} {all_of}{ill}"
        case Place.SOURCE:
            to = _nodes([path.ends[edge][1] for edge in bad], "节点")
            text = f"{segment} 到 {to} {all_of}{ill}"
        case Place.PROXY | Place.MIDDLE:
            text = f"{'' if len(bad) > 1 else '仅 '}{_circled(bad)} {all_of}{ill}"
    return f"{place(path, segment)}：{text}，其余正常"


def _several(path: Path, healths: Sequence[Health], verdict: Verdict) -> str:
    best = verdict.explanations[0]
    told = [f"{place(path, each.segment)}（{_ILL[each.health]}）" for each in best.suspects]
    number = _NUMBERS.get(len(told), f" {len(told)} ")
    bad = _circled(each for each, health in enumerate(healths) if health.bad)
    return f"{number}处同时故障：{'、'.join(told)}；任何一处单独都无法解释 {bad}"


def _undecided(path: Path, verdict: Verdict) -> str:
    leading = verdict.leading
    told = [_all_of(path, each) for each in leading[:_MOST_SPELT]]
    if len(leading) > _MOST_SPELT:
        told = [*told[:-1], "其他位置"]
    return f"{'，或 '.join(told)}：现有各边无法区分"


def _all_of(path: Path, explanation: Explanation) -> str:
    told = [place(path, each) for each in explanation.segments[:_MOST_SPELT]]
    more = len(explanation.segments) - len(told)
    return " 加 ".join((*told, *([f"另 {more} 处"] if more else [])))


def _lost(path: Path, verdict: Verdict) -> str:
    if not verdict.lost:
        return ""
    who = _nodes(verdict.lost, "代理")
    return (
        f"{who} 失联：{path.source} ping 不通，其探测代理程序也未上报，"
        "可能是主机宕机，也可能是到它的路径中断"
    )


def _nodes(nodes: Sequence[str], what: str) -> str:
    return "、".join(nodes) if len(nodes) <= _MOST_SPELT else f"{len(nodes)} 个{what}"


def _circled(edges: Iterable[int]) -> str:
    listed = list(edges)
    if len(listed) > 2 * _MOST_SPELT:
        return f"{len(listed)} 条边"
    return "".join(names.circled(edge + 1) for edge in listed)
