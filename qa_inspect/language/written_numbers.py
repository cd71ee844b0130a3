"""Spoken numbers, dates and amounts in one written form per language.

Recognisers write what they hear now as words, now as digits. ``written`` gives both one form:
numbers of two words and more, from ten on, before a unit, in amounts, shares, times and dates are
digits; single small numbers in prose stay words ("one moment", 一下). The forms of each language
are told in ``numbers.english``, ``numbers.chinese`` and ``numbers.southeast_asian``.

This module does not know utterances, speakers or rules.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Sequence

import regex

from qa_inspect.domain import Word, base_language
from qa_inspect.language.numbers.casing import small
from qa_inspect.language.numbers.chinese import CHINESE_FORM
from qa_inspect.language.numbers.english import ENGLISH_FORM
from qa_inspect.language.numbers.formats import Form
from qa_inspect.language.numbers.lexicons import CHINESE, ENGLISH, MALAY, THAI, VIETNAMESE
from qa_inspect.language.numbers.presence import latin_words, may_hold_numbers
from qa_inspect.language.numbers.rewriting import Rewriting
from qa_inspect.language.numbers.southeast_asian import (
    INDONESIAN_FORM,
    MALAY_FORM,
    THAI_FORM,
    VIETNAMESE_FORM,
)
from qa_inspect.language.rewritten_words import rewrite_words

_FORMS: dict[str, Form] = {
    "en": ENGLISH_FORM,
    "zh": CHINESE_FORM,
    "yue": CHINESE_FORM,
    "cmn": CHINESE_FORM,
    "id": INDONESIAN_FORM,
    "ms": MALAY_FORM,
    "vi": VIETNAMESE_FORM,
    "th": THAI_FORM,
}
_LATIN = regex.compile(r"\p{Latin}|\d")
_HAN = regex.compile(r"\p{Han}")
_THAI = regex.compile(r"\p{Thai}")


def written(words: Sequence[Word], language: str) -> tuple[Word, ...]:
    """The words with their numbers in the written form of ``language``.

    Words that became one number are one word with their times and their mean confidence;
    punctuation stays on it. Other words, and languages without rules, come back as they were.
    Writing twice changes nothing.
    """
    return rewrite_words(words, lambda text: rewritten(text, language))


def written_text(text: str, language: str | None) -> str:
    """A text with its numbers in the written form of ``language``; None means any of the six."""
    return _in_form(Rewriting(text), language).text


def rewritten(text: str, language: str | None) -> Rewriting:
    """The written form, with where each of its letters came from."""
    return _in_form(Rewriting(text), language)


def _in_form(rewriting: Rewriting, language: str | None) -> Rewriting:
    text = rewriting.text
    for code in [base_language(language)] if language else _languages_of(text):
        if code in _FORMS:
            rewriting = _FORMS[code](rewriting)
    return rewriting


def compared(text: str, language: str) -> str:
    """The written form with single small numbers in digits too, for counting errors by.

    Only for comparing two texts that went through it: "one moment" becomes "1 moment".
    """
    form = written_text(text, language)
    singles = _singles(base_language(language))
    return singles[0].sub(lambda m: singles[1][small(m.group())], form) if singles else form


def in_one_form(text: str, script: str) -> Rewriting:
    """The written form as phrases are matched on it, whatever the language.

    Unlike the form for people it doesn't depend on the words beside a small number, because a
    phrase may stop there: signs become words ("25%" is "25 percent"). In Latin script small
    numbers are digits, but "one", "satu" and "1" are "one", which also ends other words, and round
    ones keep their power ("5 thousand"). In scripts without blanks numbers are words. ``script``
    is ``latin``, ``han`` or ``thai``.
    """
    rewriting = Rewriting(text)
    codes = _languages_of(text)
    if not may_hold_numbers(text, [_FORMS[code].presence for code in codes]):
        return rewriting
    for code in codes:
        rewriting = _FORMS[code](rewriting)
    for sign, pattern, word in _SIGNS:
        if sign in rewriting.text:
            rewriting = rewriting.sub(pattern, _followed_by(word))
    if script == "latin":
        if "00" in rewriting.text:
            rewriting = rewriting.sub(_ROUND, _round_english)
        if _small_numbers_in(rewriting.text):
            rewriting = rewriting.sub(_SMALL, lambda m: _SMALL_FORMS[small(m.group())])
        return rewriting
    if script == "thai":
        return rewriting.sub(_ALONE, lambda m: thai_numeral(m.group()))
    rewriting = rewriting.sub(_ALONE, lambda m: chinese_numeral(m.group()))
    return rewriting.sub(_HAN_SPELLINGS, lambda m: _HAN_SPELLING[m.group()])


def _small_numbers_in(text: str) -> bool:
    """Whether ``text`` may hold small numbers that are written another way; it errs only in yes."""
    words = latin_words(text)
    if not _SMALL_WORDS.isdisjoint(words) or _LONE_ONE.search(text) is not None:
        return True
    return "one" in words and _CAPITAL_ONE.search(text) is not None


def chinese_numeral(digits: str) -> str:
    """A number as Chinese is matched on: 25 is 二十五, 5000 五千, and 3920 digit by digit."""
    one_by_one = "".join("零一二三四五六七八九"[int(digit)] for digit in digits)
    number = int(digits)
    if digits[0] == "0" or (len(digits) > 3 and number % 1000) or number >= 10**8:
        return one_by_one
    if number >= 10_000:
        high, rest = divmod(number, 10_000)
        return f"{chinese_numeral(str(high))}万" + (chinese_numeral(str(rest)) if rest else "")
    text, zero = "", False
    for power, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // power % 10
        if digit:
            said = "" if power == 10 and digit == 1 and not text else one_by_one[-len(str(power))]
            text += ("零" if zero else "") + said + name
        zero = bool(text) and not digit
    return text


def thai_numeral(digits: str) -> str:
    """A number as Thai is matched on: 25 is ยี่สิบห้า, 50000 ห้าหมื่น, and 3920 digit by digit."""
    number = int(digits)
    if digits[0] == "0" or (len(digits) > 3 and number % 1000) or number >= 10**8:
        return "".join(_THAI_DIGITS[int(digit)] for digit in digits)
    if number >= 10**6:
        high, rest = divmod(number, 10**6)
        return f"{thai_numeral(str(high))}ล้าน" + (thai_numeral(str(rest)) if rest else "")
    text = ""
    for power, name in ((10**5, "แสน"), (10**4, "หมื่น"), (1000, "พัน"), (100, "ร้อย"), (10, "สิบ")):
        digit = number // power % 10
        if digit and power == 10:
            text += {1: "", 2: "ยี่"}.get(digit, _THAI_DIGITS[digit]) + name
        elif digit:
            text += _THAI_DIGITS[digit] + name
    last = number % 10
    return text + ("เอ็ด" if last == 1 and text else _THAI_DIGITS[last] if last or not text else "")


def _round_english(match: regex.Match[str]) -> str:
    number = int(match.group())
    for power, name in ((10**6, "million"), (1000, "thousand")):
        if number % power == 0 and number < 1000 * power:
            head = number // power
            return f"{f'{head // 100} hundred' if head % 100 == 0 else head} {name}"
    return f"{number // 100} hundred" if number < 1000 else match.group()


def _followed_by(word: str) -> Callable[[regex.Match[str]], str]:
    return lambda match: f"{match[1]} {word}"


def _small_forms() -> dict[str, str]:
    forms = {"1": "one"}
    powers = {100: "hundred", 1000: "thousand", 10**6: "million"}
    for lexicon in (MALAY, VIETNAMESE):
        for word, value in {**lexicon.small_powers, **lexicon.big_powers}.items():
            if value in powers:
                forms[word] = powers[value]
    for lexicon in (ENGLISH, MALAY, VIETNAMESE):
        for word, value in lexicon.digits.items():
            if word not in lexicon.weak and word != "tư":
                forms[word] = str(value) if value != 1 else "one"
    return forms


_SMALL_FORMS = _small_forms()
_SMALL_WORDS = frozenset(word for word, form in _SMALL_FORMS.items() if word != form) - {"1"}
_LONE_ONE = re.compile(r"(?<!\d)1(?!\d)")
_CAPITAL_ONE = re.compile("[Oo][Nn][Ee](?<!one)")
_SMALL = regex.compile(
    rf"(?<![\w.,:/$%'’-])(?:{'|'.join(sorted(_SMALL_FORMS, key=len, reverse=True))})"
    r"(?![\w:/%'’]|[.,]\d)",
    regex.IGNORECASE,
)
_ROUND = regex.compile(r"(?<![\w.,:/-])[1-9]\d*00(?![\w:/%-]|[.,]\d)")
_ALONE = regex.compile(r"(?<![\d/-])(?<!\p{Latin})[0-9]+(?![/-]\d|\d|\p{Latin})")
_THAI_DIGITS = ["ศูนย์", "หนึ่ง", "สอง", "สาม", "สี่", "ห้า", "หก", "เจ็ด", "แปด", "เก้า"]
_HAN_SPELLING = {"二": "两", "兩": "两", "〇": "零", "幺": "一"}
_HAN_SPELLINGS = regex.compile("[二兩〇幺]")
_SIGNS = (
    ("%", regex.compile(r"(\d+(?:\.\d+)?)%"), "percent"),
    ("$", regex.compile(r"\$(\d+(?:\.\d+)?)"), "dollars"),
    ("€", regex.compile(r"€(\d+(?:\.\d+)?)"), "euros"),
    ("Rp", regex.compile(r"(?<!\w)Rp(\d+(?:\.\d+)?)"), "rupiah"),
    ("RM", regex.compile(r"(?<!\w)RM(\d+(?:\.\d+)?)"), "ringgit"),
)


@functools.cache
def _singles(code: str) -> tuple[regex.Pattern[str], dict[str, str]] | None:
    lexicons = {"en": ENGLISH, "id": MALAY, "ms": MALAY, "vi": VIETNAMESE, "th": THAI}
    lexicon = CHINESE if code in ("zh", "yue", "cmn") else lexicons.get(code)
    if lexicon is None:
        return None
    values = {w: str(v) for w, v in lexicon.digits.items()}
    listed = "|".join(sorted(map(regex.escape, values), key=len, reverse=True))
    edge = (r"(?<![\w'])", r"(?![\w'])") if lexicon.spaced else ("", "")
    return regex.compile(f"{edge[0]}(?:{listed}){edge[1]}", regex.IGNORECASE), values


def _languages_of(text: str) -> list[str]:
    """The languages whose numbers may be in a text, by its script."""
    found = []
    if _LATIN.search(text):
        found += ["en", "id", "vi"]
    if text.isascii():
        return found
    if _HAN.search(text):
        found.append("zh")
    if _THAI.search(text):
        found.append("th")
    return found
