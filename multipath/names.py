"""The names, item keys and tags of everything that multipath makes in Zabbix.

The words are those of the field: a *node* is a place, a *vantage* a node that probes, an *edge*
a directed pair of nodes. Renderer, reader and agent all take their names from here.
"""

import re
import zlib
from collections.abc import Iterable, Mapping

PREFIX = "multipath"
HOST_GROUP = "multipath"
ACCESS = "multipath"
"""The role, user group, user and token that ``access`` makes."""
ACCESS_MARK = "made for multipath"
"""The first name of that user: marks it as ours."""

TAG_TOPOLOGY = "multipath"
TAG_FROM = "from"
TAG_TO = "to"
TAG_ROLE = "role"
TAG_SCOPE = "scope"
TAG_CHECK = "check"
TAG_ROUTE = "route"
TAG_PLACE = "place"
TAG_SERVICE = "service"
TAG_SLO = "slo"
SERVICE_PATH = "path"
SERVICE_ANY = "any"
SCOPE_EDGE = "edge"
SCOPE_VANTAGE = "vantage"
SCOPE_VERDICT = "verdict"
SCOPE_ROUTE = "route"
CHECK_AGENT = "agent-silent"
CHECK_PROXY = "proxy-away"
CHECK_SIDE = "side-ill"
CHECK_DROPS = "agent-drops"
CHECK_DISK = "agent-disk"
CHECK_CLOCK = "clock-stepped"
CHECK_FILTERED = "icmp-filtered"

METRIC_STATE = "state"
"""The metric of an edge that tells its health, 0 (unknown) to 5 (down)."""
METRIC_PACE = "pace"
"""That of its health by RTT and jitter alone."""
METRIC_USUAL = "rtt.usual"
"""That of its usual RTT."""
METRIC_WAY = "way"
"""That of its latest trace in words, and (``way.changed``) of a change of its way."""
METRIC_CONFIRMED = "confirmed"
"""That of the TCP handshakes of a cycle that were answered, where such are made beside pings."""
METRIC_FILTERED = "filtered"
"""That of whether pings are filtered there: these handshakes are answered, pings are not."""
METRIC_CLOCK_STEP = "clock_step_s"
"""The metric of an agent that tells by how much its wall clock was set of late."""

BEST_ROUTE = "best"
"""In the place of a route's name: the one to take (``number``: 0 direct, 1 the first proxy), and
what it saves over the direct one (``gain``, in seconds)."""

KEY_PROBE = f"{PREFIX}.probe"
KEY_CONFIRM = f"{PREFIX}.confirm"
KEY_TRACE = f"{PREFIX}.trace"
KEY_METRIC = f"{PREFIX}.metric"
KEY_ROUTE = f"{PREFIX}.route"
KEY_VERDICT = f"{PREFIX}.verdict"
KEY_SIDE = f"{PREFIX}.side"
KEY_WAY = f"{PREFIX}.way"
KEY_AGENT_PING = f"{PREFIX}.agent.ping"
KEY_AGENT_VERSION = f"{PREFIX}.agent.version"
KEY_AGENT_HEALTH = f"{PREFIX}.agent.health"
KEY_AGENT_METRIC = f"{PREFIX}.agent.metric"

_PING = re.compile(r"(icmpping\w*\[\{[^}]*\})(?:,[0-9]+)*((?:,\w+)?)\]")

NODE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,62}[A-Za-z0-9])?")
"""A node's or topology's name: what Zabbix allows in host names, and item keys need no quotes."""

_CIRCLED = "①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳㉑㉒㉓㉔㉕㉖㉗㉘㉙㉚㉛㉜㉝㉞㉟㊱㊲㊳㊴㊵㊶㊷㊸㊹㊺㊻㊼㊽㊾㊿"


def vantage_host(node: str) -> str:
    """Return the Zabbix host of a vantage: the name its agent reports as."""
    return f"{PREFIX}.{node}"


def path_host(topology: str) -> str:
    """Return the Zabbix host that stands for a path as a whole."""
    return f"{PREFIX}.path.{topology}"


_TARGET_MAX = 127 - len(f"{PREFIX}.target..") - 64
"""Characters of an address in the name of a target's host: Zabbix takes 128."""


def target_host(node: str, address: str) -> str:
    """Return the Zabbix host of a target: one for all topologies that mean the same place."""
    plain = re.sub(r"[^0-9A-Za-z.-]", "-", address)
    if len(plain) > _TARGET_MAX:
        plain = f"{plain[: _TARGET_MAX - 9]}-{zlib.crc32(address.encode()):08x}"
    return f"{PREFIX}.target.{node}.{plain}"


def route(proxy: str | None = None) -> str:
    """Return a route from source to target: ``direct``, or ``via-proxy1``."""
    return f"via-{proxy}" if proxy else "direct"


