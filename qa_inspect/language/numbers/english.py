"""The written form of English numbers, amounts, times and dates.

Numbers from ten on and those before a unit are digits ("24 hours"); smaller ones in prose stay
words ("one moment"). Money is "$25.50" and "€25", shares are "25%", times "3:30 pm" and "3:30",
days "November 25" and "the 25th of November", digits said one by one one number.
"""

from __future__ import annotations

import regex

from qa_inspect.language.numbers.cardinals import Reader, Spoken, ordinal_ending
from qa_inspect.language.numbers.casing import any_of, small
from qa_inspect.language.numbers.formats import (
    NUMBER,
    Rule,
    Runs,
    form,
    rule,
    same_digits,
    spelled_digits,
    thousands,
    wide_digits,
)
from qa_inspect.language.numbers.lexicons import ENGLISH

_DIGITS = {w: v for w, v in ENGLISH.digits.items() if w not in ("oh", "nought", "zero")}
_HOURS = {**_DIGITS, "ten": 10, "eleven": 11, "twelve": 12}
_ORDINALS = {w: v for w, v in ENGLISH.ordinals.items() if v < 10} | {"second": 2}
_MONTHS = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_UNIT = (
    r"(?:minutes?|mins?|hours?|days?|weeks?|months?|years?|seconds?|dollars?|cents?|percent"
    r"|per cent|euros?|rupees?|bucks|pounds?|kilos?|kilometers?|miles?|gigabytes?|megabytes?"
    r"|business days?|working days?)(?!\w)"
)
_UNITS = (
    *("minute", "min", "hour", "day", "week", "month", "year", "second", "dollar", "cent", "euro"),
    *("rupee", "buck", "pound", "kilo", "mile", "byte"),
)
"""What each of the units holds, for seeing quickly that there is none."""
_NAMED = {
    "N": NUMBER,
    "D": any_of(w for w in _DIGITS if w != "one"),
    "ANY": any_of(_DIGITS),
    "H": rf"(?:{any_of(_HOURS)}|1[0-2]|0?[1-9])",
    "M": rf"(?:[0-5]\d|(?:oh|o) {any_of(_DIGITS)})",
    "UNIT": _UNIT,
    "MONTH": any_of(_MONTHS),
    "ORD": any_of(_ORDINALS),
}
_UNIT_AFTER = regex.compile(rf"[ -]{_UNIT}", regex.IGNORECASE)


def _digit(match: regex.Match[str]) -> str:
    return str(_DIGITS[small(match.group())])


def _years(text: str, numbers: list[Spoken]) -> list[Spoken]:
    """Nineteen ninety nine, twenty twenty: two numbers that are one year."""
    found: list[Spoken] = []
    for number in numbers:
        before = found[-1] if found else None
        if (
            before is not None
            and before.value in (19, 20)
            and before.atoms == 1
            and before.round_ten
            and 10 <= number.value < 100
            and not number.ordinal
            and text[before.end : number.start] in (" ", "-")
            and not _UNIT_AFTER.match(text, number.end)
        ):
            year = f"{before.text}{number.text}"
            found[-1] = Spoken(year, float(year), before.start, number.end, before.atoms + 1)
        else:
            found.append(number)
    return found


def _minutes(text: str) -> int:
    said = small(text).split()
    return _DIGITS[said[-1]] if said[-1] in _DIGITS else int(text)


def _hour(text: str) -> int:
    return _HOURS[small(text)] if small(text) in _HOURS else int(text)


def _half_day(match: regex.Match[str]) -> str | None:
    hour, minutes, half = match.group(1), match.group(2), match.group(3)
    if small(hour) == "one" and not minutes and half.lower() == "am":
        return None
    past = f":{_minutes(minutes):02}" if minutes and _minutes(minutes) else ""
    return f"{_hour(hour)}{past} {half[0].lower()}m"


def _past(match: regex.Match[str]) -> str:
    hour = _hour(match.group(3))
    if small(match.group(1)) == "half":
        return f"{hour}:30"
    return f"{hour}:15" if small(match.group(2)) == "past" else f"{(hour - 2) % 12 + 1}:45"


