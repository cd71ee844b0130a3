"""How many syllables an English word is said with, estimated from its spelling.

The dictionary that exact counts need is downloaded by the libraries that use it, and hyphenation
patterns count short words wrongly ("any", "open"). The rules here err on about one tricky word in
ten and hardly ever by more than one, which moves a reading ease by less than two points.

This module does not know sentences or scores.
"""

from __future__ import annotations

import functools
import re

_GLIDE = re.compile(r"(?<=[aeiou])y(?=[aeiou])")
_INNER_SILENT = re.compile(r"(?<=[^aeiouyl])e(?=(?:ment|ly|less|ful|ness|where|thing|one)s?$)")
_FIRST_SILENT = re.compile(r"^(?:(ev)e(?=ry)|(som)e(?=[a-z]))")
_SYLLABIC_L = re.compile(r"[^aeiouylr]le[sd]?$")
_SILENT_ED = re.compile(r"(?<=[^tdaeiou])ed$")
_VOICED_ES = re.compile(r"(?:[sxzcg]|sh|ch)es$")
_SILENT_E = re.compile(r"(?<=[^aeiou])e$|(?<=u)e$")
_VOWELS = re.compile(r"[aeiouy]+")
_TWO_IN_ONE_GROUP = tuple(
    re.compile(pattern)
    for pattern in (
        r"i[ao](?!u)(?<![tcsgl]i[ao])",  # via, period, not nation
        r"iu|uum|eum",
        r"(?<![aeioutcsgr])ie(?:t|nt|nc)|rie(?:t|nc)|[dc]ience|ciet|quiet",
        r"(?<![qg])u(?:al|ou|e[ln]|i[nt]|um|ity|at)",  # usual, fuel, ruin
        r"eo(?![puw])",
        r"ea(?:$|ct|te|l[imz])|eal$",  # idea, react, create, really
        r"[aeiouy]ing",
        r"^(?:re|co)(?=i|o[pr])",  # reinstall, cooperate
        r"oe[mt]",
        r"(?:sm|thm)s?$",
        r"[rvdbn]ious|tio$",
    )
)


@functools.lru_cache(maxsize=16_384)
def count_syllables(word: str) -> int:
    """Syllables of one lower-case English word, at least 1; its apostrophes do not matter."""
    said = _GLIDE.sub("j", word.replace("'", ""))
    said = _INNER_SILENT.sub("", _FIRST_SILENT.sub(r"\1\2", said))
    if _SILENT_ED.search(said) and not _SYLLABIC_L.search(said):
        said = _SILENT_ED.sub("", said)
    elif said.endswith("es") and not _VOICED_ES.search(said) and not _SYLLABIC_L.search(said):
        said = said[:-2]
    elif len(said) > 2 and not _SYLLABIC_L.search(said):
        said = _SILENT_E.sub("", said)
    groups = len(_VOWELS.findall(said))
    return max(1, groups + sum(len(pattern.findall(said)) for pattern in _TWO_IN_ONE_GROUP))
