"""Exports read back by other programs equal what was written."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from report_factory import make_calls

from qa_inspect.domain import CallResult, Metadata
from qa_inspect.errors import InputError
from qa_inspect.report import dictionary
from qa_inspect.report.export import FORMATS, export_tables
from qa_inspect.report.rows import call_document, table_rows
from qa_inspect.report.table_files import harmless

CALLS = make_calls(26)
CONTRACT = {
    "calls": "call_id path sha256 agent_id team customer_id language market started_at duration_s "
    "channels speech_s role_confidence needs_review status error score rubrics flags models "
    "attributes agent_name direction csat nps topic risk",
    "utterances": "call_id index start_s end_s role speaker text language confidence words",
    "checks": "call_id rubric item kind status points max_points explanation evidence "
    "section severity auto_fail fragile",
    "flags": "call_id flag severity confidence explanation evidence",
}
EXPECTED = {
    name: [row for call in CALLS for row in table_rows(call)[name]] for name in dictionary.TABLES
}


def test_the_columns_are_the_contracts() -> None:
    for name, columns in CONTRACT.items():
        assert [c.name for c in dictionary.TABLES[name].columns] == columns.split()
        assert all(list(row) == columns.split() for row in EXPECTED[name])


def test_jsonl_reads_back_equal(tmp_path: Path) -> None:
    paths = export_tables(CALLS, tmp_path / "out", "jsonl")
    assert [path.name for path in paths] == [f"{name}.jsonl" for name in CONTRACT]
    for path in paths:
        lines = path.read_text(encoding="utf-8").splitlines()
        assert [json.loads(line) for line in lines] == EXPECTED[path.stem]
        counted = duckdb.sql(f"SELECT count(*) FROM read_json_auto('{path}')").fetchall()
        assert counted == [(len(lines),)]


def test_csv_reads_back_equal(tmp_path: Path) -> None:
    export_tables(CALLS, tmp_path, "csv")
    for name, columns in CONTRACT.items():
        with (tmp_path / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            found = list(csv.DictReader(file))
        assert list(found[0]) == columns.split()
        assert len(found) == len(EXPECTED[name])
        for row, expected in zip(found, EXPECTED[name], strict=True):
            for column in dictionary.TABLES[name].columns:
                _same_text(row[column.name], expected[column.name], column.nested)
    frame = pd.read_csv(tmp_path / "calls.csv")
    assert frame["score"].sum() == pytest.approx(sum(r["score"] or 0 for r in EXPECTED["calls"]))


def _same_text(found: str, expected: Any, nested: bool) -> None:
    if expected is None:
        assert found == ""
    elif nested:
        assert json.loads(found) == expected
    elif isinstance(expected, bool):
        assert found == str(expected).lower()
    elif isinstance(expected, float):
        assert float(found) == expected
    else:
        assert found == str(expected)


def test_parquet_reads_back_equal(tmp_path: Path) -> None:
    export_tables(CALLS, tmp_path, "parquet")
    for name in CONTRACT:
        path = tmp_path / f"{name}.parquet"
        cursor = duckdb.connect().execute(f"SELECT * FROM read_parquet('{path}')")
        names = [d[0] for d in cursor.description]
        rows = [dict(zip(names, values, strict=True)) for values in cursor.fetchall()]
        assert len(rows) == len(EXPECTED[name])
        for row, expected in zip(rows, EXPECTED[name], strict=True):
            if name == "calls":
                stated = expected["started_at"]
                started = stated and datetime.fromisoformat(stated)
                in_utc = started and started.astimezone(UTC).replace(tzinfo=None)
                assert row.pop("started_at") == in_utc
                expected = {k: v for k, v in expected.items() if k != "started_at"}
            assert row == expected
        assert len(pd.read_parquet(path)) == len(rows)


def test_xlsx_reads_back_equal(tmp_path: Path) -> None:
    (path,) = export_tables(CALLS, tmp_path, "xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == list(CONTRACT)
    for name in CONTRACT:
        sheet = book[name]
        assert sheet.freeze_panes == "B2"
        assert sheet.auto_filter.ref
        head, *rows = sheet.iter_rows(values_only=True)
        assert list(head) == CONTRACT[name].split()
        assert len(rows) == len(EXPECTED[name])
        for values, expected in zip(rows, EXPECTED[name], strict=True):
            found = dict(zip(head, values, strict=True))
            for column in dictionary.TABLES[name].columns:
                value = expected[column.name]
                if column.kind is dictionary.Kind.TIME and value:
                    wall = datetime.fromisoformat(value).replace(tzinfo=None)
                    assert found[column.name] == wall
                elif column.nested:
                    assert json.loads(found[column.name]) == value
                else:
                    # XLSX keeps 16 digits of a number.
                    same = pytest.approx(value) if isinstance(value, float) else value
                    assert found[column.name] == (None if value == "" else same)


def risky_call() -> CallResult:
    call = CALLS[0]
    metadata = Metadata(
        agent_id="=HYPERLINK(1)",
        team="+1",
        customer_id="@cmd",
        market="\t=1",
        attributes={"=x": "-1"},
        started_at=datetime(1850, 1, 1, tzinfo=UTC),
    )
    recording = replace(call.recording, call_id="-1+1\x00\udc80", metadata=metadata)
    return replace(call, recording=recording, error="\r=2", verdict=replace(call.verdict, score=-3))


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_no_cell_is_a_formula(tmp_path: Path, format: str) -> None:
    export_tables([risky_call()], tmp_path, format)
    if format == "csv":
        with (tmp_path / "calls.csv").open(encoding="utf-8", newline="") as file:
            row = next(csv.DictReader(file))
    else:
        sheet = openpyxl.load_workbook(tmp_path / "qa-inspect.xlsx")["calls"]
        head, cells = sheet.iter_rows()
        assert all(cell.data_type != "f" for cell in cells)
        row = {h.value: c.value for h, c in zip(head, cells, strict=True)}
    assert row["agent_id"] == "'=HYPERLINK(1)"
    assert row["team"] == "'+1"
    assert row["customer_id"] == "'@cmd"
    assert str(row["call_id"]).startswith("'-1+1")
    assert row["market"] == "'\t=1"
    assert float(row["score"]) == -3


@given(st.text(max_size=20))
def test_harmless_text_begins_harmlessly_and_keeps_its_words(text: str) -> None:
    safe = harmless(text)
    assert not safe.startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert safe.removeprefix("'") == text.removeprefix("'") or safe == text


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_to_export_still_has_its_tables(tmp_path: Path, format: str) -> None:
    for path in export_tables([], tmp_path, format):
        assert path.exists()
    if format == "parquet":
        described = duckdb.sql(f"DESCRIBE SELECT * FROM '{tmp_path / 'calls.parquet'}'").fetchall()
        assert [row[0] for row in described] == CONTRACT["calls"].split()
    if format == "csv":
        assert (tmp_path / "flags.csv").read_text().strip() == CONTRACT["flags"].replace(" ", ",")


@pytest.mark.parametrize("format", FORMATS)
def test_strange_characters_never_stop_an_export(tmp_path: Path, format: str) -> None:
    assert export_tables([risky_call()], tmp_path, format)


@pytest.mark.parametrize("format", FORMATS)
def test_an_export_cut_off_leaves_the_old_one_whole(tmp_path: Path, format: str) -> None:
    before = {path.name: path.read_bytes() for path in export_tables(CALLS[:2], tmp_path, format)}

    def broken() -> Iterator[CallResult]:
        yield CALLS[0]
        raise RuntimeError("the database went away")

    with pytest.raises(RuntimeError):
        export_tables(broken(), tmp_path, format)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("format", FORMATS)
def test_somebody_elses_table_is_left_alone(tmp_path: Path, format: str) -> None:
    name = "qa-inspect" if format == "xlsx" else "flags"
    other = tmp_path / f"{name}.{format}"
    other.write_text("MY OWN DATA")
    with pytest.raises(InputError, match="no export of qa-inspect's"):
        export_tables(CALLS[:2], tmp_path, format)
    assert other.read_text() == "MY OWN DATA"
    assert list(tmp_path.iterdir()) == [other]
    other.write_text("")
    export_tables(CALLS[:2], tmp_path, format)
    export_tables(CALLS[:3], tmp_path, format)


def test_a_format_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="choose one of jsonl, csv, parquet, xlsx"):
        export_tables(CALLS, tmp_path / "out", "xml")
    assert not (tmp_path / "out").exists()


def test_a_place_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        export_tables(CALLS, tmp_path / "file", "csv")


def test_the_dictionary_names_every_column() -> None:
    page = dictionary.markdown()
    for table in dictionary.TABLES.values():
        assert f"## {table.name}" in page
        for column in table.columns:
            assert f"| `{column.name}`" in page
            for part in column.fields:
                assert f"| `{column.name}[].{part.name}`" in page


def test_a_call_as_one_document_is_json() -> None:
    document = json.loads(json.dumps(call_document(CALLS[0])))
    assert document["call_id"] == CALLS[0].recording.call_id
    assert len(document["checks"]) == len(CALLS[0].verdict.checks)
    assert {"section", "searched", "evidence"} <= document["checks"][0].keys()
