"""The code lists as tables: seeded from files, edited by administrators, retired and never deleted.

Each list is a table of its own, so that a case can refer to a code of one list only. The types of authority stand in
`directory/models.py`.
"""

from sqlalchemy import Integer
from sqlalchemy.orm import Mapped, mapped_column

from mla_tracker.core.code_list import CodeRow
from mla_tracker.core.database import Base


class LegalBasisRow(CodeRow, Base):
    """A treaty, an act of the Union, a domestic statute, reciprocity."""

    __tablename__ = "legal_basis"


class GroundRow(CodeRow, Base):
    """A ground for refusal, a bar, a postponement, a condition, a deficiency."""

    __tablename__ = "ground"


class DutyRow(CodeRow, Base):
    """What a basis asks for before or upon refusing, postponing or lifting."""

    __tablename__ = "duty"


class BarRow(CodeRow, Base):
    """A ground that a basis forbids; its code is the basis and the ground with a full stop between."""

    __tablename__ = "bar"


class OffenceRow(CodeRow, Base):
    """An offence of a Convention, or another one described in words."""

    __tablename__ = "offence"


class AssistanceTypeRow(CodeRow, Base):
    """A measure that may be sought."""

    __tablename__ = "assistance_type"


class DelayReasonRow(CodeRow, Base):
    """Why a case is late."""

    __tablename__ = "delay_reason"


class TimeLimitRow(CodeRow, Base):
    """A time limit; its definition is a row of `deadline_rules.yaml`."""

    __tablename__ = "time_limit"


class CatalogueVersion(Base):
    """One row: a word that is drawn anew with each change of any list, so that every process reads the lists again."""

    __tablename__ = "catalogue_version"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    token: Mapped[str]
