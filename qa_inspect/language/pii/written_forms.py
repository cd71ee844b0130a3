"""Personal data with a form of its own: e-mail addresses, number plates, IBANs, IP addresses.

E-mail addresses are also read as they are spoken ("tom dot b at gmail dot com", 艾特, "titik"),
names as they are spelled ("B-A-K-E-R"). This module does not know rows of figures.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import regex

from qa_inspect.language.pii.context import Mention
from qa_inspect.language.pii.kinds import REFERENCE, PersonalData
from qa_inspect.language.pii.words import words_of

_AT = {
    "en": "at",
    "zh": "艾特|at|圈a|小老鼠",
    "id": "at|et",
    "ms": "at|di|alias",
    "vi": "a còng|a móc|at|còng",
    "th": "แอท|แอ็ท|at",
}
_DOT = {
    "en": "dot|point",
    "zh": "点|dot",
    "id": "titik|dot",
    "ms": "dot|titik",
    "vi": "chấm|dot|chấm com",
    "th": "ดอท|จุด|dot",
}
_ENDS = {
    "en": "com|net|org|co|edu|gov|io|me|uk|sg|my|us|info",
    "zh": "com|net|org|cn|tw|hk|康姆|扣姆",
    "id": "com|net|org|co|id|go|ac",
    "ms": "com|net|org|my|co|gov|edu",
    "vi": "com|net|org|vn|edu|gov|com",
    "th": "com|net|org|th|co|คอม|ทีเอช|ac|go|in",
}
_HOSTS = "gmail|yahoo|hotmail|outlook|icloud|qq|163|126|foxmail|live|aol|protonmail|g mail"
_HOSTS_THAI = "จีเมล|ฮอตเมล|ยาฮู|เอาท์ลุค"
_EMAIL = r"[\w.+-]+@[\w-]+(?:\.[\w-]+)*"
_GLUED = (
    r"(?:(?!(?:is|its|my|email|address|mail|and|at|on|the|to|you|your)\b)\b[\w.]+ )?(?:\d+ )?"
    r"\b[\w.]*(?:gmail|yahoo|hotmail|outlook|icloud|qq|mail|live|aol|email) ?(?:dot )?"
    r"\.?(?:com|net|org|co)\b"
)
_PLATES: Mapping[str, str] = MappingProxyType(
    {
        "zh": r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][ ·]?[a-z]"
        r"[ ·,，-]?(?=[a-z\d ]*\d)(?:[a-z\d][ ]?){4,5}[a-z\d](?![a-z\d])",
        "id": r"(?<![\p{L}\d])(?-i:[A-Z]{1,2}) ?\d{1,4} ?(?-i:[A-Z]{2,3})(?![\p{L}\d])",
        "vi": r"(?<![\d])\d{2}[ -]?[a-z]\d?[ .-]{1,3}?\d{2,3}[. ]?\d{2}(?![\d])",
        "th": r"(?<![\p{Thai}\d])\d?[ก-ฮ]{2}[ -]?\d{1,4}(?!\d)",
        "ms": r"(?<![\p{L}\d])(?-i:[A-Z]{3}) ?\d{3,4}(?: ?(?-i:[A-Z]))?(?![\p{L}\d])",
        "en": r"(?!)",
    }
)
_NAMED_PLATE = r"(?<![\p{L}\d])(?=[a-z\d -]*\d)(?:[a-z\d]{1,7}[ -]?){1,3}(?<=[a-z\d])"
_IP = r"(?<![\d.])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\d.])"
_IBAN = r"(?<![\p{L}\d])[a-z]{2}\d{2}(?: ?[a-z\d]{4}){2,7}(?: ?[a-z\d]{1,4})?(?![\p{L}\d])"
_SPELLED = r"(?<![\p{L}\d'’-])(?-i:[A-Z])(?:(?:[-. ,]{1,3})(?-i:[A-Z])(?![\p{L}\d'’])){2,}"
_FLAGS = regex.IGNORECASE


def written_forms(
    written: str, language: str, mentioned: tuple[Mention, ...]
) -> Iterator[PersonalData]:
    """The stretches of a written form that tell themselves, in no order; they may overlap."""
    if _MAIL.search(written) or (language != "en" and _LATIN.search(written)):
        yield from _found(_email(language), written, "email", 0.95)
    for match in _IP_PATTERN.finditer(written):
        yield PersonalData(*match.span(), "network", 0.8)
    for match in _IBAN_PATTERN.finditer(written):
        if _is_iban(match.group()):
            yield PersonalData(*match.span(), "account", 0.98)
    named = {mention.kind for mention in mentioned}
    sure = language in ("zh", "vi")
    if "plate" in named or (sure and _DIGIT.search(written)):
        yield from _found(_plate(language), written, "plate", 0.9 if "plate" in named else 0.7)
    if "plate" in named:
        yield from _after_plate(written, mentioned)
    yield from _secrets(written, mentioned, language)
    yield from _mixed_rows(written, mentioned, language)
    spelled = "name" if "name" in named else "email" if "email" in named else ""
    for match in _SPELLED_PATTERN.finditer(written):
        if spelled or len([one for one in match.group() if one.isalpha()]) >= 5:
            yield PersonalData(*match.span(), spelled or "name", 0.7 if spelled else 0.5)


def _found(
    pattern: regex.Pattern[str], written: str, kind: str, confidence: float
) -> Iterator[PersonalData]:
    for match in pattern.finditer(written):
        yield PersonalData(*match.span(), kind, confidence)


def _after_plate(written: str, mentioned: tuple[Mention, ...]) -> Iterator[PersonalData]:
    for mention in mentioned:
        if mention.kind == "plate":
            match = _NAMED_PLATE_PATTERN.search(written, mention.end, mention.end + 30)
            if match and sum(one.isdigit() for one in match.group()) >= 1:
                yield PersonalData(*match.span(), "plate", 0.85)


def _secrets(written: str, mentioned: tuple[Mention, ...], language: str) -> Iterator[PersonalData]:
    """What a password, a user name or a code with letters is, right after it is named."""
    for mention in mentioned:
        if mention.kind not in _MIXED_KINDS:
            continue
        match = _MIXED_PATTERN.search(written, mention.end, mention.end + 40)
        if match and not _SENTENCE_END.search(written, mention.end, match.start()):
            yield PersonalData(*match.span(), mention.kind, 0.85)
        elif mention.kind in ("code", "account", REFERENCE):
            match = _WORD_PATTERN.match(written, mention.end)
            sure = mention.kind != REFERENCE or (match and match["word"].isupper())
            if match and sure and _is_rare(match["word"], language):
                yield PersonalData(*match.span("word"), mention.kind, 0.7)


def _mixed_rows(
    written: str, mentioned: tuple[Mention, ...], language: str
) -> Iterator[PersonalData]:
    """Letters and figures by turns, as numbers of bookings are spelled: "a 34 l 95", "hfg 154".

    Two turns are enough after a number of such a kind was named, or where nothing else is said.
    """
    for match in _TURNS_PATTERN.finditer(written):
        letters = _LETTERS_PATTERN.findall(match.group())
        if all(word.lower() in _NOT_SPELLED or not _spelt(word, language) for word in letters):
            continue
        named = any(
            mention.kind == REFERENCE and 0 <= match.start() - mention.end <= _NAMED_WITHIN
            for mention in mentioned
        )
        alone = match.group().strip() == written.strip(" .,!?")
        if (
            named
            or alone
            or (len(letters) > 1 and len(_FIGURES_PATTERN.findall(match.group())) > 1)
        ):
            yield PersonalData(*match.span(), REFERENCE, 0.7 if named else 0.4)


def _spelt(word: str, language: str) -> bool:
    """Whether letters are no word: one alone, or several that hardly anybody writes together."""
    return len(word) == 1 or _is_seldom(word, language)


def _is_seldom(word: str, language: str) -> bool:
    from wordfreq import zipf_frequency

    codes = {"en", language} - {"zh", "th"}
    return all(zipf_frequency(word.lower(), code) < _SELDOM_ZIPF for code in codes)


def _is_rare(word: str, language: str) -> bool:
    from wordfreq import zipf_frequency

    codes = {"en", language} - {"zh", "th"}
    return all(zipf_frequency(word.lower(), code) < _RARE_ZIPF for code in codes)


def _is_iban(text: str) -> bool:
    from stdnum import iban

    return bool(iban.is_valid(text))


@functools.cache
def _email(language: str) -> regex.Pattern[str]:
    at, dot, ends = _AT[language], _DOT[language], _ENDS[language]
    space = r"\s?" if language in ("zh", "th") else r"\s"
    low = (
        "underscore|dash|hyphen|strip|sempang|garis bawah|gạch dưới|gạch ngang|gạch|下划线|杠|"
        "ขีดล่าง|ขีด"
    )
    joint = rf"(?:{space}(?:{dot}|{low}){space}|[.,_-]{{1,2}}\s?)"
    part = r"[a-z\d][\w'+-]*"
    # figures belong to it as they were said; after a spoken joint also a second word
    figures = "|".join(words_of(language).digits)
    counted = rf"(?:{space}(?:\d+|(?:{figures})(?![\p{{L}}\p{{M}}]))){{0,4}}"
    said = rf"{space}(?:{dot}|{low}){space}{part}(?: [a-z]+)?{counted}"
    person = rf"(?:double (?:u|you) )?{part}{counted}(?:{said}|{joint}{part}{counted}){{0,3}}"
    host = rf"(?:{part}|{_HOSTS}|{_HOSTS_THAI})(?:{joint}{part}){{0,2}}?"
    end = rf"\s?(?:{dot}|\.)\s?(?:{ends})"
    spoken = (
        rf"(?<![\p{{Latin}}]){person}\s?[,]?\s?(?:{at}|@)\s?(?:the rate )?{host}"
        rf"{end}(?:{end})?(?![\p{{Latin}}])"
    )
    return regex.compile(f"{_EMAIL}|{spoken}|{_GLUED}", _FLAGS)


@functools.cache
def _plate(language: str) -> regex.Pattern[str]:
    return regex.compile(_PLATES[language], _FLAGS)


_MIXED_KINDS = ("code", "account", "identity", "phone", REFERENCE)
_RARE_ZIPF = 2.8
_SELDOM_ZIPF = 4.0
_NAMED_WITHIN = 30
_NOT_SPELLED = frozenset(
    (
        *("a", "i", "x", "k", "g", "m", "h", "s", "am", "pm", "kg", "km", "cm", "mm", "gb", "mb"),
        *("st", "nd", "rd", "th", "hb", "rm", "rb", "jt", "usd", "sgd", "myr", "gbp", "rp", "no"),
    )
)
"""Letters beside figures that count, name a currency or are words."""
_TURNS_PATTERN = regex.compile(
    r"(?<![\p{L}\p{M}\d.,:$'’-])(?:[a-z]{1,4}[ -]?\d{1,12}|\d{1,12}[ -]?[a-z]{1,3}[ -]?\d{1,12})"
    r"(?:[ -]?[a-z]{1,3}[ -]?\d{1,12}){0,4}(?:[ -]?(?-i:[A-Z]{1,3}))?(?![\p{L}\p{M}\d:%]|[.,]\d)",
    _FLAGS,
)
_LETTERS_PATTERN = regex.compile(r"[a-z]+", _FLAGS)
_FIGURES_PATTERN = regex.compile(r"\d+")
_MIXED_PATTERN = regex.compile(
    r"(?<![\p{Latin}\d])(?=[a-z_\d.-]*[a-z])(?=[a-z_.-]*\d)[a-z\d][\w.-]{3,}(?<![.-])"
    r"(?<!\d(?:st|nd|rd|th|am|pm))(?![\p{Latin}])",
    _FLAGS | regex.ASCII,
)
_WORD_PATTERN = regex.compile(
    r"(?:nya)?(?: (?:saya|dia|anda|của em|của tôi))?\s?(?:is|was|adalah|ialah|là|是|คือ|:|：)\s?"
    r"[\"“']?(?P<word>[a-z]{4,})",
    _FLAGS,
)
_SENTENCE_END = regex.compile(r"[.!?。！？]\s|[。！？]")
_MAIL = regex.compile(rf"@|\bat\b|\.(?:com|net|org|co)\b|{_HOSTS}|mail", _FLAGS)
_LATIN = regex.compile(r"[a-z]{2}|@", _FLAGS)
_DIGIT = regex.compile(r"\d")
_IP_PATTERN = regex.compile(_IP)
_IBAN_PATTERN = regex.compile(_IBAN, _FLAGS)
_SPELLED_PATTERN = regex.compile(_SPELLED, _FLAGS)
_NAMED_PLATE_PATTERN = regex.compile(_NAMED_PLATE, _FLAGS)
