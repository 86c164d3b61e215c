"""Views of the list that somebody keeps under a name, for himself or for the whole office: an address, no more.

What a view shows is decided when it is opened, for whoever opens it.
"""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, ForeignKey, Identity, UniqueConstraint, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, Session, mapped_column

from mla_tracker.accounts.actor import Actor
from mla_tracker.accounts.models import Account
from mla_tracker.core.database import Base
from mla_tracker.core.errors import Invalid

LONGEST_NAME: Final = 60
LONGEST_QUERY: Final = 2_000
MOST: Final = 50


class SavedView(Base):
    """The filter and order of a list as its address writes them, without a page."""

    __tablename__ = "saved_view"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    owner_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str]
    query: Mapped[str]
    shared: Mapped[bool] = mapped_column(Boolean, server_default="false")

    __table_args__ = (UniqueConstraint("owner_id", "name"),)


def views_of(session: Session, actor: Actor) -> Sequence[Any]:
    """His own views and those that others share, by name; each with its owner's name, fifty at most."""
    return session.execute(
        select(
            SavedView.id,
            SavedView.name,
            SavedView.query,
            SavedView.shared,
            SavedView.owner_id,
            Account.name.label("by"),
        )
        .join(Account, Account.id == SavedView.owner_id)
        .where(or_(SavedView.owner_id == actor.account_id, SavedView.shared))
        .order_by(SavedView.name, SavedView.id)
        .limit(MOST)
    ).all()


def keep_view(session: Session, actor: Actor, name: str, query: str, *, shared: bool) -> None:
    """Keep a view under a name, in place of his own of that name; the caller commits. Raises `Invalid`."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        raise Invalid({"name": f"Enter a name of {LONGEST_NAME} letters at most."})
    if len(query) > LONGEST_QUERY:
        raise Invalid({"name": "This filter is too long to be kept."})
    statement = insert(SavedView).values(owner_id=actor.account_id, name=name, query=query, shared=shared)
    session.execute(
        statement.on_conflict_do_update(index_elements=["owner_id", "name"], set_={"query": query, "shared": shared})
    )


def drop_view(session: Session, actor: Actor, view_id: int) -> None:
    """Take one of his own views away; the caller commits. Another's stays."""
    session.execute(delete(SavedView).where(SavedView.id == view_id, SavedView.owner_id == actor.account_id))
