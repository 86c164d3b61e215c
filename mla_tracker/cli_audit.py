"""`mla-tracker audit`: the trail."""

import json
from dataclasses import asdict

import click

from mla_tracker.audit.verifier import Verdict, verify
from mla_tracker.cases.trail import case_chains
from mla_tracker.cli_office import opened_sessions, running
from mla_tracker.office_from_settings import audit_key


@click.group()
def audit() -> None:
    """The tamper-evident trail of what was done and looked at."""


@audit.command("verify")
@click.option("--json", "as_json", is_flag=True, help="Print the result for a machine.")
def verify_trail(as_json: bool) -> None:
    """Walk all chains; non-zero, with the first bad entry of each broken chain, when one is broken."""
    with running() as settings, opened_sessions(settings) as sessions:
        verdict = verify(sessions, audit_key(settings), [case_chains])
    click.echo(json.dumps(_plain(verdict), indent=2) if as_json else _sentences(verdict))
    if verdict.first is not None:
        raise SystemExit(1)


def _sentences(verdict: Verdict) -> str:
    walked = f"{verdict.entries} entries in {verdict.chains} chains, {verdict.anchors} anchors"
    if verdict.first is None:
        return f"The trail holds: {walked}."
    return "\n".join([f"The trail is broken ({walked}).", *map(str, verdict.breaks)])


def _plain(verdict: Verdict) -> dict[str, object]:
    breaks = [found._asdict() for found in verdict.breaks]
    return {**asdict(verdict), "holds": verdict.first is None, "breaks": breaks}
