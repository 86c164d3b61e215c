"""A register of any size, written by COPY: the cases of the demonstration again and again, each time on other days.

A copied case has all that the original got through its acts: events that are sealed anew, items, persons, bases,
deadlines, exchanges, refusals. Names, subject, reference and lead differ from copy to copy; days move by whole weeks,
so that weekdays stay. What a working calendar would make of the moved days is not computed again.
"""

import json
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

from mla_tracker.audit.chain import FIRST, AuditKey, detail_digest, new_salt, seal
from mla_tracker.cases.names import name_key
from mla_tracker.cases.open_act import chained_text
from mla_tracker.cases.replay import Entry
from mla_tracker.cases.search import search_text

Row = dict[str, Any]

SEED: Final = 7
AT_ONCE: Final = 2_000
OFFICERS: Final = 60
OLDEST_WEEKS: Final = 8 * 52
LATEST_WEEKS: Final = 13
WORDS: Final = 4_000
# The tables of a case, in an order that foreign keys allow, and the columns that name rows of its own copy.
_TABLES: Final = (
    "assistance_item", "person", "person_name", "case_legal_basis", "case_offence", "deadline", "information_request",
    "consultation", "postponement", "refusal", "refusal_ground",
)  # fmt: skip
_FOREIGN: Final = {"item_id": "assistance_item", "person_id": "person", "refusal_id": "refusal"}
_PARENTS: Final = {"person_name": ("person", "person_id"), "refusal_ground": ("refusal", "refusal_id")}
_SEARCHED: Final = ("reference", "their_reference", "subject", "operation", "facts_summary")
_DAY: Final = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


@dataclass
class Original:
    """A case of the demonstration with its rows, its events and their details."""

    case: Row
    rows: dict[str, list[Row]]
    events: list[Row]
    details: dict[int, str]


