"""Trying a rule on single lines before a night is spent on it.

Each line counts as spoken by the rule's role; scope and condition are left aside. This module does
not know kinds or calls.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qa_inspect.domain import Role, Transcript, Utterance
from qa_inspect.errors import InputError
from qa_inspect.rubric.checks.all_of import AllOf
from qa_inspect.rubric.checks.context import Context, Finding
from qa_inspect.rubric.checks.quantity import against
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.describe import looked_for
from qa_inspect.rubric.fields import did_you_mean
from qa_inspect.rubric.folding import fold
from qa_inspect.rubric.schema import FlagRule, Item, Rubric, Rule, Scope
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView, Line
from qa_inspect.rubric.wording import percent, phrased, quote

_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class LineTrial:
    """What a rule says about one line: whether the thing it is about is in it, and how much.

    ``score`` is 0–1, None where a single line has no measure.
    """

    line: str
    hit: bool
    score: float | None
    explanation: str


def named(rubric: Rubric, name: str) -> Item | FlagRule:
    """The item or flag of that id. Raises InputError naming those there are."""
    found = rubric.item(name) or rubric.flag(name)
    if found is None:
        known = [entry.id for entry in (*rubric.items, *rubric.flags)]
        raise InputError(
            f"the rubric {rubric.name} has no item or flag named {name}",
            cure=did_you_mean(name, known),
        )
    return found


def try_lines(
    rubric: Rubric, name: str, lines: Sequence[str], tools: Tools | None = None
) -> list[LineTrial]:
    """What an item or flag says about each of ``lines``, in their order.

    Of a rule made of rules the score is the highest of its parts. Raises InputError for an unknown
    name and ModelError where a model is needed and missing.
    """
    rule = named(rubric, name).rule
    shared = tools or Tools()
    trials: list[LineTrial] = []
    for start in range(0, len(lines), _AT_ONCE):
        trials += _try(rubric, rule, lines[start : start + _AT_ONCE], shared)
    return trials


def _try(rubric: Rubric, rule: Rule, lines: Sequence[str], tools: Tools) -> list[LineTrial]:
    view = CallView(_as_call(lines, rule.role, rubric.language or ""))
    context = Context(view, rubric, tools, KINDS)
    spoken = [line for line in view.lines if line.folded]
    findings = context.shows(rule, spoken)
    if findings is None:
        return [_whole(rubric, rule, line, tools) for line in lines]
    trials = [_told(text, findings.get(at)) for at, text in enumerate(lines)]
    return _by_parts(rule, trials, spoken, context) if isinstance(rule, AllOf) else trials


def _by_parts(
    rule: AllOf, trials: list[LineTrial], spoken: Sequence[Line], context: Context
) -> list[LineTrial]:
    """The trials with which parts are in each line, and which are missing."""
    parts = [(part, context.shows(part, spoken)) for part in rule.rules]
    told = []
    for at, trial in enumerate(trials):
        there: list[str] = []
        missing: list[str] = []
        for part, findings in parts:
            finding = None if findings is None else findings.get(at)
            if finding is not None and finding.hit:
                there.append(quote(trial.line[finding.start : finding.end]))
            else:
                missing.append(looked_for(part, 2))
        explanation = f"found {', '.join(there)}" if there else "nothing of it is in this line"
        if there and missing:
            explanation += f"; missing {'; '.join(missing)}"
        told.append(replace(trial, explanation=explanation))
    return told


def _as_call(lines: Sequence[str], role: str, language: str) -> Transcript:
    speaker = Role.AGENT if role == "any" else Role(role)
    return Transcript(
        language=language,
        utterances=tuple(
            Utterance(at, speaker, speaker.value, text, language) for at, text in enumerate(lines)
        ),
    )


def _told(text: str, finding: Finding | None) -> LineTrial:
    if finding is None:
        return LineTrial(text, False, 0.0, "nothing of it is in this line")
    words = quote(text[finding.start : finding.end])
    near = f" by {quote(finding.what)}" if _tells_more(finding, text) else ""
    why = against(finding)
    if why:
        explanation = f"{words} {why}"
    elif finding.lacks:
        explanation = f"found {words}; missing {phrased(finding.lacks)}"
    elif finding.hit:
        explanation = f"found in {words}{near}, {percent(finding.score)}"
    else:
        explanation = f"not enough: {words}{near}, {percent(finding.score)}"
    return LineTrial(text, finding.hit, round(finding.score, 4), explanation)


def _tells_more(finding: Finding, text: str) -> bool:
    """Whether what it was found by is worth showing: plain words, and not the same ones.

    Of a phrase with alternatives no single way to say it is the one that was said.
    """
    plain = bool(finding.what) and not any(mark in finding.what for mark in ("(", "[", "..."))
    return plain and fold(finding.what) != fold(text[finding.start : finding.end])


def _whole(rubric: Rubric, rule: Rule, text: str, tools: Tools) -> LineTrial:
    """A kind that needs a call: the line is one, a very short one."""
    bare = rule.model_copy(update={"scope": Scope(), "only_if": None})
    view = CallView(_as_call([text], rule.role, rubric.language or ""))
    outcome = Context(view, rubric, tools, KINDS).judge(bare)
    return LineTrial(text, outcome.judged and outcome.found, outcome.score, outcome.explanation)
