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
    sections: [{id: politeness, title: Politeness, weight: 40}]
    items:
      - id: thanks
        section: politeness
        weight: 5                   # points at most, within its section
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
beginning), ``after`` and ``before`` (an item's first hit).
Several limits narrow one another.

Phrases are plain words: ``(a|b)`` one of them, ``[x]`` may be missing, ``...`` up to five words.

The fields of each kind are with the kind, in ``checks/``. This module does not know YAML, kinds
or calls.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    StringConstraints,
    model_validator,
)

from qa_inspect.domain import Severity
from qa_inspect.rubric.fields import Examples, Phrases

if TYPE_CHECKING:
    # the table of kinds closes the union when it is imported; before that nothing can be loaded
    AnyRule: TypeAlias = "Rule"

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_][A-Za-z0-9_-]*$", max_length=80)]
RuleRole = Literal["agent", "customer", "any"]
Share = Annotated[float, Field(ge=0, le=1)]
Percent = Annotated[float, Field(gt=0, le=100)]
Seconds = Annotated[float, Field(gt=0)]
Count = Annotated[int, Field(ge=1)]


class Model(BaseModel):
    """Base of every model: frozen, unknown fields refused, no infinities."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True
    )


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

    @property
    def needs_times(self) -> bool:
        """Whether the scope makes sense only where times are known."""
        return self.first_s is not None or self.last_s is not None

    @property
    def whole(self) -> bool:
        """Whether nothing is narrowed."""
        return self == _WHOLE


_WHOLE = Scope()


class Rule(Model):
    """What every kind shares. Subclasses add ``kind`` and the kind's own fields."""

    kind: str
    role: RuleRole = "agent"
    scope: Scope = Scope()
    only_if: AnyRule | None = None

    def parts(self) -> tuple[Rule, ...]:
        """The rules inside this one whose finding makes up its own."""
        return ()

    def references(self) -> tuple[str, ...]:
        """Ids of the items this rule itself refers to (not its parts or condition)."""
        return tuple(name for name in (self.scope.after, self.scope.before) if name)

    def by_line(self) -> tuple[Rule, ...]:
        """Those of its parts that have to be able to tell from a single line."""
        return ()

    def every_rule(self) -> tuple[Rule, ...]:
        """This rule, its condition and its parts, all the way down."""
        inner = (*self.parts(), *((self.only_if,) if self.only_if else ()))
        return (self, *(rule for part in inner for rule in part.every_rule()))


def inherit(data: Any, *fields: str) -> Any:
    """``data`` of a rule with parts: role and scope handed on to parts that do not name theirs.

    ``fields`` are the names of the fields that hold a rule or a list of rules.
    """
    if not isinstance(data, Mapping):
        return data
    given = {key: data[key] for key in ("role", "scope") if key in data}

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


class Item(Named):
    """Something that is scored. ``weight`` is its points at most, within its section.

    A failed item with ``auto_fail`` takes the whole rubric to zero.
    """

    section: Name | None = None
    weight: Annotated[float, Field(ge=0)] = 1.0
    auto_fail: bool = False


class FlagRule(Named):
    """Something that a person should see. ``confidence`` bounds how sure a flag can be."""

    severity: Severity = Severity.MEDIUM
    confidence: Annotated[float, Field(gt=0, le=1)] = 0.8


class Rubric(Model):
    """One rubric file."""

    name: Annotated[Name, Field(alias="rubric")]
    language: str | None = None
    version: str = "1"
    title: str = ""
    phrases: Mapping[Name, Phrases] = Field(default_factory=dict)
    examples: Mapping[Name, Examples] = Field(default_factory=dict)
    weight: Annotated[float, Field(ge=0)] = 1.0
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
        return next((item for item in self.items if item.id == name), None)

    def flag(self, name: str) -> FlagRule | None:
        """The flag of that id, or None."""
        return next((flag for flag in self.flags if flag.id == name), None)

    def rules(self) -> tuple[Rule, ...]:
        """Every rule in it, nested ones included."""
        return tuple(
            rule for named in (*self.items, *self.flags) for rule in named.rule.every_rule()
        )
