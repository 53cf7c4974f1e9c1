"""Names become addresses off the measuring path."""

import socket
import time
from collections.abc import Iterator

import pytest

from multipath.agent.sockets.resolve import Answer, Endpoint, Resolver


@pytest.fixture
def resolver() -> Iterator[Resolver]:
    made = Resolver()
    yield made
    made.close()


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("192.0.2.1", Endpoint(socket.AF_INET, ("192.0.2.1", 0))),
        ("2001:DB8::1", Endpoint(socket.AF_INET6, ("2001:db8::1", 0, 0, 0))),
    ],
)
def test_an_address_is_known_at_once(resolver: Resolver, text: str, endpoint: Endpoint) -> None:
    assert resolver.lookup(text) == Answer(endpoint)


def test_a_name_is_looked_up_in_the_background(resolver: Resolver) -> None:
    answer = resolver.lookup("localhost", wait_s=5)
    assert answer.endpoint is not None
    assert answer.endpoint.address in ("127.0.0.1", "::1")
    assert resolver.lookup("localhost") == answer


@pytest.mark.parametrize("name", ["nowhere.invalid", "a" * 70 + ".invalid", "a\0b", "\ud800"])
def test_a_name_that_cannot_be_resolved_is_an_error_as_data(resolver: Resolver, name: str) -> None:
    answer = resolver.lookup(name, wait_s=30)
    assert answer.endpoint is None
    assert "cannot be resolved" in answer.error


def test_one_that_waits_in_vain_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("multipath.agent.sockets.resolve._WORKERS", 0)  # as if all were stuck
    answer = Resolver().lookup("localhost", wait_s=0.05)
    assert answer == Answer(error="the name localhost was not resolved in time")


def test_a_name_keeps_its_address_while_it_is_among_its_addresses(
    resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("multipath.agent.sockets.resolve.FRESH_S", 0.0)
    answers = ["192.0.2.1", "192.0.2.2"], ["192.0.2.2", "192.0.2.1"], ["192.0.2.3"]
    asked = []

    def getaddrinfo(host: str, *_: object, **options: int) -> list[tuple[object, ...]]:
        if options["flags"]:
            raise socket.gaierror(socket.EAI_NONAME, "no number")
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, 0, 0, "", (address, 0)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    seen: list[str] = []
    end = time.monotonic() + 20
    while "192.0.2.3" not in seen:
        assert time.monotonic() < end, seen
        answer = resolver.lookup("roundrobin.example")
        if answer.endpoint and answer.endpoint.address not in seen[-1:]:
            seen.append(answer.endpoint.address)
    assert seen == ["192.0.2.1", "192.0.2.3"]
