"""``qa-inspect rubric new``: questions on the terminal, a rubric and its cases as the answer."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands.main import EXIT_NO
from qa_inspect.commands.render import say
from qa_inspect.errors import InputError, RubricError
from qa_inspect.rubric.wording import count

if TYPE_CHECKING:
    from qa_inspect.rubric.new import Answers, Draft, Sort

EPILOG = """\b
Examples:
  qa-inspect rubric new returns-desk.yaml
  qa-inspect rubric new returns-desk.yaml < answers.txt
"""


@click.command("new", epilog=EPILOG)
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE.yaml")
@click.pass_context
def new(ctx: click.Context, /, file: Path) -> None:
    """Answer questions in plain words; get a rubric and its cases.

    The rubric is written to FILE.yaml and the cases to cases/FILE.yaml beside it, then both are
    tried. Files that are there are never overwritten. Answers can also be piped, one a line.
    """
    from qa_inspect.rubric.new import cases_text, rubric_text

    cases = file.parent / "cases" / file.name
    _refuse(file, cases)
    try:
        draft = _draft(file)
    except click.Abort:
        say("")
        raise InputError(
            "the answers ended before the rubric was whole, so nothing was written",
            cure="begin again, or pipe one answer a line to the last question",
        ) from None
    cases.parent.mkdir(parents=True, exist_ok=True)
    schema = file.parent / "rubric.schema.json"
    _write(file, rubric_text(draft, with_schema=schema.exists()))
    _write(cases, cases_text(draft))
    say(f"Wrote {file} and {cases}.")
    say("Every item deserves four lines of each sort; add more to the cases.", dim=True)
    if not _tested(file):
        say("Mend the phrases or the lines, then run `qa-inspect rubric test` again.", fg="yellow")
        ctx.exit(EXIT_NO)


def _refuse(file: Path, cases: Path) -> None:
    if file.suffix not in (".yaml", ".yml"):
        raise InputError(
            "a rubric's file ends in .yaml", where=str(file), cure=f"name it {file.name}.yaml"
        )
    for path in (file, cases):
        if path.exists():
            raise InputError("the file is there already", where=str(path), cure="name another file")
    if not file.parent.is_dir():
        raise InputError("its folder does not exist", where=str(file), cure="create it first")


def _write(path: Path, text: str) -> None:
    try:
        # "x": a file that came to be in the meantime is not overwritten either
        with path.open("x", encoding="utf-8") as out:
            out.write(text)
    except OSError as error:
        reason = error.strerror or str(error)
        raise InputError(f"it cannot be written ({reason})", where=str(path)) from None


def _draft(file: Path) -> Draft:
    from qa_inspect.rubric.new import Draft, identifier, parsed

    say("A rubric says what calls are checked for. Press Enter to take what stands in [brackets].")
    title = _ask("What is this rubric about", default=file.stem.replace("-", " ").capitalize())
    name = identifier(file.stem)
    language = _language()
    checks: list[Answers] = []
    while True:
        say(f"\nCheck {len(checks) + 1}")
        answers = _check(language)
        draft = Draft(name, language, title, (*checks, answers))
        try:
            parsed(draft)
        except RubricError as error:
            say(f"That cannot be used: {_told(error)}", fg="yellow")
            say("Please describe this check again.")
            continue
        checks.append(answers)
        if not click.confirm("Another check", default=False, err=True):
            return draft


def _language() -> str:
    from qa_inspect.rubric.integrity import language_fault

    while True:
        given = _ask(f"Which language are the calls in ({', '.join(_LANGUAGES)})", default="en")
        code, _, region = str(given).partition("-")
        fault = language_fault(given)
        if fault is None:
            if code.lower() not in _LANGUAGES:
                told = f"No pack is written for {given}; phrases work, and much else is unproven."
                say(told, fg="yellow")
            return f"{code.lower()}-{region}" if region else code.lower()
        meant = fault.split("? ")[0] + "?" if "did you mean" in fault else fault.split(" — ")[0]
        say(f"{meant} Please write a code such as en.", fg="yellow")


_LANGUAGES = ("en", "zh", "id", "vi", "th", "ms")


def _told(error: RubricError) -> str:
    """What is wrong with answers: without the places in a file that is not yet there."""
    faults = (line.split(": ", 2)[-1] for line in error.problem.splitlines())
    return "; ".join(dict.fromkeys(faults))


def _check(language: str) -> Answers:
    from qa_inspect.rubric.new import SORTS, Answers, sort_named

    title = _ask("What should be checked (a few words, such as “Greets the customer”)")
    say("What sort of check is it?")
    for number, sort in enumerate(SORTS, start=1):
        say(f"  {number}  {sort.words}")
    number = _ask("Number", kind=_Number(1, len(SORTS), whole=True), default=1)
    chosen = SORTS[number - 1]
    given: dict[str, Any] = {"title": title, "sort": chosen.name}
    if chosen.needs == "seconds":
        given["seconds"] = _ask("How many seconds of silence are fine", kind=_ABOVE_0, default=20.0)
    else:
        role = click.Choice(["agent", "customer", "any"])
        usual = "customer" if chosen.name == "flag" else "agent"
        given["role"] = _ask("Who says it", kind=role, default=usual)
        given |= _texts(chosen)
        given["denied_counts"] = click.confirm(_DENIED, default=True, err=True)
        given |= _place()
        if chosen.name == "share":
            percent = _ask("At least how many percent of what is said", kind=_PERCENT, default=20.0)
            given["share"] = percent / 100
        given |= _lines(title, chosen.name)
    if sort_named(chosen.name).name == "flag":
        levels = click.Choice(["low", "medium", "high", "critical"])
        given["severity"] = _ask("How grave is it", kind=levels, default="medium")
    else:
        given["points"] = _ask("How many points is it worth", kind=_ABOVE_0, default=1.0)
    return Answers(**given)


def _place() -> dict[str, Any]:
    """In which part of the call it is looked for."""
    part = click.Choice(["anywhere", "first", "last"])
    asked = "Where in the call: anywhere, in the first or in the last things that are said"
    chosen = _ask(asked, kind=part, default="anywhere")
    if chosen == "anywhere":
        return {}
    many = f"In the {chosen} how many utterances of whoever says it"
    return {chosen: int(_ask(many, kind=_Number(1, 1_000, whole=True), default=3))}


class _Number(click.FloatRange):
    """A number within limits; what is none is told in plain words."""

    name = "number"

    def __init__(self, least: float = 0, most: float = 1e6, *, whole: bool = False) -> None:
        super().__init__(min=least, max=most)
        self._least, self._most, self._whole = least, most, whole

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number. Raises click's BadParameter."""
        try:
            number = float(str(value).strip().removesuffix("%"))
        except ValueError:
            number = math.nan
        if self._whole and self._least <= number <= self._most and number == int(number):
            return int(number)
        if not self._whole and self._least < number <= self._most:
            return number
        limits = f"from {self._least:g}" if self._whole else f"above {self._least:g}"
        upper = f" {'to' if self._whole else 'and up to'} {self._most:g}"
        return self.fail(f"type a number {limits}{upper if self._most < 1e6 else ''}", param, ctx)


