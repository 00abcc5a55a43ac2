"""Declarations that their owner signed itself: taking the signature, and looking again before it is published."""

import json
from collections.abc import Mapping

import msgspec
from sqlalchemy import text
from sqlmodel import Session

from registry.declarations.known import key_path_of
from registry.declarations.life import unread
from registry.errors import Refused
from registry.log.append import log_size
from registry.members.keys import MemberKey
from registry.registry import Registry
from schemas.declaration import Declaration
from schemas.findings.finding import error
from schemas.reading import read_declaration
from verifier.member_signature import WrongSignature, read_signed_declaration, require_same

_NEWEST = text('select "index" from record where key_path = :key_path and superseded_by is null')


def take_signed(session: Session, registry: Registry, jws: bytes, owner: str) -> Declaration:
    """What ``owner`` declares in ``jws``, if its signature is good for the next record.

    Raises ``Refused``: with the findings on a content that cannot be read, or with what is wrong with the signature.
    """
    try:
        compact, _ = read_signed_declaration(jws)
    except WrongSignature as problem:
        raise _refused(problem) from problem
    declared, found = read_declaration(json.loads(compact.payload)["declaration"])
    if declared is None:
        raise unread(found)
    newest = session.connection().execute(_NEWEST, {"key_path": key_path_of(declared)}).scalar()
    as_record = msgspec.structs.replace(declared, owner=owner, supersedes=newest)
    keys = registry.keys_in_force(session).members
    require_signed(jws, as_record, registry.config.origin, keys, log_size(session))
    return declared


def require_signed(jws: bytes, declared: Declaration, origin: str, keys: Mapping[str, MemberKey], index: int) -> str:
    """The id of the key by which the owner of ``declared`` signed it in ``jws``, to be the record at ``index``.

    Raises ``Refused`` unless it is a key of the owner that is in force there, and the signature is good and about this
    content, this product, this version and the registry of that ``origin``.
    """
    try:
        compact, signed = read_signed_declaration(jws)
        require_same(signed, declared, origin)
        kid = compact.header.kid
        key = keys.get(kid)
        if key is None or key.member != declared.owner or not key.window.covers(index):
            raise WrongSignature(f"it is by {kid}, which is no key of {declared.owner} in force")
        if not key.window.key.verifies(compact.signature, compact.signing_input):
            raise WrongSignature(f"it is not signed by {kid}, or was changed since")
    except WrongSignature as problem:
        raise _refused(problem) from problem
    return kid


def _refused(problem: WrongSignature) -> Refused:
    found = error(
        "signature",
        "$",
        f"The owner's own signature does not hold: {problem}. Sign the declaration as it is now, and send that.",
        f"企业自行签名无效（{problem}）：请对当前声明重新签名后提交。",
    )
    return Refused("the signature does not hold; nothing was changed", [found])
