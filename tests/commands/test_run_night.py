"""The small rounds of a watched night are one night: compared with earlier ones, and told of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from qa_inspect.batch.drift import together
from qa_inspect.batch.local import BatchSummary, Failure
from qa_inspect.batch.night import Night, SlowCall, Spread
from qa_inspect.commands import run_ending
from qa_inspect.commands.run_ending import Ending
from qa_inspect.commands.run_night import Tonight
from qa_inspect.commands.run_session import Round
from qa_inspect.commands.run_summary import kept
from qa_inspect.store import ledger
from qa_inspect.store.ledger import Outcome, RunSummary
from qa_inspect.store.results import Store, open_store

EVENING = datetime(2026, 11, 20, 22, tzinfo=UTC)


def one_call(score: float, language: str = "en") -> Night:
    return Night(
        heard=1,
        languages={language: 1},
        score=Spread(1, score, 0.0),
        silence=Spread(1, 0.2, 0.0),
        slowest=(SlowCall("c", 1.0, 60.0),),
    )


def enter(store: Store, began: datetime, night: Night, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(ledger, "datetime", SimpleNamespace(now=lambda zone: began))
        run_id = ledger.start_run(store, {})
        ledger.finish_run(store, run_id, RunSummary(Outcome.DONE, details=kept(night, ())))


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    """Three earlier nights of ten calls in English, a round each, around 80 points."""
    store = open_store(tmp_path / "qa.db")
    for night in range(1, 4):
        for place in range(10):
            began = EVENING - timedelta(days=night, minutes=-place)
            enter(store, began, one_call(80 + place % 3), monkeypatch)
    enter(store, EVENING - timedelta(days=40), one_call(0, "vi"), monkeypatch)
    return store


def test_a_watched_night_warns_once_when_its_rounds_say_enough(store: Store) -> None:
    tonight = Tonight()
    heard: list[tuple[str, ...]] = []
    for minute in range(40):
        tonight.begin(store, EVENING + timedelta(minutes=minute))
        heard.append(tonight.add(one_call(40 + minute % 3)))
    assert tonight.earlier.nights == 3
    assert tonight.earlier.heard == 30
    assert not any(heard[:19])
    assert [text for texts in heard for text in texts] == [
        "the mean score is 41, 81 before: look at changed rubrics, models or recordings before "
        "anybody is blamed"
    ]
    assert tonight.so_far.heard == 40


def test_a_session_begins_afresh_with_the_next_night(store: Store) -> None:
    tonight = Tonight()
    tonight.begin(store, EVENING)
    tonight.add(one_call(40))
    tonight.begin(store, EVENING + timedelta(hours=8))
    assert tonight.so_far.heard == 1
    tonight.begin(store, EVENING + timedelta(days=1))
    assert tonight.so_far.heard == 0


def test_nights_together_add_up() -> None:
    whole = together((one_call(40), one_call(60, "zh")))
    assert (whole.heard, dict(whole.languages)) == (2, {"en": 1, "zh": 1})
    assert whole.score.mean == 50


def a_round(score: float, *, failed: int = 0, warnings: tuple[str, ...] = ()) -> Round:
    failures = tuple(Failure(f"c{place}", "", "is silent") for place in range(failed))
    summary = BatchSummary(1, failures, 0, 0, 0, 0, {"abuse": 1}, 60.0, 10.0)
    night = one_call(score)
    return Round(summary, night, night, Tonight().earlier, warnings, opening_s=5.0)


def test_the_end_tells_of_all_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[dict[str, Any]] = []

    def keep(*told: Any) -> list[str]:
        sent.append(told[-1])
        return []

    monkeypatch.setattr(run_ending, "send", keep)
    ending = Ending((), None, watches=True)
    ending.add(a_round(40, failed=1, warnings=("the mean score is 40",)))
    ending.add(a_round(80))
    ending.tell()
    (figures,) = sent
    expected = {
        "done": 2,
        "failed": 1,
        "mean_score": 60.0,
        "exit_code": 3,
        "audio_s": 120.0,
        "wall_s": 30.0,
        "speed": 6.0,
        "flags": {"abuse": 2},
        "languages": {"en": 2},
        "unusual": ["the mean score is 40"],
        "watch_hindered": 0,
        "broken_off": 0,
    }
    assert figures.items() >= expected.items()
