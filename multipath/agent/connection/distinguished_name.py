"""Distinguished names of certificates as Zabbix writes them: RFC 4514. Pure."""

_SHORT = {
    "commonName": "CN",
    "countryName": "C",
    "domainComponent": "DC",
    "localityName": "L",
    "organizationName": "O",
    "organizationalUnitName": "OU",
    "stateOrProvinceName": "ST",
    "streetAddress": "street",
    "userId": "UID",
}
_ESCAPED = frozenset(',+"\\<>;')

Name = tuple[tuple[tuple[str, str], ...], ...]
"""As ``ssl`` has them: parts from the general to the special, each one or more attributes."""


def format_name(name: Name) -> str:
    """Return ``CN=zabbix,O=Example``: from the special to the general."""
    return ",".join(
        "+".join(f"{_SHORT.get(kind, kind)}={_escape(value)}" for kind, value in part)
        for part in reversed(name)
    )


def _escape(value: str) -> str:
    text = "".join(f"\\{letter}" if letter in _ESCAPED else letter for letter in value)
    if text.startswith(("#", " ")):
        text = f"\\{text}"
    if text.endswith(" ") and len(value) > 1:
        text = f"{text[:-1]}\\ "
    return text
