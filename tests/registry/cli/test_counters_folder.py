"""The folder of a server that was killed is removed by the next, and no other."""

import subprocess
import sys
from pathlib import Path

from registry.cli.counters_folder import counters_folder

_SERVER = (
    "import sys; from pathlib import Path; from registry.cli.counters_folder import counters_folder\n"
    "with counters_folder(Path(sys.argv[1])) as folder: print(folder, flush=True); sys.stdin.read()"
)


def test_what_a_killed_server_left_is_removed_and_what_another_uses_stays(tmp_path: Path) -> None:
    stranger = tmp_path / "carbonlabel-counters-made-by-hand"
    stranger.mkdir()
    command = [sys.executable, "-c", _SERVER, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        theirs = Path(server.stdout.readline().strip())
        (theirs / "counter_1.db").write_bytes(b"x")
        with counters_folder(tmp_path) as ours:
            assert theirs.is_dir()
        assert not ours.exists()
        server.kill()
    assert theirs.is_dir()
    with counters_folder(tmp_path) as ours:
        assert sorted(tmp_path.iterdir()) == sorted([ours, stranger])
