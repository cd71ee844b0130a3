"""What ``rubric check`` has to say about rubrics that are valid and probably not meant so."""

from __future__ import annotations

from pathlib import Path

import pytest

from qa_inspect.rubric.advice import Advice, Written
from qa_inspect.rubric.lint import advice_on
from qa_inspect.rubric.lint_phrases import other_language
from qa_inspect.rubric.load import parse_with_tree
from qa_inspect.rubric.phrase_ways import ways
from qa_inspect.rubric.phrases import compile_phrases


def advice(text: str, *tested: str) -> list[Advice]:
    rubric, tree = parse_with_tree(text, "r.yaml")
    ids = {entry.id for entry in (*rubric.items, *rubric.flags)}
    return list(advice_on(Written(rubric, tree), text, cases=frozenset(tested or ids)))


def told(items: str, head: str = "") -> list[str]:
    return [str(found) for found in advice(f"rubric: x\nlanguage: en\n{head}items:\n{items}")]


CLEAN = """\
rubric: x
language: en
phrases: {thanks: ["thank you", "$more"], more: ["cheers"]}
sections: [{id: s}]
items:
  - {id: a, section: s, kind: said, phrases: &p ["$thanks"]}
  - {id: b, section: s, kind: said, role: customer, phrases: *p}
"""


def test_nothing_is_said_of_a_clean_rubric() -> None:
    assert advice(CLEAN) == []


def test_what_nobody_uses_is_named_with_its_line() -> None:
    text = CLEAN.replace('more: ["cheers"]', 'more: [cheers], old: [hi, "$older"], older: [hey]')
    text = text.replace("[{id: s}]", "[{id: s}, {id: t, weight: 0}]").replace("{id: b", "&q {id: b")
    lines = [str(found) for found in advice(text)]
    assert any(line.startswith("3: the list old of phrases is used nowhere") for line in lines)
    assert any("the list older" in line for line in lines)
    assert any(line.startswith("4: the section t has no items") for line in lines)
    assert any(line.startswith("7: the anchor &q is used nowhere") for line in lines)
    assert len(lines) == 4


def test_items_without_cases_are_named_except_where_cases_cannot_try_them() -> None:
    text = "rubric: x\nitems:\n  - {id: a, kind: said, phrases: [hi]}\n"
    text += "  - {id: b, kind: said, phrases: [bye]}\n  - {id: c, kind: silence, at_most: 9}\n"
    text += "  - {id: d, kind: llm, question: Is it rude?}\n"
    found = advice(text, "a")
    assert [(one.line, one.about) for one in found] == [(4, "cases"), (5, "cases")]


@pytest.mark.parametrize(
    ("fields", "part"),
    [
        ("phrases: [hello], scope: {first_utterances: 2, skip_utterances: 2}", "none is left"),
        ("phrases: [hello], scope: {after: first, before: first}", "both after and before"),
        ("phrases: [hello], scope: {first_percent: 20, last_percent: 70}", "no part of a call"),
        ("phrases: [hello], scope: {first_utterances: 2, after: late}", "only be found where"),
        ("phrases: [hello], scope: {first_percent: 30, after: ending}", "only be found where"),
        ("phrases: [hello], scope: {last_utterances: 2}, at_least: 3", "scope has 2 at most"),
        ("phrases: [your account], unless: [account]", "always cancelled"),
        (
            "phrases: [hello], only_if: {kind: not_said, phrases: [hello, hi]}",
            "it always fails",
        ),
    ],
)
def test_rules_that_can_never_hit(fields: str, part: str) -> None:
    lines = told(
        "  - {id: first, kind: said, phrases: [good day]}\n"
        "  - {id: late, kind: said, phrases: [so far], scope: {skip_utterances: 4}}\n"
        "  - {id: ending, kind: said, phrases: [see you], scope: {last_percent: 30}}\n"
        f"  - {{id: x, kind: said, {fields}}}"
    )
    assert len(lines) == 1
    assert part in lines[0]
    assert lines[0].startswith("7: ")


def test_thresholds_that_nothing_reaches() -> None:
    lines = told(
        '  - {id: a, kind: similar, examples: ["I am sorry."], threshold: 1}\n'
        "  - {id: b, kind: cues, target: 0.9, cues: [{weight: 0.5, phrases: [please]}]}\n"
        "  - {id: c, kind: cues, target: 0.5, bias: 3, cues: [{weight: 0.5, phrases: [kindly]}]}"
    )
    assert [line.split(":")[0] for line in lines] == ["4", "5", "6"]
    assert "no sentence reaches" in lines[0]
    assert "all cues together reach 0.73" in lines[1]
    assert "no cue brings it below" in lines[2]


def test_entries_that_are_there_twice() -> None:
    lines = told(
        "  - id: a\n    kind: said\n    phrases:\n"
        '      - "Good morning!"\n      - "good morning"\n      - "hello (there|friend)"\n'
        '      - "hello there"\n      - "cancel my acount today"\n      - "cancel my account today"'
    )
    assert [line.split(":")[0] for line in lines] == ["8", "10", "12"]
    assert "nearly the same" in lines[2]


