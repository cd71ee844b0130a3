"""A stored verdict told in words: what was looked for, where, what was found, what would change it.

This module does not judge anything; it reads a call's stored result.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator, Sequence

from rapidfuzz import process

from qa_inspect.config import shipped
from qa_inspect.domain import (
    AutoFail,
    CallResult,
    CheckResult,
    CheckStatus,
    Doubt,
    Evidence,
    Flag,
    Fragility,
)
from qa_inspect.errors import InputError
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.describe import looked_for, looked_in
from qa_inspect.rubric.masking import masked_call
from qa_inspect.rubric.outcome import Outcome
from qa_inspect.rubric.schema import FlagRule, Item, Rubric
from qa_inspect.rubric.wording import clock, number, percent, quote

_STATUS = {
    CheckStatus.PASS: "passed",
    CheckStatus.FAIL: "failed",
    CheckStatus.NOT_APPLICABLE: "does not apply",
    CheckStatus.CANNOT_JUDGE: "cannot be judged",
    CheckStatus.ERROR: "went wrong",
}
_REACH = {AutoFail.SECTION: "section", AutoFail.FORM: "rubric"}
_OTHERWISE = {
    CheckStatus.PASS: "It would have failed had this been otherwise.",
    CheckStatus.FAIL: "It would have passed had what is looked for been there.",
    CheckStatus.NOT_APPLICABLE: "It would have been judged but for that.",
    CheckStatus.CANNOT_JUDGE: (
        "It would be judged were that known; a person who listens there can settle it."
    ),
    CheckStatus.ERROR: "It counts on neither side; tell whoever keeps the rubrics.",
}

Answer = Callable[[Rubric, FlagRule], Outcome | None]
"""What a flag's rule says about the call now; None where that cannot be told."""

_LONG_LIST = re.compile(r"(Never said in any of [^:“]+): “[^.]*?” and [\d,]+ more\.")
"""A list of phrases too long to be told in full: the beginning of it helps nobody."""
_SHORT = 120
"""Letters of what was searched that help a reader; lists of phrases are longer and do not."""
_SPARED = "It would have cost points had this been found."
_STRENGTH = {
    "cues": "How strong the signs are",
    "similar": "Nearness in meaning",
    "learned": "Likelihood",
    "classifier": "Likelihood",
}
"""Kinds that hold something for found from a strength on; a failed verdict itself tells it."""


def explain(
    call: CallResult, item: str, rubrics: Sequence[Rubric] = (), answer: Answer | None = None
) -> str:
    """The verdicts named ``item`` (an item, a flag, or ``rubric.item``) as paragraphs of text.

    A verdict keeps only the flags that were raised; of the others ``rubrics``, those the call was
    judged by, tell what was looked for, and ``answer`` how near it came. Raises InputError where
    nothing has that name.
    """
    call = masked_call(call)
    verdict = call.verdict
    items = {(rubric.name, item.id): item for rubric in rubrics for item in rubric.items}
    told = [
        "\n".join(_check(call, check, items.get((check.rubric, check.item))))
        for check in verdict.checks
        if item in (check.item, f"{check.rubric}.{check.item}")
    ]
    told += [
        "\n".join(_flag(call, flag))
        for flag in verdict.flags
        if item in (flag.flag, f"{flag.rubric}.{flag.flag}")
    ]
    if told:
        return "\n\n".join(told)
    judged = {score.name for score in verdict.rubrics}
    quiet = [(rubric, flag) for rubric in rubrics if rubric.name in judged for flag in rubric.flags]
    told = [
        "\n".join(_not_raised(rubric.name, flag, answer and answer(rubric, flag)))
        for rubric, flag in quiet
        if item in (flag.id, f"{rubric.name}.{flag.id}")
    ]
    told += [
        "\n".join(_not_judged(rubric, known))
        for (rubric, name), known in items.items()
        if rubric in judged and item in (name, f"{rubric}.{name}")
    ]
    if told:
        return "\n\n".join(told)
    for rubric in rubrics if call.transcript else ():
        if rubric.name not in judged and item in _names_in(rubric):
            raise InputError(
                f"the call {call.recording.call_id} is not scored by {rubric.name} yet",
                cure=f"run `qa-inspect score --rubric {_named(rubric)}`",
            )
    known = [f"{check.rubric}.{check.item}" for check in verdict.checks]
    known += [f"{flag.rubric}.{flag.flag}" for flag in verdict.flags]
    raise InputError(
        f"the call {call.recording.call_id} has no verdict named {item}",
        cure=_suggestion(call, item, [*known, *(f"{r.name}.{flag.id}" for r, flag in quiet)]),
    )


def _names_in(rubric: Rubric) -> set[str]:
    """Its items and flags, alone and with the rubric's name."""
    ids = {part.id for part in (*rubric.items, *rubric.flags)}
    return ids | {f"{rubric.name}.{name}" for name in ids}


def _named(rubric: Rubric) -> str:
    """What to write after ``--rubric``: a shipped pack's name, else the file, quoted."""
    if rubric.path is None or rubric.path.parent == shipped("rubrics"):
        return rubric.name
    return shlex.quote(str(rubric.path))


