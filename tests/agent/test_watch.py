"""The sleep of the measuring loop."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest

from multipath.agent.sockets.watch import READ, Watch


@pytest.fixture
def watch() -> Iterator[Watch]:
    made = Watch()
    yield made
    made.close()


@pytest.fixture
def pair() -> Iterator[tuple[socket.socket, socket.socket]]:
    ends = socket.socketpair()
    yield ends
    for end in ends:
        end.close()


def test_it_sleeps_to_the_end_and_tells_by_how_much_it_overslept(watch: Watch) -> None:
    begun_s = time.monotonic()
    lag_s = watch.sleep(0.05)
    passed_s = time.monotonic() - begun_s
    assert lag_s is not None
    assert 0 <= lag_s <= passed_s - 0.05


def test_being_woken_ends_the_sleep_of_now_and_only_that(watch: Watch) -> None:
    waker = threading.Timer(0.05, watch.wake)
    waker.start()
    assert watch.sleep(60) is None
    waker.join()
    assert watch.sleep(0.01) is not None


def test_who_is_woken_before_sleeping_does_not_sleep(watch: Watch) -> None:
    watch.wake()
    watch.wake()
    assert watch.sleep(60) is None
    assert watch.sleep(0.01) is not None


def test_a_ready_socket_is_noted_at_once_and_does_not_end_the_sleep(
    watch: Watch, pair: tuple[socket.socket, socket.socket]
) -> None:
    here, there = pair
    noted_ns: list[int] = []

    def note(now_ns: int) -> None:
        here.recv(1)
        noted_ns.append(now_ns)

    watch.add(here, READ, note)
    there.send(b"ab")
    begun_ns = time.monotonic_ns()
    assert watch.sleep(0.2) is not None
    assert len(noted_ns) == 2
    assert begun_ns <= noted_ns[0] < noted_ns[1]


def test_a_socket_that_another_one_let_go_of_is_not_noted(watch: Watch) -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    noted = []

    def note(_: int) -> None:
        noted.append(1)
        for here, _there in pairs:
            watch.remove(here)

    for here, there in pairs:
        watch.add(here, READ, note)
        there.send(b"a")
    watch.sleep(0.05)
    assert noted == [1]
    for ends in pairs:
        for end in ends:
            end.close()
