"""Whose declaration a file is: another manufacturer's never becomes the member's own."""

import json
import threading
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from registry.imports.makers import Makers, folded_name
from registry.imports.row import Maker
from registry.jobs.kinds import KINDS
from registry.jobs.working import work_once
from registry.registry import Registry
from tests.registry.imports.tables import csv_of, good
from tests.registry.imports.test_ilcd import archive, process
from tests.registry.imports.test_job import put, result_of
from tests.registry.imports.test_openepd import EPD
from tests.registry.imports.test_pact import changed
from tests.world import MAKER, NOW, assert_sound, new_registry


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Registry]:
    with closing(new_registry(tmp_path_factory.mktemp("makers") / "home")) as made:
        yield made
        assert_sound(made)


@pytest.mark.parametrize(
    ("name", "folded"),
    [
        ("Hamberger Flooring GmbH & Co. KG", "hambergerflooring"),
        ("Rinn Beton- und Naturstein GmbH & Co.KG", "rinnbetonundnaturstein"),
        ("MAKER  WORKS, Inc.", "makerworks"),
        ("Møbel A/S", "møbel"),
        ("制造厂股份有限公司", "制造厂"),
        ("ＭＡＫＥＲ有限公司", "maker"),
        ("AG", "ag"),
        ("...", ""),
    ],
)
def test_names_are_compared_without_case_punctuation_and_legal_form(name: str, folded: str) -> None:
    assert folded_name(name) == folded


OWN = [
    Maker("$", ("Maker Works GmbH",)),
    Maker("$", ("制造厂有限公司",)),
    Maker("$", ("MAKER",)),
    Maker("$", ("Somebody", "Maker Works")),
    Maker("$", ("Somebody",), ("URN:GLN:9521111111110",)),
    Maker("$", (), (), "maker-works.example.com"),
    Maker("$"),
    None,
]
OTHERS = [
    (Maker("$.at", ("Rival Works Ltd",)), "which is another member, rival"),
    (Maker("$.at", (), (), "www.rival.example"), "which is another member, rival"),
    (Maker("$.at", ("Nobody Known",)), "is no name of maker (Maker Works)"),
    (Maker("$.at", (), ("urn:gln:9522222222220",)), "is no name of maker"),
    (Maker("$.at", (), (), "example.com"), "is no name of maker"),
    (Maker("$.at", ("\0\n" * 300,)), "is no name of maker"),
]


def test_one_name_or_identifier_of_the_member_is_enough(registry: Registry) -> None:
    with registry.database.reading() as session:
        for maker in OWN:
            assert Makers(session).findings(MAKER.id, maker) == (), maker


def test_a_file_of_somebody_else_is_an_error_with_its_place(registry: Registry) -> None:
    with registry.database.reading() as session:
        for maker, says in OTHERS:
            (found,) = Makers(session).findings(MAKER.id, maker)
            assert (found.code, found.severity, found.path) == ("other-maker", "error", "$.owner")
            assert says in found.message["en"]
            assert all("$.at" in words for words in found.message.values())


RIVALS: list[tuple[str, bytes, str]] = [
    ("epd.json", json.dumps(EPD | {"manufacturer": {"name": "Rival Works"}}).encode(), "$.manufacturer.name"),
    ("pact.json", json.dumps(changed(companyName="Rival Works")).encode(), "$.companyName"),
    ("epd.zip", archive(process(owner="Rival Works")), "publicationAndOwnership/referenceToOwnershipOfDataSet"),
]


@pytest.mark.parametrize(("name", "content", "place"), RIVALS, ids=["openEPD", "PACT", "ILCD+EPD"])
def test_another_manufacturers_declaration_is_refused_whatever_its_form(
    registry: Registry, name: str, content: bytes, place: str
) -> None:
    for dry_run in (True, False):
        key = put(registry, content, name, dry_run=dry_run)
        assert work_once(registry, KINDS, threading.Event(), lambda: NOW)
        result = result_of(registry, key)
        assert (result.counts, result.errors) == ({"refused": 1}, {"other-maker": 1})
        (refused,) = result.refusals
        assert refused.column(refused.findings[0]).endswith(place)


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_a_row_of_another_member_is_not_taken_for_the_one_that_sends_it(registry: Registry, kind: str) -> None:
    lines = [{"owner": owner, "gwp_total": "1"} for owner in ("rival", "maker")]
    content = csv_of([good(71, member="rival"), good(72, member="maker")])
    if kind == "ndjson":
        content = "\n".join(map(json.dumps, lines))
    key = put(registry, content.encode(), f"rows.{kind}", dry_run=True)
    assert work_once(registry, KINDS, threading.Event(), lambda: NOW)
    first, *others = result_of(registry, key).refusals
    (found,) = [one for one in first.findings if one.code == "owner"]
    assert "is 'rival', and the file is registered for maker" in found.message["en"]
    assert not [one for refused in others for one in refused.findings if one.code == "owner"]


def test_all_that_is_wrong_is_said_at_once(registry: Registry) -> None:
    unsound: dict[str, Any] = {"manufacturer": {"name": "Rival Works"}, "ext": None}
    key = put(registry, json.dumps(EPD | unsound).encode(), "epd.json")
    assert work_once(registry, KINDS, threading.Event(), lambda: NOW)
    (refused,) = result_of(registry, key).refusals
    assert {"gtin-none", "other-maker", "required"} <= {one.code for one in refused.findings}


def test_what_the_sender_should_know_is_counted_with_a_row_that_is_taken(registry: Registry) -> None:
    key = put(registry, json.dumps(EPD | {"private": True}).encode(), "epd.json")
    assert work_once(registry, KINDS, threading.Event(), lambda: NOW)
    result = result_of(registry, key)
    assert result.counts == {"submitted": 1}
    assert result.warnings["openepd-private"] == 1
