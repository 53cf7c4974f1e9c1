import json
import select
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from multipath.errors import LabError
from multipath.lab.control import Control, ask, changed, from_json, to_json
from multipath.lab.segments import Direction, Fault, Impairment

LOSSY = Fault("la", Impairment(loss_percent=30.0))
SLOW = Fault("la", Impairment(delay_s=0.08), Direction.TO)
CUT = Fault("zabbix-sh>la", Impairment(down=True))


@pytest.mark.parametrize("fault", [LOSSY, SLOW, CUT])
def test_a_fault_survives_json(fault: Fault) -> None:
    assert from_json(json.loads(json.dumps(to_json(fault)))) == fault


def test_a_fault_replaces_the_one_of_its_segment_and_direction() -> None:
    worse = Fault("la", Impairment(loss_percent=60.0))
    assert changed((LOSSY, SLOW), {"set": to_json(worse)}) == (SLOW, worse)


def test_heal_takes_one_segment_or_all() -> None:
    assert changed((LOSSY, SLOW, CUT), {"heal": "la"}) == (CUT,)
    assert changed((LOSSY, SLOW, CUT), {"heal": None}) == ()
    assert changed((LOSSY, SLOW, CUT), {}) == (LOSSY, SLOW, CUT)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Path]:
    """Return the path of a socket that a control answers at, as the WAN does."""
    control, path = Control(), tmp_path / "wan.sock"
    control.listen(path)
    stop = threading.Event()

    def serve() -> None:
        while not stop.is_set():
            for descriptor in select.select(control.descriptors(), [], [], 0.05)[0]:
                control.serve(descriptor, {"lost": 3, "overflowed": 0})
        control.close()

    thread = threading.Thread(target=serve)
    thread.start()
    yield path
    stop.set()
    thread.join()


def test_the_answer_is_the_state_after_the_request(served: Path) -> None:
    state = ask(served, {"set": to_json(SLOW)})
    assert state["faults"] == [to_json(SLOW)]
    assert state["rtt_s"]["zabbix-sh>la"] == pytest.approx(0.262)
    assert state["lost"] == 3
    assert ask(served, {"heal": None})["faults"] == []


@pytest.mark.parametrize("said", [b"no json", b"5", b'{"set": {"segment": "la"}}', b""])
def test_nonsense_is_answered_by_closing_and_changes_nothing(served: Path, said: bytes) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as client:
        client.connect(str(served))
        client.send(said)
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b""
    assert ask(served, {})["faults"] == []


def test_nobody_at_the_socket_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(LabError, match="the emulated WAN does not answer at"):
        ask(tmp_path / "none", {})
