"""Every problem of a declaration, at once, in English and Chinese.

``findings`` judges a declaration, ``publication_findings`` its verification, and ``schemas.reading`` the form of what
becomes one. An ``error`` blocks submission, a ``warning`` needs the reviewer's word. Pure: what is registered already
comes from the caller, as a ``Registered``.

Codes are stable: a client may rely on them, and a new rule gets a new code.

| code | severity | says |
|---|---|---|
| form | error | a field is unknown, missing in its object, too long or of another type (``schemas.reading``) |
| number-form | error | a number is not finite, too large, too small, with an exponent or over nine decimals |
| label-digits | error | a figure with more digits than a label has room for |
| required | error | a field that every declaration needs is missing or blank |
| key-choice | error | a GTIN and a GLN are given |
| order | error | a period does not end after it starts |
| gtin | error | no GTIN: digits, length or check digit |
| gln | error | no GLN: digits, length or check digit |
| gtin-owner | error | the GTIN or GLN belongs to another member (rule 9) |
| place-unit | error | a place does not declare per square meter |
| place-period | error | a place does not declare about one year |
| text-control | error | control, bidirectional or invalid characters in a text |
| language | error | a language tag is malformed |
| name-long | warning, error | a product name is longer than 200 characters, or than 1,000 |
| urn | error | not a URN |
| market | error | a target market is neither a country nor EU |
| country | error | the country is not in ISO 3166 |
| geography | error | a country and a region are given |
| standard-unknown | warning | a standard that the registry does not know |
| url | error | not an https address |
| sha256 | error | not a SHA-256 in lower-case hexadecimal |
| media-type | error | not a media type |
| file-name | error | not a plain file name |
| gwp-sum | error | fossil, biogenic and land use do not add up to the total (rule 1) |
| stage-modules | warning | a construction product without the modules that EN 15804+A2 asks for |
| stage-mixed | error | life-cycle stages and EN 15804 modules in one list |
| stage-twice | error | an EN 15804 module counted twice |
| stage-sum | warning, error | the stages do not add up to the total (rule 2) |
| validity | error | valid for longer than allowed (rule 4) |
| reference-old | warning | data older than 5 years (rule 4) |
| positive | error | an amount is not above zero |
| sign | error | a number has the wrong sign (rule 5) |
| mass | error | a kilogram that does not weigh 1 kg |
| range | error | a share, score or version out of range |
| record-index | error | not the index of a record |
| plausibility | warning | far more or less per kilogram than products are known to emit (rule 6) |
| claim | warning, error | a claim of climate neutrality or the like (rule 7) |
| component-key | error | a component with no record and no URN, or with both (rule 8, like all that follow) |
| component-twice | error | a record listed twice |
| component-unknown | error | a record that does not exist |
| component-stale | warning | a record that is superseded, suspended or withdrawn |
| component-unit | error | a unit that does not convert to the record's |
| component-contribution | warning | a contribution that is not what the record gives for that amount |
| component-cycle | error | a product that contains itself |
| component-sum | warning | components above the upstream emissions |
| component-period | warning | a place's product whose figure is of another time |
| area-total | warning | a place's total above all that is listed for it |
| component-revoked | error | a record that is suspended or withdrawn (``component_standing``, at publication) |
| signature | error | the owner's own signature does not hold (when it is handed in, and at publication) |
| unsigned | error | the owner signs all that it declares, and this has no signature (at submission and publication) |
| verification-missing | error | no verification (``publication_findings``, like all that follow) |
| verification-body | error | verified by its owner or by the operator |
| verification-report | error | no SHA-256 of the report |
| verification-date | error | verified before the data end, after validity, or on a day to come |

Rule 3 has no code: see ``schemas.findings.sums``.
"""

from decimal import localcontext

from schemas.declaration import Declaration
from schemas.findings.claims import claim_findings
from schemas.findings.components import REVOKED, component_findings, component_standing
from schemas.findings.finding import Finding, Severity
from schemas.findings.keys import key_findings, owner_findings
from schemas.findings.numbers import EXACT, label_findings, unfit_numbers, without
from schemas.findings.periods import period_findings
from schemas.findings.publication import UNSIGNED, publication_findings
from schemas.findings.ranges import range_findings
from schemas.findings.references import reference_findings
from schemas.findings.registered import ComponentFacts, Registered
from schemas.findings.required import required_findings
from schemas.findings.sums import sum_findings
from schemas.findings.texts import text_findings

__all__ = [
    "REVOKED",
    "UNSIGNED",
    "ComponentFacts",
    "Finding",
    "Registered",
    "Severity",
    "component_standing",
    "findings",
    "label_findings",
    "publication_findings",
]


def findings(declaration: Declaration, registered: Registered | None = None) -> list[Finding]:
    """Every problem of ``declaration``, in the order of the table; empty when there is none.

    Never raises, whatever the declaration holds. Without ``registered``, the rules that need to know other records
    and owners say nothing.
    """
    found = unfit_numbers(declaration)
    unfit = {finding.path for finding in found}
    found += required_findings(declaration)
    found += key_findings(declaration)
    if registered is not None:
        found += owner_findings(declaration, registered)
    found += text_findings(declaration)
    found += reference_findings(declaration)
    fit = without(declaration, unfit) if unfit else declaration
    found += label_findings(fit)
    with localcontext(EXACT):
        found += sum_findings(fit)
        found += period_findings(fit)
        found += range_findings(fit)
        found += claim_findings(fit)
        found += component_findings(fit, registered, unfit)
    return found
