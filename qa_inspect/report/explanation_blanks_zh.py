"""What stands in the blanks of an explanation's sentences, and how it is told in Chinese.

Who spoke, where was looked, what was quoted and when, limits, lists. This module does not know the
sentences; ``explanation_sentences_zh`` has them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from qa_inspect.report.catalogue_zh import CHINESE_NAMES
from qa_inspect.report.explanation_places_zh import SPOT, WHERE, WHO, WHOSE
from qa_inspect.report.sentence_forms import (
    CLOCK,
    DAY,
    NUMBER,
    PERCENT,
    QUOTE,
    Blank,
    Table,
    either,
    own_words,
    several,
)


def _proof(text: str) -> str:
    """``“thank you” at 1:15``, ``“thank you” in utterance 4``."""
    quoted, _, place = text.partition(" ")
    if not place:
        return quoted
    return (
        f"{quoted}（{place[-1]}）" if place.startswith("at") else f"{quoted}（第 {place[-1]} 句）"
    )


def _limits(text: str) -> str:
    """``at most 60 %``, ``120 to 180``, ``30 % to at most 60 %``."""
    low, _, high = text.replace(" %", "%").replace("to at most", "to").partition(" to ")
    if low.startswith("at "):
        side, _, limit = low.removeprefix("at ").partition(" ")
        return f"{'不超过' if side == 'most' else '不低于'} {limit}"
    return f" {low} 至 {high}" if high else f" {low}"


def _ids(text: str) -> str:
    """Ids of flags or items: ``abuse or threat``."""
    return "或".join(f"“{CHINESE_NAMES.get(one, one)}”" for one in text.split(" or "))


_FIELDS = {
    "agent_id": "坐席工号",
    "agent_name": "坐席姓名",
    "team": "团队",
    "customer_id": "客户编号",
    "language": "语言",
    "market": "市场",
    "direction": "呼叫方向",
    "started_at": "开始时间",
    "channels": "声道",
    "csat": "满意度",
    "nps": "净推荐值",
    "topic": "主题",
}
_STATED = {
    "order number": "订单号",
    "paid": "付了",
    "ordered on": "下单日期",
    "arrived on": "到货日期",
}
_TABLES: Mapping[str, Mapping[str, str]] = {
    "unit": {"words": "个词", "characters": "个字", "letters": "个字母", "s of speech": "秒"},
    "ease": {
        "Flesch reading ease": "弗莱士易读度",
        "Chinese ease (familiar words, sentences)": "中文易懂度（常用词、句长）",
        "Indonesian reading ease": "印尼语易读度",
        "Khadijah Rohani school year": "马来语对应学年（卡蒂贾·罗哈尼公式）",
        "Vietnamese ease (letters, sentences)": "越南语易懂度（字母、句长）",
        "Thai ease (letters, familiar words, clauses)": "泰语易懂度（字母、常用词、分句）",
    },
    "mood": {"calm": "平静", "uneasy": "有些不满", "upset": "明显不满"},
    "party": {"customer": "客户", "agent": "坐席", "topic": "主题"},
    "may": {
        "it may have been said": "也许其实说了",
        "there may be more": "也许不止这些",
        "it cannot be measured fairly": "无法公平测算",
    },
    "clear": {"hardly": "几乎没听清", "badly": "没有完全听清"},
    "kind": {"order": "订单号", "amount": "金额", "date": "日期"},
    "against": {
        "what is said there": "该声道所说的内容",
        "the voice there": "该声道的嗓音",
        "what is said there and the voice there": "该声道所说的内容和嗓音",
    },
}


def _stated(text: str) -> str:
    about = next(about for about in _STATED if text.startswith(f"{about} "))
    return f"{_STATED[about]} {text[len(about) + 1 :]}"


def _simple() -> dict[str, Blank]:
    """Blanks that are made of no others."""
    proof = Blank(rf"(?:{QUOTE}(?: at {CLOCK}| in utterance {NUMBER})?)", _proof)
    tables = {
        name: Blank(f"(?:{'|'.join(map(re.escape, words))})", words.__getitem__)
        for name, words in _TABLES.items()
    }
    limit = f"(?:{NUMBER}|{PERCENT} %)"
    return tables | {
        "q": Blank(QUOTE),
        "n": Blank(NUMBER),
        "p": Blank(f"(?:{PERCENT} %)", lambda percent: f"{percent[0]}%"),
        "t": Blank(CLOCK),
        "d": Blank(rf"(?:{DAY}|an unknown day)", lambda day: day if len(day) == 1 else "日期不详"),
        "own": Blank(QUOTE, own_words),
        "text": Blank("(?:.+?)"),
        "names": Blank("(?:.+?)", lambda text: "、".join(text.split(", "))),
        "id": Blank("(?:[^(),“ ][^(),“]*?)"),
        "ids": Blank(r"(?:[\w.-]+(?: or [\w.-]+)*)", _ids),
        "column": Blank(
            r"(?:(?!The |It )[\w.-]+(?: [\w.-]+){0,3})", lambda name: _FIELDS.get(name, f"“{name}”")
        ),
        "who": WHO,
        "whose": WHOSE,
        "where": WHERE,
        "spot": SPOT,
        "at": Blank(
            rf"(?:(?: at {CLOCK}| in utterance {NUMBER})?)",
            lambda at: _proof(at).strip() if at else "",
        ),
        "label": Blank(
            rf"(?:{QUOTE}(?: \(optional\))?)",
            lambda label: label[0] + "（可选）" * (len(label) > 1),
        ),
        "then": Blank(
            rf"(?:, then explained ?(?: ?at {CLOCK}| ?in utterance {NUMBER})?)",
            lambda then: (
                "，之后才解释"
                + (_proof(f" {place[0]}") if (place := re.search(r"(?:at|in) .+", then)) else "")
            ),
        ),
        "limits": Blank(
            rf"(?:(?:at (?:most|least) )?{limit}(?: to (?:at most )?{limit})?)", _limits
        ),
        "proof": proof,
        "cites": several(proof, ", ", "、", "，另有 {} 处"),
        "spoken": several(
            Blank(proof.shape, lambda text: own_words(_proof(text))), ", ", "、", "，另有 {} 处"
        ),
        "list": several(Blank(QUOTE), ", ", "、", "等（另有 {} 条）"),
        "facts": several(tables["kind"], ", ", "、"),
        "fact": Blank(rf"(?:(?:{'|'.join(_STATED)}) .+?)", _stated),
    }


_ONE_OF: Mapping[str, Table] = {
    "by": (
        ("the model {text} for {list}", "模型“{text}”（标签{list}）"),
        ("the head {text}", "判别模型“{text}”"),
    ),
    "length": (("{n} min {n2} s", "{n} 分 {n2} 秒"), ("{n} s", "{n} 秒")),
    "span": (
        ("The call", "通话"),
        ("Speech", "双方说话"),
        ("{whose} speech", "{whose}说话"),
        ("The longest turn of {who}", "{who}最长的一段连续发言"),
        ("The longest turn", "最长的一段连续发言"),
    ),
    "effect": (
        ("The customer asked what it means, {proof}{then}", "客户问了是什么意思，{proof}{then}"),
        ("The customer asked what it means, {proof}", "客户问了是什么意思，{proof}"),
        ("The customer was silent for {n} s{then}", "客户沉默了 {n} 秒{then}"),
        ("The customer was silent for {n} s", "客户沉默了 {n} 秒"),
        ("The customer said nothing more than {proof}{then}", "客户只说了{proof}{then}"),
        ("The customer said nothing more than {proof}", "客户只说了{proof}"),
        ("The customer said nothing more{then}", "客户没有再说什么{then}"),
        ("The customer said nothing more", "客户没有再说什么"),
        ("Not explained", "没有解释"),
    ),
    "change": (
        ("{n} dB louder", "响 {n} 分贝"),
        ("{n} dB softer", "轻 {n} 分贝"),
        ("{n} semitone(s) higher", "高 {n} 个半音"),
        ("{n} semitone(s) lower", "低 {n} 个半音"),
        ("{n} dB harder", "用力 {n} 分贝"),
        ("{n} dB gentler", "柔和 {n} 分贝"),
    ),
    "apart": (
        ("{n} dB louder than just before", "比刚才响 {n} 分贝"),
        ("{change} than usual", "比平时{change}"),
        ("{change} and {change2} than usual", "比平时{change}、{change2}"),
        (
            "{change}, {change2} and {change3} than usual",
            "比平时{change}、{change2}、{change3}",
        ),
    ),
    "cond": (
        ("flagged {ids}", "带{ids}标记"),
        ("that failed {ids}", "{ids}不通过"),
        ("that left it unresolved", "问题未解决"),
    ),
}
"""Blanks in which one of several forms stands; those below may stand in those above."""

_LISTS: Mapping[str, tuple[str, str, str, Table]] = {
    "steps": (
        "; ",
        "；",
        "",
        (
            ("{label}: {proof}", "{label}：{proof}"),
            ("{label} is satisfied", "{label}已做到"),
            ("{label} is not satisfied, {proof}", "{label}没有做到，{proof}"),
            ("{label} is missing", "缺少{label}"),
            ("{label} comes out of place, {proof}", "{label}次序不对，{proof}"),
        ),
    ),
    "misplaced": (
        "; ",
        "；",
        "",
        (
            ("{q} comes with the same words as {q2}", "{q}与{q2}是同一句话"),
            ("{q} comes before {q2}", "{q}出现在{q2}之前"),
            ("{q} comes after {q2}", "{q}出现在{q2}之后"),
            (
                "{q} comes {n} utterance(s), more than {n2}, from {q2}",
                "{q}距{q2} {n} 句，超过 {n2} 句",
            ),
            ("{q} comes {n} s, more than {n2} s, from {q2}", "{q}距{q2} {n} 秒，超过 {n2} 秒"),
        ),
    ),
    "repeats": (
        "; ",
        "；",
        "，另有 {} 处",
        (
            ("{proof} after {proof2} ({p} the same)", "{proof}，与前面的{proof2}有 {p} 相同"),
            ("{proof}", "{proof}"),
        ),
    ),
    "late": (
        ", ",
        "、",
        "，另有 {} 次",
        (
            ("{n} s of silence at the end{at}", "结尾静默 {n} 秒{at}"),
            ("{n} s of silence{at}", "静默 {n} 秒{at}"),
            ("{n} s on hold{at}", "让客户等候 {n} 秒{at}"),
            ("{n} s until the answer{at}", "{n} 秒后才回应{at}"),
            ("{n} s until the agent's first word{at}", "{n} 秒后坐席才开口{at}"),
            ("{n} s until the call ends without a goodbye{at}", "{n} 秒后未道别即结束{at}"),
        ),
    ),
    "quiet": (
        " and no ",
        "、",
        "",
        (
            ("silences longer than {n} s", "超过 {n} 秒的静默"),
            ("answers of {who} later than {n} s", "{who}超过 {n} 秒才回应的情况"),
            ("first words of the agent later than {n} s", "坐席超过 {n} 秒才开口的情况"),
            ("holds longer than {n} s", "超过 {n} 秒的等候"),
            ("silence at the end longer than {n} s", "结尾超过 {n} 秒的静默"),
            (
                "end within {n} s of the last words without a goodbye",
                "最后一句话后 {n} 秒内未道别即结束的情况",
            ),
            ("silence over {p} of the talk", "静默超过通话 {p} 的情况"),
        ),
    ),
    "sides": (", ", "，", "", (("{who} spoke over {who2} {n} time(s)", "{who}打断{who2} {n} 次"),)),
    "loud": ("; ", "；", "，另有 {} 处", (("{proof}, {apart}", "{proof}，{apart}"),)),
    "paces": (", ", "、", "，另有 {} 处", (("{n} in {proof}", "{proof}每分钟 {n}"),)),
    "wanted": (
        " and ",
        "，",
        "",
        (
            ("one of {list} is asked for", "要求是{list}之一"),
            ("a number is asked for", "要求是数字"),
            ("{limits} is asked for", "要求{limits}"),
            ("{list} is asked for", "要求有{list}"),
        ),
    ),
    "conds": (" and ", "、", "", (("{cond}", "{cond}"),)),
    "calls": (
        ", ",
        "、",
        "，另有 {} 通",
        (("another call", "另一通电话"), ("{id} ({d})", "{id}（{d}）")),
    ),
    "speakers": (", said by ", "；", "", (("{who}: {cites}", "{who}说了{cites}"),)),
    "sought": (
        " and for ",
        "、",
        "",
        (
            ("{n} different of {list}", "{list}中不同的 {n} 条"),
            ("the pattern {list}", "符合{list}的内容"),
            ("what means the same as {list}", "与{list}意思相同的话"),
            ("what the model {text} calls {list}", "模型“{text}”判为{list}的话"),
            ("what the head {text} takes for it", "判别模型“{text}”认定的话"),
            ("somebody who is upset", "不满情绪"),
            ("a mood that gets worse", "情绪变差"),
            ("a mood that gets better", "情绪好转"),
            ("question", "提问"),
            ("loudness", "响度合乎要求的句子"),
            ("pace", "语速合乎要求的句子"),
            ("duration", "长短合乎要求的句子"),
            ("jargon", "术语"),
            ("{list}", "{list}"),
        ),
    ),
}
"""Blanks in which lists stand: what divides their entries in English and in Chinese, how Chinese
tells that there are more, and the forms of an entry."""


def blanks() -> dict[str, Blank]:
    """Every kind of blank by its name, but for ``{sentence}``: a sentence within a sentence."""
    known = _simple()
    for name, forms in _ONE_OF.items():
        known[name] = either(*forms, blanks=known)
    for name, (between, told_between, more, forms) in _LISTS.items():
        known[name] = several(either(*forms, blanks=known), between, told_between, more)
    between, told_between, more, forms = _LISTS["quiet"]
    known["delays"] = several(either(*forms, blanks=known), ", ", "、", more)
    return known
