"""``repetition``: somebody has to say it again, or says the same thing again.

What it does: compares what the role says with what it said before. Two utterances are the same
where their content (words that tell something, weighted by how rare they are) overlaps by
``threshold`` or more, 0–1, no more than ``within_utterances`` apart, and the other side had
something to say in between: starting a sentence anew, or going on after an "mm-hm", is none. Saying
so ("as I already told you") counts as well: give such ``phrases``. Not compared are hesitation,
listening sounds, greetings, bare numbers, utterances of fewer than ``least_units`` units of
content (telling words; in Chinese, pairs of characters), what only repeats the other side's last
words (reading back), and utterances with a phrase of ``ignore``. With other numbers in it ("the
9:15 train") it is another thing. Saying it again because the other side did not hear does count:
the caller had to. It is found from ``at_least`` repetitions on, and being found is the failure.

Why it matters: "for the third time" is the surest sign of a caller who is not listened to; an agent
who repeats the same sentence is reading a script at somebody.

Example::

    kind: repetition
    role: customer
    at_least: 2
    phrases: ["as i [already] said", "i (just|already) told you"]
    ignore: ["thank you", "goodbye"]
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from qa_inspect.language.content import content
from qa_inspect.rubric.checks.context import Context, Finding, Findings, Kind
from qa_inspect.rubric.checks.phrase_search import NO_PHRASES, unless_cancelled
from qa_inspect.rubric.checks.quantity import MOST_EVIDENCE
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.fields import Phrases
from qa_inspect.rubric.folding import locate
from qa_inspect.rubric.outcome import Hit, Outcome, not_applicable, verdict
from qa_inspect.rubric.schema import Count, Rule, RuleRole, Share
from qa_inspect.rubric.view import Line
from qa_inspect.rubric.wording import cited, count, percent, phrased, who

_SHOWN = 3
_READ_BACK_LINES = 3
"""How far back the other side's words are looked for that an utterance may read back."""
_READ_BACK = 0.6
"""Part of an utterance's content that the other side has just said."""

_NUMBER = re.compile(r"\d+")

Units = Mapping[str, float]


class Repetition(Rule):
    """Fields of ``repetition``."""

    kind: Literal["repetition"] = "repetition"
    role: RuleRole = "customer"
    threshold: Annotated[Share, Field(gt=0)] = 0.8
    at_least: Count = 1
    within_utterances: Count = 40
    least_units: Count = 3
    phrases: Phrases = NO_PHRASES
    unless: Phrases = NO_PHRASES
    ignore: Phrases = NO_PHRASES


@dataclass(frozen=True, slots=True)
class Repeat:
    """A line that says something again: the earlier line (None where it says so itself), how alike
    they are (0–1), and the stretch of its text that shows it."""

    line: Line
    earlier: Line | None
    likeness: float
    start: int = 0
    end: int | None = None


def _find(rule: Repetition, lines: Sequence[Line], context: Context) -> Findings:
    """Lines that say of themselves that they repeat; a line alone repeats nothing."""
    found: dict[int, Finding] = {}
    for line, hit in context.view.phrase_hits(rule.phrases, lines):
        start, end = locate(line.utterance.text, line.folded, hit.start, hit.end)
        finding = Finding(True, 1.0, start, end, hit.phrase)
        found[line.index] = unless_cancelled(finding, rule.unless, line, context)
    return found


@dataclass(frozen=True, slots=True)
class _Said:
    """A line with its units of content and what they weigh together."""

    line: Line
    units: Units
    total: float


def likeness(one: Units, other: Units) -> float:
    """How much of their content two texts share, 0–1: 1 for the same, in whatever order."""
    return _alike(one, sum(one.values()), other, sum(other.values()))


def _alike(one: Units, total: float, other: Units, other_total: float) -> float:
    shared = one.keys() & other.keys()
    if not shared:
        return 0.0
    # a set has no order that lasts, and floats added in another order may differ in the last digit
    return 2 * math.fsum(one[unit] for unit in shared) / (total + other_total)


def _repeats(rule: Repetition, context: Context, search: Search) -> Iterator[Repeat]:
    saying_so = _find(rule, search.lines, context)
    said: list[_Said] = []
    for line in search.lines:
        finding = saying_so.get(line.index)
        if finding is not None and finding.hit:
            yield Repeat(line, None, 1.0, finding.start, finding.end)
            continue
        units = _units(line)
        if len(units) < rule.least_units or context.view.hits(rule.ignore, line):
            continue
        here = _Said(line, units, sum(units.values()))
        best = _most_like(rule, here, said, context)
        if best is not None:
            yield best
        said.append(here)


