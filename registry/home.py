"""A registry's home: one folder with its configuration, its keys and its database.

HOME/config.toml       what the registry is called, and its limits
HOME/keys/             private keys, encrypted, and the passphrase unless the environment gives it
HOME/registry.sqlite   the database, unless another is named
HOME/public/           tiles, checkpoint and bundle, for anyone to read, unless a bucket is named for them
"""

import re
import shutil
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Self

import msgspec
from msgspec import Struct

from keys.durable import flush_to_disk
from registry.accounts.mail import MailUrl
from registry.database.database import parse_database_url
from registry.errors import HomeError
from registry.log.witnesses import parse_witnesses
from registry.store.bucket import Bucket

CONFIG_FILE = "config.toml"
DATABASE_VARIABLE = "CARBONLABEL_DATABASE_URL"
STORE_VARIABLE = "CARBONLABEL_STORE_URL"
METRICS_VARIABLE = "CARBONLABEL_METRICS_TOKEN"
LOG_LEVEL_VARIABLE = "CARBONLABEL_LOG_LEVEL"
PROXIES_VARIABLE = "CARBONLABEL_PROXIES"
HOME_VARIABLE = "CARBONLABEL_HOME"
"""Names the home that a server process serves."""
COUNTERS_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in which the server's processes share what they count: prometheus-client's own name for it."""

LOG_LEVELS = ("debug", "info", "warning", "error", "critical")
_ORIGIN = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?(:[0-9]{1,5})?", re.ASCII)
_METRICS_TOKEN = re.compile(r"[!-~]{16,}", re.ASCII)


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``config.toml`` holds.

    ``origin`` is the host that labels name and the log's origin: it can never change. ``verify_per_minute`` is how many
    verifications one address may ask for (0: any number; a batch without a token counts as 60), ``max_body`` how many
    bytes a request may have, but for a batch with a token. ``witnesses`` are to cosign the log's checkpoints, each
    ``<verifier key> <url>``. ``store`` is the bucket that the public files are kept in, as ``registry.store.bucket``
    reads it; empty: the home's own folder. ``database`` is the URL of the database; empty: SQLite in the home.
    ``metrics_token`` is whose bearer may read ``/metrics``; empty: nobody. ``log_level`` is from which level on the
    program's log is written: ``info`` has a line for each request.
    ``mail`` is how mail leaves, as ``registry.accounts.mail`` reads it; empty: it waits. ``password_memory`` (KiB) and
    ``password_passes`` are what Argon2id takes for a password's hash: OWASP's least is 19,456 and 2.
    ``max_upload`` is how many bytes a file may have that is uploaded for a job, and ``keep_jobs`` for how many days a
    job that has ended is kept, with its files. ``proxies`` are the addresses and networks whose word counts on whom a
    request is from (``X-Forwarded-For``).
    """

    name: str
    origin: str
    demonstration: bool = False
    verify_per_minute: int = 600
    max_body: int = 1_000_000
    witnesses: tuple[str, ...] = ()
    store: str = ""
    database: str = ""
    metrics_token: str = ""
    log_level: str = "info"
    mail: str = ""
    password_memory: int = 19_456
    password_passes: int = 2
    max_upload: int = 50_000_000
    keep_jobs: int = 30
    proxies: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not self.name.strip() or not self.name.isprintable():
            raise HomeError("the registry's name is one line of printable characters")
        if not _ORIGIN.fullmatch(self.origin):
            raise HomeError(f"{self.origin!r} is not a host name in lower case, such as id.example.org")
        if self.verify_per_minute < 0 or self.max_body < 10_000:
            raise HomeError("verify_per_minute must be at least 0, and max_body at least 10000")
        try:
            parse_witnesses(self.witnesses)
        except ValueError as problem:
            raise HomeError(f"witnesses: {problem}") from problem
        try:
            _ = self.store and Bucket.parse(self.store)
        except ValueError as problem:
            raise HomeError(str(problem)) from None
        _ = self.database and parse_database_url(self.database)
        _ = _metrics_token(self.metrics_token), _log_level(self.log_level)
        try:
            _ = self.mail and MailUrl.parse(self.mail)
        except ValueError as problem:
            raise HomeError(str(problem)) from None
        if not (1_024 <= self.password_memory <= 4_194_304 and 1 <= self.password_passes <= 100):
            raise HomeError("password_memory is 1024 to 4194304 KiB, and password_passes 1 to 100")
        if not (10_000 <= self.max_upload <= 100_000_000 and 1 <= self.keep_jobs <= 3_650):
            raise HomeError("max_upload is 10000 to 100000000 bytes, and keep_jobs 1 to 3650 days")
        _ = _proxies(self.proxies)

    def to_toml(self) -> str:
        """The configuration as text; strings in JSON's form, which is TOML's too."""
        lines = (f"{name} = {msgspec.json.encode(getattr(self, name)).decode()}" for name in self.__struct_fields__)
        return "# carbonlabel registry. origin is on every label and in the log: it can never change.\n" + "\n".join(
            (*lines, "")
        )


