"""Inputs that nobody would send, for all in the agent that parses what others send or keep.

Each target is given mutations of valid inputs. It may refuse them in the ways that its callers
expect; anything else that it raises is a crash. Seeded: one seed, one sequence of inputs.
"""

from __future__ import annotations

import json
import random
import socket
import struct
import tempfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from multipath.agent.connection import protocol
from multipath.agent.connection.exchange import REPLY_MAX_BYTES, read_reply
from multipath.agent.connection.server import parse_clusters
from multipath.agent.delivery.spool import Spool
from multipath.agent.engines.http import HttpAttempt, HttpFlight
from multipath.agent.engines.streams import StreamTarget
from multipath.agent.items.key import parse_probe
from multipath.agent.items.task import Item, plan_task
from multipath.agent.items.value import Value
from multipath.agent.reporting.exporter import read_head, refusal
from multipath.agent.reporting.status import fit, read_status
from multipath.agent.sockets.resolve import Endpoint
from multipath.agent.sockets.watch import Watch
from multipath.agent.wire import icmp_error, udp_echo
from multipath.agent.wire.echo import EchoFormat
from multipath.cli.agent.status import tell
from multipath.errors import AgentError
from tests.cli.test_agent_status import FACTS

Target = Callable[[bytes], None]
_STRANGE = (0, 1, 0x20, 0x22, 0x2C, 0x5B, 0x7B, 0x7F, 0x80, 0xFF)
_LONGEST = 4096


@dataclass(frozen=True)
class Fuzzed:
    """Something that parses.

    Args:
        seeds: valid inputs.
        target: takes an input; raises nothing but for a crash.
        share: of all inputs; slow ones have few.
    """

    name: str
    seeds: tuple[bytes, ...]
    target: Target
    share: int


def mutations(seeds: tuple[bytes, ...], chance: random.Random) -> Iterator[bytes]:
    """Yield inputs without end: seeds with bytes changed, cut out, put in, joined; and noise."""
    while True:
        data = bytearray(chance.choice(seeds))
        for _ in range(chance.randrange(1, 6)):
            place = chance.randrange(len(data) + 1)
            what = chance.randrange(7)
            if what == 0 and data:
                data[place % len(data)] ^= 1 << chance.randrange(8)
            elif what == 1 and data:
                data[place % len(data)] = chance.choice(_STRANGE)
            elif what == 2:
                del data[place:]
            elif what == 3:
                del data[place : place + chance.randrange(1, 9)]
            elif what == 4:
                data[place:place] = data[: chance.randrange(1, 40)]
            elif what == 5:
                other = chance.choice(seeds)
                data[place:] = other[chance.randrange(len(other) + 1) :]
            else:
                data[place:place] = chance.randbytes(chance.randrange(1, 17))
        yield bytes(data[:_LONGEST])


class Crumbs:
    """A connection on which some bytes come and then its end, in pieces of any size."""

    def __init__(self, data: bytes, piece: int) -> None:
        self._data, self._piece, self._place = data, piece, 0

    def settimeout(self, timeout_s: float) -> None:
        assert timeout_s > 0

    def recv(self, size: int) -> bytes:
        chunk = self._data[self._place : self._place + min(size, self._piece)]
        self._place += len(chunk)
        return chunk


def _frame(body: bytes, flags: int = 1) -> bytes:
    return struct.pack("<4sBII", b"ZBXD", flags, len(body), 0) + body


_LIST = json.dumps(
    {
        "response": "success",
        "config_revision": 110,
        "data": [
            {
                "key": "multipath.probe[sh-la,zabbix-sh,la,icmp,203.0.113.10,packets=20]",
                "itemid": 51399,
                "delay": "10s",
                "lastlogsize": 0,
                "mtime": 0,
            },
            {"key": "multipath.agent.ping", "itemid": 51400, "delay": 30},
        ],
    }
).encode()
_ANSWERS = (
    _LIST,
    b'{"response":"success","info":"processed: 1; failed: 0; total: 1"}',
    b'{"response":"failed","info":"host [x] not found"}',
    b'{"response":"failed","redirect":{"revision":1,"address":"10.77.0.3:10071"}}',
    b'{"response":"failed","redirect":{"reset":true}}',
)


