"""Finding phrases in lines: one of them, several of them, in one sentence, near each other.

What ``said`` and ``not_said`` share. A hit that is denied, or that a phrase of ``unless`` in the
same utterance cancels, is a finding that does not suffice. This module does not judge calls.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, ClassVar, Literal, NamedTuple

from pydantic import PlainValidator, WithJsonSchema, model_validator

from qa_inspect.language.negation import denied_by
from qa_inspect.rubric.checks.context import Context, Finding, Findings
from qa_inspect.rubric.fields import Phrases
from qa_inspect.rubric.folding import has_unspaced, locate
from qa_inspect.rubric.phrases import PhraseHit, PhraseList
from qa_inspect.rubric.schema import Count, Rule, number_or
from qa_inspect.rubric.view import Line

NO_PHRASES = PhraseList(())
_LETTERS_A_WORD = 2
"""Letters of a script without spaces that are counted as a word of distance."""


Matching = Annotated[
    int | Literal["all"],
    PlainValidator(number_or("all", "phrases")),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["any", "all"]}]}),
]
"""How many different phrases of a list must be said: ``any`` (1), ``all`` or a number."""


class PhraseRule(Rule):
    """What ``said`` and ``not_said`` share.

    ``match`` is how many different ``phrases`` belong together, ``within`` how close: in the whole
    scope (``call``), in one ``utterance`` or in one ``sentence``; with ``near: N`` at most N words
    lie between each of them and the next.
    """

    heeds_denial: ClassVar[bool] = True

    phrases: Phrases
    unless: Phrases = NO_PHRASES
    match: Matching = 1
    within: Literal["call", "utterance", "sentence"] = "call"
    near: Count | None = None

    @model_validator(mode="after")
    def _together(self) -> PhraseRule:
        if self.match != "all" and self.match > len(self.phrases.texts):
            raise ValueError(f"match asks for {self.match} of {len(self.phrases.texts)} phrases")
        if self.match == 1 and (self.near is not None or self.within != "call"):
            field = "near" if self.near is not None else "within"
            raise ValueError(f"{field} needs several phrases: give match: all or a number from 2")
        return self

    @property
    def wanted(self) -> int:
        """How many different phrases belong together."""
        return len(self.phrases.texts) if self.match == "all" else self.match

    @property
    def across_lines(self) -> bool:
        """Whether phrases belong together that different utterances hold."""
        return self.wanted > 1 and self.within == "call" and self.near is None


class Place(NamedTuple):
    """A phrase found in a line, by characters of the original text, and the word that denies it."""

    start: int
    end: int
    phrase: str
    folded: tuple[int, int]
    denied: str = ""


def find_phrases(rule: PhraseRule, lines: Sequence[Line], context: Context) -> Findings:
    """Lines in which the phrases are said; where something cancels them, as no hit.

    Each line is asked by itself: where several phrases belong together, it must hold them all.
    """
    find = _several if rule.wanted > 1 else _one
    found: dict[int, Finding] = {}
    for line in context.view.candidates(rule.phrases, lines):
        finding = find(rule, line, context)
        if finding is None:
            continue
        found[line.index] = unless_cancelled(finding, rule.unless, line, context)
    return found


def unless_cancelled(finding: Finding, unless: PhraseList, line: Line, context: Context) -> Finding:
    """The finding, as no hit where a phrase of ``unless`` is in its line."""
    against = context.view.hits(unless, line) if finding.hit else ()
    if not against:
        return finding
    text = line.utterance.text
    first, last = locate(text, line.folded, against[0].start, against[0].end)
    return Finding(False, 0.0, finding.start, finding.end, finding.what, text[first:last])


def places(rule: PhraseRule, line: Line, context: Context) -> list[Place]:
    """Every place of a phrase in a line, from left to right, overlapping ones included."""
    hits = rule.phrases.every_hit(line.folded, line.marks)
    return [place(rule, line, hit, context) for hit in hits]


def place(rule: Rule, line: Line, hit: PhraseHit, context: Context) -> Place:
    """A hit by characters of what was really said."""
    text = line.utterance.text
    start, end = locate(text, line.folded, hit.start, hit.end)
    denied = negation(rule, line, start, end, context)
    return Place(start, end, hit.phrase, (hit.start, hit.end), denied)


def negation(rule: Rule, line: Line, start: int, end: int, context: Context) -> str:
    """The word that denies a stretch of a line; empty where nothing does, or where it counts."""
    if rule.negated == "counts":
        return ""
    return denied_by(line.utterance.text, start, end, line.utterance.language or context.language)


def _one(rule: PhraseRule, line: Line, context: Context) -> Finding | None:
    """The first hit that is not denied; else the first one."""
    hits = context.view.hits(rule.phrases, line)
    if not hits:
        return None
    first = place(rule, line, hits[0], context)
    if not first.denied:
        return _finding(first)
    others = (place(rule, line, hit, context) for hit in hits[1:])
    return _finding(next((one for one in others if not one.denied), first))


def _finding(found: Place) -> Finding:
    sure = not found.denied
    return Finding(sure, float(sure), found.start, found.end, found.phrase, negated_by=found.denied)


def _several(rule: PhraseRule, line: Line, context: Context) -> Finding | None:
    """The stretch of a line that holds most of the phrases which belong together."""
    every = places(rule, line, context)
    if not every:
        return None
    counted = [one for one in every if not one.denied]
    if not counted:
        return _finding(every[0])
    group = max(_groups(rule, line, counted, context), key=lambda group: len(_phrases(group)))
    said = _phrases(group)
    start, end = min(one.start for one in group), max(one.end for one in group)
    share = min(1.0, len(said) / rule.wanted)
    lacks = () if share == 1.0 else tuple(t for t in rule.phrases.texts if t not in said)
    what = rule.phrases.texts[0] if len(rule.phrases.texts) == 1 else ""
    return Finding(share == 1.0, share, start, end, what, lacks=lacks)


def _phrases(group: Sequence[Place]) -> set[str]:
    return {one.phrase for one in group}


def _groups(
    rule: PhraseRule, line: Line, found: Sequence[Place], context: Context
) -> Iterator[list[Place]]:
    """The places that belong together: of one sentence where asked, and near enough."""
    for part in _by_sentence(rule, line, found, context):
        if rule.near is None:
            yield part
            continue
        group: list[Place] = []
        reached = 0
        for one in part:
            if group and _words_between(line.folded, reached, one.folded[0]) > rule.near:
                yield group
                group = []
            group.append(one)
            reached = max(reached, one.folded[1])
        yield group


def _by_sentence(
    rule: PhraseRule, line: Line, found: Sequence[Place], context: Context
) -> Iterator[list[Place]]:
    if rule.within != "sentence":
        yield list(found)
        return
    for start, end in context.view.sentences(line):
        part = [one for one in found if start <= one.start < end]
        if part:
            yield part


def _words_between(folded: str, end: int, start: int) -> int:
    """How many words lie between two positions of folded text; 0 where they touch or overlap."""
    between = folded[end:start].split()
    return sum(-(-len(word) // _LETTERS_A_WORD) if has_unspaced(word) else 1 for word in between)