class Home(Struct, frozen=True):
    """An existing home."""

    path: Path
    config: Config

    @property
    def keys(self) -> Path:
        """The folder of the key ring."""
        return self.path / "keys"

    @property
    def public(self) -> Path:
        """The folder of the public store: tiles, checkpoint, bundle. It can be rebuilt from the log entries."""
        return self.path / "public"

    def database_url(self, environ: Mapping[str, str]) -> str:
        """The database's URL: ``CARBONLABEL_DATABASE_URL``, else what is configured, else SQLite in the home."""
        return environ.get(DATABASE_VARIABLE) or self.config.database or self.sqlite_url

    @property
    def sqlite_url(self) -> str:
        """The URL of the home's own database."""
        return f"sqlite:///{(self.path / 'registry.sqlite').absolute()}"

    def store_url(self, environ: Mapping[str, str]) -> str:
        """Where the public files are: ``CARBONLABEL_STORE_URL``, else what is configured; empty: in ``public``."""
        return environ.get(STORE_VARIABLE) or self.config.store

    def metrics_token(self, environ: Mapping[str, str]) -> str:
        """Whose bearer may read ``/metrics``: ``CARBONLABEL_METRICS_TOKEN``, else what is configured; empty: nobody."""
        return _metrics_token(environ.get(METRICS_VARIABLE) or self.config.metrics_token)

    def log_level(self, environ: Mapping[str, str]) -> str:
        """From which level on the log is written: ``CARBONLABEL_LOG_LEVEL``, else what is configured."""
        return _log_level(environ.get(LOG_LEVEL_VARIABLE) or self.config.log_level)

    def proxies(self, environ: Mapping[str, str]) -> tuple[str, ...]:
        """Whose word counts on whom a request is from: ``CARBONLABEL_PROXIES``, with commas, else as configured."""
        named = environ.get(PROXIES_VARIABLE, "").split(",")
        return _proxies(tuple(one.strip() for one in named if one.strip())) or self.config.proxies

    @classmethod
    def open(cls, path: Path) -> Self:
        """The home at ``path``. Raises ``HomeError``, which says what to do."""
        try:
            content = (path / CONFIG_FILE).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise HomeError(f"{path} is not a registry home: make one with `carbonlabel init {path}`") from None
        except (OSError, UnicodeDecodeError) as problem:
            raise HomeError(f"{path / CONFIG_FILE} cannot be read: {problem}") from None
        try:
            return cls(path, msgspec.convert(tomllib.loads(content), Config))
        except (tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
            raise HomeError(f"{path / CONFIG_FILE}: {problem}") from None

    @classmethod
    def create(cls, path: Path, config: Config, fill: Callable[["Home"], None]) -> Self:
        """Makes a home: ``fill`` puts keys and database into a folder beside ``path``, which then becomes ``path``.

        So a home is there whole or not at all. Raises ``HomeError`` when there is something at ``path`` already.
        """
        if path.is_symlink() or (path.exists() and (not path.is_dir() or any(path.iterdir()))):
            raise HomeError(f"{path} exists and is not an empty folder: nothing was changed")
        path.parent.mkdir(parents=True, exist_ok=True)
        building = Path(tempfile.mkdtemp(prefix=f"{path.name}.building-", dir=path.parent))
        try:
            (building / CONFIG_FILE).write_text(config.to_toml(), encoding="utf-8")
            fill(cls(building, config))
            building.replace(path)
        except BaseException:
            shutil.rmtree(building, ignore_errors=True)
            raise
        flush_to_disk(path.parent)
        return cls(path, config)


def _metrics_token(token: str) -> str:
    if token and not _METRICS_TOKEN.fullmatch(token):
        raise HomeError("metrics_token has at least 16 printable characters without a space, or is empty")
    return token


def _proxies(named: tuple[str, ...]) -> tuple[str, ...]:
    for one in named:
        try:
            ip_network(one)
        except ValueError:
            raise HomeError(f"proxies: {one!r} is no address or network such as 10.0.0.0/8 or 127.0.0.1") from None
    return named


def _log_level(level: str) -> str:
    if level not in LOG_LEVELS:
        raise HomeError(f"log_level is one of {', '.join(LOG_LEVELS)}")
    return level
