"""The list of reports: number, title, whom each serves; and the packs that put several into one paper. No numbers."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class ReportKind:
    """A ready report. `parts`: the reports of a pack, else empty. `by_officer`: it names officers."""

    code: str
    title: str
    serves: str
    says: str
    parts: tuple[str, ...] = ()
    by_officer: bool = False


REPORTS: Final = (
    ReportKind(
        "R1", "Flow of requests", "All reviewers", "Opening, new, closed by outcome, closing, with the check line"
    ),
    ReportKind("R2", "By State", "FATF, management", "Each State with the share granted and the days to the answer"),
    ReportKind("R3", "By legal basis", "UNCAC", "The basis named, and whether it was accepted"),
    ReportKind("R4", "By offence", "UNCAC, FATF", "Offences of the Conventions, and legal persons"),
    ReportKind("R5", "By type of assistance", "UNCAC", "The measures sought and how each ended"),
    ReportKind("R6", "Refusals and postponements", "UNCAC", "Grounds, reasons given, consultation held, on both sides"),
    ReportKind(
        "R7", "Returned requests and rounds of information", "Quality", "What was deficient, and the time it took"
    ),
    ReportKind("R8", "How long requests take", "All reviewers", "Days of each step and on each side, and what is open"),
    ReportKind("R9", "Time limits kept and missed", "EU, management", "By rule, with the days late"),
    ReportKind(
        "R10", "Backlog, overdue and ageing", "Management", "By age, officer and executing authority", by_officer=True
    ),
    ReportKind("R11", "No response from other States", "UNCAC", "By State, with the reminders sent"),
    ReportKind("R12", "Assets", "FATF, UNCAC", "Measures about assets by stage and how they ended"),
    ReportKind(
        "R13", "Persons sought for extradition", "UNCAC, EU", "Arrests, consent, surrender, custody, nationality"
    ),
    ReportKind("R15", "Confidentiality", "UNCAC", "Requests by level, and those told that it cannot be kept"),
    ReportKind(
        "R16", "Civil and administrative proceedings", "UNCAC", "Requests for proceedings that are not criminal"
    ),
    ReportKind(
        "FATF",
        "Pack for FATF reviewers",
        "FATF",
        "Immediate Outcome 2: R1, R2, R5, R6, R8, R12 in one paper",
        ("R1", "R2", "R5", "R6", "R8", "R12"),
    ),
    ReportKind(
        "UNCAC",
        "Pack for UNCAC reviewers",
        "UNCAC",
        "Chapters IV and V: R1, R3 to R6, R8, R12, R13, R16 in one paper",
        ("R1", "R3", "R4", "R5", "R6", "R8", "R12", "R13", "R16"),
    ),
)
"""Contacts (R14) and costs (R17) are no part of the register, and so no report speaks of them."""

BY_CODE: Final = {kind.code: kind for kind in REPORTS}
