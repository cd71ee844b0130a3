"""The written form of Chinese numbers, amounts, times and dates, in both scripts.

Numbers of two characters and more and those before a unit are digits (24小时, 3天); 一下 and 一个
stay. Money keeps its words (25块5, 25块钱, 25元), shares are 25%, times 3:20 and 下午3点, days
11月9号, digits said one by one one number. Approximate numbers (三四十, 十几, 两三天) stay as they
were said.
"""

from __future__ import annotations

import itertools

import regex

from qa_inspect.language.numbers.cardinals import Atom, Kind, Reader, plain_number
from qa_inspect.language.numbers.formats import (
    NUMBER,
    Rule,
    Runs,
    form,
    rule,
    spelled_digits,
    thousands,
    wide_digits,
)
from qa_inspect.language.numbers.lexicons import CHINESE

_READER = Reader(CHINESE)
_VALUES = {**CHINESE.digits, "十": 10}
_NO_NUMBER = regex.compile(
    "双十一|雙十一|国庆十一|國慶十一|十一(?=黄金周|假期|期间|长假)|一五一十|十三姨|十三香|十万八千里|十八变|三十六计|五十步"
)
_POWERS = (Kind.SMALL_POWER, Kind.BIG_POWER)
_NUMERAL = "零〇一二两兩三四五六七八九十百千万萬亿億几幾数數第\\d."
_ALONE = f"(?<![{_NUMERAL}])"
_HALF_DAYS = "(?:上午|下午|早上|晚上|中午|凌晨|傍晚)"
_NAMED = {
    "N": NUMBER,
    "S": f"{_ALONE}[一二两兩三四五六七八九十]",
    "T": f"{_ALONE}[二两兩三四五六七八九十]",
    "D": "[零〇一二三四五六七八九0-9]",
    "H": f"(?:{_ALONE}[一二两兩三四五六七八九十]|(?<![\\d.:])(?:2[0-4]|1\\d|0?\\d))",
    "HALF": _HALF_DAYS,
    "UNIT": (
        "(?:分[钟鐘]|[个個]?(?:半)?(?:小时|小時|钟头|鐘頭|月|星期|礼拜|工作日)|倍|秒|天|年|周|元"
        "|块钱|塊錢|[号號])"
    ),
    "MONEY_THING": (
        "(?![儿兒地板砖磚布肉蛋糕电電屏石玻手表頭头牌巧香肥骨木铁鐵披饼餅面冰披豆]|多|左右一)"
    ),
}


def _unless(text: str, run: tuple[Atom, ...]) -> bool:
    """Whether a run is no exact number: an approximation, a holiday, the word for "in case"."""
    if len(run) < 2:
        return False
    if run[0].start and text[run[0].start - 1] in "几幾数數":
        return True
    start, end = run[0].start, run[-1].end
    if any(m.start() < end and m.end() > start for m in _NO_NUMBER.finditer(text)):
        return True
    kinds = [atom.kind for atom in run]
    if any(kind in _POWERS for kind in kinds) and any(
        a.kind is b.kind is Kind.DIGIT and a.value and b.value for a, b in itertools.pairwise(run)
    ):
        return True
    numbers = list(_READER.numbers(run))
    return len(numbers) != 1 or numbers[0].atoms != len(run)


def _value(text: str) -> str:
    return str(_VALUES[text]) if text in _VALUES else text


def _digits(text: str) -> str:
    return "".join(str(_VALUES[c]) if c in _VALUES else c for c in text)


def _clock(match: regex.Match[str]) -> str:
    hour, said = _value(match.group(1)), match.group(2)
    if said in ("钟", "鐘", "整"):
        return f"{hour}点"
    if said[0] == "半":
        return f"{hour}:30"
    if said[-1] == "刻":
        return f"{hour}:{15 if said[0] == '一' else 45}"
    minutes = int(_digits(said.rstrip("分")) if "十" not in said else "10")
    return f"{hour}:{minutes:02}"


