"""Any text in plain Latin letters, good enough to be a name: 问候 as ``wen hou``.

Chinese is read by pypinyin and Thai by the Royal Institute's rules in pythainlp; of other scripts
only what Unicode itself takes apart (``é`` as ``e``) is kept. This module does not know what the
names are for.
"""

from __future__ import annotations

import unicodedata

from qa_inspect.language import thai

_PLAIN = str.maketrans({"đ": "d", "Đ": "D", "ø": "o", "Ø": "O", "ß": "ss", "ł": "l", "Ł": "L"})


def in_latin_letters(text: str) -> str:
    """The text with letters a–z for its own as far as they are known; others are dropped."""
    read = _thai_read(text) if any(_is_thai(letter) for letter in text) else text
    if any(_is_chinese(letter) for letter in read):
        from pypinyin import lazy_pinyin

        read = " ".join(lazy_pinyin(read))
    apart = unicodedata.normalize("NFKD", read.translate(_PLAIN))
    return apart.encode("ascii", "ignore").decode("ascii")


def _is_chinese(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"


def _is_thai(letter: str) -> bool:
    return "\u0e00" <= letter <= "\u0e7f"


def _thai_read(text: str) -> str:
    words = thai.words(text)
    from pythainlp.transliterate import romanize

    return " ".join(romanize(word, engine="royin") for word in words)
