import json
from pathlib import Path

import jsonschema
import pytest

from multipath.topology.document import read
from multipath.topology.model import Probe, Thresholds
from multipath.topology.schema import schema

ROOT = Path(__file__).parents[2]
EXAMPLES = sorted((ROOT / "topologies").glob("*.yaml"))
BAD = Path(__file__).parent / "bad"
BEYOND_A_SCHEMA = "type-packets-is-float"  # to JSON schema, 20.0 is a whole number
TOLD_BY_SCHEMA = [
    file
    for kind in ("key-[ma]*", "key-unknown*", "type-*", "packets-*", "size-*", "probe-type",
                 "port-[nt]*", "path-*", "dscp-*", "df-*",
                 "percent-[wan]*", "duration-[win]*", "address-mask", "address-url", "name-*",
                 "description-*", "proxy-twice")
    for file in sorted(BAD.glob(f"{kind}.yaml"))
    if file.stem != BEYOND_A_SCHEMA
]  # fmt: skip


def fits(file: Path) -> bool:
    data = read(file.read_text(encoding="utf-8"), file.name).data
    return bool(jsonschema.Draft7Validator(schema()).is_valid(data))


def test_the_shipped_schema_is_the_generated_one() -> None:
    shipped = (ROOT / "topologies" / "topology.schema.json").read_text(encoding="utf-8")
    assert shipped == json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def test_the_schema_is_one_that_validators_take() -> None:
    jsonschema.Draft7Validator.check_schema(schema())


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_every_example_fits_the_schema(file: Path) -> None:
    assert fits(file)


@pytest.mark.parametrize("file", TOLD_BY_SCHEMA, ids=lambda file: file.stem)
def test_an_editor_finds_what_one_value_alone_can_tell(file: Path) -> None:
    assert not fits(file)


def test_every_key_has_a_description_for_completion() -> None:
    whole = schema()
    for part in (whole, *whole["$defs"].values()):
        assert all(key["description"] for key in part["properties"].values())


def test_the_written_defaults_are_the_defaults() -> None:
    definitions = schema()["$defs"]
    for model in (Probe, Thresholds):
        properties = definitions[model.__name__]["properties"]
        written = {key: value["default"] for key, value in properties.items() if "default" in value}
        assert model.model_validate(written, by_alias=True, by_name=False) == model()
