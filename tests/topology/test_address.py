import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from multipath.topology.address import canonical, check_address


@pytest.mark.parametrize(
    "text",
    [
        "203.0.113.10",
        "10.0.0.1",
        "127.0.0.1",
        "2001:db8::10",
        "fd00::1",
        "la.example.com",
        "la.example.com.",
        "la",
        "app_1.dc.example.org",
        "xn--mnchen-3ya.example",
        "1and1.example",
        f"{'a' * 63}.example",
    ],
)
def test_addresses_and_names_of_hosts_pass(text: str) -> None:
    assert check_address(text) == text


def test_a_name_is_at_most_253_characters_long() -> None:
    longest = ".".join(["a" * 49] * 5 + ["abc"])
    assert len(longest) == 253
    assert check_address(longest) == longest
    with pytest.raises(ValueError, match="is no address"):
        check_address(longest + "d")


def refusal_of(text: str) -> str:
    """Return why a text is refused; nothing if it passes."""
    try:
        check_address(text)
    except ValueError as error:
        return str(error)
    return ""


@given(st.ip_addresses())
def test_only_addresses_that_no_host_has_are_refused(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    refusal = refusal_of(ip.exploded)
    if refusal:
        assert "; write " in refusal
        assert not ip.is_global or ip.is_multicast or ip.is_reserved
    else:
        assert check_address(ip.exploded) == str(ip)


@given(st.text())
def test_any_text_passes_or_is_refused_with_what_to_write_instead(text: str) -> None:
    refusal = refusal_of(text)
    if refusal:
        assert "; write " in refusal
    else:
        assert canonical(check_address(text)) == canonical(text)
