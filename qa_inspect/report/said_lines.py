"""A transcript's lines with the signs beside them: flags and failed items that cite a line, words
that were badly heard, a raised voice, unusual haste.

This module does not know pages.
"""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from qa_inspect.domain import CallResult, CheckStatus, Utterance
from qa_inspect.language.pace import count_spoken, pace_unit
from qa_inspect.report.lines import by_gravity, language_of
from qa_inspect.report.part_names import Naming
from qa_inspect.rubric import sound_measures as sounds
from qa_inspect.rubric.hearing import DOUBTFUL_UTTERANCE

LOUDER_DB = 6.0
"""A raised voice is so much louder than its speaker usually is; the ``loudness`` check's own."""

HASTE = 1.4
"""Times a speaker's own middle pace in this call from which a line is said in haste."""

LEAST_PACED = 4
"""Lines without which a speaker's usual pace is not known."""

_LEAST_S, _LEAST_UNITS = 2.0, 6
_SPREAD_PACE = 0.75
"""Share of what is fast for anybody, under which nothing is haste."""


class SignKind(StrEnum):
    """What a sign tells; the first two are verdicts."""

    FLAG = "flag"
    FAIL = "fail"
    POOR = "poor"
    RAISED = "raised"
    HASTE = "haste"


@dataclass(frozen=True, slots=True)
class Sign:
    """One sign beside a line. ``name`` is the flag's or the item's, or the pace a minute with
    ``unit`` what is counted; ``severity`` is the flag's."""

    kind: SignKind
    name: str = ""
    severity: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class SaidLine:
    """One utterance with its signs."""

    said: Utterance
    signs: tuple[Sign, ...]

    @property
    def cited(self) -> bool:
        """Whether a flag or a failed item rests on it."""
        return any(sign.kind in (SignKind.FLAG, SignKind.FAIL) for sign in self.signs)

    @property
    def poor(self) -> bool:
        """Whether it was badly heard."""
        return any(sign.kind is SignKind.POOR for sign in self.signs)


def said_lines(call: CallResult, naming: Naming) -> tuple[SaidLine, ...]:
    """The call's lines in order; none where there is no transcript."""
    if call.transcript is None:
        return ()
    utterances = call.transcript.utterances
    signs: defaultdict[int, list[Sign]] = defaultdict(list)
    sources = (_verdicts(call, naming), _heard(utterances), _raised(utterances), _hasty(utterances))
    for index, sign in (found for source in sources for found in source):
        if sign not in signs[index]:
            signs[index].append(sign)
    return tuple(SaidLine(said, tuple(signs.get(said.index, ()))) for said in utterances)


def _verdicts(call: CallResult, naming: Naming) -> Iterator[tuple[int, Sign]]:
    language = language_of(call)
    for flag in by_gravity(call.verdict.flags):
        name = naming.flag(flag.rubric, language, flag.flag)
        for piece in flag.evidence:
            if piece.utterance is not None:
                yield piece.utterance, Sign(SignKind.FLAG, name, flag.severity.value)
    for check in call.verdict.checks:
        if check.status is CheckStatus.FAIL:
            name = naming.item(check.rubric, language, check.item)
            for piece in check.evidence:
                if piece.utterance is not None:
                    yield piece.utterance, Sign(SignKind.FAIL, name)


def _heard(utterances: Iterable[Utterance]) -> Iterator[tuple[int, Sign]]:
    for said in utterances:
        if said.confidence is not None and said.confidence < DOUBTFUL_UTTERANCE:
            yield said.index, Sign(SignKind.POOR, f"{said.confidence:.0%}")


def _raised(utterances: Sequence[Utterance]) -> Iterator[tuple[int, Sign]]:
    bases = sounds.voice_bases(utterances)
    for said in utterances:
        apart = sounds.departure(said, bases)
        if apart is not None and sounds.raised(apart, LOUDER_DB) >= sounds.RAISED:
            yield said.index, Sign(SignKind.RAISED)


def _hasty(utterances: Iterable[Utterance]) -> Iterator[tuple[int, Sign]]:
    """Lines said much faster than their speaker usually speaks in this call."""
    paces: defaultdict[tuple[str, str], dict[int, float]] = defaultdict(dict)
    for said in utterances:
        if said.span is not None and said.span.duration_s >= _LEAST_S:
            units = count_spoken(said.text, said.language)
            if units >= _LEAST_UNITS:
                own = paces[said.speaker, said.language]
                own[said.index] = 60.0 * units / said.span.duration_s
    for (_, language), found in paces.items():
        yield from _hasty_of_one(found, language)


def _hasty_of_one(paces: Mapping[int, float], language: str) -> Iterator[tuple[int, Sign]]:
    if len(paces) < LEAST_PACED:
        return
    unit = pace_unit(language)
    limit = max(HASTE * statistics.median(paces.values()), _SPREAD_PACE * unit.fast)
    for index, pace in paces.items():
        if pace >= limit:
            yield index, Sign(SignKind.HASTE, f"{pace:.0f}", unit=unit.noun)
