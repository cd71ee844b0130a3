"""What a check is given: the call, the models, the other items, and where it has to look.

This module does not know the kinds; the table of kinds is handed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from qa_inspect.rubric.checks.scope import Search, narrow
from qa_inspect.rubric.outcome import Outcome, cannot_judge, not_applicable
from qa_inspect.rubric.schema import Rubric, Rule
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView, Line
from qa_inspect.rubric.wording import who

LOW_CONFIDENCE = 0.45
"""Mean recogniser confidence (0–1) under which "was never said" is not a fair verdict."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a kind says about one line: the stretch of its text (characters) that shows it.

    ``score`` is 0–1; ``hit`` whether it suffices. ``what`` is the phrase or example it is near to,
    ``cancelled_by`` the words of ``unless`` in the line for whose sake it is no hit.
    """

    hit: bool
    score: float
    start: int = 0
    end: int | None = None
    what: str = ""
    cancelled_by: str = ""


Findings = Mapping[int, Finding]
"""Findings by the line's index; a line that is missing shows nothing (score 0)."""


Finder = Callable[[Any, Sequence[Line], "Context"], Findings]
"""Looks at many lines at once, whatever their role and scope."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One row of the table of kinds.

    ``check`` judges a whole call. ``find``, where a kind can tell from a single line, does so for
    many lines at once. ``shows`` tells in which lines the thing is that the kind is about, where
    that is not the same (``not_said`` finds clean lines, but is about what must not be said; such a
    kind is ``negative``). ``texts`` are the sentences that will be compared by meaning. ``change``
    says in words what would have turned a failed verdict.
    """

    name: str
    model: type[Rule]
    check: Callable[[Any, Context], Outcome]
    find: Finder | None = None
    shows: Finder | None = None
    negative: bool = False
    texts: Callable[[Any, Sequence[Line], Context], list[str]] | None = None
    change: str = ""


class Context:
    """One rubric at work on one call. Items are judged once and remembered."""

    def __init__(
        self, view: CallView, rubric: Rubric, tools: Tools, kinds: Mapping[str, Kind]
    ) -> None:
        self.view = view
        self.rubric = rubric
        self.tools = tools
        self._kinds = kinds
        self._items: dict[str, Outcome] = {}

    @property
    def language(self) -> str:
        """The language the call is judged in."""
        return self.rubric.language or self.view.transcript.language

    def judge(self, rule: Rule) -> Outcome:
        """The answer of a rule, its condition first."""
        if rule.only_if is not None:
            condition = self.judge(rule.only_if)
            if not condition.judged:
                return Outcome(condition.status, False, _condition(condition), condition.searched)
            if not condition.found:
                return not_applicable(
                    f"Only asked where a condition holds, and it does not: {condition.explanation}",
                    condition.searched,
                )
        return self._kinds[rule.kind].check(rule, self)

    def item(self, name: str) -> Outcome:
        """The answer of another item of the rubric. KeyError where there is none."""
        known = self._items.get(name)
        if known is None:
            item = self.rubric.item(name)
            if item is None:
                raise KeyError(name)
            known = self._items[name] = self.judge(item.rule)
        return known

    def find(self, rule: Rule, lines: Sequence[Line]) -> Findings | None:
        """Findings on single lines; None for a kind that cannot tell from a line alone."""
        kind = self._kinds[rule.kind]
        return None if kind.find is None else kind.find(rule, lines, self)

    def shows(self, rule: Rule, lines: Sequence[Line]) -> Findings | None:
        """Lines in which the thing is that a rule is about; None where no single line can tell."""
        kind = self._kinds[rule.kind]
        finder = kind.shows or kind.find
        return None if finder is None else finder(rule, lines, self)

    def texts(self, rule: Rule) -> list[str]:
        """The sentences a rule will compare by meaning, as far as is known before it is judged."""
        kind = self._kinds[rule.kind]
        if kind.texts is None or rule.scope.after or rule.scope.before:
            return []
        search = self.search(rule)
        return [] if isinstance(search, Outcome) else kind.texts(rule, search.lines, self)

    def search(self, rule: Rule, *, times: bool = False) -> Search | Outcome:
        """The lines a rule looks at, or the answer where there is nothing to look at.

        ``times`` says that the kind makes sense only where times are known.
        """
        refusal = self._refusal(rule, times or rule.scope.needs_times)
        if refusal is not None:
            return refusal
        firsts: dict[str, int] = {}
        for name in (rule.scope.after, rule.scope.before):
            if name is None:
                continue
            outcome = self.item(name)
            if not outcome.hits:
                return not_applicable(
                    f"Only looked for around “{self.label(name)}”, which is not in the call.",
                    outcome.searched,
                )
            firsts[name] = outcome.hits[0].utterance
        return narrow(self.view, rule.role, rule.scope, firsts)

    def label(self, name: str) -> str:
        """What an item is called in a sentence."""
        item = self.rubric.item(name)
        return item.label if item else name

    def _refusal(self, rule: Rule, times: bool) -> Outcome | None:
        if not self.view.of_role("any"):
            return not_applicable("Nothing is said in this call.")
        if not self.view.of_role(rule.role):
            if self.view.role_is_open:
                return cannot_judge(
                    f"It is not known who speaks, so {who(rule.role)} cannot be judged fairly."
                )
            return not_applicable(f"{who(rule.role).capitalize()} says nothing in this call.")
        if times and not self.view.has_times:
            return not_applicable("The transcript has no times, and this cannot be told without.")
        return None

    def badly_heard(self, search: Search) -> Outcome | None:
        """The refusal to say "never said" of lines that were poorly recognised, or None."""
        confidence = self.view.confidence(search.lines)
        if confidence is None or confidence >= LOW_CONFIDENCE:
            return None
        return cannot_judge(
            f"Not found in {search.where}, but speech there was poorly recognised "
            f"(confidence {confidence:.0%}), so it may have been said.",
            search.where,
        )


def _condition(condition: Outcome) -> str:
    return f"Only asked where a condition holds, and that cannot be told: {condition.explanation}"
