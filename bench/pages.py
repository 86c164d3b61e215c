"""The six jobs that are measured, and how many questions each asks the database."""

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from random import Random
from typing import Final

import psycopg
from flask import Flask
from sqlalchemy import Engine, event

from bench.client import Ask
from bench.dataset import word
from mla_tracker.casework.demo.load import PASSWORD

PERSON: Final = "caseworker@demo.example"
CASES_AT_HAND: Final = 2_000

NextAsk = Callable[[], "Ask | None"]


class Jobs:
    """Makes the requests of each job. Creating and changing status take a token of the session."""

    def __init__(self, dsn: str, token: str, today: date) -> None:
        self._dsn, self._token, self._today = dsn, token, today
        self._rng = Random(11)  # noqa: S311 - which page is asked for is no secret
        with psycopg.connect(dsn) as connection:
            rows = connection.execute(
                "SELECT reference, subject FROM case_file TABLESAMPLE SYSTEM (10)"
                " WHERE subject LIKE '%% — %%' LIMIT %s",
                [CASES_AT_HAND],
            ).fetchall()
        self._references = [reference for reference, _ in rows]
        self._words = [subject.rsplit(" ", 1)[-1] for _, subject in rows]

    def all(self) -> "Sequence[tuple[str, NextAsk]]":
        """Name and maker of each job, in the order in which they are measured."""
        return (
            ("list, 50 rows, overdue first", lambda: ("GET", "/cases?open=1", {})),
            ("one case's page", self._case),
            ("search a word in the subject", self._search),
            ("home", lambda: ("GET", "/", {})),
            ("create", self._create),
            ("change of status", self._changes()),
        )

    def _case(self) -> Ask:
        return "GET", f"/cases/{self._rng.choice(self._references)}", {}

    def _search(self) -> Ask:
        return "GET", f"/cases?q={self._rng.choice(self._words)}", {}

    def _create(self) -> Ask:
        day = self._today
        return (
            "POST",
            "/cases/new?kind=mla&direction=incoming",
            {
                "csrf_token": self._token, "submission_key": secrets.token_urlsafe(16),
                "subject": f"Bank records, benchmark {secrets.token_hex(4)}", "counterpart": "BR", "channel": "post",
                "their_reference": secrets.token_hex(6), "opened_on-day": str(day.day),
                "opened_on-month": str(day.month), "opened_on-year": str(day.year), "nature": "criminal",
                "basis": "UNCAC", "urgency": "routine", "confidentiality": "ordinary",
                "counterpart_authority_id": str(self._authority()), "facts_summary": "Payments were made.",
                "items-0-type_code": "DOCUMENTS", "persons-0-name": f"{word(self._rng)} {word(self._rng)}",
                "persons-0-role": "suspect", "confirmed": "1",
            },
        )  # fmt: skip

    def _authority(self) -> int:
        if not hasattr(self, "_theirs"):
            with psycopg.connect(self._dsn) as connection:
                row = connection.execute("SELECT min(id) FROM authority WHERE state = 'BR'").fetchone()
            self._theirs = int(row[0]) if row else 0
        return self._theirs

    def _changes(self) -> NextAsk:
        """Asking for information: the requests that `create` has just made, each once, while there are any."""
        waiting: Iterator[str] | None = None
        day = self._today

        def following() -> Ask | None:
            nonlocal waiting
            if waiting is None:
                waiting = iter(self._created())
            reference = next(waiting, None)
            if reference is None:
                return None
            form = {
                "csrf_token": self._token, "version": "1", "on-day": str(day.day), "on-month": str(day.month),
                "on-year": str(day.year), "missing": "The account numbers", "reply_due-day": "28",
                "reply_due-month": "12", "reply_due-year": str(day.year + 1),
            }  # fmt: skip
            return "POST", f"/cases/{reference}/acts/information_requested", form

        return following

    def _created(self) -> list[str]:
        with psycopg.connect(self._dsn) as connection:
            rows = connection.execute(
                "SELECT reference FROM case_file WHERE subject LIKE 'Bank records, benchmark %'"
                " AND version = 1 ORDER BY id"
            ).fetchall()
        return [reference for (reference,) in rows]


@contextmanager
def counted(said: list[str]) -> Iterator[None]:
    """Every statement that this process sends while the block runs, whatever the engine."""

    def listen(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        said.append(statement)

    event.listen(Engine, "before_cursor_execute", listen)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", listen)


def questions(app: Flask, dsn: str, today: date) -> dict[str, int]:
    """How many statements each job sends, in an application of this process; the catalogues are warm."""
    client = app.test_client()
    page = client.get("/login").text
    form = {"csrf_token": _token(page), "email": PERSON, "password": PASSWORD}
    client.post("/login", data=form)
    jobs = Jobs(dsn, _token(client.get("/account").text), today)
    found = {}
    for name, following in jobs.all():
        for warm in (True, False):
            ask = following()
            if ask is None:
                continue
            said: list[str] = []
            with counted(said):
                client.open(ask[1], method=ask[0], data=dict(ask[2]) if ask[0] == "POST" else None)
            if not warm:
                found[name] = len(said)
    return found


def _token(page: str) -> str:
    return page.partition('name="csrf_token"')[2].partition('value="')[2].partition('"')[0]
