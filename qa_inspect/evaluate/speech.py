"""How well speech is heard: words, speakers and roles against references.

WER and CER by jiwer on lower-cased text without punctuation, with the numbers of both sides in the
same written form (CER where words are not divided by blanks). DER by pyannote.metrics over the
whole file, with its three parts, and the share of words given to the wrong speaker. Roles: the
share of the time of the known turns in which the transcript names the right role. This module does
not know where references lie.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from qa_inspect.domain import Role, Span, Transcript
from qa_inspect.evaluate.references import Reference
from qa_inspect.language.written_numbers import compared

UNSPACED = ("zh", "yue", "th", "ja", "lo", "my", "km")


@dataclass(frozen=True, slots=True)
class WordErrors:
    """One recording's word errors; of characters where ``unit`` is ``characters``. 0–1 and up."""

    call_id: str
    language: str
    unit: str
    reference: int
    substituted: int
    deleted: int
    inserted: int

    @property
    def rate(self) -> float | None:
        """All errors over the reference's length."""
        errors = self.substituted + self.deleted + self.inserted
        return errors / self.reference if self.reference else None


@dataclass(frozen=True, slots=True)
class SpeakerErrors:
    """One recording's diarization errors, in seconds of the reference's speech."""

    call_id: str
    speech_s: float
    missed_s: float
    false_alarm_s: float
    confused_s: float

    @property
    def rate(self) -> float | None:
        """DER: all three over the speech."""
        errors = self.missed_s + self.false_alarm_s + self.confused_s
        return errors / self.speech_s if self.speech_s else None


@dataclass(frozen=True, slots=True)
class WordSpeakers:
    """How many of a recording's heard words were given to the wrong speaker."""

    call_id: str
    words: int
    wrong: int

    @property
    def rate(self) -> float | None:
        """WDER: the wrong ones over all that were heard."""
        return self.wrong / self.words if self.words else None


@dataclass(frozen=True, slots=True)
class RoleTimes:
    """How many seconds of the known turns were given which role."""

    call_id: str
    right_s: float
    wrong_s: float
    undecided_s: float
    needs_review: bool

    @property
    def accuracy(self) -> float | None:
        """Right over decided."""
        decided = self.right_s + self.wrong_s
        return self.right_s / decided if decided else None

    @property
    def coverage(self) -> float | None:
        """Decided over all that was heard."""
        heard = self.right_s + self.wrong_s + self.undecided_s
        return (self.right_s + self.wrong_s) / heard if heard else None


def word_errors(reference: Reference, heard: Transcript) -> WordErrors | None:
    """Word (or character) errors; None where nobody wrote down the words."""
    if reference.words is None:
        return None
    import jiwer

    language = reference.language or heard.language
    unspaced = language.split("-")[0] in UNSPACED
    said = " ".join(u.text for u in heard.utterances)
    truth = plain(compared(reference.words, language), spaced=not unspaced)
    found = plain(compared(said, language), spaced=not unspaced)
    if not truth:
        return None
    count = (
        jiwer.process_characters(truth, found) if unspaced else jiwer.process_words(truth, found)
    )
    return WordErrors(
        call_id=reference.recording.call_id,
        language=language,
        unit="characters" if unspaced else "words",
        reference=count.hits + count.substitutions + count.deletions,
        substituted=count.substitutions,
        deleted=count.deletions,
        inserted=count.insertions,
    )


def speaker_errors(
    reference: Reference, heard: Transcript, *, collar_s: float = 0.0
) -> SpeakerErrors | None:
    """Diarization errors; ``collar_s`` on either side of a boundary is not scored."""
    if reference.speakers is None:
        return None
    from pyannote.core import Annotation, Segment, Timeline
    from pyannote.metrics.diarization import DiarizationErrorRate

    def annotation(turns: Iterable[tuple[float, float, str]]) -> Annotation:
        made = Annotation()
        for number, (start, end, speaker) in enumerate(turns):
            made[Segment(start, end), number] = speaker
        return made

    truth = annotation((t.start_s, t.end_s, t.speaker) for t in reference.speakers)
    found = annotation((t.start_s, t.end_s, t.speaker) for t in heard.turns)
    whole = Timeline([Segment(0, heard.duration_s or reference.speakers[-1].end_s)])
    # pyannote means the collar's whole width, half of it on either side of a boundary.
    metric = DiarizationErrorRate(collar=2 * collar_s)
    parts = metric.compute_components(truth, found, uem=whole)
    return SpeakerErrors(
        call_id=reference.recording.call_id,
        speech_s=float(parts["total"]),
        missed_s=float(parts["missed detection"]),
        false_alarm_s=float(parts["false alarm"]),
        confused_s=float(parts["confusion"]),
    )


