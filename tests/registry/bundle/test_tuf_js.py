"""Another TUF client takes our repository: tuf-js, which npm uses, where Node is present and npm can fetch it."""

import os
import shutil
import subprocess
import threading
from collections.abc import Generator
from contextlib import closing
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from registry.bundle import publish_bundle
from registry.bundle.roles import install_root, root_keys_folder
from registry.bundle.roots import ROLE_USES, sign_root
from registry.bundle.rotation import draft_root, root_signers
from registry.registry import utc_now
from registry.store import FolderStore
from tests.registry.bundle.publishing import checkpoint_of, publish_now
from tests.verifier.bundle.test_witnesses import KEYS, cosigned
from tests.world import a_declaration, new_registry, published
from verifier.witness import WitnessPolicy

SCRIPT = Path(__file__).with_name("take_all.js")
NAMES = ("trust.json", "checkpoint", "status.bin", "labels-0-4096.bin")


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture(scope="module")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tuf-js."""
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        pytest.skip("needs Node and npm")
    folder = tmp_path_factory.mktemp("node")
    command = [npm, "install", "--prefix", str(folder), "--no-audit", "--no-fund", "--fetch-retries=0", "tuf-js@5"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm cannot fetch tuf-js here")
    if done.returncode != 0:
        pytest.skip("npm cannot fetch tuf-js here")
    return folder / "node_modules"


@pytest.fixture
def server(tmp_path: Path) -> Generator[str]:
    (tmp_path / "public").mkdir()
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path / "public"))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_tuf_js_takes_the_bundle_before_and_after_a_rotation(modules: Path, server: str, tmp_path: Path) -> None:
    store, client = FolderStore(tmp_path / "public"), tmp_path / "client"
    client.mkdir()
    with closing(new_registry(tmp_path / "home")) as registry:
        published(registry, 3)
        publish_now(registry, store, utc_now())
        shutil.copy(tmp_path / "public" / "tuf" / "metadata" / "1.root.json", client / "root.json")
        take_all(modules, server, client)
        witnesses = WitnessPolicy(KEYS, 2)
        draft = draft_root(registry, utc_now(), roles=ROLE_USES, new_root_keys=tmp_path / "new", witnesses=witnesses)
        for signer in (*root_signers(root_keys_folder(registry)), *root_signers(tmp_path / "new")):
            draft = sign_root(draft, signer)
        install_root(registry, draft, utc_now())
        published(registry, [a_declaration(9)])
        note, size = checkpoint_of(registry)
        publish_bundle(registry, store, cosigned(note, (0, 1)), size, utc_now())
        take_all(modules, server, client)
        assert b"x-carbonlabel-witnesses" in (tmp_path / "public" / "tuf" / "metadata" / "2.root.json").read_bytes()
        assert (client / "trust.json").read_bytes() == registry.trust().encode()
    assert int((client / "checkpoint").read_bytes().split(b"\n")[1]) == size


def take_all(modules: Path, server: str, client: Path) -> None:
    node = shutil.which("node")
    assert node is not None
    environ = os.environ | {"NODE_PATH": str(modules)}
    command = [node, str(SCRIPT), server, str(client), *NAMES]
    done = subprocess.run(command, capture_output=True, text=True, env=environ, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
