"""The command line's root: finds sub-commands, and turns errors into messages and exit codes.

It does not know what any command does. Command modules are imported only when asked for, so that
help answers at once.
"""

from __future__ import annotations

import importlib
import logging
import os
import sys
from typing import Any

import click

from qa_inspect.errors import QaInspectError

EXIT_START = 1
EXIT_SOME_FAILED = 3
EXIT_STOPPED = 4
EXIT_NO = 5

COMMANDS = (
    "run",
    "status",
    "show",
    "explain",
    "score",
    "scorecard",
    "flags",
    "topics",
    "report",
    "clips",
    "export",
    "import-transcripts",
    "rubric",
    "voices",
    "models",
    "doctor",
    "evaluate",
)


class LazyGroup(click.Group):
    """A group whose commands live in modules of their own, imported when named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which people meet them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of that name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"qa_inspect.commands.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error becomes one message and an exit code."""
        try:
            return super().invoke(ctx)
        except QaInspectError as error:
            if _debugging(ctx):
                raise
            _say_error(f"error: {error}")
            ctx.exit(EXIT_START)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            # The reader (head, less) closed first; nothing is wrong.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(0)
        except Exception as error:
            if _debugging(ctx):
                raise
            _say_error(unforeseen(error))
            ctx.exit(EXIT_START)


def unforeseen(error: BaseException) -> str:
    """The one line that tells of an error nobody raised on purpose."""
    return (
        f"error: unexpected {type(error).__name__}: {error} — "
        "run again as `qa-inspect --debug …` to see where, and report it"
    )


def _say_error(text: str) -> None:
    from qa_inspect.commands.render import say

    say(text, fg="red")


def _debugging(ctx: click.Context) -> bool:
    return bool(ctx.params.get("debug"))


EPILOG = """\b
Examples:
  qa-inspect run recordings/
  qa-inspect run --manifest calls.csv --deadline 06:30
  qa-inspect scorecard --agent A17
  qa-inspect flags --min-severity high
  qa-inspect report --out report/
"""


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--debug", is_flag=True, envvar="QA_INSPECT_DEBUG", help="Show tracebacks and logs.")
@click.version_option(package_name="qa-inspect", message="%(prog)s %(version)s")
def cli(debug: bool) -> None:
    """Inspect recorded service calls on your own machines: transcripts with roles, scorecards,
    flags and a report. No audio or text leaves the machine."""
    os.environ.setdefault("PYANNOTE_METRICS_ENABLED", "0")
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    # Nothing but `models pull` reaches for a network, whatever a library would like to look up.
    os.environ["HF_HUB_OFFLINE"] = "1"
    level = logging.DEBUG if debug else logging.ERROR
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    logging.getLogger("qa_inspect").setLevel(level)
    if not debug:
        import warnings

        warnings.simplefilter("ignore")
        logging.getLogger().setLevel(logging.ERROR)


def main() -> None:
    """The console script."""
    cli(prog_name="qa-inspect")
