"""The options that say which Zabbix, and as whom. Secrets come from anywhere but the arguments."""

import functools
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from multipath.errors import ConfigError
from multipath.zabbix.profile import Profile, load_profile

Connect = Callable[[], Profile]


def connection_options(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the connection's options; it gets the resulting ``zabbix: Profile``."""

    @functools.wraps(command)
    def with_zabbix(*args: Any, connect: Connect, **others: Any) -> None:
        command(*args, zabbix=connect(), **others)

    return optional_connection(with_zabbix)


def optional_connection(command: Callable[..., None]) -> Callable[..., None]:
    """Give a command the connection's options; it gets ``connect``, which returns the profile.

    For commands that do something without any Zabbix: what is missing is told when it is asked.
    """

    @click.option("--profile", metavar="NAME", help="Profile in ~/.config/multipath/config.toml.")
    @click.option("--url", metavar="URL", help="Zabbix frontend (or ZABBIX_URL).")
    @click.option("--user", metavar="NAME", help="Zabbix user (or ZABBIX_USER).")
    @click.option(
        "--password-file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="File with the password (or ZABBIX_PASSWORD).",
    )
    @click.option(
        "--token-file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="File with an API token (or ZABBIX_TOKEN).",
    )
    @functools.wraps(command)
    def with_connection(
        *args: Any,
        profile: str | None,
        url: str | None,
        user: str | None,
        password_file: Path | None,
        token_file: Path | None,
        **others: Any,
    ) -> None:
        base = load_profile(profile) if profile else _from_environment()
        if url:
            base = replace(base, url=url)
        if user:
            base = replace(base, user=user, token=None)
        if password_file:
            base = replace(base, password=_secret(password_file), token=None)
        if token_file:
            base = replace(base, token=_secret(token_file), user=None, password=None)
        command(*args, connect=functools.partial(_complete, base), **others)

    return with_connection


def _from_environment() -> Profile:
    return Profile(
        url=os.environ.get("ZABBIX_URL", ""),
        token=os.environ.get("ZABBIX_TOKEN") or None,
        user=os.environ.get("ZABBIX_USER") or None,
        password=os.environ.get("ZABBIX_PASSWORD") or None,
    )


def _complete(profile: Profile) -> Profile:
    if not profile.url:
        raise ConfigError("which Zabbix? Give --profile NAME, --url URL, or set ZABBIX_URL")
    if not profile.url.startswith(("http://", "https://")):
        raise ConfigError(f"{profile.url!r} is no URL of a Zabbix frontend: http://… or https://…")
    if "@" in profile.url.split("/")[2]:
        raise ConfigError("the URL holds a user or password: write them elsewhere, URLs are shown")
    if not profile.token and not (profile.user and profile.password):
        raise ConfigError(
            f"as whom at {profile.url}? Set ZABBIX_TOKEN, or ZABBIX_USER and ZABBIX_PASSWORD, "
            "or give --token-file, or --user and --password-file"
        )
    return profile


def _secret(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            f"cannot read the secret in {file}: {error.__class__.__name__}"
        ) from error
