"""kill -9 in the middle of an import, then again: nothing acknowledged is lost, nothing is double."""

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from registry.demo.demo import demonstrate
from registry.home import CONFIG_FILE
from registry.registry import Registry
from tests.registry.demo.conftest import begin_demonstration
from tests.world import ENVIRON, NOW, assert_sound

CHILD = """
import os, sys
from datetime import datetime
from pathlib import Path
from registry.demo.demo import demonstrate
from registry.imports import load

load.BATCH = 25  # many small transactions: many moments to be killed at
demonstrate(
    Path(sys.argv[1]), os.environ, datetime.fromisoformat(sys.argv[2]),
    acknowledge=lambda done: print(done.record, done.declaration, flush=True),
)
"""
KILLS = 20
TIMED = 2
"""The first of them come at any time, in the making of the home perhaps; the others in the middle of the import."""


def killed(home: Path, after: float, kill_at: int) -> list[str]:
    """What a child acknowledged before it was killed, ``after`` seconds from its ``kill_at``-th record or its start."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(home), NOW.isoformat()],
        env={**os.environ, **ENVIRON},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    acknowledged = []
    timer = threading.Timer(after, child.kill)
    if kill_at == 0:
        timer.start()
    with child.stdout:
        for line in child.stdout:
            acknowledged.append(line.strip())
            if len(acknowledged) == kill_at:
                timer.start()
    child.wait()
    timer.cancel()
    return acknowledged


@pytest.mark.soak
def test_an_import_that_is_killed_again_and_again_ends_as_if_it_had_not(tmp_path: Path) -> None:
    draw = random.Random(20_260_501)
    home = tmp_path / "home"
    begin_demonstration(home, ENVIRON)
    acknowledged: list[str] = []
    for turn in range(KILLS):
        if turn < TIMED:
            acknowledged += killed(home, draw.uniform(0.5, 2.5), 0)
        else:
            acknowledged += killed(home, draw.uniform(0, 0.08), draw.randrange(1, 120))
        if (home / CONFIG_FILE).exists():
            registry = Registry.open(home, ENVIRON)
            assert_sound(registry)
            registry.close()
    assert acknowledged
    report = demonstrate(home, ENVIRON, NOW).report
    assert (report.published + report.already, report.refused) == (674, 192)

    registry = Registry.open(home, ENVIRON)
    assert_sound(registry)
    with registry.database.reading() as session:
        query = text("select record, id from declaration where state = :state")
        published = {f"{record} {key}" for record, key in session.connection().execute(query, {"state": "published"})}
        products = session.connection().execute(text("select count(distinct declaration_id) from record")).scalar()
        others = session.connection().execute(text("select count(*) from declaration where record is null")).scalar()
    registry.close()
    assert len(acknowledged) == len(set(acknowledged))
    assert set(acknowledged) <= published
    assert (len(published), products, others) == (674, 674, 0)