def test_two_items_of_nearly_the_same_phrases() -> None:
    phrases = "phrases: [one way, other way, third way, fourth way"
    lines = told(
        f"  - {{id: a, kind: said, {phrases}]}}\n  - {{id: b, kind: said, {phrases}, new way]}}\n"
        f"  - {{id: c, kind: said, role: customer, {phrases}]}}"
    )
    assert len(lines) == 1
    assert "b looks for nearly the same as a" in lines[0]


def test_an_example_cannot_be_a_counter_example() -> None:
    lines = told('  - {id: a, kind: similar, examples: ["Yes."], counter_examples: ["yes!"]}')
    assert ["both an example and a counter-example" in line for line in lines] == [True]


@pytest.mark.parametrize(
    ("text", "language", "name"),
    [
        ("how can i help you today", "en", ""),
        ("请问有什么可以帮您", "en", "Chinese"),
        ("ขอบคุณ", "en", "Thai"),
        ("请提供 order number", "zh", ""),
        ("wifi router", "zh", ""),
        ("please tell me your number", "zh", "English"),
        ("saya akan bantu anda sekarang", "en", "Indonesian"),
        ("saya akan bantu anda sekarang", "ms", ""),
        ("could you tell me your name", "id", "English"),
        ("customer service", "id", ""),
        ("guten tag wie kann ich ihnen helfen", "en", "German"),
        ("bonjour je vous en prie", "en", "French"),
        ("¿en qué puedo ayudarle a usted?", "zh", "Spanish"),
        ("mohon maaf di sini kami bantu ya", "id", ""),
        ("よろしくお願いします", "zh", "Japanese"),
        ("как дела", "en", "Russian or another language in Cyrillic letters"),
    ],
)
def test_another_language_is_told_from_loan_words(text: str, language: str, name: str) -> None:
    assert other_language(text, language) == name


def test_phrases_of_a_list_in_another_language_are_told_where_they_stand() -> None:
    lines = told("  - {id: a, kind: said, phrases: [$h]}", 'phrases:\n  h:\n    - "您好"\n')
    assert len(lines) == 1
    assert lines[0].startswith("5: “您好” looks Chinese")


@pytest.mark.parametrize(
    ("phrase", "expected"),
    [
        ("good day", ["good day"]),
        ("good (day|morning)", ["good day", "good morning"]),
        ("[so] sorry", ["so sorry", "sorry"]),
        ("(a [b]|c) d", ["a b d", "a d", "c d"]),
        ("close ... account", ["close account"]),
    ],
)
def test_ways_to_say_a_phrase(phrase: str, expected: list[str]) -> None:
    assert ways(phrase) == expected
    assert all(compile_phrases((phrase,)).hits(way) for way in expected)


CLASSIFIED = "  - {id: a, kind: classifier, model: %s, labels: [toxic]}"


def test_a_model_that_is_not_on_this_machine_is_named_with_its_cure() -> None:
    (line,) = told(CLASSIFIED % "nobody/has-this-model")
    assert line.startswith("4: the model nobody/has-this-model is not on this machine — ")
    assert "name a folder, as a path from the rubric file" in line


def test_a_model_in_a_folder_is_looked_for_beside_the_rubric(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "toxic").mkdir()
    monkeypatch.chdir(tmp_path)
    assert told(CLASSIFIED % "toxic") == []


@pytest.mark.parametrize(
    ("phrases", "part"),
    [
        ('["hi", “welcome to”，“hello”]', 'write " and , instead of “ ” ，'),
        ('["a，b"]', "write , in place of ，"),
        ("[good day，good evening]", "write , in place of ，"),
        ('["（good|fine） day"]', "write ( instead"),
        ('["good | day", "(fine｜good) day"]', "write | instead"),
    ],
)
def test_signs_of_chinese_type_are_told_with_the_line(phrases: str, part: str) -> None:
    (line,) = told(f"  - id: a\n    kind: said\n    phrases: {phrases}\n")
    assert line.startswith("6: ")
    assert part in line


def test_a_comma_in_a_quoted_chinese_phrase_is_part_of_it() -> None:
    text = "rubric: x\nlanguage: zh\nitems:\n  - {id: a, kind: said, phrases: [%s]}\n"
    assert advice(text % '"您好，请问", "(早上|下午)好"') == []
    (found,) = advice(text % "您好，请问")
    assert found.about == "sign"


def test_a_wide_colon_in_what_became_a_longer_title_is_told() -> None:
    text = "rubric: x\ntitle: Desk\n  language：en\nitems:\n  - {id: a, kind: said, phrases: [b]}\n"
    (found,) = advice(text)
    assert (found.line, found.about) == (3, "sign")


@pytest.mark.parametrize("pattern", ["(a|a)+!", r"(\w+\s?)+!", r"(\d+)+$", "(ha|h|a)+!"])
def test_patterns_that_may_never_end_are_told_with_their_line(pattern: str) -> None:
    lines = told(
        f"  - id: a\n    kind: regex\n    patterns:\n      - '\\d+-\\d+'\n      - '{pattern}'\n"
    )
    assert [line.split(":")[0] for line in lines] == ["8"]
    assert "may search for ever" in lines[0]
