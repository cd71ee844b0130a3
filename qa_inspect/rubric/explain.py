"""A stored verdict told in words: what was looked for, where, what was found, what would change it.

This module does not judge anything; it reads a call's stored result.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from qa_inspect.domain import CallResult, CheckResult, CheckStatus, Evidence, Flag
from qa_inspect.errors import InputError
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.describe import looked_for, looked_in
from qa_inspect.rubric.fields import nearest
from qa_inspect.rubric.schema import FlagRule, Rubric
from qa_inspect.rubric.wording import clock, percent, quote

_STATUS = {
    CheckStatus.PASS: "passed",
    CheckStatus.FAIL: "failed",
    CheckStatus.NOT_APPLICABLE: "does not apply",
    CheckStatus.CANNOT_JUDGE: "cannot be judged",
    CheckStatus.ERROR: "went wrong",
}


def explain(call: CallResult, item: str, rubrics: Sequence[Rubric] = ()) -> str:
    """The verdicts named ``item`` (an item, a flag, or ``rubric.item``) as paragraphs of text.

    A verdict keeps only the flags that were raised; of the others ``rubrics``, those the call was
    judged by, tell what was looked for. Raises InputError where nothing has that name.
    """
    verdict = call.verdict
    told = [
        "\n".join(_check(call, check))
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
    quiet = [
        (rubric.name, flag) for rubric in rubrics if rubric.name in judged for flag in rubric.flags
    ]
    told = [
        "\n".join(_not_raised(name, flag))
        for name, flag in quiet
        if item in (flag.id, f"{name}.{flag.id}")
    ]
    if told:
        return "\n\n".join(told)
    names = [check.item for check in verdict.checks] + [flag.flag for flag in verdict.flags]
    raise InputError(
        f"the call {call.recording.call_id} has no verdict named {item}",
        cure=_suggestion(item, list(dict.fromkeys([*names, *(flag.id for _, flag in quiet)]))),
    )


def _suggestion(item: str, names: Sequence[str]) -> str:
    guess = nearest(item, names)
    if guess:
        return f"did you mean {guess}?"
    return f"it has {', '.join(names)}" if names else "it was not judged"


def _not_raised(rubric: str, flag: FlagRule) -> Iterator[str]:
    yield f"{flag.id} ({rubric}): not raised"
    yield f"  {flag.label}: not found."
    yield f"  Where: looked for {looked_for(flag.rule)} in {looked_in(flag.rule)}."


def _check(call: CallResult, check: CheckResult) -> Iterator[str]:
    points = ""
    if check.status in (CheckStatus.PASS, CheckStatus.FAIL):
        points = f", {check.points:g} of {check.max_points:g} points"
    yield f"{check.item} ({check.rubric}): {_STATUS[check.status]}{points}"
    yield f"  {check.explanation}"
    if check.searched:
        yield f"  Where: {check.searched}."
    if check.score is not None:
        yield f"  Measure: {percent(check.score)}."
    yield from _proof(call, check.evidence)
    if check.auto_fail:
        yield "  This takes the whole rubric to zero."
    kind = KINDS.get(check.kind)
    if check.status is CheckStatus.FAIL and kind is not None and kind.change:
        yield f"  {kind.change}"


def _flag(call: CallResult, flag: Flag) -> Iterator[str]:
    sure = f"confidence {percent(flag.confidence)}"
    yield f"{flag.flag} ({flag.rubric}): {flag.severity.value}, {sure}"
    yield f"  {flag.explanation}"
    yield from _proof(call, flag.evidence)


def _proof(call: CallResult, evidence: tuple[Evidence, ...]) -> Iterator[str]:
    utterances = call.transcript.utterances if call.transcript else ()
    by_index = {utterance.index: utterance for utterance in utterances}
    for proof in evidence:
        speaker = by_index.get(proof.utterance) if proof.utterance is not None else None
        who = f"{speaker.role.value}: " if speaker else ""
        when = f"{clock(proof.start_s)} " if proof.start_s is not None else ""
        yield f"  • {when}{who}{quote(proof.quote)}"
