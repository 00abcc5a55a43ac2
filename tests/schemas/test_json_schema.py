"""The exported JSON Schemas: sound schemas, by which another implementation accepts what we write and only that."""

import json
from collections.abc import Generator
from contextlib import closing
from typing import Any

import jsonschema_rs
import msgspec
import pytest

from keys import split_compact
from registry.registry import Registry
from schemas.entry import StatusEvent
from schemas.json_schema import SCHEMAS, schema_json
from tests.world import a_declaration, a_place, change, log_of, new_registry, published, verdict_on

ENTRY_SCHEMAS = {
    "vc+jwt": "entry-declaration",
    "carbonlabel-status+jwt": "entry-status",
    "carbonlabel-key+jwt": "entry-key",
    "carbonlabel-member+jwt": "entry-member",
}


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Generator[Registry]:
    with closing(new_registry(tmp_path_factory.mktemp("schemas") / "home")) as registry:
        yield registry


def validator(name: str) -> jsonschema_rs.Draft202012Validator:
    return jsonschema_rs.Draft202012Validator(json.loads(schema_json(name)))


@pytest.mark.parametrize("name", SCHEMAS)
def test_it_is_a_schema_of_draft_2020_12_with_every_reference_resolved(name: str) -> None:
    schema = json.loads(schema_json(name))
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema_rs.meta.validate(schema)
    validator(name)


def test_no_schema_of_that_name() -> None:
    with pytest.raises(KeyError):
        schema_json("nothing")


def test_every_entry_of_a_log_is_valid_by_its_schema(registry: Registry) -> None:
    record, place = published(registry, [a_declaration(1), a_place(2)])
    change(registry, record.record, StatusEvent.SUSPENDED)
    seen = set()
    for entry in log_of(registry):
        validator(ENTRY_SCHEMAS[entry.typ]).validate(json.loads(split_compact(entry.jws).payload))
        seen.add(entry.typ)
    assert seen == ENTRY_SCHEMAS.keys()
    for label in (record.label, place.label, "hello"):
        validator("verdict").validate(json.loads(msgspec.json.encode(verdict_on(registry, label))))


@pytest.mark.parametrize(
    "wrong",
    [
        {"declared_unit": "bushel"},
        {"boundary": "gate"},
        {"gwp_total": 1.7},
        {"gwp_total": True},
        {"surprise": 1},
        {"version": 0},
        {"valid_from": 20260301},
        {"standards": "ISO 14067"},
    ],
    ids=str,
)
def test_a_declaration_that_we_would_not_read_is_invalid(wrong: dict[str, Any]) -> None:
    sound = json.loads(msgspec.json.encode(a_declaration(1)))
    assert validator("declaration").is_valid(sound)
    assert not validator("declaration").is_valid(sound | wrong)
