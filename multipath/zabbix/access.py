"""Makes and takes away the user that deploys with the least rights: a super admin's work.

The one place besides ``writer`` that writes to Zabbix: it makes who may write, not what is
deployed.
"""

import secrets
from collections.abc import Callable, Collection
from typing import Any

from multipath import names
from multipath.errors import ZabbixError
from multipath.zabbix import rights
from multipath.zabbix.client import Client

Tell = Callable[[str], None]
"""Told what was done to each part: ``created role multipath``."""

_NAME = names.ACCESS
_ID = {
    "hostgroup": "groupid",
    "role": "roleid",
    "usergroup": "usrgrpid",
    "user": "userid",
    "token": "tokenid",
    "dashboard": "dashboardid",
    "map": "sysmapid",
}
_OWNED = ("dashboard", "map")
"""Kinds that only their owner may change."""


def has_token(client: Client) -> bool:
    """Tell whether the user has its token already; nobody can see it again."""
    return _token(client) is not None


def grant(client: Client, topologies: Collection[str], tell: Tell) -> str:
    """Make the host group, role, user group and user what they should be; return the user's id.

    What is so already is left alone. Dashboards and maps of the topologies that another user
    deployed are given to this one: only their owner may change them.

    Raises:
        ZabbixError: something of this name is not ours, or a call failed; a user that is no super
            admin is refused the first write.
    """
    _check_ours(client)
    group = _host_group(client, tell)
    role = _role(client, tell)
    members = {
        "gui_access": rights.FRONTEND_DISABLED,
        "users_status": "0",
        "hostgroup_rights": [{"id": group, "permission": rights.READ_WRITE}],
    }
    user_group = _ensure(
        client, "usergroup", {"name": _NAME, **members}, tell, selectHostGroupRights="extend"
    )
    user = _ensure(
        client,
        "user",
        {
            "username": _NAME,
            "name": names.ACCESS_MARK,
            "roleid": role,
            "usrgrps": [{"usrgrpid": user_group}],
        },
        tell,
        only_new={"passwd": _password()},
        selectUsrgrps=["usrgrpid"],
    )
    boards = [names.board(topology) for topology in sorted(topologies)]
    _hand_over(client, user, tell, filter={"name": boards})
    return user


def make_token(client: Client, user: str) -> str:
    """Return a new token of the user; an older one of ours ends to hold.

    Raises:
        ZabbixError: a call failed.
    """
    token = _token(client)
    if token is None:
        made = client.call("token.create", [{"name": _NAME, "userid": user}])
        number = made["tokenids"][0]
    else:
        number = token["tokenid"]
    return str(client.call("token.generate", [number])[0]["token"])


def revoke(client: Client, tell: Tell) -> None:
    """Take the user, its token, group and role away, and the host group if it is empty.

    What the user deployed stays; its dashboards and maps go to whoever made its token.

    Raises:
        ZabbixError: something of this name is not ours, nobody is left whom they could be given
            to, or a call failed.
    """
    _check_ours(client)
    user, token = _find(client, "user", "username"), _token(client)
    if user is not None:
        _hand_back(client, user["userid"], token, tell)
        _delete(client, "user", user, tell)
    for kind in ("usergroup", "role"):
        row = _find(client, kind)
        if row is not None:
            _delete(client, kind, row, tell)
    group = _find(client, "hostgroup", selectHosts=["hostid"])
    if group is not None and group["uuid"] == names.HOST_GROUP_UUID:
        if group["hosts"]:
            tell(f"kept host group {names.HOST_GROUP}: there are hosts in it; destroy takes it")
        else:
            _delete(client, "hostgroup", group, tell)


def _check_ours(client: Client) -> None:
    """Refuse to touch a user without our mark, and what other users than ours are in."""
    user = _find(client, "user", "username")
    if user is not None and user["name"] != names.ACCESS_MARK:
        raise ZabbixError(
            f"Zabbix has a user {_NAME} whose name is not {names.ACCESS_MARK!r}: it is someone "
            "else's; give it another username"
        )
    for kind in ("role", "usergroup"):
        there = _find(client, kind, selectUsers=["userid"])
        if there and any(not user or each["userid"] != user["userid"] for each in there["users"]):
            raise ZabbixError(
                f"Zabbix has a {_label(kind)} {_NAME} with other users in it: it is someone "
                "else's; give it another name"
            )


