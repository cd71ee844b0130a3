"""What every language's written form has in common, and the pieces its rules are made of.

A rule turns one ``Rewriting`` into the next. This module does not know any language.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import regex

from qa_inspect.language.numbers.cardinals import Atom, Kind, Lexicon, Reader, Spoken
from qa_inspect.language.numbers.casing import any_of, small
from qa_inspect.language.numbers.presence import GROUPED, Presence
from qa_inspect.language.numbers.rewriting import Edit, Rewriting

Rule = Callable[[Rewriting], Rewriting]

NUMBER = r"(?<![\d.,:/])\d+(?:\.\d+)?(?![\d:/]|[.,]\d)"

_PASSES = 8
"""What one pass wrote may stand beside what another can read ("ten thousand thousand")."""

_STAY_ALONE = (Kind.DIGIT, Kind.LITERAL, Kind.FILLER, Kind.POINT)
"""What stays as it is where no other number word stands beside it."""

_WIDE = regex.compile("[０-９][０-９．，：％]*")
_THAI_DIGITS = regex.compile("[๐-๙]+")
_THOUSANDS = {
    ",": regex.compile(r"(?<![\d.,/:])\d{1,3}(?:,\d{3})+(?![\d,/:])"),
    ".": regex.compile(r"(?<![\d.,/:])\d{1,3}(?:\.\d{3})+(?![\d./:])"),
}
_DECIMAL_COMMA = regex.compile(r"(?<=(?<![\d.,/:])\d+),(?=\d{1,2}(?![\d.,/:]))")
_SPELLED = regex.compile(
    r"(?<![\d.,:/$€£+-])(?<!\d[ -])\d(?:([ -])\d(?!\d))(?:\1\d(?!\d))+(?![\d:/]|[.,]\d|[ -]\d)"
    r"|(?<![\d.,:/$€£+-])(?<!\d, )\d(?:, \d(?!\d)){4,}(?![\d:/]|[.,]\d|, \d)"
)
_GROUPED = regex.compile(r"(?<![\w.,:/$-])\d{2,4}(?:([ -])\d{2,4}){2,}(?![\w:/-]|[.,]\d| \d)")
_BESIDE = regex.compile(r"\d(?:[ -]|, )\d")
_DATE = regex.compile(
    r"(?<!\d)(?:(?:19|20)\d\d[ -]\d\d[ -]\d\d|\d\d[ -]\d\d[ -](?:19|20)\d\d)(?!\d)"
)


@dataclass(frozen=True, slots=True)
class Runs:
    """The rule that writes a language's number words in digits.

    ``unless`` is asked about a run that should be left alone; ``join`` may make one of several.
    """

    reader: Reader
    unless: Callable[[str, tuple[Atom, ...]], bool] = lambda text, run: False
    join: Callable[[str, list[Spoken]], list[Spoken]] = lambda text, numbers: numbers

    def __call__(self, rewriting: Rewriting) -> Rewriting:
        """The text with numbers of two words and more in digits, and those from ten on."""
        return rewriting.edit(self._edits(rewriting.text))

    def _edits(self, text: str) -> Iterable[Edit]:
        for run in self.reader.runs(text):
            if len(run) == 1 and run[0].kind in _STAY_ALONE:
                continue
            if self.unless(text, run):
                continue
            for number in self.join(text, list(self.reader.numbers(run))):
                if not number.single:
                    yield number.start, number.end, number.text


@dataclass(frozen=True, slots=True)
class _Where:
    """The rule that rewrites what a pattern matches.

    Its form asks it only about texts that hold one of ``needs``, where it has any.
    """

    pattern: regex.Pattern[str]
    make: Callable[[regex.Match[str]], str | None]
    needs: tuple[str, ...]

    def __call__(self, rewriting: Rewriting) -> Rewriting:
        """The text with what matches rewritten."""
        return rewriting.sub(self.pattern, self.make)


@dataclass(frozen=True, slots=True)
class Form:
    """A language's rules in their order; without its gate none of them counts.

    ``needs`` are, rule by rule, what its text must hold one of (in small letters); empty where any
    text will do.
    """

    gate: regex.Pattern[str]
    rules: tuple[Rule, ...]
    needs: tuple[tuple[str, ...], ...]
    presence: Presence
    runs: Runs | None

    def __call__(self, rewriting: Rewriting) -> Rewriting:
        """The text in the language's written form; writing it once more changes nothing."""
        for _ in range(_PASSES):
            before = rewriting.text
            if not self.presence.likely_in(before):
                break
            after = self._once(rewriting)
            # asked last, for it takes longer than the rules, and few texts are changed
            if after.text == before or not self.gate.search(before):
                break
            rewriting = after
        return rewriting

    def _once(self, rewriting: Rewriting) -> Rewriting:
        low = small(rewriting.text)
        for rule, needs in zip(self.rules, self.needs, strict=True):
            for need in needs:  # a loop, not any(): most rules are left here, a million times
                if need in low:
                    break
            else:
                if needs or (rule is self.runs and not self.presence.run_in(rewriting.text)):
                    continue
            after = rule(rewriting)
            if after is not rewriting:
                rewriting, low = after, small(after.text)
        return rewriting


