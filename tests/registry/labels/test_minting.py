"""Minting: a label is a pure function of claims, path, host and key; those below class level are logged, once."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given

from registry.errors import InvalidInput, NotFound
from registry.labels.art import label_text
from registry.labels.minting import mint
from registry.labels.sets import mint_below_class
from registry.records.publish import Published
from registry.registry import Registry
from schemas.gs1 import Gs1Path
from schemas.label import LabelClaims, encode_claims
from tests.schemas.test_gs1 import paths
from tests.verifier.labels import CLAIMS, HOST, KEYS, SIGNER, a_label, claims
from tests.world import NOW, assert_sound, entries_of, gln, gtin, log_of, new_registry, payload_of, published
from verifier import inspect_label


@pytest.fixture
def registry(tmp_path: Path) -> Generator[Registry]:
    with closing(new_registry(tmp_path / "home")) as registry:
        yield registry


@pytest.fixture
def record(registry: Registry) -> Published:
    return published(registry, 1)[0]


def minted(registry: Registry, record: int, path: Gs1Path) -> str:
    with registry.database.writing() as session:
        signer = registry.keys_in_force(session).label
        return mint_below_class(session, registry.log_writer(session, NOW), signer, HOST, record, path, NOW)


@given(claims, paths)
def test_whatever_is_minted_is_authentic_for_its_path_and_says_its_claims(said: LabelClaims, path: Gs1Path) -> None:
    label = mint(encode_claims(said), path, HOST, SIGNER)
    found = inspect_label(label, KEYS)
    assert (found.finding, found.claims, found.path) == ("authentic", said, path)
    assert mint(encode_claims(said), path, HOST, SIGNER) == label


def test_a_class_level_label_is_short_enough_for_its_qr_code() -> None:
    """Version 9 at level M holds 1,456 bits of data: 5 + 1 segment heads, bytes, and digits at 10 bits for 3."""
    url, _, digits = a_label().partition("?c=")
    before = len(url) + len("?c=")
    full, rest = divmod(len(digits), 3)
    bits = (4 + 8 + 8 * before) + (4 + 10 + 10 * full + (0, 4, 7)[rest])
    assert len(CLAIMS.leaf16) == 16
    assert bits <= 182 * 8


class TestBelowClass:
    PATH = Gs1Path.of(gtin=gtin(0), lot="LOT-1")

    def test_it_is_logged_for_its_record_and_kept(self, registry: Registry, record: Published) -> None:
        label = minted(registry, record.record, self.PATH)
        (entry,) = entries_of(registry, "carbonlabel-labels+jwt")
        said = payload_of(entry)
        assert (said["record"], said["paths"]) == (record.record, [self.PATH.text])
        with registry.database.reading() as session:
            assert label_text(session, record.record, self.PATH.text) == label
            assert label_text(session, record.record) == record.label
        assert_sound(registry)

    def test_asked_again_it_is_the_same_and_not_logged_again(self, registry: Registry, record: Published) -> None:
        first = minted(registry, record.record, self.PATH)
        size = len(log_of(registry))
        assert minted(registry, record.record, self.PATH) == first
        assert minted(registry, record.record, Gs1Path.of(gtin=gtin(0))) == record.label
        assert len(log_of(registry)) == size

    @pytest.mark.parametrize(
        "path", [Gs1Path.of(gtin=gtin(1)), Gs1Path.of(gtin=gtin(1), lot="A"), Gs1Path.of(gln=gln(0), extension="A")]
    )
    def test_another_product_s_path_is_refused_and_not_logged(
        self, registry: Registry, record: Published, path: Gs1Path
    ) -> None:
        size = len(log_of(registry))
        with pytest.raises(InvalidInput, match="the label would be for"):
            minted(registry, record.record, path)
        assert len(log_of(registry)) == size

    def test_there_is_no_label_of_no_record_or_never_minted(self, registry: Registry, record: Published) -> None:
        with registry.database.reading() as session:
            for index, path in ((0, None), (10**6, None), (record.record, self.PATH.text)):
                with pytest.raises(NotFound):
                    label_text(session, index, path)
