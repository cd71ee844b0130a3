"""The shipped packs load and hold what the contract names."""

from __future__ import annotations

import pytest

from qa_inspect.language.chinese_script import one_script
from qa_inspect.rubric.cases import cases_path, load_cases
from qa_inspect.rubric.load import load_rubric

LANGUAGES = ("en", "zh", "id", "vi", "th", "ms")
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


@pytest.mark.parametrize("language", LANGUAGES)
def test_support_has_the_items_of_the_contract(language: str) -> None:
    pack = load_rubric("support", language)
    assert {item.id for item in pack.items} == ITEMS
    assert all(item.title and item.why and item.section for item in pack.items)
    assert sum(section.weight for section in pack.sections) == 100
    english = load_rubric("support", "en").sections
    assert [section.weight for section in pack.sections] == [s.weight for s in english]


@pytest.mark.parametrize("language", LANGUAGES)
def test_risk_has_the_flags_of_the_contract(language: str) -> None:
    pack = load_rubric("risk", language)
    assert {flag.id for flag in pack.flags} == FLAGS
    assert all(flag.title and flag.why for flag in pack.flags)
    english = load_rubric("risk", "en").flags
    assert [flag.id for flag in pack.flags] == [flag.id for flag in english]
    severity = {flag.id: flag.severity for flag in english}
    assert {flag.id: flag.severity for flag in pack.flags} == severity


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
