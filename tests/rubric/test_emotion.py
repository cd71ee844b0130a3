"""The kind ``emotion``: words, voice, and the course of a call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rubric.rubric_helpers import call

from qa_inspect.acoustics import Prosody
from qa_inspect.config import shipped
from qa_inspect.domain import CheckResult, CheckStatus, Metadata, Transcript
from qa_inspect.language.embed import CachedEmbedder
from qa_inspect.rubric.checks.emotion import MOST_VOICE, voice_odds
from qa_inspect.rubric.heads import Head, HeadCard, load_head, save_head
from qa_inspect.rubric.load import read_rubric
from qa_inspect.rubric.score import judge_call
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import try_lines
from qa_inspect.rubric.view import CallView
from qa_inspect.rubric.yaml_tree import parse

LINES = Path(__file__).with_name("emotion_lines.yaml")
CALM = "that is all right with me"
TENSE = "hmm I do not know about that"
ANGRY = "I am furious about this mess"


class MoodEmbedder:
    """Furious texts on one axis, doubtful ones half-way, all others away from it."""

    model = "moods"

    def embed(self, texts: Sequence[str]) -> npt.NDArray[np.float32]:
        lean = [1.0 if "furious" in t else 0.5 if "hmm" in t else 0.0 for t in texts]
        rows = [(share, float(np.sqrt(1 - share**2))) for share in lean]
        return np.array(rows, dtype=np.float32).reshape(len(texts), 2)


@pytest.fixture(scope="module")
def rubrics(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the head ``moods``: furious 95 %, doubtful 50 %, all else 5 %."""
    folder = tmp_path_factory.mktemp("rubrics")
    card = HeadCard("moods", 40, 20, 5, 0.9, 0.8, 0.9, 0.5, "moods", "", "2026-01-01")
    weights = np.array([2.944 * 2, 0.0], dtype=np.float32)
    save_head(Head(card, weights, -2.944), folder / "heads" / "moods.npz")
    return folder


def judged(rubrics: Path, fields: str, spoken: Transcript, around: int = 0) -> CheckResult:
    file = rubrics / "mood.yaml"
    file.write_text(
        f"rubric: mood\nitems: [{{id: x, kind: emotion, role: customer, head: moods, "
        f"around: {around}{fields}}}]\n",
        encoding="utf-8",
    )
    return judge_call(spoken, Metadata(), [read_rubric(file)], Tools(MoodEmbedder())).checks[0]


def customer(*texts: str) -> Transcript:
    return call(*(turn for text in texts for turn in (("agent", "yes"), ("customer", text))))


def test_one_upset_line_is_found_and_quoted(rubrics: Path) -> None:
    result = judged(rubrics, "", customer(CALM, ANGRY, CALM))
    assert result.status is CheckStatus.PASS
    assert [proof.quote for proof in result.evidence] == [ANGRY]
    assert result.score == pytest.approx(0.95, abs=0.01)
    assert "Upset in 1 of 3 utterances" in result.explanation
    assert result.searched.startswith("weighed the words of all the customer's utterances")
    assert "trained" not in result.searched


def test_a_calm_call_is_not_upset(rubrics: Path) -> None:
    result = judged(rubrics, "", customer(CALM, TENSE.replace("hmm", "well"), CALM))
    assert result.status is CheckStatus.FAIL
    assert "Never upset: at most 5 %" in result.explanation


def test_the_other_side_does_not_count(rubrics: Path) -> None:
    spoken = call(("agent", ANGRY), ("customer", CALM))
    assert judged(rubrics, "", spoken).status is CheckStatus.FAIL


def test_a_call_that_turns_bad_is_told_from_start_to_end(rubrics: Path) -> None:
    spoken = customer(CALM, CALM, TENSE, TENSE, ANGRY, ANGRY)
    result = judged(rubrics, ", trend: worse", spoken)
    assert result.status is CheckStatus.PASS
    assert "The customer begins calm (5 %), ends upset (95 %)" in result.explanation
    assert [proof.quote for proof in result.evidence] == [CALM, ANGRY]
    assert judged(rubrics, ", trend: better", spoken).status is CheckStatus.FAIL


def test_a_call_that_is_turned_round_gets_better(rubrics: Path) -> None:
    spoken = customer(ANGRY, ANGRY, TENSE, TENSE, CALM, CALM)
    assert judged(rubrics, ", trend: better", spoken).status is CheckStatus.PASS
    assert judged(rubrics, ", trend: worse", spoken).status is CheckStatus.FAIL


