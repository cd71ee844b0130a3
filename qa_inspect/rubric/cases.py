"""Cases: lines and dialogues beside a rubric that its items must hit and must miss.

``rubrics/cases/<rubric>.<language>.yaml`` (beside a rubric of one's own: ``cases/<file>``)::

    greeting:
      hit:
        - Good morning, thank you for calling, this is Ann.
        - - {agent: "Hello, how can I help?"}
          - {customer: "My parcel is lost."}
      miss:
        - Your order number please.

A single line is asked as ``rubric try`` does. A dialogue, which may tell times and sound (see
``dialogues``), is judged as a call, scope and condition included: it hits where the item's thing is
there (for ``not_said`` and ``none``: where it was said). This module does not know kinds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_inspect.errors import RubricError
from qa_inspect.rubric.checks.context import Context
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.dialogues import Dialogue, read_dialogue
from qa_inspect.rubric.fields import did_you_mean
from qa_inspect.rubric.load import decoded
from qa_inspect.rubric.schema import Rubric
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import named, try_lines
from qa_inspect.rubric.view import CallView
from qa_inspect.rubric.wording import quote
from qa_inspect.rubric.yaml_tree import Fault, Tree, YamlFault, parse

FEWEST = 4
"""Cases that must hit, and that must miss, under which precision and recall say little."""


@dataclass(frozen=True, slots=True)
class Case:
    """A line or a dialogue (``line`` is then empty) that ``item`` must hit or miss."""

    item: str
    must_hit: bool
    line: str
    dialogue: Dialogue | None = None
    source_line: int = 0

    @property
    def text(self) -> str:
        """It on one line."""
        return self.dialogue.text if self.dialogue else self.line


@dataclass(frozen=True, slots=True)
class Miss:
    """A case that did not come out as it must, and what the item said about it."""

    case: Case
    explanation: str

    def __str__(self) -> str:
        wanted = "should hit" if self.case.must_hit else "should not hit"
        return f"{self.case.item} {wanted}: {quote(self.case.text)} — {self.explanation}"


@dataclass(frozen=True, slots=True)
class ItemReport:
    """One item's cases counted. ``precision`` and ``recall`` are 0–1, None where undefined."""

    item: str
    hits: int
    wrong_hits: int
    wrong_misses: int
    cases: int

    @property
    def must_hit(self) -> int:
        """Cases that it has to hit."""
        return self.hits + self.wrong_misses

    @property
    def must_miss(self) -> int:
        """Cases that it must not hit."""
        return self.cases - self.must_hit

    @property
    def few(self) -> bool:
        """Whether there are too few cases of either sort to say much."""
        return min(self.must_hit, self.must_miss) < FEWEST

    @property
    def precision(self) -> float | None:
        """Of the cases it hit, the share that it had to hit."""
        total = self.hits + self.wrong_hits
        return self.hits / total if total else None

    @property
    def recall(self) -> float | None:
        """Of the cases it had to hit, the share it hit."""
        total = self.hits + self.wrong_misses
        return self.hits / total if total else None


@dataclass(frozen=True, slots=True)
class CaseReport:
    """All cases of a rubric. ``untested`` are items and flags without a case; ``path`` is the
    file of the cases where it is known."""

    rubric: str
    language: str
    items: tuple[ItemReport, ...]
    misses: tuple[Miss, ...]
    untested: tuple[str, ...]
    path: Path | None = None

    @property
    def ok(self) -> bool:
        """Whether every case came out as it must."""
        return not self.misses


def cases_path(rubric: Rubric) -> Path | None:
    """Where a rubric's cases lie, or None where it has none."""
    if rubric.path is None:
        return None
    path = rubric.path.parent / "cases" / rubric.path.name
    return path if path.is_file() else None


def load_cases(path: Path, rubric: Rubric) -> tuple[Case, ...]:
    """Reads a file of cases. Raises RubricError naming every fault with its line."""
    try:
        tree = parse(decoded(path.read_bytes(), str(path)))
    except OSError as error:
        raise RubricError(
            f"the cases cannot be read ({error.strerror or error})",
            where=str(path),
            cure="check the path and its permissions",
        ) from error
    except YamlFault as fault:
        raise RubricError("\n".join(f"{path}:{f}" for f in fault.faults)) from None
    reader = _Reader(tree, rubric)
    cases = reader.read()
    if reader.faults:
        raise RubricError("\n".join(f"{path}:{fault}" for fault in reader.faults))
    return tuple(cases)


