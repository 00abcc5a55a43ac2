"""What the registry writes to people: plain text, English and Chinese in one letter."""

from datetime import datetime

from msgspec import Struct

from registry.accounts.outbox import Letter


class Letters(Struct, frozen=True):
    """The letters of the registry called ``name``, whose pages begin with ``address``."""

    name: str
    address: str

    def reset(self, email: str, secret: str) -> Letter:
        """A link to choose a new password."""
        return self.letter(
            email,
            "New password / 重设密码",
            "Somebody, we hope you, asked for a new password. Choose it within 30 minutes:\n\n"
            f"{self.address}/reset/{secret}\n\n"
            "If it was not you, do nothing: your password stays as it is.",
            "有人（希望是您本人）请求重设密码。请在30分钟内通过上面的链接设置新密码。若非您本人操作，请忽略本邮件，"
            "您的密码不会改变。",
        )

    def invitation(self, email: str, organisation: str, secret: str) -> Letter:
        """A link to begin, or to act for one more organisation."""
        return self.letter(
            email,
            "Invitation / 邀请",
            f"You are invited to act for {organisation} in this registry. Accept within 7 days:\n\n"
            f"{self.address}/invitation/{secret}\n\n"
            "Whoever has this link can accept: do not pass it on.",
            f"您受邀在本登记处代表“{organisation}”操作。请在7天内通过上面的链接接受邀请，切勿转发该链接。",
        )

    def refusal(self, email: str, organisation: str, reason: str) -> Letter:
        """The operator has refused an application."""
        return self.letter(
            email,
            "Your application / 入盟申请",
            f"The application of {organisation} was not accepted: {reason}",
            f"“{organisation}”的入盟申请未获通过：{reason}",
        )

    def password_changed(self, email: str, at: datetime) -> Letter:
        """Tells of what somebody else may have done."""
        return self._changed(email, at, "Your password was changed", "您的密码已更改")

    def second_factor_changed(self, email: str, at: datetime) -> Letter:
        """Tells of what somebody else may have done."""
        return self._changed(email, at, "The second factor of your account was changed", "您账户的双重验证已更改")

    def _changed(self, email: str, at: datetime, english: str, chinese: str) -> Letter:
        when = f"{at:%Y-%m-%d %H:%M} UTC"
        return self.letter(
            email,
            f"{english} / {chinese}",
            f"{english}, at {when}. If it was not you, ask for a new password at {self.address}/reset "
            "and tell the operator.",
            f"{chinese}（{when}）。若非您本人操作，请立即在上述网址重设密码，并告知运营方。",
        )

    def letter(self, email: str, subject: str, english: str, chinese: str) -> Letter:
        """A letter in both languages. No link but to this registry belongs in it."""
        body = f"{english}\n\n{chinese}\n\n{self.name}\n"
        return Letter(email, f"{subject} - {self.name}", body)


def address_of(origin: str) -> str:
    """The pages' address: of this host as configured, never as a request names it."""
    return f"{'http' if origin.partition(':')[0] == 'localhost' else 'https'}://{origin}"
