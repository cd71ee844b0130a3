"""The written form of Indonesian, Malay, Vietnamese and Thai numbers, amounts and times.

Numbers of two words and more, from ten on, and before a unit are digits; "satu saat" and "một
chút" stay. Money is "Rp25000", "RM25.50", "25000 đồng" and 25บาท, shares are "25%", times "10:30",
digits said one by one one number.
"""

import regex

from qa_inspect.language.numbers.cardinals import Atom, Reader
from qa_inspect.language.numbers.casing import any_of, small
from qa_inspect.language.numbers.formats import (
    NUMBER,
    Rule,
    Runs,
    decimal_comma,
    form,
    rule,
    same_digits,
    spelled_digits,
    thai_digits,
    thousands,
    wide_digits,
)
from qa_inspect.language.numbers.lexicons import MALAY, THAI, VIETNAMESE

_MALAY_SINGLE = {w: v for w, v in MALAY.digits.items() if v}
_MALAY_NAMED = {
    "N": NUMBER,
    "D": any_of(_MALAY_SINGLE),
    "T": any_of(w for w in _MALAY_SINGLE if w != "satu"),
    "UNIT": (
        "(?:jam|menit|minit|hari|minggu|bulan|tahun|detik|saat|persen|peratus|rupiah|ringgit|sen"
        r"|kali)(?!\w)"
    ),
    "MONTH": (
        "(?:januari|februari|maret|mac|april|mei|juni|jun|juli|julai|agustus|ogos|september"
        r"|oktober|november|desember|disember)(?!\w)"
    ),
}


def _malay_digit(match: regex.Match[str]) -> str:
    return str(_MALAY_SINGLE[small(match.group())])


def _ringgit(match: regex.Match[str]) -> str:
    amount, cents = match.group(1), match.group(2)
    if cents and "." not in amount:
        return f"RM{amount}.{int(cents):02}"
    return f"RM{same_digits(amount)}"


def _malay_rule(pattern: str, make: object) -> Rule:
    return rule(pattern, make, named=_MALAY_NAMED)  # type: ignore[arg-type]


_MALAY_WORDS: tuple[Rule, ...] = (
    _malay_rule(r"(?<=(?<!\w)(?:pukul|jam) \d{1,2})\.(?=[0-5]\d(?![\d.,]))", lambda m: ":"),
    _malay_rule(r"(?<!\w)(Rp|RM)\.? ?(?=\d)", lambda m: f"{m[1]} "),
    Runs(Reader(MALAY)),
    _malay_rule(r"(?<=(?<!\w)(?:jam|pukul|tanggal|tarikh) ){D}(?!\w)", _malay_digit),
    _malay_rule(r"(?<!\w){D}(?= {MONTH})", _malay_digit),
    _malay_rule(r"(?<!\w){T}(?= {UNIT})", _malay_digit),
    _malay_rule(r"(?<!\w)satu(?= (?:jam|persen|peratus|rupiah|ringgit)(?!\w))", _malay_digit),
    _malay_rule(r"({N}) ?(?:persen(?!\w)|peratus(?!\w)|%)", lambda m: f"{m[1]}%"),
    _malay_rule(r"(?:(?<!\w)RM )?({N}) ringgit(?!\w)(?: (\d{1,2}) sen(?!\w))?", _ringgit),
    _malay_rule(r"(?<!\w)RM ({N})()", _ringgit),
    _malay_rule(
        r"(?<!\w)Rp ({N})(?: rupiah(?!\w))?|({N}) rupiah(?!\w)", lambda m: f"Rp{m[1] or m[2]}"
    ),
    spelled_digits,
)
_INDONESIAN_RULES: tuple[Rule, ...] = (
    wide_digits,
    _MALAY_WORDS[0],
    thousands("."),
    decimal_comma,
    *_MALAY_WORDS[1:],
)
_MALAY_RULES: tuple[Rule, ...] = (wide_digits, thousands(","), *_MALAY_WORDS)

_VIETNAMESE_SINGLE = {
    w: v for w, v in VIETNAMESE.digits.items() if w not in ("không", "mốt", "lăm", "nhăm", "tư")
}
_VIETNAMESE_NAMED = {
    "N": NUMBER,
    "D": any_of(_VIETNAMESE_SINGLE),
    "T": any_of(w for w in _VIETNAMESE_SINGLE if w != "một"),
    "UNIT": r"(?:giờ|phút|ngày|tuần|tháng|năm|giây|phần trăm|đồng|tiếng)(?!\w)",
}


def _vietnamese_digit(match: regex.Match[str]) -> str:
    return str({**_VIETNAMESE_SINGLE, "tư": 4}[small(match.group())])


