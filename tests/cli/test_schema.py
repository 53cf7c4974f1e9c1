import json

from click.testing import CliRunner

from multipath.cli.topology.schema import schema as command
from multipath.topology.schema import key_table, schema


def test_the_schema_is_printed_as_json() -> None:
    result = CliRunner().invoke(command)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == schema()


def test_the_table_of_keys_is_printed_as_markdown() -> None:
    result = CliRunner().invoke(command, ["--format", "markdown"])
    assert result.exit_code == 0
    assert result.stdout == key_table()
