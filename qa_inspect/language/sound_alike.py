"""How alike two spellings sound: Latin words, Chinese syllables, Thai letters.

Latin letters that stand for one sound become one letter, Chinese is compared by its syllables
(pypinyin), Thai by its letters without tone marks. This module does not know terms or sentences.
"""

from __future__ import annotations

import functools
import unicodedata

import regex

_SOUNDS = tuple(
    (regex.compile(pattern), sound)
    for pattern, sound in (
        ("ph", "f"),
        ("x", "ks"),
        ("[scz]h|tj", "x"),
        ("th", "t"),
        ("ck|[cq]", "k"),
        ("dj", "j"),
        ("[zs]+", "s"),
        ("v", "f"),
        ("w", "u"),
        ("(?<=[aeiou])h|(?<=[gkr])h", ""),
        ("[iy]e?|ee|ea|e", "i"),
        ("oo|ou|[ou]", "u"),
        (r"(.)\1+", r"\1"),
    )
)
_MARKS = regex.compile(r"\p{M}+")
_THAI_MARKS = regex.compile("[\u0e47-\u0e4e]")
_THAI_SAME = str.maketrans(
    {
        **dict.fromkeys("ศษซ", "ส"),
        **dict.fromkeys("ธทฒฑ", "ท"),
        "ณ": "น",
        "ฎ": "ด",
        "ฏ": "ต",
        "ภ": "พ",
        "ญ": "ย",
        "ฬ": "ล",
        "ใ": "ไ",
        "ฆ": "ค",
    }
)
_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("hu", "fu"), ("r", "l"))
_FINALS = (("ang", "an"), ("eng", "en"), ("ing", "in"), ("uang", "uan"))


@functools.lru_cache(maxsize=65_536)
def latin_sound(letters: str) -> str:
    """The sound of Latin letters, roughly, in any of the languages; for comparing only."""
    plain = unicodedata.normalize("NFKD", letters.casefold().replace("đ", "d"))
    sound = _MARKS.sub("", plain)
    for pattern, new in _SOUNDS:
        sound = pattern.sub(new, sound)
    return sound


@functools.lru_cache(maxsize=16_384)
def syllable(character: str) -> str:
    """How a Chinese character is mostly said, as pinyin without tone, near sounds merged.

    Rare readings are left out: with them, most characters sound like some term's.
    """
    return "".join(syllables(character))


def syllables(characters: str) -> tuple[str, ...]:
    """How Chinese characters are said together, one syllable each, near sounds merged."""
    from pypinyin import lazy_pinyin

    return tuple(_merged(said) for said in lazy_pinyin(characters, errors="ignore"))


def said_alike(characters: str, term: str, sound: tuple[str, ...]) -> bool:
    """Whether Chinese characters may be a term, whose syllables are known, heard by its sound."""
    return len(characters) == len(term) == len(sound) and all(
        char == meant or syllable(char) == said
        for char, meant, said in zip(characters, term, sound, strict=True)
    )


def thai_sound(letters: str) -> str:
    """Thai letters without tone marks, letters of one sound merged."""
    return _THAI_MARKS.sub("", letters).translate(_THAI_SAME)


def _merged(syllable: str) -> str:
    for sound, like in _INITIALS:
        if syllable.startswith(sound):
            syllable = like + syllable[len(sound) :]
            break
    for sound, like in _FINALS:
        if syllable.endswith(sound):
            return syllable[: -len(sound)] + like
    return syllable
