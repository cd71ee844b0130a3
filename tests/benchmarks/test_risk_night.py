"""The constructed night: always the same, of the size and the share of bad calls it says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
import yaml

from benchmarks.risk_night import CALLS, LINES, SWITCHBOARD, _imported, night
from qa_inspect.rubric.load import load_rubric

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def test_every_written_call_deserves_a_known_flag_or_none() -> None:
    told = yaml.safe_load(LINES.read_text(encoding="utf-8"))
    known = {flag.id for flag in load_rubric("risk", "en").flags}
    assert {script["flag"] for script in told["bad"]} <= known
    for script in [*told["bad"], *told["calm"]]:
        said = [*script["turns"], *(turn for call in script.get("before", ()) for turn in call)]
        assert said and {role for role, _ in said} <= {"agent", "customer"}
        assert script["language"] in ("en", "zh")


@pytest.mark.shared_data
def test_the_night_is_what_it_says() -> None:
    if not DATA.is_dir():
        pytest.skip("the evaluation data is not here")
    calls = night(DATA)
    assert calls == night(DATA)
    assert len(calls) == len({call.call_id for call in calls}) == CALLS
    assert 0.06 <= sum(bool(call.bad) for call in calls) / CALLS <= 0.10
    assert len(Counter(call.bad for call in calls)) == 10
    lines = [line for number, call in enumerate(calls) for line in _imported(number, call)]
    tonight = [line for line in lines if "before" not in line["call_id"]]
    assert len(tonight) == CALLS and min(line["started_at"] for line in tonight) > max(
        line["started_at"] for line in lines if "before" in line["call_id"]
    )
    desk = sum(line["customer_id"] == "switchboard" for line in lines)
    assert 50 < desk <= SWITCHBOARD
