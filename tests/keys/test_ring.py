import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from keys import KeyRing, KeyRingError, KeyUse, PublicKey, UnknownKey, WrongPassphrase

PASSPHRASE = b"correct horse battery staple"


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "keys"


@pytest.fixture
def ring(folder) -> KeyRing:
    return KeyRing.create(folder, PASSPHRASE)


def file_of(folder: Path, kid: str) -> Path:
    (path,) = folder.glob(f"*-{kid}.pem")
    return path


def pem(private, passphrase: bytes | None = PASSPHRASE) -> bytes:
    encryption = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)


class TestGenerate:
    @pytest.mark.parametrize("use", KeyUse)
    def test_leaves_an_encrypted_key_named_for_its_use_and_id(self, ring, folder, use):
        signer = ring.generate(use)
        path = folder / f"{use.value}-{signer.kid}.pem"
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert path.read_bytes().startswith(b"-----BEGIN ENCRYPTED PRIVATE KEY-----")
        private = load_pem_private_key(path.read_bytes(), PASSPHRASE)
        assert private.public_key().public_bytes_raw() == signer.public  # ty: ignore[missing-union-attribute]

    def test_gives_a_signer_that_signs(self, ring):
        signer = ring.generate(KeyUse.LABEL)
        assert PublicKey.load(signer.public).verifies(signer.sign(b"m"), b"m")

    def test_survives_until_the_ring_is_opened_again(self, ring, folder):
        signer = ring.generate(KeyUse.LOG)
        again = KeyRing.open(folder, PASSPHRASE).signer(signer.kid)
        assert (again.public, again.sign(b"m")) == (signer.public, signer.sign(b"m"))

    def test_by_many_threads_loses_no_key(self, ring, folder):
        with ThreadPoolExecutor(8) as pool:
            kids = [signer.kid for signer in pool.map(ring.generate, [KeyUse.RECORD] * 40)]
        assert sorted(set(kids)) == ring.kids(KeyUse.RECORD) == sorted(kids)
        assert len(list(folder.iterdir())) == 40
        opened = KeyRing.open(folder, PASSPHRASE)
        with ThreadPoolExecutor(8) as pool:
            assert [signer.kid for signer in pool.map(opened.signer, kids)] == kids

    def test_with_a_second_passphrase_is_refused(self, ring, folder):
        ring.generate(KeyUse.RECORD)
        with pytest.raises(WrongPassphrase):
            KeyRing.open(folder, b"another").generate(KeyUse.LABEL)
        assert ring.kids(KeyUse.LABEL) == []

    def test_never_replaces_a_key(self, ring, folder, monkeypatch):
        private = Ed25519PrivateKey.generate()
        monkeypatch.setattr("keys.ring.Ed25519PrivateKey.generate", lambda: private)
        kid = ring.generate(KeyUse.LABEL).kid
        before = file_of(folder, kid).read_bytes()
        with pytest.raises(KeyRingError, match="already exists"):
            ring.generate(KeyUse.LABEL)
        assert file_of(folder, kid).read_bytes() == before

    @pytest.mark.parametrize("step", ["fsync", "link"])
    def test_that_fails_on_the_way_leaves_nothing(self, ring, folder, monkeypatch, step):
        def full_disk(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(os, step, full_disk)
        with pytest.raises(KeyRingError, match="No space left"):
            ring.generate(KeyUse.LABEL)
        assert list(folder.iterdir()) == []
        assert ring.kids(KeyUse.LABEL) == []

    def test_that_fails_after_the_key_has_its_name_leaves_it_whole(self, ring, folder, monkeypatch):
        fsync = os.fsync

        def only_files(descriptor):
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(errno.EIO, "Input/output error")
            fsync(descriptor)

        monkeypatch.setattr(os, "fsync", only_files)
        with pytest.raises(KeyRingError, match="Input/output error"):
            ring.generate(KeyUse.LABEL)
        (kid,) = ring.kids(KeyUse.LABEL)
        assert KeyRing.open(folder, PASSPHRASE).signer(kid).kid == kid


class TestOpen:
    def test_of_a_missing_folder_says_so(self, folder):
        with pytest.raises(KeyRingError, match="does not exist"):
            KeyRing.open(folder, PASSPHRASE)

    def test_of_a_file_says_so(self, folder):
        folder.write_bytes(b"")
        with pytest.raises(KeyRingError, match="not a folder"):
            KeyRing.open(folder, PASSPHRASE)

    @pytest.mark.parametrize("mode", [0o750, 0o705, 0o711, 0o777])
    def test_refuses_a_folder_open_to_others(self, ring, folder, mode):
        folder.chmod(mode)
        with pytest.raises(KeyRingError, match=f"chmod 700 {folder}"):
            KeyRing.open(folder, PASSPHRASE)

    def test_refuses_a_key_open_to_others(self, ring, folder):
        path = file_of(folder, ring.generate(KeyUse.LABEL).kid)
        path.chmod(0o640)
        with pytest.raises(KeyRingError, match=f"chmod 600 {path}"):
            KeyRing.open(folder, PASSPHRASE)

    def test_refuses_a_key_behind_a_symbolic_link(self, ring, folder, tmp_path):
        path = file_of(folder, ring.generate(KeyUse.LABEL).kid)
        path.rename(tmp_path / "elsewhere")
        path.symlink_to(tmp_path / "elsewhere")
        with pytest.raises(KeyRingError, match="symbolic link"):
            KeyRing.open(folder, PASSPHRASE)

    def test_refuses_one_key_for_two_uses(self, ring, folder):
        kid = ring.generate(KeyUse.LABEL).kid
        os.link(folder / f"label-{kid}.pem", folder / f"record-{kid}.pem")
        with pytest.raises(KeyRingError, match="one use"):
            KeyRing.open(folder, PASSPHRASE)

    @pytest.mark.parametrize("passphrase", [b"", b"x" * 1024])
    def test_refuses_a_passphrase_that_cannot_encrypt(self, ring, folder, passphrase):
        with pytest.raises(KeyRingError, match="passphrase"):
            KeyRing.open(folder, passphrase)

    def test_ignores_what_is_no_key(self, ring, folder):
        for name in ("README", "passphrase", ".label-0123456789abcdef.pem.00.tmp", "label-0123.pem"):
            (folder / name).write_bytes(b"")
        opened = KeyRing.open(folder, PASSPHRASE)
        assert [kid for use in KeyUse for kid in opened.kids(use)] == []


class TestCreate:
    def test_refuses_a_folder_with_keys(self, ring, folder):
        KeyRing.create(folder, PASSPHRASE)
        ring.generate(KeyUse.LABEL)
        with pytest.raises(KeyRingError, match="already holds keys"):
            KeyRing.create(folder, PASSPHRASE)

    def test_refuses_a_folder_open_to_others(self, folder):
        folder.mkdir(mode=0o755)
        with pytest.raises(KeyRingError, match="chmod 700"):
            KeyRing.create(folder, PASSPHRASE)


class TestSigner:
    def test_needs_the_right_passphrase(self, ring, folder):
        kid = ring.generate(KeyUse.LABEL).kid
        opened = KeyRing.open(folder, b"wrong")
        with pytest.raises(WrongPassphrase):
            opened.signer(kid)

    def test_is_unknown_for_any_other_id(self, ring):
        ring.generate(KeyUse.LABEL)
        for kid in ("0" * 16, "", "../../etc/passwd"):
            with pytest.raises(UnknownKey) as caught:
                ring.signer(kid)
            assert caught.value.kid == kid

    def test_is_decrypted_once(self, ring, folder):
        kid = ring.generate(KeyUse.LABEL).kid
        opened = KeyRing.open(folder, PASSPHRASE)
        assert opened.signer(kid) is opened.signer(kid)

    def test_is_seen_when_another_process_drew_it(self, ring, folder):
        elsewhere = KeyRing.open(folder, PASSPHRASE)
        kid = ring.generate(KeyUse.LABEL).kid
        assert elsewhere.kids(KeyUse.LABEL) == [kid]
        assert elsewhere.signer(kid).kid == kid

    def test_is_refused_when_the_file_is_named_for_another_key(self, ring, folder):
        kid = ring.generate(KeyUse.LABEL).kid
        file_of(folder, kid).rename(folder / "label-0123456789abcdef.pem")
        with pytest.raises(KeyRingError, match=kid):
            KeyRing.open(folder, PASSPHRASE).signer("0123456789abcdef")

    def test_is_refused_when_the_file_was_opened_to_others_meanwhile(self, ring, folder):
        kid = ring.generate(KeyUse.LABEL).kid
        opened = KeyRing.open(folder, PASSPHRASE)
        file_of(folder, kid).chmod(0o644)
        with pytest.raises(KeyRingError, match="chmod 600"):
            opened.signer(kid)

    @pytest.mark.parametrize(
        ("content", "error"),
        [
            (b"", KeyRingError),
            (b"nothing like a key", KeyRingError),
            (pem(Ed25519PrivateKey.generate(), None), KeyRingError),
            (pem(generate_private_key(SECP256R1())), KeyRingError),
            (b"-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n", WrongPassphrase),
            (pem(Ed25519PrivateKey.generate())[:100], WrongPassphrase),
        ],
        ids=["empty", "text", "not encrypted", "another curve", "no key inside", "cut short"],
    )
    def test_is_refused_when_the_file_is_damaged(self, ring, folder, content, error):
        path = folder / "label-0123456789abcdef.pem"
        path.write_bytes(content)
        path.chmod(0o600)
        with pytest.raises(error, match="label-0123456789abcdef"):
            ring.signer("0123456789abcdef")


class TestDestroy:
    def test_removes_the_private_half(self, ring, folder):
        kid, kept = ring.generate(KeyUse.LABEL).kid, ring.generate(KeyUse.LABEL).kid
        ring.destroy(kid)
        assert ring.kids(KeyUse.LABEL) == [kept]
        assert len(list(folder.iterdir())) == 1
        for opened in (ring, KeyRing.open(folder, PASSPHRASE)):
            with pytest.raises(UnknownKey):
                opened.signer(kid)

    def test_of_an_unknown_key_says_so(self, ring):
        with pytest.raises(UnknownKey):
            ring.destroy("0" * 16)


def test_kids_are_of_one_use(ring):
    record, label = ring.generate(KeyUse.RECORD).kid, ring.generate(KeyUse.LABEL).kid
    assert ring.kids(KeyUse.RECORD) == [record]
    assert ring.kids(KeyUse.LABEL) == [label]
    assert ring.kids(KeyUse.ROOT) == []


def test_a_folder_that_went_away_is_an_error_of_ours(ring, folder):
    folder.rmdir()
    with pytest.raises(KeyRingError, match="does not exist"):
        ring.kids(KeyUse.LABEL)


def test_the_passphrase_is_not_printed(ring):
    assert PASSPHRASE.decode() not in repr(ring)