def circled(number: int) -> str:
    """Return an edge's number as a circled digit; Unicode has them up to 50."""
    return _CIRCLED[number - 1] if 1 <= number <= len(_CIRCLED) else f"({number})"


def edge_name(from_node: str, to_node: str) -> str:
    """Return an edge as users write it: ``zabbix-sh>la``."""
    return f"{from_node}>{to_node}"


def edge_label(number: int, from_node: str, to_node: str) -> str:
    """Return an edge as users read it: ``① zabbix-sh→la``."""
    return f"{circled(number)} {from_node}→{to_node}"


def probe_key(
    topology: str, from_node: str, to_node: str, kind: str, address: str, **options: str
) -> str:
    """Return the key of an edge's master item, all that the agent needs to measure it.

    ``multipath.probe[sh-la,zabbix-sh,la,icmp,203.0.113.10,packets=20,size=56,timeout=2s]``:
    five parameters by place, then options by name in sorted order.
    """
    return _probe_key(KEY_PROBE, (topology, from_node, to_node, kind, address), options)


def confirm_key(topology: str, from_node: str, to_node: str, address: str, **options: str) -> str:
    """Return the key of the TCP handshakes beside an edge's pings, built as ``probe_key``."""
    return _probe_key(KEY_CONFIRM, (topology, from_node, to_node, "tcp", address), options)


def _probe_key(name: str, places: Iterable[str], options: Mapping[str, str]) -> str:
    named = (f"{option}={options[option]}" for option in sorted(options))
    return f"{name}[{','.join((*places, *named))}]"


def trace_key(topology: str, from_node: str, to_node: str, address: str) -> str:
    """Return the key of an edge's way, hop by hop: ``multipath.trace[sh-la,a,b,203.0.113.10]``."""
    return f"{KEY_TRACE}[{topology},{from_node},{to_node},{address}]"


def metric_key(topology: str, from_node: str, to_node: str, metric: str) -> str:
    """Return the key of one dependent item of an edge: ``multipath.metric[sh-la,a,b,rtt.p50]``."""
    return f"{KEY_METRIC}[{topology},{from_node},{to_node},{metric}]"


def metric_path(topology: str, from_node: str, to_node: str, metric: str) -> str:
    """Return that item as expressions do: ``/multipath.a/multipath.metric[sh-la,a,b,rtt.p50]``."""
    return f"/{vantage_host(from_node)}/{metric_key(topology, from_node, to_node, metric)}"


def ping_key(check: str, topology: str, edge: str, *parameters: str) -> str:
    """Return the key of one of Zabbix's own pings of an edge, its address in a user macro.

    ``icmppingsec[{$MULTIPATH.ADDRESS:"sh-la:a>b"},20,250,56,2000,avg]``. The macro's context makes
    the key the edge's own, also where two topologies ping the same address from the same host.
    """
    return f"{check}[{','.join((threshold_macro('ADDRESS', topology, edge), *parameters))}]"


def route_key(topology: str, route: str, metric: str) -> str:
    """Return the key of a figure of a whole route: ``multipath.route[sh-la,via-proxy1,rtt]``."""
    return f"{KEY_ROUTE}[{topology},{route},{metric}]"


def verdict_key(topology: str, part: str) -> str:
    """Return the key of an item of a path's verdict: ``multipath.verdict[sh-la,states]``.

    Parts: ``states`` (the health of all edges as one number), ``json`` (the verdict with all its
    explanations), ``code`` (the verdict as a number), ``told`` (what is ill there, in words),
    ``evidence`` (the traces of the edges that are ill, in words).
    """
    return f"{KEY_VERDICT}[{topology},{part}]"


def side_key(topology: str, node: str, address: str = "") -> str:
    """Return the key of the health of a place's side as one path's verdict has it.

    A vantage is known by its name, a target by its address besides. With ``*`` as the topology it
    stands for all paths.
    """
    return f"{KEY_VERDICT}[{topology},side,{node}{',' if address else ''}{address}]"


def way_key(source: str) -> str:
    """Return the key of the health of what is between a source and a proxy, on the proxy's host."""
    return f"{KEY_WAY}[{source}]"


def way_to_key(topology: str, source: str, proxy: str) -> str:
    """Return the key of the same as one path's verdict has it; ``*`` stands for all paths."""
    return f"{KEY_VERDICT}[{topology},way,{source},{proxy}]"


def better_check(route: str) -> str:
    """Return what the trigger on a better route is known by: ``better via-proxy1``."""
    return f"better {route}"


def verdict_check(place: str) -> str:
    """Return what a trigger on a verdict is known by: ``ill zabbix-sh>la``."""
    return f"ill {place}"


def agent_metric_key(metric: str) -> str:
    """Return the key of a figure of an agent: ``multipath.agent.metric[spool.depth]``."""
    return f"{KEY_AGENT_METRIC}[{metric}]"


