import base64
import os
import stat

import pytest

from keys import KeyRingError, make_passphrase, passphrase_for


def test_made_is_256_bits_in_a_file_only_its_owner_reads(tmp_path):
    path = make_passphrase(tmp_path)
    assert path == tmp_path / "passphrase"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(base64.b64decode(path.read_bytes())) == 32
    assert passphrase_for(tmp_path, {}) == path.read_bytes().rstrip(b"\n")
    assert list(tmp_path.iterdir()) == [path]


def test_made_has_mode_0600_under_any_umask(tmp_path):
    before = os.umask(0o777)
    try:
        path = make_passphrase(tmp_path / "home")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_made_differs_each_time(tmp_path):
    assert make_passphrase(tmp_path / "a").read_bytes() != make_passphrase(tmp_path / "b").read_bytes()


def test_is_never_replaced(tmp_path):
    before = make_passphrase(tmp_path).read_bytes()
    with pytest.raises(KeyRingError, match="already exists"):
        make_passphrase(tmp_path)
    assert (tmp_path / "passphrase").read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_in_the_environment_wins_over_the_file(tmp_path):
    make_passphrase(tmp_path)
    assert passphrase_for(tmp_path, {"CARBONLABEL_PASSPHRASE": "grün "}) == "grün ".encode()


def test_empty_in_the_environment_counts_as_not_set(tmp_path):
    path = make_passphrase(tmp_path)
    assert passphrase_for(tmp_path, {"CARBONLABEL_PASSPHRASE": ""}) == path.read_bytes().strip()


def test_missing_says_how_to_give_one(tmp_path):
    with pytest.raises(KeyRingError, match="CARBONLABEL_PASSPHRASE"):
        passphrase_for(tmp_path, {})


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o610, 0o601])
def test_open_to_others_is_refused_with_the_command_that_mends_it(tmp_path, mode):
    path = make_passphrase(tmp_path)
    path.chmod(mode)
    with pytest.raises(KeyRingError, match=f"chmod 600 {path}"):
        passphrase_for(tmp_path, {})


def test_behind_a_symbolic_link_is_refused(tmp_path):
    real = make_passphrase(tmp_path / "real")
    (tmp_path / "passphrase").symlink_to(real)
    with pytest.raises(KeyRingError, match="symbolic link"):
        passphrase_for(tmp_path, {})


def test_behind_a_symbolic_link_to_nowhere_is_refused_as_a_link(tmp_path):
    (tmp_path / "passphrase").symlink_to(tmp_path / "nowhere")
    with pytest.raises(KeyRingError, match="symbolic link"):
        passphrase_for(tmp_path, {})


def test_in_a_named_pipe_or_a_folder_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "passphrase", 0o600)
    with pytest.raises(KeyRingError, match="regular file"):
        passphrase_for(tmp_path, {})
    (tmp_path / "home" / "passphrase").mkdir(mode=0o700, parents=True)
    with pytest.raises(KeyRingError, match="regular file"):
        passphrase_for(tmp_path / "home", {})


@pytest.mark.parametrize(("content", "why"), [(b"", "empty"), (b"\n", "empty"), (b"x" * 70_000, "larger")])
def test_of_no_use_is_refused(tmp_path, content, why):
    path = make_passphrase(tmp_path)
    path.write_bytes(content)
    with pytest.raises(KeyRingError, match=why):
        passphrase_for(tmp_path, {})


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_of_another_user_is_refused(tmp_path):
    path = make_passphrase(tmp_path)
    os.chown(path, 12345, 12345)
    with pytest.raises(KeyRingError, match="another user"):
        passphrase_for(tmp_path, {})
