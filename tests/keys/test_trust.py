import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import (
    Ed25519Signer,
    KeyState,
    KeyWindow,
    PublicKey,
    TrustedKey,
    TrustedLog,
    TrustedRegistry,
    TrustError,
    TrustList,
    base64url,
    note_vkey,
)

RECORD, LABEL, OLD_LABEL, LOG = (PublicKey.load(Ed25519Signer.from_seed(bytes([n]) * 32).public) for n in range(4))


def jwk(key: PublicKey, use: str, first: int, until: int | None, state: str) -> dict:
    x = base64url.encode(key.raw).decode()
    return {
        "kid": key.kid,
        "use": use,
        "kty": "OKP",
        "crv": "Ed25519",
        "x": x,
        "from": first,
        "until": until,
        "state": state,
    }


def drawn() -> dict:
    """`trust.json` as the design draws it."""
    return {
        "registry": {"name": "Low-Carbon Alliance", "origin": "id.example.org"},
        "log": {"vkey": note_vkey("id.example.org", LOG.raw)},
        "keys": [
            jwk(RECORD, "record", 0, None, "active"),
            jwk(LABEL, "label", 100, None, "active"),
            jwk(OLD_LABEL, "label", 0, 120, "compromised"),
        ],
    }


def parsed(document: object) -> TrustList:
    return TrustList.parse(json.dumps(document).encode())


class TestParse:
    def test_reads_what_the_design_draws(self):
        trust = parsed(drawn())
        assert trust.registry == TrustedRegistry(name="Low-Carbon Alliance", origin="id.example.org")
        assert trust.log_key().key == LOG
        assert trust.record_keys() == {RECORD.kid: KeyWindow(RECORD, 0, None, KeyState.ACTIVE)}
        assert trust.label_keys() == {
            LABEL.kid: KeyWindow(LABEL, 100, None, KeyState.ACTIVE),
            OLD_LABEL.kid: KeyWindow(OLD_LABEL, 0, 120, KeyState.COMPROMISED),
        }

    def test_ignores_members_that_a_later_version_adds(self):
        document = drawn()
        document["version"] = 2
        document["registry"]["country"] = "CH"
        document["log"]["witnesses"] = []
        document["keys"][0]["note"] = {}
        assert parsed(document) == parsed(drawn())

    @pytest.mark.parametrize(
        ("member", "value"),
        [
            ("kid", "0123456789abcdef"),
            ("kid", RECORD.kid.upper()),
            ("use", "root"),
            ("kty", "EC"),
            ("crv", "X25519"),
            ("x", ""),
            ("x", "AAAA"),
            ("x", base64url.encode(bytes(32)).decode()),
            ("x", base64url.encode(LABEL.raw).decode()),
            ("x", base64url.encode(RECORD.raw).decode() + "="),
            ("x", "é"),
            ("from", -1),
            ("from", None),
            ("from", "0"),
            ("from", 0.5),
            ("from", True),
            ("until", 5),
            ("state", "retired"),
            ("state", "compromised"),
            ("state", "lost"),
        ],
    )
    def test_refuses_a_key_that_contradicts_itself(self, member, value):
        document = drawn()
        document["keys"][0][member] = value
        with pytest.raises(TrustError):
            parsed(document)

    @pytest.mark.parametrize("member", ["kid", "use", "x", "from"])
    def test_refuses_a_key_that_lacks_a_member(self, member):
        document = drawn()
        del document["keys"][0][member]
        with pytest.raises(TrustError, match=member):
            parsed(document)

    def test_refuses_a_range_that_ends_before_it_starts(self):
        document = drawn()
        document["keys"][2] |= {"from": 120, "until": 120}
        assert not parsed(document).label_keys()[OLD_LABEL.kid].covers(120)
        document["keys"][2] |= {"from": 121}
        with pytest.raises(TrustError, match="before"):
            parsed(document)

    def test_refuses_a_key_twice_even_for_two_uses(self):
        document = drawn()
        document["keys"].append(jwk(RECORD, "label", 5, None, "active"))
        with pytest.raises(TrustError, match="twice"):
            parsed(document)

    @pytest.mark.parametrize("vkey", ["", "id.example.org+00000000+AA==", note_vkey("other.example.org", LOG.raw)])
    def test_refuses_a_log_that_is_not_the_registry_s(self, vkey):
        document = drawn()
        document["log"]["vkey"] = vkey
        with pytest.raises(TrustError, match="log"):
            parsed(document)

    @pytest.mark.parametrize("data", [b"", b"null", b"[]", b"{}", b"\xff", b'{"registry":"\xff"}', b"[" * 100_000])
    def test_refuses_what_is_not_of_its_form(self, data):
        with pytest.raises(TrustError):
            TrustList.parse(data)

    def test_refuses_unknown_members_nested_without_end(self):
        with pytest.raises(TrustError):
            TrustList.parse(b'{"later":' + b"[" * 100_000)

    @given(st.binary())
    def test_refuses_any_bytes(self, data):
        with pytest.raises(TrustError):
            TrustList.parse(data)


class TestEncode:
    def test_is_readable_stable_and_read_back(self):
        trust = parsed(drawn())
        text = trust.encode()
        assert text == (json.dumps(drawn(), indent=2) + "\n").encode()
        assert TrustList.parse(text) == trust
        assert TrustList.parse(text).encode() == text

    def test_writes_what_a_registry_builds(self):
        retired = msgspec.structs.replace(
            TrustedKey.introduced(OLD_LABEL.raw, "label", 0), until=120, state=KeyState.COMPROMISED
        )
        built = TrustList(
            registry=TrustedRegistry(name="Low-Carbon Alliance", origin="id.example.org"),
            log=TrustedLog(vkey=note_vkey("id.example.org", LOG.raw)),
            keys=(
                TrustedKey.introduced(RECORD.raw, "record", 0),
                TrustedKey.introduced(LABEL.raw, "label", 100),
                retired,
            ),
        )
        assert built == parsed(drawn())

    def test_cannot_be_asked_of_an_inconsistent_list(self):
        trust = parsed(drawn())
        with pytest.raises(TrustError):
            TrustList(trust.registry, trust.log, trust.keys * 2)
        with pytest.raises(TrustError):
            msgspec.structs.replace(trust.keys[0], until=3)


class TestWindow:
    def test_of_a_record_key_covers_from_its_first_index_up_to_until(self):
        window = KeyWindow(RECORD, 5, 8, KeyState.RETIRED)
        assert [index for index in range(-2, 12) if window.good_for_record(index)] == [5, 6, 7]
        assert [index for index in range(-2, 12) if window.covers(index)] == [5, 6, 7]

    def test_of_a_label_key_also_takes_in_older_records(self):
        window = KeyWindow(LABEL, 5, 8, KeyState.COMPROMISED)
        assert [index for index in range(-2, 12) if window.good_for_label(index)] == list(range(8))

    def test_of_an_active_key_has_no_end(self):
        window = KeyWindow(LABEL, 5, None, KeyState.ACTIVE)
        assert window.good_for_record(2**63)
        assert window.good_for_label(2**63)
        assert not window.good_for_record(4)
        assert window.good_for_label(4)
        assert not window.good_for_label(-1)
