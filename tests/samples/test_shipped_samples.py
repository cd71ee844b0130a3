"""The sample calls that ship: manifest, recordings, truth and expectations agree."""

from __future__ import annotations

import csv
import importlib
import json
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import pytest
import yaml

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
MAX_BYTES = 6 * 1024 * 1024
FLAGS = {
    "abuse", "threat", "malicious_complaint", "fraud", "legal_escalation", "churn", "self_harm",
    "agent_misconduct", "data_exposure",
}  # fmt: skip
ITEMS = {
    "politeness", "empathy", "jargon", "greeting", "identity_check", "restate_problem",
    "present_solution", "confirm_satisfaction", "closing",
}  # fmt: skip


def _rows() -> list[dict[str, str]]:
    with (SAMPLES / "manifest.csv").open(encoding="utf-8", newline="") as source:
        return list(csv.DictReader(source))


def _truth(call_id: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(
        (SAMPLES / "truth" / f"{call_id}.json").read_text(encoding="utf-8")
    )
    return loaded


def _expected() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(
        (SAMPLES / "truth" / "expected.yaml").read_text(encoding="utf-8")
    )
    return loaded


ROWS = _rows()
SPOKEN = [row for row in ROWS if row["call_id"] not in _expected()["failed"]]


def _by_id(row: dict[str, str]) -> str:
    return row["call_id"]


def test_every_call_has_a_recording_a_truth_and_expectations() -> None:
    ids = [row["call_id"] for row in ROWS]
    assert ids == sorted(set(ids))
    assert {f"calls/{p.name}" for p in (SAMPLES / "calls").iterdir()} == {r["path"] for r in ROWS}
    assert {p.stem for p in (SAMPLES / "truth").glob("*.json")} == set(ids)
    assert {p.stem for p in (SAMPLES / "dialogues").glob("*.yaml")} == set(ids)
    assert list(_expected()["calls"]) == ids


def test_recordings_are_small() -> None:
    shipped = [p for folder in ("calls", "truth") for p in (SAMPLES / folder).iterdir()]
    assert len(shipped) > len(ROWS)
    assert sum(p.stat().st_size for p in shipped) <= MAX_BYTES


def test_expectations_use_contract_names_and_do_not_contradict_themselves() -> None:
    expected = _expected()
    agents = {row["agent_id"] for row in ROWS}
    assert {expected["best_agent"], expected["worst_agent"]} <= agents
    assert expected["best_agent"] != expected["worst_agent"]
    assert set(expected["failed"].values()) == {"silent", "unreadable"}
    for call in expected["calls"].values():
        must, must_not = set(call["must_flag"]), set(call["must_not_flag"])
        assert must | must_not <= FLAGS and not must & must_not
        passed, failed = set(call["pass"]), set(call["fail"])
        assert passed | failed <= ITEMS and not passed & failed


def test_agents_keep_their_name_and_team() -> None:
    seen = {(row["agent_id"], row["agent_name"], row["team"]) for row in ROWS}
    assert len(seen) == len({agent_id for agent_id, _, _ in seen})


def test_the_repeated_complaint_is_one_customer_with_two_agents_and_two_stories() -> None:
    rows = [row for row in ROWS if "_complaint_" in row["call_id"]]
    assert len(rows) == 2
    assert len({row["customer_id"] for row in rows}) == 1
    assert rows[0]["started_at"] < rows[1]["started_at"]
    stories = [
        " ".join(t["text"] for t in _truth(r["call_id"])["turns"] if t["role"] == "customer")
        for r in rows
    ]
    assert all("eight eight one four" in story for story in stories)
    assert "Monday" in stories[0] and "Friday" in stories[1]


@pytest.mark.parametrize("row", SPOKEN, ids=_by_id)
def test_truth_lies_inside_the_recording(row: dict[str, str]) -> None:
    truth = _truth(row["call_id"])
    assert truth["path"] == row["path"] and truth["channels"] == row["channels"]
    assert row["language"] in ("", truth["language"])
    with av.open(str(SAMPLES / row["path"])) as container:
        stream = container.streams.audio[0]
        assert stream.codec_context.channels == (1 if row["channels"] == "mono" else 2)
        decoded_s = sum(frame.samples / frame.sample_rate for frame in container.decode(stream))
    assert decoded_s == pytest.approx(truth["duration_s"], abs=0.2)
    turns = truth["turns"]
    assert {turn["role"] for turn in turns} == {"agent", "customer"}
    assert [t["start_s"] for t in turns] == sorted(t["start_s"] for t in turns)
    for turn in turns:
        assert turn["text"] and 0.0 < turn["start_s"] < turn["end_s"] < truth["duration_s"]
        at = turn["start_s"]
        for word in turn.get("words", []):
            assert at - 1e-6 <= word["start_s"] < word["end_s"] <= turn["end_s"] + 0.002
            at = word["end_s"] - 0.002
    assert len(turns) == len({(t["start_s"], t["text"]) for t in turns})


@pytest.mark.parametrize("row", SPOKEN, ids=_by_id)
def test_english_turns_mostly_know_their_word_times(row: dict[str, str]) -> None:
    truth = _truth(row["call_id"])
    known = [turn for turn in truth["turns"] if "words" in turn]
    if truth["language"] == "en":
        assert len(known) >= len(truth["turns"]) // 2
    else:
        assert not known


def test_the_rude_call_overlaps_and_the_broken_file_cannot_be_opened() -> None:
    turns = _truth("02_rude_agent_en")["turns"]
    overlaps = [b["start_s"] < a["end_s"] for a, b in pairwise(turns)]
    assert sum(overlaps) == 2
    with pytest.raises(av.error.FFmpegError):
        av.open(str(SAMPLES / "calls" / "12_broken.m4a"))


def test_the_silent_recording_is_silent() -> None:
    with av.open(str(SAMPLES / "calls" / "11_silent.flac")) as container:
        peak = max(abs(int(v)) for f in container.decode(audio=0) for v in f.to_ndarray().flat)
    assert peak < 32768 * 10 ** (-60 / 20)


def test_the_maker_gives_the_same_sound_twice(tmp_path: Path) -> None:
    sys.path.insert(0, str(SAMPLES))
    try:
        synthesis = importlib.import_module("maker.synthesis")
        dialogue = importlib.import_module("maker.dialogue")
        telephone = importlib.import_module("maker.telephone")
        encode = importlib.import_module("maker.encode")
    finally:
        sys.path.remove(str(SAMPLES))
    cast = dialogue.load_cast(SAMPLES / "cast.yaml")
    calls = {d.call_id: d for d in dialogue.load_dialogues(SAMPLES / "dialogues", cast)}
    broken, silent = calls["12_broken"], calls["11_silent"]
    files = []
    for name in ("first.flac", "second.flac"):
        encode.write_recording(
            telephone.make_call(silent).samples, telephone.LINE_RATE, tmp_path / name, "flac"
        )
        files.append((tmp_path / name).read_bytes())
    assert files[0] == files[1] == (SAMPLES / "calls" / "11_silent.flac").read_bytes()
    try:
        synthesis.require({voice.engine for voice in broken.voices.values()})
    except synthesis.MissingSynthesiser as missing:
        assert "apt-get install" in str(missing)
        pytest.skip("no speech synthesiser is installed")
    first = telephone.make_call(broken).samples
    synthesis.speak.cache_clear()
    assert (telephone.make_call(broken).samples == first).all()


def test_a_missing_synthesiser_is_named_with_its_package() -> None:
    done = subprocess.run(
        [sys.executable, str(SAMPLES / "make_samples.py"), "--check"],
        env={"PATH": "/nowhere"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "flite" in done.stderr and "apt-get install" in done.stderr
    assert "Traceback" not in done.stderr
