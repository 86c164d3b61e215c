"""How a date came about, in plain English lines; pages put the same steps into the reader's language."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any


def in_words(steps: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line a step, as a command prints them."""
    for step in steps:
        match step["kind"]:
            case "start":
                yield f"{_day(step['on'])}  start"
            case "length":
                yield _length(step)
            case "extension":
                yield f"extension, {step['how']}: {step['amount']} {step['unit']}"
            case "agreed":
                yield f"{_day(step['on'])}  agreed or fixed"
            case "pause":
                yield f"stands still from {_day(step['on'])} until {_day(step['to'])}: {step['days']} days"
            case "roll":
                yield f"{_day(step['on'])} is no working day ({step['why']}): moves to {_day(step['to'])}"
            case "due":
                yield f"{_day(step['on'])}  last day in time"
            case "hour_unknown":
                yield "the hour of the start is not known: counted from midnight"


def _length(step: Mapping[str, Any]) -> str:
    sign = "−" if step.get("backward") else "+"
    kind = "working " if step.get("working") else ""
    first = ", the start is day 1" if step.get("inclusive") else ""
    skipped = "".join(f"; {name} on {_day(on)} skipped" for on, name in step.get("skipped", ()))
    return f"{sign} {step['amount']} {kind}{step['unit']}{first}{skipped}"


def _day(text: str) -> str:
    return date.fromisoformat(text[:10]).strftime("%a %d %b %Y")
