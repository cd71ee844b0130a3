"""Words and turns become utterances: what one speaker said without giving up the turn.

Speakers get words by a path that weighs whose turn covers a word and whose voice it is against
the cost of changing speaker there: cheap after a sentence or in a pause, dear inside a sentence.
So a stray word at a boundary follows its sentence, and a backchannel stays with whoever said it.

This module does not know roles, sound or models.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from qa_inspect.domain import Role, SpeakerTurn, Utterance, Word
from qa_inspect.speech.voice_evidence import VoiceEvidence

PAUSE_S = 1.0
"""A speaker's pause longer than this ends an utterance (seconds)."""

LONG_S = 15.0
"""From this length (seconds) an utterance also ends with its sentence."""

_YIELD_S = 0.25
"""A pause this long (seconds) ends an utterance when somebody else speaks in it."""

_SLACK_S = 0.15
"""How far word times and turn times may lie apart (seconds)."""

_REACH_S = 10.0
"""Turns further away than this say nothing about a word (seconds)."""

_SENTENCE_END = re.compile(r"[.!?。！？…]['\"”’」』)]*$")
_UNSPACED = re.compile(
    "[\u0e00-\u0e7f\u3000-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uff65]"
)
_CLOSING = frozenset(".,?!;:%)'’")


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word with who said it and in which language."""

    word: Word
    speaker: str
    language: str


def give_words(
    words: Sequence[Word],
    turns: Sequence[SpeakerTurn],
    language: str,
    voices: VoiceEvidence | None = None,
) -> tuple[SpokenWord, ...]:
    """Who said each word of a mono recording. Without turns everything is ``S0``'s.

    ``voices`` is what diarization heard in every moment in which one person talks alone: where
    people sound alike, a word's own voice and its sentence mend what turns have wrong.
    """
    ordered = sorted(words, key=lambda w: (w.start_s, w.end_s))
    speakers = sorted({turn.speaker for turn in turns}) or ["S0"]
    around = _turns_around(ordered, turns)
    costs = [_costs(word, near, speakers) for word, near in zip(ordered, around, strict=True)]
    if voices is not None:
        against = [voices.costs(word.start_s, word.end_s) for word in ordered]
        costs = [
            [cost + row.get(speaker, 0.0) for cost, speaker in zip(own, speakers, strict=True)]
            for own, row in zip(costs, against, strict=True)
        ]
    path = _cheapest_path(ordered, costs)
    return tuple(
        SpokenWord(word, speakers[number], language)
        for word, number in zip(ordered, path, strict=True)
    )


def make_utterances(words: Sequence[SpokenWord], *, script: str) -> tuple[Utterance, ...]:
    """Utterances in order of their start, with role unknown.

    ``script`` is ``simplified`` or ``traditional`` and says how Chinese is written.
    """
    ordered = sorted(words, key=lambda w: (w.word.start_s, w.word.end_s))
    groups: list[list[SpokenWord]] = []
    for speaker in dict.fromkeys(w.speaker for w in ordered):
        own = [w for w in ordered if w.speaker == speaker]
        foreign = [w for w in ordered if w.speaker != speaker]
        groups.extend(_split(own, foreign))
    groups.sort(key=lambda g: (g[0].word.start_s, g[-1].word.end_s))
    return tuple(_utterance(index, group, script) for index, group in enumerate(groups))


def with_roles(utterances: Sequence[Utterance], roles: Mapping[str, Role]) -> tuple[Utterance, ...]:
    """The same utterances, each with its speaker's role."""
    return tuple(replace(u, role=roles.get(u.speaker, Role.UNKNOWN)) for u in utterances)


def join_words(words: Sequence[str]) -> str:
    """Words as text: no spaces inside Chinese, Japanese and Thai, one everywhere else."""
    text = ""
    for word in words:
        if text and word and not _touch(text[-1], word[0]):
            text += " "
        text += word
    return text


_PARTICLE_ZHE = re.compile("(?<![名显原土专巨论编昭卓译遗合拙])著(?![名作称者述录文书译])")
"""Traditional 著 is simplified 着 except where it means "known" or "to write"; OpenCC leaves it."""


def one_script(text: str, language: str, script: str) -> str:
    """Chinese in one script (``simplified`` or ``traditional``); other languages as they are."""
    if language not in ("zh", "yue"):
        return text
    if script != "simplified":
        return _converter("s2t")(text)
    return _PARTICLE_ZHE.sub("着", _converter("t2s")(text))


def _turns_around(
    words: Sequence[Word], turns: Sequence[SpeakerTurn]
) -> Iterator[Sequence[SpeakerTurn]]:
    """For each word, in order of starts, the turns within ``_REACH_S`` of it.

    Turns that ended too early for a word are dropped for good: later words start later.
    """
    waiting = sorted(turns, key=lambda t: t.start_s, reverse=True)
    open_turns: list[SpeakerTurn] = []
    for word in words:
        while waiting and waiting[-1].start_s <= word.end_s + _REACH_S:
            open_turns.append(waiting.pop())
        open_turns = [t for t in open_turns if t.end_s >= word.start_s - _REACH_S]
        yield open_turns


