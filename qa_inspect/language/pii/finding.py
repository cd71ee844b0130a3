"""All personal data of one text, from the parts that each know one sort of it.

This module does not know utterances or calls.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Sequence

import regex

from qa_inspect.language.pii.addresses import addresses
from qa_inspect.language.pii.context import Mention, mentions, told
from qa_inspect.language.pii.figures import Row, days, has_thousands, rows
from qa_inspect.language.pii.folding import Form, folded
from qa_inspect.language.pii.judging import judged
from qa_inspect.language.pii.kinds import EXTENSION, REFERENCE, PersonalData, settled
from qa_inspect.language.pii.names import known_in, names
from qa_inspect.language.pii.words import known_language
from qa_inspect.language.pii.written_forms import written_forms

_DIGITS_TOGETHER = regex.compile(r"\d\d")
_ENDS = regex.compile(r"expir|有效|berlaku|luput|hết hạn|หมดอายุ", regex.IGNORECASE)
_POWERS = regex.compile(
    r"(?:ty|teen|ten|eleven|twelve|hundred|thousand|million)\b|puluh|belas|ratus|ribu|juta|"
    r"mươi|mười|trăm|nghìn|ngàn|triệu|[十百千万亿]|สิบ|ร้อย|พัน|หมื่น|แสน|ล้าน",
    regex.IGNORECASE,
)
"""Parts of numbers that are counted, not dictated."""
_LETTER = regex.compile(r"\p{L}")
_LETTERS = string.ascii_letters
_SPELT = r"(?![aiAI](?![\p{L}]))[A-Za-z](?: (?:as in|for|like) [A-Za-z]+)?|(?-i:[A-Z]{2,5})"
_SPELLED_BEFORE = regex.compile(rf"(?<![\p{{L}}\p{{M}}'’])(?:(?:{_SPELT})[\s,.-]{{1,3}})+$")
_SPELLED_AFTER = regex.compile(rf"(?:[\s,.-]{{1,3}}(?:{_SPELT})(?![\p{{L}}\p{{M}}'’]))+")
_GLUED = regex.compile(r"[A-Za-z\d_]")
ASKED_BEFORE = 20
"""How far away, in letters, a kind counts that an utterance before has named."""
_BESIDE_WORD = 8
"""Letters from the word extension to its number at most."""
_EXPIRY = 20
"""Letters after a card is named within which a month and year are when it ends."""


def find_personal_data(
    text: str, language: str, *, known_names: Sequence[str] = (), references: bool = False
) -> tuple[PersonalData, ...]:
    """The personal data of a text, in order, none overlapping; offsets are the text's own.

    ``language`` is a code such as ``en`` or ``zh-TW``; of languages other than the six the script
    decides which rules hold. ``known_names`` (customer and agent, as a manifest has them) are
    found wherever they are said, also in part. ``references``: numbers of orders, parcels,
    bookings, policies and cases are personal data too, as ``number``.
    """
    if not text.strip():
        return ()
    code = known_language(language, text)
    known = known_in(text, code, known_names)
    found = (*in_form(folded(text, code)), *names(text, code), *known)
    return settled(found, references=references)


def in_form(form: Form, *, expected: str | None = None) -> Iterator[PersonalData]:
    """All but names, in no order, as stretches of the form's text; they may overlap. Numbers of
    orders and the like are of the kind ``reference``.

    ``expected`` is the kind of number that was asked for before.
    """
    mentioned = mentions(form.written, form.language)
    kept = list(written_forms(form.written, form.language, mentioned))
    kept += addresses(form.written, form.language, mentioned, asked=expected == "address")
    kept += _days_of_people(form, mentioned, expected)
    taken = [(one.start, one.end) for one in kept if one.kind != REFERENCE]
    left = []
    for row in rows(form.written, form.language):
        if not any(low <= row.start and row.end <= high for low, high in taken):
            found = _judged_row(form, row, mentioned, expected)
            kept += [found] if found else []
            left += [] if found else [row]
    if left and any(one.kind == "phone" for one in kept):
        kept += _extensions(form.written, left, mentioned)
    for one in kept:
        yield PersonalData(*form.back(one.start, one.end), one.kind, one.confidence)


def is_dictated(form: Form, row: Row, *, alone: bool = False) -> bool:
    """Whether a row was said figure by figure: in words, or spaced out as "4 5 9 1".

    ``alone``: it is all that was said, so that figures written together count too.
    """
    said = form.said(row.start, row.end)
    together = not alone and _DIGITS_TOGETHER.search(said)
    return not (together or _POWERS.search(said))


def _is_amount(form: Form, row: Row) -> bool:
    """Whether a row was said or written as an amount is: "fifty thousand", "1,250,000"."""
    said = form.said(row.start, row.end)
    return has_thousands(said) or (row.figures.endswith("00") and bool(_POWERS.search(said)))


def _judged_row(
    form: Form, row: Row, mentioned: Sequence[Mention], expected: str | None
) -> PersonalData | None:
    row = _without_word(form.written, row, mentioned)
    mention = told(form.written, mentioned, row.start, row.end)
    kind, distance = expected, ASKED_BEFORE
    if mention is not None:
        kind, distance = mention.kind, max(row.start - mention.end, mention.start - row.end, 0)
    alone = not _LETTER.search(form.written[: row.start] + form.written[row.end :])
    verdict = judged(
        row.figures,
        kind,
        form.language,
        distance=distance,
        dictated=is_dictated(form, row, alone=alone),
    )
    if verdict is None or (verdict[1] < 0.7 and _is_amount(form, row)):
        return None
    start, end = _whole(form.written, row)
    if verdict[0] == REFERENCE:
        start, end = with_letters(form.written, start, end)
    return PersonalData(start, end, *verdict)


def _extensions(
    written: str, left: Sequence[Row], mentioned: Sequence[Mention]
) -> Iterator[PersonalData]:
    """The extensions of a telephone number that the text tells."""
    for row in left:
        mention = told(written, mentioned, row.start, row.end)
        if mention and mention.kind == EXTENSION and 0 <= row.start - mention.end <= _BESIDE_WORD:
            yield PersonalData(row.start, row.end, "phone", 0.7)


def _without_word(written: str, row: Row, mentioned: Sequence[Mention]) -> Row:
    """A row without letters before it that are a word for it: "OTP 4591"."""
    for mention in mentioned:
        if mention.start <= row.start < mention.end < row.end:
            start = mention.end
            while not written[start].isalnum():
                start += 1
            return Row(start, row.end, row.figures.lstrip(_LETTERS))
    return row


def with_letters(written: str, start: int, end: int) -> tuple[int, int]:
    """A row with the letters spelled before and after it: "J D 0 1 4", "W as in Walter, 4"."""
    before = _SPELLED_BEFORE.search(written, 0, start)
    after = _SPELLED_AFTER.match(written, end)
    return before.start() if before else start, after.end() if after else end


def _whole(written: str, row: Row) -> tuple[int, int]:
    """A row with the Latin letters that it is one word with: "bluehorse22"."""
    start, end = row.start, row.end
    while start and _GLUED.match(written[start]) and _GLUED.match(written[start - 1]):
        start -= 1
    while end < len(written) and _GLUED.match(written[end - 1]) and _GLUED.match(written[end]):
        end += 1
    return start, end


def _days_of_people(
    form: Form, mentioned: Sequence[Mention], expected: str | None
) -> Iterator[PersonalData]:
    """Days of birth, and the month and year in which a card ends."""
    for start, end in days(form.written, form.language):
        mention = told(form.written, mentioned, start, end)
        kind = mention.kind if mention else expected
        if kind == "date_of_birth":
            yield PersonalData(start, end, kind, 0.9)
        elif (
            mention
            and mention.start < start < mention.end + _EXPIRY
            and _ENDS.search(form.written, mention.start, mention.end)
        ):
            yield PersonalData(start, end, "card", 0.7)
