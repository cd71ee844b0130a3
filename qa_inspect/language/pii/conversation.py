"""Personal data in a call: answers to questions, and numbers dictated over several utterances.

Utterances come in the order of the call; who said them is not known and not needed: what repeats
the figures just said is a repetition, what only says "mm-hm" is a listener. Names and numbers found
once are found wherever the call has them again. This module does not know times or roles.
"""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import regex

from qa_inspect.language.chinese_script import one_script
from qa_inspect.language.pii.addresses import streets
from qa_inspect.language.pii.chinese_names import chinese_whole
from qa_inspect.language.pii.context import Mention, mentions, told
from qa_inspect.language.pii.figures import Row, rows
from qa_inspect.language.pii.finding import ASKED_BEFORE, in_form, is_dictated, with_letters
from qa_inspect.language.pii.folding import Form, folded
from qa_inspect.language.pii.judging import judged
from qa_inspect.language.pii.kinds import REFERENCE, PersonalData, settled
from qa_inspect.language.pii.name_lists import family_names
from qa_inspect.language.pii.names import known_in, names
from qa_inspect.language.pii.spaced_names import SPELLED, spelled_letters
from qa_inspect.language.pii.words import alternatives, known_language, words_of
from qa_inspect.language.questions import asks

_LOOK_BACK = 4
"""Utterances before, those of a listener not counted, in which a number may be asked for."""
_LISTENED = 3
"""Utterances of a listener, or others without figures, within one dictated number."""
_FEW = {True: 9, False: 3}
"""Other letters in an utterance that is mainly figures, with blanks between words and without."""
_REPEATED = 4
"""Figures from which a row is taken for a repetition of a number of the same call."""
_SHORTEST_SPELLED = 4
_BESIDE = regex.compile(r"[\s,.，。、:：;-]{0,3}")
_LETTER = regex.compile(r"[\p{L}\d]")
_ALIKE = 0.7


@dataclass(frozen=True, slots=True)
class _Heard:
    """One utterance as it is looked at; ``listens``: it only says "mm-hm" or nothing."""

    form: Form
    rows: tuple[Row, ...]
    mentioned: tuple[Mention, ...]
    listens: bool

    @classmethod
    def of(cls, text: str, language: str) -> _Heard:
        form = folded(text, known_language(language, text))
        own = rows(form.written, form.language)
        bare = text.strip(" .,!?…，。！？、").lower()
        listens = not own and (not bare or _listening(form.language).fullmatch(bare) is not None)
        return cls(form, own, mentions(form.written, form.language), listens)

    def without(self, named: Sequence[PersonalData]) -> _Heard:
        """The same utterance, its names as blanks."""
        written = list(self.form.written)
        for at in range(len(written)):
            start, end = self.form.back(at, at + 1)
            if any(one.start <= start and end <= one.end for one in named):
                written[at] = " "
        return replace(self, form=replace(self.form, written="".join(written)))

    @property
    def mainly_figures(self) -> bool:
        """Whether an utterance is a number and hardly anything else."""
        if not self.rows:
            return False
        rest, position = "", 0
        for row in self.rows:
            rest += self.form.written[position : row.start] + " "
            position = row.end
        rest = _said_meanwhile(self.form.language).sub("", rest + self.form.written[position:])
        few = _FEW[words_of(self.form.language).spaced]
        longest = max(len(row.digits) for row in self.rows)
        return len(_LETTER.findall(rest)) <= (few if longest >= _REPEATED else 1)


def _after_names(one: _Heard, named: Sequence[PersonalData]) -> Iterator[PersonalData]:
    """Numbers said right after a name, as people do who tell who they are."""
    ends = {stretch.end for stretch in named}
    for row in one.rows:
        start, end = one.form.back(row.start, row.end)
        near = any(_BESIDE.fullmatch(one.form.text, last, start) for last in ends if last <= start)
        if near and len(row.digits) >= _REPEATED:
            yield PersonalData(start, end, REFERENCE, 0.6)


