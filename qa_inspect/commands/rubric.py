"""``qa-inspect rubric``: listing, checking, testing and trying out rubrics."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import explain, options
from qa_inspect.commands.main import EXIT_NO
from qa_inspect.commands.render import Column, emit, emit_json, say
from qa_inspect.commands.rubric_check import check
from qa_inspect.commands.rubric_new import new
from qa_inspect.commands.rubric_train import train
from qa_inspect.errors import InputError

if TYPE_CHECKING:
    from qa_inspect.rubric.cases import CaseReport, Miss
    from qa_inspect.rubric.schema import Rubric

EPILOG = """\b
Examples:
  qa-inspect rubric list
  qa-inspect rubric check our-rules.yaml
  qa-inspect rubric test support.en
  echo "So your parcel never came?" | qa-inspect rubric try support.en restate_problem --lines -
  qa-inspect rubric explain call-0017 restate_problem
"""


@click.group("rubric", epilog=EPILOG)
def command() -> None:
    """Work on rubrics. A RUBRIC is a pack such as support.en, or the path of a YAML file."""


command.add_command(check)
command.add_command(explain.command)
command.add_command(new)
command.add_command(train)


@command.command("list")
@options.format_options
def list_rubrics(output: str) -> None:
    """Show the shipped packs."""
    from qa_inspect.rubric.load import available, read_rubric

    rows = []
    for pack in available():
        rubric = read_rubric(pack.path)
        rows.append(
            {
                "rubric": pack.path.stem,
                "language": pack.language,
                "version": rubric.version,
                "title": rubric.title,
                "items": len(rubric.items),
                "flags": len(rubric.flags),
            }
        )
    columns = (
        Column("rubric", "Rubric"),
        Column("language", "Language"),
        Column("version", "Version"),
        Column("title", "Title"),
        Column("items", "Items", right=True),
        Column("flags", "Flags", right=True),
    )
    emit(rows, columns, output, "No packs are installed.")


@command.command("test")
@click.argument("rubrics", nargs=-1, metavar="[RUBRIC]...")
@click.option("--cases", type=click.Path(path_type=Path), metavar="FILE", help="The file of cases.")
@options.format_options
@click.pass_context
def test(ctx: click.Context, /, rubrics: tuple[str, ...], cases: Path | None, output: str) -> None:
    """Run the cases beside rubrics; exit code 5 where a line that must hit misses, or the reverse.

    Cases lie in cases/ beside the rubric, in a file of the same name. Default: all packs.
    """
    from qa_inspect.rubric.tools import Tools

    tools = Tools()
    reports = [_run_cases(rubric, cases, tools) for rubric in chosen(rubrics)]
    rows = [row for report in reports for row in _rows(report)]
    if output == "table":
        rows = [row | {key: _share(row[key]) for key in ("precision", "recall")} for row in rows]
    columns = (
        Column("rubric", "Rubric"),
        Column("item", "Item"),
        Column("must_hit", "Must hit", right=True),
        Column("must_miss", "Must miss", right=True),
        Column("wrong", "Wrong", right=True),
        Column("precision", "Precision", right=True),
        Column("recall", "Recall", right=True),
    )
    emit(rows, columns, output, "No cases.")
    for report in reports:
        for miss in report.misses:
            say(f"{_place(report, miss)}: {miss}", fg="red")
        _tell_untested(report)
    ctx.exit(0 if all(report.ok for report in reports) else EXIT_NO)


@command.command("try")
@click.argument("rubric")
@click.argument("item")
@click.option("--lines", required=True, metavar="FILE|-", help="Lines of text; - reads them piped.")
@click.option("--language", metavar="CODE", help="Which language of a pack such as support.")
@options.format_options
def try_item(rubric: str, item: str, lines: str, language: str | None, output: str) -> None:
    """Ask an item or a flag about single lines: does it hit, how strongly, and why."""
    from qa_inspect.rubric.load import load_rubric
    from qa_inspect.rubric.trial import try_lines

    loaded = load_rubric(rubric, language)
    trials = try_lines(loaded, item, _read_lines(lines))
    rows: list[dict[str, Any]] = [
        {"line": t.line, "hit": t.hit, "score": t.score, "explanation": t.explanation}
        for t in trials
    ]
    if output == "table":
        rows = [row | {"score": _share(row["score"])} for row in rows if row["line"].strip()]
    columns = (
        Column("hit", "Hit", styles={"yes": "green"}),
        Column("score", "Score", right=True),
        Column("line", "Line", wrap=True),
        Column("explanation", "Why", wrap=True),
    )
    emit(rows, columns, output, "No lines.")


@command.command("schema")
def schema() -> None:
    """Print the JSON Schema of rubric files, for editors that check while one writes."""
    from qa_inspect.rubric.json_schema import rubric_json_schema

    emit_json(rubric_json_schema())


def chosen(names: tuple[str, ...]) -> Iterator[Rubric]:
    """The rubrics named; a pack in each of its languages, and all packs where none is named."""
    from qa_inspect.rubric.load import available, load_rubric, read_rubric

    packs = available()
    for name in names or [pack.path.stem for pack in packs]:
        files = [pack.path for pack in packs if pack.name == name]
        if files:
            yield from map(read_rubric, files)
        else:
            yield load_rubric(name)


def _run_cases(rubric: Rubric, given: Path | None, tools: Any) -> CaseReport:
    from qa_inspect.rubric.cases import cases_path, load_cases, run_cases

    path = given or cases_path(rubric)
    if path is None:
        raise InputError(
            f"the rubric {rubric.name} has no cases",
            where=str(rubric.path or ""),
            cure=f"write cases/{rubric.path.name if rubric.path else 'NAME.yaml'} beside it",
        )
    report = run_cases(rubric, load_cases(path, rubric), tools)
    return replace(report, path=path)


def _rows(report: CaseReport) -> Iterator[dict[str, Any]]:
    for item in report.items:
        yield {
            "rubric": ".".join(part for part in (report.rubric, report.language) if part),
            "item": item.item,
            "cases": item.cases,
            "must_hit": item.must_hit,
            "must_miss": item.must_miss,
            "wrong": item.wrong_hits + item.wrong_misses,
            "precision": item.precision,
            "recall": item.recall,
        }


def _place(report: CaseReport, miss: Miss) -> str:
    """The file and line of a case, to go to."""
    return f"{report.path or report.rubric}:{miss.case.source_line}"


def _tell_untested(report: CaseReport) -> None:
    name = ".".join(part for part in (report.rubric, report.language) if part)
    if report.untested:
        say(f"{name}: no cases for {', '.join(report.untested)}")
    from qa_inspect.rubric.cases import FEWEST

    few = [f"{i.item} ({i.must_hit} and {i.must_miss})" for i in report.items if i.few]
    if few:
        say(f"{name}: fewer than {FEWEST} that must hit or must miss: {', '.join(few)}", dim=True)


def _share(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _read_lines(source: str) -> list[str]:
    try:
        text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8-sig")
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(
            f"the lines cannot be read ({reason})",
            where=source,
            cure="check the path and its permissions",
        ) from None
    except UnicodeDecodeError:
        raise InputError("is not UTF-8 text", where=source, cure="save it as UTF-8") from None
    # One answer a line: other line separators of Unicode stay inside their line.
    lines = text.removesuffix("\n").split("\n") if text else []
    return [line.rstrip("\r") for line in lines]
