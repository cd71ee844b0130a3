"""How much personal data is found and how much else is masked: a section of ``docs/accuracy.md``.

Lines of our own with marked personal data, in the six languages (``tests/language/data``); slots of
``en_customer_turns``; false alarms on ``zh_phone_calls`` and ``en_politeness``. A stretch counts as
found where nine tenths of its letters are masked, whatever as; a mask is right where half of it is
personal data. ``python -m benchmarks.accuracy_personal_data DATA --show`` prints what went wrong.
"""

from __future__ import annotations

import argparse
import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zlib import crc32

import yaml

from benchmarks.evaluation import ROOT, percent, table
from qa_inspect.language.pii import PersonalData, find_in_utterances, find_personal_data, mask

LINES = ROOT / "tests" / "language" / "data"
SETS = ("own", "unseen", "third", "fourth", "fifth")
"""The lines that rules grew with, and sets written after them or before later rules."""
LANGUAGES = ("en", "zh", "id", "ms", "vi", "th")
_MARK = re.compile(r"<(?P<kind>[a-z_]+)>(?P<said>.*?)</(?P=kind)>")
_COVERED = 0.9
_RIGHT = 0.5
_SLOTS: Mapping[str, str] = {
    "name": "name",
    "username": "account",
    "phonenumber": "phone",
    "phone_number": "phone",
    "card_number": "card",
    "ssn": "identity",
    "account_number": "account",
    "account_id": "account",
    "target_account_number": "account",
    "email_address": "email",
    "address": "address",
    "current_zipcode": "address",
    "new_zipcode": "address",
    "password": "code",
}
"""The sets' slots that are personal data, by our kinds."""
_TOLD = ("booking_confirmation_number", "policyid", "claimid", "item_code")
"""Slots that are numbers of things; masking them is no harm and no aim."""


@dataclass(frozen=True, slots=True)
class Marked:
    """A text and its personal data."""

    text: str
    spans: tuple[PersonalData, ...]


@dataclass
class Tally:
    """Counts of stretches: there, found, found as their kind; masks, and masks that are right."""

    there: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    masks: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(self, marked: Marked, found: Sequence[PersonalData]) -> bool:
        """Counts one text; returns whether all in it is right."""
        fine = True
        for span in marked.spans:
            covered = _share(marked.text, span, found) >= _COVERED
            own = [one for one in found if one.kind == span.kind]
            self.there[span.kind] += 1
            self.found[span.kind] += covered
            self.named[span.kind] += _share(marked.text, span, own) >= _COVERED
            fine = fine and covered
        for one in found:
            right = _share(marked.text, one, marked.spans) >= _RIGHT
            self.masks[one.kind] += 1
            self.right[one.kind] += right
            fine = fine and right
        return fine

    @property
    def recall(self) -> float | None:
        """The share of stretches that were found."""
        return _ratio(self.found.total(), self.there.total())

    @property
    def precision(self) -> float | None:
        """The share of masks that are right."""
        return _ratio(self.right.total(), self.masks.total())


def marked(text: str) -> Marked:
    """A line whose personal data is between ``<kind>`` and ``</kind>``."""
    plain, spans, position = "", [], 0
    for match in _MARK.finditer(text):
        plain += text[position : match.start()]
        start = len(plain)
        plain += match["said"]
        spans.append(PersonalData(start, len(plain), match["kind"], 1.0))
        position = match.end()
    return Marked(plain + text[position:], tuple(spans))


def own_calls(language: str, *, lines: str = "own") -> Iterator[list[Marked]]:
    """The calls of one language of one of :data:`SETS`; each single line is a call of one
    utterance."""
    name = f"personal_data.{language}.yaml" if lines == "own" else f"personal_data_{lines}.yaml"
    entry: Any = yaml.safe_load((LINES / name).read_text("utf-8"))
    entry = entry if lines == "own" else entry[language]
    yield from ([marked(line)] for line in entry["lines"])
    yield from ([marked(line) for line in call] for call in entry.get("calls", ()))


def measure_own(language: str, *, lines: str = "own", show: bool = False) -> Tally:
    """What is found in our own lines of one language; from the third set on numbers of orders
    and the like are asked for too, as trainer packs do."""
    tally = Tally()
    for call in own_calls(language, lines=lines):
        said = [(one.text, language) for one in call]
        found = find_in_utterances(said, references=lines not in ("own", "unseen"))
        for one, own in zip(call, found, strict=True):
            if not tally.add(one, own) and show:
                print(f"{language}: {_masked(one)}\n    {mask(one.text, own)}")
    return tally


