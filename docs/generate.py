"""Writes the pages that are made from the code, or with ``--check`` says which are out of date.

Pages: ``docs/commands.md`` (help of every command), ``docs/checks.md`` (docstrings of the kinds),
``docs/data-dictionary.md`` (columns of the exported tables), ``docs/rubric.schema.json``.
"""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

DOCS = Path(__file__).parent
NOTE = "<!-- Made by docs/generate.py; change the code, then run `make docs`. -->\n\n"
KINDS_NOTE = (
    "An item or a flag names one of these kinds.\n\n"
    "As an item a kind earns its points when it finds the thing. For bad things write a flag, a "
    "negative weight, or put the rule inside `kind: none`.\n\n"
)


def main() -> None:
    """Write or check every generated page."""
    pages = {
        "commands.md": _commands(),
        "checks.md": _checks(),
        "data-dictionary.md": _dictionary(),
        "rubric.schema.json": _schema(),
    }
    stale = [name for name, text in pages.items() if _read(DOCS / name) != text]
    if "--check" in sys.argv:
        if stale:
            sys.exit(
                f"out of date: {', '.join('docs/' + name for name in stale)} — run `make docs`"
            )
        return
    for name in stale:
        (DOCS / name).write_text(pages[name], encoding="utf-8")
        print(f"wrote docs/{name}")


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _commands() -> str:
    from qa_inspect.commands.main import cli

    parts = [NOTE, "# Commands\n\n"]
    for name, command, context in _walk(cli, "qa-inspect", None):
        parts.append(f"## {name}\n\n```\n{command.get_help(context)}\n```\n\n")
    return "".join(parts).rstrip("\n") + "\n"


def _walk(
    command: click.Command, name: str, parent: click.Context | None
) -> Iterator[tuple[str, click.Command, click.Context]]:
    context = click.Context(command, info_name=name.split()[-1], parent=parent, terminal_width=90)
    yield name, command, context
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                yield from _walk(found, f"{name} {child}", context)


def _checks() -> str:
    from qa_inspect.rubric.checks.table import KINDS

    parts = [NOTE, "# Check kinds\n\n", KINDS_NOTE]
    for name, kind in sorted(KINDS.items()):
        module = sys.modules[kind.check.__module__]
        text = inspect.cleandoc(module.__doc__ or "").replace("::\n", ":\n").replace("``", "`")
        parts.append(f"## {name}\n\n{text}\n\n")
    return "".join(parts).rstrip("\n") + "\n"


def _dictionary() -> str:
    from qa_inspect.report.dictionary import markdown

    return NOTE + markdown().rstrip("\n") + "\n"


def _schema() -> str:
    from qa_inspect.rubric.json_schema import rubric_json_schema

    return json.dumps(rubric_json_schema(), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


if __name__ == "__main__":
    main()
