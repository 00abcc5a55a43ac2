"""The command line as a newcomer meets it: it says what it did and what comes next, and of a mistake what it was. Exit
code 0: done and good; 1: done, and something is not good; 2: could not."""

import json
import os
import stat
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.alliance import OPERATOR, Alliance, declaration, new_gtin
from tests.end_to_end.commands import (
    COMMAND,
    Ended,
    carbonlabel,
    carbonlabel_here,
    done,
    done_here,
    environment,
    free_port,
)
from tests.registry.labels.artwork_samples import open_png, rasterise, read

STEERING = "Acme \x1b[31mred\x1b[0m \x07\x1b]0;title\x07 [bold]x[/bold] \u202eevil"


@pytest.fixture(scope="module")
def bundle(alliance: Alliance, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle as anybody can make it today: the registry's trust.json in a folder."""
    folder = tmp_path_factory.mktemp("bundle")
    (folder / "trust.json").write_bytes(httpx.get(f"{alliance.url}/trust.json").content)
    return folder


@pytest.fixture(scope="module")
def published(alliance: Alliance) -> dict:
    """A published declaration: its status."""
    return alliance.publish(declaration(new_gtin()))


def could_not(ended: Ended, *words: str) -> None:
    """The command says in a sentence, on standard error, why it could not, with these words."""
    assert ended.code == 2, ended
    assert ended.out == ""
    assert all(word in ended.err for word in words), ended.err


def rows(out: str) -> list[dict]:
    """The JSON objects of an output, one a line."""
    return [json.loads(line) for line in out.splitlines()]


# Making a home


def test_a_new_home_says_where_its_passphrase_lies_and_what_comes_next(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ended = carbonlabel("init", home, "--name", "Test", "--origin", "id.test.example")
    assert ended.code == 0
    assert "https://id.test.example/" in ended.words
    passphrase = home / "keys" / "passphrase"
    assert str(passphrase) in ended.words
    assert "CARBONLABEL_PASSPHRASE" in ended.words
    assert f"carbonlabel serve --home {home}" in ended.out
    assert stat.S_IMODE(passphrase.stat().st_mode) == 0o600
    assert all(b"PRIVATE KEY" not in file.read_bytes() or b"ENCRYPTED" in file.read_bytes() for file in keys_of(home))

    before = {file: file.read_bytes() for file in home.rglob("*") if file.is_file()}
    could_not(carbonlabel("init", home), str(home), "nothing was changed")
    assert {file: file.read_bytes() for file in home.rglob("*") if file.is_file()} == before


def keys_of(home: Path) -> list[Path]:
    """The files of the key ring."""
    return [file for file in (home / "keys").rglob("*") if file.is_file()]


def test_with_a_passphrase_given_none_is_written(tmp_path: Path) -> None:
    home = tmp_path / "home"
    ended = carbonlabel_here("init", home, CARBONLABEL_PASSPHRASE="correct horse battery staple")
    assert ended.code == 0
    assert "The passphrase" not in ended.words
    assert not (home / "keys" / "passphrase").exists()
    could_not(carbonlabel_here("keys", "list", "--home", home), "no passphrase")
    could_not(carbonlabel_here("serve", "--home", home, CARBONLABEL_PASSPHRASE="wrong"), "does not open with this")


def test_a_host_that_is_none_makes_no_home(tmp_path: Path) -> None:
    could_not(carbonlabel_here("init", tmp_path / "home", "--origin", "https://Example.org/"), "is not a host name")
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_home_is_told_with_the_way_to_make_one(tmp_path: Path) -> None:
    could_not(carbonlabel("serve", "--home", tmp_path / "none"), f"carbonlabel init {tmp_path / 'none'}")


# Members and tokens


def test_a_name_does_not_steer_the_terminal(alliance: Alliance) -> None:
    done_here("member", "add", "steering", "--name", STEERING, "--home", alliance.home)
    out = done_here("member", "list", "--home", alliance.home)
    assert "steering" in out
    assert "[bold]x[/bold]" in out
    assert "\u202e" not in out


def test_a_member_or_token_that_cannot_be_is_refused(alliance: Alliance) -> None:
    before = alliance.everything()
    could_not(carbonlabel_here("member", "add", "Acme Steel", "--name", "x", "--home", alliance.home), "lower-case")
    could_not(carbonlabel_here("member", "add", OPERATOR, "--name", "x", "--home", alliance.home), "a member already")
    could_not(carbonlabel_here("token", "create", "--member", "nobody", "--home", alliance.home), "nobody")
    assert alliance.everything() == before


# Labels


def test_a_label_is_drawn_for_a_product_a_lot_and_a_serial_number(
    alliance: Alliance, published: dict, tmp_path: Path
) -> None:
    gtin = published["declaration"]["gtin"]
    where = ("--home", alliance.home)
    svg, png = tmp_path / "label.svg", tmp_path / "label.png"
    text = done("label", gtin, "--out", svg, *where).splitlines()[-1]
    assert text == published["label"]
    assert read(rasterise(svg.read_text())) == text

    text = done_here(
        *("label", f"{gtin[1]} {gtin[2:8]} {gtin[8:]}", "--out", png, "--lot", "A-1", "--serial", "7/8", *where),
        *("--language", "zh", "--variant", "code"),
    ).splitlines()[-1]
    assert f"/01/{gtin}/10/A-1/21/7%2F8?c=" in text
    assert read(open_png(png.read_bytes())) == text
    verdict = alliance.verdict(text)
    assert (verdict["verdict"], verdict["lot"], verdict["serial"]) == ("valid", "A-1", "7/8")
    other_lot = text.replace("/10/A-1/", "/10/A-2/")
    assert alliance.verdict(other_lot)["verdict"] == "forged"


def test_a_label_that_cannot_be_drawn_is_told_why(alliance: Alliance, published: dict, tmp_path: Path) -> None:
    gtin = published["declaration"]["gtin"]
    where = ("--home", alliance.home, "--out")
    wrong = gtin[:-1] + str((int(gtin[-1]) + 1) % 10)
    before = alliance.everything()
    could_not(carbonlabel_here("label", wrong, *where, tmp_path / "x.svg"), "check digit", gtin[-1])
    could_not(carbonlabel_here("label", gtin, *where, tmp_path / "x.gif"), "x.gif", ".svg")
    could_not(carbonlabel_here("label", new_gtin(), *where, tmp_path / "x.svg"), "no declaration is published")
    assert list(tmp_path.iterdir()) == []
    assert alliance.everything() == before
    could_not(carbonlabel("label", gtin, *where, tmp_path / "none" / "x.svg"), "x.svg", "No such file")


# Verifying


def test_without_a_log_a_good_signature_is_not_enough(bundle: Path, published: dict) -> None:
    label = published["label"]
    ended = carbonlabel("verify", label, "--bundle", bundle)
    assert ended.code == 1
    assert "unlogged" in ended.out
    assert "no-log-at-hand" in ended.out
    assert published["declaration"]["gtin"] in ended.out

    forged = label[:-1] + str((int(label[-1]) + 1) % 10)
    scans = f"{label}\n{forged}\n\n  ]Q1{label}  \r\nhello\nhttps://id.test.example/01/{new_gtin()}\n"
    ended = carbonlabel("verify", "-", "--bundle", bundle, "--json", stdin=scans)
    assert ended.code == 1
    told = [(row["verdict"], row["reason"]) for row in rows(ended.out)]
    assert told[0] == told[3] == ("unlogged", "no-log-at-hand")
    assert told[1] == ("forged", "signature")
    assert [verdict for verdict, _ in told[2::2]] == ["unreadable", "unreadable"]
    assert told[5] == ("unsigned", "no-token")
    assert rows(ended.out)[0].keys() >= {"verdict", "reason", "gtin", "lot", "serial", "record", "log", "freshness"}


def test_bytes_that_are_no_text_get_a_verdict_too(bundle: Path) -> None:
    scans = b"\xff\xfe\x00\n\x1b[31mx\n".decode("utf-8", "surrogateescape")
    ended = carbonlabel("verify", "-", "--bundle", bundle, stdin=scans, PYTHONIOENCODING="utf-8:strict")
    assert ended.code == 1
    assert ended.out.count("unreadable") == 2


def test_the_registry_itself_knows_its_log(alliance: Alliance, published: dict) -> None:
    label, gtin = published["label"], published["declaration"]["gtin"]
    ended = carbonlabel("verify", label, "--registry", alliance.url, "--expect", gtin.lstrip("0"))
    assert ended.code == 0
    assert "Genuine and current" in ended.out
    assert "Steel beam, Acme Steel" in ended.out
    assert "1.96 kgCO2e per 1 kilogram" in ended.out
    ended = carbonlabel("verify", label, label, "--registry", alliance.url, "--expect", new_gtin(), "--json")
    assert ended.code == 1
    assert [row["verdict"] for row in rows(ended.out)] == ["mismatch", "mismatch"]


def test_what_cannot_be_verified_is_told_what_to_do(alliance: Alliance, bundle: Path, tmp_path: Path) -> None:
    could_not(carbonlabel("verify", "x"), "--bundle DIR", "--registry URL")
    could_not(carbonlabel_here("verify", "x", "--bundle", bundle, "--registry", alliance.url), "--bundle DIR")
    could_not(carbonlabel_here("verify", "x", "--bundle", tmp_path), "trust.json", "save")
    could_not(
        carbonlabel_here("verify", "x", "--bundle", bundle, "--expect", "12"), "--expect", "8, 12, 13 or 14 digits"
    )
    trust = bundle.joinpath("trust.json").read_text()
    for broken in ("[" * 100_000, trust.replace('"x": "', '"x": "A')):
        (tmp_path / "trust.json").write_text(broken)
        could_not(carbonlabel_here("verify", "x", "--bundle", tmp_path), "cannot be trusted")
    could_not(carbonlabel_here("verify", "x", "--registry", f"http://127.0.0.1:{free_port()}"), "gave no verdict")
    missing = carbonlabel_here("verify", "x", "--registry", f"{alliance.url}/nowhere")
    could_not(missing, "gave no verdict", "404")
    assert len(missing.err.splitlines()) == 1


def test_the_help_says_what_each_command_does() -> None:
    ended = carbonlabel("--help")
    assert ended.code == 0
    for command in ("verify", "schemas", "init", "demo", "serve", "import", "label", "member", "token", "keys"):
        assert command in ended.out
    assert "pip install 'carbonlabel[registry]'" in ended.out
    ended = carbonlabel("verify", "--help")
    assert ended.code == 0
    for words in ("--bundle", "--registry", "--expect", "--json", "Exit code 0", "without a network"):
        assert words in ended.words


def test_the_schemas_are_written_as_files(alliance: Alliance, tmp_path: Path) -> None:
    assert "schemas written to" in done("schemas", "--out", tmp_path / "json")
    for file in (tmp_path / "json").iterdir():
        assert json.loads(file.read_text()) == alliance.good(None, "GET", f"/v1/schemas/{file.stem}")
    (tmp_path / "file").write_text("")
    could_not(carbonlabel("schemas", "--out", tmp_path / "file"), str(tmp_path / "file"))


# Keys


def kid_of(out: str, use: str) -> str:
    """The id of the newest key for ``use`` in the output of ``keys list``."""
    return next(line for line in reversed(out.splitlines()) if f" {use} " in line and "introduced" in line).split()[1]


def test_a_key_is_replaced_while_the_server_works(alliance: Alliance, published: dict) -> None:
    where = ("--home", alliance.home)
    old = published["label"]
    listed = done_here("keys", "list", *where)
    label_key, record_key = kid_of(listed, "label"), kid_of(listed, "record")
    assert "has retired" in done_here("keys", "rotate", label_key, *where)
    size = alliance.good(None, "GET", "/readyz")["log_size"]
    told = done_here("keys", "compromise", record_key, "--from", size, *where)
    assert f"good only for records below {size}" in told

    newer = alliance.publish(declaration(new_gtin()))
    assert alliance.verdict(newer["label"])["verdict"] == "valid"
    assert alliance.verdict(newer["label"])["key"] != label_key
    assert alliance.verdict(old)["verdict"] == "valid"
    trust = {key["kid"]: key for key in alliance.good(None, "GET", "/trust.json")["keys"]}
    assert trust[label_key]["state"] == "retired"
    assert (trust[record_key]["state"], trust[record_key]["until"]) == ("compromised", size)

    stolen, successor = newer["label"], alliance.verdict(newer["label"])["key"]
    told = done_here("keys", "compromise", successor, "--from", newer["record"], *where)
    assert "minted again" in told
    assert alliance.verdict(stolen)["reason"] == "key-compromised"
    again = alliance.http.get(f"/v1/records/{newer['record']}/label.png").content
    assert alliance.verdict(read(open_png(again)) or "")["verdict"] == "valid"
    could_not(carbonlabel_here("keys", "rotate", "0" * 16, *where), "0" * 16)


def test_output_that_nobody_reads_to_the_end_is_no_error(bundle: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    try:
        ended = subprocess.run(
            [str(COMMAND), "verify", *["x"] * 2_000, "--bundle", str(bundle), "--json"],
            stdin=subprocess.DEVNULL,
            stdout=writing,
            stderr=subprocess.PIPE,
            env=environment(),
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert ended.returncode in (1, 2, 141)
    assert b"Traceback" not in ended.stderr
