"""Every entry of the schedule has its task, every verb loads and explains itself, start-up stays light."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from mla_tracker.cli import VERBS, main
from tests.support.office import ROOT
from worker.app import app
from worker.schedule import SCHEDULE

HEAVY = {"flask", "celery", "sqlalchemy", "alembic", "gunicorn", "scipy", "numpy", "vl_convert", "pandas"}


def verbs() -> list[tuple[str, ...]]:
    """Every verb, those in groups too."""
    found: list[tuple[str, ...]] = []
    context = click.Context(main)
    for name in VERBS:
        command = main.get_command(context, name)
        found.append((name,))
        if isinstance(command, click.Group):
            found += [(name, below) for below in command.commands]
    return found


@pytest.mark.parametrize("entry", SCHEDULE)
def test_every_entry_of_the_schedule_has_its_task_and_expires(entry: str) -> None:
    app.loader.import_default_modules()
    assert SCHEDULE[entry]["task"] in app.tasks
    assert 0 < SCHEDULE[entry]["options"]["expires"] < 60


@pytest.mark.parametrize("verb", verbs(), ids=" ".join)
def test_every_verb_explains_itself(verb: tuple[str, ...]) -> None:
    result = CliRunner().invoke(main, [*verb, "--help"])
    assert result.exit_code == 0, result.output
    assert len(result.output.splitlines()) > 3


def loaded_by(statement: str) -> set[str]:
    """The top-level modules that are in memory after `statement` in a fresh interpreter."""
    program = f"{statement}\nimport sys\nprint(' '.join(sorted({{name.split('.')[0] for name in sys.modules}})))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_starting_a_command_loads_no_heavy_library() -> None:
    assert not loaded_by("import mla_tracker.cli") & HEAVY


def test_the_process_that_watches_the_others_stays_small() -> None:
    assert not loaded_by("import mla_tracker.cli_servers") & HEAVY


def test_asking_for_a_job_does_not_load_celery() -> None:
    assert "celery" not in loaded_by("import worker.queue")
