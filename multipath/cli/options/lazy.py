"""A group whose sub-commands are imported when they are used: an agent stays small."""

import importlib
from collections.abc import Mapping
from typing import Any

import click


class LazyGroup(click.Group):
    """A click group that imports a sub-command only when it is named.

    Args:
        places: each sub-command and where it lives, ``module:attribute``, in the order of help.
        settings: what a click group takes.
    """

    def __init__(self, *, places: Mapping[str, str], **settings: Any) -> None:
        super().__init__(**settings)
        self._places = places

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """Return the names of the sub-commands."""
        return list(self._places)

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return the sub-command, or None if there is no such one."""
        if cmd_name not in self._places:
            return None
        module, _, attribute = self._places[cmd_name].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101 - holds by the table
        return command
