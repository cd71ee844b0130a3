"""A phrase with a number matches it however it was written."""

from __future__ import annotations

import pytest

from qa_inspect.rubric.folding import fold, locate
from qa_inspect.rubric.phrases import compile_phrases


@pytest.mark.parametrize(
    ("phrase", "text", "words"),
    [
        ("twenty four hours", "within 24 hours", "24 hours"),
        ("24 hours", "Within twenty-four hours, okay?", "twenty-four hours"),
        ("(in|within) (24|twenty four) (hours|hrs)", "in 24 hours", "in 24 hours"),
        ("(five|an) (minutes|hour)", "just 5 minutes", "5 minutes"),
        ("(a|one) (hour|day)", "for 1 hour", "1 hour"),
        ("some(one|body)", "someone", "someone"),
        ("twenty five percent", "it rose 25% now", "25%"),
        ("25 dollars", "pay $25, please", "$25"),
        ("percent", "it rose 25%", "25%"),
        ("nine one one", "call 911", "911"),
        ("one two", "one two three", None),
        ("二十四小时", "请等24小时内", "24小时"),
        ("24小时", "请等二十四小时内", "二十四小时"),
        ("(三|3)天", "等3天", "3天"),
        ("一个(小时|钟头)", "等1个小时", "1个小时"),
        ("百分之二十", "涨了20%", "20%"),
        ("验证码是(三|3)", "验证码是三九二零", "验证码是三九二零"),
        ("验证码是(三|3)", "验证码是3920", "验证码是3920"),
        ("要...(千|万)", "我要5000块", "要5000"),
        ("want ... thousand", "I want five thousand dollars", "want five thousand dollars"),
        ("want ... (thousand|million)", "I want $5,000 now", "want $5,000"),
        ("minta (satu|lima) juta", "minta 5.000.000 ya", "minta 5.000.000"),
        ("(a hundred|100) times", "I said 100 times", "100 times"),
        ("统一", "统一一下", "统一"),
        ("dua puluh empat jam", "dalam 24 jam", "24 jam"),
        ("(lima|5) (menit|jam)", "lima menit ya", "lima menit"),
        ("hai mươi bốn giờ", "trong 24 giờ", "24 giờ"),
        ("(hai|2) ngày", "2 ngày", "2 ngày"),
        ("สิบห้านาที", "รอ 15 นาที", "15 นาที"),
        ("(ห้า|5)นาที", "รอห้านาที", "ห้านาที"),
    ],
)
def test_numbers_match_both_ways(phrase: str, text: str, words: str | None) -> None:
    folded = fold(text)
    hit = compile_phrases((phrase,)).first(folded)
    found = None if hit is None else text[slice(*locate(text, folded, hit.start, hit.end))]
    assert found == words
