"""What a YAML parser has against a text, told as what a person has to write instead.

A parser says where it could not go on; the cause often stands a line before, or in a sign that only
looks like the right one. This module does not know rubrics.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import yaml

_WIDE_COLON = re.compile(r"^\s*(?:-\s+)?\{?\s*([A-Za-z_][\w-]{0,40})：")
_FIELD = re.compile(r"^\s*(?:-\s+)?([\w$-]+):(\s*)(.*)$")
_UNCOLONED = re.compile(r"^\s*(?:-\s+)?([A-Za-z_][\w-]*)\s+(\S.*)$")
_GLUED = re.compile(r"^\s*(?:-\s*)?([A-Za-z_][\w-]*):[^\s:/]")
_GLUED_DASH = re.compile(r"^\s*-[A-Za-z_][\w-]*:")
_SPECIAL = "%@`*&!>|"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a parser stopped: lines from 1, ``began`` where what it was reading began."""

    lines: list[str]
    line: int
    column: int
    began: int

    def text(self, line: int) -> str:
        """A line, empty where there is none."""
        return self.lines[line - 1] if 0 < line <= len(self.lines) else ""

    @property
    def here(self) -> str:
        """The line in which it stopped."""
        return self.text(self.line)

    @property
    def before(self) -> int:
        """The last line before it that holds anything."""
        above = [n for n in range(1, self.line) if self.text(n).strip()]
        return above[-1] if above else 1


def wide_colons(text: str) -> list[tuple[int, str]]:
    """Fields after which the colon of Chinese type stands: their lines and what is wrong."""
    return [
        (at, f"the colon after {found.group(1)} is a wide one (：); write “{found.group(1)}: ”")
        for at, line in enumerate(text.split("\n"), start=1)
        if (found := _WIDE_COLON.match(line))
    ]


def syntax_faults(error: yaml.YAMLError, text: str) -> list[tuple[int, str]]:
    """What is wrong with a text that could not be read, with lines from 1."""
    wide = wide_colons(text)
    if wide:
        return wide
    problem = str(getattr(error, "problem", None) or str(error).splitlines()[0])
    mark, context = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    line = mark.line + 1 if mark is not None else _line_of_sign(error, text)
    began = context.line + 1 if context is not None else line
    place = _Place(text.splitlines(), line, mark.column if mark is not None else 0, began)
    for part, told in _TOLD:
        if part in problem:
            return [told(place)]
    return [(line, f"not valid YAML: {problem}; check indentation, quotes and colons")]


def _line_of_sign(error: yaml.YAMLError, text: str) -> int:
    at = getattr(error, "position", None)
    return text.count("\n", 0, at) + 1 if isinstance(at, int) else 1


def _begins_oddly(place: _Place) -> tuple[int, str] | None:
    """A value that begins with a sign that means something else to YAML."""
    for line in (place.line, place.began):
        found = _FIELD.match(place.text(line))
        value = found.group(3) if found else place.text(line).strip().removeprefix("-").strip()
        value = value.lstrip("[{ ")
        if value[:1] and value[0] in _SPECIAL:
            return line, f"a text that begins with {value[0]} needs quotes; {_quoted(value)}"
    return None


def _quoted(value: str) -> str:
    text = value.strip().rstrip(",]}").strip()
    return f"write '{text}'" if len(text) <= 40 and "'" not in text else "put it in quotes"


def _colon(place: _Place) -> tuple[int, str]:
    """A colon where none may stand: ``why: Note: a guest``."""
    found = _FIELD.match(place.here)
    above = place.text(place.before)
    if found and re.search(r":(\s|$)", found.group(3)):
        name, value = found.group(1), found.group(3).strip()
        told = f"put the text after {name} in quotes, because it holds a colon"
        short = len(value) <= 50 and '"' not in value
        return place.line, f'{told}: {name}: "{value}"' if short else told
    if glued := _GLUED_DASH.match(above):
        return place.before, f"after the dash a blank is missing: “- {glued.group().strip()[1:]}”"
    if glued := _GLUED.match(above):
        return place.before, f"after “{glued.group(1)}:” a blank is missing"
    uncoloned = _UNCOLONED.match(above)
    if uncoloned and not _FIELD.match(above):
        return place.before, f"a colon is missing: “{uncoloned.group(1)}: {uncoloned.group(2)}”"
    return (
        place.line,
        f"this line is set in further than line {place.before}, which holds a value already; begin "
        "both in the same column",
    )


