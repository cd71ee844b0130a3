"""The signs beside a transcript's lines."""

from __future__ import annotations

from dataclasses import replace

from qa_inspect.acoustics import Prosody
from qa_inspect.domain import (
    CallResult,
    CallStatus,
    CheckResult,
    CheckStatus,
    Evidence,
    Flag,
    Recording,
    Role,
    Severity,
    Transcript,
    Utterance,
    Verdict,
)
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.part_names import Naming
from qa_inspect.report.said_lines import SaidLine, SignKind, said_lines
from qa_inspect.report.titles import Titles

NAMING = Naming(Titles(), Catalogue("en"))


def lines_of(*utterances: Utterance, verdict: Verdict | None = None) -> tuple[SaidLine, ...]:
    call = CallResult(
        Recording("a", None, "aa"),
        CallStatus.OK,
        Transcript("en", utterances),
        verdict or Verdict(),
    )
    return said_lines(call, NAMING)


def spoken(index: int, text: str = "one two three four five six", long: float = 3.0) -> Utterance:
    start = 10.0 * index
    return Utterance(index, Role.AGENT, "S0", text, "en", start, start + long, 0.9)


def test_verdicts_stand_beside_the_lines_they_cite() -> None:
    cited, other = Evidence(0, 0.0, 1.0, "one"), Evidence(None, 4.0, 9.0, "a silence")
    fail = CheckResult("r", "good_manners", "said", CheckStatus.FAIL, 0, 1, "", evidence=(cited,))
    verdict = Verdict(
        checks=(fail, replace(fail, item="greeting", status=CheckStatus.PASS)),
        flags=(
            Flag("churn", Severity.LOW, 0.9, "", (cited,)),
            Flag("abuse", Severity.HIGH, 0.5, "", (cited, cited, other)),
        ),
    )
    first, second = lines_of(spoken(0), spoken(1), verdict=verdict)
    told = [(sign.kind, sign.name, sign.severity) for sign in first.signs]
    assert told == [
        (SignKind.FLAG, "Abuse", "high"),
        (SignKind.FLAG, "Churn", "low"),
        (SignKind.FAIL, "Good manners", ""),
    ]
    assert first.cited
    assert not second.cited
    assert second.signs == ()


def test_what_was_badly_heard_is_marked() -> None:
    bad, good, unknown = lines_of(
        replace(spoken(0), confidence=0.4), spoken(1), replace(spoken(2), confidence=None)
    )
    assert bad.poor
    assert [(sign.kind, sign.name) for sign in bad.signs] == [(SignKind.POOR, "40%")]
    assert not good.poor
    assert not unknown.poor


def test_a_raised_voice_is_marked_against_its_speaker() -> None:
    calm = Prosody(2.0, -30.0, 5.0, 120.0, 4.0, -14.0)
    loud = Prosody(2.0, -18.0, 5.0, 190.0, 4.0, -5.0)
    lines = lines_of(*(replace(spoken(n), prosody=loud if n == 5 else calm) for n in range(7)))
    assert [n for n, line in enumerate(lines) if line.signs] == [5]
    assert lines[5].signs[0].kind is SignKind.RAISED


def test_haste_is_marked_against_its_speaker_and_never_of_calm_speech() -> None:
    quick = spoken(4, "word " * 14, long=3.0)  # 280 words a minute after 120
    lines = lines_of(*(spoken(n) for n in range(4)), quick)
    assert [line.signs[0].kind for line in lines if line.signs] == [SignKind.HASTE]
    assert (lines[4].signs[0].name, lines[4].signs[0].unit) == ("280", "words")
    slow = (spoken(n, long=9.0) for n in range(4))  # 40 a minute, then 120: lively, not fast
    assert not any(line.signs for line in lines_of(*slow, spoken(4)))


def test_a_call_without_words_has_no_lines() -> None:
    assert said_lines(CallResult(Recording("a", None, "aa"), CallStatus.FAILED), NAMING) == ()
