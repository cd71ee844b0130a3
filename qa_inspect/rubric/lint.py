"""Looks through a valid rubric for what is probably a mistake: ``rubric check``.

Errors are found where a rubric is read; here is what is allowed and still worth a look: lists,
anchors and sections that nobody uses, rules that can never hit, entries that are there twice,
phrases in another language, signs of Chinese type that YAML and phrases do not know, patterns that
may never end, items without cases, models that are not on this machine. This module
does not know how advice is shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from qa_inspect.errors import ModelError
from qa_inspect.rubric.advice import (
    Advice,
    Placed,
    Written,
    example_lists,
    phrase_lists,
    placed_rules,
)
from qa_inspect.rubric.checks.classifier import Classifier
from qa_inspect.rubric.lint_phrases import advice_on_phrases, matched_alike
from qa_inspect.rubric.lint_reach import advice_on_reach
from qa_inspect.rubric.lint_signs import advice_on_colons, advice_on_patterns, advice_on_signs
from qa_inspect.rubric.schema import Named, Rule
from qa_inspect.rubric.text_classifier import folder_of
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.yaml_tree import unused_anchors

ALIKE = 0.8
"""Share of common phrases from which two items or flags are nearly the same."""
BEYOND_CASES = ("metadata", "history", "llm")
"""Kinds that cases cannot try: they go by what is known of a call, other calls or a server."""
SAME_MEANING = 0.97
"""Cosine of e5-small from which two examples say the same."""


def advice_on(
    written: Written, text: str, *, cases: frozenset[str] | None, tools: Tools | None = None
) -> tuple[Advice, ...]:
    """All advice on a rubric, by line.

    ``text`` is the file's text. ``cases`` are the ids that have cases; None where there is no file
    of cases. With ``tools``, examples are also compared by meaning. Raises ModelError then.
    """
    found = [
        *_anchors(text),
        *advice_on_colons(text),
        *_lists(written),
        *_sections(written),
        *_alike(written),
        *_cases(written, cases),
    ]
    for placed in placed_rules(written.rubric):
        found += advice_on_phrases(written, placed.rule, placed.path)
        found += advice_on_signs(written, placed)
        found += advice_on_patterns(written, placed)
        found += advice_on_reach(written, placed)
        found += _models(written, placed)
    if tools is not None:
        found += _same_meaning(written, tools)
    distinct = {(advice.line, advice.problem): advice for advice in found}
    return tuple(sorted(distinct.values(), key=lambda advice: advice.line))


def _anchors(text: str) -> Iterator[Advice]:
    for name, line in unused_anchors(text):
        yield Advice(line, "unused", f"the anchor &{name} is used nowhere", "leave it out")


def _lists(written: Written) -> Iterator[Advice]:
    data: Mapping[str, Any] = written.tree.data
    lists = {
        (field, str(name)): entries
        for field in ("phrases", "examples")
        for name, entries in (data.get(field) or {}).items()
    }
    waiting = list(_named_in({k: v for k, v in data.items() if k not in ("phrases", "examples")}))
    used: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            for field in ("phrases", "examples"):
                waiting += _named_in(lists.get((field, name)))
    for field, name in lists:
        if name not in used:
            line = written.line((field, name))
            cure = f'write "${name}" where it belongs, or leave the list out'
            yield Advice(line, "unused", f"the list {name} of {field} is used nowhere", cure)


def _named_in(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        if data.startswith("$"):
            yield data[1:].strip()
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _named_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from _named_in(value)


def _sections(written: Written) -> Iterator[Advice]:
    used = {item.section for item in written.rubric.items}
    for at, section in enumerate(written.rubric.sections):
        if section.id not in used:
            problem = f"the section {section.id} has no items"
            cure = "give it items or leave it out"
            yield Advice(written.line(("sections", at)), "unused", problem, cure)


def _alike(written: Written) -> Iterator[Advice]:
    """Items and flags that look for nearly the same in the same place."""
    for field, named in (("items", written.rubric.items), ("flags", written.rubric.flags)):
        seen: list[tuple[Named, str, frozenset[str]]] = []
        for at, entry in enumerate(named):
            frame, words = _frame(entry.rule), _words(entry.rule)
            for other, other_frame, other_words in seen:
                if frame == other_frame and words and _share(words, other_words) >= ALIKE:
                    line = written.line((field, at))
                    problem = f"{entry.id} looks for nearly the same as {other.id}"
                    yield Advice(
                        line, "near-duplicate", problem, "make one of the two, or tell them apart"
                    )
                    break
            seen.append((entry, frame, words))


def _frame(rule: Rule) -> str:
    """Everything of a rule but its phrases and examples."""
    return "|".join(
        f"{part.kind} {part.role} {part.scope!r} {sorted(_plain_fields(part).items())!r}"
        for part in rule.every_rule()
    )


def _plain_fields(rule: Rule) -> dict[str, str]:
    plain = (str, int, float, bool, type(None))
    fields = {name: getattr(rule, name) for name in type(rule).model_fields}
    return {name: repr(value) for name, value in fields.items() if isinstance(value, plain)}


def _words(rule: Rule) -> frozenset[str]:
    found: frozenset[str] = frozenset()
    for part in rule.every_rule():
        for _, phrases, _ in phrase_lists(part, ()):
            found |= matched_alike(phrases.texts)
        for name, texts, _ in example_lists(part, ()):
            found |= {f"{name}: {text}" for text in texts}
    return found


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


def _cases(written: Written, cases: frozenset[str] | None) -> Iterator[Advice]:
    for field, named in (("items", written.rubric.items), ("flags", written.rubric.flags)):
        for at, entry in enumerate(named):
            testable = any(rule.kind not in BEYOND_CASES for rule in entry.rule.every_rule())
            if testable and entry.id not in (cases or ()):
                yield Advice(
                    written.line((field, at)),
                    "cases",
                    f"{entry.id} has no cases, so nobody knows whether it works",
                    "write lines that must hit and must miss into cases/ beside the rubric",
                )


def _models(written: Written, placed: Placed) -> Iterator[Advice]:
    """Models of the kind ``classifier`` that are not on this machine."""
    if not isinstance(placed.rule, Classifier):
        return
    try:
        folder_of(placed.rule.model, written.rubric.path)
    except ModelError as error:
        line = written.line((*placed.path, "model"))
        yield Advice(line, "model", error.problem, error.cure)


def _same_meaning(written: Written, tools: Tools) -> Iterator[Advice]:
    for placed in placed_rules(written.rubric):
        for _, texts, path in example_lists(placed.rule, placed.path):
            rows = tools.example_vectors(texts)
            cosines = rows @ rows.T
            for at, text in enumerate(texts):
                for other in range(at):
                    if cosines[at, other] >= SAME_MEANING:
                        yield Advice(
                            written.line_of_text(path, text),
                            "near-duplicate",
                            f"the example “{text}” means what “{texts[other]}” means",
                            "keep one of them; a different example tells more",
                        )
                        break
