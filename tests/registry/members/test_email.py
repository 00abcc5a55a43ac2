"""Addresses: one mailbox is one account, and no step turns an address into another's."""

from contextlib import suppress
from email import message_from_string
from email.policy import SMTPUTF8

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from registry.accounts.mail import as_mail
from registry.accounts.outbox import Letter
from registry.errors import InvalidInput
from registry.members.email import normal_email
from tests.world import NOW


@pytest.mark.parametrize(
    ("typed", "normal"),
    [
        ("  Li.Wei@Mill.EXAMPLE ", "li.wei@mill.example"),
        ("ｌｉ＠mill。example", "li@mill.example"),
        ("李伟@例子.广告", "李伟@例子.广告"),
        ("li@xn--fsqu00a.xn--4rr70v", "li@例子.广告"),
        ("JÜRGEN@Mühle.example", "jürgen@mühle.example"),
        ("o'hara+carbon=1@mill.example", "o'hara+carbon=1@mill.example"),
    ],
)
def test_addresses_that_are_one_mailbox_are_one_account(typed: str, normal: str) -> None:
    assert normal_email(typed, "$") == normal
    assert normal_email(normal, "$") == normal


@pytest.mark.parametrize(
    ("one", "another"),
    [
        ("li@faß.example", "li@fass.example"),
        ("groß@mill.example", "gross@mill.example"),
        ("ı@a.example", "i@a.example"),
    ],
)
def test_an_address_is_never_taken_for_another_that_looks_like_it(one: str, another: str) -> None:
    assert normal_email(one, "$") != normal_email(another, "$")


@pytest.mark.parametrize(
    "address",
    [
        *("", "li", "li@mill", "@mill.example", "li@@mill.example", "li wei@mill.example", "li@mill..example"),
        *("li@mill.example\nbcc: all@mill.example", "li@mill.example,wei@mill.example", "<li@mill.example>"),
        *("li\r@mill.example", "li@mill.example\u202e", "x" * 250 + "@mill.example", "a;b@mill.example"),
        *('a"b@m.example', ".li@mill.example", "li.@mill.example", "l..i@mill.example", "x" * 65 + "@mill.example"),
        *("=?utf-8?q??=@x.example", "=?utf-8?q?victim=40evil.example=2C?=a@x.example", "a=?b@x.example"),
        *("li@mill.example.", "li@10.20.30.40", "li@-mill.example", "li@mi_ll.example", f"li@{'x' * 64}.example"),
        *(
            "ﬁ@mill.example",
            "①@mill.example",
            "li\ud800@mill.example",
            "li@mill\ud800.example",
            "李" * 22 + "@a.example",
        ),
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        normal_email(address, "$.email")
    assert refused.value.path == "$.email"


LOCAL = st.text(st.sampled_from("abÄß李=?_-.+'20qQ\"() \\"), max_size=12) | st.text(max_size=8) | st.just("a-" * 30)


@example("=?utf-8?q??=@x.example")
@example("=?utf-8?q?victim=40evil.example=2C?=a@x.example")
@example("a.=?utf-8?b?Yg==?=@x.example")
@given(
    st.builds("{}@{}".format, LOCAL, st.sampled_from(["x.example", "例子.广告", "faß.example"])) | st.text(max_size=40)
)
def test_whatever_is_typed_a_mail_goes_to_that_one_address_or_nowhere(typed: str) -> None:
    recipient = typed
    with suppress(InvalidInput):
        recipient = normal_email(typed, "$")
    try:
        mail = as_mail(Letter(recipient, "subject", "body"), "registry@example.org", NOW)
    except ValueError:
        assert recipient == typed  # nothing in its normal form is refused
        return
    (told,) = message_from_string(mail.as_bytes(policy=SMTPUTF8).decode(), policy=SMTPUTF8)["to"].addresses
    assert normal_email(told.addr_spec, "$") == normal_email(typed, "$")
    assert told.domain.isascii()
