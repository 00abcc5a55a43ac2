"""The tables. Exact signed bytes plus indexed columns; nothing signed is ever derived from a row again.

``log_entry`` is append-only. ``record`` and ``label`` are projections of it, kept in the same transaction.
Times are UTC. Log indexes have 64 bits.
"""

from datetime import date, datetime

from sqlalchemy import BigInteger, Column, Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlmodel import Field, MetaData, SQLModel

SQLModel.metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


_IS_ABOUT_ONE = text("about is not null")
_TERMS = Text().with_variant(TSVECTOR(), "postgresql")


class MemberRow(SQLModel, table=True):
    """An organisation: ``content`` is a ``schemas.member.Member`` as JSON."""

    __tablename__ = "member"

    id: str = Field(primary_key=True)
    kind: str
    content: bytes = Field(sa_type=LargeBinary)
    joined: int = Field(sa_type=BigInteger)
    """Log index of the entry by which it joined."""
    left_at: int | None = Field(default=None, sa_type=BigInteger)
    """Log index of the entry by which it left; None: it is in."""


class TokenRow(SQLModel, table=True):
    """A secret of an organisation's machines: only its SHA-256 is kept."""

    __tablename__ = "token"

    id: str = Field(primary_key=True)
    secret_hash: bytes = Field(sa_type=LargeBinary)
    member_id: str = Field(foreign_key="member.id", index=True)
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    use: str = "bearer"
    """What it is good for, as ``registry.access.tokens.TokenUse`` names it."""
    name: str = ""
    roles: str | None = None
    """The roles in which it acts, with spaces between; None: all that its member has."""
    issued_by: str | None = None
    """The person who made it; None: the registry's command line."""
    client_id: str | None = Field(default=None, index=True)
    """The client that this token was given to (RFC 6749, 4.4)."""


class DeclarationRow(SQLModel, table=True):
    """A declaration on its way: ``content`` is a ``schemas.declaration.Declaration`` as JSON."""

    __tablename__ = "declaration"

    id: str = Field(primary_key=True)
    owner_id: str = Field(foreign_key="member.id", index=True)
    state: str = Field(index=True)
    content: bytes = Field(sa_type=LargeBinary)
    record: int | None = Field(default=None, unique=True, sa_type=BigInteger)
    """Log index, once published."""
    signature: bytes | None = Field(default=None, sa_type=LargeBinary)
    """The owner's own JWS over the content (``schemas.signed``), exactly as it was handed in."""
    renews: int | None = Field(default=None, index=True, sa_type=BigInteger)
    """The record that it was begun to renew; None: it began otherwise."""
    created_at: datetime
    updated_at: datetime


class LogEntryRow(SQLModel, table=True):
    """A log entry: the exact bytes of its JWS, and their Merkle leaf hash. Index without gaps; never changed."""

    __tablename__ = "log_entry"
    __table_args__ = (Index("ix_log_entry_about", "about", sqlite_where=_IS_ABOUT_ONE, postgresql_where=_IS_ABOUT_ONE),)

    index: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    typ: str = Field(index=True)
    jws: bytes = Field(sa_type=LargeBinary)
    leaf: bytes = Field(sa_type=LargeBinary)
    about: int | None = Field(default=None, sa_type=BigInteger)
    """The record whose standing this entry changes: superseded, suspended, reinstated, withdrawn, labelled."""
    at: datetime


class CheckpointRow(SQLModel, table=True):
    """A signed checkpoint: ``note`` is its exact text. A row here is what commits the log to a size and a root."""

    __tablename__ = "checkpoint"

    size: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    root: bytes = Field(sa_type=LargeBinary)
    note: bytes = Field(sa_type=LargeBinary)
    at: datetime


class RecordRow(SQLModel, table=True):
    """A published declaration as it stands now: a projection of the log for look-ups and search."""

    __tablename__ = "record"
    __table_args__ = (UniqueConstraint("key_path", "version"), Index("ix_record_newest", "superseded_by", "index"))

    index: int = Field(
        primary_key=True, foreign_key="log_entry.index", sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    declaration_id: str = Field(foreign_key="declaration.id", unique=True)
    key_path: str
    """GS1 path of the product or place: ``/01/<GTIN>`` or ``/414/<GLN>``."""
    version: int
    owner_id: str = Field(foreign_key="member.id", index=True)
    owner_name: str
    name: bytes = Field(sa_type=LargeBinary)
    """The product's name by language, as JSON."""
    claims: bytes = Field(sa_type=LargeBinary)
    """The exact payload of its labels."""
    issued: date
    expires: date
    standing: str
    """``active``, ``suspended`` or ``withdrawn``; whether it is superseded, ``superseded_by`` says."""
    standing_reason: str | None = None
    standing_at: datetime | None = None
    superseded_by: int | None = Field(default=None, sa_type=BigInteger)
    signed_by: str | None = None
    """Id of the owner's own key that signed it; None: it has no signature of its owner."""
    search: str
    """What a search looks in: names, owner and key, case-folded."""
    terms: str = Field(default="", sa_column=Column(_TERMS, nullable=False, server_default=""))
    """The terms of ``search`` (``registry.products.terms``), which each database has its own index of."""


class LabelRow(SQLModel, table=True):
    """A minted label: its exact text for a record and a GS1 path."""

    __tablename__ = "label"

    record: int = Field(
        primary_key=True, foreign_key="record.index", sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    path: str = Field(primary_key=True)
    text: str
