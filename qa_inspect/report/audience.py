"""What an agent may see: the own calls, and nothing of anybody else's.

A verdict on a call may name other calls of its customer, which others may have taken. Those are
taken out here. This module does not know pages.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from qa_inspect.domain import CallResult, Evidence
from qa_inspect.report.resolution import Resolution
from qa_inspect.store.history import PastCall

_OTHER_CALL = "another call"
_DAY = r"(?: \([^()]*\)| of \d[\d: -]*\d)?"


def calls_of_others(
    calls: Iterable[PastCall], own: Collection[str]
) -> Mapping[str, tuple[str, ...]]:
    """By customer, the calls that are not among ``own``, longest ids first."""
    found: dict[str, list[str]] = {}
    for call in calls:
        if call.customer_id and call.call_id not in own:
            found.setdefault(call.customer_id, []).append(call.call_id)
    return {customer: tuple(sorted(ids, key=len, reverse=True)) for customer, ids in found.items()}


def without_others(call: CallResult, others: Mapping[str, tuple[str, ...]]) -> CallResult:
    """The call with no word of its customer's calls that are among ``others``."""
    ids = others.get(call.recording.metadata.customer_id or "", ())
    if not ids:
        return call
    named = re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, ids))})(?![\w-]){_DAY}")

    def told(text: str) -> str:
        return named.sub(_OTHER_CALL, text)

    def kept(pieces: Iterable[Evidence]) -> tuple[Evidence, ...]:
        return tuple(
            piece
            for piece in pieces
            if piece.utterance is not None or not named.search(piece.quote)
        )

    verdict = call.verdict
    return replace(
        call,
        verdict=replace(
            verdict,
            checks=tuple(
                replace(
                    check,
                    explanation=told(check.explanation),
                    searched=told(check.searched),
                    evidence=kept(check.evidence),
                )
                for check in verdict.checks
            ),
            flags=tuple(
                replace(flag, explanation=told(flag.explanation), evidence=kept(flag.evidence))
                for flag in verdict.flags
            ),
        ),
    )


def own_resolutions(
    found: Mapping[str, Resolution], own: Collection[str]
) -> Mapping[str, Resolution]:
    """The answers for ``own`` calls, naming no others."""
    return {
        call_id: replace(one, again=tuple(other for other in one.again if other in own))
        for call_id, one in found.items()
        if call_id in own
    }