def find_in_utterances(
    utterances: Sequence[tuple[str, str]],
    *,
    known_names: Sequence[str] = (),
    references: bool = False,
) -> tuple[tuple[PersonalData, ...], ...]:
    """The personal data of each utterance of a call, as ``find_personal_data`` gives it.

    ``utterances`` are texts and their languages, in the order of the call. ``known_names`` are
    found wherever they are said, also in part; ``references`` as there.
    """
    heard = [_Heard.of(text, language) for text, language in utterances]
    found: list[list[PersonalData]] = []
    for at, one in enumerate(heard):
        expected = _expected(heard, at)
        asked = expected == "name" or _asks_name_too(heard, at)
        named = list(names(one.form.text, one.form.language, asked=asked))
        named += known_in(one.form.text, one.form.language, known_names) if known_names else []
        alone = one.mainly_figures or (named and one.without(named).mainly_figures)
        number = expected if alone or expected == "address" else None
        found.append([*in_form(one.form, expected=number), *named, *_after_names(one, named)])
    for at, dictated in _dictated(heard):
        found[at].append(dictated)
    known = (*known_names, *_sure_names(heard, found), *_spelled(heard))
    values = _values(heard, found)
    families = _told_families(heard, found)
    homes = _streets(heard, found)
    for at, one in enumerate(heard):
        found[at] += _repeated(one, values)
        found[at] += _said_again(one, homes)
        if families and one.form.language == "zh":
            whole = tuple(chinese_whole(one.form.text, families))
            found[at] += whole
            known = (*known, *(one.form.text[name.start : name.end] for name in whole))
    for at, one in enumerate(heard):
        if known:
            found[at] += known_in(one.form.text, one.form.language, known)
    return tuple(settled(own, references=references) for own in found)


def _expected(heard: Sequence[_Heard], at: int) -> str | None:
    """What was asked for before an utterance: the last kind named, not too long ago."""
    steps = 0
    other = False
    for before in reversed(heard[:at]):
        if before.listens:
            continue
        steps += 1
        if steps > _LOOK_BACK:
            break
        if not before.mentioned:
            other = other or _asks(before)
            continue
        kind = before.mentioned[-1].kind
        if kind == REFERENCE and other:
            return None
        if kind == "name":
            near_end = len(before.form.written) - before.mentioned[-1].end <= 12
            return kind if steps == 1 and (near_end or _asks(before)) else None
        if kind == "address":
            return kind if steps <= 2 and _asks(before) else None
        return kind
    return None


def _asks_name_too(heard: Sequence[_Heard], at: int) -> bool:
    """Whether a name was asked for just before together with something else."""
    before = next((one for one in reversed(heard[:at]) if not one.listens), None)
    kinds = {mention.kind for mention in before.mentioned} if before else set()
    return before is not None and "name" in kinds and len(kinds) > 1 and _asks(before)


def _asks(heard: _Heard) -> bool:
    text = heard.form.text
    return asks(text, heard.form.language) or _PLEASE.search(text) is not None


def _dictated(heard: Sequence[_Heard]) -> Iterator[tuple[int, PersonalData]]:
    """The stretches of numbers that go over several utterances, each with its utterance's place."""
    at = 0
    while at < len(heard):
        group = _group(heard, at)
        if len(group) > 1:
            yield from _judged_group(heard, group)
        at = group[-1][0] + 1 if group else at + 1


def _group(heard: Sequence[_Heard], at: int) -> list[tuple[int, Row]]:
    """The rows of one dictated number from an utterance on that ends in figures."""
    if not heard[at].rows or not _ends_in_figures(heard[at]):
        return []
    group = [(at, heard[at].rows[-1])]
    others = 0
    for place in range(at + 1, len(heard)):
        one = heard[place]
        if one.mainly_figures and not _new_subject(one):
            whole = len(one.rows) == 1
            group += [(place, row) for row in one.rows if whole or len(row.figures) > 1]
            others = 0
        elif others < _LISTENED and (
            one.listens or (not one.rows and _short(one) and not _asks(one))
        ):
            others += 1
        else:
            break
    return group


def _ends_in_figures(one: _Heard) -> bool:
    rest = one.form.written[one.rows[-1].end :].strip(" .,!?…，。！？、-")
    return not rest or _listening(one.form.language).fullmatch(rest.lower()) is not None


def _new_subject(one: _Heard) -> bool:
    return bool(one.mentioned) and one.mentioned[0].start < one.rows[0].start


def _short(one: _Heard) -> bool:
    return len(_LETTER.findall(one.form.written)) <= 12 and not one.mentioned


def _judged_group(
    heard: Sequence[_Heard], group: Sequence[tuple[int, Row]]
) -> Iterator[tuple[int, PersonalData]]:
    first, row = group[0]
    opening = heard[first]
    mention = told(opening.form.written, opening.mentioned, row.start, row.end)
    kind = mention.kind if mention else _expected(heard, first)
    figures = ""
    last = ""
    for _, one in group:
        if one.figures != last and not (len(one.figures) > 1 and figures.endswith(one.figures)):
            figures += one.figures
        last = one.figures
    dictated = all(is_dictated(heard[place].form, one) for place, one in group)
    distance = row.start - mention.end if mention else ASKED_BEFORE
    verdict = judged(figures, kind, opening.form.language, distance=distance, dictated=dictated)
    if verdict is None or (kind is None and (verdict[1] < 0.5 or _single(group))):
        return
    for place, one in group:
        bounds = (one.start, one.end)
        if verdict[0] == REFERENCE:
            bounds = with_letters(heard[place].form.written, *bounds)
        yield place, PersonalData(*heard[place].form.back(*bounds), *verdict)


