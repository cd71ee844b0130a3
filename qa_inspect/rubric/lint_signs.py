"""Advice on signs: Chinese quotes, commas and brackets in place of those that are meant, and
patterns that may never end.

Such a rubric can be read, and the phrase that comes of it is never said. This module does not know
kinds, cases or how advice is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from qa_inspect.rubric.advice import Advice, Path, Placed, Written, example_lists, phrase_lists
from qa_inspect.rubric.checks.regex import Regex
from qa_inspect.rubric.patterns import compile_pattern, may_be_endless
from qa_inspect.rubric.yaml_words import wide_colons

_QUOTES = re.compile("[“”„‟「」『』]")
_WIDE = {"（": "(", "）": ")", "｜": "|", "［": "[", "］": "]", "＄": "$", "【": "[", "】": "]"}
_COMMA = re.compile("[，、､]")
_TWO_TEXTS = re.compile(r"""[”」』"']\s*[，、,]\s*[“「『"']""")
_LATIN_BESIDE = re.compile("[A-Za-z]\\s*[，、､]|[，、､]\\s*[A-Za-z]")

_PLAIN_SIGNS = 'write " and , instead of “ ” ，'


def advice_on_signs(written: Written, placed: Placed) -> Iterator[Advice]:
    """Signs in the phrases and examples of one rule that were probably meant to be others."""
    for _, phrases, path in phrase_lists(placed.rule, placed.path):
        for text in phrases.texts:
            yield from _in_phrase(written, text, path)
    for _, texts, path in example_lists(placed.rule, placed.path):
        for text in texts:
            if _TWO_TEXTS.search(text) or _whole_in_quotes(written, text, path):
                yield _quotes(written, text, path)


def advice_on_colons(text: str) -> Iterator[Advice]:
    """Lines that would be a field if their colon were one."""
    for line, told in wide_colons(text):
        problem, _, cure = told.partition("; ")
        yield Advice(line, "sign", problem, cure)


def advice_on_patterns(written: Written, placed: Placed) -> Iterator[Advice]:
    """Patterns that run past their time on some text."""
    rule = placed.rule
    if not isinstance(rule, Regex):
        return
    for text in (*rule.patterns, *rule.unless):
        if may_be_endless(compile_pattern(text, rule.ignore_case)):
            yield Advice(
                written.line_of_text(placed.path, text),
                "endless",
                f"the pattern {text} may search for ever, and then the item goes wrong",
                "take out repeats inside repeats, such as (a+)+ or (a|a)*, or use kind: said",
            )


def sign_fault(phrase: str, quoted: bool = True) -> tuple[str, str] | None:
    """What is wrong with the signs of a phrase and what to write; None where nothing is.

    In Chinese a comma may belong to what is said; of one that was not ``quoted`` in the file that
    is not likely.
    """
    quote = _QUOTES.search(phrase)
    if quote is not None:
        sign = quote.group()
        return f"{phrase} holds {sign} as part of what is said, so it is never found", _PLAIN_SIGNS
    wide = next((sign for sign in phrase if sign in _WIDE), None)
    if wide is not None:
        problem = f"“{phrase}” holds the wide sign {wide}, which means nothing here"
        return problem, f"write {_WIDE[wide]} instead"
    comma = _COMMA.search(phrase)
    if comma is not None and (_LATIN_BESIDE.search(phrase) or not quoted):
        problem = f"“{phrase}” is one phrase, for {comma.group()} divides nothing"
        return problem, f"write , in place of {comma.group()} between phrases, each in its quotes"
    return None


def _in_phrase(written: Written, text: str, path: Path) -> Iterator[Advice]:
    fault = sign_fault(text, _is_quoted(written, text, path))
    if fault is not None:
        yield Advice(written.line_of_text(path, text), "sign", *fault)


def _quotes(written: Written, text: str, path: Path) -> Advice:
    sign = next(iter(_QUOTES.findall(text)), "“")
    return Advice(
        written.line_of_text(path, text),
        "sign",
        f"{text} holds {sign} as part of what is said, so it is not what was meant",
        _PLAIN_SIGNS,
    )


def _whole_in_quotes(written: Written, text: str, path: Path) -> bool:
    told = text.strip()
    quoted = bool(_QUOTES.match(told)) and bool(_QUOTES.search(told[-1:]))
    return quoted and not _is_quoted(written, text, path)


def _is_quoted(written: Written, text: str, path: Path) -> bool:
    place = written.path_of_text(path, text)
    return place is None or written.tree.is_quoted(place)
