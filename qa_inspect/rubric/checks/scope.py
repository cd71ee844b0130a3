"""Scopes: which lines of a call a rule looks at, and how to say so.

This module does not know kinds or phrases.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from qa_inspect.rubric.outcome import Hit
from qa_inspect.rubric.schema import Scope
from qa_inspect.rubric.view import CallView, Line
from qa_inspect.rubric.wording import clock, count, whose


@dataclass(frozen=True, slots=True)
class Search:
    """The lines to look at, in order, and the sentence part that names them.

    ``start_s`` and ``end_s`` bound them in time, None where times are not known.
    """

    lines: tuple[Line, ...]
    where: str
    start_s: float | None = None
    end_s: float | None = None

    @property
    def anywhere(self) -> str:
        """``where`` as it follows a "not" or "nothing in": ``any of the agent's utterances``."""
        return f"any of {self.where[4:]}" if self.where.startswith("all ") else self.where


def nth_hit(hits: Sequence[Hit], nth: int) -> Hit | None:
    """The hit in the ``nth`` utterance that has one, from 1, from -1 backwards; else None."""
    by_utterance: dict[int, Hit] = {}
    for hit in hits:
        by_utterance.setdefault(hit.utterance, hit)
    ordered = [by_utterance[at] for at in sorted(by_utterance)]
    at = nth - 1 if nth > 0 else nth
    return ordered[at] if -len(ordered) <= at < len(ordered) else None


def narrow(view: CallView, role: str, scope: Scope, anchors: Mapping[str, Hit]) -> Search:
    """The lines of ``role`` within ``scope``; ``anchors`` are the hits it is bound to, by item."""
    lines: Sequence[Line] = view.of_role(role)
    lines, said = _by_anchor(lines, scope, anchors)
    lines, timed = _by_time(view, lines, scope)
    said = timed + said
    head = f"{whose(role)} utterances"
    first = ""
    if scope.first_utterances is not None:
        lines = lines[: scope.first_utterances]
        first = f" first {count(scope.first_utterances, 'utterance')}"
        head = f"{whose(role)}{first}"
    if scope.last_utterances is not None:
        lines = lines[-scope.last_utterances :]
        last = f"last {count(scope.last_utterances, 'utterance')}"
        head = f"{whose(role)} {last}"
        if first:
            head = f"the last {scope.last_utterances} of {whose(role)}{first}"
    if scope.skip_utterances is not None:
        skipped = {line.index for line in view.of_role(role)[: scope.skip_utterances]}
        left = [line for line in lines if line.index not in skipped]
        few = "" if scope.skip_utterances == 1 else f" {scope.skip_utterances}"
        if len(left) < len(lines):
            said.append(f"without the first{few} of the call")
        lines = left
    starts = [u.start_s for line in lines if (u := line.utterance).start_s is not None]
    ends = [u.end_s for line in lines if (u := line.utterance).end_s is not None]
    bounds = (min(starts), max(ends)) if starts and ends else (None, None)
    where = " ".join([f"all {head}" if scope.whole else head, *said])
    if bounds[0] is not None and bounds[1] is not None:
        where += f" ({clock(bounds[0])}–{clock(bounds[1])})"
    return Search(tuple(lines), where, *bounds)


def _by_anchor(
    lines: Sequence[Line], scope: Scope, anchors: Mapping[str, Hit]
) -> tuple[Sequence[Line], list[str]]:
    """Lines after, before and around the hits that bound the scope, near enough to them."""
    said: list[str] = []
    if not anchors:
        return lines, said
    if scope.after is not None:
        first = anchors[scope.after].utterance
        lines = [line for line in lines if line.index > first]
        said.append(f"after {_named(scope.after, scope)}")
    if scope.before is not None:
        last = anchors[scope.before].utterance
        lines = [line for line in lines if line.index < last]
        said.append(f"before {_named(scope.before, scope)}")
    if scope.around is not None:
        said.append(f"around {_named(scope.around, scope)}")
    if scope.within_utterances is not None:
        most = scope.within_utterances
        lines = [
            line
            for line in lines
            if all(abs(line.index - hit.utterance) <= most for hit in anchors.values())
        ]
        said.append(f"within {count(most, 'utterance')}")
    if scope.within_s is not None:
        limit = scope.within_s
        lines = [
            line
            for line in lines
            if all(_distance_s(line, hit) <= limit for hit in anchors.values())
        ]
        said.append(f"within {limit:g} s")
    return lines, said


def side_of(scope: Scope, item: str) -> str:
    """On which side of an item a scope lies: ``after``, ``before`` or ``around``."""
    return next(side for side in ("after", "before", "around") if getattr(scope, side) == item)


def anchor_missing(scope: Scope, item: str, times: int) -> str:
    """Why there is nowhere to look: ``after “price”, which is not in the call``.

    ``times`` is in how many utterances the item was found, fewer than ``nth`` asks for.
    """
    side = side_of(scope, item)
    if times == 0:
        named = f"“{item.replace('_', ' ')}”"
        return f"Only looked for {side} {named}, which is not in the call."
    often = count(times, "time")
    return f"Only looked for {side} {_named(item, scope)}; it is in the call only {often}."


def _named(item: str, scope: Scope) -> str:
    which = {1: "", -1: "the last "}.get(scope.nth)
    if which is None:
        which = f"no. {scope.nth} of " if scope.nth > 0 else f"no. {-scope.nth} from the end of "
    return f"{which}“{item.replace('_', ' ')}”"


def _distance_s(line: Line, hit: Hit) -> float:
    """Seconds between a hit and a line; 0 where they overlap, endless where times are missing."""
    span, proof = line.utterance.span, hit.evidence
    if span is None or proof.start_s is None or proof.end_s is None:
        return float("inf")
    return max(0.0, span.start_s - proof.end_s, proof.start_s - span.end_s)


def _by_time(
    view: CallView, lines: Sequence[Line], scope: Scope
) -> tuple[Sequence[Line], list[str]]:
    said: list[str] = []
    length = view.end_s
    if scope.first_s is not None:
        limit = scope.first_s
        lines = [line for line in lines if _starts(line, lambda start: start < limit)]
        said.append(f"in the first {limit:g} s")
    if scope.last_s is not None and length is not None:
        begin = length - scope.last_s
        lines = [line for line in lines if _ends(line, lambda end: end > begin)]
        said.append(f"in the last {scope.last_s:g} s")
    if scope.first_percent is not None:
        share = scope.first_percent / 100
        lines = [line for line in lines if _position(view, line, start=True) < share]
        said.append(f"in the first {scope.first_percent:g} % of the call")
    if scope.last_percent is not None:
        share = 1 - scope.last_percent / 100
        lines = [line for line in lines if _position(view, line, start=False) > share]
        said.append(f"in the last {scope.last_percent:g} % of the call")
    return lines, said


def _starts(line: Line, test: Callable[[float], bool]) -> bool:
    return line.utterance.start_s is not None and test(line.utterance.start_s)


def _ends(line: Line, test: Callable[[float], bool]) -> bool:
    return line.utterance.end_s is not None and test(line.utterance.end_s)


def _position(view: CallView, line: Line, *, start: bool) -> float:
    """Where in the call a line starts or ends, 0–1: by time, else by number of utterances."""
    at = line.utterance.start_s if start else line.utterance.end_s
    if view.has_times and view.end_s and at is not None:
        return at / view.end_s
    return (line.index if start else line.index + 1) / len(view.lines)
