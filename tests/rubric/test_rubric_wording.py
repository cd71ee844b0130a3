"""Phrases in plain words, and what the real sentence model takes for the same."""

from __future__ import annotations

import ast
from pathlib import Path
from textwrap import dedent, indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qa_inspect.language.embed import CachedEmbedder
from qa_inspect.rubric import checks
from qa_inspect.rubric.load import load_rubric, parse_rubric
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import try_lines
from qa_inspect.rubric.wording import count, number, phrased, plainly


@pytest.mark.parametrize(
    ("phrase", "plain"),
    [
        ("(good|nice) day [sir|madam] ... bye", "good day … bye"),
        ("is there [anything|all] else", "is there anything else"),
        ("(can|may) i [please] take [your|the] name", "can i take your name"),
        ("refund(s|ed)", "refunds"),
        ("a [complete|big] [complete|old] joke", "a joke"),
        ("thanks", "thanks"),
        ("(can|may) i [please] (take|get) [me] [please] your name", "can i take your name"),
        ("what is [me|out] [full|whole] [your] password", "what is your password"),
        ("(have|got) to repeat [you] [myself|it all] again", "have to repeat again"),
        ("that is not enough [i want|money]", "that is not enough"),
        ("i am afraid [that|i]", "i am afraid"),
        ("(pleasure|nice) speaking [to|with] [you]", "pleasure speaking"),
        ("shut (up|your [stupid] (mouth|trap))", "shut up"),
        ("you (are [so|very] (rude|late)|lie)", "you are rude / late"),
        ("(您|请您)[这边][先]挂断了", "您挂断了"),
        (
            "if i [have] [understood|got] [you|it] [all] (right|well)",
            "if i have understood you all right / well",
        ),
        ("by (monday|tuesday|friday)", "by monday / tuesday / friday"),
        ("by (monday|tuesday|friday|sunday|noon)", "by monday, tuesday …"),
        ("(do|did) (i [really]|we) (call|ring)", "do i call / ring"),
        ("no (need|want) [to] [a|any] (lawyer|court)", "no need a lawyer / court"),
        ("can i [please] (take|get) [me] [your] full name", "can i take your full name"),
        ("(pura pura) (pemilik|nasabah)", "pura pura pemilik / nasabah"),
        ("周(一|二|三)", "周一 / 二 / 三"),
        ("您[现在]的情况", "您的情况"),
        ("((", "(("),
    ],
)
def test_phrases_read_as_sentences(phrase: str, plain: str) -> None:
    assert plainly(phrase) == plain


def test_a_phrase_of_alternatives_alone_shows_them() -> None:
    assert phrased(["(stupid|idiot|your own fault)"]) == "“stupid”, “idiot”, “your own fault”"
    assert phrased(["(a|b) c"]) == "“a c”"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (5.0, "5"),
        (2.6667, "2.7"),
        (0.4328, "0.4"),
        (2.25, "2.3"),
        (4.97, "4.97"),
        (0.03, "0.03"),
        (-3.0, "-3"),
        (-2.25, "-2.3"),
        (0.0, "0"),
        (120.0, "120"),
    ],
)
def test_numbers_have_one_decimal_unless_that_would_round_them_whole(
    value: float, shown: str
) -> None:
    assert number(value) == shown


@given(st.floats(-1000, 1000))
def test_a_shown_number_is_near_and_short(value: float) -> None:
    shown = number(value)
    assert abs(float(shown) - value) <= 0.0501
    assert len(shown.partition(".")[2]) <= 2


@given(st.text("ab ()[]|. 请", max_size=30))
def test_any_phrase_can_be_read(phrase: str) -> None:
    assert bool(plainly(phrase)) == bool(phrase)


def test_things_are_counted() -> None:
    assert [count(n, "item") for n in (0, 1, 2)] == ["0 items", "1 item", "2 items"]
    assert count(2, "reply", "replies") == "2 replies"


def _example(kind: str) -> str:
    module = Path(checks.__path__[0]) / f"{kind}.py"
    told = ast.get_docstring(ast.parse(module.read_text(encoding="utf-8"))) or ""
    return told.split("Example::")[1]


def _hits(kind: str, lines: list[str]) -> list[bool]:
    rule = indent(dedent(_example(kind)), "    ")
    made = parse_rubric(f"rubric: r\nlanguage: en\nitems:\n  - id: x\n{rule}", "example.yaml")
    return [trial.hit for trial in try_lines(made, "x", lines)]


def test_the_example_of_all_matches() -> None:
    line = "Your full name and date of birth, please"
    assert _hits("all_of", [line, "Your name and postcode", "Your name"]) == [True, True, False]


def test_the_example_of_cues_tells_apart() -> None:
    lines = ["Thank you, that helps.", "It is here.", "Why didn't you call?", "Tell me the number."]
    assert _hits("cues", lines) == [True, False, False, False]


ALONE = """
rubric: r
language: en
items:
  - {id: care, kind: similar, examples: ["I can see why that is upsetting."]}
"""


@pytest.mark.models
def test_without_counter_examples_only_a_paraphrase_is_alike(
    sentence_model: CachedEmbedder,
) -> None:
    alike = ["I can see why that upsets you.", "I understand why you are upset about that."]
    other = [
        "You are an idiot.",
        "You are so annoying.",
        "That is upsetting nonsense, you stupid woman.",
        "I can see your order here.",
        "One moment please.",
    ]
    tools = Tools(sentence_model)
    trials = try_lines(parse_rubric(ALONE, "x.yaml"), "care", [*alike, *other], tools)
    assert [trial.hit for trial in trials] == [True] * len(alike) + [False] * len(other)
    assert max(trial.score or 0.0 for trial in trials[len(alike) :]) < 0.1


@pytest.mark.models
def test_busy_is_not_empathy_in_chinese(sentence_model: CachedEmbedder) -> None:
    pack = load_rubric("support", "zh")
    lines = ["我马上为您查询。", "我理解您的心情。"]
    trials = try_lines(pack, "empathy", lines, Tools(sentence_model))
    assert [trial.hit for trial in trials] == [False, True]
