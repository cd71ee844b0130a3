"""What a customer states about a matter: order numbers, amounts of money, dates.

Numbers are read from the project's own written form ("forty nine dollars" is "$49"), and only
where the words beside them say what they are: an amount that was *paid*, a day on which something
was *ordered*. This module does not know calls, rules or who is right.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import regex

from qa_inspect.domain import base_language
from qa_inspect.language.chinese_script import one_script
from qa_inspect.language.written_numbers import written_text
from qa_inspect.rubric import stated_facts_asia as asia

FactKind = Literal["order", "amount", "date"]


@dataclass(frozen=True, slots=True)
class Fact:
    """One stated value. ``about`` is what it is a value of ("paid", "ordered on"), ``value`` its
    plain form; two facts with the same kind and ``about`` can be compared. ``line`` is the place
    of the utterance among those that were read."""

    kind: FactKind
    about: str
    value: str
    line: int


_ENGLISH_MONTHS = {
    name: str(at)
    for at, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sep sept",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
_MONTH = "|".join(sorted(_ENGLISH_MONTHS, key=len, reverse=True))
_EN_DATE = (
    rf"(?:(?P<m1>{_MONTH})\.? (?:the )?(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?![\d,])"
    rf"|(?:the )?(?P<d2>\d{{1,2}})(?:st|nd|rd|th)? (?:of )?(?P<m2>{_MONTH}))\b"
)
_EN_MONEY = (
    r"(?:[$£€](?P<a1>\d+(?:\.\d+)?)|(?P<a2>\d+(?:\.\d+)?) ?"
    r"(?:dollars?|pounds?|euros?|bucks|quid|usd|gbp|eur))"
)
_EN_GAP = r"(?:(?!\b(?:not|never|but|want|give|offer|refund)\b)[^.?!;])"
_ZH_DATE = r"(?P<m1>\d{1,2})月(?P<d1>\d{1,2})[日号號]?"
_ZH_MONEY = r"(?P<a1>\d+(?:\.\d+)?)(?:块钱|块|塊錢|塊|元|圆|人民币)?"
_ZH_GAP = r"[^。？！；，,?!;赔退给賠給]"


@dataclass(frozen=True, slots=True)
class _Form:
    kind: FactKind
    about: str
    pattern: regex.Pattern[str]


def _forms(*rows: tuple[FactKind, str, str]) -> tuple[_Form, ...]:
    return tuple(
        _Form(kind, about, regex.compile(text, regex.IGNORECASE)) for kind, about, text in rows
    )


@functools.cache
def _english() -> tuple[_Form, ...]:
    number = r"(?P<n>[A-Z]{0,4}[- ]?\d{4,20})\b"
    return _forms(
        (
            "order",
            "order number",
            rf"\b(?:order|tracking|invoice|reference|booking|case|parcel)(?: number| no\.?| id)?"
            rf"(?: is| was|:)? ?(?:number )?#?{number}",
        ),
        (
            "amount",
            "paid",
            rf"\b(?:paid|spent|cost(?: me)?|charged me|bought (?:it|this|that) for|"
            rf"price (?:was|is)|(?:is|was) worth){_EN_GAP}{{0,20}}?{_EN_MONEY}",
        ),
        (
            "date",
            "ordered on",
            rf"\b(?:ordered|bought|purchased|placed|booked){_EN_GAP}{{0,30}}?\bon {_EN_DATE}",
        ),
        (
            "date",
            "arrived on",
            rf"\b(?:arrived|delivered|received|came|got it){_EN_GAP}{{0,20}}?\bon {_EN_DATE}",
        ),
    )


@functools.cache
def _chinese() -> tuple[_Form, ...]:
    return _forms(
        (
            "order",
            "order number",
            r"(?:订单号|訂單號|订单编号|单号|單號|运单号|快递单号|订单|訂單|订单尾号|尾号)"
            r"(?:码|碼)?(?:是|为|為|：|:)?(?P<n>[A-Za-z]{0,4}\d{4,20})",
        ),
        (
            "amount",
            "paid",
            rf"(?:花了|付了|付的|交了|花的|买成|价格是|价钱是|原价|总共|一共|值|扣了我){_ZH_GAP}{{0,6}}?"
            rf"{_ZH_MONEY}",
        ),
        (
            "date",
            "ordered on",
            rf"{_ZH_DATE}{_ZH_GAP}{{0,6}}?(?:下的?单|下單|买的|買的|订的|訂的|付的款|拍的|购买|订购)",
        ),
        (
            "date",
            "arrived on",
            rf"{_ZH_DATE}{_ZH_GAP}{{0,6}}?(?:收到|到的|到货|送到|签收|送来)",
        ),
    )


@functools.cache
def _forms_of(language: str) -> tuple[_Form, ...]:
    if language == "en":
        return _english()
    rows = asia.ROWS.get(language)
    return _chinese() if rows is None else _forms(*rows)


_KNOWN = frozenset({"en", "zh", "yue", "cmn", *asia.ROWS})
_DIGIT_OR_NUMBER = regex.compile(r"\d|\p{Han}|\p{Thai}|\p{L}{3}", regex.IGNORECASE)


def knows(language: str) -> bool:
    """Whether facts can be read in a language at all."""
    return base_language(language) in _KNOWN


def stated_facts(texts: Sequence[str], language: str) -> tuple[Fact, ...]:
    """The facts in what a customer said, in order. None in languages that are not known."""
    base = base_language(language)
    if base not in _KNOWN:
        return ()
    return tuple(
        Fact(kind, about, value, at)
        for at, text in enumerate(texts)
        if _DIGIT_OR_NUMBER.search(text)
        for kind, about, value in _facts(text, base)
    )


@functools.lru_cache(maxsize=16_384)
def _facts(text: str, language: str) -> tuple[tuple[FactKind, str, str], ...]:
    """Kind, what it is about, and value; a call's words are read for every later call."""
    form = written_text(one_script(text), language)
    if not any(letter.isdigit() for letter in form):
        return ()
    return tuple(
        (one.kind, one.about, value)
        for one in _forms_of(language)
        for match in one.pattern.finditer(form)
        if (value := _value(match.groupdict()))
    )


