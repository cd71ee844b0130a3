"""``qa-inspect rubric check``: faults, and advice on what is probably a mistake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.main import EXIT_NO
from qa_inspect.commands.render import emit_json, say
from qa_inspect.rubric.wording import count

if TYPE_CHECKING:
    from qa_inspect.rubric.advice import Advice
    from qa_inspect.rubric.schema import Rubric


@click.command("check")
@click.argument("rubrics", nargs=-1, metavar="[RUBRIC]...")
@click.option("--strict", is_flag=True, help="Exit with code 5 where there is a warning.")
@click.option("--deep", is_flag=True, help="Compare examples by meaning too (sentence model).")
@options.json_option
@click.pass_context
def check(
    ctx: click.Context, /, rubrics: tuple[str, ...], strict: bool, deep: bool, as_json: bool
) -> None:
    """Read rubrics and report faults with file, line and cure. Default: all packs.

    A fault ends with exit code 1; a fault of the YAML itself hides those behind it. Warnings are
    about what is allowed and probably a mistake: lists that nobody uses, scopes and thresholds that
    nothing can reach, entries that are there twice, phrases in another language or with signs of
    Chinese type, patterns that may search for ever, items without cases, models that are not on
    this machine.
    """
    from qa_inspect.commands.rubric import chosen
    from qa_inspect.rubric.tools import Tools

    tools = Tools() if deep else None
    rows: list[dict[str, Any]] = []
    for rubric in chosen(rubrics):
        found = _advice(rubric, tools)
        file = str(rubric.path or rubric.name)
        rows += [
            {
                "file": file,
                "line": advice.line,
                "about": advice.about,
                "problem": advice.problem,
                "cure": advice.cure,
            }
            for advice in found
        ]
        if not as_json:
            for advice in found:
                say(f"{file}:{advice}", fg="yellow")
            click.echo(_summary(rubric, len(found)))
    if as_json:
        emit_json(rows)
    ctx.exit(EXIT_NO if strict and rows else 0)


def _advice(rubric: Rubric, tools: Any) -> tuple[Advice, ...]:
    from qa_inspect.rubric.advice import Written
    from qa_inspect.rubric.cases import cases_path, load_cases
    from qa_inspect.rubric.lint import advice_on
    from qa_inspect.rubric.load import decoded, parse_with_tree

    if rubric.path is None:
        return ()
    text = decoded(rubric.path.read_bytes(), str(rubric.path))
    tree = parse_with_tree(text, str(rubric.path))[1]
    beside = cases_path(rubric)
    tested = None if beside is None else frozenset(c.item for c in load_cases(beside, rubric))
    return advice_on(Written(rubric, tree), text, cases=tested, tools=tools)


def _summary(rubric: Rubric, warnings: int) -> str:
    name = rubric.path.name if rubric.path else rubric.name
    told = f"no faults, {count(warnings, 'warning')}" if warnings else "no faults"
    items, flags = count(len(rubric.items), "item"), count(len(rubric.flags), "flag")
    return f"{name}: {items}, {flags}, {told}"