def write(dsn: str, key: AuditKey, *, cases: int, opened: int, overdue: int, today: date) -> Iterator[int]:
    """Add `cases` cases, `opened` of them open and `overdue` of these overdue; yields how many are written so far."""
    rng = Random(SEED)  # noqa: S311 - reproducible invention, no secret
    with psycopg.connect(dsn, row_factory=dict_row) as connection:
        originals = _originals(connection)
        leads = _officers(connection)
        closed = [one for one in originals if one.case["closed_on"] is not None]
        running = [one for one in originals if one.case["closed_on"] is None]
        dated = [one for one in running if one.case["next_due_on"] is not None]
        calm = [one for one in running if one not in dated or one.case["next_due_on"] >= today]
        plan = ["late"] * overdue + ["calm"] * (opened - overdue) + ["closed"] * (cases - opened)
        rng.shuffle(plan)
        copier = _Copier(connection, key, rng, leads)
        for start in range(0, cases, AT_ONCE):
            for kind in plan[start : start + AT_ONCE]:
                original = rng.choice({"late": dated, "calm": calm, "closed": closed}[kind])
                copier.add(original, _weeks_back(original, kind, today, rng))
            copier.write()
            yield min(start + AT_ONCE, cases)
        copier.finish()
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def _weeks_back(original: Original, kind: str, today: date, rng: Random) -> int:
    due = original.case["next_due_on"]
    late: int = max(0, (due - today).days // 7 + 1) if kind == "late" else 0
    if kind == "closed":
        return rng.randint(0, OLDEST_WEEKS)
    if kind == "calm":
        return rng.randint(0, (due - today).days // 7) if due is not None else rng.randint(0, LATEST_WEEKS)
    return late + rng.randint(0, LATEST_WEEKS)


def _originals(connection: "psycopg.Connection[Row]") -> list[Original]:
    cases = connection.execute(
        "SELECT * FROM case_file WHERE confidentiality IS DISTINCT FROM 'restricted' AND parent_id IS NULL ORDER BY id"
    ).fetchall()
    events, details = defaultdict(list), {}
    for row in connection.execute("SELECT * FROM case_event ORDER BY case_id, seq"):
        events[row["case_id"]].append(row)
    for row in connection.execute("SELECT event_id, text FROM case_event_detail"):
        details[row["event_id"]] = row["text"]
    rows: dict[int, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for table in _TABLES:
        parent, column = _PARENTS.get(table, ("", ""))
        statement = (
            sql.SQL("SELECT t.*, p.case_id AS of_case FROM {} t JOIN {} p ON p.id = t.{}").format(
                sql.Identifier(table), sql.Identifier(parent), sql.Identifier(column)
            )
            if parent
            else sql.SQL("SELECT t.*, t.case_id AS of_case FROM {} t").format(sql.Identifier(table))
        )
        for row in connection.execute(sql.SQL("{} ORDER BY t.id").format(statement)):
            rows[row.pop("of_case")][table].append(row)
    return [Original(case, rows[case["id"]], events[case["id"]], details) for case in cases if events[case["id"]]]


def _officers(connection: "psycopg.Connection[Row]") -> list[int]:
    """Caseworkers among whom the open cases are shared, beside those of the demonstration."""
    for number in range(OFFICERS):
        connection.execute(
            "INSERT INTO account (email, name, role, active, created_at) VALUES (%s, %s, 'caseworker', true, now())"
            " ON CONFLICT DO NOTHING",
            [f"officer{number}@bench.example", f"Officer {number}"],
        )
    found = connection.execute("SELECT id FROM account WHERE role = 'caseworker' AND active ORDER BY id").fetchall()
    return [row["id"] for row in found]


class _Copier:
    """Collects the rows of copied cases and writes them, table by table."""

    def __init__(self, connection: "psycopg.Connection[Row]", key: AuditKey, rng: Random, leads: Sequence[int]) -> None:
        self._connection, self._key, self._rng, self._leads = connection, key, rng, leads
        self._next: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._waiting: dict[str, list[Row]] = defaultdict(list)
        self._words = [word(rng) for _ in range(WORDS)]
        for table in ("case_file", "case_event", *_TABLES):
            statement = sql.SQL("SELECT coalesce(max(id), 0) + 1 AS next FROM {}").format(sql.Identifier(table))
            row = connection.execute(statement).fetchone()
            self._next[table] = row["next"] if row else 1
        for row in connection.execute("SELECT series, last FROM reference_counter"):
            self._numbers[row["series"]] = row["last"]

    def add(self, original: Original, weeks: int) -> None:
        """One more case, `weeks` weeks before the original."""
        shift = timedelta(weeks=-weeks)
        case = {**_moved(original.case, shift), "id": self._take("case_file"), "submission_key": None}
        series = original.case["reference"].rsplit("-", 2)[0] + f"-{case['created_at'].year}"
        self._numbers[series] = self._numbers.get(series, 0) + 1
        name, company = f"{self._word()} {self._word()}", self._word()
        case |= {
            "reference": f"{series}-{self._numbers[series]:05}",
            "subject": f"{original.case['subject']} — {company}",
            "their_reference": f"{company[:3].upper()}-{self._rng.randint(1, 99_999)}/{case['opened_on'].year}",
            "lead_id": self._rng.choice(self._leads),
        }
        ids = self._rows(original, case["id"], shift, name)
        case["search_text"] = search_text([*(case[part] for part in _SEARCHED), name])
        self._waiting["case_file"].append(case)
        self._events(original, case["id"], shift, ids)

    def _rows(self, original: Original, case_id: int, shift: timedelta, name: str) -> dict[tuple[str, int], int]:
        ids: dict[tuple[str, int], int] = {}
        for table in _TABLES:
            for number, row in enumerate(original.rows[table]):
                copy = {**_moved(row, shift), "id": self._take(table)}
                ids[table, row["id"]] = copy["id"]
                if "case_id" in copy:
                    copy["case_id"] = case_id
                for column in _FOREIGN.keys() & row.keys():
                    if row[column] is not None:
                        copy[column] = ids[_FOREIGN[column], row[column]]
                if table == "person_name":
                    copy["name"] = name if number == 0 else f"{self._word()} {self._word()}"
                    copy["name_key"] = name_key(copy["name"])
                self._waiting[table].append(copy)
        return ids

    def _events(self, original: Original, case_id: int, shift: timedelta, ids: Mapping[tuple[str, int], int]) -> None:
        mac = FIRST
        for event in original.events:
            copy = {**_moved(event, shift), "id": self._take("case_event"), "case_id": case_id}
            if event["item_id"] is not None:
                copy["item_id"] = ids["assistance_item", event["item_id"]]
            salt, text = new_salt(), _days_moved(original.details.get(event["id"], "{}"), shift)
            digest = detail_digest(salt, text)
            entry = Entry(
                copy["seq"], copy["code"], copy["happened_on"], copy["happened_at"], copy["item_id"],
                copy["corrects_seq"], copy["actor_id"],
            )  # fmt: skip
            mac = seal(self._key, mac, chained_text(case_id, entry, copy["recorded_at"]), digest)
            self._waiting["case_event"].append(copy | {"detail_digest": digest, "mac": mac})
            self._waiting["case_event_detail"].append({"event_id": copy["id"], "salt": salt, "text": text})
        head = {"chain": f"case:{case_id}", "length": len(original.events), "mac": mac, "anchored_length": 0}
        self._waiting["chain_head"].append(head)

    def write(self) -> None:
        """All that waits, and one commit."""
        tables = ["case_file", *_TABLES, "case_event", "case_event_detail", "chain_head"]
        with self._connection.cursor() as cursor:
            for table in tables:
                rows = self._waiting.pop(table, [])
                if not rows:
                    continue
                columns = list(rows[0])
                statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
                    sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
                )
                with cursor.copy(statement) as copy:
                    for row in rows:
                        copy.write_row([row[column] for column in columns])
        self._connection.commit()

    def finish(self) -> None:
        """The sequences and the running numbers go on after what was written."""
        for table, following in self._next.items():
            self._connection.execute("SELECT setval(pg_get_serial_sequence(%s, 'id'), %s, false)", [table, following])
        for series, last in self._numbers.items():
            self._connection.execute(
                "INSERT INTO reference_counter (series, last) VALUES (%s, %s)"
                " ON CONFLICT (series) DO UPDATE SET last = excluded.last",
                [series, last],
            )
        self._connection.commit()

    def _take(self, table: str) -> int:
        number = self._next[table]
        self._next[table] = number + 1
        return number

    def _word(self) -> str:
        return self._rng.choice(self._words)


def word(rng: Random) -> str:
    """A pronounceable word that no language has."""
    return "".join(rng.choice("bdfgklmnprstvz") + rng.choice("aeiou") for _ in range(rng.randint(2, 4))).title()


def _moved(row: Row, shift: timedelta) -> Row:
    return {name: _value(value, shift) for name, value in row.items()}


def _value(value: Any, shift: timedelta) -> Any:
    if isinstance(value, datetime):
        return value + shift
    if isinstance(value, date):
        return value + shift
    if isinstance(value, dict):
        return Jsonb(json.loads(_days_moved(json.dumps(value), shift)))
    return value


def _days_moved(text: str, shift: timedelta) -> str:
    """Each ISO day in a text, moved as the case is. A year before the first that there is stays as it was."""

    def move(found: "re.Match[str]") -> str:
        try:
            return (date.fromisoformat(found[0]) + shift).isoformat()
        except (ValueError, OverflowError):
            return found[0]

    return _DAY.sub(move, text)
