"""The rubric file as a set of frozen pydantic models.

A rubric is YAML that QA staff write. It names sections, items that are scored and flags that are
raised. Every item and flag is a *rule*: a ``kind`` with that kind's own fields, and the fields all
kinds share::

    rubric: support                 # the pack's name; `language` picks the file among its languages
    language: en                    # leave out for a rubric that fits every language
    version: "1.0"
    title: Service call, English
    phrases: {thanks: ["thank you", "thanks (so much|a lot)"]}     # used as "$thanks"
    examples: {restated: ["So your parcel has not arrived."]}      # used as "$restated"
    bands: [{name: Good, from: 70}, {name: Poor, from: 0}]         # highest first, down to 0
    sections: [{id: politeness, title: Politeness, weight: 40}]
    items:
      - id: thanks
        section: politeness
        weight: 5                   # points at most, within its section; below 0 a penalty
        severity: high              # low | medium | high | critical
        auto_fail: section          # section | form (or true): what failing it takes to zero
        kind: said
        role: agent                 # agent | customer | any
        scope: {last_utterances: 5}
        only_if: {kind: said, role: customer, phrases: ["my order"]}
        phrases: ["$thanks"]
    flags:
      - {id: churn, severity: medium, confidence: 0.8, kind: said, role: customer, phrases: [...]}

Scopes are counted over what the rule's role said: ``first_utterances``, ``last_utterances``,
``first_s``, ``last_s`` (seconds of the call), ``first_percent``, ``last_percent`` (of the call's
time, of its utterances where times are not known), ``skip_utterances`` (leaves out that many at the
beginning). ``after``, ``before`` and ``around`` name an item: only what is said after, before or on
both sides of a hit of it counts, the first one or the ``nth`` (-1: the last); ``within_utterances``
(of either side) and ``within_s`` (seconds) say how far from it.
Several limits narrow one another.

``negated: ignored`` leaves out what is denied ("I am not angry"): ``said``, ``not_said``,
``regex``, ``similar`` and ``cues`` go by it, and rules made of rules hand it on to their parts.

Phrases are plain words: ``(a|b)`` one of them, ``[x]`` may be missing, ``...`` up to five words.

The fields of each kind are with the kind, in ``checks/``. This module does not know YAML, kinds
or calls.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import (
    AfterValidator,
    Field,
    PlainValidator,
    PrivateAttr,
    StringConstraints,
    WithJsonSchema,
    model_validator,
)

from qa_inspect.domain import AutoFail, Severity
from qa_inspect.rubric.calibration import Calibration
from qa_inspect.rubric.fields import Examples, Phrases
from qa_inspect.rubric.model import Model as Model

if TYPE_CHECKING:
    # the table of kinds closes the union when it is imported; before that nothing can be loaded
    AnyRule: TypeAlias = "Rule"

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$", max_length=80)]
RuleRole = Literal["agent", "customer", "any"]
Negated = Literal["counts", "ignored"]
Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float, Field(gt=0, le=100)]
Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


def number_or(word: str, things: str) -> Callable[[object], int | str]:
    """A reader of a number from 1, of ``any`` (1), or of ``word`` itself; raises ValueError."""

    def read(value: object) -> int | str:
        text = str(value).strip()
        if text == word:
            return word
        if text == "any":
            return 1
        if text.isascii() and text.isdigit() and int(text) >= 1:
            return int(text)
        raise ValueError(f"{text!r} is no number of {things}; write 1, 2, 3 …, any or {word}")

    return read


Quantity = Annotated[
    int | Literal["every"],
    PlainValidator(number_or("every", "utterances")),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 1}, {"enum": ["any", "every"]}]}),
]
"""In how many utterances something must be found: a number from 1, ``any`` (1) or ``every``."""
MOST_POINTS = 1e6


def _auto_fail(value: Any) -> AutoFail | None:
    """``true`` is the whole form, as it was before there were two."""
    written = "false" if value is None else str(value).lower()
    if written in ("false", "no", "off"):
        return None
    if written in ("true", "yes", "on"):
        return AutoFail.FORM
    if written not in list(AutoFail):
        raise ValueError(f"{value!r} is not possible — valid: true, false, section, form")
    return AutoFail(written)


AutoFailField = Annotated[
    AutoFail | None,
    PlainValidator(_auto_fail),
    WithJsonSchema({"enum": [True, False, "section", "form"], "default": False}),
]


class Scope(Model):
    """The part of a call in which a rule looks. Empty: the whole call."""

    first_utterances: Count | None = None
    last_utterances: Count | None = None
    skip_utterances: Count | None = None
    first_s: Seconds | None = None
    last_s: Seconds | None = None
    first_percent: Percent | None = None
    last_percent: Percent | None = None
    after: Name | None = None
    before: Name | None = None
    around: Name | None = None
    nth: int = 1
    within_utterances: Count | None = None
    within_s: Seconds | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Scope:
        near = self.within_utterances is not None or self.within_s is not None
        if self.nth == 0:
            raise ValueError("nth counts from 1, or from -1 for the last; 0 is neither")
        if not self.anchors and (near or self.nth != 1):
            field = "within_utterances or within_s" if near else "nth"
            raise ValueError(f"{field} needs an item: give after, before or around")
        if self.around is not None and not near:
            raise ValueError("around needs to know how far: give within_utterances or within_s")
        return self

    @property
    def anchors(self) -> tuple[str, ...]:
        """Ids of the items whose hits bound it."""
        return tuple(name for name in (self.after, self.before, self.around) if name)

    @property
    def needs_times(self) -> bool:
        """Whether the scope makes sense only where times are known."""
        return not (self.first_s is self.last_s is self.within_s is None)

    @cached_property
    def whole(self) -> bool:
        """Whether nothing is narrowed."""
        return self == _WHOLE


_WHOLE = Scope()


class Rule(Model):
    """What every kind shares. Subclasses add ``kind`` and the kind's own fields.

    ``heeds_denial`` is whether the kind goes by ``negated``.
    """

    heeds_denial: ClassVar[bool] = False

    kind: str
    role: RuleRole = "agent"
    scope: Scope = Scope()
    negated: Negated = "counts"
    only_if: AnyRule | None = None

    def parts(self) -> tuple[Rule, ...]:
        """The rules inside this one whose finding makes up its own."""
        return ()

    def references(self) -> tuple[str, ...]:
        """Ids of the items this rule itself refers to (not its parts or condition)."""
        return self.scope.anchors

    def conditions(self) -> tuple[Rule, ...]:
        """The rules on which it depends whether something is asked at all."""
        return (self.only_if,) if self.only_if else ()

    @cached_property
    def in_full(self) -> str:
        """All of the rule in one text: rules of the same text ask the same."""
        return repr(self)

    @property
    def trained_head(self) -> str:
        """The head of ``rubric train`` that it names, empty for none."""
        return ""

    @property
    def in_words(self) -> str:
        """What it looks for, where neither phrases nor examples say so: "an upset speaker"."""
        return ""

    def by_line(self) -> tuple[Rule, ...]:
        """Those of its parts that have to be able to tell from a single line."""
        return ()

    def every_rule(self) -> tuple[Rule, ...]:
        """This rule, its conditions and its parts, all the way down."""
        inner = (*self.parts(), *self.conditions())
        return (self, *(rule for part in inner for rule in part.every_rule()))


def inherit(data: Any, *fields: str) -> Any:
    """``data`` of a rule with parts: what all kinds share handed on to parts that do not name it.

    ``fields`` are the names of the fields that hold a rule or a list of rules.
    """
    if not isinstance(data, Mapping):
        return data
    given = {key: data[key] for key in ("role", "scope", "negated") if key in data}

    def hand_on(part: Any) -> Any:
        return {**given, **part} if isinstance(part, Mapping) and "item" not in part else part

    changed = dict(data)
    for name in fields:
        value = data.get(name)
        if isinstance(value, Mapping):
            changed[name] = hand_on(value)
        elif isinstance(value, list | tuple):
            changed[name] = [hand_on(part) for part in value]
    return changed


class Section(Model):
    """A group of items. ``weight`` is its part of the rubric's score."""

    id: Name
    title: str = ""
    weight: Annotated[float, Field(ge=0)] = 1.0


