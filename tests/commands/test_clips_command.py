"""``qa-inspect clips``: what is asked, what comes out, and what is kept on record."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from clips_factory import a_call, a_check, a_flag, a_recording, evidence, utterances

from qa_inspect.commands.main import cli
from qa_inspect.domain import CheckStatus, Metadata
from qa_inspect.store.audit import entries
from qa_inspect.store.results import open_store

LINES = (
    ("agent", "Good morning this is Amelia how can I help you"),
    ("customer", "You idiots lost my parcel again and nobody called me"),
    ("agent", "I am very sorry about that let me look into it"),
)
SPOKEN = utterances(LINES)


@pytest.fixture
def db(tmp_path: Path) -> Path:
    sound = a_recording(tmp_path / "one.wav", 20.0)
    path = tmp_path / "qa.db"
    sorry = evidence(SPOKEN, 2, "I am very sorry")
    with open_store(path) as store:
        for number, status in enumerate((CheckStatus.PASS, CheckStatus.FAIL)):
            store.save_call(
                a_call(
                    f"call-{number}",
                    LINES,
                    recording=sound,
                    metadata=Metadata(
                        agent_id=f"A-{number}", agent_name="Amelia Hart", topic="lost parcel"
                    ),
                    flags=[a_flag("abuse", evidence(SPOKEN, 1, "You idiots"))][number:],
                    checks=[a_check("empathy", status, *((sorry,) if not number else ()))],
                )
            )
    return path


def invoke(*arguments: object) -> Any:
    return CliRunner().invoke(cli, ["clips", *map(str, arguments)], prog_name="qa-inspect")


def pack_of(out: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (out / "clips.jsonl").read_text().splitlines()]


def test_a_pack_by_flag(db: Path, tmp_path: Path) -> None:
    done = invoke("--db", db, "--flag", "Abuse", "--format", "wav", "--out", tmp_path / "pack")
    assert done.exit_code == 0, done.output
    (clip,) = pack_of(tmp_path / "pack")
    assert clip["call"] == "call-0" and (tmp_path / "pack" / clip["file"]).is_file()
    assert clip["why"][0]["name"] == "abuse"
    assert "Amelia" not in json.dumps(clip)
    with open_store(db) as store:
        assert not entries(store)


def test_a_missed_item_is_shown_where_it_mostly_is(db: Path, tmp_path: Path) -> None:
    done = invoke("--db", db, "--item", "empathy", "--out", tmp_path / "pack")
    assert done.exit_code == 0, done.output
    (clip,) = pack_of(tmp_path / "pack")
    assert clip["call"] == "call-1" and clip["end_s"] > SPOKEN[2].start_s


def test_pairs_of_a_topic(db: Path, tmp_path: Path) -> None:
    done = invoke("--db", db, "--pairs", "--item", "empathy", "--out", tmp_path / "pack")
    assert done.exit_code == 0, done.output
    told = json.loads((tmp_path / "pack" / "pack.json").read_text())
    assert [(p["topic"], p["item"]) for p in told["pairs"]] == [("Parcel lost", "empathy")]
    asked = ("--topic", "lost parcel", "--item", "empathy", "--out", tmp_path / "same")
    assert "1 pair" in invoke("--db", db, "--pairs", *asked).output


def test_unredacted_is_on_record(db: Path, tmp_path: Path) -> None:
    out = tmp_path / "pack"
    done = invoke("--db", db, "--flag", "abuse", "--unredacted", "--out", out)
    assert done.exit_code == 0 and "NOT hidden" in done.output
    with open_store(db) as store:
        (entry,) = entries(store)
    assert entry.action == "clips.unredacted" and entry.details["asked"] == {"flag": "abuse"}
    told = json.loads((out / "pack.json").read_text())
    assert told["personal_data"] == "not hidden" and told["unredacted_by"] == entry.who
    assert entry.who in (out / "index.html").read_text()


def test_names_that_nothing_has_are_told_with_the_nearest(db: Path, tmp_path: Path) -> None:
    for option, name, nearest in (
        ("--flag", "abuze", "abuse"),
        ("--item", "empaty", "empathy"),
        ("--topic", "lost parcels", "lost parcel"),
    ):
        done = invoke("--db", db, option, name, "--out", tmp_path / "pack")
        assert done.exit_code == 1
        assert name in done.output and f"did you mean “{nearest}”" in done.output
    done = invoke("--db", db, "--agent", "Amelia Heart", "--out", tmp_path / "pack")
    assert done.exit_code == 1 and "Amelia Hart" in done.output
    assert not (tmp_path / "pack").exists()


def test_more_than_the_limit_and_sounds_that_are_missing_are_told_in_a_line(
    db: Path, tmp_path: Path
) -> None:
    for sound in tmp_path.glob("*.wav"):
        sound.unlink()
    agents = ("--agent", "A-1", "--status", "fail")
    with open_store(db) as store:
        for number in range(2, 6):
            found = a_check("empathy", CheckStatus.FAIL, evidence(SPOKEN, 2, "very sorry"))
            lines = a_call(f"call-{number}", LINES, metadata=Metadata("A-1"), checks=[found])
            store.save_call(lines)
    done = invoke("--db", db, *agents, "--limit", "3", "--out", tmp_path / "pack")
    assert done.exit_code == 0, done.output
    assert "3 clips have words only" in done.output and "1 more call matches" in done.output


def test_nothing_found_says_what_was_looked_for(db: Path, tmp_path: Path) -> None:
    asked = ("--flag", "abuse", "--agent", "A-1")
    done = invoke("--db", db, *asked, "--out", tmp_path / "pack")
    assert done.exit_code == 1
    assert "flag “abuse”" in done.output and "flag 1, agent 1" in done.output


def test_nothing_found_for_one_thing_says_why(db: Path, tmp_path: Path) -> None:
    french = a_call("call-fr", LINES, language="fr", metadata=Metadata(agent_id="B-07"))
    with open_store(db) as store:
        store.save_call(french)
    out = tmp_path / "pack"
    done = invoke("--db", db, "--agent", "B-07", "--out", out)
    assert done.exit_code == 1 and "at once" not in done.output
    assert "1 call has no verdict (language fr); `qa-inspect show CALL` tells why" in done.output
    done = invoke("--db", db, "--flag", "self_harm", "--out", out)
    assert "no call has this flag" in done.output and "at once" not in done.output
    done = invoke("--db", db, "--agent", "A-1", "--disguise", "all", "--out", out)
    assert "1 call has no flag, and no words that show an item" in done.output


def test_pairs_of_two_languages_are_asked_for(db: Path, tmp_path: Path) -> None:
    with open_store(db) as store:
        call = store.load_call("call-1")
        assert call is not None and call.transcript is not None
        store.save_call(replace(call, transcript=replace(call.transcript, language="id")))
    asked = ("--db", db, "--pairs", "--item", "empathy", "--out", tmp_path / "pack")
    done = invoke(*asked)
    assert done.exit_code == 1
    assert "of the same language" in done.output
    assert "--across-languages shows 1 pair of two languages" in done.output
    done = invoke(*asked, "--across-languages")
    assert done.exit_code == 0 and "1 pair, 2 clips" in done.output


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "say what the clips are to show"),
        (("--said-by", "agent", "--flag", "abuse"), "--query"),
        (("--pairs", "--flag", "abuse"), "leave out"),
    ],
)
def test_what_does_not_go_together_is_refused(
    db: Path, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    done = invoke("--db", db, *arguments, "--out", tmp_path / "pack")
    assert done.exit_code == 2 and told in done.output