def _read(reply: object) -> None:
    """All that the courier may do with a reply."""
    for read in (protocol.read_redirect, protocol.read_receipt):
        try:
            read(reply)
        except AgentError as error:
            str(error).encode()
    try:
        checks = protocol.read_checks(reply, 5)
    except AgentError as error:
        str(error).encode()
        return
    for item in checks.items or ():
        str(plan_task(item)).encode()
    if checks.items:
        protocol.parse_items(protocol.format_items(checks.items))


def _answer(data: bytes) -> None:
    try:
        reply = json.loads(data)
    except (ValueError, RecursionError):  # as exchange() says in words
        return
    _read(reply)


def _packet(data: bytes) -> None:
    try:
        reply = read_reply(Crumbs(data, 1 + len(data) % 700), 1e9)
    except AgentError:
        return
    assert len(reply) <= REPLY_MAX_BYTES


def _text(parse: Callable[[str], object]) -> Target:
    def target(data: bytes) -> None:
        try:
            parse(data.decode("utf-8", "replace"))
        except AgentError as error:
            str(error).encode()

    return target


_FORMAT = EchoFormat(8, 0, 4711, b"nonce123")
_ECHO = _FORMAT.request_header(7) + _FORMAT.mark(9) + bytes(40)
_IP = bytes.fromhex("4500005400004000400100007f000001cb00710a")
_ERROR = bytes([3, 1, 0, 0, 0, 0, 0, 0]) + _IP + _ECHO
_ERROR_V6 = bytes([1, 3, 0, 0, 0, 0, 0, 0]) + b"\x60" + bytes(5) + b"\x3a\x40" + bytes(32) + _ECHO
_CONTROL = (
    struct.pack("=Qii", 32, 1, 37)
    + struct.pack("=qq", 1_800_000_000, 5)
    + struct.pack("=Qii", 48, 0, 11)
    + struct.pack("=IBBB9x", 113, 2, 3, 1)
    + struct.pack("=HH4s8x", 2, 0, b"\x0a\x00\x00\x01")
)


def _icmp(data: bytes) -> None:
    _FORMAT.find_own(data)
    for by in (b"\x0a\x00\x00\x01", bytes(16)):
        error = icmp_error.read_error(by, data, 0)
        if error:
            family = socket.AF_INET if len(by) == 4 else socket.AF_INET6
            icmp_error.Refusal(socket.inet_ntop(family, by), error.kind, error.code, 0).why.encode()
        icmp_error.read_queued(data, by, _ECHO)


_ASK = udp_echo.Ask(b"noncenon", 7, 3)
_UDP = (udp_echo.request(_ASK, 56), udp_echo.reply(_ASK, 56, 4, 90))


def _udp(data: bytes) -> None:
    udp_echo.read_reply(data)
    ask = udp_echo.read_request(data)
    if ask:
        counted = udp_echo.Counts().note("192.0.2.1", ask)
        assert len(udp_echo.reply(ask, len(data), counted, -1)) == len(data)


_WEB = (
    b"HTTP/1.1 200 OK\r\nServer: x\r\nContent-Length: 5\r\n\r\nhello",
    b"HTTP/1.0 503 Busy\n\n",
)


class _WebAnswers:
    """Answers of a web server, in pieces of any size."""

    def __init__(self) -> None:
        self._watch = Watch()
        spec = parse_probe("multipath.probe[t,a,b,http,192.0.2.1]")
        self._target = StreamTarget(Endpoint(socket.AF_INET, ("192.0.2.1", 0)), spec)

    def __call__(self, data: bytes) -> None:
        flight = HttpFlight(self._target, 1)
        attempt = HttpAttempt(self._watch, flight)
        piece = 1 + len(data) % 40
        for place in range(0, len(data), piece):
            if not attempt._take(data[place : place + piece]):
                break
        attempt.end()
        json.dumps(flight.figures()).encode()


_SCRAPES = (
    b"GET /metrics HTTP/1.1\r\nHost: 127.0.0.1:9469\r\nAccept: text/plain\r\n\r\n",
    b"POST /metrics?a=b HTTP/1.0\r\n\r\n",
)


def _scrape(data: bytes) -> None:
    head = read_head(Crumbs(data, 1 + len(data) % 40), 1e9)
    answer = refusal(head)
    assert answer or (head.startswith(b"GET /metrics") and b" HTTP/1." in head)


