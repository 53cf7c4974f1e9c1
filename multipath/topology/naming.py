"""The names that a topology gives: what Zabbix and its item keys take."""

import re

from multipath import names
from multipath.topology.wording import Refusal, quoted

NAME_PATTERN = names.NODE_NAME.pattern
NODE_PATTERN = rf"(?!path\.){NAME_PATTERN}"
ZABBIX_PROXY_PATTERN = r"[0-9A-Za-z_.-](?:[0-9A-Za-z_. -]{0,253}[0-9A-Za-z_.-])?"
DESCRIPTION_PATTERN = r"[^\r\n]{0,255}"

_RESERVED = "path."  # hosts named multipath.path.<topology> are the paths themselves


def check_name(name: str) -> str:
    """Return the name of a topology or node.

    Raises:
        ValueError: it cannot be part of Zabbix host names and item keys.
    """
    if names.NODE_NAME.fullmatch(name):
        return name
    longest = 64
    meant = re.sub(r"[^A-Za-z0-9_.-]+", "-", name)[:longest].strip("-_.")
    raise Refusal(
        f"Zabbix takes no name like {quoted(name)}",
        f"write {meant}" if meant else "write up to 64 of: letters A to Z, digits, _ . -",
    )


def check_node_name(name: str) -> str:
    """Return the name of a node.

    Raises:
        ValueError: it cannot be part of Zabbix host names and item keys, or is reserved.
    """
    if name.startswith(_RESERVED):
        what = f'{quoted(name)} begins with "{_RESERVED}", which is kept for paths in Zabbix'
        raise Refusal(what, f"write {check_name(name.replace('.', '-'))}")
    return check_name(name)


def check_zabbix_proxy(name: str) -> str:
    """Return the name that a Zabbix proxy has in Zabbix.

    Raises:
        ValueError: Zabbix takes no such name.
    """
    if re.fullmatch(ZABBIX_PROXY_PATTERN, name):
        return name
    raise Refusal(
        f"no Zabbix proxy can be named {quoted(name)}",
        "write its name as Zabbix shows it: letters A to Z, digits, spaces, _ . -",
    )


def check_description(text: str) -> str:
    """Return a description.

    Raises:
        ValueError: it is longer than one line of 255 characters.
    """
    if re.fullmatch(DESCRIPTION_PATTERN, text):
        return text
    raise Refusal("the description is no single line of up to 255 characters", "shorten it")
