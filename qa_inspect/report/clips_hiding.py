"""Personal data in a call: which letters of its lines, and when they were said.

Finding it is the recogniser's work; this module tells it the names of the manifest, adds what
merely sounds like them, and brings letters to moments by the times of words. Where a moment cannot
be told it takes more rather than less. It does not know sound or pages.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from qa_inspect.domain import Metadata, Span, Transcript, Utterance
from qa_inspect.errors import CallError
from qa_inspect.language.pii.kinds import PersonalData, mask, without_overlap
from qa_inspect.language.pii.words import has_rules
from qa_inspect.language.sound_alike import latin_sound
from qa_inspect.rubric.hearing import word_places
from qa_inspect.rubric.masking import masked_text

BEFORE_S, AFTER_S = 0.2, 0.15
"""Seconds silenced before and after a word: so far recognised times were off where the true ones
are known."""
FIGURE_S = 0.3
"""How long saying one figure takes, at least: so much is silenced whatever the times say."""
_PAUSE_BEFORE_S, _PAUSE_AFTER_S = 0.5, 1.5
"""So much of the pauses beside a word is silenced too: a number said figure by figure becomes one
word, whose recognised end was 0.7 s before the true one."""
_ENDS_LATE_S = 0.7
"""So long after its recognised end a number may still be said: who answers later answers it."""
_LEAST_PLACED = 0.6
"""Share of an utterance's words that must be found in its text for their times to be trusted."""
_SHORTEST_SOUND = 4
_SOUNDS_LIKE = 80.0
"""Likeness (0–100) of sounds from which a capitalised word may be a name, heard wrongly."""
_MOST_NAME_WORDS = 3
_SHORTEST_REPEATED = 3
_UNHEARD_S = 0.8
"""Speech of at least this length in which no word was recognised."""
_WORD_REACH_S = 0.5
_LATIN_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_HAN = re.compile("[\u3400-\u9fff]")
_THAI = "\u0e00-\u0e7f"
_WORD_LETTER = rf"[^\W\u3400-\u9fff{_THAI}]"
"""A letter or figure of a script that has blanks between its words."""
_SOUNDS_SURE = 0.5
_TOLD_SURE = 0.85
"""Confidence from which something is hidden outside quotes, where counts and measures stand."""
_QUOTED = re.compile("(“[^”]*”)")
_MASK = re.compile(r"\[[a-z_]+\]")
_CUT = "…"


class Recogniser(Protocol):
    """Finds personal data in what was said, also where it goes on in the next line."""

    def __call__(
        self, utterances: Sequence[tuple[str, str]], /, *, known_names: Sequence[str] = ()
    ) -> Sequence[Sequence[PersonalData]]:
        """For each (text, language) its stretches in order; ``known_names`` are found wherever
        they are said. Raises QaInspectError where it cannot say."""
        ...


