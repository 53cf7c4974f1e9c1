"""Addresses of nodes: what may stand in a topology, and what was meant where it may not."""

import ipaddress
import re

from multipath.topology.wording import Refusal, quoted

ADDRESS_PATTERN = r"[0-9A-Za-z_.:-]+"
"""The letters of an address; the JSON schema's first look. check_address looks closer."""

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?")
_NUMERIC = re.compile(r"[0-9.]+(?::[0-9]+)?")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_LONGEST_NAME = 253  # RFC 1035, 2.3.4, written without the root's dot

_IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def check_address(text: str) -> str:
    """Return an IPv4 or IPv6 address or a DNS name in its usual form (lower case, ``::``).

    Raises:
        ValueError: it is none, or none that a node can have.
    """
    ip = _ip(text)
    if ip is not None:
        return _checked_ip(ip, text)
    if _is_name(text):
        return text.lower()
    what = f"{quoted(text)} is no address"
    if _NUMERIC.fullmatch(text) and ":" not in text:
        raise Refusal(f"{what}: IPv4 is four numbers from 0 to 255", "write one like 203.0.113.10")
    meant = _meant(text)
    raise Refusal(
        what, f"write {meant}" if meant else "write an IPv4 or IPv6 address or a DNS name"
    )


def canonical(text: str) -> str:
    """Return the form in which equal addresses are equal; a text that is none stays as it is."""
    ip = _ip(text)
    return text.lower().rstrip(".") if ip is None else str(ip)


def _ip(text: str) -> _IPAddress | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _checked_ip(ip: _IPAddress, text: str) -> str:
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    if mapped is not None:
        raise Refusal(f"{text} is an IPv4 address written as IPv6", f"write {mapped}")
    if "%" in str(ip):
        raise Refusal(f"{text} names an interface", f"write {str(ip).partition('%')[0]}")
    kinds = {
        "stands for any address": ip.is_unspecified,
        "is a multicast address": ip.is_multicast,
        "is the broadcast address": str(ip) == "255.255.255.255",
        "is reserved and belongs to no host": ip.version == 4 and ip.is_reserved,  # noqa: PLR2004 - IPv4
        "is link-local, known on one wire only": ip.is_link_local,
    }
    for kind, holds in kinds.items():
        if holds:
            raise Refusal(f"{text} {kind}", "write the node's own address")
    return str(ip)


def _is_name(text: str) -> bool:
    labels = text.removesuffix(".").split(".")
    fits = len(text.removesuffix(".")) <= _LONGEST_NAME and not labels[-1].isdigit()
    return fits and all(_LABEL.fullmatch(label) for label in labels)


def _meant(text: str) -> str | None:
    """Return the address inside a URL, with a port, a mask, or brackets around it."""
    bare = _SCHEME.sub("", text.strip()).split("/")[0].split("?")[0].rpartition("@")[2]
    bare = bare.split("%")[0]
    if bare.startswith("["):
        bare = bare[1:].split("]")[0]
    elif bare.count(":") == 1:
        bare = bare.split(":")[0]
    try:
        candidate = bare if bare.isascii() else bare.encode("idna").decode("ascii")
        return check_address(candidate) if candidate != text else None
    except ValueError:  # UnicodeError of the idna codec is one, too
        return None