_ABOVE_0 = _Number()
_PERCENT = _Number(most=100)
_DENIED = (
    "Does it also count where somebody says it is not so, as “I am not angry” for “angry” "
    "(answer n, and such lines are passed over)"
)
_SAID = ("Lines in which it is said", "Lines in which it is not said")
_EXAMPLES = {
    "forbidden": ("Lines that break this rule", "Lines that are fine"),
    "flag": ("Lines that should be flagged", "Lines that should not be flagged"),
}


def _texts(sort: Sort) -> dict[str, Any]:
    if sort.needs == "sentences":
        return {
            "texts": _list("Sentences that say it, one a line", least=1),
            "against": _list("Sentences that look alike and do not count, one a line"),
        }
    say("Phrases are plain words; (a|b) is one of several, [x] may be missing.")
    forbidden = sort.name == "forbidden"
    asked = "Phrases that must not be said" if forbidden else "Phrases"
    return {"texts": _list(f"{asked}, one a line", least=1, phrases=True)}


def _lines(title: str, sort: str) -> dict[str, Any]:
    hits, misses = _EXAMPLES.get(sort, _SAID)
    return {
        "good": _list(f"{hits} ({title}), to test with"),
        "bad": _list(f"{misses}, to test with"),
    }


def _list(question: str, least: int = 0, *, phrases: bool = False) -> tuple[str, ...]:
    """Lines until an empty one; a phrase that cannot be used is asked for again."""
    from qa_inspect.rubric.new import phrase_fault

    say(f"{question}; an empty line ends the list.")
    found: list[str] = []
    while True:
        text = str(click.prompt("  -", default="", show_default=False, err=True)).strip()
        fault = phrase_fault(text) if text and phrases else None
        if fault:
            say(f"That cannot be used: {fault}. Please write it again.", fg="yellow")
        elif text:
            found.append(text)
        elif len(found) >= least:
            return tuple(dict.fromkeys(found))
        else:
            say("At least one is needed.", fg="yellow")


def _ask(question: str, *, kind: Any = str, default: Any = None) -> Any:
    tidy: Callable[[Any], Any] = (lambda v: v.strip()) if kind is str else (lambda v: v)
    return tidy(click.prompt(question, type=kind, default=default, err=True))


def _tested(file: Path) -> bool:
    """Whether the cases come out as they must; tells those that do not."""
    from qa_inspect.rubric.cases import cases_path, load_cases, run_cases
    from qa_inspect.rubric.load import read_rubric

    rubric = read_rubric(file)
    beside = cases_path(rubric)
    if beside is None:
        return True
    report = run_cases(rubric, load_cases(beside, rubric))
    for miss in report.misses:
        say(str(miss), fg="red")
    if report.ok:
        cases = sum(item.cases for item in report.items)
        if not cases:
            say(
                f"{file.name}: nothing was tested, for there are no lines; add some to {beside} "
                "and run `qa-inspect rubric test`.",
                fg="yellow",
            )
            return True
        told = count(cases, "case, as it must be", "cases, all as they must be")
        click.echo(f"{file.name}: {told}")
    return report.ok
