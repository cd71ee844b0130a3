"""People's names: after "my name is" and 我叫, beside titles, from lists of names, and those known.

Rules and lists, no model: a rare name that nobody introduces and no title goes with is missed, and
a word that is also a name may be taken for one. The languages have files of their own: Chinese,
Thai, and those with blanks and capitals. This module does not know figures.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import regex

from qa_inspect.language.pii.chinese_names import chinese_known, chinese_names
from qa_inspect.language.pii.kinds import PersonalData
from qa_inspect.language.pii.spaced_names import spaced_names
from qa_inspect.language.pii.thai_names import thai_names
from qa_inspect.language.pii.words import words_of


def names(text: str, language: str, *, asked: bool = False) -> Iterator[PersonalData]:
    """The names of a text, in no order; they may overlap.

    ``asked``: a name was asked for just before, so that a short answer is one.
    """
    if language == "zh":
        yield from chinese_names(text, asked=asked)
    elif language == "th":
        yield from thai_names(text, asked=asked)
    else:
        yield from spaced_names(text, language, asked=asked)


def known_in(text: str, language: str, known_names: Sequence[str]) -> Iterator[PersonalData]:
    """Where known names are said, whole or in part; in no order, they may overlap."""
    if language == "zh":
        yield from chinese_known(text, known_names)
    words = words_of(language)
    edges = ("", "") if language == "th" else (r"(?<![\p{L}\p{M}])", r"(?![\p{L}\p{M}])")
    parts = {name.strip() for name in known_names}
    parts |= {part for name in known_names for part in name.split() if len(part) > 1}
    listed = sorted((regex.escape(part) for part in parts if part), key=len, reverse=True)
    if not listed:
        return
    pattern = f"{edges[0]}(?:{'|'.join(listed)}){edges[1]}"
    capitals = any(letter.isupper() for letter in text)
    for match in regex.finditer(pattern, text, regex.IGNORECASE):
        said = match.group()
        plain = said.islower() and (
            capitals or said in words.ambiguous_names or said in words.not_names
        )
        # "rose" is Rose only with a capital
        if not plain:
            yield PersonalData(*match.span(), "name", 0.97)
