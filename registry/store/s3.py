"""A store in a bucket of an S3-compatible object store. Needs the extra ``s3``: its client library is obstore.

What it asks of the service: a read sees every write that has ended, and ``PutObject`` with ``If-None-Match: *`` or
``If-Match: <etag>`` decides and writes in one step. Amazon S3 does both, and so do MinIO, Ceph, Cloudflare R2 and
SeaweedFS; a service that takes such a request and ignores its condition would let two writers both succeed, so the
first ``swap`` tries that out, and refuses it.

Every write is conditional, also those of ``put``. So a request that was given up on, and that the service carries out
much later, never replaces what was written after it.

Tried again is what may be: reads, removals, and the writes of ``put``, which when told that its condition no longer
holds looks at what is there, and is content when those are its own bytes. ``swap`` sends its write once: had it landed
unseen, a second one would find it in its way, and call a success a conflict. When its answer is lost, ``swap`` says
that it does not know, and whoever called begins again from what the store then holds.
"""

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import obstore
from msgspec import Struct
from obstore.exceptions import AlreadyExistsError, BaseError, PermissionDeniedError, PreconditionError
from obstore.store import S3Store as Client

from registry.store.bucket import Bucket
from registry.store.served import served_as
from registry.store.store import StoreConflict, StoreError, StoreUnavailable, parts_of

if TYPE_CHECKING:
    from obstore import PutMode
    from obstore.store import ClientConfig, RetryConfig, S3Config

PATIENCE = timedelta(seconds=30)
"""How long one request may take, the way of its largest file included."""
TRIES = 3
_CONNECTING = timedelta(seconds=3)
_TRIAL = ".conditional-writes"
_TRIAL_TEXT = b"Written by carbonlabel, to see that this store minds the conditions of a write.\n"
_CODE = re.compile(r"<Code>([A-Za-z0-9.]{1,60})</Code>", re.ASCII)
_STATUS = re.compile(r"status code: ([0-9]{3})", re.ASCII)
_UNSURE = "whether a write took effect is not known"


class _Found(Struct, frozen=True):
    """An object as it was read."""

    data: bytes
    e_tag: str


