"""Pages of calls are the same, whether one process writes them or several do."""

from __future__ import annotations

from pathlib import Path

import pytest
from report_factory import make_calls

from qa_inspect.domain import CallResult
from qa_inspect.report.call_page import CallOnPage
from qa_inspect.report.call_writer import CallJob, CallSettings, CallWriter
from qa_inspect.report.catalogue import Catalogue
from qa_inspect.report.lines import make_line
from qa_inspect.report.page_engine import SiteFacts
from qa_inspect.report.part_names import Naming
from qa_inspect.report.playback import AudioMode
from qa_inspect.report.titles import Titles


def job_of(call: CallResult, naming: Naming) -> CallJob:
    stem = call.recording.call_id
    line = make_line(call, f"calls/{stem}.html", "Amelia", "agents/a.html", naming)
    return CallJob(CallOnPage(call, line, (("Topic", "late"),)), stem)


def settings_of(out: Path) -> CallSettings:
    (out / "calls").mkdir(parents=True)
    catalogue = Catalogue("en")
    common = {
        "site": SiteFacts("Report", ("index", "calls")),
        "media_source": "'self'",
        "least_calls": 10,
        "resolution_days": "7",
    }
    return CallSettings(out, AudioMode.COPY, catalogue, Naming(Titles(), catalogue), common)


def test_several_processes_write_what_one_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    sounds = tmp_path / "sounds"
    sounds.mkdir()
    calls = make_calls(90, sounds=sounds)
    written = {}
    for name, alone in (("one", 1000), ("two", 3)):
        settings = settings_of(tmp_path / name)
        with CallWriter(settings, alone=alone) as writer:
            for call in calls:
                writer.add(job_of(call, settings.naming))
            written[name] = {(w.call_id, w.heard) for w in writer.finish()}
    one, two = tmp_path / "one", tmp_path / "two"
    pages = {path.relative_to(one) for path in one.rglob("*.*")}
    assert {path.relative_to(two) for path in two.rglob("*.*")} == pages
    assert len([page for page in pages if page.suffix == ".html"]) == len(calls)
    assert all((one / page).read_bytes() == (two / page).read_bytes() for page in pages)
    assert written["one"] == written["two"]
    assert {heard for _, heard in written["one"]} == {True, False}


def test_a_process_that_cannot_write_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("os.sched_getaffinity", lambda _: {0, 1})
    settings = settings_of(tmp_path / "out")
    calls = make_calls(10)
    with pytest.raises(OSError), CallWriter(settings, alone=1) as writer:
        for call in calls:
            writer.add(job_of(call, settings.naming))
        (tmp_path / "out" / "calls").rename(tmp_path / "gone")
        writer.finish()
