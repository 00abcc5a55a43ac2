"""Every problem of a declaration, at once, in English and Chinese. Pure: no I/O, no clock, no keys."""

from schemas.declaration import Declaration
from schemas.findings.finding import Finding, Severity, error
from schemas.findings.registered import ComponentFacts, Registered

__all__ = ["ComponentFacts", "Finding", "Registered", "Severity", "findings", "publication_findings"]


def findings(declaration: Declaration, registered: Registered | None = None) -> list[Finding]:
    """Every problem of ``declaration``; empty when there is none. Never raises."""
    found: list[Finding] = []
    if not declaration.owner:
        found.append(
            error("required", "$.owner", "The owner (owner) is missing: give it.", "缺少所有者（owner），请填写。")
        )
    if declaration.gwp_total is None:
        found.append(
            error(
                "required",
                "$.gwp_total",
                "The total emissions (gwp_total) are missing: give them.",
                "缺少排放总量（gwp_total），请填写。",
            )
        )
    return found


def publication_findings(declaration: Declaration, operator_id: str) -> list[Finding]:
    """What ``declaration`` still lacks to be published by the operator with member id ``operator_id``."""
    if declaration.verification is None:
        return [error("verification-missing", "$.verification", "A verification is missing.", "缺少核查声明。")]
    return []
