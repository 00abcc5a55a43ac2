"""The table of requests that are limited: how many an address made in a minute."""

from sqlalchemy import BigInteger, LargeBinary
from sqlmodel import Field

from registry.database.tables import SQLModel


class RequestsRow(SQLModel, table=True):
    """How many requests of one address, known only by a hash, a process let through in a minute since 1970."""

    __tablename__ = "requests"

    minute: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    whose: bytes = Field(primary_key=True, sa_type=LargeBinary)
    process: str = Field(primary_key=True)
    """A name drawn for each process."""
    count: int
