"""The database's tables as SQLAlchemy Core sees them.

Migrations create the tables; this module only describes their newest shape, and a test holds the
two together. It does not know domain values (``codec`` does) nor any dialect's own SQL.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Dialect,
    Double,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    type_coerce,
)
from sqlalchemy.types import NULLTYPE, TypeDecorator

from qa_inspect.store.json_text import read_json

_ESCAPE = "\ue000"
_UNSTORABLE = re.compile("[\x00\ud800-\udfff\ue000]")
_ESCAPED = re.compile(_ESCAPE + "([0-9a-f]{4})")


class SafeText(TypeDecorator[str]):
    """Text that comes back as it went in, whatever it holds.

    Databases refuse NUL and the lone surrogates by which Python writes undecodable bytes of file
    names; each such character is kept as U+E000 and four hex digits.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Escape what the database would refuse."""
        if value is None or not _UNSTORABLE.search(value):
            return value
        return _UNSTORABLE.sub(lambda found: f"{_ESCAPE}{ord(found[0]):04x}", value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        """Undo the escape."""
        if value is None or _ESCAPE not in value:
            return value
        return _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value)


def as_stored(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as the database keeps it, which is read fastest; ``restored`` mends texts."""
    return type_coerce(column, NULLTYPE)


def restored(values: Sequence[Any]) -> Sequence[Any]:
    """A column's texts (or None) as ``SafeText`` reads them one by one."""
    if _ESCAPE not in "".join(filter(None, values)):
        return values
    return [value and _ESCAPED.sub(lambda found: chr(int(found[1], 16)), value) for value in values]


_AS_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode


