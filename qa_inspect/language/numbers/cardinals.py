"""Numbers spoken as words, read by one grammar over a table of each language's number words.

All six languages build numbers from digits and powers: "two hundred and five", 二百零五, "dua ratus
lima", "hai trăm linh năm", สองร้อยห้า. What differs is the table. This module does not know units,
money or dates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from types import MappingProxyType

import regex

from qa_inspect.language.numbers.casing import small


class Kind(Enum):
    """What a number word does."""

    DIGIT = auto()
    WHOLE = auto()
    TEEN_ENDING = auto()
    SMALL_POWER = auto()
    BIG_POWER = auto()
    FILLER = auto()
    POINT = auto()
    REPEAT = auto()
    ORDINAL = auto()
    LITERAL = auto()


def _nothing() -> Mapping[str, int]:
    return MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Lexicon:
    """A language's number words.

    ``wholes`` give a value and the room after it: what may still be added is less than the room
    (twenty: 20, room 10; eleven: 11, room 0). ``bare_powers`` may begin a number (十, สิบ).
    ``weak`` digits mean something else outside a run of digits ("oh", không, kosong, 幺).
    ``weak_at_edges`` says what a weak digit at either end of a run of digits tells: ``doubtful``
    (one digit more is needed), ``plain``, or ``pair`` (two digits are a run already).
    ``late`` digits only follow a power (lăm, เอ็ด), ``not_after_ten`` never a ten (năm).
    """

    digits: Mapping[str, int]
    wholes: Mapping[str, tuple[int, int]]
    small_powers: Mapping[str, int]
    big_powers: Mapping[str, int]
    teen_endings: frozenset[str] = frozenset()
    fillers: frozenset[str] = frozenset()
    points: frozenset[str] = frozenset()
    repeats: Mapping[str, int] = field(default_factory=_nothing)
    ordinals: Mapping[str, int] = field(default_factory=_nothing)
    bare_powers: frozenset[str] = frozenset()
    weak: frozenset[str] = frozenset()
    late: frozenset[str] = frozenset()
    not_after_ten: frozenset[str] = frozenset()
    elided_power: bool = False
    spaced: bool = True
    weak_at_edges: str = "doubtful"
    guards: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def atoms(self) -> Mapping[str, tuple[Kind, int]]:
        """Every number word with what it does and its value."""
        return {
            **dict.fromkeys(self.fillers, (Kind.FILLER, 0)),
            **dict.fromkeys(self.points, (Kind.POINT, 0)),
            **dict.fromkeys(self.teen_endings, (Kind.TEEN_ENDING, 10)),
            **{w: (Kind.REPEAT, n) for w, n in self.repeats.items()},
            **{w: (Kind.ORDINAL, v) for w, v in self.ordinals.items()},
            **{w: (Kind.SMALL_POWER, v) for w, v in self.small_powers.items()},
            **{w: (Kind.BIG_POWER, v) for w, v in self.big_powers.items()},
            **{w: (Kind.WHOLE, v) for w, (v, _) in self.wholes.items()},
            **{w: (Kind.DIGIT, v) for w, v in self.digits.items()},
        }

    def pattern(self) -> regex.Pattern[str]:
        """A regular expression of one number word or one number in digits."""
        words = sorted(self.atoms(), key=len, reverse=True)
        listed = "|".join(f"{regex.escape(w)}{self.guards.get(w, '')}" for w in words)
        number = r"(?<![\d.,:/])\d+(?:\.\d+)?(?![\d:/]|[.,]\d)"
        if self.spaced:
            return regex.compile(rf"(?<![\w'])(?:{listed}|{number})(?![\w'])", regex.IGNORECASE)
        return regex.compile(f"{listed}|{number}")


@dataclass(frozen=True, slots=True)
class Atom:
    """A number word in a text."""

    kind: Kind
    value: int
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Spoken:
    """A number found in a run: ``text`` in digits; ``single`` says that it was one word below ten,
    ``ordinal`` that it names a place in a row, ``sequence`` that digits were said one by one."""

    text: str
    value: float
    start: int
    end: int
    atoms: int
    single: bool = False
    ordinal: bool = False
    sequence: bool = False
    round_ten: bool = False


class _Sum:
    """A number while it is being read, one atom after another."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.total = 0.0
        self.section = 0.0
        self.pending: float | None = None
        self.room = 1e18
        self.big_room = 1e18
        self.last_power = 0
        self.filled = False
        self.literal = False
        self.length = 0

    @property
    def value(self) -> float:
        last = self.pending or 0.0
        if self.lexicon.elided_power and self.pending and self.last_power >= 100:
            last = self.pending * self.last_power / 10
        return self.total + self.section + last

    def take(self, atom: Atom) -> bool:
        """Whether the atom goes on with the number; it is added then."""
        took = self._take(atom)
        self.length += took
        return took

    def _take(self, atom: Atom) -> bool:
        if atom.kind in (Kind.DIGIT, Kind.LITERAL):
            return self._digit(atom)
        if atom.kind is Kind.WHOLE:
            value, room = self.lexicon.wholes[atom.word]
            if value >= 1000 and self.length == 0:
                self.total, self.room, self.big_room = value, value, value
                self.last_power = value
                return True
            return self._whole(value, room)
        if atom.kind is Kind.TEEN_ENDING:
            if self.pending is None or not 1 <= self.pending <= 9:
                return False
            self.section, self.pending, self.room = self.section + self.pending + 10, None, 0
            self.last_power = 0
            return True
        if atom.kind is Kind.SMALL_POWER:
            return self._small_power(atom)
        if atom.kind is Kind.BIG_POWER:
            return self._big_power(atom)
        return False

    def _digit(self, atom: Atom) -> bool:
        if self.pending is not None or self.room <= 1:
            return False
        if atom.kind is Kind.LITERAL:
            if self.length:
                return False
            self.pending, self.literal = float(atom.word), True
            return True
        if self.length and atom.value == 0:
            return False
        if atom.word in self.lexicon.late and not self.last_power:
            return False
        if atom.word in self.lexicon.not_after_ten and self.room == 10:
            return False
        self.pending = atom.value
        return True

    def _whole(self, value: int, room: int) -> bool:
        if self.pending is not None or value >= self.room:
            return False
        self.section, self.room = self.section + value, room
        self.last_power = 10 if room == 10 else room
        return True

    def _small_power(self, atom: Atom) -> bool:
        power = atom.value
        if self.pending is None:
            if 10 < self.section < 100 and power == 100 and not self.total:
                factor, self.section = self.section, 0.0  # "twelve hundred"
            elif atom.word in self.lexicon.bare_powers and power < self.room:
                factor = 1.0
            else:
                return False
        elif 20 <= self.section < 100 and power == 100 and not self.total:
            factor, self.section = self.section + self.pending, 0.0  # "twenty five hundred"
        elif power >= self.room or not 1 <= self.pending < 10:
            return False
        else:
            factor = self.pending
        self.section, self.pending, self.room = self.section + factor * power, None, power
        self.last_power, self.filled, self.literal = power, False, False
        return True

    def _big_power(self, atom: Atom) -> bool:
        factor = self.section + (self.pending or 0)
        if not factor:
            if not self.total or atom.value < 1e8:
                return False
            factor, self.total = self.total, 0.0  # 三万亿
        elif atom.value >= self.big_room:
            return False
        self.total, self.section, self.pending = self.total + factor * atom.value, 0.0, None
        self.room = self.big_room = atom.value
        self.last_power, self.literal = atom.value, False
        return True


