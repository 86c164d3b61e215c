"""`statistics compute` and `export`; every duration recomputed from the export alone."""

import csv
import io
import json
import subprocess
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select

from config.settings import Settings
from mla_tracker.core import clock
from mla_tracker.core.database import Sessions
from mla_tracker.statistics.models import Snapshot, SnapshotFigure
from tests.factories import figures as make
from tests.support.office import COMMAND, ROOT, environment


@pytest.fixture
def surroundings(settings: Settings, tmp_path: Path) -> dict[str, str]:
    """The environment of a command on this test's own office."""
    return environment(
        tmp_path / "var",
        MLA_DATABASE_URL=settings.runtime_url,
        MLA_MIGRATION_DATABASE_URL=settings.owner_url,
        MLA_REDIS_URL=settings.store_url,
    )


@pytest.fixture
def today(settings: Settings, sessions: Sessions) -> date:
    """The office's day, with requests up to it: some answered, some waiting, one draft, one never recorded."""
    day = clock.today(settings.zone)
    with sessions() as session, session.begin():
        for number in range(30):
            opened = day - timedelta(days=20 * number + 3)
            answered = opened + timedelta(days=11 * (number % 7) + 1)
            done = answered <= day and number % 4
            make.add_request(
                session, kind="mla" if number % 2 else "extradition", counterpart="BR" if number % 3 else "KE",
                opened_on=opened, acknowledged_on=opened + timedelta(days=2),
                answered_on=answered if done else None, closed_on=answered if done else None,
                outcome=("executed_in_full" if number % 2 else "surrendered") if done else None,
            )  # fmt: skip
        make.add_request(session, direction="outgoing", opened_on=day)
        make.add_request(session, opened_on=day, closed_on=day, outcome="withdrawn", taken_over=True)
        make.restrict(session, make.add_request(session, opened_on=day))
    return day


def run(surroundings: dict[str, str], *words: str) -> bytes:
    done = subprocess.run([*COMMAND, *words], cwd=ROOT, env=surroundings, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.usefixtures("today")
def test_every_figure_of_days_follows_from_the_export(surroundings: dict[str, str], sessions: Sessions) -> None:
    told = json.loads(run(surroundings, "statistics", "compute", "--json"))
    assert [(line["scope"], line["cases"]) for line in told] == [("unrestricted", 32), ("all", 33)]
    rows = list(csv.DictReader(io.StringIO(run(surroundings, "statistics", "export").decode())))
    assert len(rows) == 32
    with sessions() as session:
        unrestricted = session.scalar(select(Snapshot.id).where(Snapshot.scope == "unrestricted"))
        figures = session.scalars(
            select(SnapshotFigure).where(
                SnapshotFigure.snapshot_id == unrestricted,
                SnapshotFigure.measure.in_(("acknowledge", "decide", "execute", "answer", "waiting")),
            )
        ).all()
    assert len(figures) > 10
    for figure in figures:
        days = [
            float(row[f"days_{figure.measure}"])
            for row in rows
            if row[f"days_{figure.measure}"]
            and figure.kind in ("", row["kind"])
            and figure.direction in ("", row["direction"])
            and figure.state in ("", row["counterpart"])
        ]
        assert len(days) == figure.n
        assert figure.median == (float(np.median(days)) if days else None)
        if figure.mean is not None:
            assert figure.mean == pytest.approx(float(np.mean(days)))
            assert (figure.p75, figure.p90) == pytest.approx(tuple(np.quantile(days, (0.75, 0.9))))
    censored = [row for row in rows if row["censored"] == "true"]
    assert all(not row["days_answer"] and row["days_waiting"] for row in censored)


def test_three_formats_say_the_same(surroundings: dict[str, str], today: date, tmp_path: Path) -> None:
    since = (today - timedelta(days=100)).isoformat()
    words = ("statistics", "export", "--from", since, "--to", today.isoformat(), "--restricted")
    plain = list(csv.DictReader(io.StringIO(run(surroundings, *words).decode())))
    objects = json.loads(run(surroundings, *words, "--format", "json"))
    run(surroundings, *words, "--format", "xlsx", "--output", str(tmp_path / "facts.xlsx"))
    sheet = CalamineWorkbook.from_path(tmp_path / "facts.xlsx").get_sheet_by_index(0).to_python()
    assert len(plain) == len(objects) == len(sheet) - 1 > 3
    assert [row["reference"] for row in plain] == [row["reference"] for row in objects]
    assert [row[0] for row in sheet[1:]] == [row["reference"] for row in objects]
    assert all(row["started_on"] >= since for row in objects)
    assert sheet[1][sheet[0].index("started_on")] == date.fromisoformat(objects[0]["started_on"])


def test_a_day_that_has_not_come_is_refused(surroundings: dict[str, str], today: date) -> None:
    tomorrow = (today + timedelta(days=1)).isoformat()
    words = [*COMMAND, "statistics", "compute", "--on", tomorrow]
    done = subprocess.run(words, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "earlier day" in done.stderr