def _single(group: Sequence[tuple[int, Row]]) -> bool:
    """Whether some part of a number is one figure, as counts and amounts are."""
    return any(len(row.figures) < 2 for _, row in group)


def _sure_names(
    heard: Sequence[_Heard], found: Sequence[Sequence[PersonalData]]
) -> tuple[str, ...]:
    """The names of a call that are sure enough to be looked for in all of it."""
    return tuple(
        {
            one.form.text[own.start : own.end]
            for one, all_own in zip(heard, found, strict=True)
            for own in all_own
            if own.kind == "name" and own.confidence >= _ALIKE and own.end - own.start > 1
        }
    )


def _spelled(heard: Sequence[_Heard]) -> Iterator[str]:
    """The words that a call spells, which may be names said elsewhere in it."""
    for one in heard:
        for match in SPELLED.finditer(one.form.text):
            letters = spelled_letters(match)
            if len(letters) >= _SHORTEST_SPELLED:
                yield letters


def _told_families(
    heard: Sequence[_Heard], found: Sequence[Sequence[PersonalData]]
) -> frozenset[str]:
    """The Chinese family names of a call that were told alone: 我姓张."""
    return frozenset(
        one_script(one.form.text[own.start : own.end])
        for one, all_own in zip(heard, found, strict=True)
        if one.form.language == "zh"
        for own in all_own
        if own.kind == "name" and own.confidence >= _ALIKE
    ) & family_names("zh")


def _values(
    heard: Sequence[_Heard], found: Sequence[Sequence[PersonalData]]
) -> Mapping[str, tuple[str, float]]:
    """The figures of the call's numbers, with their kind and how sure it is."""
    values: dict[str, tuple[str, float]] = {}
    for one, own in zip(heard, found, strict=True):
        for row in one.rows:
            start, end = one.form.back(row.start, row.end)
            for stretch in own:
                if stretch.start <= start and end <= stretch.end and stretch.kind != "address":
                    known = values.get(row.digits, ("", 0.0))
                    if len(row.digits) >= _REPEATED and stretch.confidence > known[1]:
                        values[row.digits] = (stretch.kind, stretch.confidence)
    return values


def _streets(heard: Sequence[_Heard], found: Sequence[Sequence[PersonalData]]) -> frozenset[str]:
    """The streets of the call's addresses, where blanks divide words."""
    return frozenset(
        street
        for one, own in zip(heard, found, strict=True)
        if words_of(one.form.language).spaced
        for stretch in own
        if stretch.kind == "address" and stretch.confidence >= _ALIKE
        for street in streets(one.form.text[stretch.start : stretch.end], one.form.language)
    )


def _said_again(one: _Heard, homes: Collection[str]) -> Iterator[PersonalData]:
    """Where streets of the call's addresses are named again."""
    for street in homes:
        start = one.form.text.find(street)
        if start >= 0:
            yield PersonalData(start, start + len(street), "address", 0.7)


def _repeated(one: _Heard, values: Mapping[str, tuple[str, float]]) -> Iterator[PersonalData]:
    """Rows that say figures of the call's numbers again, whole or in part."""
    for row in one.rows:
        if len(row.digits) < _REPEATED:
            continue
        mention = told(one.form.written, one.mentioned, row.start, row.end)
        if mention and mention.kind in ("order", "money", REFERENCE):
            continue
        for value, (kind, confidence) in values.items():
            if row.digits in value:
                start, end = one.form.back(row.start, row.end)
                yield PersonalData(start, end, kind, round(0.9 * confidence, 3))
                break


@functools.cache
def _said_meanwhile(language: str) -> regex.Pattern[str]:
    words = words_of(language)
    said = (*words.backchannels, *words.joints)
    return regex.compile(alternatives(said, spaced=words.spaced), regex.IGNORECASE)


@functools.cache
def _listening(language: str) -> regex.Pattern[str]:
    said = "|".join(words_of(language).backchannels)
    return regex.compile(rf"(?:(?:{said})[\s,.!?，。…]*){{1,4}}", regex.IGNORECASE)


_PLEASE = regex.compile(
    r"\b(?:please|may|could|can|tell|give|confirm|verify|boleh|mohon|tolong|silakan|sila|minta|"
    r"cho|xin|vui lòng|đọc)\b|[?？]|请|麻烦|多少|提供|报一下|什么|哪|ขอ|แจ้ง|ทราบ|อะไร|รบกวน",
    regex.IGNORECASE,
)
