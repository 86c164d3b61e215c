"""One line per event, without personal data."""

import json
import subprocess
import sys

from tests.support.office import ROOT


def logged(style: str) -> str:
    program = f"""
import logging, structlog
from config.logging import configure
configure(level="info", style={style!r}, process="web")
structlog.get_logger("a").info("case opened", case_id=7, text="two\\nlines")
logging.getLogger("b").warning("delivery to %s failed", "anna.k@court.example")
structlog.get_logger("a").debug("not shown")
try:
    raise ValueError("for anna.k@court.example")
except ValueError:
    structlog.get_logger("a").exception("went wrong")
"""
    return subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stderr


def test_each_event_is_one_line_of_json_and_addresses_are_masked() -> None:
    text = logged("json")
    events = [json.loads(line) for line in text.splitlines()]
    assert [event["event"] for event in events] == ["case opened", "delivery to [address] failed", "went wrong"]
    assert all(event["process"] == "web" and event["timestamp"].endswith("Z") for event in events)
    assert events[0]["case_id"] == 7
    assert "anna" not in text


def test_each_event_is_one_line_for_a_person_too() -> None:
    text = logged("console")
    assert len(text.splitlines()) == 3
    assert "anna" not in text


def test_what_somebody_typed_makes_no_line_of_its_own_and_paints_nothing() -> None:
    program = """
import structlog
from config.logging import configure
configure(level="info", style="json", process="web")
structlog.get_logger("a").info("said", text="x\\n{\\"event\\": \\"forged\\"}\\r\\x1b[31mred")
"""
    text = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    assert json.loads(text)["event"] == "said"
    assert "\x1b" not in text
    assert text.count("\n") == 1
