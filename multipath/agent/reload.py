"""Settings that were read again while the agent runs: what of them can be followed. Pure."""

from dataclasses import dataclass, fields, replace

from multipath.agent.config import SETTING_NAMES, Settings

_TLS = tuple(name for name in SETTING_NAMES if name.startswith("tls_"))
_FOLLOWED = ("servers", "refresh_s", "heartbeat_s", "spool_bytes", "spool_age_s", *_TLS)


@dataclass(frozen=True, slots=True)
class Reload:
    """What comes of settings that were read again.

    Args:
        settings: to go by from now on.
        followed: names of the settings that changed and are followed.
        kept: names of those that changed and need a restart.
    """

    settings: Settings
    followed: tuple[str, ...]
    kept: tuple[str, ...]


def reload(now: Settings, wanted: Settings) -> Reload:
    """Return what comes of settings that were read again.

    Each of several servers has a spool of its own: another list of them needs a restart.
    """
    changed = [
        field.name
        for field in fields(Settings)
        if getattr(now, field.name) != getattr(wanted, field.name)
    ]
    fixed = {"servers"} if len(now.servers) > 1 or len(wanted.servers) > 1 else set()
    followed = {
        name: getattr(wanted, name) for name in changed if name in _FOLLOWED and name not in fixed
    }
    return Reload(
        replace(now, **followed),
        tuple(SETTING_NAMES[name] for name in followed),
        tuple(SETTING_NAMES[name] for name in changed if name not in followed),
    )