class _StatusFiles:
    """Files of what an agent last said: whoever asks for it gets an answer or an error."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name) / "fuzz.status"

    def __call__(self, data: bytes) -> None:
        self._file.write_bytes(data)
        try:
            found = read_status(self._file)
        except AgentError as error:
            str(error).encode()
        else:
            assert found
            "".join(tell(found, FACTS["said_s"])).encode()


class _SpoolFiles:
    """Spool files that were damaged: the agent starts with each and goes on."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._file = Path(self._folder.name) / "fuzz.spool"

    def seed(self) -> bytes:
        spool = Spool(self._file, 10**6, 1e9)
        spool.keep("[]")
        for number in range(30):
            spool.put(Value(number, "text" * 20, 1_700_000_000 + number, number))
        spool.store()
        spool.start()
        spool.stop()
        return self._file.read_bytes()

    def __call__(self, data: bytes) -> None:
        for each in Path(self._folder.name).iterdir():
            each.unlink()
        self._file.write_bytes(data)
        spool = Spool(self._file, 10**6, 1e9)
        spool.put(Value(7, "new", 1_800_000_000, 0))
        spool.store()
        for _ in range(9):
            batch = spool.peek(10)
            if batch is None:
                break
            json.dumps(protocol.values_request("h", batch)).encode()
            spool.acknowledge(batch)
            spool.store()
        spool.state()
        spool.start()
        spool.stop()


def _damaged(file: bytes) -> Callable[[bytes], bytes]:
    """Return what spreads a small input over a file: a spool is larger than mutations are."""

    def spread(data: bytes) -> bytes:
        chance = random.Random(data)
        whole = bytearray(file)
        for byte in data[:64]:
            whole[chance.randrange(len(whole))] = byte
        kept = chance.choice((len(whole), len(whole), chance.randrange(len(whole))))
        return bytes(whole[:kept])

    return spread


def everything() -> tuple[Fuzzed, ...]:
    """Return all that is fuzzed."""
    files = _SpoolFiles()
    spread = _damaged(files.seed())
    frames = (*map(_frame, _ANSWERS), _frame(zlib.compress(_LIST), 3), _frame(b"", 3))
    keys = [item["key"].encode() for item in json.loads(_LIST)["data"]]
    keys.append(b"multipath.probe[a,b,c,https,d,port=8443,path=/a?b=c,dscp=46,source=eth0]")
    keys.append(b'multipath.probe[a,"b c",d,tcp,host.example:443,timeout=500ms]')
    return (
        Fuzzed("icmp packets", (_ECHO, _ERROR, _ERROR_V6, _CONTROL, _IP + _ECHO), _icmp, 800),
        Fuzzed("udp packets", _UDP, _udp, 800),
        Fuzzed("web answers", _WEB, _WebAnswers(), 80),
        Fuzzed("scrapes", _SCRAPES, _scrape, 400),
        Fuzzed("status files", (fit(FACTS).strip(),), _StatusFiles(), 40),
        Fuzzed("frames", frames, _packet, 800),
        Fuzzed("answers", _ANSWERS, _answer, 800),
        Fuzzed("item keys", tuple(keys), _text(parse_probe), 800),
        Fuzzed("intervals", (b"10s", b"1m;wd1-5h9-18", b"1d"), _text(_plan), 400),
        Fuzzed("servers", (b"a;b:10051,[::1]:99", b"2001:db8::1"), _text(parse_clusters), 400),
        Fuzzed("spool files", (bytes(64), b"SQLite"), lambda data: files(spread(data)), 1),
    )


def _plan(delay: str) -> object:
    return plan_task(Item(1, "multipath.agent.ping", delay))


def run(fuzzed: Fuzzed, seed: int, count: int) -> None:
    """Give a target so many inputs.

    Raises:
        AssertionError: it crashed; tells the input.
    """
    inputs = mutations(fuzzed.seeds, random.Random(f"{fuzzed.name} {seed}"))
    for _ in range(count):
        data = next(inputs)
        try:
            fuzzed.target(data)
        except Exception as error:
            raise AssertionError(f"{fuzzed.name} crashed on {data.hex()}") from error