def measure_slots(data: Path, half: int, *, show: bool = False) -> tuple[Tally, Counter[str]]:
    """Slots of the customer turns of one half of the conversations; and numbers of things masked.

    Turns are looked at as a call: those of one conversation in their order, without the agent's.
    """
    tally, things = Tally(), Counter[str]()
    for turns in _conversations(data, half):
        found = find_in_utterances([(turn.text, "en") for turn, _ in turns])
        for (turn, told), own in zip(turns, found, strict=True):
            personal = [one for one in own if _share(turn.text, one, told) < _RIGHT]
            if not tally.add(turn, personal) and show:
                print(f"slots: {_masked(turn)}\n    {mask(turn.text, own)}")
            for one in told:
                things[one.kind] += 1
                things[f"{one.kind} masked"] += _share(turn.text, one, own) >= _COVERED
    return tally, things


def false_alarms(data: Path, *, show: bool = False) -> Sequence[tuple[str, int, Counter[str]]]:
    """Masks by kind in two sets whose personal data was taken out or hardly is any."""
    calls = [
        json.loads(line) for line in (data / "text" / "zh_phone_calls.jsonl").open(encoding="utf-8")
    ]
    chinese, turns = Counter[str](), 0
    for call in calls:
        said = [turn["text"] for turn in call["turns"]]
        turns += len(said)
        for text, own in zip(said, find_in_utterances([(one, "zh") for one in said]), strict=True):
            chinese.update(one.kind for one in own)
            if own and show:
                print(f"zh: {mask(text, own)}   <- {[text[one.start : one.end] for one in own]}")
    english, lines = Counter[str](), 0
    for line in (data / "text" / "en_politeness.jsonl").open(encoding="utf-8"):
        text = json.loads(line)["text"]
        own = find_personal_data(text, "en")
        lines += 1
        english.update(one.kind for one in own)
        if own and show:
            print(f"polite: {mask(text, own)}   <- {[text[one.start : one.end] for one in own]}")
    return (("zh_phone_calls", turns, chinese), ("en_politeness", lines, english))


def section(data: Path) -> str:
    """Three tables in Markdown; about half a minute of processor time."""
    tallies = {language: measure_own(language) for language in LANGUAGES}
    unseen = {language: measure_own(language, lines="unseen") for language in LANGUAGES}
    third = {language: measure_own(language, lines="third") for language in LANGUAGES}
    fourth = {language: measure_own(language, lines="fourth") for language in LANGUAGES}
    fifth = {language: measure_own(language, lines="fifth") for language in LANGUAGES}
    slots, things = measure_slots(data, 1)
    alarms = false_alarms(data)
    return "\n\n".join(
        [
            "## Personal data",
            "What trainer packs mask and silence, in lines of our own (`tests/language/data`). "
            "Found is the share of stretches of which nine tenths are masked, whatever as; "
            "precision the share of masks that are at least half personal data. Lines and calls "
            "written after the rules (at first sight 96.1 % of 103 stretches found, precision "
            "97.1 %; the faults seen there were mended since):",
            _by_language(unseen),
            _by_kind(unseen),
            "Lines and calls with numbers of orders, parcels, bookings, policies and customers, "
            "which trainer packs mask too, written before those rules (the rules before found "
            "20.7 % of 58 stretches; these at first sight 93.1 %, precision 100.0 %; the faults "
            "seen there were mended since):",
            _by_language(third),
            "Lines of people who say who they are without an introduction, spell their names, give "
            "an extension, a postcode or a spoken e-mail address, or tell two things in one "
            "breath, written before those rules (the rules before found 46.9 % of 262 stretches, "
            "precision 99.4 %):",
            _by_language(fourth),
            "As those, but written after the rules (the rules before found 40.7 % of 81 stretches, "
            "precision 94.2 %; these are as at first sight):",
            _by_language(fifth),
            "The lines that the rules grew with (the first 262 stretches at first sight: 94.3 % "
            "found, precision 97.7 %; the next 89: 91.0 % and 94.3 %):",
            _by_language(tallies),
            "Slots of `en_customer_turns` in the half of the conversations that rules were not "
            "tuned on. The turns are typed, in small letters, without punctuation and without the "
            "agent's questions; labels are rough (the slot of a whole turn, wrong slots). Most of "
            "what is missed are four figures alone that no word names.",
            _by_slot(slots),
            "Numbers of things in the same turns (neither an aim nor a harm), masked: "
            + ", ".join(f"{kind} {things[f'{kind} masked']} of {things[kind]}" for kind in _TOLD)
            + ".",
            "Masks where there is hardly any personal data (names, numbers and addresses of "
            "`zh_phone_calls` were starred out; `en_politeness` has some signatures):",
            table(
                ("set", "utterances", "masks", "per 1,000", "by kind"),
                [
                    (
                        name,
                        count,
                        masks.total(),
                        f"{1000 * masks.total() / count:.1f}",
                        _kinds(masks),
                    )
                    for name, count, masks in alarms
                ],
            ),
        ]
    )


