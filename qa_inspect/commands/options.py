"""Options that several commands share, each spelled out once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, TypeVar

import click

from qa_inspect.config import default_db

Function = TypeVar("Function", bound=Callable[..., Any])

FORMATS = ("table", "json", "csv")

db_option = click.option(
    "--db",
    default=default_db,
    show_default="qa.db, or QA_INSPECT_DB",
    metavar="FILE",
    help="The database of results.",
)

rubric_option = click.option(
    "--rubric",
    "rubrics",
    multiple=True,
    metavar="NAME|FILE",
    help="Rubric to judge by; may be repeated. Default: support and risk of the call's language.",
)

vocabulary_option = click.option(
    "--vocabulary",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Names and product terms to listen for: a text file with one term a line, # before a "
    "comment, and after a colon the forms it is heard as (Tokopedia: toko pedia, toko media).",
)

model_option = click.option("--model", default="auto", show_default=True, metavar="auto|NAME|DIR")

device_option = click.option(
    "--device", default="auto", show_default=True, metavar="auto|cpu|cuda|cuda:N"
)

index_option = click.option(
    "--index",
    "index_file",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="How the composite index is made (YAML). Default: customer rating 40 %, inspection 30 %, "
    "NPS 30 %.",
)

titles_option = click.option(
    "--rubric",
    "rubrics",
    multiple=True,
    metavar="NAME|FILE",
    help="A rubric whose titles are shown; may be repeated. The packs' are always used.",
)

own_rubrics_option = click.option(
    "--rubric",
    "rubrics",
    multiple=True,
    metavar="NAME|FILE",
    help="A rubric of your own that judged the call; may be repeated. The packs are always used.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

out_option = click.option(
    "--out",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Folder to write; made where it is missing.",
)


def format_options(function: Function) -> Function:
    """Adds ``--format table|json|csv`` and ``--json``; the function gets ``output``."""

    @click.option(
        "--format",
        "output",
        type=click.Choice(FORMATS),
        default="table",
        show_default=True,
        help="How to print.",
    )
    @click.option("--json", "as_json", is_flag=True, help="Same as --format json.")
    @wraps(function)
    def inner(*args: Any, output: str, as_json: bool, **kwargs: Any) -> Any:
        return function(*args, output="json" if as_json else output, **kwargs)

    return inner  # type: ignore[return-value]


class Moment(click.ParamType[datetime]):
    """A day or a time; a bare day as an end means the end of that day."""

    name = "date"

    def __init__(self, *, end: bool = False) -> None:
        self._end = end

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """An aware time: without an offset, UTC, as stored times without one are."""
        if isinstance(value, datetime):
            return value
        text = str(value).strip()
        try:
            if len(text) <= 10:
                day = datetime.combine(date.fromisoformat(text), time(), UTC)
                return day + timedelta(days=1) if self._end else day
            moment = datetime.fromisoformat(text)
        except ValueError:
            self.fail(f"{text!r} is no date; write 2026-11-21 or 2026-11-21T08:00", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _in_order(
    ctx: click.Context, param: click.Parameter, value: datetime | None
) -> datetime | None:
    """Refuses a period that ends before it begins, whichever option is read last."""
    period = {**ctx.params, str(param.name): value}
    since, until = period.get("since"), period.get("until")
    if since is not None and until is not None and since >= until:
        raise click.BadParameter("the period ends before it begins", ctx, param)
    return value


since_option = click.option(
    "--since",
    type=Moment(),
    callback=_in_order,
    metavar="DATE",
    help="Calls that started on or after this day or time.",
)
until_option = click.option(
    "--until",
    type=Moment(end=True),
    callback=_in_order,
    metavar="DATE",
    help="Calls that started on or before this.",
)
