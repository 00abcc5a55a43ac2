import base64
from contextlib import suppress

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.tlog import MAX_TREE, Checkpoint, MalformedTlog

# The example of C2SP tlog-checkpoint.
EXAMPLE = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n"
ROOT = base64.b64decode("CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=")
CHECKPOINT = Checkpoint("example.com/behind-the-sofa", 20852163, ROOT)

CONTROLS = "".join(map(chr, range(32)))
lines = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=CONTROLS), min_size=1)


def test_the_example_of_the_specification_is_read_and_written():
    assert Checkpoint.parse(EXAMPLE) == CHECKPOINT
    assert CHECKPOINT.text == EXAMPLE


@given(lines, st.integers(0, MAX_TREE), st.binary(min_size=32, max_size=32), st.lists(lines, max_size=3))
def test_every_checkpoint_is_read_back(origin, size, root, extensions):
    checkpoint = Checkpoint(origin, size, root, tuple(extensions))
    assert Checkpoint.parse(checkpoint.text) == checkpoint


def test_extension_lines_are_kept():
    checkpoint = Checkpoint.parse(EXAMPLE + "first extension\nsecond\u2028one\n")
    assert checkpoint.extensions == ("first extension", "second\u2028one")
    assert checkpoint.text == EXAMPLE + "first extension\nsecond\u2028one\n"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "\n\n\n",
        EXAMPLE[:-1],
        EXAMPLE + "\n",
        "\n" + EXAMPLE,
        EXAMPLE + "extension",
        EXAMPLE + "one\n\ntwo\n",
        EXAMPLE.replace("\n", "\r\n"),
        EXAMPLE.partition("\n")[2],
        EXAMPLE.replace("20852163", "020852163"),
        EXAMPLE.replace("20852163", "+20852163"),
        EXAMPLE.replace("20852163", "-1"),
        EXAMPLE.replace("20852163", " 20852163"),
        EXAMPLE.replace("20852163", "20852163 "),
        EXAMPLE.replace("20852163", "2_0"),
        EXAMPLE.replace("20852163", "1e3"),
        EXAMPLE.replace("20852163", "٣"),
        EXAMPLE.replace("20852163", str(2**63)),
        EXAMPLE.replace("20852163", "9" * 5000),
        EXAMPLE.replace("20852163", ""),
        EXAMPLE.replace("q2I=", "q2I"),
        EXAMPLE.replace("q2I=", "q2J="),
        EXAMPLE.replace("q2I=", "q2I=="),
        EXAMPLE.replace("q2I=", "q2I= "),
        EXAMPLE.replace("om/X", "om_X"),
        EXAMPLE.replace("CsUY", ""),
        EXAMPLE.replace("CsUY", "CsUYCsUY"),
        EXAMPLE.replace("example", "exa\tmple"),
        EXAMPLE.replace("example", "exa\0mple"),
    ],
)
def test_any_other_text_is_refused(text):
    with pytest.raises(MalformedTlog):
        Checkpoint.parse(text)


@given(st.text())
def test_any_text_is_a_checkpoint_or_refused(text):
    with suppress(MalformedTlog):
        assert Checkpoint.parse(text).text == text


@pytest.mark.parametrize(
    "changes",
    [
        {"origin": ""},
        {"origin": "a\nb"},
        {"size": -1},
        {"size": 2**63},
        {"root": b""},
        {"root": bytes(31)},
        {"extensions": ("",)},
        {"extensions": ("a\n",)},
    ],
)
def test_a_checkpoint_that_cannot_be_is_not_built(changes):
    with pytest.raises(MalformedTlog):
        Checkpoint(**{**msgspec.structs.asdict(CHECKPOINT), **changes})
