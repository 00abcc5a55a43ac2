"""JSON Schemas of the vocabulary (draft 2020-12), for implementations in other languages."""

from typing import Any

import msgspec

from schemas.area import AreaStatement
from schemas.cases import Call, ReleasedCases
from schemas.declaration import Declaration
from schemas.entry import CasesEntry, Credential, KeyEntry, LabelsEntry, MemberEntry, StatusEntry
from schemas.findings import Finding
from schemas.label import LabelClaims
from schemas.member import Member
from schemas.signed import Enrolment, SignedDeclaration
from schemas.trace import Trace
from schemas.verdict import RecordSummary, Verdict

SCHEMAS: dict[str, type[Any]] = {
    "declaration": Declaration,
    "member": Member,
    "finding": Finding,
    "verdict": Verdict,
    "record-summary": RecordSummary,
    "trace": Trace,
    "area-statement": AreaStatement,
    "label-claims": LabelClaims,
    "entry-declaration": Credential,
    "entry-status": StatusEntry,
    "entry-key": KeyEntry,
    "entry-member": MemberEntry,
    "entry-labels": LabelsEntry,
    "entry-cases": CasesEntry,
    "call-for-cases": Call,
    "released-cases": ReleasedCases,
    "signed-declaration": SignedDeclaration,
    "enrolment": Enrolment,
}
"""Every schema by the name under which it is exported and served."""


def schema_json(name: str) -> bytes:
    """The schema of that name as JSON, to read. Raises ``KeyError`` for a name not in ``SCHEMAS``."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema"} | msgspec.json.schema(SCHEMAS[name])
    return msgspec.json.format(msgspec.json.encode(schema), indent=2) + b"\n"