def _vietnamese_rule(pattern: str, make: object) -> Rule:
    return rule(pattern, make, named=_VIETNAMESE_NAMED)  # type: ignore[arg-type]


_VIETNAMESE_RULES: tuple[Rule, ...] = (
    wide_digits,
    thousands("."),
    decimal_comma,
    Runs(Reader(VIETNAMESE)),
    _vietnamese_rule(r"(?<=(?<!\w)tháng )(?:{D}|tư)(?!\w)", _vietnamese_digit),
    _vietnamese_rule(r"(?<=(?<!\w)(?:ngày|mùng|mồng) ){T}(?= tháng(?!\w))", _vietnamese_digit),
    _vietnamese_rule(r"(?<!\w){T}(?= {UNIT})", _vietnamese_digit),
    _vietnamese_rule(r"(?<!\w)một(?= (?:giờ|đồng|phần trăm)(?!\w))", lambda m: "1"),
    _vietnamese_rule(r"(?<![\w:.])(\d{1,2}) giờ rưỡi(?!\w)", lambda m: f"{m[1]}:30"),
    _vietnamese_rule(
        r"(?<![\w:.])(\d{1,2})(?: giờ |h)([0-5]\d)(?![\w:]| phút)", lambda m: f"{m[1]}:{m[2]}"
    ),
    _vietnamese_rule(r"({N}) ?h(?!\w)", lambda m: f"{m[1]} giờ"),
    _vietnamese_rule(r"({N}) ?(?:phần trăm(?!\w)|%)", lambda m: f"{m[1]}%"),
    _vietnamese_rule(
        r"({N}) ?(?:đồng|đ|vnđ|vnd)(?!\w)|(\d+)đ(?!\w)", lambda m: f"{m[1] or m[2]} đồng"
    ),
    spelled_digits,
)

_THAI_READER = Reader(THAI)
_THAI_SINGLE = {w: v for w, v in THAI.digits.items() if w not in ("ศูนย์", "เอ็ด", "ยี่")}
_THAI_NAMED = {
    "N": NUMBER,
    "D": any_of(_THAI_SINGLE),
    "UNIT": ("(?:วินาที|นาที|ชั่วโมง|วัน(?!นี้)|สัปดาห์|เดือน|ปี|บาท|เปอร์เซ็นต์|เปอร์เซนต์|โมง|ทุ่ม)"),
}


def _thai_unless(text: str, run: tuple[Atom, ...]) -> bool:
    """Whether the number words are no whole number: parts of other words, most likely."""
    if len(run) < 2:
        return False
    numbers = list(_THAI_READER.numbers(run))
    return len(numbers) != 1 or numbers[0].atoms != len(run)


def _thai_rule(pattern: str, make: object) -> Rule:
    return rule(pattern, make, named=_THAI_NAMED)  # type: ignore[arg-type]


_THAI_RULES: tuple[Rule, ...] = (
    wide_digits,
    thai_digits,
    thousands(","),
    Runs(_THAI_READER, unless=_thai_unless),
    _thai_rule(r"{D}(?= ?{UNIT})", lambda m: str(_THAI_SINGLE[m[0]])),
    _thai_rule(r"ร้อยละ ?({N}|{D})", lambda m: f"{_THAI_SINGLE.get(m[1], m[1])}%"),
    _thai_rule(r"({N}) ?(?:เปอร์เซ็นต์|เปอร์เซนต์|%)", lambda m: f"{m[1]}%"),
    _thai_rule(r"({N}) ?บาท|฿ ?({N})", lambda m: f"{same_digits(m[1] or m[2])}บาท"),
    _thai_rule(r"({N}) ({UNIT})", lambda m: f"{m[1]}{m[2]}"),
    _thai_rule(r"(?<![\d.,:/])(\d{1,2})\.([0-5]\d)(?= ?(?:น\.|นาฬิกา))", lambda m: f"{m[1]}:{m[2]}"),
    spelled_digits,
)

_MALAY_SIGNS = (r"r(?<!\wr)[pm]", r"\d ?(?:%|persen|peratus|rupiah|ringgit)")
INDONESIAN_FORM = form(MALAY, _MALAY_SIGNS, _INDONESIAN_RULES)
MALAY_FORM = form(MALAY, _MALAY_SIGNS, _MALAY_RULES)
VIETNAMESE_FORM = form(
    VIETNAMESE, (r"\d ?(?:%|h(?!\w)|đ|vn[dđ]|phần|giờ)", r"\dh\d"), _VIETNAMESE_RULES
)
THAI_FORM = form(THAI, ("[๐-๙฿]", "ร้อยละ", r"\d ?\p{Thai}", r"\d ?%"), _THAI_RULES)
