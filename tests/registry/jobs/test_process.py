"""The process that works on jobs ends cleanly: when there are none, and when the server that started it is gone."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.end_to_end.commands import environment
from tests.world import ENVIRON, new_registry

_CODE = "import sys; from pathlib import Path; from registry.jobs import process; process._IDLE = {idle}; "
_CODE += "process.main(Path(sys.argv[1]))"


def started(home: Path, idle: int) -> subprocess.Popen[bytes]:
    """The process, which ends by itself after so many looks without a job."""
    command = [sys.executable, "-c", _CODE.format(idle=idle), str(home)]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=environment(ENVIRON))


@pytest.mark.parametrize(("idle", "is_gone"), [(1, False), (1_000, True)])
def test_it_ends_without_a_word(tmp_path: Path, idle: int, is_gone: bool) -> None:
    with closing(new_registry(tmp_path / "home")) as registry:
        home = registry.home.path
    with started(home, idle) as process:
        if is_gone:
            assert process.stdin is not None
            process.stdin.close()
        assert process.wait(60) == 0
        assert process.stdout is not None
        assert process.stderr is not None
        assert (process.stdout.read(), process.stderr.read()) == (b"", b"")
