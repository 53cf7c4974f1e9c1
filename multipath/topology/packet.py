"""What packets and requests may have of their own: class of service, source, path."""

import ipaddress
import re
from typing import Literal

from multipath.topology.wording import Refusal, described, nearest, quoted

PATH_PATTERN = r"/[0-9A-Za-z._~!$&'()*+;=:@%/?-]{0,511}"
SOURCE_PATTERN = r"[0-9A-Za-z_.:-]+"

DscpName = Literal[
    "CS0", "LE", "CS1", "AF11", "AF12", "AF13", "CS2", "AF21", "AF22", "AF23", "CS3", "AF31",
    "AF32", "AF33", "CS4", "AF41", "AF42", "AF43", "CS5", "VA", "EF", "CS6", "CS7",
]  # fmt: skip
_DSCPS = {
    "LE": 1, "VA": 44, "EF": 46,
    **{f"CS{number}": 8 * number for number in range(8)},
    **{f"AF{group}{drop}": 8 * group + 2 * drop for group in range(1, 5) for drop in range(1, 4)},
}  # fmt: skip
"""RFC 2474, 2597, 3246, 5865, 8622."""
_DSCP_MAX = 63
_INTERFACE = re.compile(r"[A-Za-z_][0-9A-Za-z_.-]{0,14}")
_CHARACTER = re.compile(r"[0-9A-Za-z._~!$&'()*+;=:@%/?-]")


def parse_dscp(value: object) -> int:
    """Return a class of service, of a number or one of its names.

    Raises:
        ValueError: it is neither.
    """
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _DSCP_MAX:
        return value
    if isinstance(value, str) and value.upper() in _DSCPS:
        return _DSCPS[value.upper()]
    meant = nearest(value.upper(), _DSCPS) if isinstance(value, str) else None
    raise Refusal(
        f"{described(value)} is no DSCP",
        f"write {meant}" if meant else "write a number from 0 to 63, or a name like EF or AF41",
    )


def check_source(text: str) -> str:
    """Return where packets leave from: an IP address in its usual form, or a network interface.

    Raises:
        ValueError: it is neither.
    """
    try:
        return str(ipaddress.ip_address(text.partition("%")[0]))
    except ValueError:
        if _INTERFACE.fullmatch(text):
            return text
    raise Refusal(
        f"{quoted(text)} is neither an IP address nor a network interface",
        "write one like 192.0.2.10 or eth0",
    )


def check_path(text: str) -> str:
    """Return a path that a request may ask for.

    Raises:
        ValueError: it does not begin with a slash, is too long, or has signs that need encoding.
    """
    if re.fullmatch(PATH_PATTERN, text):
        return text
    if not text.startswith("/"):
        raise Refusal(f"{quoted(text)} does not begin with /", f"write {quoted('/' + text)}")
    odd = next((each for each in text if not _CHARACTER.fullmatch(each)), None)
    if odd is None:
        raise Refusal("a path of more than 512 characters", "write a shorter one")
    encoded = "".join(f"%{byte:02X}" for byte in odd.encode())
    raise Refusal(f"{quoted(text)} has a {quoted(odd)} in it", f"write {encoded} for it")
