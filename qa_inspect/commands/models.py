"""``qa-inspect models``: which models are here, whether they are intact, fetching others."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from qa_inspect.commands import options
from qa_inspect.commands.main import EXIT_NO
from qa_inspect.commands.render import Column, emit, say

if TYPE_CHECKING:
    from qa_inspect.weights import ModelEntry

COLUMNS = (
    Column("name", "Model"),
    Column("task", "Task"),
    Column("state", "State", styles={"verified": "green", "damaged": "red", "not here": "dim"}),
    Column("licence", "Licence"),
    Column("source", "From"),
)

EPILOG = """\b
Examples:
  qa-inspect models list
  qa-inspect models verify
  qa-inspect models pull whisper-large-v3-turbo
"""


@click.group("models", epilog=EPILOG)
def command() -> None:
    """List, check and fetch the models.

    A model is looked for in a folder named on the command line, then in QA_INSPECT_MODELS, then
    in the hub's local cache, then in the bundled packages. Only `pull` uses the network.
    """


@command.command("list")
@options.format_options
def list_models(output: str) -> None:
    """Show every model that is known by name, and where it is."""
    from qa_inspect.weights import catalogue

    emit([_row(entry) for entry in catalogue()], COLUMNS, output, "No models are known.")


@command.command("verify")
@click.argument("names", nargs=-1, metavar="[NAME|DIR]...")
@options.format_options
@click.pass_context
def verify_models(ctx: click.Context, /, names: tuple[str, ...], output: str) -> None:
    """Compare files with their checksums; exit code 5 where one is missing or damaged."""
    from qa_inspect.weights import verify

    entries = verify(names)
    emit([_row(entry) for entry in entries], COLUMNS, output, "No models are on this machine.")
    broken = [entry for entry in entries if not entry.ok]
    for entry in broken:
        say(f"{entry.name}: {entry.problem or 'is not on this machine'}", fg="red")
    ctx.exit(EXIT_NO if broken or not entries else 0)


@command.command("pull")
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
def pull_models(names: tuple[str, ...]) -> None:
    """Fetch models from their hub. Gated ones need a token in HF_TOKEN."""
    # HF_HUB_OFFLINE may be set for the batch; asking to pull is asking for the network.
    os.environ.pop("HF_HUB_OFFLINE", None)
    from qa_inspect.weights import pull

    for name in names:
        found = pull(name)
        click.echo(f"{name}: {found.path}")


def _row(entry: ModelEntry) -> dict[str, Any]:
    state = "not here" if entry.path is None else "here, unpinned"
    if entry.verified is not None:
        state = "verified" if entry.verified else "damaged"
    return {
        "name": entry.name,
        "task": entry.task,
        "path": entry.path and str(entry.path),
        "verified": bool(entry.verified),
        "licence": entry.licence,
        "state": state,
        "source": entry.source,
    }