def word_speaker_errors(reference: Reference, heard: Transcript) -> WordSpeakers | None:
    """Words given to the wrong speaker; None where nobody wrote down who said what.

    The reference's words are aligned with those heard; the heard speakers stand for the known ones
    in the way that agrees best (the assignment problem). Word diarization error rate after Shafey,
    Soltau and Shafran (2019): of the words that were heard, right or wrong.
    """
    if not reference.said:
        return None
    import jiwer

    language = reference.language or heard.language
    truth = _spoken(reference.said, language)
    found = _spoken([(u.speaker, u.text) for u in heard.utterances], language)
    if not truth or not found:
        return None
    aligned = jiwer.process_words(
        " ".join(word for _, word in truth), " ".join(word for _, word in found)
    ).alignments[0]
    pairs = [
        (truth[chunk.ref_start_idx + i][0], found[chunk.hyp_start_idx + i][0])
        for chunk in aligned
        if chunk.type in ("equal", "substitute")
        for i in range(chunk.ref_end_idx - chunk.ref_start_idx)
    ]
    return WordSpeakers(reference.recording.call_id, len(pairs), len(pairs) - _agreed(pairs))


def _spoken(said: Iterable[tuple[str, str]], language: str) -> list[tuple[str, str]]:
    """(speaker, word) for every word, or character where words are not divided by blanks."""
    unspaced = language.split("-")[0] in UNSPACED
    words: list[tuple[str, str]] = []
    for speaker, text in said:
        folded = plain(compared(text, language), spaced=not unspaced)
        words += [(speaker, word) for word in (folded if unspaced else folded.split())]
    return words


def _agreed(pairs: Sequence[tuple[str, str]]) -> int:
    """Pairs that agree when each heard speaker stands for at most one known speaker."""
    from scipy.optimize import linear_sum_assignment

    known = sorted({one for one, _ in pairs})
    heard = sorted({other for _, other in pairs})
    together = Counter(pairs)
    counts = [[together[one, other] for other in heard] for one in known]
    rows, columns = linear_sum_assignment(counts, maximize=True)
    return sum(counts[row][column] for row, column in zip(rows, columns, strict=True))


def role_times(reference: Reference, heard: Transcript) -> RoleTimes | None:
    """How the known turns' time was given to roles; None where roles are not known."""
    if reference.roles is None:
        return None
    sums = {"right": 0.0, "wrong": 0.0, "undecided": 0.0}
    for role, shared_s, truth in _shared(reference, heard):
        key = "undecided" if role is Role.UNKNOWN else "right" if role is truth else "wrong"
        sums[key] += shared_s
    return RoleTimes(
        reference.recording.call_id,
        sums["right"],
        sums["wrong"],
        sums["undecided"],
        heard.needs_review,
    )


def _shared(reference: Reference, heard: Transcript) -> Iterator[tuple[Role, float, Role]]:
    for turn in reference.roles or ():
        known = Span(turn.start_s, turn.end_s)
        for utterance in heard.utterances:
            for word in utterance.words:
                shared = known.overlap_s(Span(word.start_s, max(word.end_s, word.start_s)))
                if shared > 0:
                    yield utterance.role, shared, turn.role


def plain(text: str, *, spaced: bool) -> str:
    """Lower case without punctuation; ``spaced`` keeps single blanks between words."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    kept = "".join(c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in folded)
    return (" " if spaced else "").join(kept.split())
