"""How a date came about, in plain English lines; pages put the same steps into the reader's language."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Final

NAMED_AT_MOST: Final = 30
"""So many days off are named one by one; of more, the first and how many."""


def in_words(steps: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """One line a step, as a command prints them."""
    for step in steps:
        yield _WORDS[step["kind"]](step)


def _start(step: Mapping[str, Any]) -> str:
    return f"{_day(step['on'])}  start"


def _hour_unknown(_step: Mapping[str, Any]) -> str:
    return "the hour of the start is not known: counted from midnight"


def _extension(step: Mapping[str, Any]) -> str:
    replaced = "in place of the period" if step["how"] == "total" else "more"
    kind = "working " if step.get("working") else ""
    return f"extension: {step['amount']} {kind}{step['unit']} {replaced}{_reason(step)}"


def _agreed(step: Mapping[str, Any]) -> str:
    return f"{_day(step['on'])}  agreed or fixed{_reason(step)}"


def _pause(step: Mapping[str, Any]) -> str:
    stood = f"{step['hours']} hours" if "hours" in step else f"{step['days']} days"
    return f"stands still from {_day(step['on'])} until {_day(step['to'])}: {stood}"


def _standing(step: Mapping[str, Any]) -> str:
    return f"{_day(step['on'])}  stands still since, {step['left']} days are left"


def _roll(step: Mapping[str, Any]) -> str:
    return f"{_day(step['on'])} is no working day ({step['why']}): moves to {_day(step['to'])}"


def _unknown_after(step: Mapping[str, Any]) -> str:
    return f"holidays after {_day(step['on'])} are not known: only weekends were left out"


def _due(step: Mapping[str, Any]) -> str:
    return f"{_day(step.get('at') or step['on'])}  last {'moment' if 'at' in step else 'day'} in time"


def _length(step: Mapping[str, Any]) -> str:
    sign = "−" if step.get("backward") else "+"
    kind = "working " if step.get("working") else ""
    first = ", the start is day 1" if step.get("inclusive") else ""
    skipped = step.get("skipped", ())
    named = "".join(f"; {name} on {_day(on)} skipped" for on, name in skipped[:NAMED_AT_MOST])
    more = f"; {len(skipped) - NAMED_AT_MOST} more days off skipped" if len(skipped) > NAMED_AT_MOST else ""
    worked = "".join(f"; {_day(on)} counts, a weekend that is worked" for on in step.get("worked", ())[:NAMED_AT_MOST])
    return f"{sign} {step['amount']} {kind}{step['unit']}{first}{named}{more}{worked}"


def _reason(step: Mapping[str, Any]) -> str:
    return f", {step['reason']}" if step.get("reason") else ""


def _day(text: str) -> str:
    if "T" in text:
        return datetime.fromisoformat(text).strftime("%a %d %b %Y %H:%M")
    return date.fromisoformat(text).strftime("%a %d %b %Y")


_WORDS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "start": _start,
    "hour_unknown": _hour_unknown,
    "length": _length,
    "extension": _extension,
    "agreed": _agreed,
    "pause": _pause,
    "standing": _standing,
    "roll": _roll,
    "unknown_after": _unknown_after,
    "due": _due,
}
