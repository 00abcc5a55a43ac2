"""What the registry writes to the people of a declaration: English and Chinese in one letter.

What was asked, answered or found is not in it: for that, one signs in.
"""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from sqlmodel import Session

from registry.access.roles import Role
from registry.accounts.letters import Letters
from registry.accounts.outbox import StoredOutbox
from registry.accounts.people import people_of
from registry.database.tables import DeclarationRow
from registry.declarations.life import content_of
from registry.pages.vocabulary import Both
from schemas.text import in_language


class Occasion(StrEnum):
    """What happened to a declaration that somebody has to know of."""

    ASSIGNED = "assigned"
    QUESTION = "question"
    ANSWER = "answer"
    HANDED_BACK = "handed back"
    RETURNED = "returned"
    VERIFIED = "verified"
    PUBLISHED = "published"


class _Words(Struct, frozen=True):
    subject: Both
    text: Both


_WORDS = {
    Occasion.ASSIGNED: _Words(
        Both("A declaration to review", "待核查的声明"),
        Both(
            "The declaration of {product} is assigned to you. Take it up, or decline, at:",
            "“{product}”的声明已分配给贵机构，请通过上面的链接受理或谢绝。",
        ),
    ),
    Occasion.QUESTION: _Words(
        Both("A question on your declaration", "核查机构提问"),
        Both(
            "The verification body has a question on {product}. Answer it at:",
            "核查机构就“{product}”提出了问题，请通过上面的链接回答。",
        ),
    ),
    Occasion.ANSWER: _Words(
        Both("An answer to your question", "企业已答复"),
        Both("Your question on {product} is answered at:", "您就“{product}”提出的问题已有答复，请见上面的链接。"),
    ),
    Occasion.HANDED_BACK: _Words(
        Both("A review was handed back", "核查任务被退还"),
        Both(
            "The verification body does not review {product}. It waits for another one, at:",
            "核查机构不再核查“{product}”，该声明正等待其他核查机构，请见上面的链接。",
        ),
    ),
    Occasion.RETURNED: _Words(
        Both("Your declaration was returned", "声明被退回"),
        Both(
            "The declaration of {product} was returned with findings, and is a draft again. Mend it at:",
            "“{product}”的声明附核查意见退回，已恢复为草稿，请通过上面的链接修改。",
        ),
    ),
    Occasion.VERIFIED: _Words(
        Both("A declaration is verified", "声明已通过核查"),
        Both(
            "The declaration of {product} is verified, and waits to be published:",
            "“{product}”的声明已通过核查，等待发布，请见上面的链接。",
        ),
    ),
    Occasion.PUBLISHED: _Words(
        Both("Your declaration is published", "声明已发布"),
        Both(
            "The declaration of {product} is published, with its label:",
            "“{product}”的声明及其标签已发布，请见上面的链接。",
        ),
    ),
}


def tell(
    session: Session, letters: Letters, occasion: Occasion, row: DeclarationRow, now: datetime, *told: tuple[str, Role]
) -> None:
    """Leaves a letter for everybody who acts for one of these members in this role, each person once.

    It is sent if the session's transaction commits.
    """
    words, names = _WORDS[occasion], content_of(row).product_name
    outbox = StoredOutbox(session, now)
    known: set[str] = set()
    for member_id, role in told:
        for person, roles in people_of(session, member_id):
            if role in roles and person.email not in known:
                known.add(person.email)
                outbox.put(
                    letters.letter(
                        person.email,
                        f"{words.subject.en} / {words.subject.zh}",
                        f"{words.text.en.format(product=in_language(names, 'en'))}\n\n"
                        f"{letters.address}/declarations/{row.id}",
                        words.text.zh.format(product=in_language(names, "zh")),
                    )
                )