def _suggestion(call: CallResult, item: str, known: Sequence[str]) -> str:
    """What may have been meant. ``known`` are names with their rubric's."""
    if not known:
        return f"it was not judged{_why_not(call)}"
    if "." in item:
        own = item.partition(".")[2]
        names = [name for name in dict.fromkeys(known) if name.endswith(f".{own}")] or list(known)
    else:
        names = list(dict.fromkeys(name.partition(".")[2] for name in known))
    near = [found[0] for found in process.extract(item, names, limit=3, score_cutoff=60)]
    return (
        f"did you mean {' or '.join(f'“{one}”' for one in near)}?"
        if near
        else f"it has {', '.join(names)}"
    )


def _why_not(call: CallResult) -> str:
    if call.error:
        return f": {call.error}"
    notes = call.transcript.notes if call.transcript else ()
    return f": {' '.join(notes)}" if notes else ""


def _not_raised(rubric: str, flag: FlagRule, outcome: Outcome | None) -> Iterator[str]:
    yield f"{flag.id} ({rubric}): not raised"
    if outcome is not None:
        lines = _LONG_LIST.sub("\\1.\n", outcome.explanation).splitlines()
        yield f"  {flag.label}: {' '.join(dict.fromkeys(line.strip() for line in lines))}"
        if outcome.judged and outcome.found:
            yield "  The rubric has changed since; `qa-inspect score` would raise it."
        if outcome.searched and len(outcome.searched) <= _SHORT:
            yield f"  Where: {outcome.searched}."
        else:
            yield f"  Where: {looked_in(flag.rule)}."
        return
    yield f"  {flag.label}: not found."
    yield f"  Where: looked for {looked_for(flag.rule)} in {looked_in(flag.rule)}."


def _not_judged(rubric: str, item: Item) -> Iterator[str]:
    yield f"{item.id} ({rubric}): not judged in this call"
    yield f"  Where: it looks for {looked_for(item.rule)} in {looked_in(item.rule)}."
    yield "  The rubric has this item only since; `qa-inspect score` judges the call by it."


def _check(call: CallResult, check: CheckResult, item: Item | None) -> Iterator[str]:
    yield f"{check.item} ({check.rubric}): {outcome_in_words(check)}{_points(check, item)}"
    if item is not None and item.why:
        yield f"  Why it is asked: {item.why}"
    yield f"  {check.explanation}"
    if check.searched:
        yield f"  Where: {check.searched}."
    elif item is not None:
        yield f"  Where: it looks for {looked_for(item.rule)} in {looked_in(item.rule)}."
    if check.score is not None and check.status is CheckStatus.PASS and check.kind in _STRENGTH:
        yield f"  {_STRENGTH[check.kind]}: {percent(check.score)}."
    yield from _proof(call, check.evidence)
    if check.auto_fail is not None:
        yield f"  This takes the whole {_REACH[check.auto_fail]} to zero."
    for found in check.fragile:
        yield f"  {fragile_because(call, check, found)}"
    yield f"  {_change(check, item)}"


def outcome_in_words(check: CheckResult) -> str:
    """``passed``, ``failed``; ``partly`` for a failed verdict that still earned points."""
    return "partly" if check.is_partly else _STATUS[check.status]


def _points(check: CheckResult, item: Item | None) -> str:
    if check.status not in (CheckStatus.PASS, CheckStatus.FAIL):
        return ""
    if check.status is CheckStatus.PASS and item is not None and item.is_penalty:
        return ", nothing deducted"
    if check.is_penalty:
        return f", {number(-check.points)} points deducted, severity {check.severity.value}"
    if check.max_points == 0:
        return ", no points at stake"
    grave = f", severity {check.severity.value}" if check.status is CheckStatus.FAIL else ""
    return f", {number(check.points)} of {number(check.max_points)} points{grave}"


def fragile_because(call: CallResult, check: CheckResult, found: Fragility) -> str:
    """A sentence on what the verdict hinges on."""
    other = f"“{_STATUS[found.status]}” and not “{_STATUS[check.status]}”"
    if found.doubt is Doubt.ROLES:
        sure = f" ({percent(call.transcript.role_confidence)} sure)" if call.transcript else ""
        return f"Fragile: with agent and customer swapped{sure} the answer would be {other}."
    return f"Fragile: without the words that were hardly heard the answer would be {other}."


def _change(check: CheckResult, item: Item | None) -> str:
    """What would have turned the verdict, in words."""
    kind = KINDS.get(check.kind)
    told = ""
    if check.status is CheckStatus.FAIL:
        if check.is_penalty:
            return "It would have cost nothing had none of this been found."
        told = kind.change if kind else ""
    if check.status is CheckStatus.PASS:
        if item is not None and item.is_penalty:
            return _SPARED
        told = kind.kept if kind else ""
    return told or _OTHERWISE[check.status]


def _flag(call: CallResult, flag: Flag) -> Iterator[str]:
    sure = f"sure {percent(flag.confidence)}"
    yield f"{flag.flag} ({flag.rubric}): raised, severity {flag.severity.value}, {sure}"
    yield f"  {flag.explanation}"
    yield from _proof(call, flag.evidence)
    yield "  It would not have been raised had none of this been found. A flag changes no score."


def _proof(call: CallResult, evidence: tuple[Evidence, ...]) -> Iterator[str]:
    utterances = call.transcript.utterances if call.transcript else ()
    by_index = {utterance.index: utterance for utterance in utterances}
    for proof in evidence:
        speaker = by_index.get(proof.utterance) if proof.utterance is not None else None
        who = f"{speaker.role.value}: " if speaker else ""
        when = f"{clock(proof.start_s)} " if proof.start_s is not None else ""
        yield f"  • {when}{who}{quote(proof.quote)}"
