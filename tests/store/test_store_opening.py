"""Opening databases, good and bad: one clear sentence with its cure, and no damage."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect

from qa_inspect.domain import CallResult, CallStatus, Recording
from qa_inspect.errors import StoreError
from qa_inspect.store import dialect, migrations, tables
from qa_inspect.store.results import open_store

KINDS = {"DOUBLE": "REAL", "DOUBLE PRECISION": "REAL"}
CALL = CallResult(Recording("a", None, "aa"), CallStatus.OK)


def test_a_reader_of_nothing_is_told_to_run_first(tmp_path: Path) -> None:
    path = tmp_path / "qa.db"
    with pytest.raises(StoreError) as raised:
        open_store(path, create=False)
    assert str(raised.value) == f"no database at {path} — run `qa-inspect run` first"
    assert not path.exists()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"folder .*nowhere does not exist"):
        open_store(tmp_path / "nowhere" / "qa.db")


def test_a_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="folder, not a database"):
        open_store(tmp_path)


@pytest.mark.parametrize("create", [True, False])
def test_a_file_that_is_no_database(tmp_path: Path, create: bool) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes, and they are quite long enough to be looked at. " * 20)
    before = path.read_bytes()
    with pytest.raises(StoreError, match="not a database") as raised:
        open_store(path, create=create)
    assert raised.value.cure
    assert path.read_bytes() == before


def test_another_programs_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE calls (x)")
    connection.close()
    with pytest.raises(StoreError, match="not one of qa-inspect's"):
        open_store(path)


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "qa.db"
    open_store(path).close()
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO schema_versions VALUES (99, 'from tomorrow', '')")
    connection.close()
    with pytest.raises(StoreError, match="schema 99") as raised:
        open_store(path, create=False)
    assert "newer qa-inspect" in raised.value.cure


def test_a_locked_database_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dialect, "BUSY_TIMEOUT_S", 0.1)
    path = tmp_path / "qa.db"
    open_store(path).close()
    holder = sqlite3.connect(path, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    with pytest.raises(StoreError, match="another program holds the database"):
        open_store(path)
    holder.execute("ROLLBACK")
    holder.close()
    open_store(path).close()


def test_a_read_only_database_can_be_read_and_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "qa ?%41.db"
    with open_store(path) as store:
        store.save_call(CALL)
    before = path.read_bytes()
    monkeypatch.setattr(dialect, "writable", lambda path: False)
    with open_store(path, create=False) as reader:
        assert reader.load_call("a") == CALL
        with pytest.raises(StoreError, match="cannot be written"):
            reader.save_call(CALL)
    with pytest.raises(StoreError, match="cannot be written"):
        open_store(path)
    assert path.read_bytes() == before
    assert [found.name for found in tmp_path.iterdir()] == [path.name]


def test_a_full_disk_says_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="the disk is full"), dialect.plain_errors("qa.db"):
        raise sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize("url", ["mysql://host/qa", "postgresql+nodriver://host/qa", "://x"])
def test_urls_that_nothing_answers_to(url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url)


def test_settings_that_keep_what_was_saved(tmp_path: Path) -> None:
    with open_store(tmp_path / "qa.db") as store, store.reading() as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert pragmas == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 30_000,
    }


def test_migrations_make_the_tables_that_the_program_describes(tmp_path: Path) -> None:
    open_store(tmp_path / "migrated.db").close()
    described = create_engine(f"sqlite:///{tmp_path / 'described.db'}")
    tables.metadata.create_all(described)
    migrated = create_engine(f"sqlite:///{tmp_path / 'migrated.db'}")
    shapes = []
    for engine in (described, migrated):
        looked = inspect(engine)
        shapes.append(
            {
                table: (
                    {
                        c["name"]: (KINDS.get(str(c["type"]), str(c["type"])), c["nullable"])
                        for c in looked.get_columns(table)
                    },
                    looked.get_pk_constraint(table)["constrained_columns"],
                    {k["referred_table"] for k in looked.get_foreign_keys(table)},
                    {i["name"]: tuple(i["column_names"]) for i in looked.get_indexes(table)},
                )
                for table in looked.get_table_names()
                if table != "sqlite_sequence"
            }
        )
        engine.dispose()
    described_shape, migrated_shape = shapes
    assert migrated_shape.keys() == described_shape.keys()
    for table, (columns, key, parents, indexes) in described_shape.items():
        found_columns, found_key, found_parents, found_indexes = migrated_shape[table]
        assert found_columns == columns, table
        assert set(found_key) == set(key)
        assert (found_parents, found_indexes) == (parents, indexes)


def test_migrating_goes_on_from_where_it_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "qa.db"
    with open_store(path) as store:
        store.save_call(CALL)
    later = migrations.Migration("a note", ("CREATE TABLE notes (note TEXT)",))
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, later))
    monkeypatch.setattr(migrations, "NEWEST", len(migrations.MIGRATIONS))
    with open_store(path, create=False) as store, store.reading() as connection:
        assert "notes" in inspect(connection).get_table_names()
        assert migrations.schema_version(connection, "") == migrations.NEWEST
        assert store.load_call("a") == CALL


def test_a_migration_that_fails_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "qa.db"
    open_store(path).close()
    bad = migrations.Migration("bad", ("CREATE TABLE notes (note TEXT)", "CREATE NONSENSE"))
    monkeypatch.setattr(migrations, "MIGRATIONS", (*migrations.MIGRATIONS, bad))
    monkeypatch.setattr(migrations, "NEWEST", len(migrations.MIGRATIONS))
    with pytest.raises(StoreError):
        open_store(path)
    monkeypatch.undo()
    with open_store(path) as store, store.reading() as connection:
        assert "notes" not in inspect(connection).get_table_names()