def _host_group(client: Client, tell: Tell) -> str:
    only_new = {"uuid": names.HOST_GROUP_UUID}
    return _ensure(client, "hostgroup", {"name": names.HOST_GROUP}, tell, only_new=only_new)


def _role(client: Client, tell: Tell) -> str:
    named = {"name": _NAME, "type": rights.USER_TYPE}
    if _find(client, "role") is None:
        _ensure(client, "role", {**named, "rules": rights.role_rules({})}, tell)
        tell = _silently  # what a new role does not name is on, and is switched off below
    there = _find(client, "role", selectRules="extend")
    wanted = {**named, "rules": rights.role_rules(there["rules"])}
    return _ensure(client, "role", wanted, tell, selectRules="extend")


def _silently(_what: str) -> None:
    """Tell nobody."""


def _ensure(
    client: Client,
    kind: str,
    wanted: dict[str, Any],
    tell: Tell,
    *,
    only_new: dict[str, Any] | None = None,
    **reading: Any,
) -> str:
    """Create or update an object unless it says already what is wanted; return its id."""
    name_field = next(iter(wanted))
    there = _find(client, kind, name_field, **reading)
    label = f"{_label(kind)} {wanted[name_field]}"
    if there is None:
        made = client.call(f"{kind}.create", [{**wanted, **(only_new or {})}])
        tell(f"created {label}")
        return str(made[f"{_ID[kind]}s"][0])
    number = str(there[_ID[kind]])
    if rights.says(there, wanted):
        tell(f"unchanged {label}")
    else:
        client.call(f"{kind}.update", [{_ID[kind]: number, **wanted}])
        tell(f"updated {label}")
    return number


def _find(client: Client, kind: str, name_field: str = "name", **reading: Any) -> Any:
    rows = client.get(kind, output="extend", filter={name_field: [_NAME]}, **reading)
    return rows[0] if rows else None


def _token(client: Client) -> Any:
    user = _find(client, "user", "username")
    return _find(client, "token", userids=[user["userid"]]) if user else None


def _delete(client: Client, kind: str, row: dict[str, Any], tell: Tell) -> None:
    client.call(f"{kind}.delete", [row[_ID[kind]]])
    tell(f"deleted {_label(kind)} {_NAME}")


def _hand_over(client: Client, user: str, tell: Tell, **which: Any) -> None:
    """Make a user the owner of dashboards and maps."""
    for kind in _OWNED:
        rows = client.get(kind, output=[_ID[kind], "name", "userid"], **which)
        others = [row for row in rows if row["userid"] != user]
        if others:
            changes = [{_ID[kind]: row[_ID[kind]], "userid": user} for row in others]
            client.call(f"{kind}.update", changes)
            for row in others:
                tell(f"gave {kind} {row['name']} a new owner")


def _hand_back(client: Client, user: str, token: Any, tell: Tell) -> None:
    owned = {
        f"{kind} {row['name']}"
        for kind in _OWNED
        for row in client.get(kind, output=["name"], filter={"userid": user})
    }
    if not owned:
        return
    if token is None or not client.get("user", userids=[token["creator_userid"]]):
        raise ZabbixError(
            f"who made the token of user {_NAME} is not known any more: give what it owns another "
            f"owner in Zabbix, or destroy its topologies first: {', '.join(sorted(owned))}"
        )
    _hand_over(client, token["creator_userid"], tell, filter={"userid": user})


def _label(kind: str) -> str:
    return {"hostgroup": "host group", "usergroup": "user group"}.get(kind, kind)


def _password() -> str:
    """Return a password that nobody learns: the user has a token, and no frontend."""
    return f"{secrets.token_urlsafe(24)}-Aa1"
