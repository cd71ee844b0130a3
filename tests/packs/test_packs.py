"""The shipped packs load, hold what the contract names, and come out right on every case."""

from __future__ import annotations

import pytest

from qa_inspect.language.chinese_script import one_script
from qa_inspect.language.embed import CachedEmbedder
from qa_inspect.rubric.cases import cases_path, load_cases, run_cases
from qa_inspect.rubric.load import load_rubric
from qa_inspect.rubric.tools import Tools

PACKS = [(name, language) for name in ("support", "risk") for language in ("en", "zh")]
ITEMS = {
    "greeting", "thanks", "apology", "empathy", "positive_language", "politeness",
    "forbidden_phrases", "interruptions", "readability", "vocabulary", "jargon", "identity_check",
    "restate_problem", "present_solution", "confirm_satisfaction", "script_order", "closing",
    "silence", "repetition", "raised_voice", "pace", "talk_share", "questions", "customer_mood",
}  # fmt: skip
FLAGS = {
    "abuse", "threat", "malicious_complaint", "fraud", "legal_escalation", "churn", "self_harm",
    "agent_misconduct", "data_exposure", "unresolved_repeat",
}  # fmt: skip
ONLY_WITH_TIMES = {"interruptions", "silence", "raised_voice", "pace", "talk_share"}


@pytest.mark.parametrize("language", ["en", "zh"])
def test_support_has_the_items_of_the_contract(language: str) -> None:
    pack = load_rubric("support", language)
    assert {item.id for item in pack.items} == ITEMS
    assert all(item.title and item.why and item.section for item in pack.items)
    assert sum(section.weight for section in pack.sections) == 100


@pytest.mark.parametrize("language", ["en", "zh"])
def test_risk_has_the_flags_of_the_contract(language: str) -> None:
    pack = load_rubric("risk", language)
    assert {flag.id for flag in pack.flags} == FLAGS
    assert all(flag.title and flag.why for flag in pack.flags)


@pytest.mark.parametrize(("name", "language"), PACKS)
def test_everything_has_four_cases_of_each(name: str, language: str) -> None:
    pack = load_rubric(name, language)
    path = cases_path(pack)
    assert path is not None
    cases = load_cases(path, pack)
    for entry in (*pack.items, *pack.flags):
        own = [case.must_hit for case in cases if case.item == entry.id]
        if entry.id not in ONLY_WITH_TIMES:
            assert own.count(True) >= 4 and own.count(False) >= 4, entry.id


@pytest.mark.parametrize("name", ["support", "risk"])
def test_chinese_cases_are_of_both_scripts(name: str) -> None:
    pack = load_rubric(name, "zh")
    path = cases_path(pack)
    assert path is not None
    by_item: dict[str, list[bool]] = {}
    for case in load_cases(path, pack):
        by_item.setdefault(case.item, []).append(one_script(case.text) != case.text)
    for item, traditional in by_item.items():
        assert any(traditional) and not all(traditional), item


@pytest.mark.models
@pytest.mark.parametrize(("name", "language"), PACKS)
def test_every_case_comes_out_right(
    name: str, language: str, sentence_model: CachedEmbedder
) -> None:
    pack = load_rubric(name, language)
    path = cases_path(pack)
    assert path is not None
    report = run_cases(pack, load_cases(path, pack), Tools(sentence_model))
    assert report.ok, "\n".join(str(miss) for miss in report.misses)
    assert set(report.untested) <= ONLY_WITH_TIMES
