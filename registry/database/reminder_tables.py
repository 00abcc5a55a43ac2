"""The table of reminders that were sent."""

from datetime import datetime

from sqlmodel import Field

from registry.database.tables import SQLModel


class ReminderRow(SQLModel, table=True):
    """A reminder that was sent, or a day on which all were (``round``): its key is what sends none twice."""

    __tablename__ = "reminder"

    occasion: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    stage: str = Field(primary_key=True)
    owner_id: str | None = Field(default=None, index=True)
    sent_at: datetime