def _no_colon(place: _Place) -> tuple[int, str]:
    """A line that should be a field and has no colon."""
    written = place.text(place.began)
    if glued := _GLUED.match(written):
        return place.began, f"after “{glued.group(1)}:” a blank is missing"
    if found := _UNCOLONED.match(written):
        return place.began, f"a colon is missing: “{found.group(1)}: {found.group(2)}”"
    return place.began, "this line is no field; write name: value, or put a text in quotes"


def _set_in(place: _Place) -> tuple[int, str]:
    """A line that stands in no column of those around it."""
    dash = place.here.lstrip().startswith("- ")
    what = "this dash stands" if dash else "this line begins"
    return (
        place.line,
        f"{what} in another column than its neighbours; a field begins below the first letter "
        f"after “- ”, an entry's dash below the dash in line {place.began}",
    )


def _no_key(place: _Place) -> tuple[int, str]:
    """Something after a value that ended: ``phrases: [so] sorry``."""
    odd = _begins_oddly(place)
    found = _FIELD.match(place.here)
    value = found.group(3).strip() if found else place.here.strip().removeprefix("- ").strip()
    if odd and odd[0] == place.line:
        return odd
    if value.startswith(("[", "{")):
        return (
            place.line,
            f"a text that begins with {value[0]} needs quotes, for YAML reads {value[0]} as the "
            f"beginning of a list; write '{value}'"
            if len(value) <= 50 and "'" not in value
            else f"put texts that begin with {value[0]} in quotes",
        )
    if value.startswith(('"', "'")):
        if re.search(r"""["']\s*,\s*["']""", value):
            return place.line, f"several texts need brackets around them: [{value}]"
        return (
            place.line,
            "text stands after the closing quote; where double quotes stand within a text, write ' "
            "around it",
        )
    return _set_in(place)


def _in_list(place: _Place) -> tuple[int, str]:
    """A list or fields in brackets that go wrong before they are closed."""
    opened = place.text(place.began)
    bracket = "[" if "[" in opened else "{"
    if place.line == place.began:
        rest = place.here[: place.column].rstrip()
        if rest.endswith(('"', "'")):
            return place.line, "after a closing quote a comma is missing, or the closing bracket"
        if "，" in place.here:
            return place.line, "write , in place of the wide comma ，"
        return place.line, "a comma or the closing bracket is missing; put texts in quotes"
    closing = {"[": "]", "{": "}"}[bracket]
    return (
        place.began,
        f"the bracket {bracket} that opens here is not closed; write {closing}, and commas between "
        "the entries",
    )


def _unfinished(place: _Place) -> tuple[int, str]:
    return place.began, "the quote that opens here is never closed; write it at the end of the text"


def _no_sign(place: _Place) -> tuple[int, str]:
    indent = place.here[: len(place.here) - len(place.here.lstrip())]
    if "\t" in indent:
        return place.line, "a line begins with a tab; indent with blanks, not with tabs"
    odd = _begins_oddly(place)
    return odd or (place.line, "a sign stands here that YAML does not know; put the text in quotes")


def _no_anchor(place: _Place) -> tuple[int, str]:
    odd = _begins_oddly(place)
    return odd or (place.line, "no anchor (&name) has this name; put a text with * in quotes")


_TOLD: tuple[tuple[str, Callable[[_Place], tuple[int, str]]], ...] = (
    ("mapping values are not allowed", _colon),
    ("could not find expected ':'", _no_colon),
    ("expected '-' indicator", _set_in),
    ("did not find expected key", _no_key),
    ("did not find expected ',' or", _in_list),
    ("unexpected end of stream", _unfinished),
    ("unexpected document indicator", _unfinished),
    ("cannot start any token", _no_sign),
    ("undefined alias", _no_anchor),
    ("alphabetic or numeric character", _no_anchor),
    ("expected comment or line break", _no_anchor),
    (
        "unknown escape character",
        lambda place: (
            place.line,
            "a \\ within double quotes means something else to YAML; write the text in single "
            "quotes: '…'",
        ),
    ),
    (
        "another document",
        lambda place: (
            place.line,
            "a line of --- begins a second file; take it out, and what follows if it is another "
            "rubric",
        ),
    ),
    (
        "control characters",
        lambda place: (place.line, "a character stands here that is no text; write it again"),
    ),
)
"""A part of what the parser says (libyaml's words), and who tells it."""
