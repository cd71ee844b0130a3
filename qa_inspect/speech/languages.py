"""Which language a call is in, and which of its chunks are in another.

Every chunk votes with the recogniser's probabilities. A second language counts where chunks long
enough are sure of it: a recogniser that hears "ok" may believe in any language. This module does
not know recognisers.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Mapping, Sequence

SURE = 0.8
"""Probability (0–1) from which a chunk is in another language than its call."""

SHORTEST_S = 2.5
"""Seconds of sound below which a chunk follows its call."""

CERTAIN = 0.7
"""Mean probability (0–1) of each chunk's likeliest language from which a second one is looked for:
a bad line gives even votes to many."""

HINT = 0.03
"""Probability (0–1) of another language in any chunk from which a call is heard piece by piece."""

_RARE = 0.03
"""Mean share of a call (0–1) below which a language is a mistake, unless ``_ENOUGH_S`` are."""

_ENOUGH_S = 4.0

KIN = {"jw": "id", "su": "id"}
"""Languages that recognisers take neighbours for: calls in Indonesian get a tenth to a half of
their votes as Javanese or Sundanese."""

_SIBLINGS = frozenset({"id", "ms"})
"""Too alike for a recogniser's votes to tell apart; ``malay_or_indonesian`` does by the words."""

_OTHER_SCRIPTS = frozenset({"ja", "ko", "lo", "my", "km", "hi", "ar", "ru"})
"""Languages in scripts that are not told apart here (Japanese has Chinese characters, too)."""

_FOREIGN_RUN = 3
"""Latin words in a row, in a text of another script, from which they are a language of their own;
fewer are a product's name or a loan."""

_SCRIPTS = {"CJK": "zh", "THAI": "th", "LATIN": "latin"}


def call_language(
    rows: Sequence[Mapping[str, float]], seconds: Sequence[float]
) -> tuple[str, float] | None:
    """The language with the highest mean probability over a call's chunks, weighed by seconds.

    ``rows`` are probabilities (0–1) by code, empty for chunks that are not heard. None where no
    chunk is.
    """
    sums: dict[str, float] = {}
    heard_s = 0.0
    for row, length_s in zip(rows, seconds, strict=True):
        heard_s += length_s if row else 0.0
        for code, probability in row.items():
            known = KIN.get(code, code)
            sums[known] = sums.get(known, 0.0) + probability * length_s
    if not sums or heard_s <= 0:
        return None
    best = max(sums, key=lambda code: sums[code])
    return best, min(1.0, sums[best] / heard_s)


def may_mix(rows: Sequence[Mapping[str, float]], seconds: Sequence[float], main: str) -> bool:
    """Whether some chunk of a call may hold a second language."""
    heard = [(row, length_s) for row, length_s in zip(rows, seconds, strict=True) if row]
    total_s = sum(length_s for _, length_s in heard)
    sure_s = sum(max(row.values()) * length_s for row, length_s in heard)
    if not heard or sure_s < CERTAIN * total_s:
        return False
    return any(
        length_s >= SHORTEST_S and row and _other(row, main)[1] >= HINT
        for row, length_s in zip(rows, seconds, strict=True)
    )


def piece_languages(
    rows: Sequence[Mapping[str, float]], seconds: Sequence[float], main: str
) -> tuple[str, ...]:
    """The language of every piece of a call whose main language is known.

    A piece is in another language where it is long enough and sure, and that language is spoken
    for a few seconds in all; every other piece follows the call.
    """
    found = []
    spoken_s: dict[str, float] = {}
    for row, length_s in zip(rows, seconds, strict=True):
        code, probability = _other(row, main) if row else (main, 0.0)
        sure = length_s >= SHORTEST_S and probability >= SURE
        found.append(code if sure else main)
        if sure:
            spoken_s[code] = spoken_s.get(code, 0.0) + length_s
    total_s = sum(seconds)
    kept = {
        code
        for code, s in spoken_s.items()
        if s >= min(_ENOUGH_S, max(SHORTEST_S, _RARE * total_s))
    }
    return tuple(code if code in kept else main for code in found)


def _other(row: Mapping[str, float], main: str) -> tuple[str, float]:
    """The likeliest language that is not the main one nor its sibling; siblings vote together."""
    sums: dict[str, float] = {}
    for code, probability in row.items():
        known = KIN.get(code, code)
        if _family(known) != _family(main):
            sums[known] = sums.get(known, 0.0) + probability
    if not sums:
        return main, 0.0
    families: dict[str, float] = {}
    for code, probability in sums.items():
        families[_family(code)] = families.get(_family(code), 0.0) + probability
    best = max(families, key=lambda family: families[family])
    likeliest = max((code for code in sums if _family(code) == best), key=lambda code: sums[code])
    return likeliest, families[best]


def _family(code: str) -> str:
    return "malay" if code in _SIBLINGS else code


def word_languages(texts: Sequence[str], language: str) -> tuple[str, ...]:
    """The language of every word of a text recognised as ``language``, by its script.

    A recogniser told to write Chinese writes English sentences in English, and so on. Such runs
    are kept in their own language; single foreign words belong to the sentence around them.
    """
    if language in _OTHER_SCRIPTS:
        return (language,) * len(texts)
    scripts = _bridged([_script(text) for text in texts])
    home = {"zh": "zh", "yue": "zh", "th": "th"}.get(language, "latin")
    found = [language] * len(texts)
    begin = 0
    for script, group in itertools.groupby(scripts):
        size = len(list(group))
        foreign = script not in ("", home)
        if foreign and size >= (_FOREIGN_RUN if script == "latin" else 2):
            code = "en" if script == "latin" else script
            found[begin : begin + size] = [code] * size
        begin += size
    return tuple(found)


def _bridged(scripts: Sequence[str]) -> list[str]:
    """Scripts with digits and marks counted to the run that they stand in."""
    bridged = list(scripts)
    for place, script in enumerate(bridged):
        after = next((later for later in scripts[place + 1 :] if later), "")
        if not script and place and bridged[place - 1] == after:
            bridged[place] = after
    return bridged


def malay_or_indonesian(words: Sequence[str], heard: str) -> str:
    """``id`` or ``ms``: the language in which a text's words are the more usual.

    Recognisers write the two alike and mix them up. ``heard`` stays where the words do not tell.
    """
    if heard not in ("id", "ms"):
        return heard
    from wordfreq import zipf_frequency

    plain = {word.casefold().strip(".,!?;:\"'") for word in words}
    lead = 0.0
    for word in plain:
        indonesian, malay = (zipf_frequency(word, code) for code in ("id", "ms"))
        if max(indonesian, malay) >= 3.0:
            lead += max(-1.0, min(1.0, indonesian - malay))
    return heard if abs(lead) < 1.0 else ("id" if lead > 0 else "ms")


def _script(text: str) -> str:
    """``zh``, ``th`` or ``latin``; empty for digits, punctuation and other scripts."""
    for char in text:
        if char.isalpha() or unicodedata.category(char) == "Lo":
            name = unicodedata.name(char, "").split(" ", 1)[0]
            return _SCRIPTS.get(name, "")
    return ""
