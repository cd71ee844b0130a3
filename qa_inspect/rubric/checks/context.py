"""What a check is given: the call, the models, the other items, and where it has to look.

This module does not know the kinds; the table of kinds is handed to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple

from qa_inspect.domain import CheckStatus, Doubt
from qa_inspect.rubric.checks.hearing import badly_heard
from qa_inspect.rubric.checks.scope import Search, anchor_missing, narrow, nth_hit, side_of
from qa_inspect.rubric.outcome import Hit, Outcome, cannot_judge, not_applicable
from qa_inspect.rubric.schema import Rubric, Rule
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView, Line
from qa_inspect.rubric.wording import cited, who

ON_ROLES = frozenset({Doubt.ROLES})
ON_NOTHING: frozenset[Doubt] = frozenset()


class Finding(NamedTuple):
    """What a kind says about one line: the stretch of its text (characters) that shows it.

    ``score`` is 0–1; ``hit`` whether it suffices. ``what`` is the phrase or example it is near to,
    ``cancelled_by`` the words of ``unless`` in the line for whose sake it is no hit, ``negated_by``
    the word that denies it ("not"), ``lacks`` what else would have had to be in the line.
    """

    hit: bool
    score: float
    start: int = 0
    end: int | None = None
    what: str = ""
    cancelled_by: str = ""
    negated_by: str = ""
    lacks: tuple[str, ...] = ()


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
    says in words what would have turned a failed verdict and ``kept`` what a passed one; both are
    true of every rule of the kind. ``hinges_on`` are the doubts about a transcript that can turn
    it: a kind that measures times cares for no word.
    ``retried`` is False where each trial would run a model that remembers nothing.
    """

    name: str
    model: type[Rule]
    check: Callable[[Any, Context], Outcome]
    find: Finder | None = None
    shows: Finder | None = None
    negative: bool = False
    texts: Callable[[Any, Sequence[Line], Context], list[str]] | None = None
    change: str = ""
    kept: str = ""
    hinges_on: frozenset[Doubt] = frozenset(Doubt)
    retried: bool = True


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
        self._conditions: dict[tuple[str, bool], Outcome] = {}
        self._rare = False
        self._whole: dict[str, Search] = {}

    @property
    def language(self) -> str:
        """The language the call is judged in."""
        return self.rubric.language or self.view.transcript.language

    def judge(self, rule: Rule) -> Outcome:
        """The answer of a rule, its condition first."""
        if rule.only_if is None:
            return self._kinds[rule.kind].check(rule, self)
        asked = self.condition(rule.only_if)
        unmet = _unmet(asked)
        if unmet is not None:
            return unmet
        outcome = self._kinds[rule.kind].check(rule, self)
        return (
            outcome._replace(because=self._reason(rule.only_if, asked))
            if outcome.judged
            else outcome
        )

    def unmet(self, condition: Rule | None) -> Outcome | None:
        """The answer where a condition does not hold or cannot be told; None where it holds."""
        if condition is None:
            return None
        return _unmet(self.condition(condition))

    def condition(self, condition: Rule) -> Outcome:
        """The answer of a condition, judged once where several items have the same."""
        key = condition.in_full, self._rare
        known = self._conditions.get(key)
        if known is None:
            known = self._conditions[key] = self.judge(condition)
        return known

    @contextmanager
    def rare(self, is_rare: bool = True) -> Iterator[None]:
        """Within it rules look for what most calls have not: a single unclear stretch does not
        bring its absence into doubt, as it does for what is expected."""
        before, self._rare = self._rare, is_rare
        try:
            yield
        finally:
            self._rare = before

    def _reason(self, condition: Rule, asked: Outcome) -> str:
        """A sentence on why a conditional rule is asked: the first proof that its condition holds.

        Empty where it holds because something is not there, as in most calls.
        """
        if not asked.hits:
            told = f"Asked because its condition holds. {asked.explanation}".rstrip()
            return "" if self._kinds[condition.kind].negative else told
        first = asked.hits[0]
        role = self.view.lines[first.utterance].utterance.role.value
        speaker = f"the {role}" if role in ("agent", "customer") else "somebody"
        return f"Asked because {speaker} said {cited(first.evidence)}."

    def item(self, name: str) -> Outcome:
        """The answer of another item of the rubric. KeyError where there is none."""
        known = self._items.get(name)
        if known is None:
            item = self.rubric.item(name)
            if item is None:
                raise KeyError(name)
            with self.rare(False):
                known = self._items[name] = self.judge(item.rule)
        return known

    def keep(self, name: str, outcome: Outcome) -> None:
        """Remembers the answer of an item that is known without asking."""
        self._items[name] = outcome

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
        if kind.texts is None or rule.scope.anchors:
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
        if rule.scope.whole:
            known = self._whole.get(rule.role)
            if known is None:
                known = self._whole[rule.role] = narrow(self.view, rule.role, rule.scope, {})
            return known
        anchors: dict[str, Hit] = {}
        for name in rule.scope.anchors:
            outcome = self.item(name)
            hit = nth_hit(outcome.hits, rule.scope.nth)
            if hit is None and outcome.status is CheckStatus.CANNOT_JUDGE:
                return cannot_judge(
                    f"Only looked for {side_of(rule.scope, name)} “{self.label(name)}”, and of "
                    "that it cannot be told "
                    f"whether it is in the call: {outcome.explanation}",
                    outcome.searched,
                )
            if hit is None:
                often = len({found.utterance for found in outcome.hits})
                return not_applicable(anchor_missing(rule.scope, name, often), outcome.searched)
            anchors[name] = hit
        return narrow(self.view, rule.role, rule.scope, anchors)

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

    def badly_heard(
        self,
        search: Search,
        *,
        expected: bool = True,
        measured: bool = False,
        found: str = "",
    ) -> Outcome | None:
        """The refusal to say "never said" of lines that were poorly recognised, or None.

        ``expected``: the thing looked for belongs there; False for what must not be said, which one
        unclear stretch does not bring into doubt. ``measured``: nothing single is looked for.
        ``found``: what was found there, too little but not nothing, in words.
        """
        expected = expected and not self._rare
        return badly_heard(self.view, search, expected=expected, measured=measured, found=found)


def _unmet(condition: Outcome) -> Outcome | None:
    """The answer where a condition does not hold or cannot be told; None where it holds."""
    if condition.judged and condition.found:
        return None
    known, status = "here it does not", CheckStatus.NOT_APPLICABLE
    if condition.status is CheckStatus.NOT_APPLICABLE:
        known = "the condition itself does not apply"
    elif not condition.judged:
        known, status = "whether it does cannot be told", condition.status
    told = f"Only asked where a condition holds; {known}. {condition.explanation}".rstrip()
    return Outcome(status, False, told, condition.searched)
