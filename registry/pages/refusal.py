"""What was refused, as pages say it: the reason in the reader's language, with what sort of refusal it is."""

from registry.errors import RegistryError
from registry.pages.declaration_words import DECLARATION_WORDS
from registry.pages.vocabulary import Both

_AS: dict[str, Both] = {
    "sign-in-refused": Both("Not signed in: {reason}.", "登录失败：{reason}。"),
    "too-many-attempts": Both("Too many attempts: {reason}.", "尝试次数过多：{reason}。"),
    "not-allowed": Both("This is not allowed: {reason}.", "您无权执行此操作：{reason}。"),
    "wrong-state": Both("Not possible now: {reason}.", "当前无法执行此操作：{reason}。"),
    "findings": DECLARATION_WORDS["wrong_findings"],
    "not-found": Both("Not found: {reason}.", "未找到：{reason}。"),
}
_OTHER = Both("Not done: {reason}.", "未完成：{reason}。")
_OF_A_FIELD = Both("{field}: {reason}.", "{field}：{reason}。")


def refusal(error: RegistryError, language: str, field: str = "") -> str:
    """Why something was refused, as one sentence; ``field`` is what the field that is wrong is called."""
    reason = error.said(language)
    if field:
        return _OF_A_FIELD.text(language).format(field=field, reason=reason)
    return _AS.get(error.slug, _OTHER).text(language).format(reason=reason)
