"""Every example topology is deployed, and taken away again."""

import pytest

from multipath.zabbix.client import Client
from tests.conftest import Lab
from tests.system.steps import EXAMPLE, counts, multipath

pytestmark = pytest.mark.lab

EXAMPLES = sorted(EXAMPLE.parent.glob("*.yaml"))


def test_all_examples_are_deployed_beside_each_other_and_leave_nothing(
    bare: Lab, admin: Client
) -> None:
    before = counts(admin)
    assert len(EXAMPLES) >= 5
    multipath("deploy", *EXAMPLES, "--profile", bare.profile_name, "--yes")
    try:
        said = multipath("deploy", *EXAMPLES, "--profile", bare.profile_name)
        assert "Nothing to change" in said
    finally:
        multipath("destroy", *EXAMPLES, "--profile", bare.profile_name, "--yes")
    assert counts(admin) == before
