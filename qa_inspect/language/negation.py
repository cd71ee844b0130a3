"""Whether something that was said is denied: "I'm not angry, but…" is not anger.

A word of denial before the thing denies it when no clause ends in between and it is near enough;
two of them deny one another ("it is not that I'm not angry"). What only looks like a denial ("not
only", "why don't you", 不过) does not count, nor does a word of denial within the thing itself. The
words are in ``negation_words``. English, Chinese in both scripts, Indonesian, Malay, Vietnamese and
Thai are known; in other languages nothing is denied. Where no language is told, the script decides
between Chinese, Thai and English.

These are rules on a few words, not grammar: they know neither irony nor who is quoted.
This module does not know rubrics or calls.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import regex

from qa_inspect.language.negation_words import TABLES, NegationTable
from qa_inspect.language.tokens import table_language

_ENDS = r"[.!?;:,…\n。！？；：，、]+"
_SPOKEN = regex.compile(r"\S+")
_NO_WORD = "\u0001"
_MARKS = " ,，。？?！!."
_SAID_LONG_AGO = 160
"""Characters before a hit that are looked at; no clause is longer."""


@dataclass(frozen=True, slots=True)
class _Rules:
    """One language's tables as patterns."""

    table: NegationTable
    not_denial: regex.Pattern[str]
    breaks: regex.Pattern[str]
    starts: regex.Pattern[str]
    before: regex.Pattern[str]
    after: tuple[regex.Pattern[str], ...]


def denied_by(text: str, start: int, end: int, language: str) -> str:
    """The word that denies ``text[start:end]``, as it was said; empty where nothing does.

    ``start`` and ``end`` are character positions, ``language`` a code such as ``en`` or ``zh-TW``.
    """
    rules = _rules_of(language, text)
    if rules is None:
        return ""
    left = _plain(text[max(0, start - _SAID_LONG_AGO) : start])
    right = _plain(text[end : end + _SAID_LONG_AGO])
    thing = _plain(text[start:end])
    found = _nearest(left, thing + right, rules)
    if found:
        return found
    if rules.before.search(_masked(thing, rules)) is not None:
        # "không gia hạn nữa đâu": after a denial, another only stresses it
        return ""
    for pattern in rules.after:
        match = pattern.search(right)
        if match is not None:
            return str(match.group(1) if pattern.groups else match.group()).strip(_MARKS)
    return ""


def denials_in(text: str, language: str) -> tuple[str, ...]:
    """The words of denial in a sentence, clause by clause, without those that cancel each other.

    For what is found by meaning, where no single word can be denied.
    """
    rules = _rules_of(language, text)
    if rules is None:
        return ()
    found = []
    for clause in _clauses(_masked(_plain(text), rules), rules):
        words = [match.group() for match in rules.before.finditer(clause)]
        if len(words) % 2:
            found.append(words[-1])
    return tuple(found)


def _clauses(text: str, rules: _Rules) -> Iterator[str]:
    ends = (pattern.finditer(text) for pattern in (rules.breaks, rules.starts))
    begin = 0
    for stop in sorted(match.span() for matches in ends for match in matches):
        if stop[0] >= begin:
            yield text[begin : stop[0]]
            begin = stop[1]
    yield text[begin:]


def _nearest(left: str, rest: str, rules: _Rules) -> str:
    """The word before the thing that denies it; empty where none does, or two of them.

    ``rest`` is the thing itself and what follows: a clause may begin with it.
    """
    whole = _masked(left + rest, rules, len(left))
    ends = [b.end() for b in rules.breaks.finditer(whole) if b.start() < len(left)]
    ends += [b.start() for b in rules.starts.finditer(whole) if b.start() <= len(left)]
    begin = max(ends, default=0)
    clause = whole[min(begin, len(left)) : len(left)]
    near = [
        match for match in rules.before.finditer(clause) if _reaches(match.end(), clause, rules)
    ]
    return near[-1].group() if len(near) % 2 else ""


def _reaches(at: int, clause: str, rules: _Rules) -> bool:
    between = clause[at:]
    if rules.table.spaced:
        return len(_SPOKEN.findall(between)) <= rules.table.reach
    return len(between.replace(" ", "")) <= rules.table.reach


def _masked(text: str, rules: _Rules, thing: int = 0) -> str:
    """``text`` without what only looks like a denial.

    "No problem" denies nothing that follows it, but where the thing (at ``thing``) is the problem
    itself, that is denied.
    """

    def blank(match: regex.Match[str]) -> str:
        words = match.group()
        inside = match.start() < thing < match.end() and rules.before.match(words) is not None
        return words if inside else _NO_WORD * len(words)

    return rules.not_denial.sub(blank, text)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFC", text).lower().replace("’", "'").replace("‘", "'")


def _rules_of(language: str, text: str) -> _Rules | None:
    return _compiled(table_language(language, text))


@functools.cache
def _compiled(language: str) -> _Rules | None:
    table = TABLES.get(language)
    if table is None:
        return None
    return _Rules(
        table,
        regex.compile("|".join(table.not_denial)),
        regex.compile("|".join((_ENDS, *table.breaks))),
        regex.compile("|".join(table.starts)),
        regex.compile("|".join(table.before)),
        tuple(regex.compile(pattern) for pattern in table.after),
    )