def test_an_upset_call_without_a_change_has_no_trend(rubrics: Path) -> None:
    for trend in ("worse", "better"):
        result = judged(rubrics, f", trend: {trend}", customer(*[ANGRY] * 6))
        assert result.status is CheckStatus.FAIL
        assert "begins upset (95 %), ends upset (95 %)" in result.explanation


def test_a_rise_that_stays_low_is_not_worse(rubrics: Path) -> None:
    spoken = customer(CALM, CALM, CALM, CALM, TENSE, CALM)
    assert judged(rubrics, ", trend: worse", spoken).status is CheckStatus.FAIL
    lenient = judged(rubrics, ", trend: worse, threshold: 0.2", spoken)
    assert lenient.status is CheckStatus.PASS


def test_a_stretch_with_an_outburst_is_never_called_calm(rubrics: Path) -> None:
    spoken = customer(*[CALM] * 14, ANGRY)
    result = judged(rubrics, ", trend: worse, threshold: 0.6", spoken)
    assert result.status is CheckStatus.FAIL
    assert "begins calm (5 %), ends uneasy (25 %)" in result.explanation
    assert ANGRY in result.explanation


def test_half_of_the_threshold_is_uneasy_and_less_is_calm(rubrics: Path) -> None:
    half_way = customer(*[CALM] * 6, CALM, CALM, TENSE)
    for threshold, mood in (("0.3", "uneasy"), ("0.6", "calm")):
        told = judged(rubrics, f", trend: worse, threshold: {threshold}", half_way).explanation
        assert f"ends {mood} (21 %)" in told


def test_the_condition_of_a_trend_is_told_plainly(rubrics: Path) -> None:
    worse = judged(rubrics, ", trend: worse", customer(*[CALM] * 6)).explanation
    assert (
        "It counts as worse when the end is 50 % upset or more and at least 15 points above the "
        "beginning."
    ) in worse
    better = judged(rubrics, ", trend: better, change: 0.01", customer(*[CALM] * 6)).explanation
    assert (
        "It counts as better when the beginning is 50 % upset or more and the end at least 1 point "
        "below it."
    ) in better


def test_a_trend_needs_enough_to_be_said(rubrics: Path) -> None:
    result = judged(rubrics, ", trend: worse", customer(CALM, TENSE, ANGRY))
    assert result.status is CheckStatus.NOT_APPLICABLE
    assert "Only 3 utterances" in result.explanation


def test_a_short_yes_hardly_moves_the_mood(rubrics: Path) -> None:
    spoken = customer(CALM, CALM, CALM, CALM, CALM, ANGRY, "ok", "ok", ANGRY, "ok", "ok", "ok")
    result = judged(rubrics, ", trend: worse, min_utterances: 12", spoken)
    assert "ends upset" in result.explanation


def test_poorly_heard_speech_is_no_proof_of_calm(rubrics: Path) -> None:
    spoken = call(("customer", CALM), ("agent", "yes"), confidence=0.2)
    assert judged(rubrics, "", spoken).status is CheckStatus.CANNOT_JUDGE


def test_the_lines_around_are_read_along_but_only_a_little(rubrics: Path) -> None:
    among_anger = customer(ANGRY, ANGRY, TENSE, ANGRY, ANGRY)
    among_calm = customer(CALM, CALM, TENSE, CALM, CALM)
    alone = judged(rubrics, "", among_calm).score
    assert alone == pytest.approx(0.5, abs=0.01)
    calm = judged(rubrics, "", among_calm, around=2).score
    assert calm == pytest.approx(0.31, abs=0.01)
    raised = judged(rubrics, ", threshold: 0.6, at_least: 5", among_anger, around=2)
    assert raised.status is CheckStatus.PASS
    outburst = judged(rubrics, "", customer(CALM, CALM, ANGRY, CALM, CALM), around=2)
    assert outburst.score is not None
    assert outburst.score > 0.85


def test_the_other_sides_mood_is_not_read_along(rubrics: Path) -> None:
    spoken = call(("agent", ANGRY), ("customer", TENSE), ("agent", ANGRY))
    assert judged(rubrics, "", spoken, around=2).score == pytest.approx(0.5, abs=0.01)


def voiced(spoken: Transcript, sounds: Mapping[int, Prosody]) -> Transcript:
    return replace(
        spoken,
        utterances=tuple(replace(u, prosody=sounds.get(u.index)) for u in spoken.utterances),
    )


