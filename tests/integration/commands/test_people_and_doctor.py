"""Accounts from the command line, and what `doctor` says of an office."""

import json
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import text

from config.settings import Settings
from mla_tracker.core.database import Sessions
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


def run(surroundings: dict[str, str], *words: str, given: str = "") -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env=surroundings, input=given, capture_output=True, text=True, check=False
    )


def test_an_account_is_made_recorded_and_disabled(surroundings: dict[str, str], sessions: Sessions) -> None:
    made = run(surroundings, "user", "create", "Ada@Office.example", "--role", "caseworker", "--json")
    assert made.returncode == 0, made.stderr
    told = json.loads(made.stdout)
    assert told["email"] == "ada@office.example"
    assert len(told["password"]) >= 16
    assert run(surroundings, "user", "disable", "ada@office.example").returncode == 0
    with sessions() as session:
        assert session.scalar(text("SELECT active FROM account WHERE email = 'ada@office.example'")) is False
        codes = session.scalars(text("SELECT code FROM administration_entry ORDER BY seq")).all()
    assert codes == ["account_created", "account_disabled"]


def test_a_password_comes_from_standard_input_and_is_not_repeated(
    surroundings: dict[str, str], sessions: Sessions
) -> None:
    words = ("user", "create", "eve@office.example", "--role", "auditor", "--password-stdin")
    weak = run(surroundings, *words, given="short\n")
    assert weak.returncode == 1
    assert "at least" in weak.stderr
    good = run(surroundings, *words, given="a long and quiet phrase\n")
    assert good.returncode == 0, good.stderr
    assert "quiet" not in good.stdout + good.stderr
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM account")) == 1


def test_an_account_is_given_a_new_password(surroundings: dict[str, str], sessions: Sessions) -> None:
    run(surroundings, "user", "create", "ada@office.example", "--role", "caseworker")
    hashes = []
    for given in ("short\n", "a long and quiet phrase\n"):
        told = run(surroundings, "user", "password", "ada@office.example", given=given)
        with sessions() as session:
            hashes.append((told.returncode, session.scalar(text("SELECT password_hash FROM account"))))
    assert [code for code, _ in hashes] == [1, 0]
    assert hashes[0][1] != hashes[1][1]


def test_an_unknown_account_is_said_without_a_trace(surroundings: dict[str, str]) -> None:
    gone = run(surroundings, "user", "disable", "nobody@office.example")
    assert gone.returncode == 1
    assert "There is no account" in gone.stderr
    assert "Traceback" not in gone.stderr


def test_doctor_names_each_thing_with_its_remedy(surroundings: dict[str, str]) -> None:
    told = run({**surroundings, "MLA_COUNTYR": "FR"}, "doctor", "--json")
    assert told.returncode == 1, told.stderr
    findings = {finding["subject"]: finding for finding in json.loads(told.stdout)}
    assert {"MLA_ENV", "MLA_BASE_URL", "MLA_MAIL_URL", "MLA_COUNTRY", "MLA_COUNTYR", "schedule"} <= set(findings)
    assert "MLA_MIGRATION_DATABASE_URL" not in findings
    assert all(finding["remedy"] for finding in findings.values())


def test_doctor_sees_that_the_product_owns_its_tables(settings: Settings, surroundings: dict[str, str]) -> None:
    same = {**surroundings, "MLA_DATABASE_URL": settings.owner_url}
    told = run(same, "doctor", "--json")
    assert "MLA_MIGRATION_DATABASE_URL" in {finding["subject"] for finding in json.loads(told.stdout)}


def test_production_refuses_the_demonstration_logins(surroundings: dict[str, str], sessions: Sessions) -> None:
    assert run(surroundings, "user", "create", "caseworker@demo.example", "--role", "caseworker").returncode == 0
    production = {
        **surroundings,
        "MLA_ENV": "production",
        "MLA_BASE_URL": "https://mla.justice.test",
        "MLA_SECRET_KEY": "kS8wq0mVxr3JbnTz5cYdL2hPg9uFaEiR",
        "MLA_AUDIT_KEY": "Zt4yBn7vKp1sWx0qGm8dCf5hJr2lUaEo",
        "MLA_DOCUMENTS_KEY": "Hq6rTn2wMv9zXb4cLk7jPd1gSf8yAeUi",
    }
    for verb in ("web", "worker"):
        refused = run(production, verb)
        assert refused.returncode == 2
        assert "caseworker@demo.example" in refused.stderr
    with sessions() as session:
        assert session.scalar(text("SELECT count(*) FROM account")) == 1
