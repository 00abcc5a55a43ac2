"""What the registry writes about objections, English and Chinese in one letter: never what the objector wrote."""

from datetime import UTC, datetime

from sqlalchemy import func
from sqlmodel import Session, col, select

from registry.access.roles import Role
from registry.accounts.letters import Letters
from registry.accounts.outbox import StoredOutbox
from registry.accounts.people import people_of
from registry.database.objection_tables import ObjectionRow
from registry.database.reminder_tables import ReminderRow
from registry.objections.objections import ObjectionState, product_of
from registry.pages.vocabulary import Both
from registry.registry import OPERATOR
from schemas.text import in_language

_WORDS = {
    ObjectionState.ADMITTED: Both(
        "Somebody objects to record {record}, {product}, and the operator looks into it. Read it and say your view at:",
        "有人对记录 {record}（{product}）提出异议，运营方正在处理。请通过上面的链接查看并陈述意见。",
    ),
    ObjectionState.ANSWERED: Both(
        "An objection to record {record}, {product}, was answered: {answer}",
        "对记录 {record}（{product}）的异议已获答复：{answer}",
    ),
    ObjectionState.DISMISSED: Both(
        "An objection to record {record}, {product}, was dismissed: {answer}",
        "对记录 {record}（{product}）的异议已被驳回：{answer}",
    ),
    ObjectionState.UPHELD: Both(
        "An objection to record {record}, {product}, was upheld, and the record is suspended: {answer}",
        "对记录 {record}（{product}）的异议成立，该记录已暂停：{answer}",
    ),
}

_WAITING = Both("Objections that wait to be read: {waiting}. At:", "待查阅的异议：{waiting} 项。请通过上面的链接处理。")
_OCCASION = "objections"


def tell_operator(session: Session, letters: Letters, now: datetime) -> bool:
    """Writes to the operator's people how many objections wait to be read, if some were filed since the last such
    letter, and none was sent today (UTC). Returns whether it did.

    Called when one is filed, and once a day for those filed after that day's letter.
    """
    today = str(now.astimezone(UTC).date())
    if session.get(ReminderRow, (_OCCASION, "", today)) is not None:
        return False
    last = session.exec(select(func.max(ReminderRow.sent_at)).where(ReminderRow.occasion == _OCCASION)).one()
    filed = col(ObjectionRow.state) == ObjectionState.FILED
    waiting = session.exec(select(func.count(), func.max(ObjectionRow.filed_at)).where(filed)).one()
    if not waiting[0] or (last is not None and waiting[1] <= last):
        return False
    session.add(ReminderRow(occasion=_OCCASION, subject="", stage=today, sent_at=now))
    outbox = StoredOutbox(session, now)
    english, chinese = (_WAITING.text(language).format(waiting=waiting[0]) for language in ("en", "zh"))
    for person, _ in people_of(session, OPERATOR):
        text = f"{english}\n\n{letters.address}/objections"
        outbox.put(letters.letter(person.email, "Objections / 异议", text, chinese))
    return True


def tell(session: Session, letters: Letters, row: ObjectionRow, was: str, objector: str | None, now: datetime) -> None:
    """Writes to the owner's and the body's signers, if they know of it, and to the objector of a decision."""
    told = {objector} - {None}
    if ObjectionState.ADMITTED in (was, row.state):
        for member in filter(None, (row.owner_id, row.body_id)):
            told |= {person.email for person, roles in people_of(session, member) if Role.SIGNER in roles}
    state, names = ObjectionState(row.state), product_of(session, row)
    english, chinese = (
        _WORDS[state].text(language).format(record=row.record, product=in_language(names, language), answer=row.answer)
        for language in ("en", "zh")
    )
    page = "/objections" if state is ObjectionState.ADMITTED else f"/records/{row.record}/object"
    outbox = StoredOutbox(session, now)
    for email in sorted(filter(None, told)):
        outbox.put(letters.letter(email, "An objection / 异议", f"{english}\n\n{letters.address}{page}", chinese))
