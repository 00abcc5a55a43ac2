import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.tlog import MalformedTlog, TlogProof

# The example of C2SP tlog-proof, with its signatures left to `keys.note`.
HASHES = [
    "gSKyXoYZUgZ6jduWYrkDOARinOMGJveXjgMkBTcdPlQ=",
    "B95lDa8R83lS8n0eG+o0buTxRKQTYFi//1U8anccXmA=",
    "EKNzoDWG8LGC0Yp9o+sv3qllpMP9uHQ9B20KNL+Q1zs=",
]
NOTE = "example.com/fancylog\n109482\nsFodV/vSp5O8n9a8QpW6PRY97tfOSW5bsc2Xl/EQi08=\n\n— example.com/fancylog hI2DJ123\n"
EXAMPLE = "\n".join(["c2sp.org/tlog-proof@v1", "extra YWdlLXYxLjIuMQ==", "index 73894", *HASHES, "", NOTE])
PROOF = TlogProof(73894, tuple(map(base64.b64decode, HASHES)), NOTE.encode(), b"age-v1.2.1")

HASH = st.binary(min_size=32, max_size=32)


def test_the_example_of_the_specification_is_read_and_written():
    assert TlogProof.parse(EXAMPLE.encode()) == PROOF
    assert PROOF.encode() == EXAMPLE.encode()


@given(
    st.integers(0, 2**63 - 2),
    st.lists(HASH, max_size=63),
    st.binary(min_size=1),
    st.binary(),
)
def test_every_proof_is_read_back(index, hashes, note, extra):
    proof = TlogProof(index, tuple(hashes), note, extra)
    assert TlogProof.parse(proof.encode()) == proof


def test_a_log_of_one_entry_has_a_proof_without_hashes():
    proof = TlogProof(0, (), NOTE.encode())
    assert proof.encode() == f"c2sp.org/tlog-proof@v1\nindex 0\n\n{NOTE}".encode()
    assert TlogProof.parse(proof.encode()) == proof


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("tlog-proof@v1", "tlog-proof@v2"),
        ("c2sp.org", "C2SP.org"),
        ("c2sp.org/tlog-proof@v1\n", ""),
        ("c2sp.org", "\nc2sp.org"),
        ("c2sp.org", " c2sp.org"),
        ("extra YWdlLXYxLjIuMQ==", "extra "),
        ("extra YWdlLXYxLjIuMQ==", "extra YWdlLXYxLjIuMR=="),
        ("extra YWdlLXYxLjIuMQ==", "extra YWdlLXYxLjIuMQ"),
        ("extra YWdlLXYxLjIuMQ==", "extra\tYWdl"),
        ("extra YWdlLXYxLjIuMQ==", "extra YWdl\nextra YWdl"),
        ("extra YWdlLXYxLjIuMQ==", ""),
        ("index 73894", "index 073894"),
        ("index 73894", "index -1"),
        ("index 73894", "index  7"),
        ("index 73894", "index 7 "),
        ("index 73894", f"index {2**63 - 1}"),
        ("index 73894", "Index 7"),
        ("index 73894\n", ""),
        ("index 73894", "index 73894\nindex 73894"),
        (HASHES[0], HASHES[0][:-1]),
        (HASHES[0], HASHES[0] + " "),
        (HASHES[0], HASHES[0].replace("lQ=", "lR=")),
        (HASHES[0], "YWdl"),
        (HASHES[0], f"extra {HASHES[0]}"),
        (HASHES[0], "é"),
        ("\n", "\r\n"),
        (f"\n\n{NOTE}", "\n"),
        (f"\n\n{NOTE}", ""),
        (NOTE, ""),
        (HASHES[0], "\n".join(HASHES[:1] * 62)),
    ],
)
def test_any_other_text_is_refused(old, new):
    assert old in EXAMPLE
    with pytest.raises(MalformedTlog):
        TlogProof.parse(EXAMPLE.replace(old, new).encode())


@given(st.binary() | st.text().map(lambda text: f"c2sp.org/tlog-proof@v1\n{text}".encode("utf-8", "replace")))
def test_any_bytes_are_a_proof_or_refused(data):
    with suppress(MalformedTlog):
        assert TlogProof.parse(data).encode() == data


@pytest.mark.parametrize(
    "values",
    [(-1, (), b"n"), (2**63 - 1, (), b"n"), (0, (b"short",), b"n"), (0, (bytes(32),) * 64, b"n"), (0, (), b"")],
)
def test_a_proof_that_cannot_be_is_not_built(values):
    with pytest.raises(MalformedTlog):
        TlogProof(*values)
