"""The number words of the six languages.

Data only. This module does not know how numbers are read or written.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from qa_inspect.language.numbers.cardinals import Lexicon

_EN_DIGITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]
_EN_TEENS = [
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_EN_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_EN_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]

ENGLISH = Lexicon(
    digits=MappingProxyType({**{w: v for v, w in enumerate(_EN_DIGITS)}, "oh": 0, "nought": 0}),
    wholes=MappingProxyType(
        {
            **{w: (10 + at, 0) for at, w in enumerate(_EN_TEENS)},
            **{w: (10 * (at + 2), 10) for at, w in enumerate(_EN_TENS)},
            "fourty": (40, 10),
            "ninty": (90, 10),
            "a hundred": (100, 100),
            "a thousand": (1000, 1000),
        }
    ),
    small_powers=MappingProxyType({"hundred": 100}),
    big_powers=MappingProxyType({"thousand": 10**3, "million": 10**6, "billion": 10**9}),
    fillers=frozenset(["and"]),
    points=frozenset(["point"]),
    repeats=MappingProxyType({"double": 2, "triple": 3}),
    ordinals=MappingProxyType(
        {
            # "thirty second" is mostly a length of time; English rules read it beside a month
            **{w: at + 1 for at, w in enumerate(_EN_ORDINALS) if w != "second"},
            "thirtieth": 30,
        }
    ),
    weak=frozenset(["oh"]),
)

CHINESE = Lexicon(
    digits=MappingProxyType(
        {
            **{w: v for v, w in enumerate("零一二三四五六七八九")},
            "〇": 0,
            "两": 2,
            "兩": 2,
            "幺": 1,
        }
    ),
    wholes=MappingProxyType({}),
    small_powers=MappingProxyType({"十": 10, "百": 100, "千": 1000}),
    big_powers=MappingProxyType({"万": 10**4, "萬": 10**4, "亿": 10**8, "億": 10**8}),
    bare_powers=frozenset(["十"]),
    weak=frozenset(["两", "兩"]),
    elided_power=True,
    spaced=False,
)

_MALAY_DIGITS: Mapping[str, int] = MappingProxyType(
    {
        "kosong": 0,
        "nol": 0,
        "sifar": 0,
        "satu": 1,
        "dua": 2,
        "tiga": 3,
        "empat": 4,
        "lima": 5,
        "enam": 6,
        "tujuh": 7,
        "delapan": 8,
        "lapan": 8,
        "sembilan": 9,
    }
)

MALAY = Lexicon(
    digits=_MALAY_DIGITS,
    wholes=MappingProxyType(
        {
            "sepuluh": (10, 0),
            "sebelas": (11, 0),
            "seratus": (100, 100),
            "seribu": (1000, 1000),
            "sejuta": (10**6, 10**6),
        }
    ),
    small_powers=MappingProxyType({"puluh": 10, "ratus": 100}),
    big_powers=MappingProxyType(
        {
            "ribu": 10**3,
            "juta": 10**6,
            "miliar": 10**9,
            "milyar": 10**9,
            "bilion": 10**9,
        }
    ),
    teen_endings=frozenset(["belas"]),
    points=frozenset(["koma", "perpuluhan"]),
    weak=frozenset(["kosong", "nol", "sifar"]),
    weak_at_edges="pair",
)

VIETNAMESE = Lexicon(
    digits=MappingProxyType(
        {
            "không": 0,
            "một": 1,
            "mốt": 1,
            "hai": 2,
            "ba": 3,
            "bốn": 4,
            "tư": 4,
            "năm": 5,
            "lăm": 5,
            "nhăm": 5,
            "sáu": 6,
            "bảy": 7,
            "bẩy": 7,
            "tám": 8,
            "chín": 9,
        }
    ),
    wholes=MappingProxyType({"mười": (10, 10)}),
    small_powers=MappingProxyType({"mươi": 10, "chục": 10, "trăm": 100}),
    big_powers=MappingProxyType(
        {
            "nghìn": 10**3,
            "ngàn": 10**3,
            "triệu": 10**6,
            "tỷ": 10**9,
            "tỉ": 10**9,
        }
    ),
    fillers=frozenset(["linh", "lẻ"]),
    points=frozenset(["phẩy"]),
    weak=frozenset(["không"]),
    weak_at_edges="plain",
    late=frozenset(["mốt", "lăm", "nhăm", "tư"]),
    not_after_ten=frozenset(["năm"]),
)

THAI = Lexicon(
    digits=MappingProxyType(
        {
            "ศูนย์": 0,
            "หนึ่ง": 1,
            "เอ็ด": 1,
            "สอง": 2,
            "ยี่": 2,
            "สาม": 3,
            "สี่": 4,
            "ห้า": 5,
            "หก": 6,
            "เจ็ด": 7,
            "แปด": 8,
            "เก้า": 9,
        }
    ),
    wholes=MappingProxyType({}),
    small_powers=MappingProxyType(
        {"สิบ": 10, "ร้อย": 100, "พัน": 1000, "หมื่น": 10_000, "แสน": 100_000}
    ),
    big_powers=MappingProxyType({"ล้าน": 10**6}),
    bare_powers=frozenset(["สิบ"]),
    weak=frozenset(["ศูนย์"]),
    weak_at_edges="plain",
    late=frozenset(["เอ็ด"]),
    spaced=False,
    guards=MappingProxyType(
        {
            "สาม": "(?!ารถ|ี|ัญ|ัค)",
            "ห้า": "(?![มงวย])",
            "เก้า": "(?!อี้|ว)",
            "หก": "(?!ล้ม|คะ)",
            "พัน": "(?!ธ)",
            "แปด": "(?!เปื้อน)",
            "ร้อย": "(?!ละ)",
            "แสน": "(?!ดี|น่า)",
            "สี่": "(?!แยก)",
            "ยี่": "(?=สิบ)",
        }
    ),
)
