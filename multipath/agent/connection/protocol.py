"""The messages of Zabbix's active checks, 6.0 to 7.4. Pure; what a server says is not trusted."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from multipath.agent.connection.server import Redirect, parse_server
from multipath.agent.items.task import Item
from multipath.agent.items.value import Batch, Value
from multipath.errors import AgentError

PROTOCOL_VERSION = "7.0"
ITEMS_MAX = 100_000
_TEXT_MAX = 200
_ITEMID_MAX = 2**63 - 1
_HOST_UNKNOWN = re.compile(r"host \[.*\] not (found|monitored)")

Message = dict[str, object]


@dataclass(frozen=True, slots=True)
class Checks:
    """The server's list of active checks.

    Args:
        revision: what to ask with next time; 0 from a server older than 6.4.
        items: None when nothing has changed since the revision that was asked with.
        unknown_host: the server's words when it knows no such host or does not monitor it.
    """

    revision: int
    items: tuple[Item, ...] | None = None
    unknown_host: str = ""


def checks_request(hostname: str, session: str, revision: int) -> Message:
    """Return the question which items to measure."""
    return {
        "request": "active checks",
        "host": hostname,
        "version": PROTOCOL_VERSION,
        "session": session,
        "config_revision": revision,
    }


def heartbeat(hostname: str, period_s: float) -> Message:
    """Return the sign of life that colours the host's availability; it has no reply."""
    return {
        "request": "active check heartbeat",
        "host": hostname,
        "heartbeat_freq": round(period_s),
    }


def values_request(hostname: str, batch: Batch) -> Message:
    """Return the delivery of numbered values."""
    return {
        "request": "agent data",
        "session": batch.session,
        "host": hostname,
        "version": PROTOCOL_VERSION,
        "data": [_value_entry(number, value) for number, value in batch.values],
    }


def read_redirect(reply: object) -> Redirect | None:
    """Return where a proxy of a group sends us; None when it does not.

    Raises:
        AgentError: that is no place.
    """
    redirect = reply.get("redirect") if isinstance(reply, dict) else None
    if not isinstance(redirect, dict):
        return None
    if redirect.get("reset"):
        return Redirect(None, 0)
    address, revision = redirect.get("address"), redirect.get("revision")
    if not isinstance(address, str) or not isinstance(revision, int) or isinstance(revision, bool):
        raise AgentError("the proxy group moved this host without saying where to")
    try:
        return Redirect(parse_server(address), revision)
    except AgentError as error:
        raise AgentError(f"the proxy group moved this host: {error}") from None


def read_checks(reply: object, asked_revision: int) -> Checks:
    """Return the list of checks that a reply holds.

    Raises:
        AgentError: the reply refuses or makes no sense.
    """
    if isinstance(reply, dict) and _HOST_UNKNOWN.match(info := _text(reply.get("info"))):
        return Checks(0, unknown_host=info)
    answer = _accepted(reply)
    revision = answer.get("config_revision", asked_revision)
    if not isinstance(revision, int) or isinstance(revision, bool) or revision < 0:
        raise AgentError("the server's list of checks has a revision that is no number")
    if "data" not in answer:
        return Checks(revision)
    return Checks(revision, _read_items(answer["data"]))


def format_items(items: Iterable[Item]) -> str:
    """Return items as the text that ``parse_items`` reads."""
    return json.dumps([asdict(item) for item in items], separators=(",", ":"))


def parse_items(text: str) -> tuple[Item, ...]:
    """Return the items of a text that was kept.

    Raises:
        AgentError: it is no list of items.
    """
    try:
        return _read_items(json.loads(text))
    except (ValueError, RecursionError) as error:
        raise AgentError(f"the list of items that was kept is no JSON ({error})") from error


def read_receipt(reply: object) -> None:
    """Return when a reply says that the values were taken.

    Raises:
        AgentError: they were not.
    """
    _accepted(reply)


def _accepted(reply: object) -> Mapping[str, object]:
    if not isinstance(reply, dict):
        raise AgentError("the server's answer is no JSON object")
    if reply.get("response") == "success":
        return reply
    raise AgentError(f"the server refused: {_text(reply.get('info')) or 'no reason given'}")


def _read_items(data: object) -> tuple[Item, ...]:
    if not isinstance(data, list) or len(data) > ITEMS_MAX:
        raise AgentError("the server's list of checks is no list, or too long to be one")
    items = {item.itemid: item for item in map(_read_item, data)}
    return tuple(items.values())


def _read_item(entry: object) -> Item:
    if not isinstance(entry, dict):
        raise AgentError("an entry of the server's list of checks is no object")
    itemid, key, delay = entry.get("itemid"), entry.get("key"), entry.get("delay")
    if not isinstance(itemid, int) or isinstance(itemid, bool) or not isinstance(key, str):
        raise AgentError("an entry of the server's list of checks lacks its item id or key")
    if not 0 <= itemid <= _ITEMID_MAX:
        raise AgentError("an item id in the server's list of checks is none that Zabbix has")
    # Servers write the interval as "10s"; asked without a version, as a number.
    return Item(itemid, _sendable(key), _sendable(str(delay)))


def _value_entry(number: int, value: Value) -> Message:
    entry: Message = {
        "id": number,
        "itemid": value.itemid,
        "value": value.text,
        "clock": value.clock_s,
        "ns": value.ns,
    }
    if value.unsupported:
        entry["state"] = 1
    return entry


def _text(value: object) -> str:
    return value[:_TEXT_MAX] if isinstance(value, str) else ""


def _sendable(text: str) -> str:
    """Return a text that can be sent back in a reason: JSON may hold halves of characters."""
    return text.encode("utf-8", "replace").decode("utf-8")
