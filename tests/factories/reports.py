"""A paper with every kind of cell in it."""

from datetime import date

from mla_tracker.statistics.reports.content import Check, Column, Kind, Paper, Report, Row, Table, say, with_total


def a_paper() -> Paper:
    """One report: a table with a total, days, shares, a day and a text from a reader, and a check line with a gap."""
    columns = (
        Column(say("State"), Kind.STATE), Column(say("Name"), Kind.NAME), Column(say("Requests")),
        Column(say("Median"), Kind.DAYS), Column(say("Share"), Kind.SHARE), Column(say("Oldest"), Kind.DAY),
    )  # fmt: skip
    rows = (
        Row(("BR", "=1+1 <b>", 41, 88.5, 0.25, date(2024, 2, 3))),
        Row(("KE", "#let x = 1", 3, None, None, None)),
        Row(("AE", "حداد", 17, 12.0, 1.0, date(2025, 1, 9))),
    )
    table = Table(
        say("By State"), columns, with_total(rows, say("All"), columns), (say("At most %(num)s lines.", num=40),)
    )
    check = Check(say("Incoming requests"), 4, 3, 2, 6, gap=(7,))
    report = Report("R2", say("By State"), (table,), (say("As it was on the last day."),), (check,), ("new", "answer"))
    return Paper("R2", say("By State"), date(2024, 1, 1), date(2025, 12, 31), "unrestricted", False, 2, (report,))
