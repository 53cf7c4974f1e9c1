"""What ``access`` would make, for an admin who makes it by hand in Zabbix."""

from collections.abc import Collection, Iterator

from multipath import names
from multipath.zabbix import rights

Part = tuple[str, str, list[tuple[str, str]]]
"""A heading, where in Zabbix's menu, and the fields to fill in."""


def by_hand(zabbix_proxies: Collection[str]) -> str:
    """Return the steps as text.

    Args:
        zabbix_proxies: the Zabbix proxies that the topologies name; they must be there.
    """
    lines = [
        "Made in Zabbix by a super admin, once. Leave everything else as it is. In Zabbix 6.0 the",
        "menu says Configuration for Data collection, and Administration for Users.",
        "",
    ]
    for number, (heading, menu, fields) in enumerate(_parts(), start=1):
        lines.append(f"{number}. {heading}: {menu}")
        lines += [f"     {name:<26}{value}" for name, value in fields]
        lines.append("")
    if zabbix_proxies:
        listed = ", ".join(sorted(zabbix_proxies))
        lines += [f"The Zabbix proxies must be there before a deploy: {listed}", ""]
    lines += ["With --apply, multipath does it."]
    return "\n".join(lines)


def _parts() -> Iterator[Part]:
    name = names.ACCESS
    yield (
        "Host group",
        "Data collection → Host groups → Create host group",
        [("Group name", names.HOST_GROUP)],
    )
    first, *others = rights.api_methods()
    yield (
        "Role",
        "Users → User roles → Create user role",
        [
            ("Name", name),
            ("User type", "Admin"),
            ("Access to UI elements", f"only {', '.join(rights.UI_ELEMENTS.values())}"),
            ("Read-only services", "All"),
            ("Read-write services", f"Service list, with tag: {names.TAG_TOPOLOGY}"),
            ("Default access to modules", "no"),
            ("Access to actions", f"only {', '.join(rights.ACTIONS.values())}"),
            ("Default access to actions", "no"),
            ("API methods", f"Allow list: {first}"),
            *(("", f"            {method}") for method in others),
        ],
    )
    yield (
        "User group",
        "Users → User groups → Create user group",
        [
            ("Group name", name),
            ("Frontend access", "Disabled"),
            ("Host permissions", f"{names.HOST_GROUP}: Read-write"),
        ],
    )
    yield (
        "User",
        "Users → Users → Create user",
        [
            ("Username", name),
            ("Name", names.ACCESS_MARK),
            ("Groups", name),
            ("Password", "a long one that nobody needs to know"),
            ("Role", name),
        ],
    )
    yield (
        "Token",
        "Users → API tokens → Create API token",
        [("Name", name), ("User", name)],
    )
