"""What a term did to the customer: did he ask what it means, fall silent, or talk on?

Turns are counted, not utterances: what one side says without the other having spoken between. This
module does not know rubrics or weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from qa_inspect.domain import Role
from qa_inspect.rubric.folding import has_unspaced
from qa_inspect.rubric.phrases import PhraseHit, PhraseList
from qa_inspect.rubric.reactions import Reactions
from qa_inspect.rubric.view import CallView, Line

TURNS = 2
"""Turns of the customer in which a reaction to a term is looked for."""

_SUBSTANCE = 3
_SUBSTANCE_UNSPACED = 2
"""Letters beside acknowledgements from which a turn says something."""

_ASKED = ("?", "？")
_ECHO_WORDS = 2
"""A question that is the term and no more words than this asks what it means ("An ONT?")."""


@dataclass(frozen=True, slots=True)
class TermWords:
    """A term as it was said, its plain words, and the phrases that show how it was taken."""

    hit: PhraseHit
    plain: PhraseList
    explaining: PhraseList
    asking: PhraseList
    common: Reactions
    terms: PhraseList


@dataclass(frozen=True, slots=True)
class Stumble:
    """Where the customer asked or fell silent: his line, None where none followed; the seconds
    he took to answer, where it was they that showed it."""

    line: Line | None
    gap_s: float | None = None


@dataclass(frozen=True, slots=True)
class Harm:
    """The customer's question or silence after a term, and the line that explained it."""

    asked: Stumble | None
    silent: Stumble | None
    explained: Line | None


def harm_of(
    view: CallView, line: Line, words: TermWords, silent_s: float, within_utterances: int
) -> Harm:
    """What the term of ``line`` did. ``silent_s`` is in seconds; ``within_utterances`` counts the
    speaker's next utterances in which it may still be explained."""
    turns = list(islice(_customer_turns(view, line), TURNS))
    explained = _explained(view, line, words, within_utterances)
    if line.utterance.role is Role.CUSTOMER:
        return Harm(None, None, explained)  # who says it himself does not stumble over it
    asked = _asked(view, turns, line, words)
    silent = None if asked is not None else _silent(view, line, turns, words, silent_s)
    return Harm(asked, silent, explained)


def _explained(view: CallView, line: Line, words: TermWords, within: int) -> Line | None:
    """The line that brings plain words, with the term or in the role's next ``within``.

    One after which the customer still does not understand explained nothing.
    """
    role = line.utterance.role
    rest = islice(view.lines, line.index, None)
    own = (other for other in rest if other.utterance.role is role)
    for other in islice(own, within + 1):
        plain = words.plain.first(other.folded) or _explains(view, line, other, words)
        if plain and not _still_lost(view, other, words):
            return other
    return None


def _explains(view: CallView, line: Line, other: Line, words: TermWords) -> bool:
    """Whether ``other`` says what a term means, and it is this one: it names it, or no other term
    was said between."""
    phrases = view.hits(words.explaining, other)
    if not phrases:
        return False
    own = words.hit
    if other is line:
        rest = [hit for hit in _others(view, line, words) if hit.start >= own.end]
        return any(
            phrase.start >= own.start and not any(hit.start < phrase.start for hit in rest)
            for phrase in phrases
        )
    if _names(view, other, words):
        return True
    if any(hit.start >= own.end for hit in _others(view, line, words)):
        return _asked_for(view, line, other, words)
    between = view.lines[line.index + 1 : other.index]
    if any(_others(view, earlier, words) for earlier in between):
        return _asked_for(view, line, other, words)
    first = min((hit.start for hit in _others(view, other, words)), default=None)
    return first is None or any(phrase.start < first for phrase in phrases)


def _asked_for(view: CallView, line: Line, other: Line, words: TermWords) -> bool:
    """Whether the words right before ``other`` are the customer's who names the term."""
    before = view.lines[line.index + 1 : other.index]
    return (
        bool(before)
        and before[-1].utterance.role is Role.CUSTOMER
        and (_names(view, before[-1], words))
    )


def _others(view: CallView, line: Line, words: TermWords) -> list[PhraseHit]:
    return [hit for hit in view.hits(words.terms, line) if hit.phrase != words.hit.phrase]