def zabbix_proxy_key(zabbix_proxy: str) -> str:
    """Return the key of the item that tells when a Zabbix proxy was last heard of."""
    return f"zabbix[proxy,{zabbix_proxy},lastaccess]"


def item_identity(key: str) -> str:
    """Return what stays of an item's key when its probe's settings change.

    ``multipath.probe[sh-la,zabbix-sh,la,icmp,203.0.113.10,packets=20]`` →
    ``multipath.probe[sh-la,zabbix-sh,la]``, of a probe beside it or a trace likewise, and of
    Zabbix's own pings the address and the mode; any other key is its own identity.
    """
    if key.startswith((f"{KEY_PROBE}[", f"{KEY_CONFIRM}[", f"{KEY_TRACE}[")):
        return ",".join(key.removesuffix("]").split(",")[:3]) + "]"
    ping = _PING.fullmatch(key)
    return f"{ping[1]}{ping[2]}]" if ping else key


def edge_check(topology: str, from_node: str, to_node: str, check: str) -> str:
    """Return what a check of an edge is known by: ``sh-la zabbix-sh>la down``."""
    return f"{topology} {edge_name(from_node, to_node)} {check}"


def trigger_identity(name: str, tags: Iterable[Mapping[str, str]]) -> str:
    """Return what stays of a trigger in every language: its check, and the edge that it is of.

    One without a check (an own template's) is known by its name.
    """
    by_tag = {tag["tag"]: tag["value"] for tag in tags}
    check = by_tag.get(TAG_CHECK)
    if check is None:
        return name
    if not by_tag.keys() >= {TAG_TOPOLOGY, TAG_FROM, TAG_TO}:
        return check
    return edge_check(by_tag[TAG_TOPOLOGY], by_tag[TAG_FROM], by_tag[TAG_TO], check)


def service(topology: str, service: str) -> str:
    """Return what a topology's service is known by: ``sh-la any``."""
    return f"{topology} {service}"


def service_identity(name: str, tags: Iterable[Mapping[str, str]]) -> str:
    """Return what stays of a service in every language; without our tags, its name."""
    by_tag = {tag["tag"]: tag["value"] for tag in tags}
    if not by_tag.keys() >= {TAG_TOPOLOGY, TAG_SERVICE}:
        return name
    return service(by_tag[TAG_TOPOLOGY], by_tag[TAG_SERVICE])


def board(topology: str) -> str:
    """Return the name of a topology's dashboard, map and SLA."""
    return f"{PREFIX} {topology}"


def graph(topology: str, title: str) -> str:
    """Return the name of a topology's graph; the topology in front tells whose it is."""
    return f"{topology} {title}"


def threshold_macro(name: str, topology: str, edge: str) -> str:
    """Return a threshold's user macro for one edge: ``{$MULTIPATH.LOSS.MAX:"sh-la:a>b"}``."""
    return f'{{${PREFIX.upper()}.{name}:"{topology}:{edge}"}}'


_DEFAULT_NOTE = re.compile(r" \[default (?P<value>[^\]]*)\]$")


def note_default(description: str, value: str) -> str:
    """Return a macro's description with its default noted at the end.

    So a value that an operator tuned can be told from one that an older deploy wrote.
    """
    return f"{description} [default {value}]"


def noted_default(description: str) -> str | None:
    """Return the default that ``note_default`` noted, or None."""
    match = _DEFAULT_NOTE.search(description)
    return match["value"] if match else None


HOST_GROUP_UUID = "6d756c7469704174a8701a7ec4a71500"
"""Marks the host group as made by multipath: groups carry no tags."""


def board_owner(name: str) -> str | None:
    """Return the topology whose dashboard, map or SLA has this name, or None."""
    topology = name.removeprefix(f"{PREFIX} ")
    return topology if topology != name and NODE_NAME.fullmatch(topology) else None


def graph_owner(name: str) -> str:
    """Return the topology that a graph of a vantage is named after, if it is multipath's."""
    return name.partition(" ")[0]


def is_macro(macro: str) -> bool:
    """Tell whether a user macro is multipath's, by its name."""
    return macro.startswith(f"{{${PREFIX.upper()}.")


def macro_owner(macro: str) -> str | None:
    """Return the topology in a threshold macro's context; None for a vantage's own macros."""
    _, quote, context = macro.partition(':"')
    return context.partition(":")[0] if quote else None


def split_probe_key(key: str) -> tuple[str, str, str, str, str] | None:
    """Return topology, from, to, kind and address of a master item's key; None for other keys."""
    if not key.startswith(f"{KEY_PROBE}["):
        return None
    parameters = key.removeprefix(f"{KEY_PROBE}[").removesuffix("]").split(",")
    if len(parameters) < 5:  # noqa: PLR2004 - the five named above
        return None
    topology, from_node, to_node, kind, address = parameters[:5]
    return topology, from_node, to_node, kind, address
