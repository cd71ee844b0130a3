"""Shortcuts of the written forms: what they leave out could not have done a thing."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from qa_inspect.language import written_numbers
from qa_inspect.language.numbers import formats
from qa_inspect.language.numbers.formats import Form
from qa_inspect.language.numbers.lexicons import ENGLISH
from qa_inspect.language.numbers.presence import Presence
from qa_inspect.language.numbers.rewriting import Rewriting
from qa_inspect.language.written_numbers import in_one_form, written_text

_PIECES = st.sampled_from(
    [
        "and",
        "one",
        "two",
        "june",
        "may",
        "second",
        "third",
        "the",
        "of",
        "first",
        "a",
        "hundred",
        "thousand",
        "point",
        "5",
        "25",
        "am",
        "pm",
        "half",
        "past",
        "quarter",
        "to",
        "ten",
        "o'clock",
        "minutes",
        "dollars",
        "$",
        "%",
        "satu",
        "dua",
        "puluh",
        "ribu",
        "jam",
        "hai",
        "mươi",
        "năm",
        "một",
        "giờ",
        "koma",
        "五",
        "十",
        "点",
        "半",
        "块",
        "二",
        "两",
        "百",
        "月",
        "天",
        "个",
        "分",
        "号",
        "สอง",
        "สิบ",
        "บาท",
        "Ｏ",
        "６",
        "oh",
        "double",
        "at",
        "by",
        "Rp",
        "RM",
        "juta",
        "Kosong",
    ]
)
_TEXTS = st.builds(
    lambda joint, pieces: joint.join(pieces),
    st.sampled_from([" ", "", "-", ", "]),
    st.lists(_PIECES, min_size=1, max_size=8),
)


class _Always(Presence):
    """Says of every text that there may be numbers."""

    def likely_in(self, text: str) -> bool:
        return True

    run_in = value_in = likely_in


@given(_TEXTS, st.sampled_from(sorted(written_numbers._FORMS)))
@example("and at 5 30", "en")
@example("five point two", "en")
@example("half past ten", "en")
def test_a_form_without_its_shortcut_writes_the_same(text: str, code: str) -> None:
    form = written_numbers._FORMS[code]
    slow: Form = replace(form, presence=_Always(ENGLISH, ("x",)))
    assert form(Rewriting(text)).text == slow(Rewriting(text)).text


@given(_TEXTS, st.sampled_from(sorted(written_numbers._FORMS)))
def test_where_nothing_is_likely_no_rule_acts(text: str, code: str) -> None:
    form = written_numbers._FORMS[code]
    if not form.presence.likely_in(text):
        for rule in form.rules:
            assert rule(Rewriting(text)).text == text


@given(_TEXTS)
def test_needs_only_leave_out_rules_that_find_nothing(text: str) -> None:
    def find(match: object) -> str:
        return "*"

    for pattern, needs in ((r"({N}) ?%", ("%",)), (r"(?<!\w)one(?= hour)", ("one",))):
        named = {"N": formats.NUMBER}
        plain = formats.rule(pattern, find, named=named)
        quick = formats.rule(pattern, find, named=named, needs=needs)
        assert plain(Rewriting(text)).text == quick(Rewriting(text)).text


@pytest.mark.parametrize("text", ["SİX days", "ſıx dollars", "İki ONE", "at SİX pm", "Tİga jam"])
def test_turkish_capitals_in_number_words_are_read(text: str) -> None:
    for script in ("latin", "han", "thai"):
        assert in_one_form(text, script).text
    for code in written_numbers._FORMS:
        assert written_text(text, code)


def test_a_date_is_the_same_with_and_without_a_joining_word() -> None:
    assert in_one_form("june second", "latin").text == "june 2"
    assert in_one_form("and june second", "latin").text == "and june 2"