def _nothing() -> Mapping[int, tuple[PersonalData, ...]]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Secrets:
    """What of a call is hidden: letters by the place of the line, and when they are heard."""

    found: Mapping[int, tuple[PersonalData, ...]] = field(default_factory=_nothing)
    spans: tuple[Span, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    """Hidden texts with their kinds, the longest first: they are hidden wherever they are told."""
    said: tuple[str, ...] = ()
    """The texts of all lines, in which quotes are looked for."""
    look: Callable[[str], Sequence[PersonalData]] | None = None
    """Finds the personal data of a text that is no line of the call; None where nothing is
    hidden."""

    def hide_in(self, text: str) -> str:
        """A sentence about the call as it may be given out: what it quotes masked as the lines
        are, the call's hidden words and what else is surely personal in the rest."""
        if self.look is None:
            return text
        pieces = _QUOTED.split(text)
        pieces[1::2] = (f"“{self.hide_quote(one[1:-1])}”" for one in pieces[1::2])
        pieces[0::2] = (self._hide_told(one, _TOLD_SURE) for one in pieces[0::2])
        return "".join(pieces)

    def hide_quote(self, quote: str) -> str:
        """Words of the call, whole or shortened with "…", masked as in the line they are of;
        those of no line by themselves."""
        if self.look is None or not quote.strip():
            return quote
        bare = quote.strip(f"{_CUT} ")
        pattern = re.compile(r"\s+".join(map(re.escape, bare.split()))) if bare else None
        shown = [
            masked_part(text, self.found.get(at, ()), place.start(), place.end())
            for at, text in enumerate(self.said)
            for place in (pattern.finditer(text) if pattern else ())
        ]
        if not shown:
            return self._hide_told(quote, 0.0)
        # of several places the one that hides most
        best = min(shown, key=lambda one: len(_MASK.sub("", one)))
        head = quote[: len(quote) - len(quote.lstrip(f"{_CUT} "))]
        return f"{head}{' '.join(best.split())}{quote[len(quote.rstrip(f'{_CUT} ')) :]}"

    def _hide_told(self, text: str, surely: float) -> str:
        """A text about the call without its hidden words and what is found in it so surely."""
        if self.look is None or not any(letter.isalnum() for letter in text):
            return text
        for secret, kind in self.words:
            text = re.sub(_as_told(secret), f"[{kind}]", text, flags=re.IGNORECASE)
        taken = [place.span() for place in _MASK.finditer(text)]
        found = (one for one in self.look(text) if one.confidence >= surely)
        return masked_text(
            mask(text, tuple(one for one in found if not _meets(one, taken))), short=False
        )


NOTHING_HIDDEN = Secrets()


def _meets(one: PersonalData, taken: Iterable[tuple[int, int]]) -> bool:
    return any(one.start < end and start < one.end for start, end in taken)


def secrets_of(transcript: Transcript, metadata: Metadata, recognise: Recogniser) -> Secrets:
    """All that is hidden of a call.

    Raises CallError where something was said in a language whose personal data the recogniser does
    not know, and QaInspectError where it cannot say.
    """
    said = transcript.utterances
    for language in {one.language or transcript.language for one in said}:
        if not has_rules(language):
            raise CallError(
                f"in {language} nobody knows what is personal data",
                cure="make the pack with --unredacted and hear it before anyone else does",
            )
    names = names_in(metadata)
    texts = [(one.text, one.language or transcript.language) for one in said]
    lines = recognise(texts, known_names=names)
    found = {}
    for at, (utterance, own) in enumerate(zip(said, lines, strict=True)):
        every = without_overlap((*own, *heard_names(utterance.text, names)))
        if every:
            found[at] = every
    spans: list[Span] = []
    for at, own in found.items():
        others = [
            u.start_s for u in said if u.speaker != said[at].speaker and u.start_s is not None
        ]
        spans += moments(said[at], own, others)
    spans += unheard(transcript)
    told = {
        (said[at].text[one.start : one.end].strip(), one.kind)
        for at, own in found.items()
        for one in own
    }
    told |= {(name, "name") for name in names}
    words = [pair for pair in told if _can_be_told(pair[0])]
    words.sort(key=lambda pair: (-len(pair[0]), pair))
    return Secrets(
        MappingProxyType(found),
        united(spans),
        tuple(words),
        tuple(one.text for one in said),
        lambda text: recognise([(text, transcript.language)], known_names=names)[0],
    )


def names_in(metadata: Metadata) -> tuple[str, ...]:
    """People's names that the manifest tells: the agent's, and columns called something name."""
    columns = (
        value
        for key, value in metadata.attributes.items()
        if "name" in key.casefold().replace("-", "_").split("_")
    )
    listed = (metadata.agent_name, *columns)
    return tuple(dict.fromkeys(name.strip() for name in listed if name and name.strip()))


def heard_names(text: str, names: Iterable[str]) -> Iterator[PersonalData]:
    """Capitalised words that sound like one of ``names``, heard wrongly; in Latin letters."""
    sounds = {latin_sound(part) for name in names for part in _LATIN_WORD.findall(name)}
    sounds |= {latin_sound("".join(name.split())) for name in names}
    words = list(_LATIN_WORD.finditer(text)) if sounds else []
    for at, word in enumerate(words):
        for length in range(1, _MOST_NAME_WORDS + 1):
            run = words[at : at + length]
            capital = all(part[0][:1].isupper() for part in run)
            if len(run) == length and capital and _alike("".join(p[0] for p in run), sounds):
                yield PersonalData(word.start(), run[-1].end(), "name", _SOUNDS_SURE)
                break


def _alike(word: str, sounds: Iterable[str]) -> bool:
    from rapidfuzz import fuzz

    own = latin_sound(word)
    return any(
        len(own) >= _SHORTEST_SOUND
        and len(sound) >= _SHORTEST_SOUND
        and own[:1] == sound[:1]
        and fuzz.ratio(own, sound) >= _SOUNDS_LIKE
        for sound in sounds
    )


def moments(
    utterance: Utterance, found: Sequence[PersonalData], others_s: Sequence[float] = ()
) -> tuple[Span, ...]:
    """When stretches of an utterance's text were said, with a little before and after.

    All of the utterance where its words do not tell; nothing where it has no times. ``others_s``
    are when other people begin to speak: their words are not taken for the pause after a name.
    """
    whole = utterance.span
    words = utterance.words
    places = word_places(utterance.text, words)
    known = [at for at, place in enumerate(places) if place is not None]
    if whole is None:
        return ()
    if not known or len(known) < _LEAST_PLACED * len(words):
        return (_padded(whole, whole.start_s, None),) if found else ()
    return tuple(_moment(utterance, one, places, others_s) for one in found)


def _moment(
    utterance: Utterance,
    one: PersonalData,
    places: Sequence[tuple[int, int] | None],
    others_s: Sequence[float],
) -> Span:
    """From the first word of the stretch to its last, with the words between and beside them whose
    place in the text is not known, and something of the pauses around."""
    words = utterance.words
    before = [at for at, place in enumerate(places) if place is not None and place[1] <= one.start]
    after = [at for at, place in enumerate(places) if place is not None and place[0] >= one.end]
    first = before[-1] + 1 if before else 0
    last = after[0] - 1 if after else len(words) - 1
    inside = words[first : last + 1] or words[max(0, first - 1) : last + 2]
    start_s, end_s = min(w.start_s for w in inside), max(w.end_s for w in inside)
    if not any(letter.isalnum() for letter in utterance.text[one.end :]):
        end_s = max(end_s, utterance.end_s or end_s)
    figures = sum(letter.isdigit() for letter in utterance.text[one.start : one.end])
    end_s = max(end_s, start_s + FIGURE_S * figures)
    follows = [w.start_s for w in words[last + 1 :]]
    heard_s = max(w.end_s for w in inside) + _ENDS_LATE_S if figures else end_s
    follows += [begins for begins in others_s if begins > max(heard_s, end_s)]
    reached = max((w.end_s for w in words[:first]), default=0.0)
    return _padded(Span(start_s, end_s), reached, min(follows, default=None))


def unheard(transcript: Transcript) -> tuple[Span, ...]:
    """Speech in which no word was recognised: nobody can say what it tells."""
    heard = united(
        Span(start - _WORD_REACH_S, end + _WORD_REACH_S)
        for said in transcript.utterances
        for start, end in (
            [(w.start_s, w.end_s) for w in said.words] or [(said.start_s, said.end_s)]  # type: ignore[list-item]
        )
        if start is not None and end is not None
    )
    left = []
    for turn in transcript.turns:
        reached = turn.start_s
        for span in (*heard, Span(turn.end_s, turn.end_s + 1.0)):
            if span.end_s <= reached or span.start_s > turn.end_s:
                continue
            if min(span.start_s, turn.end_s) - reached >= _UNHEARD_S:
                left.append(Span(reached, min(span.start_s, turn.end_s)))
            reached = max(reached, span.end_s)
    return tuple(left)


def united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The same stretches in order, those that meet joined."""
    result: list[Span] = []
    for span in sorted(spans, key=lambda s: s.start_s):
        if result and span.start_s <= result[-1].end_s:
            result[-1] = Span(result[-1].start_s, max(result[-1].end_s, span.end_s))
        else:
            result.append(span)
    return tuple(result)


def masked_part(text: str, found: Iterable[PersonalData], start: int, stop: int) -> str:
    """Letters ``start`` to ``stop`` of a text, with what is found there masked."""
    inside = [
        PersonalData(max(one.start, start) - start, min(one.end, stop) - start, one.kind, 1.0)
        for one in found
        if one.start < stop and start < one.end
    ]
    return mask(text[start:stop], inside)


def _padded(said: Span, reached_s: float, follows_s: float | None) -> Span:
    """A stretch with a little before and after, and with the pauses that its own speaker makes:
    the word before ends at ``reached_s``, the one after begins at ``follows_s``."""
    pause = max(reached_s, said.start_s - _PAUSE_BEFORE_S)
    start_s = max(0.0, min(pause, said.start_s - BEFORE_S))
    latest = said.end_s + _PAUSE_AFTER_S
    pause = latest if follows_s is None else min(follows_s, latest)
    return Span(start_s, max(pause, said.end_s + AFTER_S))


def _can_be_told(secret: str) -> bool:
    return len(secret) >= (2 if _HAN.search(secret) else _SHORTEST_REPEATED)


def _as_told(secret: str) -> str:
    """A pattern of a secret as whole words, where its letters make words."""
    pattern = r"\s+".join(re.escape(part) for part in secret.split())
    if _HAN.search(secret):
        return pattern
    return rf"(?<!{_WORD_LETTER}){pattern}(?!{_WORD_LETTER})"
