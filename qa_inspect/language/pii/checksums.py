"""Numbers that tell themselves by a checksum, a date in them or a numbering plan.

Checksums and national numbers are python-stdnum's, telephone numbers those of ``phonenumbers``
(Google's libphonenumber); both are opened when a number is first looked at. This module does not
know texts.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from types import MappingProxyType

REGIONS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "en": ("US", "GB", "SG", "AU", "MY", "IN"),
        "zh": ("CN", "TW", "HK", "SG"),
        "id": ("ID",),
        "ms": ("MY", "SG"),
        "vi": ("VN",),
        "th": ("TH",),
    }
)
"""Whose numbering plans are tried on a number said without its country, by language."""
_CARD_LENGTHS = range(13, 20)
_CARD_BEGINS = ("2", "3", "4", "5", "6", "8")


def is_card(digits: str) -> bool:
    """Whether figures may be a payment card's: 13–19 of them, an issuer's first figure, Luhn."""
    if len(digits) not in _CARD_LENGTHS or not digits.startswith(_CARD_BEGINS):
        return False
    from stdnum import luhn

    return len(set(digits)) > 1 and bool(luhn.is_valid(digits))


def is_identity(figures: str, language: str) -> bool:
    """Whether a number is one that a state of this language's countries gives its people.

    Chinese (18, checksum) and Taiwanese (a letter and 9, checksum) identity cards, Hong Kong's
    (checksum), Thai (13, checksum), Malaysian (12, a birth date and place), Indonesian (16,
    a district and a birth date), Vietnamese (12, a province, century and year), Singapore's (a
    letter, 7 and a letter; checksum).
    """
    figures = figures.upper()
    if len(figures) == 18 and _chinese(figures):
        return True
    if language == "zh":
        return _taiwanese(figures) or _hong_kong(figures)
    if language in ("ms", "en") and _singaporean(figures):
        return True
    if not figures.isdigit():
        return False
    if language == "th" and len(figures) == 13:
        from stdnum.th import pin

        return bool(pin.is_valid(figures))
    if language in ("ms", "en") and len(figures) == 12:
        from stdnum.my import nric

        return bool(nric.is_valid(figures))
    if language == "id" and len(figures) == 16:
        return _indonesian(figures)
    return language == "vi" and len(figures) == 12 and _vietnamese(figures)


def is_phone(figures: str, language: str) -> bool:
    """Whether figures, with + or without, are a telephone number that is given out."""
    return _is_phone(figures, REGIONS[language])


@functools.lru_cache(maxsize=4096)
def _is_phone(figures: str, regions: tuple[str, ...]) -> bool:
    import phonenumbers

    bare = figures.lstrip("+")
    if not 7 <= len(bare) <= 15:
        return False
    for region in (None,) if figures.startswith("+") else regions:
        # a country's number said with its prefix and without the plus is as common
        for said in (figures, "+" + bare) if region and len(bare) >= 10 else (figures,):
            try:
                number = phonenumbers.parse(said, region)
            except phonenumbers.NumberParseException:
                continue
            country = phonenumbers.region_code_for_number(number)
            # a plus that nobody said counts only for the language's own countries
            if phonenumbers.is_valid_number(number) and (said == figures or country in regions):
                return True
    return False


def _chinese(figures: str) -> bool:
    from stdnum.cn import ric

    return bool(ric.is_valid(figures))


def _taiwanese(figures: str) -> bool:
    if not (len(figures) == 10 and figures[0].isalpha() and figures[0].isascii()):
        return False
    if not figures[1:].isdigit() or figures[1] not in "1289":
        return False
    # letters stand for 10–35 in an order of their own
    value = 10 + "ABCDEFGHJKLMNPQRSTUVXYWZIO".index(figures[0])
    weighed = [value // 10, 9 * (value % 10)]
    weighed += [int(d) * w for d, w in zip(figures[1:], (8, 7, 6, 5, 4, 3, 2, 1, 1), strict=True)]
    return sum(weighed) % 10 == 0


def _hong_kong(figures: str) -> bool:
    if not (len(figures) == 8 and figures[0].isalpha() and figures[1:7].isdigit()):
        return False
    total = 9 * 36 + 8 * (ord(figures[0]) - 55)
    total += sum(int(d) * w for d, w in zip(figures[1:7], range(7, 1, -1), strict=True))
    return "0A987654321"[total % 11] == figures[7]


def _singaporean(figures: str) -> bool:
    if not (len(figures) == 9 and figures[0] in "STFGM" and figures[1:8].isdigit()):
        return False
    weights = (2, 7, 6, 5, 4, 3, 2)
    total = sum(int(d) * w for d, w in zip(figures[1:8], weights, strict=True))
    if figures[0] in "TG":
        total += 4
    if figures[0] in "ST":
        return "JZIHGFEDCBA"[total % 11] == figures[8]
    if figures[0] in "FG":
        return "XWUTRQPNMLK"[total % 11] == figures[8]
    return figures[8].isalpha()


def _indonesian(figures: str) -> bool:
    from stdnum.id import nik

    return bool(nik.is_valid(figures))


def _vietnamese(figures: str) -> bool:
    """Province 001–096, then sex and century 0–3, then the year."""
    return 1 <= int(figures[:3]) <= 96 and figures[3] in "0123"
