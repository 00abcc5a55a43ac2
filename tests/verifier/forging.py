"""Labels made of a real record's: with the registry's real keys, as a thief would, or with a stranger's."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec

from keys import Ed25519Signer
from registry.labels.minting import mint
from registry.labels.sets import mint_below_class
from registry.records.publish import Published
from registry.registry import Registry
from schemas.gs1 import Gs1Path, parse_path
from schemas.label import LabelClaims, encode_claims, parse_claims, parse_label, parse_token
from tests.world import NOW, VALID_UNTIL, a_declaration, label_key, published

AFTER = datetime.combine(VALID_UNTIL + timedelta(days=1), datetime.min.time(), UTC)
BEFORE = NOW - timedelta(days=1)


def claims_of(label: str) -> LabelClaims:
    digits = parse_label(label).digits
    assert digits is not None
    return parse_claims(parse_token(digits).payload)


def forge(registry: Registry, record: Published, path: str | None = None, /, **changes: Any) -> str:
    """A label like that of ``record``, but for ``path`` or with other claims, signed with the registry's real key."""
    claims = msgspec.structs.replace(claims_of(record.label), **changes)
    where = path or parse_label(record.label).path.text
    return mint(encode_claims(claims), parse_path(where), "id.example.org", label_key(registry))


def mint_for(registry: Registry, record: Published, path: Gs1Path) -> str:
    """A label below class level as the registry mints it."""
    with registry.database.writing() as session:
        writer = registry.log_writer(session, NOW)
        signer = registry.keys_in_force(session).label
        return mint_below_class(session, writer, signer, "id.example.org", record.record, path, NOW)


def supersede(registry: Registry) -> Published:
    return published(registry, [a_declaration(0, gwp_total=Decimal("1.2"))])[0]


def by_another_key(registry: Registry, record: Published) -> str:
    signer = Ed25519Signer.from_seed(b"\x07" * 32)
    return mint(encode_claims(claims_of(record.label)), parse_label(record.label).path, "id.example.org", signer)
