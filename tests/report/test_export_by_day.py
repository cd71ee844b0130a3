"""A Parquet export by day grows, can be repeated, and reads back equal."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_factory import make_calls

from qa_inspect.domain import CallResult
from qa_inspect.report.export import export_tables
from qa_inspect.report.partitions import UNDATED, Days, export_by_day

CALLS = make_calls(30)
DAYS = sorted({call.recording.metadata.started_at.date() for call in CALLS})  # type: ignore[union-attr]


def counted(folder: Path) -> dict[str, int]:
    """Calls by day as DuckDB reads them."""
    found = duckdb.sql(
        f"SELECT day, count(*) FROM read_parquet('{folder}/calls/*/*.parquet', "
        "hive_partitioning = true) GROUP BY day"
    ).fetchall()
    return {str(day): number for day, number in found}


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def undated(call: CallResult) -> CallResult:
    metadata = replace(call.recording.metadata, started_at=None)
    return replace(call, recording=replace(call.recording, metadata=metadata))


def test_every_table_holds_what_one_file_would(tmp_path: Path) -> None:
    tables = export_by_day(CALLS, tmp_path / "days", Days())
    export_tables(CALLS, tmp_path / "whole", "parquet")
    assert [table.name for table in tables] == ["calls", "utterances", "checks", "flags"]
    for table in tables:
        whole = pd.read_parquet(tmp_path / "whole" / f"{table.name}.parquet")
        by_day = pd.read_parquet(table).drop(columns="day")
        assert by_day.astype(str).equals(whole.astype(str))


def test_the_same_export_twice_is_the_same(tmp_path: Path) -> None:
    export_by_day(CALLS, tmp_path, Days())
    first = contents(tmp_path)
    export_by_day(CALLS, tmp_path, Days())
    assert contents(tmp_path) == first
    assert sum(counted(tmp_path).values()) == len(CALLS)


def test_one_day_again_leaves_the_others_alone(tmp_path: Path) -> None:
    export_by_day(CALLS, tmp_path, Days())
    before = counted(tmp_path)
    fewer = [call for call in CALLS if call is not CALLS[0]]
    export_by_day(fewer, tmp_path, Days(DAYS[0], DAYS[0]))
    assert counted(tmp_path) == {**before, str(DAYS[0]): before[str(DAYS[0])] - 1}


def test_a_day_without_calls_any_more_goes(tmp_path: Path) -> None:
    export_by_day([*CALLS, undated(CALLS[0])], tmp_path, Days())
    assert (tmp_path / "calls" / f"day={UNDATED}").is_dir()
    export_by_day([], tmp_path, Days(DAYS[1], DAYS[1]))
    assert str(DAYS[1]) not in counted(tmp_path)
    assert set(counted(tmp_path)) == {str(day) for day in DAYS if day != DAYS[1]} | {"None"}
    assert not (tmp_path / "flags" / f"day={DAYS[1]}").exists()


def test_an_export_cut_off_changes_nothing(tmp_path: Path) -> None:
    export_by_day(CALLS[:12], tmp_path, Days())
    before = contents(tmp_path)

    def broken() -> Iterator[CallResult]:
        yield CALLS[0]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        export_by_day(broken(), tmp_path, Days())
    assert contents(tmp_path) == before


@settings(max_examples=15, deadline=None)
@given(order=st.permutations(CALLS[:14]), first=st.sampled_from(DAYS), last=st.sampled_from(DAYS))
def test_any_order_gives_the_days_asked_for(
    tmp_path_factory: pytest.TempPathFactory, order: list[CallResult], first: date, last: date
) -> None:
    out = tmp_path_factory.mktemp("days")
    export_by_day(order, out, Days(first, last))
    expected = [c for c in order if first <= c.recording.metadata.started_at.date() <= last]  # type: ignore[union-attr]
    found = list(out.glob("calls/*/*.parquet"))
    assert sum(len(pd.read_parquet(path)) for path in found) == len(expected)