def _costs(word: Word, turns: Sequence[SpeakerTurn], speakers: Sequence[str]) -> list[float]:
    """How unlikely it is that each speaker said the word, from whose turns lie over or near it."""
    length = max(0.05, word.end_s - word.start_s)
    middle = (word.start_s + word.end_s) / 2
    cover = dict.fromkeys(speakers, 0.0)
    near = dict.fromkeys(speakers, math.inf)
    for turn in turns:
        shared = min(turn.end_s, word.end_s) - max(turn.start_s, word.start_s)
        cover[turn.speaker] += max(0.0, shared)
        away = max(0.0, turn.start_s - middle, middle - turn.end_s)
        near[turn.speaker] = min(near[turn.speaker], away)
    weight = 1.0 + min(1.0, length)
    total = sum(cover.values())
    if total > 0.0:
        return [
            weight * -math.log(0.05 + 0.9 * cover[s] / total) * min(1.0, 0.3 + total / length)
            + 0.3 * min(near[s], _SLACK_S) / _SLACK_S
            for s in speakers
        ]
    return [min(3.0, 0.5 * near[s] / _SLACK_S) for s in speakers]


def _change_cost(before: Word, after: Word) -> float:
    """What it costs to change speaker between two words."""
    pause = after.start_s - before.end_s
    if _SENTENCE_END.search(before.text):
        return 0.3
    if pause > 0.5:
        return 0.5
    return 1.0 if pause > 0.2 else 1.8


def _cheapest_path(words: Sequence[Word], costs: Sequence[Sequence[float]]) -> list[int]:
    if not words:
        return []
    count = len(costs[0])
    total = list(costs[0])
    origins: list[list[int]] = []
    for before, after, cost in zip(words, words[1:], costs[1:], strict=False):
        change = _change_cost(before, after)
        cheapest = min(range(count), key=lambda k: total[k])
        origin = [k if total[k] <= total[cheapest] + change else cheapest for k in range(count)]
        total = [
            total[origin[k]] + (0.0 if origin[k] == k else change) + cost[k] for k in range(count)
        ]
        origins.append(origin)
    state = min(range(count), key=lambda k: total[k])
    path = [state]
    for origin in reversed(origins):
        state = origin[state]
        path.append(state)
    return path[::-1]


def _split(own: Sequence[SpokenWord], foreign: Sequence[SpokenWord]) -> list[list[SpokenWord]]:
    groups: list[list[SpokenWord]] = []
    others = iter(foreign)
    other = next(others, None)
    for spoken in own:
        group = groups[-1] if groups else None
        before = group[-1].word if group else None
        interrupted = False
        while other is not None and _middle(other.word) < spoken.word.start_s:
            interrupted = interrupted or before is None or _middle(other.word) > before.end_s
            other = next(others, None)
        if group is None or before is None or _ends(group, spoken, interrupted):
            groups.append([spoken])
        else:
            group.append(spoken)
    return groups


def _ends(group: Sequence[SpokenWord], after: SpokenWord, interrupted: bool) -> bool:
    before = group[-1].word
    pause = after.word.start_s - before.end_s
    if pause > PAUSE_S or after.language != group[-1].language:
        return True
    if interrupted and pause > _YIELD_S:
        return True
    long = before.end_s - group[0].word.start_s > LONG_S
    return long and _SENTENCE_END.search(before.text) is not None


def _utterance(index: int, group: Sequence[SpokenWord], script: str) -> Utterance:
    language = group[0].language
    words = tuple(replace(w.word, text=one_script(w.word.text, language, script)) for w in group)
    return Utterance(
        index=index,
        role=Role.UNKNOWN,
        speaker=group[0].speaker,
        text=join_words([w.text for w in words]),
        language=language,
        start_s=words[0].start_s,
        end_s=max(w.end_s for w in words),
        confidence=round(sum(w.confidence for w in words) / len(words), 4),
        words=words,
    )


def _middle(word: Word) -> float:
    return (word.start_s + word.end_s) / 2


def _touch(left: str, right: str) -> bool:
    """Whether two characters stand side by side without a space."""
    if right in _CLOSING:
        return True
    unspaced = bool(_UNSPACED.match(left)), bool(_UNSPACED.match(right))
    if all(unspaced):
        return True
    return any(unspaced) and (left.isdigit() or right.isdigit())


@functools.cache
def _converter(direction: str) -> Callable[[str], str]:
    from opencc import OpenCC

    converter: Any = OpenCC(direction)
    return lambda text: str(converter.convert(text))