def _value(groups: dict[str, str | None]) -> str:
    number = groups.get("n")
    if number:
        return regex.sub(r"[^0-9A-Z]", "", number.upper())
    grouped = groups.get("a3")
    if grouped:
        return regex.sub(r"\D", "", grouped)
    amount = groups.get("a1") or groups.get("a2")
    if amount:
        return f"{float(amount):g}"
    month, day = groups.get("m1") or groups.get("m2"), groups.get("d1") or groups.get("d2")
    if month and day:
        name = month.lower()
        return f"{_ENGLISH_MONTHS.get(name) or asia.MONTHS.get(name, name)}-{int(day)}"
    return ""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Two values of one thing: ``before`` as it was stated in another call, ``now`` in this."""

    before: Fact
    now: Fact


def contradictions(
    now: Sequence[Fact], before: Sequence[Fact], kinds: Sequence[FactKind]
) -> tuple[Contradiction, ...]:
    """Things of which both tell values, and none in common. Saying an earlier value again besides
    a new one (two orders) is no contradiction; nor is one call's silence."""
    found = []
    for kind, about in dict.fromkeys((fact.kind, fact.about) for fact in now):
        old = [fact for fact in before if (fact.kind, fact.about) == (kind, about)]
        new = [fact for fact in now if (fact.kind, fact.about) == (kind, about)]
        if kind not in kinds or not old:
            continue
        if not any(_same(a, b) for a in old for b in new):
            found.append(Contradiction(old[0], new[0]))
    return tuple(found)


def _same(one: Fact, other: Fact) -> bool:
    """The end of an order number stands for the whole."""
    if one.kind == "order":
        return one.value.endswith(other.value) or other.value.endswith(one.value)
    return one.value == other.value