class Json(TypeDecorator[Any]):
    """A JSON value as compact text (one form for every dialect). NaN and infinity are refused."""

    impl = SafeText
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str:
        """Write the value as compact JSON."""
        return _AS_JSON(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Read the JSON text."""
        return None if value is None else read_json(value)


metadata = MetaData()


def _of_call() -> Column[str]:
    return Column(
        "call_id", SafeText, ForeignKey("calls.call_id", ondelete="CASCADE"), primary_key=True
    )


schema_versions = Table(
    "schema_versions",
    metadata,
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("description", Text, nullable=False),
    Column("applied_at", Text, nullable=False),
)

calls = Table(
    "calls",
    metadata,
    Column("call_id", SafeText, primary_key=True),
    Column("path", SafeText),
    Column("sha256", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("error", SafeText),
    Column("agent_id", SafeText),
    Column("agent_name", SafeText),
    Column("team", SafeText),
    Column("customer_id", SafeText),
    Column("stated_language", SafeText),
    Column("market", SafeText),
    Column("direction", Text),
    Column("started_at", Text),
    Column("started_epoch_s", Double),
    Column("stated_channels", Text, nullable=False),
    Column("csat", Integer),
    Column("nps", Integer),
    Column("topic", SafeText),
    Column("attributes", Json, nullable=False),
    Column("has_transcript", Boolean, nullable=False),
    Column("language", SafeText),
    Column("channels", Text),
    Column("duration_s", Double),
    Column("speech_s", Double),
    Column("role_confidence", Double),
    Column("needs_review", Boolean, nullable=False),
    Column("roles", Json, nullable=False),
    Column("notes", Json, nullable=False),
    Column("score", Double),
    Column("models", Json, nullable=False),
    Column("timings_s", Json, nullable=False),
    Column("saved_at", Text, nullable=False),
    Column("unsettled", Boolean, nullable=False, default=False),
    Index("calls_by_sha256", "sha256"),
    Index("calls_by_start", "started_epoch_s", "call_id"),
    Index("calls_by_agent", "agent_id", "started_epoch_s"),
    Index("calls_by_customer", "customer_id", "started_epoch_s"),
    Index("calls_by_status", "status", "needs_review"),
    Index("calls_by_topic", "topic", "started_epoch_s"),
    Index("calls_by_unsettled", "unsettled"),
)

utterances = Table(
    "utterances",
    metadata,
    _of_call(),
    Column("position", Integer, primary_key=True),
    Column("utterance", Integer, nullable=False),
    Column("role", Text, nullable=False),
    Column("speaker", SafeText, nullable=False),
    Column("text", SafeText, nullable=False),
    Column("language", SafeText, nullable=False),
    Column("start_s", Double),
    Column("end_s", Double),
    Column("confidence", Double),
    Column("words", Json, nullable=False),
    Column("prosody", Json),
)

turns = Table(
    "turns",
    metadata,
    _of_call(),
    Column("position", Integer, primary_key=True),
    Column("start_s", Double, nullable=False),
    Column("end_s", Double, nullable=False),
    Column("speaker", SafeText, nullable=False),
)

rubric_scores = Table(
    "rubric_scores",
    metadata,
    _of_call(),
    Column("position", Integer, primary_key=True),
    Column("name", SafeText, nullable=False),
    Column("version", SafeText, nullable=False),
    Column("score", Double),
    Column("band", SafeText, nullable=False),
)

checks = Table(
    "checks",
    metadata,
    _of_call(),
    Column("position", Integer, primary_key=True),
    Column("rubric", SafeText, nullable=False),
    Column("section", SafeText, nullable=False),
    Column("item", SafeText, nullable=False),
    Column("kind", SafeText, nullable=False),
    Column("status", Text, nullable=False),
    Column("points", Double, nullable=False),
    Column("max_points", Double, nullable=False),
    Column("score", Double),
    Column("auto_fail", Boolean, nullable=False),
    Column("explanation", SafeText, nullable=False),
    Column("searched", SafeText, nullable=False),
    Column("evidence", Json, nullable=False),
    Column("auto_fail_of", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("fragile", Json, nullable=False),
)

flags = Table(
    "flags",
    metadata,
    _of_call(),
    Column("position", Integer, primary_key=True),
    Column("flag", SafeText, nullable=False),
    Column("severity", Text, nullable=False),
    Column("confidence", Double, nullable=False),
    Column("rubric", SafeText, nullable=False),
    Column("explanation", SafeText, nullable=False),
    Column("evidence", Json, nullable=False),
    Index("flags_by_name", "flag", "severity"),
)

runs = Table(
    "runs",
    metadata,
    Column("run_id", Integer, primary_key=True),
    Column("started_at", Text, nullable=False),
    Column("finished_at", Text),
    Column("settings", Json, nullable=False),
    Column("outcome", Text),
    Column("summary", Json),
)

run_calls = Table(
    "run_calls",
    metadata,
    Column("run_id", Integer, ForeignKey("runs.run_id", ondelete="CASCADE"), primary_key=True),
    _of_call(),
    Column("status", Text, nullable=False),
    Column("saved_at", Text, nullable=False),
    Index("run_calls_by_call", "call_id"),
)

agent_voices = Table(
    "agent_voices",
    metadata,
    Column("agent_id", SafeText, primary_key=True),
    Column("consented_at", Text, nullable=False),
    Column("centroid", Text),
    Column("calls", Integer, nullable=False),
    Column("doubted", Integer, nullable=False),
    Column("seconds", Double, nullable=False),
    Column("model", Text),
    Column("updated_at", Text),
)
"""A row is an agent's consent; without one nothing of the voice can be kept."""

sentence_vectors = Table(
    "sentence_vectors",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("vector", LargeBinary, nullable=False),
)
"""Sentences by a digest of their text; each belongs to every call in which it was said."""

outlines = Table(
    "outlines",
    metadata,
    _of_call(),
    Column("position", Integer, primary_key=True),
    Column("speaker", SafeText, nullable=False),
    Column("step_s", Double, nullable=False),
    Column("levels", LargeBinary, nullable=False),
)
"""One row a channel; see ``Outline``."""

audit = Table(
    "audit",
    metadata,
    Column("audit_id", Integer, primary_key=True),
    Column("at", Text, nullable=False),
    Column("who", SafeText, nullable=False),
    Column("action", Text, nullable=False),
    Column("details", Json, nullable=False),
)
"""Rows are only ever added."""

work = Table(
    "work",
    metadata,
    Column("sha256", Text, primary_key=True),
    Column("call_id", SafeText, nullable=False),
    Column("path", SafeText),
    Column("shape", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("token", Integer, nullable=False),
    Column("owner_id", Text),
    Column("failures", Integer, nullable=False),
    Column("interruptions", Integer, nullable=False),
    Column("reason", SafeText),
    Column("changed_at", Text, nullable=False),
    Index("work_by_state", "state", "shape", "changed_at"),
    Index("work_by_call", "call_id"),
    Index("work_by_owner", "owner_id"),
)
"""Recordings that a run has to inspect or has inspected, by the hash of their audio."""

work_owners = Table(
    "work_owners",
    metadata,
    Column("owner_id", Text, primary_key=True),
    Column("host", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("pid", Integer, nullable=False),
    Column("born", Text, nullable=False),
    Column("beat", Integer, nullable=False),
    Column("beat_at", Text, nullable=False),
)
"""Runs that hold work. ``beat_at`` is for people to read; nothing is decided by it."""

call_figures = Table(
    "call_figures",
    metadata,
    _of_call(),
    Column("version", Integer, nullable=False),
    Column("figures", LargeBinary, nullable=False),
)
"""What a call adds to scorecards, worked out; gone as soon as the call is written to."""

figure_names = Table(
    "figure_names",
    metadata,
    Column("code", Integer, primary_key=True),
    Column("name", SafeText, nullable=False),
    Index("figure_names_by_name", "name", unique=True),
)
"""The numbers by which ``call_figures`` call what they hold."""

to_judge = Table(
    "to_judge",
    metadata,
    Column("ticket", Integer, primary_key=True),
    Column("call_id", SafeText, ForeignKey("calls.call_id", ondelete="CASCADE"), nullable=False),
    Index("to_judge_by_call", "call_id", unique=True),
)
"""Calls to be judged again because of other calls. Whenever a call becomes due once more it gets a
new ticket; no number comes twice."""

file_hashes = Table(
    "file_hashes",
    metadata,
    Column("path", SafeText, primary_key=True),
    Column("bytes", BigInteger, nullable=False),
    Column("modified_ns", BigInteger, nullable=False),
    Column("changed_ns", BigInteger, nullable=False),
    Column("sha256", Text, nullable=False),
    Index("file_hashes_by_sha256", "sha256"),
)
"""The hashes of recordings as they were when they were read; times are the file system's."""

CHILDREN = (utterances, turns, rubric_scores, checks, flags, outlines)
"""Tables whose rows belong to one call and are replaced with it."""
