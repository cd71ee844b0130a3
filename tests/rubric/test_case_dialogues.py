"""Dialogues of cases that tell times and sound: what they become, and what is wrong with them."""

from __future__ import annotations

from pathlib import Path

import pytest
from rubric_helpers import rubric, tools

from qa_inspect.errors import RubricError
from qa_inspect.rubric.cases import load_cases, run_cases
from qa_inspect.rubric.dialogues import USUAL, read_dialogue

ITEMS = """\
  - {id: quiet, kind: silence, longest_s: 10}
  - {id: cut_off, kind: silence, hang_up_s: 2}
  - {id: cut_in, kind: interruption, tolerance_s: 0.7}
  - {id: calm, kind: loudness}
  - {id: tune, kind: loudness, measure: melody, at_least: 3}
  - {id: slow, kind: pace, at_most: 200, min_s: 2}
  - {id: share, kind: talk_share, at_most: 0.6, min_s: 4}
  - {id: long, kind: duration, at_most_s: 60}
"""


def written(tmp_path: Path, cases: str) -> Path:
    path = tmp_path / "cases.yaml"
    path.write_text(cases, encoding="utf-8")
    return path


CASES = """\
quiet:
  hit: [[{agent: a moment, from_s: 0, to_s: 2}, {customer: hello, from_s: 13, to_s: 14}]]
  miss: [[{agent: a moment, from_s: 0, to_s: 2}, {customer: hello, from_s: 11, to_s: 14}]]
cut_off:
  hit: [[{agent: a, from_s: 0, to_s: 2}, {customer: but I, from_s: 3, to_s: 5}, {end_s: 6}]]
  miss: [[{agent: a, from_s: 0, to_s: 2}, {customer: but I, from_s: 3, to_s: 5}, {end_s: 9}]]
cut_in:
  hit: [[{customer: my parcel, from_s: 0, to_s: 4}, {agent: wait now, from_s: 2, to_s: 5}]]
  miss: [[{customer: my parcel, from_s: 0, to_s: 4}, {agent: wait now, from_s: 3.5, to_s: 5}]]
calm:
  hit: [[{agent: a}, {agent: b}, {agent: c}, {agent: d, louder_db: 8, higher_st: 5}]]
  miss:
    - [{agent: a}, {agent: b}, {agent: c}, {agent: d, louder_db: 8}]
    - [{agent: a}, {agent: b}, {agent: c}, {agent: d}]
tune:
  hit: [[{agent: a}, {agent: b}, {agent: c}, {agent: d, melody_st: 5}]]
  miss:
    - [{agent: a, melody_st: 1}, {agent: b, melody_st: 1}, {agent: c, melody_st: 1},
       {agent: d, melody_st: 1}]
slow:
  hit: [[{agent: one two three four five, from_s: 0, to_s: 3}]]
  miss: [[{agent: one two three four five six seven, from_s: 0, to_s: 2}]]
share:
  hit: [[{agent: a, from_s: 0, to_s: 4}, {customer: b, from_s: 5, to_s: 8}]]
  miss: [[{agent: a, from_s: 0, to_s: 7}, {customer: b, from_s: 8, to_s: 9}]]
long:
  hit: [[{agent: a, from_s: 0, to_s: 4}, {end_s: 50}]]
  miss: [[{agent: a, from_s: 0, to_s: 4}, {end_s: 70}]]
"""


def test_kinds_of_time_and_sound_can_be_tested(tmp_path: Path) -> None:
    form = rubric(ITEMS)
    report = run_cases(form, load_cases(written(tmp_path, CASES), form), tools())
    assert report.ok, "\n".join(map(str, report.misses))
    assert report.untested == ()


@pytest.mark.parametrize(
    ("turns", "place", "told"),
    [
        ("{agent: a, from_s: 3}", "0", "needs both from_s and to_s; add to_s"),
        ("{agent: a, to_s: 3}", "0", "add from_s"),
        ("{agent: a, from_s: 3, to_s: 3}", "0", "to_s is after from_s"),
        ("{agent: a, from_s: 3, to_s: 1}", "0", "ends at 1 s and begins at 3 s"),
        ("{agent: a, from_s: -1, to_s: 1}", "0.from_s", "'-1' is no number of 0 or more"),
        ("{agent: a, from_s: nan, to_s: 1}", "0.from_s", "is no number"),
        ("{agent: a, from_s: soon, to_s: 1}", "0.from_s", "'soon' is no number"),
        ("{agent: a, from_s: 0, to_s: }", "0.to_s", "nothing is no number"),
        ("{agent: a, louder_db: 600}", "0.louder_db", "no number from -60 to 60"),
        ("{agent: a, loud_db: 6}", "0.loud_db", "did you mean louder_db"),
        ("{agent: a, customer: b}", "0", "a turn is written {agent: …}"),
        ("{from_s: 0, to_s: 1}", "0", "a turn is written {agent: …}"),
        ("{agent: [a]}", "0", "a turn is written {agent: …}"),
        ("{agent: a, from_s: 0, to_s: 1}, {customer: b}", "1", "give every turn from_s and to_s"),
        (
            "{agent: a, from_s: 5, to_s: 6}, {customer: b, from_s: 1, to_s: 2}",
            "1",
            "order turns by from_s",
        ),
        ("{end_s: 5}, {agent: a}", "0", "write it last"),
        ("{end_s: 5}", "", "a dialogue needs a turn"),
        ("", "", "a dialogue needs a turn"),
        ("{agent: a, from_s: 0, to_s: 9}, {end_s: 5}", "1", "before its last word"),
    ],
)
def test_a_fault_is_told_with_its_line_and_cure(
    tmp_path: Path, turns: str, place: str, told: str
) -> None:
    path = written(tmp_path, f"quiet:\n  hit:\n    - [{turns}]\n")
    with pytest.raises(RubricError) as caught:
        load_cases(path, rubric(ITEMS))
    message = str(caught.value)
    where = f"quiet.hit.0.{place}".rstrip(".")
    assert message.startswith(f"{path}:3: {where}: ")
    assert told in message
    assert "\n" not in message


def test_voices_sound_as_usual_where_one_turn_departs_and_not_at_all_where_none_does() -> None:
    faults: list[str] = []

    def note(path: tuple[str | int, ...], problem: str) -> None:
        faults.append(f"{path}: {problem}")

    loud = read_dialogue([{"agent": "a"}, {"customer": "b", "louder_db": "9"}], (), note)
    first, second = loud.transcript("en").utterances
    assert first.prosody == USUAL
    assert second.prosody is not None
    assert second.prosody.loudness_db == USUAL.loudness_db + 9
    silent = read_dialogue([{"agent": "a"}, {"customer": "b"}], (), note)
    assert all(u.prosody is None and u.span is None for u in silent.transcript("en").utterances)
    assert not faults


def test_a_case_is_shown_with_its_times_and_sound() -> None:
    turns = [{"agent": "hello", "from_s": "0", "to_s": "1.5", "louder_db": "9"}, {"agent": "so"}]
    turns[1] |= {"from_s": "2", "to_s": "3"}
    shown = read_dialogue(turns, (), lambda path, problem: None).text
    assert shown == "agent (0–1.5 s, louder_db 9): hello / agent (2–3 s): so"
