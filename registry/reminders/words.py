"""What reminders say, English beside Chinese."""

from registry.pages.vocabulary import Both
from registry.reminders.due import Occasion, Reminder
from schemas.text import in_language

_WORDS = {
    Occasion.EXPIRY: Both(
        "{name} (record {number}): its declaration ends on {day}. Renew it.",
        "{name}（记录 {number}）：声明将于 {day} 到期，请续期。",
    ),
    Occasion.PART: Both(
        "{name} (record {number}): its part, record {part}, {fate}. See whether its figure still holds.",
        "{name}（记录 {number}）：其部件（记录 {part}）{fate}，请确认数值是否仍然成立。",
    ),
    Occasion.DEEPER: Both(
        "{name} (record {number}): a part of its parts, record {part}, {fate}. See whether its figure still holds.",
        "{name}（记录 {number}）：其部件所含的下级部件（记录 {part}）{fate}，请确认数值是否仍然成立。",
    ),
    Occasion.WAITING: Both(
        "{name}, verified or under review: its part, record {part}, {fate}. It is not published like that: the "
        "verification body or the operator returns it to its owner. {address}",
        "{name}（核查中或已核查）：其部件（记录 {part}）{fate}，因此不能发布，应由核查机构或运营方退回企业。{address}",
    ),
    Occasion.ACCREDITATION: Both(
        "{name}: its accreditation ends on {day}. From the next day on it states no verification.",
        "{name}：认可资质将于 {day} 到期，次日起不能再出具核查声明。",
    ),
}
_FATES = {
    "superseded": Both("is superseded by a newer one", "已被新记录取代"),
    "expired": Both("has expired", "已过有效期"),
    "suspended": Both("is suspended", "已暂停"),
    "withdrawn": Both("is withdrawn", "已撤销"),
}
SUBJECT = Both("To be renewed or checked", "待续期或核对事项")
INTRO = Both("What is to be done:", "待办事项：")
MORE = Both("and {more} more", "以及另外 {more} 项")


def sentence(reminder: Reminder, language: str, address: str = "") -> str:
    """The reminder as one line; ``address`` is where the registry is, for those about a page of their own."""
    fate = _FATES[reminder.fate].text(language) if reminder.fate else ""
    return (
        _WORDS[reminder.occasion]
        .text(language)
        .format(
            name=in_language(reminder.name, language),
            number=reminder.subject.partition("/")[2],
            day=reminder.day,
            part=reminder.part,
            fate=fate,
            address=f"{address}/declarations/{reminder.subject.partition('/')[2]}" if address else "",
        )
        .rstrip()
    )