def _times_power(match: regex.Match[str]) -> str:
    power = {**CHINESE.small_powers, **CHINESE.big_powers}[match.group(2)]
    return plain_number(float(match.group(1)) * power)


def _number(match: regex.Match[str]) -> str:
    return _value(match.group())


def _rule(needs: str, pattern: str, make: object) -> Rule:
    """A rule for texts that hold one of the characters of ``needs``."""
    return rule(pattern, make, named=_NAMED, needs=tuple(needs))  # type: ignore[arg-type]


_RULES: tuple[Rule, ...] = (
    wide_digits,
    thousands(","),
    Runs(_READER, unless=_unless),
    _rule(
        "点點",
        r"({N}|{S})[点點]({D}{1,4})(?=%|[万萬亿億元块塊倍米斤折]|公里|公斤|个百分|小时|个小时|天|年)",
        lambda m: f"{_value(m[1])}.{_digits(m[2])}",
    ),
    _rule("万萬亿億", r"({N})([万萬亿億])", _times_power),
    _rule(
        "百",
        r"百分之(?:({N}|[一二三四五六七八九十百])(?:[点點]({D}{1,4}))?)(?![零一二三四五六七八九十百千])",
        lambda m: (
            f"{'100' if m[1] == '百' else _value(m[1])}{f'.{_digits(m[2])}' if m[2] else ''}%"
        ),
    ),
    _rule("%", r"({N}) ?%", lambda m: f"{m[1]}%"),
    _rule(
        "点點",
        r"({H})[点點](半(?!天|年|个|個)|[一三]刻|[钟鐘整]|[零〇][一二三四五六七八九]分?"
        r"|[一二三四五六七八九十]分(?!之)|[0-5]?\d分(?!之)|[0-5]\d)(?![\d:.%元块塊万萬个個])",
        _clock,
    ),
    _rule("点點", r"(?<={HALF}){S}(?=[点點](?![儿兒都也没不点點]))", _number),
    _rule("点點", r"(?<=今天|明天|昨天|后天|後天|到){T}(?=[点點](?![儿兒都也没不点點]))", _number),
    _rule("点點", r"{T}(?=[点點](?:之前|以前|之后|以后|左右|多|前|后))", _number),
    _rule("月", r"{S}(?=月(?:份|(?:\d\d?|[一二三四五六七八九十])[号號日]))", _number),
    _rule("月", r"(?<=\d月)[一二三四五六七八九十](?=[号號日])", _number),
    _rule("号號", r"{S}(?=[号號](?![线線楼店门門机馆館院]))", _number),
    _rule("到至", r"{S}(?=[到至](?:{S}|\d+){UNIT})", _number),
    _rule(
        "分个個小倍",
        r"{S}(?=分[钟鐘](?!头)|[个個](?:半)?(?:小时|小時|钟头|鐘頭|月)|小时|小時|倍)",
        _number,
    ),
    _rule(
        "天年",
        r"(?<!前|这|這|那|过|過|头|頭){T}(?=天(?!两头|兩頭)|年(?!级|級))",
        _number,
    ),
    _rule(
        "秒个個星礼工周折",
        r"{T}(?=秒|[个個]?(?:星期|礼拜|工作日)|周(?!年)|折)",
        _number,
    ),
    _rule("块塊元毛角", r"{S}(?=[块塊][钱錢]|元|毛[钱錢]|角[钱錢])", _number),
    _rule("块塊", r"{T}(?=[块塊]{MONEY_THING})", _number),
    _rule("块塊", r"(?<=\d[块塊])一(?=毛|角|$|[^\p{Han}])", _number),
    _rule(
        "块塊",
        r"(?<=\d[块塊])[二三四五六七八九](?![块塊个個点點十百千万斤瓶包份张張袋盒分])",
        _number,
    ),
    _rule("¥￥", r"[¥￥] ?({N})元?", lambda m: f"{m[1]}元"),
    spelled_digits,
)
CHINESE_FORM = form(CHINESE, ("[¥￥]", r"\d ?%", r"\d[点點]", "百分"), _RULES)
