"""The exported tables and their columns, defined once.

Exports take their columns and types from here, and the data dictionary in the documentation is
this definition printed. This module does not know files or formats.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIME = "time"
    NAMES = "list of text"
    MAP = "map of text"
    RECORDS = "list of records"


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``fields`` describes the records of a list of records; ``required`` columns are
    never empty."""

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    fields: tuple[Column, ...] = ()

    @property
    def nested(self) -> bool:
        """Whether flat formats (CSV, XLSX) write the column as JSON text."""
        return self.kind in (Kind.NAMES, Kind.MAP, Kind.RECORDS)


@dataclass(frozen=True, slots=True)
class TableSchema:
    """One exported table."""

    name: str
    meaning: str
    columns: tuple[Column, ...]


_CALL_ID = Column("call_id", Kind.TEXT, "The call; the same in every table.", required=True)
_EVIDENCE = Column(
    "evidence",
    Kind.RECORDS,
    "Where in the call it was found.",
    required=True,
    fields=(
        Column("utterance", Kind.INTEGER, "Index of the utterance; empty where it is no speech."),
        Column("start_s", Kind.NUMBER, "Seconds from the start of the recording."),
        Column("end_s", Kind.NUMBER, "Seconds from the start of the recording."),
        Column(
            "quote",
            Kind.TEXT,
            "The words said, or what was heard instead; secrets are masked in a workbook (xlsx).",
            required=True,
        ),
    ),
)

CALLS = TableSchema(
    "calls",
    "One row a call, inspected or failed.",
    (
        _CALL_ID,
        Column("path", Kind.TEXT, "The recording's file; empty for an imported transcript."),
        Column(
            "sha256",
            Kind.TEXT,
            "SHA-256 of the recording's bytes, or of the imported line.",
            required=True,
        ),
        Column("agent_id", Kind.TEXT, "Who took the call, as the manifest says."),
        Column("team", Kind.TEXT, "The agent's team, as the manifest says."),
        Column("customer_id", Kind.TEXT, "Who called, as the manifest says."),
        Column("language", Kind.TEXT, "Language spoken: found, or else as the manifest says."),
        Column("market", Kind.TEXT, "Market, as the manifest says."),
        Column("started_at", Kind.TIME, "When the call began, ISO 8601, as the manifest says."),
        Column("duration_s", Kind.NUMBER, "Length of the recording in seconds."),
        Column("channels", Kind.TEXT, "agent-left, agent-right or mono."),
        Column("speech_s", Kind.NUMBER, "Seconds in which anybody speaks."),
        Column("role_confidence", Kind.NUMBER, "How sure it is who is the agent, 0–1."),
        Column(
            "needs_review",
            Kind.BOOLEAN,
            "Whether a person should look before anyone is judged by this call.",
            required=True,
        ),
        Column("status", Kind.TEXT, "ok or failed.", required=True),
        Column("error", Kind.TEXT, "Why the call failed."),
        Column("score", Kind.NUMBER, "0–100; empty where nothing could be judged."),
        Column(
            "rubrics",
            Kind.RECORDS,
            "The rubrics the call was judged by.",
            required=True,
            fields=(
                Column("name", Kind.TEXT, "The rubric.", required=True),
                Column("version", Kind.TEXT, "Its version.", required=True),
                Column("score", Kind.NUMBER, "0–100; empty where nothing could be judged."),
                Column("band", Kind.TEXT, "The rubric's name for such a score.", required=True),
            ),
        ),
        Column("flags", Kind.NAMES, "Names of the call's flags.", required=True),
        Column("models", Kind.MAP, "Which model did what.", required=True),
        Column("attributes", Kind.MAP, "Every further manifest column.", required=True),
        Column("agent_name", Kind.TEXT, "The agent's name, as the manifest says."),
        Column("direction", Kind.TEXT, "inbound or outbound, as the manifest says."),
        Column("csat", Kind.INTEGER, "The customer's satisfaction, 1–5, as the manifest says."),
        Column("nps", Kind.INTEGER, "Would recommend, 0–10: one answer, as the manifest says."),
        Column("topic", Kind.TEXT, "Topic, as the manifest says."),
        Column(
            "risk",
            Kind.NUMBER,
            "How much the call needs a person's attention, 0–100, from its flags' severity and "
            "confidence; empty where it failed.",
        ),
    ),
)

