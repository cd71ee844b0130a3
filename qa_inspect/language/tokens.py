"""Text as checks compare it, and text as words and sentences.

What a recogniser writes varies: casing, punctuation, "I'm" or "im" or "I am", "gonna" or "going
to". ``normalise`` maps these onto one form, for phrases and for what was said alike, so a phrase
is written once. Chinese is divided into words by jieba, Thai by PyThaiNLP; other scripts at what
is no letter.

This module does not know rubrics, roles or models.
"""

from __future__ import annotations

import functools
import itertools
import string
import unicodedata
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

import regex

from qa_inspect.domain import base_language
from qa_inspect.language import chinese_script, thai, vietnamese
from qa_inspect.language.malay_spelling import WRITTEN_FORMS

_APOSTROPHES = regex.compile("[’‘ʼ`´′＇]")
_NO_WORD = regex.compile(r"[^\p{L}\p{M}\p{N}']+")
_LOOSE_APOSTROPHE = regex.compile(r"(?<![\p{L}\p{M}\p{N}])'|'(?![\p{L}\p{M}\p{N}])")
_UNSPACED = r"\p{Script=Han}\p{Script=Thai}"
_GAP_IN_UNSPACED = regex.compile(rf"(?<=[{_UNSPACED}\p{{M}}]) +(?=[{_UNSPACED}])")
_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:'[\p{L}\p{M}]+)*")
_LETTERS = regex.compile(r"\p{L}")
_HAN = regex.compile(r"\p{Han}")
_THAI = regex.compile(r"\p{Thai}")
_CLITIC_HYPHEN = regex.compile(r"(?<=\p{L})-(?=(?:nya|lah|kah|ku|mu)\b)")
_BLOCK = regex.compile("[^，。！？、：；,!?:;]+|[，。！？、：；,!?:;]+")
"""Chinese between punctuation, which jieba cuts by itself: short answers come again and again."""
_SENTENCE_END = regex.compile(r"[.!?]\s+|[。！？!?；;…]|\n+")

_WHOLE: Mapping[str, str] = MappingProxyType(
    {
        "can't": "can not",
        "cant": "can not",
        "cannot": "can not",
        "won't": "will not",
        "wont": "will not",
        "shan't": "shall not",
        "ain't": "is not",
        "aint": "is not",
        "im": "i am",
        "ive": "i have",
        "youre": "you are",
        "youve": "you have",
        "youll": "you will",
        "theyre": "they are",
        "weve": "we have",
        "thats": "that is",
        "whats": "what is",
        "let's": "let us",
        "lets": "let us",
        "gonna": "going to",
        "wanna": "want to",
        "gotta": "got to",
        "lemme": "let me",
        "gimme": "give me",
        "y'all": "you all",
        "ok": "okay",
        "alright": "all right",
        "thankyou": "thank you",
        "ma'am": "madam",
        "maam": "madam",
        "o'clock": "oclock",
    }
)
_ENDINGS: tuple[tuple[str, str], ...] = (
    ("n't", " not"),
    ("'re", " are"),
    ("'ve", " have"),
    ("'ll", " will"),
    ("'m", " am"),
    ("'d", " would"),
)
_SIGNS = "".join(sign for sign in map(chr, range(128)) if not sign.isalnum() and sign not in "'`")
_ASCII = bytes.maketrans(
    (_SIGNS + "`" + string.ascii_uppercase).encode(),
    (" " * len(_SIGNS) + "'" + string.ascii_lowercase).encode(),
)
"""Plain letters become small ones; what they are compared without becomes a blank, but one more
apostrophe."""
_BARE_NOT = frozenset(
    [
        "dont",
        "doesnt",
        "didnt",
        "isnt",
        "arent",
        "wasnt",
        "werent",
        "hasnt",
        "havent",
        "hadnt",
        "couldnt",
        "wouldnt",
        "shouldnt",
    ]
)
_IS_AFTER = frozenset(
    [
        "he",
        "she",
        "it",
        "that",
        "there",
        "here",
        "what",
        "who",
        "where",
        "how",
        "when",
        "why",
        "this",
        "everything",
        "nothing",
    ]
)


@functools.lru_cache(maxsize=65_536)
def normalise(text: str) -> str:
    """One spelling of ``text`` for comparing: NFKC, casefolded, without punctuation.

    English contractions are written out ("can't", "cant" and "cannot" become "can not"; "it's"
    becomes "it is"), everyday Indonesian and Malay are written out ("nggak" becomes "tidak") and
    their endings joined ("refund-nya" becomes "refundnya"). A possessive loses its apostrophe, runs
    of blanks become one. Blanks within Chinese and Thai are removed, and traditional characters are
    simplified. Vietnamese is spelled one way where writers differ: "hòa" becomes "hoà", "kĩ" "kỹ";
    Thai แ typed as two letters becomes one. Idempotent; the empty string for text without a letter
    or digit.
    """
    if text.isascii():  # most of what is said, and a third of the work
        if "-" in text:
            text = _CLITIC_HYPHEN.sub("", text.lower())
        # a text finds its letters in a table one by one, bytes find them all at once
        folded = text.encode("ascii").translate(_ASCII).decode("ascii")
        if "'" in folded:
            folded = _LOOSE_APOSTROPHE.sub(" ", folded)
        return " ".join(map(_expanded, folded.split()))
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    folded = _APOSTROPHES.sub("'", chinese_script.one_script(folded))
    folded = thai.one_spelling(vietnamese.one_spelling(folded))
    folded = _CLITIC_HYPHEN.sub("", folded)
    folded = _LOOSE_APOSTROPHE.sub(" ", _NO_WORD.sub(" ", folded))
    spaced = " ".join(map(_expanded, folded.split()))
    return _GAP_IN_UNSPACED.sub("", spaced) if " " in spaced else spaced


