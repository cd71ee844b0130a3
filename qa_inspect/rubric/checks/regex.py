"""``regex``: a regular expression matches what is said.

What it does: searches every utterance of the role within the scope for one of the ``patterns``
(Python's syntax; a single one may be written as ``pattern``). Upper and lower case are the same
unless ``ignore_case: false``. Patterns see the text as it is shown; with ``on: folded`` they see it
as phrases do: lower case, no punctuation, contractions written out, numbers as digits. A pattern of
``unless`` in the same utterance cancels a hit there, with ``negated: ignored`` so does a word that
denies it. ``at_least: N`` utterances, or ``every`` one, must match. A pattern has a quarter of a
second for a call: one that backtracks for ever makes this item's ``error`` and holds up nothing
else.

Why it matters: order numbers, card numbers, dates and codes have a shape and no fixed wording. For
words that are said, ``said`` reads better and copes with how they are spelled.

Example::

    kind: regex
    role: agent
    patterns: ['\\b[A-Z]{2}-?\\d{6}\\b']
    unless: ['for example']
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.phrase_search import negation
from qa_inspect.rubric.checks.quantity import cancelled, cite, hits_of, line_verdict, strength_of
from qa_inspect.rubric.folding import locate
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.patterns import Patterns, Stopwatch, compile_pattern, compile_patterns
from qa_inspect.rubric.schema import Quantity, Rule
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import listed


def _as_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


PatternTexts = Annotated[
    tuple[Annotated[str, Field(min_length=1)], ...],
    BeforeValidator(_as_list),
    Field(max_length=200),
]


class Regex(Rule):
    """Fields of ``regex``."""

    heeds_denial: ClassVar[bool] = True

    kind: Literal["regex"] = "regex"
    patterns: Annotated[PatternTexts, Field(min_length=1)]
    unless: PatternTexts = ()
    ignore_case: bool = True
    on: Literal["shown", "folded"] = "shown"
    at_least: Quantity = 1

    @model_validator(mode="before")
    @classmethod
    def _one_or_many(cls, data: Any) -> Any:
        if isinstance(data, Mapping) and "pattern" in data and "patterns" not in data:
            rest = {key: value for key, value in data.items() if key != "pattern"}
            return {**rest, "patterns": data["pattern"]}
        return data

    @model_validator(mode="after")
    def _readable(self) -> Regex:
        for text in (*self.patterns, *self.unless):
            compile_pattern(text, self.ignore_case)
        return self

    def compiled(self, texts: tuple[str, ...]) -> Patterns:
        """``texts`` ready to search."""
        return compile_patterns(texts, self.ignore_case)


def _find(rule: Regex, lines: Sequence[Line], context: Context) -> Findings:
    patterns, against = rule.compiled(rule.patterns), rule.compiled(rule.unless)
    watch = Stopwatch(len(lines))
    found: dict[int, Finding] = {}
    for line in lines:
        finding = _in_line(rule, line, patterns, watch, context)
        if finding is None:
            continue
        if finding.hit:
            cancel = next(_stretches(rule, line, against, watch), None)
            if cancel is not None:
                words = line.utterance.text[cancel[0] : cancel[1]]
                finding = Finding(False, 0.0, finding.start, finding.end, finding.what, words)
        found[line.index] = finding
    return found


def _in_line(
    rule: Regex, line: Line, patterns: Patterns, watch: Stopwatch, context: Context
) -> Finding | None:
    """The first match that is not denied; else the first one."""
    first: Finding | None = None
    for start, end in _stretches(rule, line, patterns, watch):
        denied = negation(rule, line, start, end, context)
        if not denied:
            return Finding(True, 1.0, start, end)
        first = first or Finding(False, 0.0, start, end, negated_by=denied)
    return first


def _stretches(
    rule: Regex, line: Line, patterns: Patterns, watch: Stopwatch
) -> Iterator[tuple[int, int]]:
    """Where one of the patterns matches, as characters of the text that is shown."""
    text = line.utterance.text if rule.on == "shown" else line.folded
    for start, end in watch.stretches_of(patterns, text):
        if rule.on == "shown":
            yield start, end
        else:
            yield locate(line.utterance.text, line.folded, start, end)


def _check(rule: Regex, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    findings = _find(rule, search.lines, context)
    hits = hits_of(context, search.lines, findings)
    patterns = listed(rule.patterns, 2)
    return line_verdict(
        context,
        search,
        hits,
        rule.at_least,
        found=f"Found: {cite(hits)}.",
        missing=lambda: (
            f"Nothing in {search.anywhere} matches {patterns}." + cancelled(context, findings)
        ),
        searched=f"searched {search.where} for the pattern {patterns}",
        strength=strength_of(context, hits),
    )


KIND = Kind(
    "regex",
    Regex,
    _check,
    _find,
    change="It would have passed had what matches the pattern been said there as often as "
    "is asked for.",
    kept="It would have failed had nothing been said there that matches the pattern.",
)
