"""`/admin/codes`: code lists. Add, change, take out of use, bring back. Nothing is deleted: cases keep their codes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from mla_tracker.accounts.permissions import Permission
from mla_tracker.cases.search import fold
from mla_tracker.casework import administering
from mla_tracker.core.code_list import OFFICE, CodeRow
from mla_tracker.core.errors import DomainError, NotVisible
from mla_tracker.instruments.queries import catalogue, code_row, code_rows
from mla_tracker.instruments.seeding import TABLES
from mla_tracker.instruments.services import ADDABLE
from mla_tracker.web.access import requires
from mla_tracker.web.check_words import CHECKS, check_sign
from mla_tracker.web.codes import words
from mla_tracker.web.codes.fields import FIELDS, SHORT, CodeForm, form_for, shown, shown_rows
from mla_tracker.web.context import current_actor, db, office
from mla_tracker.web.flashes import told

bp = Blueprint("codes", __name__, url_prefix="/admin/codes")


@bp.get("")
@requires(Permission.ADMIN_CODES)
def index() -> Any:
    """All lists, with how much of each was checked and changed."""
    lists = [_count(table, code_rows(db(), table)) for table in words.LISTS]
    return render_template("codes/index.html", lists=lists)


def _count(table: str, rows: Sequence[CodeRow]) -> dict[str, Any]:
    used = [row for row in rows if row.retired_at is None]
    return {
        "table": table,
        "name": words.LISTS[table],
        "used": len(used),
        "retired": len(rows) - len(used),
        "ours": sum(_ours(row) for row in rows),
        "unchecked": sum(row.check_mark == "unchecked" for row in used),
    }


def _ours(row: CodeRow) -> bool:
    return row.origin == OFFICE or row.edited_at is not None


@bp.get("/<table>")
@requires(Permission.ADMIN_CODES)
def rows(table: str) -> Any:
    """One list, narrowed by the address. Time limits have pages of their own."""
    if table == "time_limit":
        return redirect(url_for("limits.index"))
    name = _list_name(table)
    every = code_rows(db(), table)
    wanted = request.args.get("q", "").strip()
    view = request.args.get("view", "used")
    views: dict[str, tuple[str, Callable[[CodeRow], bool]]] = {
        "used": (_("In use"), lambda row: row.retired_at is None),
        "unchecked": (_("Not checked"), lambda row: row.retired_at is None and row.check_mark == "unchecked"),
        "ours": (_("Added or changed here"), _ours),
        "retired": (_("Out of use"), lambda row: row.retired_at is not None),
    }
    if view not in views:
        raise NotVisible("There is no such view.")
    found = [row for row in every if _matches(row, wanted)] if wanted else list(filter(views[view][1], every))
    short = next(one for one in FIELDS[table] if one.key == SHORT[table])
    return render_template(
        "codes/rows.html",
        table=table,
        name=name,
        rows=[(row, shown(short, row.definition.get(short.key))) for row in found],
        short=short.label,
        wanted=wanted,
        count_words=ngettext("%(num)d row", "%(num)d rows", len(found)),
        checks=CHECKS,
        check_sign=check_sign,
        ours=_ours,
        addable=table in ADDABLE,
        views=[
            (label, url_for("codes.rows", table=table, view=code), sum(map(test, every)), not wanted and code == view)
            for code, (label, test) in views.items()
        ],
    )


def _matches(row: CodeRow, wanted: str) -> bool:
    return fold(wanted) in fold(f"{row.code} {row.label} {_(row.label)}")


@bp.route("/<table>/add", methods=["GET", "POST"])
@requires(Permission.ADMIN_CODES)
def add(table: str) -> Any:
    """A row of the office's own."""
    _list_name(table)
    if table not in ADDABLE:
        raise NotVisible("Rows of this list are not added here.")
    form = form_for(table, catalogue(db()), with_code=True)

    def save() -> str:
        given = {"code": (form["code"].data or "").strip(), **form.definition()}
        kept = {key: value for key, value in given.items() if value is not None}
        return administering.add_code(office(), db(), table, kept, actor=current_actor()).code

    return _form(form, table, save, None)


@bp.route("/<table>/<code>", methods=["GET", "POST"])
@requires(Permission.ADMIN_CODES)
def row(table: str, code: str) -> Any:
    """One row: what it says, where it comes from, and its form."""
    found = _row(table, code)
    if table == "time_limit":
        return redirect(url_for("limits.limit", code=code))
    form = form_for(table, catalogue(db()), with_code=False)
    if request.method == "GET":
        form.show(found.definition)
        form.seen.data = found.changed_at.isoformat()

    def save() -> str:
        seen = datetime.fromisoformat(form.seen.data or "")
        administering.change_code(office(), db(), table, code, form.definition(), seen=seen, actor=current_actor())
        return code

    return _form(form, table, save, found)


@bp.post("/<table>/<code>/retire")
@requires(Permission.ADMIN_CODES)
def retire(table: str, code: str) -> Any:
    """Take a code out of use."""
    administering.retire_code(office(), db(), table, _row(table, code).code, actor=current_actor())
    told(_("The code is out of use; the cases that have it keep it."))
    return redirect(url_for("codes.row", table=table, code=code))


@bp.post("/<table>/<code>/restore")
@requires(Permission.ADMIN_CODES)
def restore(table: str, code: str) -> Any:
    """Bring a code back into use."""
    administering.restore_code(office(), db(), table, _row(table, code).code, actor=current_actor())
    told(_("The code is in use again."))
    return redirect(url_for("codes.row", table=table, code=code))


def _form(form: CodeForm, table: str, save: Callable[[], str], found: CodeRow | None) -> Any:
    if table in ADDABLE and form.validate_on_submit():
        try:
            code = save()
        except (DomainError, ValueError) as problem:
            db().rollback()
            form.take(problem if isinstance(problem, DomainError) else DomainError(_("Open the form again.")))
        else:
            told(_("The row is saved; it counts from the next page on."))
            return redirect(url_for("codes.row", table=table, code=code))
    page = render_template(
        "codes/row.html",
        form=form,
        table=table,
        name=words.LISTS[table],
        row=found,
        facts=shown_rows(table, found.definition) if found else [],
        changeable=table in ADDABLE,
        checks=CHECKS,
        check_sign=check_sign,
        from_release=found is not None and found.origin != OFFICE,
    )
    return page, 422 if form.errors else 200


def _list_name(table: str) -> Any:
    if table not in words.LISTS or table not in TABLES:
        raise NotVisible("There is no such list.")
    return words.LISTS[table]


def _row(table: str, code: str) -> CodeRow:
    _list_name(table)
    found = code_row(db(), table, code)
    if found is None:
        raise NotVisible("There is no such code.")
    return found
