"""The record of a declaration: a W3C Verifiable Credential 2.0. Pure."""

from datetime import UTC, date, datetime, time

from registry.home import Config
from schemas.declaration import Declaration
from schemas.entry import CREDENTIALS_V2, Credential, Issuer, Party, Subject
from schemas.member import Member

_LAST_SECOND = time(23, 59, 59, tzinfo=UTC)


def party(member: Member) -> Party:
    """``member`` as records name it."""
    return Party(member.id, member.name, member.ids)


def credential(
    declaration: Declaration,
    *,
    config: Config,
    key_path: str,
    owner: Party,
    verifier: Party,
    record: int,
    nonce: str,
    issued: date,
) -> Credential:
    """The credential to be signed as log entry ``record``.

    ``declaration`` is complete: checked by ``schemas.findings``. ``nonce`` is 32 hexadecimal random digits.
    """
    first, last = declaration.valid_from, declaration.valid_until
    assert first is not None
    assert last is not None
    return Credential(
        context=(CREDENTIALS_V2, {"@vocab": f"https://{config.origin}/terms#"}),
        id=f"https://{config.origin}/v1/records/{record}",
        type=("VerifiableCredential", "CarbonDeclaration"),
        issuer=Issuer(f"https://{config.origin}", config.name),
        valid_from=datetime.combine(first, time(tzinfo=UTC)),
        valid_until=datetime.combine(last, _LAST_SECOND),
        credential_subject=Subject(f"https://{config.origin}{key_path}", owner, verifier, declaration),
        record=record,
        nonce=nonce,
        issued=issued,
    )
