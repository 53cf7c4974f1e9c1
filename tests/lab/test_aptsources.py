from multipath.lab.aptsources import for_lab, parse_deb822, parse_one_line

ONE_LINE = """\
# deb http://old.example/debian bookworm main
deb http://a.example/debian bookworm main contrib # the mirror
deb-src http://a.example/debian bookworm main
deb [arch=amd64,i386 signed-by=/usr/share/k/d.gpg] https://b.example/s bookworm-security main
deb http://c.example/apt stable main
deb cdrom:[Debian_12]/ bookworm main
"""

DEB822 = """\
# made by the installer
Types: deb deb-src
URIs: http://a.example/debian
 http://b.example/debian
Suites: bookworm bookworm-updates
Components: main non-free-firmware
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb
URIs: http://off.example/debian
Suites: bookworm
Components: main
Enabled: no

types: deb
uris: http://k.example/debian
suites: bookworm-security
components: main
Signed-By:
 -----BEGIN PGP PUBLIC KEY BLOCK-----
 .
 mQINBF
 -----END PGP PUBLIC KEY BLOCK-----

Types: deb
URIs: http://vendor.example/apt
Suites: nodistro
Components: main
"""


def test_one_line_sources_are_read_with_their_options() -> None:
    stanzas = list(parse_one_line(ONE_LINE))
    assert [stanza["Suites"] for stanza in stanzas[:3]] == [
        "bookworm",
        "bookworm-security",
        "stable",
    ]
    assert stanzas[0] == {
        "Types": "deb",
        "URIs": "http://a.example/debian",
        "Suites": "bookworm",
        "Components": "main contrib",
    }
    assert stanzas[1]["Architectures"] == "amd64 i386"
    assert stanzas[1]["Signed-By"] == "/usr/share/k/d.gpg"


def test_deb822_sources_are_read_with_continuation_lines() -> None:
    first, key, vendor = parse_deb822(DEB822)
    assert first["URIs"].split() == ["http://a.example/debian", "http://b.example/debian"]
    assert key["Suites"] == "bookworm-security"
    assert key["Signed-By"].splitlines()[-1] == " -----END PGP PUBLIC KEY BLOCK-----"
    assert vendor["Suites"] == "nodistro"


def test_the_lab_gets_debians_own_archives_and_the_suite_it_wants() -> None:
    text = for_lab(parse_deb822(DEB822), "bookworm", "bookworm-backports")
    first, key = parse_deb822(text)
    assert first["Suites"] == "bookworm bookworm-updates bookworm-backports"
    assert first["Components"] == "main"
    assert first["Types"] == "deb"
    assert key["Signed-By"].splitlines()[1:3] == [" -----BEGIN PGP PUBLIC KEY BLOCK-----", " ."]
    assert "vendor" not in text
    assert "off.example" not in text


def test_main_itself_is_not_added_twice() -> None:
    (only, security) = parse_deb822(for_lab(parse_one_line(ONE_LINE), "bookworm", "bookworm"))
    assert only["Suites"] == "bookworm"
    assert security["Suites"] == "bookworm-security"


def test_nothing_of_use_is_an_empty_text() -> None:
    assert for_lab(parse_one_line("deb http://c.example/apt stable main"), "bookworm", "b") == ""
