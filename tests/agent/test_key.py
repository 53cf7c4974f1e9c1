"""Item keys: good ones are understood, bad ones say what is wrong."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath import names
from multipath.agent.items.key import PACKETS, PLAIN, Marks, ProbeSpec, parse_probe, split_key
from multipath.errors import AgentError


def test_the_key_that_the_renderer_writes_is_read_back() -> None:
    key = names.probe_key(
        "sh-la", "zabbix-sh", "la", "icmp", "203.0.113.10", packets="20", size="56", timeout="2s"
    )
    assert parse_probe(key) == ProbeSpec(
        "sh-la", "zabbix-sh", "la", "icmp", "203.0.113.10", packets=20, size=56, timeout_s=2.0
    )


def test_handshakes_beside_pings_are_asked_for_like_a_probe() -> None:
    key = names.confirm_key("t", "a", "b", "192.0.2.1", port="443", packets="3", timeout="1s")
    spec = parse_probe(key)
    assert spec == parse_probe(key.replace(names.KEY_CONFIRM, names.KEY_PROBE))
    assert (spec.kind, spec.port, spec.packets, spec.edge) == ("tcp", 443, 3, "t a>b")


def test_packets_have_marks() -> None:
    assert parse_probe("multipath.probe[t,a,b,icmp,h]").marks == PLAIN
    spec = parse_probe("multipath.probe[t,a,b,icmp,h,dscp=46,df=1,source=192.0.2.1]")
    assert spec.marks == Marks(dscp=46, df=True, source="192.0.2.1")


def test_requests_have_a_port_and_a_path() -> None:
    spec = parse_probe("multipath.probe[t,a,b,https,h]")
    assert (spec.port, spec.path) == (443, "/")
    spec = parse_probe("multipath.probe[t,a,b,http,h,port=8080,path=/a?b=c]")
    assert (spec.port, spec.path) == (8080, "/a?b=c")


def test_options_have_defaults_and_any_order() -> None:
    assert parse_probe("multipath.probe[t,a,b,icmp,h]").packets == 20
    spec = parse_probe("multipath.probe[t,a,b,icmp,h,timeout=500ms,packets=1,size=16]")
    assert (spec.packets, spec.size, spec.timeout_s) == (1, 16, 0.5)


@pytest.mark.parametrize("address", ["2001:db8::1", "fe80::1%eth0", "la.example.com"])
def test_addresses_and_names_need_no_quotes(address: str) -> None:
    assert parse_probe(f"multipath.probe[t,a,b,icmp,{address}]").address == address


def test_quoted_parameters_are_unquoted() -> None:
    assert split_key(r'k["a,b]", "c\"d" , e]') == ("k", ["a,b]", 'c"d', "e"])
    assert split_key("k[]") == ("k", [""])
    assert split_key("k") == ("k", [])


def test_an_edge_is_named_as_users_write_it() -> None:
    assert parse_probe("multipath.probe[t,a,b,icmp,h]").edge == "t a>b"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        ("multipath.prob[t,a,b,icmp,h]", "unknown key multipath.prob (did you mean multipath.pro"),
        ("multipath.probe", "the parameter topology is missing"),
        ("multipath.probe[t,a,b,icmp]", "the parameter address is missing"),
        ("multipath.probe[t,a,,icmp,h]", "the parameter to is missing"),
        ("multipath.probe[t,a,b,icmq,h]", "unknown kind of probe 'icmq' (did you mean icmp?)"),
        ("multipath.probe[t,a,b,icmp,h,paket=3]", "'paket' (did you mean packets?)"),
        (
            "multipath.probe[t,a,b,icmp,h,colour=3]",
            "(known: df, dscp, packets, size, ",
        ),
        ("multipath.probe[t,a,b,icmp,h,packets]", "the option packets has no value"),
        ("multipath.probe[t,a,b,icmp,h,packets=2,packets=3]", "packets is given twice"),
        ("multipath.probe[t,a,b,icmp,h,packets=0]", "not a whole number from 1 to 1000"),
        ("multipath.probe[t,a,b,icmp,h,packets=1001]", "not a whole number from 1 to 1000"),
        ("multipath.probe[t,a,b,icmp,h,packets=٣]", "not a whole number"),
        ("multipath.probe[t,a,b,icmp,h,packets=2.5]", "not a whole number"),
        ("multipath.probe[t,a,b,icmp,h,dscp=64]", "dscp=64: not a whole number from 0 to 63"),
        ("multipath.probe[t,a,b,icmp,h,df=2]", "df=2: not a whole number from 0 to 1"),
        ("multipath.probe[t,a,b,icmp,h,source=a/b]", "neither an IP address nor a network interf"),
        ("multipath.probe[t,a,b,tcp,h]", "a tcp probe needs a port; write port=443"),
        ("multipath.probe[t,a,b,tcp,h,port=0]", "port=0: not a whole number from 1 to 65535"),
        ("multipath.probe[t,a,b,tcp,h,port=1,size=56]", "unknown option 'size'"),
        ("multipath.probe[t,a,b,http,h,path=x]", "path=x: not a path that begins with /"),
        ("multipath.probe[t,a,b,http,h,path=/ä]", "no other signs than a URL's"),
        ("multipath.probe[t,a,b,udp,h,size=23]", "a udp probe has a size of 24 at the least"),
        ("multipath.probe[t,a,b,icmp,h,size=15]", "from 16 to 65000"),
        ("multipath.probe[t,a,b,icmp,h,size=65001]", "from 16 to 65000"),
        ("multipath.probe[t,a,b,icmp,h,timeout=soon]", "timeout=soon: 'soon' is no duration"),
        ("multipath.probe[t,a,b,icmp,h,timeout=0s]", "not more than 0 s"),
        ("multipath.probe[t,a,b,icmp,h,timeout=61s]", "at most 60 s"),
        ("multipath.probe[t,a,b,icmp,h", "is no item key"),
        ("multipath.probe[t,[a],b,icmp,h]", "cannot read the parameters"),
        ('multipath.probe[t,"a,b,icmp,h]', "cannot read the parameters"),
        (f"multipath.probe[t,a,b,icmp,{'x' * 256}]", "longer than any DNS name"),
        (f"multipath.probe[t,a,b,icmp,{'x' * 3000}]", "the key is longer than 2048"),
        ("", "is no item key"),
    ],
)
def test_a_bad_key_says_what_is_wrong(key: str, reason: str) -> None:
    with pytest.raises(AgentError) as caught:
        parse_probe(key)
    assert reason in str(caught.value)


@given(st.text() | st.text().map(lambda text: f"multipath.probe[t,a,b,icmp,h,{text}]"))
def test_any_text_is_a_key_or_an_error(text: str) -> None:
    with contextlib.suppress(AgentError):
        assert parse_probe(text).packets in PACKETS


@given(st.lists(st.text(), min_size=1))
def test_quoting_keeps_every_parameter(parameters: list[str]) -> None:
    quoted = ['"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"' for text in parameters]
    key = f"k[{','.join(quoted)}]"
    if len(key) <= 2048:
        assert split_key(key) == ("k", parameters)