def _by_language(tallies: Mapping[str, Tally]) -> str:
    return table(
        ("language", "stretches", "found", "as their kind", "masks", "precision"),
        [
            (
                language,
                tally.there.total(),
                percent(tally.recall),
                percent(_ratio(tally.named.total(), tally.there.total())),
                tally.masks.total(),
                percent(tally.precision),
            )
            for language, tally in tallies.items()
        ],
    )


def _by_kind(tallies: Mapping[str, Tally]) -> str:
    kinds = sorted({kind for tally in tallies.values() for kind in (*tally.there, *tally.masks)})
    return table(
        ("found, by kind", *tallies, "precision"),
        [
            (
                kind,
                *(
                    f"{tally.found[kind]}/{tally.there[kind]}" if tally.there[kind] else "–"
                    for tally in tallies.values()
                ),
                percent(
                    _ratio(
                        sum(tally.right[kind] for tally in tallies.values()),
                        sum(tally.masks[kind] for tally in tallies.values()),
                    )
                ),
            )
            for kind in kinds
        ],
    )


def _by_slot(tally: Tally) -> str:
    return table(
        ("kind", "slots", "found", "masks of the kind", "right"),
        [
            (
                kind,
                tally.there[kind],
                percent(_ratio(tally.found[kind], tally.there[kind])),
                tally.masks[kind],
                percent(_ratio(tally.right[kind], tally.masks[kind])),
            )
            for kind in sorted({*tally.there, *tally.masks})
        ],
    )


def _conversations(
    data: Path, half: int
) -> Iterator[list[tuple[Marked, tuple[PersonalData, ...]]]]:
    grouped: dict[str, list[tuple[Marked, tuple[PersonalData, ...]]]] = defaultdict(list)
    for line in (data / "text" / "en_customer_turns.jsonl").open(encoding="utf-8"):
        turn = json.loads(line)
        if crc32(turn["conversation"].encode()) % 2 == half:
            grouped[turn["conversation"]].append(_slotted(turn["text"] or "", turn["slots"] or ""))
    yield from grouped.values()


def _slotted(text: str, slots: str) -> tuple[Marked, tuple[PersonalData, ...]]:
    """A turn with its personal slots, and its slots that number things."""
    labels = slots.split()
    places = [match.span() for match in re.finditer(r"\S+", text)]
    if len(labels) != len(places):
        return Marked(text, ()), ()
    personal: list[PersonalData] = []
    things: list[PersonalData] = []
    last = "O"
    for (start, end), label in zip(places, labels, strict=True):
        kind = _SLOTS.get(label) or (label if label in _TOLD else "")
        own = personal if label in _SLOTS else things
        if kind and label == last:
            start = own.pop().start
        if kind:
            own.append(PersonalData(start, end, kind, 1.0))
        last = label
    return Marked(text, tuple(personal)), tuple(things)


def _share(text: str, one: PersonalData, covers: Sequence[PersonalData]) -> float:
    """How many of a stretch's letters and figures the others cover."""
    places = [at for at in range(one.start, one.end) if text[at].isalnum()]
    inside = sum(any(c.start <= at < c.end for c in covers) for at in places)
    return inside / len(places) if places else 1.0


def _masked(one: Marked) -> str:
    shown, position = "", 0
    for span in one.spans:
        shown += f"{one.text[position : span.start]}<{one.text[span.start : span.end]}>"
        position = span.end
    return shown + one.text[position:]


def _ratio(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _kinds(masks: Counter[str]) -> str:
    return ", ".join(f"{kind} {count}" for kind, count in masks.most_common()) or "none"


def main() -> None:
    """Prints the section, or all that went wrong."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder of evaluation data")
    parser.add_argument("--show", choices=(*SETS, "slots", "alarms"), help="print what went wrong")
    asked = parser.parse_args()
    if asked.show in SETS:
        for language in LANGUAGES:
            measure_own(language, lines=asked.show, show=True)
    elif asked.show == "slots":
        measure_slots(asked.data, 0, show=True)
    elif asked.show == "alarms":
        false_alarms(asked.data, show=True)
    else:
        print(section(asked.data))


if __name__ == "__main__":
    main()
