"""``qa-inspect explain CALL ITEM``: one verdict in words, with its proof and what would turn it."""

from __future__ import annotations

import click

from qa_inspect.commands import options
from qa_inspect.commands.render import emit_json

EPILOG = """\b
Examples:
  qa-inspect explain call-0017 closing
  qa-inspect explain call-0017 risk.churn
  qa-inspect explain call-0017 no_blame --rubric our-rules.yaml
"""


@click.command("explain", epilog=EPILOG)
@click.argument("call_id", metavar="CALL")
@click.argument("item")
@options.db_option
@options.own_rubrics_option
@options.json_option
def command(call_id: str, item: str, db: str, rubrics: tuple[str, ...], as_json: bool) -> None:
    """Tell in words how an item or a flag came out: what was looked for, where, and what was found.

    Quotes carry their times. It also says what would have changed the verdict, and whether it
    hinges on who is who or on words that were hardly heard. ITEM may be written RUBRIC.ITEM.
    """
    from qa_inspect.commands.show import explain_call, find_call
    from qa_inspect.config import DEFAULT_PACKS
    from qa_inspect.store.results import open_store

    with open_store(db, create=False) as store:
        call = find_call(store, call_id)
        text = explain_call(call, item, (*rubrics, *DEFAULT_PACKS), store)
    if as_json:
        emit_json({"call_id": call_id, "item": item, "explanation": text})
    else:
        click.echo(text)
