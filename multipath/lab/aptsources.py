"""Which package archives the machine uses, and the same ones as a lab needs them. Pure.

Both formats of sources.list(5) are read: one line per archive, and deb822 stanzas. The result is
deb822. So the lab's packages come from where the machine's do, with its mirror and its keys.
"""

import re
from collections.abc import Iterable, Iterator

Stanza = dict[str, str]
"""One archive: deb822 field names to values, as written."""

_ONE_LINE = re.compile(
    r"deb\s+(?:\[(?P<options>[^]]*)\]\s+)?(?P<uri>\S+)\s+(?P<suite>\S+)(?P<rest>.*)"
)
_OPTIONS = {"signed-by": "Signed-By", "trusted": "Trusted", "arch": "Architectures"}


def parse_one_line(text: str) -> Iterator[Stanza]:
    """Yield the binary archives of a ``.list`` file."""
    for line in text.splitlines():
        match = _ONE_LINE.fullmatch(line.partition("#")[0].strip())
        if match is None:
            continue
        stanza = {
            "Types": "deb",
            "URIs": match["uri"],
            "Suites": match["suite"],
            "Components": match["rest"].strip(),
        }
        for option in (match["options"] or "").split():
            name, _, value = option.partition("=")
            if name.lower() in _OPTIONS:
                stanza[_OPTIONS[name.lower()]] = value.replace(",", " ")
        yield stanza


def parse_deb822(text: str) -> Iterator[Stanza]:
    """Yield the enabled binary archives of a ``.sources`` file."""
    lines = (line for line in text.splitlines() if not line.startswith("#"))
    for paragraph in re.split(r"\n\s*\n", "\n".join(lines)):
        stanza = _fields(paragraph)
        enabled = stanza.get("Enabled", "yes").lower() not in {"no", "false", "0"}
        if enabled and "deb" in stanza.get("Types", "").split():
            yield stanza


def _fields(paragraph: str) -> Stanza:
    """Return the fields; a value keeps its continuation lines (an embedded key has them)."""
    canonical = {
        name.lower(): name for name in ("Types", "URIs", "Suites", "Components", "Enabled")
    }
    stanza: Stanza = {}
    name = ""
    for line in paragraph.splitlines():
        if line[:1].isspace():
            stanza[name] += f"\n{line}"
            continue
        raw, _, value = line.partition(":")
        name = canonical.get(raw.strip().lower(), raw.strip())
        stanza[name] = value.strip()
    return stanza


def for_lab(stanzas: Iterable[Stanza], codename: str, suite: str) -> str:
    """Return deb822 text with Debian's own archives of a release, and one more suite of it.

    Archives of others (another suite name, no component ``main``, a CD) are left out. The text is
    empty if nothing is left.
    """
    own = {codename, f"{codename}-updates", f"{codename}-security"}
    kept = []
    for stanza in stanzas:
        suites = [name for name in stanza.get("Suites", "").split() if name in own]
        uris = [uri for uri in stanza.get("URIs", "").split() if not uri.startswith("cdrom:")]
        if not suites or not uris or "main" not in stanza.get("Components", "").split():
            continue
        if codename in suites and suite not in suites:
            suites.append(suite)
        kept.append(
            {
                **stanza,
                "Types": "deb",
                "URIs": " ".join(uris),
                "Suites": " ".join(suites),
                "Components": "main",
            }
        )
    return "\n".join(
        "".join(f"{name}: {value}\n" for name, value in stanza.items()) for stanza in kept
    )
