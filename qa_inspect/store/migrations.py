"""How the database came to its newest shape: a list that only ever grows.

Each migration is plain SQL that SQLite and PostgreSQL both read; ``{identity}`` stands for the
dialect's self-numbering key and ``{bytes}`` for its type of plain bytes. A migration that has been
released is never edited.
This module does not know the tables' meaning nor how a connection is made.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, func, inspect, select

from qa_inspect.errors import StoreError
from qa_inspect.store import tables


@dataclass(frozen=True, slots=True)
class Migration:
    """One step. Its version is its place in the list, counted from 1."""

    description: str
    statements: tuple[str, ...]


_OF_CALL = "call_id TEXT NOT NULL REFERENCES calls (call_id) ON DELETE CASCADE"
_PLACE = "position INTEGER NOT NULL, PRIMARY KEY (call_id, position)"

MIGRATIONS: tuple[Migration, ...] = (
    Migration(
        "calls, what was said in them, how they were judged, and the runs that did it",
        (
            """CREATE TABLE calls (
                call_id TEXT NOT NULL PRIMARY KEY, path TEXT, sha256 TEXT NOT NULL,
                status TEXT NOT NULL, error TEXT,
                agent_id TEXT, agent_name TEXT, team TEXT, customer_id TEXT,
                stated_language TEXT, market TEXT, direction TEXT,
                started_at TEXT, started_epoch_s DOUBLE PRECISION,
                stated_channels TEXT NOT NULL, csat INTEGER, nps INTEGER, topic TEXT,
                attributes TEXT NOT NULL,
                has_transcript BOOLEAN NOT NULL, language TEXT, channels TEXT,
                duration_s DOUBLE PRECISION, speech_s DOUBLE PRECISION,
                role_confidence DOUBLE PRECISION, needs_review BOOLEAN NOT NULL,
                roles TEXT NOT NULL, notes TEXT NOT NULL,
                score DOUBLE PRECISION,
                models TEXT NOT NULL, timings_s TEXT NOT NULL, saved_at TEXT NOT NULL)""",
            "CREATE INDEX calls_by_sha256 ON calls (sha256)",
            "CREATE INDEX calls_by_start ON calls (started_epoch_s, call_id)",
            "CREATE INDEX calls_by_agent ON calls (agent_id, started_epoch_s)",
            "CREATE INDEX calls_by_customer ON calls (customer_id, started_epoch_s)",
            "CREATE INDEX calls_by_status ON calls (status, needs_review)",
            f"""CREATE TABLE utterances ({_OF_CALL}, utterance INTEGER NOT NULL,
                role TEXT NOT NULL, speaker TEXT NOT NULL, text TEXT NOT NULL,
                language TEXT NOT NULL, start_s DOUBLE PRECISION, end_s DOUBLE PRECISION,
                confidence DOUBLE PRECISION, words TEXT NOT NULL, {_PLACE})""",
            f"""CREATE TABLE turns ({_OF_CALL}, start_s DOUBLE PRECISION NOT NULL,
                end_s DOUBLE PRECISION NOT NULL, speaker TEXT NOT NULL, {_PLACE})""",
            f"""CREATE TABLE rubric_scores ({_OF_CALL}, name TEXT NOT NULL,
                version TEXT NOT NULL, score DOUBLE PRECISION, {_PLACE})""",
            f"""CREATE TABLE checks ({_OF_CALL}, rubric TEXT NOT NULL, section TEXT NOT NULL,
                item TEXT NOT NULL, kind TEXT NOT NULL, status TEXT NOT NULL,
                points DOUBLE PRECISION NOT NULL, max_points DOUBLE PRECISION NOT NULL,
                score DOUBLE PRECISION, auto_fail BOOLEAN NOT NULL, explanation TEXT NOT NULL,
                searched TEXT NOT NULL, evidence TEXT NOT NULL, {_PLACE})""",
            f"""CREATE TABLE flags ({_OF_CALL}, flag TEXT NOT NULL, severity TEXT NOT NULL,
                confidence DOUBLE PRECISION NOT NULL, rubric TEXT NOT NULL,
                explanation TEXT NOT NULL, evidence TEXT NOT NULL, {_PLACE})""",
            "CREATE INDEX flags_by_name ON flags (flag, severity)",
            """CREATE TABLE runs (run_id {identity}, started_at TEXT NOT NULL, finished_at TEXT,
                settings TEXT NOT NULL, outcome TEXT, summary TEXT)""",
            f"""CREATE TABLE run_calls (
                run_id INTEGER NOT NULL REFERENCES runs (run_id) ON DELETE CASCADE, {_OF_CALL},
                status TEXT NOT NULL, saved_at TEXT NOT NULL, PRIMARY KEY (run_id, call_id))""",
            "CREATE INDEX run_calls_by_call ON run_calls (call_id)",
        ),
    ),
    Migration(
        "the voices of agents who gave their consent",
        (
            """CREATE TABLE agent_voices (
                agent_id TEXT NOT NULL PRIMARY KEY, consented_at TEXT NOT NULL, centroid TEXT,
                calls INTEGER NOT NULL, doubted INTEGER NOT NULL,
                seconds DOUBLE PRECISION NOT NULL, model TEXT, updated_at TEXT)""",
        ),
    ),
    Migration("how utterances sound", ("ALTER TABLE utterances ADD COLUMN prosody TEXT",)),
    Migration(
        "the vectors of sentences that were said, so that judging again does not compute them",
        (
            """CREATE TABLE sentence_vectors (
                digest {bytes} NOT NULL PRIMARY KEY, vector {bytes} NOT NULL)""",
        ),
    ),
    Migration(
        "what a score is called, what a failed item takes along, and which verdicts are fragile",
        (
            "ALTER TABLE rubric_scores ADD COLUMN band TEXT NOT NULL DEFAULT ''",
            "ALTER TABLE checks ADD COLUMN auto_fail_of TEXT NOT NULL DEFAULT ''",
            "UPDATE checks SET auto_fail_of = 'form' WHERE auto_fail",
            "ALTER TABLE checks ADD COLUMN severity TEXT NOT NULL DEFAULT 'medium'",
            "ALTER TABLE checks ADD COLUMN fragile TEXT NOT NULL DEFAULT '[]'",
        ),
    ),
    Migration(
        "which calls have not been judged in view of one another yet",
        (
            "ALTER TABLE calls ADD COLUMN unsettled BOOLEAN NOT NULL DEFAULT FALSE",
            "CREATE INDEX calls_by_topic ON calls (topic, started_epoch_s)",
            "CREATE INDEX calls_by_unsettled ON calls (unsettled)",
        ),
    ),
    Migration(
        "how loud recordings are from step to step",
        (
            f"""CREATE TABLE outlines ({_OF_CALL}, speaker TEXT NOT NULL,
                step_s DOUBLE PRECISION NOT NULL, levels {{bytes}} NOT NULL, {_PLACE})""",
        ),
    ),
    Migration(
        "what was given out of the database in the clear: who, when, what",
        (
            """CREATE TABLE audit (audit_id {identity}, at TEXT NOT NULL, who TEXT NOT NULL,
                action TEXT NOT NULL, details TEXT NOT NULL)""",
        ),
    ),
    Migration(
        "who inspects which recording, so that several runs share the work",
        (
            """CREATE TABLE work (
                sha256 TEXT NOT NULL PRIMARY KEY, call_id TEXT NOT NULL, path TEXT,
                shape TEXT NOT NULL, state TEXT NOT NULL, token INTEGER NOT NULL, owner_id TEXT,
                failures INTEGER NOT NULL, interruptions INTEGER NOT NULL, reason TEXT,
                changed_at TEXT NOT NULL)""",
            "CREATE INDEX work_by_state ON work (state, shape, changed_at)",
            "CREATE INDEX work_by_call ON work (call_id)",
            "CREATE INDEX work_by_owner ON work (owner_id)",
            """CREATE TABLE work_owners (
                owner_id TEXT NOT NULL PRIMARY KEY, host TEXT NOT NULL, place TEXT NOT NULL,
                pid INTEGER NOT NULL, born TEXT NOT NULL, beat INTEGER NOT NULL,
                beat_at TEXT NOT NULL)""",
        ),
    ),
    Migration(
        "what each call adds to scorecards, so that a scorecard need not read whole calls",
        (
            """CREATE TABLE call_figures (
                call_id TEXT NOT NULL PRIMARY KEY REFERENCES calls (call_id) ON DELETE CASCADE,
                version INTEGER NOT NULL, figures {bytes} NOT NULL)""",
            "CREATE TABLE figure_names (code {identity}, name TEXT NOT NULL)",
            "CREATE UNIQUE INDEX figure_names_by_name ON figure_names (name)",
        ),
    ),
    Migration(
        "which calls are to be judged again because of others, and hashes of unchanged files",
        (
            """CREATE TABLE to_judge (
                ticket {identity},
                call_id TEXT NOT NULL REFERENCES calls (call_id) ON DELETE CASCADE)""",
            "CREATE UNIQUE INDEX to_judge_by_call ON to_judge (call_id)",
            """CREATE TABLE file_hashes (
                path TEXT NOT NULL PRIMARY KEY, bytes BIGINT NOT NULL,
                modified_ns BIGINT NOT NULL, changed_ns BIGINT NOT NULL, sha256 TEXT NOT NULL)""",
            "CREATE INDEX file_hashes_by_sha256 ON file_hashes (sha256)",
        ),
    ),
)

NEWEST = len(MIGRATIONS)
"""The schema version that this program reads and writes."""


def schema_version(connection: Connection, where: str) -> int:
    """The database's schema version; 0 for an empty one.

    Raises StoreError for another program's database, and for one newer than this program.
    """
    names = set(inspect(connection).get_table_names())
    if not names:
        return 0
    if tables.schema_versions.name not in names:
        raise StoreError(
            "this is a database, but not one of qa-inspect's",
            where=where,
            cure="name another file with --db",
        )
    newest = select(func.max(tables.schema_versions.c.version))
    version = int(connection.execute(newest).scalar() or 0)
    if version > NEWEST:
        raise StoreError(
            f"the database has schema {version}, and this qa-inspect knows {NEWEST} at most",
            where=where,
            cure="install the newer qa-inspect that wrote it, or name another file with --db",
        )
    return version


def migrate(connection: Connection, identity: str, where: str) -> None:
    """Bring the database to the newest schema, inside the caller's transaction.

    ``identity`` is the dialect's column definition of a self-numbering primary key.
    """
    version = schema_version(connection, where)
    if version == 0:
        tables.schema_versions.create(connection, checkfirst=True)
    for number, migration in enumerate(MIGRATIONS[version:], start=version + 1):
        for statement in migration.statements:
            text = statement.replace("{identity}", identity).replace("{bytes}", _bytes(connection))
            connection.exec_driver_sql(text)
        connection.execute(
            tables.schema_versions.insert().values(
                version=number,
                description=migration.description,
                applied_at=datetime.now(UTC).isoformat(timespec="seconds"),
            )
        )


def _bytes(connection: Connection) -> str:
    """The dialect's type of plain bytes."""
    return "BYTEA" if connection.dialect.name == "postgresql" else "BLOB"
