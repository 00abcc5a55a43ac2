"""The servers that tests fork off end with the tests."""

import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.databases import database_option
from tests.end_to_end.commands import done_here, environment

ROOT = Path(__file__).resolve().parents[2]
_KILLED = """
import os, signal, sys
from pathlib import Path
from tests.end_to_end.commands import Serving

if __name__ == "__main__":
    print(Serving(Path(sys.argv[1])).__enter__().process.pid, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)
"""


def is_at_work(process: int) -> bool:
    """Whether it runs; one that has ended, and that nobody has asked how, does not."""
    try:
        return "\nState:\tZ" not in Path("/proc", str(process), "status").read_text()
    except FileNotFoundError:
        return False


def test_who_is_killed_leaves_no_server_at_work(tmp_path: Path) -> None:
    home, script = tmp_path / "home", tmp_path / "killed.py"
    done_here("init", home, *database_option(home))
    script.write_text(_KILLED)
    variables = environment({"PYTHONPATH": str(ROOT)})
    with (tmp_path / "said").open("w") as said:
        killed = subprocess.run([sys.executable, str(script), str(home)], stdout=said, env=variables, check=False)
    assert killed.returncode == -signal.SIGKILL
    server = int((tmp_path / "said").read_text())
    until = time.monotonic() + 60
    while is_at_work(server):
        assert time.monotonic() < until, "it is at work still"
        time.sleep(0.1)
