"""A night's figures add up, come back from JSON, and warn of what changed and of nothing else."""

from __future__ import annotations

import json
import random
import statistics
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.batch.drift import Before, before, night_of, warnings
from qa_inspect.batch.night import Night, NightCounter, Spread, joined, kind_of
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Recording,
    RubricScore,
    Transcript,
    Verdict,
)

NUMBERS = st.lists(st.floats(-1e3, 1e3), max_size=30)


def heard(
    name: str, *, language: str = "en", score: float = 80, speech_s: float = 60, took_s: float = 1
) -> CallResult:
    return CallResult(
        Recording(name, None, name.rjust(64, "0")),
        CallStatus.OK,
        Transcript(language=language, duration_s=100, speech_s=speech_s, utterances=()),
        Verdict(score=score, rubrics=(RubricScore("support", "1.0", score),)),
        models={"transcription": "whisper-base"},
        timings_s={"recognise": took_s},
    )


def lost(name: str, reason: str) -> CallResult:
    return CallResult(
        Recording(name, Path(f"{name}.wav"), name.rjust(64, "0")), CallStatus.FAILED, error=reason
    )


def night(seed: int, number: int = 200, **changed: object) -> Night:
    chance = random.Random(seed)
    counter = NightCounter()
    for place in range(number):
        usual = {
            "language": chance.choice(("en", "zh")),
            "score": min(100.0, chance.gauss(75, 15)),
            "speech_s": chance.gauss(70, 10),
        }
        counter.add(heard(f"{seed}-{place}", **{**usual, **changed}))  # type: ignore[arg-type]
    return counter.night()


TONIGHT = date(2026, 11, 20)


def earlier_nights(*nights: Night) -> Before:
    """So many nights before tonight, one run each."""
    start = datetime(2026, 11, 20, 22, tzinfo=UTC)
    return before(
        [(start - timedelta(days=place), one) for place, one in enumerate(nights, 1)], TONIGHT
    )


def test_a_night_is_counted() -> None:
    counter = NightCounter()
    for place in range(8):
        counter.add(heard(f"c{place}", language="zh" if place < 2 else "en", took_s=place + 1))
    counter.add(lost("b", "b.wav: the file is empty — record it again"))
    found = counter.night()
    assert found.heard == 8
    assert dict(found.languages) == {"en": 6, "zh": 2}
    assert dict(found.reasons) == {"the file is empty": 1}
    assert dict(found.rubrics) == {"support 1.0": 8}
    assert dict(found.models) == {"transcription: whisper-base": 8}
    assert found.silence.mean == pytest.approx(0.4)
    assert [call.call_id for call in found.slowest] == ["c7", "c6", "c5", "c4", "c3"]
    assert Night.from_dict(json.loads(json.dumps(found.to_dict()))).languages == found.languages


def test_alike_failures_are_one_reason() -> None:
    reasons = ("a b.wav: the file is empty — record it again", "a b.wav: the file is empty")
    assert {kind_of(reason, "a b.wav") for reason in reasons} == {"the file is empty"}


@pytest.mark.parametrize(
    ("reason", "kind"),
    [
        (
            "x.wav: is cut short or damaged: 0.5 s of the stated 20.0 s could be decoded — copy it",
            "is cut short or damaged",
        ),
        (
            "the process that inspected it gave no sign for 2 min (stage: recognise) and was "
            "ended (given up after 3 attempts)",
            "the process that inspected it gave no sign for … min and was ended",
        ),
        (
            "it took 12.5 GB of memory where 10.0 GB are allowed",
            "it took … GB of memory where … GB are allowed",
        ),
        ("(odd)", "(odd)"),
    ],
)
def test_a_reason_is_told_without_its_particulars(reason: str, kind: str) -> None:
    assert kind_of(reason, "x.wav") == kind


@given(NUMBERS, NUMBERS)
def test_figures_join_as_their_numbers_would(one: list[float], other: list[float]) -> None:
    def spread(values: list[float]) -> Spread:
        if not values:
            return Spread()
        apart = statistics.stdev(values) if len(values) > 1 else 0.0
        return Spread(len(values), statistics.fmean(values), apart)

    whole, found = spread(one + other), joined([spread(one), spread(other)])
    assert found.n == whole.n
    assert found.mean == pytest.approx(whole.mean, abs=1e-6)
    assert found.deviation == pytest.approx(whole.deviation, abs=1e-5)


@pytest.mark.parametrize("seed", range(20))
def test_usual_nights_warn_of_nothing(seed: int) -> None:
    earlier = earlier_nights(*(night(seed * 100 + place) for place in range(1, 8)))
    assert warnings(night(seed * 100), earlier) == ()


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"language": "vi"}, "calls in “vi” are 100% of all, 0% before"),
        ({"score": 50.0}, "the mean score is 50"),
        ({"speech_s": 20.0}, "silence is 80% of a call"),
    ],
)
def test_what_changed_is_told(changed: dict[str, object], word: str) -> None:
    earlier = earlier_nights(*(night(place) for place in range(1, 8)))
    assert any(word in told for told in warnings(night(0, **changed), earlier))


def test_many_failures_are_told() -> None:
    tonight = replace(night(0, 100), reasons={"the file is empty": 30})
    (told,) = warnings(tonight, earlier_nights(*(night(place) for place in range(1, 4))))
    assert told.startswith("failed calls are 23% of all, 0% before")


def test_few_calls_or_no_earlier_night_warn_of_nothing() -> None:
    assert warnings(night(0, 200, score=10.0), earlier_nights()) == ()
    assert warnings(night(0, 10, score=10.0), earlier_nights(night(1))) == ()


def test_runs_of_one_night_are_one_and_tonights_are_left_out() -> None:
    evening = datetime(2026, 11, 20, 22, tzinfo=UTC)
    assert night_of(evening) == night_of(evening + timedelta(hours=7)) == TONIGHT
    runs = [
        (evening + timedelta(hours=4), night(1, 30)),
        (evening - timedelta(hours=24), night(2, 30)),
        (evening - timedelta(hours=18), night(3, 30)),
        *((evening - timedelta(days=place), night(place, 30)) for place in range(2, 12)),
    ]
    found = before(runs, TONIGHT)
    assert (found.nights, found.heard) == (7, 8 * 30)
