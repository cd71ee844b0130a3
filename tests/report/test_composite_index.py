"""The composite index: three parts in one number, honest about what is missing."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from made_calls import inspected

from qa_inspect.domain import (
    CallResult,
    CheckResult,
    CheckStatus,
    Doubt,
    Fragility,
    RubricScore,
    Severity,
    Transcript,
    Verdict,
)
from qa_inspect.errors import RubricError
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.grouping import Grouping
from qa_inspect.report.index import composite_index, csat_score, nps_score
from qa_inspect.report.page_engine import Pages
from qa_inspect.report.scorecards import agent_scorecards, section_scores
from qa_inspect.rubric.index import SEED, IndexRule, Part, load_index

ANSWERS = ([5, 5, 4, 3, 1], [80.0] * 5, [10, 9, 8, 6, 0])


def test_the_parts_are_measured_as_the_field_does() -> None:
    csat, nps = csat_score([5, 4, 4, 3, 1]), nps_score([10, 9, 8, 7, 6])
    assert csat is not None and csat.mean == pytest.approx(60)
    # two promoters, one detractor, of five: NPS 20, halved and raised by 50
    assert nps is not None and nps.mean == pytest.approx(60)
    assert csat_score([]) is None and nps_score([]) is None


def test_nps_is_told_as_it_is_and_counts_from_0_to_100() -> None:
    four_of_twelve = [10] * 4 + [3] * 8
    index = composite_index(SEED, [], [], four_of_twelve)
    row = index.to_row()["index_parts"]["nps"]
    assert (row["score"], row["reported"]) == (33.3, -33.3)
    template = Pages(Catalogue("en"), {"root": ""})
    told = template.part("parts.html", "index_note", index)
    assert "NPS −33, in the index 33 (12 calls)" in told
    index = composite_index(SEED, [5], [80.0], [9])
    told = template.part("parts.html", "index_note", index)
    assert "customer rating 100 (1 call), inspection 80 (1 call), NPS +100" in told


def test_forty_thirty_thirty_unless_said() -> None:
    index = composite_index(SEED, *ANSWERS)
    assert index.value == pytest.approx(0.4 * 60 + 0.3 * 80 + 0.3 * 50)
    assert index.note == "" and not index.reweighed
    assert index.low is not None and index.value is not None and index.high is not None
    assert index.low < index.value < index.high


def test_a_missing_part_is_named_and_the_rest_reweighed() -> None:
    index = composite_index(SEED, ANSWERS[0], ANSWERS[1], [10])
    assert index.value == pytest.approx((0.4 * 60 + 0.3 * 80) / 0.7)
    assert index.reweighed and index.missing == (Part.NPS,)
    assert index.note == (
        "without NPS: customer rating 57%, inspection 43% "
        "(customer rating 5 calls, inspection 5 calls, NPS 1 call)"
    )


def test_too_little_weight_gives_no_index() -> None:
    index = composite_index(SEED, [], ANSWERS[1], [])
    assert index.value is None and index.low is None
    assert "none: too few answers for customer rating and NPS" in index.note
    strict = SEED.model_copy(update={"missing": "none"})
    assert composite_index(strict, ANSWERS[0], ANSWERS[1], []).value is None
    assert composite_index(strict, *ANSWERS).value is not None
    assert composite_index(SEED, [], [], []).value is None


def test_a_part_without_weight_is_not_asked_for() -> None:
    rule = IndexRule(parts={Part.INSPECTION: 1, Part.NPS: 0})
    index = composite_index(rule, [], [70.0] * 5, [])
    assert index.value == pytest.approx(70) and index.note == ""


numbers = st.lists(st.integers(0, 10), max_size=12)


@given(st.lists(st.integers(1, 5), max_size=12), st.lists(st.floats(0, 100), max_size=12), numbers)
def test_an_index_lies_within_its_parts(
    csat: list[int], scores: list[float], nps: list[int]
) -> None:
    index = composite_index(SEED, csat, scores, nps)
    counted = [part.value.mean for part in index.parts if part.counts and part.value]
    if index.value is None:
        assert index.note
        return
    assert min(counted) - 1e-6 <= index.value <= max(counted) + 1e-6
    assert bool(index.note) == (len(counted) < 3) == index.reweighed
    if index.low is not None and index.high is not None:
        assert 0 <= index.low <= index.value + 1e-9 and index.value - 1e-9 <= index.high <= 100


def test_the_setting_is_read_from_yaml(tmp_path: Path) -> None:
    file = tmp_path / "index.yaml"
    file.write_text("index: Ours\nparts: {customer_rating: 50, nps: 50}\nmin_answers: 2\n", "utf-8")
    rule = load_index(file)
    assert rule.index == "Ours" and rule.min_answers == 2
    assert [rule.share(part) for part in Part] == [0.5, 0, 0.5]
    assert load_index(None) == SEED


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("parts: {csat: 50}", ":1: parts.csat: unknown part — "),
        ("index: A\nparts: {nps: 0}", ":2: parts: the weights add to nothing; give one part"),
        ("parts: {nps: -1}", ":1: parts.nps: must be greater than or equal to 0"),
        ("index: A\nmin_calls: 3", "min_calls: unknown field — did you mean min_"),
        ("missing: guess", "missing: must be 'reweigh' or 'none'"),
        ("- a", ":1: an index begins with fields"),
        ("parts: {nps: 1}\nparts: {nps: 2}", "given twice"),
    ],
)
def test_a_wrong_setting_is_refused_with_line_and_cure(
    tmp_path: Path, text: str, said: str
) -> None:
    file = tmp_path / "index.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(RubricError) as error:
        load_index(file)
    assert str(file) in str(error.value) and said in str(error.value)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RubricError, match="the index cannot be read"):
        load_index(tmp_path / "none.yaml")


def a_call(
    at: int, agent: str, team: str, csat: int | None, nps: int | None, score: float
) -> CallResult:
    checks = (
        CheckResult("support", "greeting", "said", CheckStatus.PASS, 1, 1, "", section="s"),
        CheckResult(
            "support",
            "grave",
            "said",
            CheckStatus.FAIL if at % 3 == 0 else CheckStatus.PASS,
            0,
            1,
            "",
            severity=Severity.CRITICAL,
            fragile=(Fragility(Doubt.WORDS, CheckStatus.PASS),) if at == 0 else (),
        ),
        CheckResult(
            "support",
            "light",
            "said",
            CheckStatus.FAIL if at % 2 == 0 else CheckStatus.PASS,
            0,
            1,
            "",
            severity=Severity.LOW,
        ),
    )
    band = "Good" if score >= 60 else "Poor"
    verdict = Verdict((RubricScore("support", "1", score, band),), checks, (), score)
    told = {"agent_id": agent, "team": team, "csat": csat, "nps": nps}
    return inspected(
        f"c{at}", Transcript("en", ()), verdict, started_at=datetime(2026, 1, 1), **told
    )


CALLS = [
    a_call(at, f"a{at % 2}", "north" if at < 12 else "south", 5 - at % 3, at % 11, 50.0 + at % 20)
    for at in range(24)
]


def test_agents_and_teams_have_their_index() -> None:
    agents = agent_scorecards(CALLS, min_calls=2)
    assert [card.agent_id for card in agents if card.index and card.index.value is not None]
    teams = agent_scorecards(CALLS, min_calls=2, by=Grouping.TEAM)
    assert sorted(card.label for card in teams) == ["north", "south"]
    assert all(card.agents == 2 and card.judged == 12 for card in teams)
    row = next(card for card in teams if card.team == "north").to_row()
    assert row["agents"] == 2 and row["index_parts"]["nps"]["calls"] == 12
    assert row["agent_name"] is None and 0 <= row["index"] <= 100
    whole = composite_index(
        SEED,
        [c.recording.metadata.csat or 0 for c in CALLS[:12]],
        [c.verdict.score or 0 for c in CALLS[:12]],
        [c.recording.metadata.nps or 0 for c in CALLS[:12]],
    )
    assert whole.value is not None and row["index"] == pytest.approx(whole.value, abs=0.06)


def test_scorecards_count_bands_and_fragile_verdicts() -> None:
    cards = {card.agent_id: card for card in agent_scorecards(CALLS, min_calls=2)}
    first = cards["a0"].to_row()
    assert first["fragile_verdicts"] == 1 and first["verdicts"] == 36
    assert sum(first["bands"]["support"].values()) == 12


def test_a_grave_failure_is_coached_before_a_commoner_light_one() -> None:
    (card,) = agent_scorecards(
        [a_call(at, "a0", "north", None, None, 50) for at in range(12)], min_calls=2
    )
    assert card.worst is not None and card.worst.item == "grave"
    assert card.index is not None and card.index.value is None


def test_sections_take_penalties_off() -> None:
    def check(points: float, most: float) -> CheckResult:
        status = CheckStatus.PASS if points > 0 else CheckStatus.FAIL
        return CheckResult("r", "i", "said", status, points, most, "", section="s")

    assert section_scores([check(4, 5), check(-3, 0)]) == {("r", "s"): 20}
    assert section_scores([check(4, 5), check(-30, 0)]) == {("r", "s"): 0}
    assert section_scores([check(-3, 0)]) == {}
