"""What a declaration still needs to be published: a verification by a third party (ISO 14025:2006, 8; ISO 14064-3)."""

from collections.abc import Iterator
from datetime import date

from schemas.declaration import Declaration, Verification
from schemas.findings.finding import Finding, error
from schemas.findings.naming import name_of
from schemas.findings.references import is_sha256

UNSIGNED = error(
    "unsigned",
    "$",
    "Its owner signs all that it declares, and this has no signature: sign it with `carbonlabel sign`, and send that.",
    "该企业的每份声明均须自行签名，本声明没有签名：请用 carbonlabel sign 签名后提交。",
)
"""What there is to say of a declaration without a signature whose owner asked that all of its own be signed."""


def publication_findings(declaration: Declaration, operator_id: str, today: date) -> list[Finding]:
    """What is missing or wrong of the verification; ``operator_id`` is the member id of the registry's operator, and
    ``today`` the day in UTC.

    To be asked beside ``findings``, which judges everything else. Codes ``verification-missing``,
    ``verification-body``, ``verification-report`` and ``verification-date``. Never raises.
    """
    verification = declaration.verification
    if verification is None:
        name = name_of("$.verification")
        return [
            error(
                "verification-missing",
                "$.verification",
                f"{name.en} is missing: have a verification body state what it checked.",
                f"缺少{name.zh}，请由核查机构说明其核查内容。",
            )
        ]
    dated = _date(declaration, verification, today)
    return [*_body(declaration, verification, operator_id), *_report(verification), *dated]


def _body(declaration: Declaration, verification: Verification, operator_id: str) -> Iterator[Finding]:
    for other, who_en, who_zh in (
        (declaration.owner, "owner of the declaration", "声明的所有者"),
        (operator_id, "operator of the registry", "登记处的运营方"),
    ):
        if verification.body == other:
            name = name_of("$.verification.body")
            yield error(
                "verification-body",
                "$.verification.body",
                f"{name.en} is the {who_en}: have an independent body verify.",
                f"{name.zh}就是{who_zh}：请由独立的核查机构核查。",
            )


def _report(verification: Verification) -> Iterator[Finding]:
    if not is_sha256(verification.report_sha256):
        name = name_of("$.verification.report_sha256")
        yield error(
            "verification-report",
            "$.verification.report_sha256",
            f"{name.en} is missing or malformed: give the 64 lower-case hexadecimal digits of the report's SHA-256.",
            f"{name.zh}缺失或格式有误，请填写核查报告SHA-256的64位小写十六进制数字。",
        )


def _date(declaration: Declaration, verification: Verification, today: date) -> Iterator[Finding]:
    day, end, until = verification.date, declaration.reference_end, declaration.valid_until
    name = name_of("$.verification.date")
    if end is not None and day < end:
        yield error(
            "verification-date",
            "$.verification.date",
            f"{name.en} is {day}, before the reference period ends on {end}: give the day on which all was checked.",
            f"{name.zh}为{day}，早于数据统计期的结束日期{end}：请填写全部数据核查完成的日期。",
        )
    if until is not None and day > until:
        yield error(
            "verification-date",
            "$.verification.date",
            f"{name.en} is {day}, after the last day of validity {until}: correct the one that is wrong.",
            f"{name.zh}为{day}，晚于有效期截止日{until}：请更正有误的日期。",
        )
    if day > today:
        yield error(
            "verification-date",
            "$.verification.date",
            f"{name.en} is {day}, and today is {today} (UTC): give the day on which all was checked, not one to come.",
            f"{name.zh}为{day}，而今天是{today}（UTC）：请填写全部数据核查完成的日期，不得晚于今天。",
        )
