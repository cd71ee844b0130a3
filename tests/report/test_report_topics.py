"""What calls are about, and what rose."""

from __future__ import annotations

import json

from made_calls import inspected

from qa_inspect.domain import (
    CallResult,
    CallStatus,
    Recording,
    Role,
    Transcript,
    Utterance,
)
from qa_inspect.report.topics import find_topics


def a_call(number: int, text: str, language: str = "en", topic: str | None = None) -> CallResult:
    said = (
        Utterance(0, Role.AGENT, "a", "Welcome to Harbour Parcels, how may I help?", language),
        Utterance(1, Role.CUSTOMER, "b", text, language),
    )
    return inspected(f"{number}", Transcript(language, said), topic=topic)


def test_what_customers_say_most_and_what_rose() -> None:
    before = [a_call(n, "I want a refund for my parcel") for n in range(20)]
    calls = [
        a_call(n, "They want customs duty and I want a refund", topic="customs") for n in range(12)
    ]
    calls += [a_call(20 + n, "customs duty again, refund, refund") for n in range(8)]
    found = find_topics(calls, before)
    by_term = {term.term: term for term in found.terms}
    assert found.topics == {"customs": 12}
    assert by_term["refund"].calls == 20
    assert by_term["refund"].rose is False
    assert by_term["customs duty"].share == 1.0
    assert by_term["customs duty"].rose is True
    assert "customs" not in by_term
    assert "want" not in by_term
    assert "harbour parcels" not in by_term
    assert found.rising[0].term == "customs duty"
    assert json.loads(json.dumps(found.rising[0].to_row()))["before"] == 0


def test_languages_are_counted_apart() -> None:
    calls = [a_call(n, "我的包裹清关失败了", "zh") for n in range(4)]
    calls += [a_call(9 + n, "parcel", "en") for n in range(2)]
    found = find_topics(calls)
    chinese = [term for term in found.terms if term.language == "zh"]
    assert any("包裹" in term.term for term in chinese)
    assert all(term.share <= 1 and term.before_share is None for term in found.terms)
    assert found.rising == ()


def test_a_small_change_has_not_risen() -> None:
    before = [a_call(n, "customs" if n < 9 else "parcel") for n in range(20)]
    calls = [a_call(n, "customs" if n < 11 else "parcel") for n in range(20)]
    assert find_topics(calls, before).rising == ()


def test_languages_without_terms_are_named() -> None:
    calls = [a_call(n, "Le vase est cassé, 12 rue de la Paix", "fr") for n in range(4)]
    found = find_topics([*calls, a_call(9, "parcel", "en")])
    assert found.terms == () and found.unlisted == ("fr",)


def test_nothing_said() -> None:
    failed = CallResult(Recording("x", None, "aa"), CallStatus.FAILED)
    found = find_topics([failed])
    assert (found.terms, dict(found.topics)) == ((), {})
