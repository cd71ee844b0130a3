"""What must hold between the parts of a rubric: names that exist, weights that add up, no circles.

This module does not know files or kinds.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from qa_inspect.audio.manifest_fields import LANGUAGES
from qa_inspect.domain import AutoFail, base_language
from qa_inspect.rubric.fields import did_you_mean
from qa_inspect.rubric.schema import Named, Rubric

_LANGUAGE = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_ALSO_CODES = ("cmn", "jw")
_MEANT = {
    **dict.fromkeys(("cn", "ch", "chi", "zho", "chinese", "mandarin", "tw", "hk"), "zh"),
    **dict.fromkeys(("eng", "english", "us", "gb"), "en"),
    **dict.fromkeys(("ind", "in", "indonesian"), "id"),
    **dict.fromkeys(("vn", "vie", "vietnamese"), "vi"),
    **dict.fromkeys(("tha", "thai"), "th"),
    **dict.fromkeys(("msa", "may", "zsm", "mly", "malay"), "ms"),
    **dict.fromkeys(("jp", "jpn", "japanese"), "ja"),
    **dict.fromkeys(("kor", "korean"), "ko"),
    **dict.fromkeys(("ger", "deu", "german"), "de"),
    **dict.fromkeys(("fre", "fra", "french"), "fr"),
    **dict.fromkeys(("sp", "spa", "spanish"), "es"),
    **dict.fromkeys(("fil", "ph", "tagalog"), "tl"),
    **dict.fromkeys(("iw", "hebrew"), "he"),
}
"""Codes of countries, names and longer codes that are written for a language's code."""


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Something that does not fit: the path to it in the file, and a sentence."""

    path: tuple[str | int, ...]
    problem: str


def inconsistencies(
    rubric: Rubric, line_kinds: Collection[str], negative_kinds: Collection[str] = ()
) -> list[Inconsistency]:
    """Everything that does not fit together.

    ``line_kinds`` can tell from a single line; ``negative_kinds`` find that something is not there.
    """
    return [
        *_language(rubric),
        *_duplicates("sections", [section.id for section in rubric.sections]),
        *_duplicates("items", [item.id for item in rubric.items]),
        *_duplicates("flags", [flag.id for flag in rubric.flags]),
        *_sections(rubric),
        *_references(rubric),
        *_circles(rubric),
        *_lines(rubric, line_kinds),
        *_denials(rubric),
        *_weights(rubric),
        *_penalties(rubric, negative_kinds),
        *_auto_fails(rubric),
    ]


def _language(rubric: Rubric) -> Iterator[Inconsistency]:
    fault = language_fault(rubric.language) if rubric.language is not None else None
    if fault is not None:
        yield Inconsistency(("language",), fault)


def language_fault(code: str) -> str | None:
    """What is wrong with a code such as ``en`` or ``zh-Hant-TW``, in words; None where nothing is.

    A code that no call can have is wrong, for a rubric of such a language would judge nothing.
    """
    base = base_language(code)
    if base in _ALSO_CODES or (_LANGUAGE.fullmatch(code) and base in LANGUAGES):
        return None
    meant = _MEANT.get(base) or (code.replace("_", "-") if base in LANGUAGES else None)
    guess = f"did you mean {meant}? " if meant else ""
    return (
        f"{code or 'nothing'} is no code of a language — {guess}write one such as en, zh, id, vi, "
        "th or ms, or leave the field out for every language"
    )


def _duplicates(field: str, names: Sequence[str]) -> Iterator[Inconsistency]:
    for name, times in Counter(names).items():
        if times > 1:
            last = len(names) - 1 - names[::-1].index(name)
            problem = f"{name} is the id of {times} {field}; give each its own"
            yield Inconsistency((field, last, "id"), problem)


def _sections(rubric: Rubric) -> Iterator[Inconsistency]:
    known = [section.id for section in rubric.sections]
    for at, item in enumerate(rubric.items):
        if item.section is None and known:
            problem = f"the item {item.id} names no section — valid: {', '.join(known)}"
            yield Inconsistency(("items", at), problem)
        if item.section is not None and item.section not in known:
            problem = f"no section is named {item.section} — {did_you_mean(item.section, known)}"
            yield Inconsistency(("items", at, "section"), problem)


def _references(rubric: Rubric) -> Iterator[Inconsistency]:
    known = [item.id for item in rubric.items]
    for field, named in _entries(rubric):
        for at, entry in enumerate(named):
            for name in dict.fromkeys(_referred(entry)):
                if name not in known:
                    problem = f"no item is named {name} — {did_you_mean(name, known)}"
                    yield Inconsistency((field, at), problem)


def _entries(rubric: Rubric) -> tuple[tuple[str, Sequence[Named]], ...]:
    return ("items", rubric.items), ("flags", rubric.flags)


def _referred(entry: Named) -> list[str]:
    return [name for rule in entry.rule.every_rule() for name in rule.references()]


def _circles(rubric: Rubric) -> Iterator[Inconsistency]:
    leads_to = {item.id: list(dict.fromkeys(_referred(item))) for item in rubric.items}
    done: set[str] = set()
    for at, item in enumerate(rubric.items):
        circle = _circle_from(item.id, leads_to, done)
        if circle:
            problem = (
                f"items refer to one another in a circle: {' → '.join(circle)}; take "
                "one of these references out"
            )
            yield Inconsistency(("items", at), problem)


def _circle_from(start: str, leads_to: dict[str, list[str]], done: set[str]) -> list[str]:
    """The first circle reached from ``start`` over items not yet ``done``; empty if none."""
    trail: list[str] = []
    waiting: list[tuple[str, Iterator[str]]] = []

    def enter(name: str) -> None:
        trail.append(name)
        waiting.append((name, iter(leads_to.get(name, ()))))

    if start not in done:
        enter(start)
    while waiting:
        name, following = waiting[-1]
        following_name = next((n for n in following if n in leads_to and n not in done), None)
        if following_name is None:
            done.add(name)
            trail.pop()
            waiting.pop()
        elif following_name in trail:
            done.update(trail)
            return [*trail[trail.index(following_name) :], following_name]
        else:
            enter(following_name)
    return []


def _lines(rubric: Rubric, line_kinds: Collection[str]) -> Iterator[Inconsistency]:
    for field, named in _entries(rubric):
        for at, entry in enumerate(named):
            for rule in entry.rule.every_rule():
                for inner in (deep for part in rule.by_line() for deep in part.every_rule()):
                    if inner.kind not in line_kinds:
                        problem = (
                            f"{rule.kind} asks each utterance, and {inner.kind} needs the whole "
                            f"call — valid there: {', '.join(line_kinds)}"
                        )
                        yield Inconsistency((field, at), problem)


def _denials(rubric: Rubric) -> Iterator[Inconsistency]:
    for field, named in _entries(rubric):
        for at, entry in enumerate(named):
            rule = entry.rule
            if rule.negated == "ignored" and not rule.parts() and not rule.heeds_denial:
                problem = (
                    f"{rule.kind} cannot tell what is denied; leave negated out, or ask with said, "
                    "not_said, regex, similar or cues"
                )
                yield Inconsistency((field, at, "negated"), problem)


def _weights(rubric: Rubric) -> Iterator[Inconsistency]:
    if not rubric.items and not rubric.flags:
        yield Inconsistency((), "there are neither items nor flags, so nothing would be judged")
    if not rubric.items:
        return
    weights = {section.id: section.weight for section in rubric.sections}
    earning = [(item.section or "", max(0.0, item.weight)) for item in rubric.items]
    total = sum(weight * weights.get(section, 1.0) for section, weight in earning)
    if total <= 0:
        yield Inconsistency(
            ("items",), "the weights add to nothing; give one item a weight above 0"
        )
        return
    for at, section in enumerate(rubric.sections):
        inside = [weight for of, weight in earning if of == section.id]
        if section.weight > 0 and sum(inside) <= 0:
            problem = (
                f"section {section.id} has weight {section.weight:g}, but its items' weights add "
                "to nothing; give it an item with a weight above 0, or weight 0"
            )
            yield Inconsistency(("sections", at), problem)


def _penalties(rubric: Rubric, negative_kinds: Collection[str]) -> Iterator[Inconsistency]:
    for at, item in enumerate(rubric.items):
        if item.is_penalty and item.rule.kind in negative_kinds:
            problem = (
                f"a penalty (weight {item.weight:g}) counts where something is found, and "
                f"{item.rule.kind} finds that it is not there; name what costs the points, such as "
                "kind: said or kind: any"
            )
            yield Inconsistency(("items", at, "weight"), problem)


def _auto_fails(rubric: Rubric) -> Iterator[Inconsistency]:
    for at, item in enumerate(rubric.items):
        if item.auto_fail is AutoFail.SECTION and item.section is None and not rubric.sections:
            problem = (
                f"{item.id} is in no section, so there is none to take to zero; write "
                "auto_fail: form, or give the rubric sections"
            )
            yield Inconsistency(("items", at, "auto_fail"), problem)