def _units(line: Line) -> Units:
    return content(line.folded, line.utterance.language)


def _most_like(
    rule: Repetition, here: _Said, said: Sequence[_Said], context: Context
) -> Repeat | None:
    best: Repeat | None = None
    for earlier in reversed(said):
        if here.line.index - earlier.line.index > rule.within_utterances:
            break
        alike = _alike(here.units, here.total, earlier.units, earlier.total)
        if alike < rule.threshold or (best is not None and alike <= best.likeness):
            continue
        if _says_again(earlier, here, context):
            best = Repeat(here.line, earlier.line, alike)
    return best


def _says_again(earlier: _Said, here: _Said, context: Context) -> bool:
    """Whether two lines with the same content are one person's, and neither is read back."""
    return (
        earlier.line.utterance.role is here.line.utterance.role
        and not _other_numbers(earlier.line, here.line)
        and _answered(earlier.line, here.line, context)
        and not _reads_back(earlier, context)
        and not _reads_back(here, context)
    )


def _other_numbers(one: Line, other: Line) -> bool:
    """Whether each line has a number that the other has not."""
    first, second = (set(_NUMBER.findall(line.folded)) for line in (one, other))
    return bool(first - second) and bool(second - first)


def _answered(earlier: Line, later: Line, context: Context) -> bool:
    """Whether somebody else said something of substance between two lines."""
    return any(
        line.utterance.role is not earlier.utterance.role and _units(line)
        for line in context.view.lines[earlier.index + 1 : later.index]
    )


def _reads_back(said: _Said, context: Context) -> bool:
    """Whether a line repeats mostly what somebody else has just said."""
    at, role = said.line.index, said.line.utterance.role
    heard: set[str] = set()
    for other in context.view.lines[max(0, at - _READ_BACK_LINES) : at]:
        if other.utterance.role is not role:
            heard.update(_units(other))
    return sum(said.units[unit] for unit in said.units.keys() & heard) >= _READ_BACK * said.total


def _check(rule: Repetition, context: Context) -> Outcome:
    search = context.search(rule)
    if isinstance(search, Outcome):
        return search
    if not search.lines:
        return not_applicable(f"Nothing is said in {search.where}.")
    repeats = list(_repeats(rule, context, search))
    found = len(repeats) >= rule.at_least
    named = who(rule.role).capitalize()
    if repeats:
        told = (
            f"{named} says the same again {count(len(repeats), 'time')}: {_told(repeats, context)}."
        )
        if not found:
            told += f" {rule.at_least} are asked for."
    else:
        told = f"{named} does not say the same thing twice."
    places = {hit.utterance: hit for repeat in repeats for hit in _hits(repeat, context)}
    hits = [places[at] for at in sorted(places)]
    sought = f"looked for what was said before, {percent(rule.threshold)} of it or more"
    if rule.phrases.texts:
        sought += f", and for {phrased(rule.phrases.texts, 2)}"
    return verdict(
        not found,
        found=found,
        explanation=told,
        searched=f"{sought}, in {search.where}",
        share=0.0 if found else 1.0,
        score=max((repeat.likeness for repeat in repeats), default=0.0),
        hits=hits[:MOST_EVIDENCE],
        strength=max((repeat.likeness for repeat in repeats), default=0.0),
    )


def _told(repeats: Sequence[Repeat], context: Context) -> str:
    parts = []
    for repeat in repeats[:_SHOWN]:
        *before, here = (cited(hit.evidence) for hit in _hits(repeat, context))
        after = f" after {before[0]} ({percent(repeat.likeness)} the same)" if before else ""
        parts.append(here + after)
    more = f" and {len(repeats) - _SHOWN} more" if len(repeats) > _SHOWN else ""
    return "; ".join(parts) + more


def _hits(repeat: Repeat, context: Context) -> list[Hit]:
    """Both places, the earlier first."""
    proof = context.view.evidence(repeat.line, repeat.start, repeat.end)
    here = Hit(repeat.line.index, repeat.start, proof)
    if repeat.earlier is None:
        return [here]
    return [Hit(repeat.earlier.index, 0, context.view.evidence(repeat.earlier)), here]


KIND = Kind(
    "repetition",
    Repetition,
    _check,
    _find,
    change="It would have passed had nothing been said again.",
    kept="It would have failed had things been said again more often than is allowed.",
)