def form(
    lexicon: Lexicon, signs: Sequence[str], rules: tuple[Rule, ...], *, also: Iterable[str] = ()
) -> Form:
    """The form of a language that acts on its number words and on ``signs`` (words and patterns).

    ``also`` are words that its rules read as numbers though the table of words does not.
    """
    edges = (r"(?<!\w)", r"(?!\w)") if lexicon.spaced else ("", "")
    words = any_of(lexicon.atoms())
    gate = regex.compile(
        "|".join((f"{edges[0]}{words}{edges[1]}", GROUPED, *signs)), regex.IGNORECASE
    )
    runs = next((rule for rule in rules if isinstance(rule, Runs)), None)
    needs = tuple(rule.needs if isinstance(rule, _Where) else () for rule in rules)
    return Form(gate, rules, needs, Presence(lexicon, signs, also), runs)


def wide_digits(rewriting: Rewriting) -> Rewriting:
    """Full-width digits, with their signs, as ASCII."""
    if rewriting.text.isascii():
        return rewriting
    return rewriting.sub(_WIDE, lambda m: unicodedata.normalize("NFKC", m.group()))


def thai_digits(rewriting: Rewriting) -> Rewriting:
    """๒๕ as 25."""
    return rewriting.sub(
        _THAI_DIGITS, lambda m: "".join(str(unicodedata.digit(c)) for c in m.group())
    )


def thousands(separator: str) -> Rule:
    """The rule that takes the separators out of 1,000 (or 1.000)."""
    pattern = _THOUSANDS[separator]

    def apply(rewriting: Rewriting) -> Rewriting:
        if separator not in rewriting.text:
            return rewriting
        return rewriting.sub(pattern, lambda m: m.group().replace(separator, ""))

    return apply


def decimal_comma(rewriting: Rewriting) -> Rewriting:
    """``2,5`` as ``2.5``."""
    return rewriting.sub(_DECIMAL_COMMA, lambda match: ".")


def spelled_digits(rewriting: Rewriting) -> Rewriting:
    """Digits written one by one ("1-2-3-4", "1 2 3 4") and telephone numbers as one number."""

    def grouped(match: regex.Match[str]) -> str | None:
        digits = regex.sub(r"\D", "", match.group())
        return None if len(digits) < 9 or _DATE.search(match.group()) else digits

    if not _BESIDE.search(rewriting.text):
        return rewriting
    joined = rewriting.sub(_SPELLED, lambda match: regex.sub(r"\D", "", match.group()))
    return joined.sub(_GROUPED, grouped)


def rule(
    pattern: str,
    make: Callable[[regex.Match[str]], str | None],
    *,
    named: Mapping[str, str],
    needs: Sequence[str] = (),
) -> Rule:
    """A rule from a pattern in which ``{name}`` stands for a piece of ``named``.

    It is tried only on texts that hold one of ``needs`` (in small letters), where it has any.
    """
    text = pattern
    for name, piece in named.items():
        text = text.replace("{" + name + "}", piece)
    return _Where(regex.compile(text, regex.IGNORECASE), make, tuple(needs))


def same_digits(text: str) -> str:
    """A number without zeros that say nothing: ``25.00`` is ``25``, ``25.5`` is ``25.50``."""
    whole, _, part = text.partition(".")
    return whole if not part.strip("0") else f"{whole}.{part.ljust(2, '0')}"