class Band(Model):
    """A name for scores from ``from`` (0–100) up to the next band."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]
    start: Annotated[float, Field(alias="from", ge=0, le=100)]


def _in_order(bands: tuple[Band, ...]) -> tuple[Band, ...]:
    fault = _band_fault(bands)
    if fault is not None:
        raise ValueError(fault)
    return bands


def _band_fault(bands: tuple[Band, ...]) -> str | None:
    """What is wrong with a list of bands, in words; None where nothing is."""
    for higher, lower in pairwise(bands):
        if lower.start == higher.start:
            return (
                f"{higher.name} and {lower.name} both begin at {lower.start:g}; "
                "give each its own beginning"
            )
        if lower.start > higher.start:
            return (
                f"{lower.name} begins at {lower.start:g}, above {higher.name} "
                f"({higher.start:g}); write the highest band first"
            )
    names = [band.name for band in bands]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        return f"two bands are named {twice}; give each its own name"
    if bands and bands[-1].start > 0:
        last = bands[-1]
        return (
            f"scores below {last.start:g} have no band; let {last.name} begin at 0, "
            "or add a band from: 0"
        )
    return None


class Named(Model):
    """An item or a flag: its own fields, and the rule that the remaining fields make up."""

    id: Name
    title: str = ""
    why: str = ""
    rule: AnyRule

    @model_validator(mode="before")
    @classmethod
    def _split(cls, data: Any) -> Any:
        if not isinstance(data, Mapping) or "rule" in data:
            return data
        own = {key: value for key, value in data.items() if key in cls.model_fields}
        return {**own, "rule": {k: v for k, v in data.items() if k not in cls.model_fields}}

    @property
    def label(self) -> str:
        """What to call it in a sentence."""
        return self.title or self.id.replace("_", " ")

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Its rule, with conditions and parts, all the way down; worked out once for all calls."""
        return self.rule.every_rule()


