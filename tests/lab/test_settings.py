from pathlib import Path

import pytest

from multipath.errors import LabError
from multipath.lab import settings
from multipath.lab.nodes import PROXIES, check_lab_name, namespaces
from multipath.lab.paths import State, Template
from multipath.lab.releases import RELEASES, release

TEMPLATE, STATE = Template(Path("/cache/7.0")), State(Path("/state/default"))


def lines(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if line)


def test_versions_differ_in_the_settings_that_the_other_refuses() -> None:
    new = lines(settings.proxy(RELEASES["7.0"], TEMPLATE, STATE, PROXIES[0]))
    old = lines(settings.proxy(RELEASES["6.0"], TEMPLATE, STATE, PROXIES[0]))
    assert new["ProxyConfigFrequency"] == old["ConfigFrequency"] == "5"
    assert "ConfigFrequency" not in new
    assert "AllowSoftwareUpdateCheck" not in settings.server(RELEASES["6.0"], TEMPLATE, STATE)


def test_no_two_services_share_a_folder_for_their_sockets() -> None:
    texts = [
        settings.server(RELEASES["7.0"], TEMPLATE, STATE),
        *(settings.proxy(RELEASES["7.0"], TEMPLATE, STATE, node) for node in PROXIES),
    ]
    assert len({lines(text)["SocketDir"] for text in texts}) == 3


def test_proxies_are_registered_by_their_names() -> None:
    for each in RELEASES.values():
        assert all(f"'{node.proxy}'" in each.prepare_database for node in PROXIES)


def test_an_unknown_version_names_those_that_are_known() -> None:
    with pytest.raises(LabError, match=r"Zabbix 7\.0 or 6\.0, not 5\.0"):
        release("5.0")


@pytest.mark.parametrize("name", ["", "-a", "a-", "A", "a/b", "a" * 25, "../x"])
def test_a_name_that_is_no_folder_is_refused(name: str) -> None:
    with pytest.raises(LabError, match="a lab cannot be named"):
        check_lab_name(name)


def test_namespaces_of_two_labs_never_meet() -> None:
    names = ["a", "a-la", "a-proxy1", "a-zabbix", "la", "a-infra"]
    all_of_them = [each for name in names for each in namespaces(name).values()]
    assert len(set(all_of_them)) == len(all_of_them)