class Reader:
    """Finds the numbers of a text; made once per language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._atoms = lexicon.atoms()
        self._pattern = lexicon.pattern()
        self._gap = regex.compile(r"[ \-]+" if lexicon.spaced else " ?")

    def runs(self, text: str) -> Iterator[tuple[Atom, ...]]:
        """Number words that stand side by side."""
        run: list[Atom] = []
        for match in self._pattern.finditer(text):
            word = small(match.group())
            kind, value = self._atoms.get(word, (Kind.LITERAL, 0))
            atom = Atom(kind, value, word, match.start(), match.end())
            if run and not self._touch(text[run[-1].end : atom.start]):
                yield tuple(run)
                run = []
            run.append(atom)
        if run:
            yield tuple(run)

    def _touch(self, between: str) -> bool:
        return (not between and not self._lexicon.spaced) or bool(self._gap.fullmatch(between))

    def numbers(self, run: Sequence[Atom]) -> Iterator[Spoken]:
        """The numbers of a run, from left to right."""
        at = 0
        while at < len(run):
            found, length = self._sequence(run, at)
            if found is None:
                found, length = self._cardinal(run, at)
            if found is not None:
                yield found
            at += max(1, length)

    def _sequence(self, run: Sequence[Atom], at: int) -> tuple[Spoken | None, int]:
        """Digits said one by one."""
        lexicon, text, end, repeat = self._lexicon, "", at, 1
        for position in range(at, len(run)):
            atom = run[position]
            if atom.kind is Kind.REPEAT and repeat == 1:
                repeat = atom.value
                continue
            literal = atom.kind is Kind.LITERAL and len(atom.word) == 1
            if not literal and (atom.kind is not Kind.DIGIT or self._is_late(atom)):
                break
            text += (atom.word if literal else str(atom.value)) * repeat
            end, repeat = position + 1, 1
        powers = (Kind.SMALL_POWER, Kind.BIG_POWER, Kind.TEEN_ENDING)
        if end < len(run) and end - at > 1 and run[end].kind in powers:
            text, end = text[:-1], end - 1  # its last digit begins a number
        said = run[at:end]
        least = 3
        if said and lexicon.weak_at_edges == "pair" and any(a.word in lexicon.weak for a in said):
            least = 2
        elif said and lexicon.weak_at_edges == "doubtful":
            least += said[0].word in lexicon.weak or said[-1].word in lexicon.weak
        sure = sum(atom.word not in lexicon.weak for atom in said)
        if len(text) < least or not sure or all(a.kind is Kind.LITERAL for a in said):
            return None, 0
        first, last = said[0].start, said[-1].end
        return Spoken(text, float(text), first, last, len(said), sequence=True), len(said)

    def _is_late(self, atom: Atom) -> bool:
        return atom.word in self._lexicon.late

    def _cardinal(self, run: Sequence[Atom], at: int) -> tuple[Spoken | None, int]:
        number = _Sum(self._lexicon)
        end = at
        for position in range(at, len(run)):
            atom = run[position]
            if atom.kind is Kind.FILLER:
                if number.last_power < 100 or position + 1 >= len(run):
                    break
                after = run[position + 1]
                if after.kind not in (Kind.DIGIT, Kind.WHOLE, Kind.SMALL_POWER):
                    break
                number.filled = True
                continue
            if atom.word in self._lexicon.weak and atom.value == 0 and not number.length:
                return None, 1
            if self._stands_for_nothing(run, position, number):
                number.filled = True
                continue
            if self._ends_in_years(run, position, number) or not number.take(atom):
                break
            end = position + 1
        if end == at:
            return (self._ordinal(run, at, number, at), 1)
        if end < len(run) and run[end].kind is Kind.ORDINAL:
            ordinal = self._ordinal(run, at, number, end)
            if ordinal is not None:
                return ordinal, end + 1 - at
        return self._decimal(run, at, end, number)

    def _stands_for_nothing(self, run: Sequence[Atom], position: int, number: _Sum) -> bool:
        """Whether a zero (零, "không" with its "trăm") only holds a place, and more follows."""
        if number.last_power < 100 or position + 1 >= len(run):
            return False
        atom, before = run[position], run[position - 1]
        if atom.kind is Kind.DIGIT and atom.value == 0:
            return run[position + 1].kind is not Kind.LITERAL
        return atom.kind is Kind.SMALL_POWER and before.kind is Kind.DIGIT and before.value == 0

    def _ends_in_years(self, run: Sequence[Atom], position: int, number: _Sum) -> bool:
        """Whether a word that also means "year" closes the run: no digit then."""
        atom = run[position]
        return (
            atom.word in self._lexicon.not_after_ten
            and number.length > 0
            and not number.filled
            and (position + 1 == len(run) or run[position + 1].kind is Kind.DIGIT)
        )

    def _ordinal(self, run: Sequence[Atom], at: int, number: _Sum, end: int) -> Spoken | None:
        atom = run[end]
        if atom.kind is not Kind.ORDINAL:
            return None
        if number.length and (number.pending is not None or atom.value >= number.room):
            return None
        value = number.value + atom.value
        return Spoken(
            f"{value:.0f}{ordinal_ending(int(value))}",
            value,
            run[at].start,
            atom.end,
            end + 1 - at,
            single=value < 10,
            ordinal=True,
        )

    def _decimal(self, run: Sequence[Atom], at: int, end: int, number: _Sum) -> tuple[Spoken, int]:
        value, digits, stop = number.value, "", end
        if number.filled and self._lexicon.elided_power and number.pending:
            value = number.total + number.section + number.pending
        pointed = end + 1 < len(run) and run[end].kind is Kind.POINT
        if pointed and self._lexicon.spaced and value == int(value):
            for position in range(end + 1, len(run)):
                atom = run[position]
                if atom.kind is not Kind.DIGIT or self._is_late(atom):
                    break
                digits, stop = digits + str(atom.value), position + 1
        text = plain_number(value) + (f".{digits}" if digits else "")
        factor = float(text)
        if digits and stop < len(run) and run[stop].kind is Kind.BIG_POWER:
            factor *= run[stop].value
            text, stop = plain_number(factor), stop + 1
        first = run[at]
        single = stop - at == 1 and (first.kind is Kind.DIGIT or first.word in ("十",))
        return (
            Spoken(
                first.word if first.kind is Kind.LITERAL and stop - at == 1 else text,
                factor,
                first.start,
                run[stop - 1].end,
                stop - at,
                single=single,
                round_ten=first.kind is Kind.WHOLE,
            ),
            stop - at,
        )


def plain_number(value: float) -> str:
    """A number in digits, without separators or needless zeros."""
    return f"{value:.6f}".rstrip("0").rstrip(".") or "0"


def ordinal_ending(value: int) -> str:
    """The English ending of an ordinal number: ``st``, ``nd``, ``rd`` or ``th``."""
    return "th" if 10 < value % 100 < 20 else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
