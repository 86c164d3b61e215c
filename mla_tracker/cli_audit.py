"""`mla-tracker audit`: the trail."""

import json
from dataclasses import asdict
from typing import BinaryIO, TextIO

import click

from mla_tracker.accounts.actor import SYSTEM
from mla_tracker.audit.exported_anchor import against_exported, exported_anchor
from mla_tracker.audit.services import record_administration
from mla_tracker.audit.signing import public_key
from mla_tracker.audit.verifier import Verdict, verify
from mla_tracker.cases.trail import case_chains
from mla_tracker.casework.case_file_export import export_case_file
from mla_tracker.casework.erasing import erase_detail
from mla_tracker.cli_office import opened_sessions, running
from mla_tracker.core import clock
from mla_tracker.core.database import make_engine, make_sessions
from mla_tracker.office_from_settings import audit_key, open_office


@click.group()
def audit() -> None:
    """The tamper-evident trail of what was done and looked at."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print the result for a machine.")
@click.option("--anchor", type=click.File(encoding="utf-8"), help="Compare with an anchor that was exported before.")
def verify_trail(as_json: bool, anchor: TextIO | None) -> None:
    """Walk all chains; non-zero, with the first bad entry of each broken chain, when one is broken."""
    with running() as settings, opened_sessions(settings) as sessions:
        verdict = verify(sessions, audit_key(settings), [case_chains])
        if anchor is not None:
            with sessions() as session:
                if found := against_exported(session, audit_key(settings), anchor.read()):
                    verdict.breaks.append(found)
    click.echo(json.dumps(_plain(verdict), indent=2) if as_json else _sentences(verdict))
    if verdict.first is not None:
        raise SystemExit(1)


@audit.command()
@click.option(
    "--output", type=click.File("w", encoding="utf-8"), default="-", help="A file instead of standard output."
)
def anchor(output: TextIO) -> None:
    """Export the present anchor, signed, to keep it outside this machine; `audit verify --anchor` compares with it."""
    with running() as settings, opened_sessions(settings) as sessions, sessions() as session:
        output.write(exported_anchor(session, audit_key(settings), clock.now()))


@audit.command("public-key")
def tell_public_key() -> None:
    """Print the key with which anybody checks what this office signed: anchors and the files of cases."""
    with running() as settings:
        click.echo(public_key(audit_key(settings)).hex())


@audit.command("export")
@click.argument("reference")
@click.option("--output", type=click.File("wb"), required=True, help="The ZIP to write.")
def export_file(reference: str, output: BinaryIO) -> None:
    """Write the file of a case as a ZIP that proves itself; `verify.py` inside checks it with nothing but Python."""
    with running() as settings:
        office, now = open_office(settings), clock.now()
        with office.sessions() as session:
            data = export_case_file(office, session, reference, actor=SYSTEM, now=now)
            detail = {"reference": reference}
            record_administration(
                session, office.audit_key, actor_id=None, code="case_file_exported", detail=detail, now=now
            )
            session.commit()
        output.write(data)


@audit.command()
@click.argument("reference")
@click.argument("entry", type=int)
@click.option("--ground", required=True, help="The ground in law, as it stands in the decision to erase.")
def erase(reference: str, entry: int, ground: str) -> None:
    """Destroy what ENTRY of a case says, and its salt; the chain still holds, and the trail says that it was erased."""
    with running() as settings:
        engine = make_engine(settings.owner_url, pool_size=1)
        with make_sessions(engine)() as session:
            erase_detail(session, audit_key(settings), reference, entry, ground=ground, actor_id=None, now=clock.now())
            session.commit()
        engine.dispose()
    click.echo(f"Entry {entry} of {reference} says nothing any more.")


def _sentences(verdict: Verdict) -> str:
    walked = f"{verdict.entries} entries in {verdict.chains} chains, {verdict.anchors} anchors"
    if verdict.first is None:
        return f"The trail holds: {walked}."
    return "\n".join([f"The trail is broken ({walked}).", *map(str, verdict.breaks)])


def _plain(verdict: Verdict) -> dict[str, object]:
    breaks = [found._asdict() for found in verdict.breaks]
    return {**asdict(verdict), "holds": verdict.first is None, "breaks": breaks}