def _still_lost(view: CallView, explained: Line, words: TermWords) -> bool:
    """Whether the customer's next turn says that he does not understand."""
    turn = next(_customer_turns(view, explained), ())
    return any(view.hits(words.common.lost, other) for other in turn)


def _customer_turns(view: CallView, line: Line) -> Iterator[list[Line]]:
    """The customer's turns after ``line``, each with its lines."""
    turn: list[Line] = []
    for other in islice(view.lines, line.index + 1, None):
        if other.utterance.role is Role.CUSTOMER and other.folded:
            turn.append(other)
        elif turn and other.utterance.role is Role.AGENT:
            yield turn
            turn = []
    if turn:
        yield turn


def _asked(
    view: CallView, turns: Sequence[Sequence[Line]], line: Line, words: TermWords
) -> Stumble | None:
    """The first question after the term, as long as no other term came between.

    A question that names the term is about it, wherever it stands.
    """
    for turn in turns:
        for other in turn:
            if _names(view, other, words) and _is_question(view, other, words):
                return Stumble(other)
            if not view.hits(words.asking, other):
                continue
            between = view.lines[line.index + 1 : other.index]
            if not any(_other_term(view, earlier, words) for earlier in between):
                return Stumble(other)
    return None


def _names(view: CallView, line: Line, words: TermWords) -> bool:
    return any(hit.phrase == words.hit.phrase for hit in view.hits(words.terms, line))


def _used(view: CallView, line: Line, words: TermWords) -> bool:
    """Whether the customer used the term as a word he knows."""
    own = line.utterance.role is Role.CUSTOMER and _names(view, line, words)
    return own and not _is_question(view, line, words)


def _other_term(view: CallView, line: Line, words: TermWords) -> bool:
    return line.utterance.role is Role.AGENT and bool(_others(view, line, words))


def _is_question(view: CallView, line: Line, words: TermWords) -> bool:
    """Whether a line that names the term asks what it is."""
    if view.hits(words.asking, line) or view.hits(words.common.asks_about, line):
        return True
    hit = next(hit for hit in view.hits(words.terms, line) if hit.phrase == words.hit.phrase)
    rest = f"{line.folded[: hit.start]} {line.folded[hit.end :]}".split()
    return line.utterance.text.rstrip().endswith(_ASKED) and len(rest) <= _ECHO_WORDS


def _silent(
    view: CallView, line: Line, turns: Sequence[Sequence[Line]], words: TermWords, silent_s: float
) -> Stumble | None:
    """A long wait before the customer's next turn, or turns in which he says nothing of substance.

    A short answer to a question is an answer. Whoever used the term himself knows it, and a term in
    the last words of a call gave him no chance to react.
    """
    before = view.candidates(words.terms, view.lines[: line.index])
    if any(_used(view, earlier, words) for earlier in before):
        return None
    if turns:
        gap_s = _gap_s(view, turns[0][0])
        if gap_s is not None and gap_s >= silent_s:
            return Stumble(turns[0][0], gap_s)
        for turn in turns:
            answers = view.lines[turn[0].index - 1].utterance.text.rstrip().endswith(_ASKED)
            if answers or any(_says_something(view, other, words.common) for other in turn):
                return None
    later = view.lines[(turns[0][-1].index if turns else line.index) + 1 :]
    if not any(other.utterance.role is Role.AGENT and other.folded for other in later):
        return None
    return Stumble(turns[0][0] if turns else None)


def _gap_s(view: CallView, answer: Line) -> float | None:
    """Seconds between the end of what was said before an answer and the answer."""
    start_s = answer.utterance.start_s
    ends = [
        end_s for line in view.lines[: answer.index] if (end_s := line.utterance.end_s) is not None
    ]
    return None if start_s is None or not ends else start_s - max(ends)


def _says_something(view: CallView, line: Line, common: Reactions) -> bool:
    left, read = [], 0
    for hit in view.hits(common.acknowledges, line):
        left.append(line.folded[read : hit.start])
        read = hit.end
    rest = "".join([*left, line.folded[read:]])
    letters = sum(letter.isalnum() for letter in rest)
    return letters >= (_SUBSTANCE_UNSPACED if has_unspaced(rest) else _SUBSTANCE)
