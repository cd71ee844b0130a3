"""Cases: lines and dialogues beside a rubric that its items must hit and must miss.

``rubrics/cases/<rubric>.<language>.yaml`` (beside a rubric of one's own: ``cases/<file>``)::

    greeting:
      hit:
        - Good morning, thank you for calling, this is Ann.
        - - {agent: "Hello, how can I help?"}
          - {customer: "My parcel is lost."}
      miss:
        - Your order number please.

A single line is asked as ``rubric try`` does. A dialogue is judged as a call without times, scope
and condition included: it hits where the item's thing is there (for ``not_said`` and ``none``:
where it was said). This module does not know kinds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qa_inspect.domain import Role, Transcript, Utterance
from qa_inspect.errors import RubricError
from qa_inspect.rubric.checks.context import Context
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.fields import did_you_mean
from qa_inspect.rubric.schema import Rubric
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.trial import named, try_lines
from qa_inspect.rubric.view import CallView
from qa_inspect.rubric.wording import quote
from qa_inspect.rubric.yaml_tree import Fault, Tree, YamlFault, parse

_ROLES = {role.value: role for role in Role}
Turns = tuple[tuple[Role, str], ...]


@dataclass(frozen=True, slots=True)
class Case:
    """A line (``turns`` empty) or a dialogue that ``item`` must hit or miss."""

    item: str
    must_hit: bool
    line: str
    turns: Turns = ()
    source_line: int = 0

    @property
    def text(self) -> str:
        """It on one line."""
        return " / ".join(f"{role.value}: {said}" for role, said in self.turns) or self.line


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
    """All cases of a rubric. ``untested`` are items and flags without a case."""

    rubric: str
    language: str
    items: tuple[ItemReport, ...]
    misses: tuple[Miss, ...]
    untested: tuple[str, ...]

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
        tree = parse(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise RubricError(f"the cases cannot be read ({error})", where=str(path)) from error
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
    trials = iter(try_lines(rubric, item, [c.line for c in cases if not c.turns], tools))
    answers = []
    for case in cases:
        if case.turns:
            answers.append(_judge(rubric, item, case.turns, tools))
        else:
            trial = next(trials)
            answers.append((trial.hit, trial.explanation))
    return answers


def _judge(rubric: Rubric, item: str, turns: Turns, tools: Tools) -> tuple[bool, str]:
    rule = named(rubric, item).rule
    language = rubric.language or ""
    utterances = tuple(
        Utterance(at, role, role.value, text, language) for at, (role, text) in enumerate(turns)
    )
    view = CallView(Transcript(language=language, utterances=utterances))
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
            line = self._tree.line((item, side, at))
            turns = self._turns(entry, (item, side, at)) if isinstance(entry, list) else ()
            if isinstance(entry, str) or turns:
                text = entry if isinstance(entry, str) else ""
                cases.append(Case(item, side == "hit", text, turns, line))
            elif not isinstance(entry, list):
                problem = "a line is a text (quote it where it holds a colon), a dialogue a list"
                self._note((item, side, at), problem)
        return cases

    def _turns(self, entries: list[Any], path: tuple[str | int, ...]) -> Turns:
        turns = []
        for at, entry in enumerate(entries):
            if isinstance(entry, Mapping) and len(entry) == 1:
                ((role, text),) = entry.items()
                if role in _ROLES and isinstance(text, str):
                    turns.append((_ROLES[role], text))
                    continue
            self._note((*path, at), "a turn is written {agent: …} or {customer: …}")
        return tuple(turns)

    def _note(self, path: tuple[str | int, ...], problem: str) -> None:
        where = ".".join(str(step) for step in path)
        self.faults.append(Fault(self._tree.line(path), where, problem))
