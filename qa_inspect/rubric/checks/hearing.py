"""When "never said" is not fair, because the recogniser hardly heard the lines a rule looks at.

Two directions differ. What is *expected* (a greeting, a closing) was probably said where it is
expected, so a stretch there that was hardly heard may well hold it: the verdict is not given. What
is *unwanted* (forbidden words) is rare anywhere, so a single unclear stretch does not take a clean
record away; only where most was poorly heard is there no verdict. Words that were found in unclear
speech are another matter: they mark the verdict as fragile.

This module does not know rules, kinds or phrases.
"""

from __future__ import annotations

from collections.abc import Sequence

from qa_inspect.domain import Evidence
from qa_inspect.rubric.checks.scope import Search
from qa_inspect.rubric.hearing import LOW_CONFIDENCE
from qa_inspect.rubric.outcome import Outcome, cannot_judge
from qa_inspect.rubric.view import CallView, Line
from qa_inspect.rubric.wording import cited, percent

_FEW_LINES = 6
"""In a part of the call of no more utterances than this, each of them is where it is expected."""

_TOO_MUCH = 0.2
"""Share of the speech looked at that may be unclear before "never said" is a guess."""

_MOST_SHOWN = 3


def badly_heard(
    view: CallView,
    search: Search,
    *,
    expected: bool = True,
    measured: bool = False,
    found: str = "",
) -> Outcome | None:
    """The refusal to say "never said" of lines that were poorly recognised, or None.

    ``expected`` says that the thing looked for belongs there; leave it so for what must be said,
    and give False for what must not. ``measured`` says that nothing single is looked for: a measure
    of all that is said bears utterances that were heard badly, not ones hardly heard at all.
    ``found`` is what was found there, in words, where it is too little but not nothing.
    """
    begins = found or f"Not found in {search.anywhere}"
    may_be = "it may have been said" if not found else "there may be more"
    if measured:
        begins, may_be = f"Looked at {search.where}", "it cannot be measured fairly"
    looked = f"looked in {search.where}"
    confidence = view.confidence(search.lines)
    if confidence is None:
        return None
    if confidence < LOW_CONFIDENCE:
        return cannot_judge(
            f"{begins}, but speech there was poorly recognised "
            f"(confidence {percent(confidence)}), so {may_be}.",
            looked,
        )
    if not expected:
        return None
    unclear = _unclear(view, search.lines, measured)
    if not unclear or not _may_hide(view, search, unclear):
        return None
    proofs = tuple(view.evidence(*stretch) for stretch in unclear[:_MOST_SHOWN])
    told = f"{_told(len(unclear), proofs)} {_how(view, unclear)} heard there"
    return cannot_judge(f"{begins}, but {told}, so {may_be}.", looked)._replace(evidence=proofs)


def _unclear(
    view: CallView, lines: Sequence[Line], measured: bool
) -> Sequence[tuple[Line, int, int]]:
    """The stretches of lines that were hardly heard or, unless ``measured``, badly."""

    def ask(asked: Sequence[Line]) -> Sequence[tuple[Line, int, int]]:
        stretches = view.unclear if measured else view.doubtful
        return [(line, start, end) for line in asked for start, end in stretches(line)]

    return view.of_lines("unclear" if measured else "doubtful", lines, ask)


def _may_hide(view: CallView, search: Search, unclear: Sequence[tuple[Line, int, int]]) -> bool:
    roles = {line.utterance.role for line in search.lines}
    everything = sum(line.utterance.role in roles for line in view.of_role("any"))
    if len(search.lines) < everything and len(search.lines) <= _FEW_LINES:
        return True
    letters = sum(len(line.utterance.text) for line in search.lines)
    return sum(end - start for _, start, end in unclear) > _TOO_MUCH * letters


def _how(view: CallView, stretches: Sequence[tuple[Line, int, int]]) -> str:
    """Whether all of them were hardly heard, or some only badly."""
    hardly = all((start, end) in view.unclear(line) for line, start, end in stretches)
    return "hardly" if hardly else "badly"


def _told(stretches: int, proofs: Sequence[Evidence]) -> str:
    shown = ", ".join(cited(proof) for proof in proofs)
    return f"{shown} was" if stretches == 1 else f"{stretches} stretches ({shown}) were"