@functools.lru_cache(maxsize=16_384)
def _expanded(token: str) -> str:
    """A word as it is compared; the same few thousand make up nearly all that is said."""
    return _expand(token)


def _expand(token: str) -> str:
    whole = _WHOLE.get(token) or WRITTEN_FORMS.get(token)
    if whole is not None:
        return whole
    if token in _BARE_NOT:
        return f"{token[:-2]} not"
    if "'" not in token:
        return token
    for ending, full in _ENDINGS:
        if token.endswith(ending) and len(token) > len(ending):
            return _expand(token[: -len(ending)]) + full
    head, _, tail = token.partition("'")
    if tail == "s" and head in _IS_AFTER:
        return f"{head} is"
    return token.replace("'", "")


@functools.lru_cache(maxsize=16_384)
def words(text: str, language: str) -> tuple[str, ...]:
    """The words of ``text`` in order, lower case, punctuation left out.

    ``language`` is a code such as ``en`` or ``zh-TW``; Chinese is divided by jieba, Thai by
    PyThaiNLP, every other language at characters that are neither letter, mark nor digit (an inner
    apostrophe stays).
    """
    if text.isascii():
        folded = text.lower().replace("`", "'")
    else:
        folded = _APOSTROPHES.sub("'", unicodedata.normalize("NFKC", text).casefold())
    if is_chinese(language):
        # nearly every piece is of letters and digits alone, which is quickly seen
        return tuple(p for p in _pieces(folded) if p.isalnum() or _WORD.fullmatch(p))
    if base_language(language) == "th":
        return thai.words(folded)
    return tuple(_WORD.findall(folded))


def _pieces(text: str) -> Iterator[str]:
    """Chinese of either script cut up; jieba's dictionary is of simplified characters."""
    at = 0
    for block in _BLOCK.findall(chinese_script.one_script(text)):
        for piece in _cut_block(block):
            yield text[at : at + len(piece)]
            at += len(piece)


@functools.lru_cache(maxsize=16_384)
def _cut_block(block: str) -> tuple[str, ...]:
    return tuple(_cutter().cut(block))


@functools.lru_cache(maxsize=16_384)
def sentences(text: str, language: str) -> tuple[str, ...]:
    """The sentences of ``text``, trimmed, divided at closing punctuation and line ends.

    Text without punctuation (what many recognisers write) is one sentence. Pieces without a
    letter or digit are left out. Thai has no full stops: there a polite particle before a blank
    ends a sentence too.
    """
    if base_language(language) == "th":
        return thai.clauses(text)
    ends = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    parts = (text[start:end].strip() for start, end in itertools.pairwise(ends))
    return tuple(part for part in parts if _WORD.search(part))


def is_chinese(language: str) -> bool:
    """Whether a language code names Chinese (``zh``, ``zh-TW``, ``yue``, ``cmn``)."""
    return base_language(language) in {"zh", "yue", "cmn"}


def table_language(language: str, text: str) -> str:
    """The language whose tables of words fit ``text``: ``zh`` for every kind of Chinese.

    Where no ``language`` is told, its script decides between Chinese, Thai and English.
    """
    base = base_language(language)
    if base:
        return "zh" if is_chinese(base) else base
    if _THAI.search(text):
        return "th"
    return "zh" if _HAN.search(text) else "en"


def cut_chinese(text: str) -> tuple[str, ...]:
    """Chinese text cut into words by jieba, nothing left out: the pieces joined are the text."""
    return tuple(_cutter().cut(text))


def is_known_chinese(word: str) -> bool:
    """Whether jieba's dictionary lists a word."""
    cutter = _cutter()
    cutter.initialize()
    return bool(cutter.FREQ.get(word))


def has_letters(word: str) -> bool:
    """Whether ``word`` holds a letter of any script (a number alone does not)."""
    return word.isalpha() or _LETTERS.search(word) is not None


@functools.cache
def _cutter() -> Any:
    import logging

    import jieba
    import platformdirs

    jieba.setLogLevel(logging.WARNING)
    cutter = jieba.Tokenizer()
    try:
        # jieba's default is a world-writable folder, from which it would load what others put there
        cutter.tmp_dir = str(platformdirs.user_cache_path("qa-inspect", ensure_exists=True))
    except OSError:
        cutter.tmp_dir = None
    return cutter
