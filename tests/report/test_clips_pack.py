"""Clips made of calls, and the folder they come in."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from html import unescape
from pathlib import Path
from random import Random

import numpy as np
import pytest
from clips_factory import a_call, a_flag, a_recording, evidence, utterances

from qa_inspect.audio.decode import decode
from qa_inspect.audio.excerpt import SoundFormat
from qa_inspect.config import DecodeLimits
from qa_inspect.domain import CallResult, Channels, Metadata, Role, Span
from qa_inspect.errors import CallError, InputError
from qa_inspect.language.pii import PersonalData
from qa_inspect.report.clips import By, Chosen, ChosenPair, Hidden, Making, Reason
from qa_inspect.report.clips_making import ClipMaker
from qa_inspect.report.clips_pack import Pack, pack_folder, write_pack
from qa_inspect.report.clips_page import index_page
from qa_inspect.report.clips_sound import Voices
from qa_inspect.report.clips_words import CLIPS_CHINESE, CLIPS_ENGLISH

LINES = (
    ("agent", "Good morning this is Amelia how can I help"),
    ("customer", "My name is Robert <b>Hill</b> and you are all idiots"),
    ("agent", "Please wait Robert let me look that up"),
)
SPOKEN = utterances(LINES)
IDIOTS = evidence(SPOKEN, 1, "all idiots")
METADATA = Metadata(agent_id="A-7", agent_name="Amelia Hart", market="US")


def recognise(
    said: Sequence[tuple[str, str]], *, known_names: Sequence[str] = ()
) -> list[list[PersonalData]]:
    """Takes Robert, every name it is told, and rows of figures for personal data."""
    names = {part for name in known_names for part in name.split()} | {"Robert"}
    pattern = "|".join([*names, r"\d{8,}"])
    return [
        [
            PersonalData(m.start(), m.end(), "phone" if m[0].isdigit() else "name", 0.9)
            for m in re.finditer(pattern, text)
        ]
        for text, _ in said
    ]


def a_reason(call: CallResult) -> Reason:
    flag = call.verdict.flags[0]
    return Reason(By.FLAG, flag.flag, "Abuse", "high", flag.explanation, flag.evidence, fit=0.8)


@pytest.fixture
def call(tmp_path: Path) -> CallResult:
    sound = a_recording(tmp_path / "call.wav", 20.0)
    flag = a_flag("abuse", IDIOTS)
    flag = replace(flag, explanation="Found: “all idiots” after Robert spoke.")
    return a_call("call", LINES, flags=[flag], metadata=METADATA, recording=sound)


def maker(calls: Sequence[CallResult], folder: Path, making: Making) -> ClipMaker:
    (folder / "audio").mkdir(parents=True, exist_ok=True)
    by_id = {one.recording.call_id: one for one in calls}
    return ClipMaker(by_id.get, recognise, making, folder, Voices(making.disguise, Random(1)))


def chosen(call: CallResult) -> Chosen:
    return Chosen(call.recording.call_id, (a_reason(call),))


WIDE = Making(before_s=10, after_s=10, sound_format=SoundFormat.WAV)


def test_personal_data_is_silent_in_the_sound_and_masked_in_the_words(
    call: CallResult, tmp_path: Path
) -> None:
    (clip,) = maker([call], tmp_path / "pack", WIDE).clips([chosen(call)])
    assert clip.audio is not None and clip.start_s is not None
    told = " ".join((*(line.text for line in clip.lines), clip.reasons[0].explanation))
    assert "Robert" not in told and "Amelia" not in told and "[name]" in told
    assert clip.agent == "A-7"
    sound = decode(tmp_path / "pack" / clip.audio, DecodeLimits()).samples[0]
    for index, word in ((0, 4), (1, 3), (2, 2)):
        said = SPOKEN[index].words[word]
        begin, end = (round((t - clip.start_s) * 16_000) for t in (said.start_s, said.end_s))
        assert np.abs(sound[begin:end]).max() < 1e-3, said.text
    loud = SPOKEN[1].words[-1]
    begin, end = (round((t - clip.start_s) * 16_000) for t in (loud.start_s, loud.end_s))
    assert np.abs(sound[begin:end]).max() > 0.05


def test_unredacted_keeps_words_and_sound(call: CallResult, tmp_path: Path) -> None:
    def must_not_be_asked(*_: object, **__: object) -> list[list[PersonalData]]:
        raise AssertionError("nothing is looked for")

    made = maker([call], tmp_path / "pack", replace(WIDE, redacted=False))
    made.recognise = must_not_be_asked
    (clip,) = made.clips([chosen(call)])
    assert "Robert" in " ".join(line.text for line in clip.lines)
    assert clip.agent == "Amelia Hart (A-7)" and not clip.silenced


def test_a_recording_that_is_gone_changed_or_broken_leaves_the_words(
    call: CallResult, tmp_path: Path
) -> None:
    path = call.recording.path
    assert path is not None
    gone = replace(call, recording=replace(call.recording, path=tmp_path / "no.wav"))
    imported = replace(call, recording=replace(call.recording, path=None))
    changed = replace(call, recording=replace(call.recording, sha256="0" * 64))
    for one, why in ((gone, "not at its place"), (imported, "imported"), (changed, "another file")):
        (clip,) = maker([one], tmp_path / "pack", WIDE).clips([chosen(one)])
        assert clip.audio is None and why in clip.without_sound
        assert any(line.text for line in clip.lines)


def test_where_nothing_can_be_looked_for_the_call_is_left_out(
    call: CallResult, tmp_path: Path
) -> None:
    def broken(*_: object, **__: object) -> list[list[PersonalData]]:
        raise CallError("no model of names is installed")

    made = maker([call], tmp_path / "pack", WIDE)
    made.recognise = broken
    assert made.clips([chosen(call)]) == []
    (left,) = made.left_out
    assert "no model of names" in left.reason


def test_an_id_that_holds_a_telephone_number_is_not_told(call: CallResult, tmp_path: Path) -> None:
    named = replace(call, recording=replace(call.recording, call_id="in_6591234567"))
    (clip,) = maker([named], tmp_path / "pack", WIDE).clips([chosen(named)])
    assert "6591234567" not in f"{clip.call} {clip.audio}"


def test_a_disguised_agent_goes_by_a_number_and_only_he_is_changed(
    call: CallResult, tmp_path: Path
) -> None:
    plain, hidden = (
        maker([call], tmp_path / name, replace(WIDE, disguise=disguise)).clips([chosen(call)])[0]
        for name, disguise in (("a", Hidden.NOBODY), ("b", Hidden.AGENT))
    )
    assert hidden.agent == "#1" and Role.AGENT in hidden.disguised
    assert plain.audio and hidden.audio and plain.start_s is not None
    before = decode(tmp_path / "a" / plain.audio, DecodeLimits()).samples[0]
    after = decode(tmp_path / "b" / hidden.audio, DecodeLimits()).samples[0]
    customer, agent = SPOKEN[1].words[-1], SPOKEN[2].words[-1]
    for word, same in ((customer, True), (agent, False)):
        begin, end = (round((t - plain.start_s) * 16_000) for t in (word.start_s, word.end_s))
        assert np.array_equal(before[begin:end], after[begin:end]) is same


def test_on_two_channels_a_voice_is_disguised_on_its_own(call: CallResult) -> None:
    assert call.transcript is not None
    sides = replace(call.transcript, channels=Channels.AGENT_RIGHT)
    stereo = replace(call, transcript=sides)
    chance = np.random.default_rng(1)
    sound = np.asarray(0.1 * chance.standard_normal((2, 16_000 * 14)), dtype=np.float32)
    changed = Voices(Hidden.AGENT, Random(1)).change(sound, Span(0.0, 14.0), stereo)
    customer = SPOKEN[1].words[2]
    begin, end = round(customer.start_s * 16_000), round(customer.end_s * 16_000)
    assert np.array_equal(changed[0, begin:end], sound[0, begin:end])
    assert not np.array_equal(changed[1, begin:end], sound[1, begin:end])


def a_pack(call: CallResult, folder: Path, **changes: object) -> Pack:
    made = maker([call], folder, WIDE)
    other = replace(call, recording=replace(call.recording, call_id="other"))
    made.load = {"call": call, "other": other}.get
    pair = ChosenPair("late", "empathy", chosen(call), chosen(other))
    clips, pairs = made.pairs([pair, pair])
    pack = Pack(
        {"flag": "abuse"}, tuple(clips), tuple(pairs), (), WIDE, datetime(2026, 3, 2, tzinfo=UTC)
    )
    return replace(pack, **changes)  # type: ignore[arg-type]


def test_a_pack_is_whole_and_lists_its_clips(call: CallResult, tmp_path: Path) -> None:
    out = tmp_path / "pack"
    with pack_folder(out) as folder:
        pack = a_pack(call, folder)
        write_pack(pack, index_page(pack, "en"), folder)
    rows = [json.loads(line) for line in (out / "clips.jsonl").read_text().splitlines()]
    assert len(rows) == len(pack.clips) == 2 and len(pack.pairs) == 2
    assert all((out / row["file"]).stat().st_size > 1000 for row in rows)
    told = json.loads((out / "pack.json").read_text())
    assert told["personal_data"] == "silenced and masked" and told["clips"] == 2
    with (out / "clips.csv").open(encoding="utf-8-sig", newline="") as file:
        table = list(csv.DictReader(file))
    assert [row["call"] for row in table] == ["call", "other"]
    page = (out / "index.html").read_text()
    assert "<mark>all idiots</mark>" in page and "<b>Hill" not in page
    assert "Robert" not in page and "Amelia" not in page
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".pack")]


def test_an_earlier_pack_is_replaced_and_other_folders_are_refused(
    call: CallResult, tmp_path: Path
) -> None:
    out = tmp_path / "pack"
    for flag in ("abuse", "threat"):
        with pack_folder(out) as folder:
            pack = a_pack(call, folder, asked={"flag": flag})
            write_pack(pack, index_page(pack, "en"), folder)
    assert json.loads((out / "pack.json").read_text())["asked"] == {"flag": "threat"}
    mine = tmp_path / "mine"
    mine.mkdir()
    (mine / "letter.txt").write_text("keep me")
    with pytest.raises(InputError, match="other files"), pack_folder(mine):
        raise AssertionError
    with pytest.raises(InputError, match="a file"), pack_folder(mine / "letter.txt"):
        raise AssertionError
    with pytest.raises(RuntimeError), pack_folder(out):
        raise RuntimeError
    assert json.loads((out / "pack.json").read_text())["asked"] == {"flag": "threat"}
    assert sorted(p.name for p in tmp_path.iterdir()) == ["call.wav", "mine", "pack"]


def test_an_unredacted_pack_says_so(call: CallResult, tmp_path: Path) -> None:
    pack = a_pack(call, tmp_path / "p", unredacted_by="jo")
    page = index_page(pack, "en")
    assert "This pack holds personal data" in page and "jo had it made" in page
    assert "培训片段" in index_page(pack, "zh")


def test_a_chinese_page_is_chinese_but_for_what_was_said(call: CallResult, tmp_path: Path) -> None:
    asked = {"flag": "abuse", "item": "jargon", "status": "fail", "said_by": "customer"}
    flag = replace(call.verdict.flags[0], explanation="Found: “all idiots”.")
    call = replace(call, verdict=replace(call.verdict, flags=(flag,)))
    pack = a_pack(call, tmp_path / "p", asked={**asked, "min_severity": "high", "pairs": "yes"})
    english, chinese = (unescape(index_page(pack, language)) for language in ("en", "zh"))
    for value in (*asked.values(), "high", "yes"):
        assert f"<dd>{value}</dd>" in english and f"<dd>{value}</dd>" not in chinese
    for told in ("辱骂、骚扰", "行话要解释", "不通过", "客户", "高", "是"):
        assert f"<dd>{told}</dd>" in chinese
    assert "Found: “all idiots”." in english
    assert "Found" not in chinese and "找到：“all idiots”。" in chinese


def test_both_languages_say_everything() -> None:
    assert CLIPS_ENGLISH.keys() == CLIPS_CHINESE.keys()
    for key, words in CLIPS_ENGLISH.items():
        places = set(re.findall(r"{(\w+)}", words))
        assert places == set(re.findall(r"{(\w+)}", CLIPS_CHINESE[key])), key