def run_cases(rubric: Rubric, cases: Sequence[Case], tools: Tools | None = None) -> CaseReport:
    """Asks the rubric about every case. Raises ModelError where a model is needed and missing."""
    shared = tools or Tools()
    reports: list[ItemReport] = []
    misses: list[Miss] = []
    by_item: dict[str, list[Case]] = {}
    for case in cases:
        by_item.setdefault(case.item, []).append(case)
    for item, own in by_item.items():
        answers = _answers(rubric, item, own, shared)
        wrong = [
            Miss(case, said)
            for case, (hit, said) in zip(own, answers, strict=True)
            if hit is not case.must_hit
        ]
        wrong_hits = sum(1 for miss in wrong if not miss.case.must_hit)
        wrong_misses = len(wrong) - wrong_hits
        hits = sum(1 for case in own if case.must_hit) - wrong_misses
        reports.append(ItemReport(item, hits, wrong_hits, wrong_misses, len(own)))
        misses += wrong
    names = [entry.id for entry in (*rubric.items, *rubric.flags)]
    untested = tuple(name for name in names if name not in by_item)
    return CaseReport(rubric.name, rubric.language or "", tuple(reports), tuple(misses), untested)


def _answers(
    rubric: Rubric, item: str, cases: Sequence[Case], tools: Tools
) -> list[tuple[bool, str]]:
    trials = iter(try_lines(rubric, item, [c.line for c in cases if not c.dialogue], tools))
    answers = []
    for case in cases:
        if case.dialogue:
            answers.append(_judge(rubric, item, case.dialogue, tools))
        else:
            trial = next(trials)
            answers.append((trial.hit, trial.explanation))
    return answers


def _judge(rubric: Rubric, item: str, dialogue: Dialogue, tools: Tools) -> tuple[bool, str]:
    rule = named(rubric, item).rule
    told = dialogue.history
    view = CallView(
        dialogue.transcript(rubric.language or ""),
        told.metadata if told else None,
        past=told.past if told else None,
    )
    outcome = Context(view, rubric, tools, KINDS).judge(rule)
    there = outcome.found is not KINDS[rule.kind].negative
    return outcome.judged and there, outcome.explanation


class _Reader:
    """Turns the data of a file into cases and notes faults."""

    def __init__(self, tree: Tree, rubric: Rubric) -> None:
        self.faults: list[Fault] = []
        self._tree = tree
        self._known = [entry.id for entry in (*rubric.items, *rubric.flags)]

    def read(self) -> list[Case]:
        data = self._tree.data
        if not isinstance(data, Mapping):
            self._note((), "cases are written item by item (greeting: {hit: […], miss: […]})")
            return []
        cases: list[Case] = []
        for item, sides in data.items():
            if item in ("rubric", "language") and isinstance(sides, str):
                continue
            if item not in self._known:
                problem = f"no item or flag of this name — {did_you_mean(item, self._known)}"
                self._note((item,), problem)
            elif not isinstance(sides, Mapping) or set(sides) - {"hit", "miss"}:
                self._note((item,), "only the fields hit and miss stand here, each a list")
            else:
                for side, entries in sides.items():
                    cases += self._side(item, side, entries)
        return cases

    def _side(self, item: str, side: str, entries: Any) -> list[Case]:
        if not isinstance(entries, list):
            self._note((item, side), "a list of lines or dialogues is expected here")
            return []
        cases = []
        for at, entry in enumerate(entries):
            path = (item, side, at)
            line, text, dialogue = self._tree.line(path), "", None
            if isinstance(entry, str) and entry.strip():
                text = entry
            elif isinstance(entry, list):
                dialogue = read_dialogue(entry, path, self._note)
            else:
                problem = "a line is a text (quote it where it holds a colon), a dialogue a list"
                self._note(path, problem)
                continue
            cases.append(Case(item, side == "hit", text, dialogue, line))
        return cases

    def _note(self, path: tuple[str | int, ...], problem: str) -> None:
        where = ".".join(str(step) for step in path)
        self.faults.append(Fault(self._tree.line(path), where, problem))
