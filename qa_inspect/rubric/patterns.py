"""Regular expressions that authors write: read with care, searched under a limit of time.

A pattern can backtrack for ever on the wrong text. Every search has what is left of the call's
time; when that is gone ``PatternTimeout`` is raised, and a pattern that ran out in many calls is
given up for the rest of the run, so that no pattern can hold up a batch. This module does not know
rubrics or calls.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import regex

from qa_inspect.errors import RubricError

MAX_LENGTH = 1_000
TIME_S = 0.25
"""Seconds of processor time that one pattern has for one call; an ordinary one needs a
thousandth of it."""
_TEXTS = 8_192
"""Texts of which a pattern remembers where it was found, some 100 bytes each."""

_WORTH_ASKING = 0.1
"""Share of its time that must be gone by the wall clock before processor time is asked for: that
takes ten times as long as looking at the wall, and longer than most searches."""
_ORDINARY_LINES = 200
PATIENCE = 20
"""Calls in which a pattern may run out of time before it is no longer tried."""
_SAMPLES = ("", "a", "1", " ", "a b", "我", "ก", "é!")
_PROBES = (
    "a",
    "1",
    "a ",
    "1 ",
    " ",
    "a.",
    "a-",
    "我",
    "ก",
    "\t",
    '"',
    "aA1_",
    "ha",
    "a, ",
    "!",
    "x",
)
_PROBE_LETTERS = (60, 400)
"""The longer one is as long as a person talks on."""
_NOT_LITERAL = regex.compile(r"\\.|[\[\](){}+*?|^$.]")
_PROBE_TIME_S = 0.05
_SOON_S = 0.02
"""Seconds within which patterns that were joined have to answer, else each is asked by itself."""
_NEEDS_ITS_OWN = regex.compile(r"\\[1-9gkGKLRX]|\(\?(?![:=!]|<[=!])|\(\*")
"""What means another thing, or another place, within a longer pattern: numbers and names of groups,
settings, calls. Such patterns are not joined."""


class PatternFault(ValueError):
    """A pattern that cannot be used; the message says where and why, and what to write."""


class PatternTimeout(RubricError):
    """A pattern ran past its time: the fault of its rule, never of the call."""


@dataclass(slots=True)
class Pattern:
    """A compiled pattern, in how many calls it ran out of time, and where it was found in texts:
    half of what is said has been said in other calls."""

    text: str
    compiled: regex.Pattern[str] = field(repr=False)
    overran: int = 0
    known: dict[str, Sequence[tuple[int, int]]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Patterns:
    """Patterns of which any may match, and one for all of them, where they can be joined."""

    each: tuple[Pattern, ...]
    either: Pattern | None = None


class Stopwatch:
    """The time that the patterns of one rule have for one call."""

    def __init__(self, lines: int = 1, seconds: float = TIME_S) -> None:
        """``lines`` that will be searched: a call of very many has more time."""
        self._whole = self._left = seconds * max(1.0, lines / _ORDINARY_LINES)
        self._waited = 0.0
        self._begun: float | None = None

    def stretches(self, pattern: Pattern, text: str) -> Sequence[tuple[int, int]]:
        """Where ``pattern`` matches in ``text``, from left to right, nothing empty.

        Raises PatternTimeout where the time is gone.
        """
        if pattern.overran >= PATIENCE:
            raise PatternTimeout(
                f"the pattern “{_short(pattern.text)}” ran past its time in {PATIENCE} calls and "
                "is no longer tried",
                cure=_CURE,
            )
        if self._left <= 0:
            raise self._over(pattern)
        try:
            found = self._found(pattern, text, self._left)
        except TimeoutError:
            raise self._over(pattern) from None
        return [span for span in found if span[0] < span[1]] if found else ()

    def stretches_of(self, patterns: Patterns, text: str) -> Iterator[tuple[int, int]]:
        """The same of several patterns, one after the other."""
        if not self._surely_without(patterns, text):
            for pattern in patterns.each:
                yield from self.stretches(pattern, text)

    def _surely_without(self, patterns: Patterns, text: str) -> bool:
        """Whether none matches, not even without a letter, for such a match can hide another.

        Starting a search under a limit of time takes longer than most searches, so one is made for
        all patterns; where that gives no answer soon, False.
        """
        either = patterns.either
        if either is None or either.overran or self._left <= 0:
            return False
        if any(pattern.overran for pattern in patterns.each):
            return False
        try:
            return not self._found(either, text, min(self._left, _SOON_S))
        except TimeoutError:
            either.overran += 1
            return False

    def _found(self, pattern: Pattern, text: str, most_s: float) -> Sequence[tuple[int, int]]:
        known = pattern.known.get(text)
        if known is None:
            known = self._searched(pattern, text, most_s)
            if len(pattern.known) >= _TEXTS:
                pattern.known.clear()
            pattern.known[text] = known
        return known

    def _searched(self, pattern: Pattern, text: str, most_s: float) -> Sequence[tuple[int, int]]:
        begun = time.monotonic()
        if self._begun is None:
            self._begun = time.process_time()
        try:
            return tuple(m.span() for m in pattern.compiled.finditer(text, timeout=most_s))
        finally:
            self._waited += time.monotonic() - begun
            if self._waited > self._whole * _WORTH_ASKING:
                used = time.process_time() - self._begun
                self._left = self._whole - min(self._waited, used)

    def _over(self, pattern: Pattern) -> PatternTimeout:
        pattern.overran += 1
        self._left = 0.0
        return PatternTimeout(
            f"the pattern “{_short(pattern.text)}” ran past its {TIME_S:g} s for one call",
            cure=_CURE,
        )


_CURE = "write it without repeats inside repeats, such as (a+)+, or use kind: said"


@lru_cache(maxsize=2_048)
def compile_pattern(text: str, ignore_case: bool) -> Pattern:
    """Reads a pattern. Raises PatternFault naming the letter where it goes wrong."""
    if len(text) > MAX_LENGTH:
        raise PatternFault(f"a pattern may have {MAX_LENGTH} letters; split “{text[:40]}…”")
    flags = regex.VERSION0 | (regex.IGNORECASE if ignore_case else 0)
    try:
        compiled = regex.compile(text, flags)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        raise PatternFault(_fault(text, error)) from None
    if _matches_nothing(compiled):
        raise PatternFault(
            f"“{_short(text)}” also matches where nothing is said; let at least one letter be "
            "needed (+ in place of *, nothing optional alone)"
        )
    return Pattern(text, compiled)


@lru_cache(maxsize=1_024)
def compile_patterns(texts: tuple[str, ...], ignore_case: bool) -> Patterns:
    """Reads several patterns. Raises PatternFault as ``compile_pattern`` does."""
    each = tuple(compile_pattern(text, ignore_case) for text in texts)
    if len(each) < 2 or any(_NEEDS_ITS_OWN.search(text) for text in texts):
        return Patterns(each)
    whole = "|".join(f"(?:{text})" for text in texts)
    return Patterns(each, Pattern(whole, regex.compile(whole, each[0].compiled.flags)))


def may_be_endless(pattern: Pattern) -> bool:
    """Whether a text is easily found on which a pattern runs past its time."""
    # a pattern that needs a sign the text lacks gives up at once, so its own signs stand at the end
    own = "".join(dict.fromkeys(_NOT_LITERAL.sub("", pattern.text)))
    for letters in _PROBE_LETTERS:
        for probe in (*_PROBES, *_plain_runs(pattern.text)):
            for end in ("\u0001", f"\u0001{own}"):
                text = probe * (letters // len(probe)) + end
                try:
                    pattern.compiled.search(text, timeout=_PROBE_TIME_S)
                except TimeoutError:
                    return True
    return False


def _plain_runs(text: str) -> list[str]:
    """The runs of letters in a pattern, such as ``ha`` in ``(ha|h|a)+!``."""
    return list(dict.fromkeys(regex.findall(r"[^\W_]{1,20}", regex.sub(r"\\.", " ", text))))[:8]


def _matches_nothing(compiled: regex.Pattern[str]) -> bool:
    for sample in _SAMPLES:
        try:
            match = compiled.search(sample, timeout=_PROBE_TIME_S)
        except TimeoutError:
            return False
        if match is not None and match.start() == match.end():
            return True
    return False


def _fault(text: str, error: Exception) -> str:
    at = getattr(error, "pos", None)
    if at is None:
        return f"“{_short(text)}” is no regular expression ({error})"
    near = f"before “{text[at : at + 12]}”" if at < len(text) else "at its end"
    return (
        f"“{_short(text)}” is no regular expression: {getattr(error, 'msg', error)} at letter "
        f"{at + 1}, {near}; put a \\ before a sign that is meant as it stands"
    )


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