def usual(loudness_db: float = -26.0) -> Prosody:
    return Prosody(2.0, loudness_db, 6.0, 180.0, 3.0, -12.0)


SHOUT = Prosody(2.0, -16.0, 9.0, 270.0, 6.0, -4.0)


def test_a_raised_voice_makes_a_doubtful_line_an_upset_one(rubrics: Path) -> None:
    spoken = call(*[("customer", CALM)] * 6, ("customer", TENSE + " at all"))
    quiet = voiced(spoken, dict.fromkeys(range(7), usual()))
    loud = voiced(spoken, {**dict.fromkeys(range(6), usual()), 6: SHOUT})
    threshold = ", threshold: 0.6"
    assert judged(rubrics, threshold, spoken).status is CheckStatus.FAIL
    assert judged(rubrics, threshold, quiet).status is CheckStatus.FAIL
    result = judged(rubrics, threshold, loud)
    assert result.status is CheckStatus.PASS
    assert "words and voice" in result.searched
    assert judged(rubrics, threshold + ", voice: false", loud).status is CheckStatus.FAIL


def test_a_raised_voice_alone_makes_nobody_upset(rubrics: Path) -> None:
    spoken = call(*[("customer", CALM)] * 7)
    loud = voiced(spoken, {**dict.fromkeys(range(6), usual()), 6: SHOUT})
    assert judged(rubrics, "", loud).status is CheckStatus.FAIL


def test_a_voice_is_compared_with_its_own_speaker_alone() -> None:
    turns = [("agent", CALM), ("customer", CALM)] * 6
    sounds = {at: usual(-15.0 if at % 2 else -35.0) for at in range(12)}
    odds = voice_odds(CallView(voiced(call(*turns), sounds)))
    assert set(odds.values()) == {0.0}


def test_too_little_sound_says_nothing() -> None:
    spoken = call(*[("customer", CALM)] * 3)
    assert voice_odds(CallView(voiced(spoken, dict.fromkeys(range(3), SHOUT)))) == {}


@given(
    st.lists(
        st.builds(
            Prosody,
            speech_s=st.floats(0.3, 20),
            loudness_db=st.floats(-60, 0),
            loudness_range_db=st.none(),
            pitch_hz=st.none() | st.floats(50, 500),
            pitch_range_st=st.none(),
            effort_db=st.none() | st.floats(-40, 10),
        ),
        max_size=12,
    )
)
def test_voice_adds_within_bounds_and_never_for_most_of_a_call(sounds: list[Prosody]) -> None:
    spoken = call(*[("customer", CALM)] * max(1, len(sounds)))
    odds = voice_odds(CallView(voiced(spoken, dict(enumerate(sounds)))))
    assert all(0.0 <= value <= MOST_VOICE for value in odds.values())


def test_lines_are_tried_one_by_one(rubrics: Path) -> None:
    file = rubrics / "tried.yaml"
    file.write_text(
        "rubric: t\nitems: [{id: x, kind: emotion, trend: worse, around: 0, head: moods}]\n",
        encoding="utf-8",
    )
    told = try_lines(read_rubric(file), "x", [ANGRY, CALM, "", TENSE], Tools(MoodEmbedder()))
    assert [trial.score for trial in told] == pytest.approx([0.95, 0.05, 0.0, 0.5], abs=0.01)
    assert told[0].hit
    assert not told[1].hit


def test_the_shipped_head_is_sound_and_small() -> None:
    file = shipped("models") / "heads" / "emotion.npz"
    head = load_head(file)
    assert head.card.embedding == "e5-small"
    assert head.card.auc > 0.64
    assert file.stat().st_size < 40_000
    assert file.with_suffix(".md").is_file()


@pytest.mark.models
def test_upset_lines_stand_out_in_all_six_languages(sentence_model: CachedEmbedder) -> None:
    head = load_head(shipped("models") / "heads" / "emotion.npz")
    for language, labels in parse(LINES.read_text(encoding="utf-8")).data.items():
        texts = [*labels["yes"], *labels["no"]]
        scores = head.scores(sentence_model.embed(texts), texts)
        upset, calm = scores[: len(labels["yes"])], scores[len(labels["yes"]) :]
        apart = float(np.mean(upset[:, None] > calm[None, :]))
        assert apart >= 0.85, language
        assert calm.max() < 0.5, language
        assert np.median(upset) > 0.35, language