class Item(Named):
    """Something that is scored. ``weight`` is its points at most, within its section.

    A weight below zero is a *penalty*: where the thing is found, that many points are taken from
    the section; where it is not, nothing is. A failed item with ``auto_fail`` takes its section, or
    the whole form (the rubric), to zero. ``severity`` is how grave a failure is.
    """

    section: Name | None = None
    weight: Annotated[float, Field(ge=-MOST_POINTS, le=MOST_POINTS)] = 1.0
    auto_fail: AutoFailField = None
    severity: Severity = Severity.MEDIUM

    @property
    def is_penalty(self) -> bool:
        """Whether it can only take points away."""
        return self.weight < 0


class FlagRule(Named):
    """Something that a person should see. ``confidence`` bounds how sure a flag can be where
    nobody measured it; ``calibration`` holds what was measured: [strength of the evidence, share
    of such flags that are right], weakest first."""

    severity: Severity = Severity.MEDIUM
    confidence: Annotated[float, Field(gt=0, le=1)] = 0.8
    calibration: Calibration = ()


class Rubric(Model):
    """One rubric file."""

    name: Annotated[Name, Field(alias="rubric")]
    language: str | None = None
    version: str = "1"
    title: str = ""
    phrases: Mapping[Name, Phrases] = Field(default_factory=dict)
    examples: Mapping[Name, Examples] = Field(default_factory=dict)
    weight: Annotated[float, Field(ge=0)] = 1.0
    bands: Annotated[tuple[Band, ...], AfterValidator(_in_order)] = ()
    sections: tuple[Section, ...] = ()
    items: tuple[Item, ...] = ()
    flags: tuple[FlagRule, ...] = ()

    _path: Path | None = PrivateAttr(default=None)

    @property
    def path(self) -> Path | None:
        """The file it was read from."""
        return self._path

    @property
    def label(self) -> str:
        """What to call it in a sentence."""
        return self.title or self.name

    def item(self, name: str) -> Item | None:
        """The item of that id, or None."""
        return self._by_id.get(name)

    @cached_property
    def _by_id(self) -> Mapping[str, Item]:
        return {item.id: item for item in reversed(self.items)}

    def band(self, score: float | None) -> str:
        """The name of the band a score (0–100) lies in; empty where there is none."""
        if score is None:
            return ""
        return next((band.name for band in self.bands if score >= band.start), "")

    def flag(self, name: str) -> FlagRule | None:
        """The flag of that id, or None."""
        return next((flag for flag in self.flags if flag.id == name), None)

    def rules(self) -> tuple[Rule, ...]:
        """Every rule in it, nested ones included."""
        return tuple(rule for named in (*self.items, *self.flags) for rule in named.rules)