def _day_after_month(match: regex.Match[str]) -> str | None:
    if small(match.group(1)) == "may" and small(match.group(3)) in _ORDINALS:
        return None
    day = small(match.group(3))
    return f"{match.group(1)} {_ORDINALS.get(day) or day}"


def _dollars(match: regex.Match[str]) -> str:
    amount, cents = match.group(1), match.group(2)
    if cents and "." not in amount and int(cents) < 100:
        return f"${amount}.{int(cents):02}"
    return f"${same_digits(amount)}"


def _rule(pattern: str, make: object, *needs: str) -> Rule:
    return rule(pattern, make, named=_NAMED, needs=needs)  # type: ignore[arg-type]


_RULES: tuple[Rule, ...] = (
    wide_digits,
    thousands(","),
    Runs(Reader(ENGLISH), join=_years),
    _rule(
        r"(?<=(?<!\w){MONTH} (?:the )?)([23]0)[ -]second(?!\w)",
        lambda m: f"{int(m[1]) + 2}",
        "second",
    ),
    _rule(
        r"(?<!\w)([23]0)[ -]second(?= of {MONTH}(?!\w))", lambda m: f"{int(m[1]) + 2}nd", "second"
    ),
    _rule(r"(?<!\w)({MONTH})( the)? ({ORD})(?!\w)", _day_after_month, *_MONTHS),
    _rule(r"(?<=(?<!\w){MONTH} )(?:the )?(\d{1,2})(?:st|nd|rd|th)(?!\w)", lambda m: m[1], *_MONTHS),
    _rule(
        r"(?<=(?<!\w)the ){ORD}(?= (?:of )?{MONTH}(?!\w))",
        lambda m: f"{_ORDINALS[small(m[0])]}{ordinal_ending(_ORDINALS[small(m[0])])}",
        *_MONTHS,
    ),
    _rule(
        r"(?<!\w)({H})[ :.]?({M})? ?(a\.m\.|p\.m\.|am|pm|a m|p m)(?![\w'])",
        _half_day,
        *("a.m.", "p.m.", "am", "pm", "a m", "p m"),
    ),
    _rule(r"(?<!\w)(half|quarter) (past|to) ({H})(?![\w:])", _past, "half", "quarter"),
    _rule(
        r"(?<=(?<!\w)(?:at|by|around|until|till|from|before|after|between|about) )({H}) ({M})"
        r"(?![\w:%$]|[.,]\d| ?[-&]| {UNIT}| \d)",
        lambda m: f"{_hour(m[1])}:{_minutes(m[2]):02}",
        *("at ", "by ", "around ", "till ", "until ", "from "),
        *("before ", "after ", "between ", "about "),
    ),
    _rule(r"(?<!\w){H}(?= o'?clock(?!\w))", lambda m: str(_hour(m[0])), "clock"),
    _rule(r"(?<![\w'-]){ANY}(?= (?:or|to) (?:{D}|\d+)[ -]{UNIT})", _digit, *_UNITS),
    _rule(r"(?<![\w'-]){D}(?=[ -]{UNIT})", _digit, *_UNITS),
    _rule(r"(?<![\w'-])one(?=[ -](?:dollars?|percent|per cent|hour)(?!\w))", lambda m: "1", "one"),
    _rule(r"({N}) ?(?:percent(?!\w)|per cent(?!\w)|%)", lambda m: f"{m[1]}%", "per", "%"),
    _rule(r"\$?({N})[ -]dollars?(?!\w)(?:(?: and)? (\d{1,2}) cents?(?!\w))?", _dollars, "dollar"),
    _rule(r"\$ ?({N})()", _dollars, "$"),
    _rule(r"€ ?({N})|({N}) euros?(?!\w)", lambda m: f"€{same_digits(m[1] or m[2])}", "€", "euro"),
    spelled_digits,
)
_READ_AS_NUMBERS = (
    "second",
    *(f"{hour}{half}" for hour in _HOURS for half in ("am", "pm", "a", "p")),
)
ENGLISH_FORM = form(
    ENGLISH,
    (
        "[$€]",
        r"\d ?(?:%|[ap]\.?m|[ap] m|percent|per cent|-?dollar|euro|st|nd|rd|th)",
        *("past", "quarter", "first", "second"),
    ),
    _RULES,
    also=_READ_AS_NUMBERS,
)