UTTERANCES = TableSchema(
    "utterances",
    "One row for each stretch in which one person speaks without giving up the turn.",
    (
        _CALL_ID,
        Column("index", Kind.INTEGER, "Place in the call, from 0.", required=True),
        Column("start_s", Kind.NUMBER, "Seconds from the start; empty where not known."),
        Column("end_s", Kind.NUMBER, "Seconds from the start; empty where not known."),
        Column("role", Kind.TEXT, "agent, customer, other or unknown.", required=True),
        Column("speaker", Kind.TEXT, "Label of the voice within the call.", required=True),
        Column("text", Kind.TEXT, "What was said.", required=True),
        Column("language", Kind.TEXT, "Language spoken.", required=True),
        Column("confidence", Kind.NUMBER, "Mean confidence of the words, 0–1."),
        Column(
            "words",
            Kind.RECORDS,
            "Each word with its time.",
            required=True,
            fields=(
                Column("word", Kind.TEXT, "The word.", required=True),
                Column("start_s", Kind.NUMBER, "Seconds from the start.", required=True),
                Column("end_s", Kind.NUMBER, "Seconds from the start.", required=True),
                Column("confidence", Kind.NUMBER, "The recogniser's, 0–1.", required=True),
            ),
        ),
    ),
)

CHECKS = TableSchema(
    "checks",
    "One row for each rubric item of each call.",
    (
        _CALL_ID,
        Column("rubric", Kind.TEXT, "The rubric.", required=True),
        Column("item", Kind.TEXT, "The item within the rubric.", required=True),
        Column("kind", Kind.TEXT, "The kind of check behind the item.", required=True),
        Column(
            "status",
            Kind.TEXT,
            "pass, fail, not_applicable, cannot_judge or error; only the first two count.",
            required=True,
        ),
        Column("points", Kind.NUMBER, "Points earned; below 0 taken away.", required=True),
        Column("max_points", Kind.NUMBER, "Points that could be earned.", required=True),
        Column("explanation", Kind.TEXT, "Why, in a sentence.", required=True),
        _EVIDENCE,
        Column("section", Kind.TEXT, "The rubric's section; empty where it has none."),
        Column("severity", Kind.TEXT, "low, medium, high or critical.", required=True),
        Column("auto_fail", Kind.TEXT, "What this failure takes to zero: section or form."),
        Column(
            "fragile",
            Kind.RECORDS,
            "Doubts under which the verdict would be another.",
            required=True,
            fields=(
                Column("doubt", Kind.TEXT, "roles or words.", required=True),
                Column("status", Kind.TEXT, "What the verdict would be.", required=True),
            ),
        ),
    ),
)

FLAGS = TableSchema(
    "flags",
    "One row for each flag of each call.",
    (
        _CALL_ID,
        Column("flag", Kind.TEXT, "What was found, such as abuse or churn.", required=True),
        Column("severity", Kind.TEXT, "low, medium, high or critical.", required=True),
        Column("confidence", Kind.NUMBER, "How sure it is, 0–1.", required=True),
        Column("explanation", Kind.TEXT, "Why, in a sentence.", required=True),
        _EVIDENCE,
    ),
)

TABLES: Mapping[str, TableSchema] = MappingProxyType(
    {table.name: table for table in (CALLS, UTTERANCES, CHECKS, FLAGS)}
)


def markdown() -> str:
    """The data dictionary as a Markdown page."""
    lines = [
        "# Data dictionary",
        "",
        "What `qa-inspect export` writes: one file a table (one sheet a table in XLSX). Times are",
        "seconds from the start of the recording. Columns marked * are never empty.",
        "",
        "| kind | JSONL | CSV | XLSX | Parquet |",
        "|---|---|---|---|---|",
        "| text | string | text | text | string |",
        "| integer, number, boolean | number, true/false | the same | the same | int64, double, "
        "bool |",
        "| time | ISO 8601 | ISO 8601 | date and time as stated, without its zone | timestamp in "
        "UTC |",
        "| list, map | array, object | JSON text | JSON text | list, struct, map |",
        "",
        "In CSV and XLSX a text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return is",
        "preceded by `'`, so that a spreadsheet never takes it for a formula. XLSX cuts a cell at",
        "32,767 characters and continues a table of more than 1,048,575 rows on a further sheet.",
        "A time without a zone counts as UTC in Parquet.",
    ]
    for table in TABLES.values():
        lines += ["", f"## {table.name}", "", table.meaning, "", "| column | kind | meaning |"]
        lines += ["|---|---|---|"]
        for column in table.columns:
            lines.append(_line(column))
            lines += [_line(part, parent=column.name) for part in column.fields]
    return "\n".join(lines) + "\n"


def _line(column: Column, parent: str = "") -> str:
    name = f"{parent}[].{column.name}" if parent else column.name
    mark = " *" if column.required else ""
    return f"| `{name}`{mark} | {column.kind} | {column.meaning} |"
