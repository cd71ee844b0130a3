"""Who speaks and where in a call was looked, as explanations say it, in Chinese.

This module does not know sentences, calls or pages.
"""

from __future__ import annotations

import re

from qa_inspect.report.sentence_forms import CLOCK, NUMBER, PERCENT, QUOTE, Blank

_ANCHOR = rf"(?:the last |no\. {NUMBER} (?:of|from the end of) )?{QUOTE}"
_WHO = {
    "agent": "坐席",
    "customer": "客户",
    "other": "第三人",
    "unknown": "身份不明的人",
    "anybody": "双方",
    "nobody": "没有人",
    "somebody": "有人",
    "third person": "第三人",
}
_PERSON = (
    r"(?:[Tt]he (?:agent|customer|other|unknown)|[Aa]nybody|[Nn]obody|[Ss]omebody"
    r"|[Aa] third person)"
)
_OWNER = rf"(?:{_PERSON}'s)"
_PLACES = (
    rf"(?: in the (?:first|last) (?:{NUMBER} s|{PERCENT} % of the call)"
    rf"| (?:after|before|around) {_ANCHOR}"
    rf"| within {NUMBER} (?:utterances?|s)"
    rf"| without the first(?: {NUMBER})? of the call)"
)
_RANGE = rf"(?: \({CLOCK}–{CLOCK}\))"
_WHERE = (
    rf"(?:the other (?:one|{NUMBER}) of )?(?:[Aa]ll |any of |[Tt]he last {NUMBER} of )?{_OWNER}"
    rf"(?: (?:first|last) {NUMBER})? utterances?{_PLACES}*{_RANGE}?"
)


def _person(text: str) -> str:
    plain = text.lower().removesuffix("'s").removeprefix("the ").removeprefix("a ")
    return _WHO[plain]


def _anchor(text: str) -> str:
    quoted = text[-1]
    if text.startswith("the last "):
        return f"最后一次{quoted}"
    if text.startswith("no. "):
        return f"{'倒数' if ' from the end' in text else ''}第 {text[4]} 次{quoted}"
    return quoted


def _side(text: str) -> str:
    """``after “price”`` and its like."""
    side, _, anchor = text.partition(" ")
    return _anchor(anchor) + {"after": "之后", "before": "之前", "around": "前后"}[side]


_TIMED = re.compile(rf"in the (first|last) ({NUMBER}|{PERCENT})( s| %)")
_WITHIN = re.compile(rf"within ({NUMBER}) (utterance|s)")
_OF_WHOM = re.compile(
    rf"(the other (?:one|{NUMBER}) of )?(?:all |any of )?(the last {NUMBER} of )?({_OWNER})"
    rf"( (?:first|last) {NUMBER})? utterances?",
    re.IGNORECASE,
)


def _where(text: str) -> str | None:
    """``the agent's utterances in the first 30 % of the call (0:03–1:15)`` and its like."""
    whom = _OF_WHOM.match(text)
    if whom is None:
        return None
    others, last_of, owner, few = whom.groups()
    rest = text[whom.end() :]
    times = re.search(f"{_RANGE}$", rest)
    places, beside = [], []
    for piece in re.findall(_PLACES, rest):
        place = piece.strip()
        if timed := _TIMED.match(place):
            side = "开头" if timed[1] == "first" else "最后"
            places.append(f"通话{side} {timed[2]}{' 秒' if timed[3] == ' s' else '% '}")
        elif within := _WITHIN.match(place):
            places.append(f"相距 {within[1]} {'秒' if within[2] == 's' else '句'}以内")
        elif place.startswith("without"):
            number = re.search(NUMBER, place)
            beside.append(f"不含通话的前 {number[0]} 句" if number else "不含通话的第一句")
        else:
            places.append(_side(place))
    if times:
        beside.append(times[0].strip(" ()"))
    which = "全部" if re.match("(?:all|any) ", text, re.IGNORECASE) else ""
    if few:
        which = f"{'前' if 'first' in few else '最后'} {few[-1]} 句"
    if last_of:
        which = f"{which}中最后 {re.findall(NUMBER, last_of)[0]} 句"
    if others:
        number = re.search(NUMBER, others)
        which = f"{which}其余 {number[0]} 句" if number else f"{which}其余一句"
    stood = f"在{'、'.join(places)}" if places else ""
    return f"{_person(owner)}{stood}的{which}发言" + (f"（{'，'.join(beside)}）" if beside else "")


WHO = Blank(_PERSON, _person)
"""``the agent``."""
WHOSE = Blank(_OWNER, _person)
"""``the agent's``."""
WHERE = Blank(f"(?:{_WHERE})", _where)
"""``the agent's first 3 utterances (0:03–1:15)``."""
SPOT = Blank(rf"(?:(?:after|before|around) {_ANCHOR})", _side)
"""``after “price”``."""
