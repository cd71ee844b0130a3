"""A report for one agent holds nothing of anybody else."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from report_factory import AGENTS, make_calls

from qa_inspect.commands.main import cli
from qa_inspect.domain import CallResult, Evidence, Flag, Severity
from qa_inspect.report.audience import calls_of_others, own_resolutions, without_others
from qa_inspect.report.playback import AudioMode
from qa_inspect.report.resolution import Resolution, Resolved
from qa_inspect.report.site import SiteOptions, write_site
from qa_inspect.report.titles import Titles
from qa_inspect.store.history import PastCall
from qa_inspect.store.results import open_store

OWN = "a-102"
ASKED = ("--audience", "agent", "--agent", "nobody")


def past(call: CallResult) -> PastCall:
    metadata = call.recording.metadata
    return PastCall(call.recording.call_id, "", None, metadata.customer_id)


def with_history(calls: list[CallResult]) -> list[CallResult]:
    """Each call told, as history checks tell it, beside other calls of its customer."""
    told = []
    for call in calls:
        customer = call.recording.metadata.customer_id
        others = [
            other.recording.call_id
            for other in calls
            if other.recording.metadata.customer_id == customer and other is not call
        ][:2]
        words = ", ".join(f"{one} (2026-03-04 14:10)" for one in others)
        flag = Flag(
            "unresolved_repeat",
            Severity.HIGH,
            0.9,
            f"The customer called about “parcel” again: {words} and 3 more.",
            tuple(Evidence(None, None, None, f"call {o} of 2026-03-04 14:10") for o in others),
            "risk",
        )
        told.append(replace(call, verdict=replace(call.verdict, flags=(flag,))))
    return told


@pytest.fixture(scope="module")
def calls() -> list[CallResult]:
    return with_history(make_calls(48))


def test_a_folder_for_an_agent_names_nobody_else(calls: list[CallResult], tmp_path: Path) -> None:
    own = {c.recording.call_id for c in calls if c.recording.metadata.agent_id == OWN}
    others = calls_of_others(map(past, calls), own)
    known = {
        call_id: Resolution(past(call), Resolved.UNRESOLVED, (*sorted(own)[:1], "foreign"))
        for call in calls
        if (call_id := call.recording.call_id)
    }
    site = write_site(
        calls,
        tmp_path / "site",
        SiteOptions(
            audio=AudioMode.NONE,
            titles=Titles(),
            agent=OWN,
            others=others,
            resolutions=own_resolutions(known, own),
        ),
    ).parent
    texts = {p: p.read_text(encoding="utf-8") for p in site.rglob("*") if p.is_file()}
    names = [n for agent_id, name, _, _ in AGENTS if agent_id != OWN for n in (agent_id, name)]
    # Amelia says her name in every English call that the factory makes.
    forbidden = [n for n in names if n != "Amelia Hart"] + ["foreign"]
    forbidden += [c.recording.call_id for c in calls if c.recording.call_id not in own]
    found = [(p.name, word) for p, text in texts.items() for word in forbidden if word in text]
    assert found == []
    assert {p.stem for p in (site / "calls").iterdir()} == own
    assert sorted(p.name for p in site.glob("*.html")) == ["calls.html", "flags.html", "index.html"]
    first = texts[site / "index.html"]
    assert "Budi Santoso" in first and "Rank" not in first and "Everyone" not in first
    assert "another call" in "".join(texts.values())


def test_a_verdict_keeps_what_is_the_agents_own(calls: list[CallResult]) -> None:
    call = calls[0]
    shown = without_others(call, {"c-000": ("2026-03-03-0017",)})
    flag = shown.verdict.flags[0]
    assert "2026-03-03-0017" not in flag.explanation and "another call" in flag.explanation
    assert all("2026-03-03-0017" not in piece.quote for piece in flag.evidence)
    assert without_others(call, {"somebody": ("x",)}) is call


def test_an_id_within_another_is_not_touched() -> None:
    call = replace(make_calls(1)[0])
    said = Flag("x", Severity.LOW, 0.5, "It was call-10 and call-1 (2026-03-04 14:10).", ())
    call = replace(call, verdict=replace(call.verdict, flags=(said,)))
    shown = without_others(call, {"c-000": ("call-1",)})
    assert shown.verdict.flags[0].explanation == "It was call-10 and another call."


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--audience", "agent"], "needs --agent"),
        (["--agent", OWN], "goes with --audience agent"),
    ],
)
def test_an_audience_needs_its_agent(arguments: list[str], told: str, tmp_path: Path) -> None:
    result = CliRunner().invoke(
        cli, ["report", "--db", "x.db", "--out", str(tmp_path / "site"), *arguments]
    )
    assert result.exit_code == 2 and told in result.output


def test_an_agent_without_calls_is_told(tmp_path: Path) -> None:
    db = tmp_path / "qa.db"
    with open_store(db) as store:
        store.save_call(make_calls(1)[0])
    result = CliRunner().invoke(
        cli,
        ["report", "--db", str(db), "--out", str(tmp_path / "site"), *ASKED],
    )
    assert result.exit_code == 1
    assert "no agent is called 'nobody'" in str(result.output) + str(result.exception)
    assert not (tmp_path / "site").exists()
