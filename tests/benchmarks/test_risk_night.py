"""The constructed night: always the same, of the size and the share of bad calls it says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from benchmarks import risk_night
from benchmarks.risk_night import (
    CALLS,
    LINES,
    OURS,
    SEEN,
    SWITCHBOARD,
    Found,
    Share,
    _imported,
    night,
)
from qa_inspect.rubric.load import load_rubric

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


SETS = pytest.mark.parametrize("lines", [LINES, SEEN], ids=["fresh", "seen"])


@SETS
def test_every_written_call_deserves_a_known_flag_or_none(lines: Path) -> None:
    told = yaml.safe_load(lines.read_text(encoding="utf-8"))
    known = {flag.id for flag in load_rubric("risk", "en").flags}
    assert {script["flag"] for script in told["bad"]} <= known
    for script in [*told["bad"], *told["calm"]]:
        said = [*script["turns"], *(turn for call in script.get("before", ()) for turn in call)]
        assert said and {role for role, _ in said} <= {"agent", "customer"}
        assert script["language"] in ("en", "zh")


def test_no_line_is_in_both_sets() -> None:
    fresh, seen = (_customer_lines(lines) for lines in (LINES, SEEN))
    assert len(fresh) > 80 and not fresh & seen


@SETS
@pytest.mark.shared_data
def test_the_night_is_what_it_says(lines: Path) -> None:
    if not DATA.is_dir():
        pytest.skip("the evaluation data is not here")
    calls = night(DATA, lines)
    assert calls == night(DATA, lines)
    assert len(calls) == len({call.call_id for call in calls}) == CALLS
    assert 0.06 <= sum(bool(call.bad) for call in calls) / CALLS <= 0.10
    assert len(Counter(call.bad for call in calls)) == 10
    told = [line for number, call in enumerate(calls) for line in _imported(number, call)]
    tonight = [line for line in told if "before" not in line["call_id"]]
    assert len(tonight) == CALLS and min(line["started_at"] for line in tonight) > max(
        line["started_at"] for line in told if "before" in line["call_id"]
    )
    desk = sum(line["customer_id"] == "switchboard" for line in told)
    assert 50 < desk <= SWITCHBOARD


def test_the_section_tells_both_sets_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = Found(
        calls=500,
        bad=40,
        top=50,
        first=20,
        within=18,
        ahead={"sounds bad": 3},
        sorts={("threat", OURS): Share(2, 1, 5), ("fraud", "robocall"): Share(4, 4, 4)},
    )
    seen = Found(500, 40, 50, 30, 28, {}, {("threat", OURS): Share(5, 4, 5)})
    told = {LINES: fresh, SEEN: seen}
    monkeypatch.setattr(risk_night, "measure", lambda data, lines=LINES: told[lines])
    section = risk_night.section(DATA)
    assert "| fresh lines: bad calls in the first 50 | 20 of 40 | 4.0 | 5.0 times | ≥ 3" in section
    assert (
        "| development lines: bad calls in the first 50 | 30 of 40 | 4.0 | 7.5 times |" in section
    )
    assert "| threat | 2 of 5 | 1 of 5 | 5 of 5 | 4 of 5 |" in section
    assert "| fraud, robocall | 4 of 4 | 4 of 4 | 0 of 0 | 0 of 0 |" in section
    assert fresh.ours == Share(2, 1, 5)
    assert "3 sounds bad; with the development lines: none" in section


def _customer_lines(file: Path) -> set[str]:
    told = yaml.safe_load(file.read_text(encoding="utf-8"))
    return {
        text
        for script in [*told["bad"], *told["calm"]]
        for role, text in script["turns"]
        if role == "customer"
    }