class S3Store:
    """Objects in ``bucket``, with the headers of ``served_as``. Threads and processes may share the bucket."""

    def __init__(self, bucket: Bucket, patience: timedelta = PATIENCE) -> None:
        """Asks nothing of the service yet. Raises ``StoreError`` for settings in the environment that cannot be."""
        self._bucket = bucket
        self._client = _client(bucket, patience, TRIES - 1)
        self._once = _client(bucket, patience, 0)
        self._is_tried = False

    def get(self, path: str) -> bytes | None:
        """The bytes at ``path``. None only when the service says ``NoSuchKey``: a bucket that is not there, or a web
        server that is no object store, has no files either, but that is a ``StoreError``."""
        found = self._find(_key(path))
        return None if found is None else found.data

    def put(self, path: str, data: bytes) -> None:
        """Creates the object; where there is one already, with other bytes, replaces exactly that one."""
        key, mode = _key(path), _create()
        for _ in range(TRIES):
            if self._write(self._client, key, data, mode):
                return
            found = self._find(key)
            if found is not None and found.data == data:
                return
            mode = _create() if found is None else _replace(found)
        raise StoreError(f"{self._place(key)} changes under our hands: somebody else is writing")

    def swap(self, path: str, expected: bytes | None, data: bytes) -> None:
        """Compares by reading, and writes if the object is still the one that was read, by its ETag.

        ``StoreConflict``: it was not written. ``StoreUnavailable``: nobody knows whether it was.
        """
        key, mode = _key(path), _create()
        self._try_conditions()
        if expected is not None:
            found = self._find(key)
            if found is None or found.data != expected:
                raise StoreConflict(f"{self._place(key)} is not what was written last")
            mode = _replace(found)
        if not self._write(self._once, key, data, mode):
            raise StoreConflict(f"{self._place(key)} is not what was written last, or somebody is writing it now")

    def names(self, folder: str) -> list[str]:
        """The names of the objects right below ``folder``."""
        key = _key(folder)
        try:
            listed = obstore.list_with_delimiter(self._client, prefix=key)["objects"]
        except (BaseError, OSError, ValueError) as problem:
            raise self._unavailable(key, problem) from None
        return sorted(one["path"].rpartition("/")[2] for one in listed if _is_below(one["path"], key))

    def below(self, folder: str) -> list[str]:
        """The paths of the objects below ``folder``."""
        key = _key(folder)
        try:
            listed = obstore.list(self._client, prefix=key).collect()
        except (BaseError, OSError, ValueError) as problem:
            raise self._unavailable(key, problem) from None
        return sorted(one["path"] for one in listed if _is_below(one["path"], key))

    def remove(self, path: str) -> None:
        """Removes the object at ``path``."""
        key = _key(path)
        try:
            obstore.delete(self._client, key)
        except (BaseError, OSError, ValueError) as problem:
            if not _is_absent(problem):
                raise self._unavailable(key, problem) from None

    def _find(self, key: str) -> _Found | None:
        try:
            answer = obstore.get(self._client, key)
            data, e_tag = bytes(answer.bytes()), answer.meta["e_tag"]
        except (BaseError, OSError, ValueError) as problem:
            if _is_absent(problem):
                return None
            raise self._unavailable(key, problem) from None
        if not e_tag:
            raise StoreError(f"{self._place(key)} has no ETag: this store cannot be written to safely")
        return _Found(data, e_tag)

    def _write(self, client: Client, key: str, data: bytes, mode: "PutMode") -> bool:
        """Whether the condition held, and the object is written."""
        served = served_as(key)
        headers = {"Content-Type": served.media_type, "Cache-Control": served.cache_control}
        try:
            obstore.put(client, key, data, mode=mode, attributes=headers, use_multipart=False)
        except (AlreadyExistsError, PreconditionError):
            return False
        except (BaseError, OSError, ValueError) as problem:
            raise self._unavailable(key, problem) from None
        return True

    def _try_conditions(self) -> None:
        """Once: two writes whose condition cannot hold, of an object that is in nobody's way."""
        if self._is_tried:
            return
        self._write(self._client, _TRIAL, _TRIAL_TEXT, _create())
        for mode in (_create(), _replace(_Found(b"", '"0"'))):
            if self._write(self._client, _TRIAL, _TRIAL_TEXT, mode):
                raise StoreError(f"{self._bucket} ignores If-Match or If-None-Match: no log can be kept there safely")
        self._is_tried = True

    def _place(self, key: str) -> str:
        return f"{self._bucket}/{key}"

    def _unavailable(self, key: str, problem: Exception) -> StoreUnavailable:
        """A sentence of our own: the library's would repeat what the service answered, access key and all."""
        text = str(problem)
        status, code = _STATUS.search(text), _CODE.search(text)
        if "//169.254." in text:
            said = "there are no credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        elif status is not None:
            said = f"the store answered {' '.join(filter(None, (status[1], code and code[1])))}"
            if isinstance(problem, PermissionDeniedError) or status[1] in ("401", "403"):
                said += ": look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, and what they may do in this bucket"
        elif "kind: Timeout" in text or "TimedOut" in text:
            said = f"the store did not answer in time; {_UNSURE}"
        elif "kind: Connect" in text:
            said = f"the store{self._at()} cannot be reached"
        else:
            said = f"the connection to the store{self._at()} broke; {_UNSURE}"
        return StoreUnavailable(f"{self._place(key)}: {said}")

    def _at(self) -> str:
        return f" at {self._bucket.endpoint}" if self._bucket.endpoint else ""


def _client(bucket: Bucket, patience: timedelta, retries: int) -> Client:
    # Said here although they are the defaults, because the library would let the environment say otherwise.
    settings: S3Config = {"conditional_put": "etag", "disable_bulk_delete": True}
    client: ClientConfig = {"timeout": patience, "connect_timeout": min(patience, _CONNECTING)}
    if bucket.endpoint:
        settings["aws_endpoint_url_s3"] = bucket.endpoint
        client["allow_http"] = bucket.endpoint.startswith("http://")
    if bucket.region:
        settings["region"] = bucket.region
    retry: RetryConfig = {"max_retries": retries, "retry_timeout": patience * TRIES}
    try:
        return Client(
            bucket.name, prefix=bucket.prefix or None, config=settings, client_options=client, retry_config=retry
        )
    except (BaseError, ValueError):
        raise StoreError(f"{bucket} cannot be opened: look at the variables that begin with AWS_") from None


def _key(path: str) -> str:
    return "/".join(parts_of(path))


def _is_below(path: str, key: str) -> bool:
    """Some services list a folder, which is an empty object to them, as if it were in itself."""
    return path.startswith(f"{key}/") and not path.rpartition("/")[2].startswith(".")


def _create() -> "PutMode":
    return "create"


def _replace(found: _Found) -> "PutMode":
    return {"e_tag": found.e_tag}


def _is_absent(problem: Exception) -> bool:
    code = _CODE.search(str(problem))
    return isinstance(problem, FileNotFoundError) and code is not None and code[1] == "NoSuchKey"
