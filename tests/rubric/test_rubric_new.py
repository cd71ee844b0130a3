"""A rubric from answers on the terminal: valid at once, its cases as they must be."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qa_inspect.commands.main import cli
from qa_inspect.rubric.load import read_rubric
from qa_inspect.rubric.new import SORTS, Answers, Draft, identifier, parsed, rubric_text

GREETING = ["Greets the customer", "1", "agent", "good (day|evening)", "welcome: to us", "", "", ""]
GREETING += ["Good day, this is Ann.", "Welcome to us!", "", "Your number?", "", "5"]
BLAME = ["Blames nobody", "2", "agent", "your own fault", "", "", "", "It is your own fault.", ""]
BLAME += ["It was our fault.", "", "10"]
SILENCE = ["Waiting", "5", "25", "2"]
FLAG = ["Wants to leave", "6", "", "close my account", "", "n", "", "Please close my account.", ""]
FLAG += ["Hello.", "", "high"]


def run(*arguments: str, answers: list[str] | None = None) -> Result:
    return CliRunner().invoke(cli, ["rubric", *arguments], input="\n".join(answers or []))


def new(path: Path, *checks: list[str], title: str = "", language: str = "") -> Result:
    answers = [title, language]
    for at, check in enumerate(checks):
        answers += [*check, "n" if at == len(checks) - 1 else "y"]
    return run("new", str(path), answers=[*answers, ""])


def test_piped_answers_make_a_rubric_that_passes_at_once(tmp_path: Path) -> None:
    path = tmp_path / "returns-desk.yaml"
    result = new(path, GREETING, BLAME, SILENCE, FLAG)
    assert result.exit_code == 0, result.output
    assert "9 cases, all as they must be" in result.output
    rubric = read_rubric(path)
    assert (rubric.name, rubric.language, rubric.title) == ("returns_desk", "en", "Returns desk")
    assert [(i.id, i.rule.kind, i.weight) for i in rubric.items] == [
        ("greets_the_customer", "said", 5),
        ("blames_nobody", "not_said", 10),
        ("waiting", "silence", 2),
    ]
    assert [(f.id, f.rule.role, str(f.severity)) for f in rubric.flags] == [
        ("wants_to_leave", "customer", "high")
    ]
    assert [i.rule.negated for i in rubric.items[:2]] == ["counts", "counts"]
    assert rubric.flags[0].rule.negated == "ignored"
    assert "Lines that break this rule (Blames nobody), to test with" in result.output
    assert "Phrases that must not be said, one a line" in result.output
    assert "Lines that should be flagged (Wants to leave)" in result.output
    assert "negated" not in result.output
    assert path.read_text(encoding="utf-8").startswith("rubric: returns_desk")
    assert run("check", str(path), "--strict").exit_code == 0
    tested = run("test", str(path), "--json")
    assert tested.exit_code == 0
    assert '"must_hit": 2' in tested.output


def test_nothing_is_ever_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    assert new(path, BLAME).exit_code == 0
    before = path.read_bytes()
    again = new(path, GREETING)
    assert again.exit_code == 1
    assert "is there already" in again.output
    assert path.read_bytes() == before
    path.unlink()
    assert new(path, GREETING).exit_code == 1  # the cases are still there
    assert not path.exists()


@pytest.mark.parametrize(
    ("name", "part"), [("own.txt", "ends in .yaml"), ("no/own.yaml", "folder")]
)
def test_places_that_cannot_be(tmp_path: Path, name: str, part: str) -> None:
    result = new(tmp_path / name, GREETING)
    assert result.exit_code == 1
    assert part in result.output


def test_an_answer_that_cannot_be_used_is_asked_again(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    answers = [
        "",
        "cn",
        "xx",
        "en",
        BLAME[0],
        "two",
        "9",
        *BLAME[1:3],
        "(your fault",
        "“your fault”",
    ]
    answers += [*BLAME[3:-1], "many", "10", "n", ""]
    result = run("new", str(path), answers=answers)
    assert result.exit_code == 0, result.output
    assert "did you mean zh" in result.output
    assert result.output.count("type a number from 1 to 6") == 2
    assert "type a number above 0" in result.output
    assert "That cannot be used: “(your fault”: “)” is missing" in result.output
    assert 'write " and , instead of “ ” ，' in result.output
    rubric = read_rubric(path)
    assert rubric.language == "en"
    assert [item.rule.phrases.texts for item in rubric.items] == [("your own fault",)]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("part", "field"), [("first", "first_utterances"), ("last", "last_utterances")]
)
def test_where_in_the_call_is_asked(part: str, field: str, tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    check = ["Greets", "1", "agent", "good day", "", "", part, "4", "", "", "1"]
    result = new(path, check)
    assert result.exit_code == 0, result.output
    assert getattr(read_rubric(path).items[0].rule.scope, field) == 4
    assert "own.yaml: nothing was tested" in result.output
    assert "as they must be" not in result.output


def test_the_schema_is_named_only_where_it_lies(tmp_path: Path) -> None:
    (tmp_path / "rubric.schema.json").write_text("{}")
    path = tmp_path / "own.yaml"
    assert new(path, BLAME).exit_code == 0
    assert path.read_text(encoding="utf-8").startswith("# yaml-language-server: $schema=")


def test_a_line_that_does_not_come_out_is_told_and_ends_with_five(tmp_path: Path) -> None:
    path = tmp_path / "own.yaml"
    check = ["Greets", "1", "agent", "good day", "", "", "", "Hello there.", "", "", "1"]
    result = new(path, check)
    assert result.exit_code == 5
    assert "greets should hit: “Hello there.”" in result.output
    assert path.exists()


def test_ending_the_input_early_writes_nothing(tmp_path: Path) -> None:
    result = run("new", str(tmp_path / "own.yaml"), answers=["", "", "Greets", "1"])
    assert result.exit_code == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("sort", [sort.name for sort in SORTS if sort.needs != "seconds"])
def test_what_is_denied_can_be_left_out_of_every_sort(sort: str) -> None:
    answers = Answers("Angry", sort, texts=("angry",), denied_counts=False)
    rubric = parsed(Draft("own", "en", "Own", (answers,)))
    (entry,) = (*rubric.items, *rubric.flags)
    assert all(rule.negated == "ignored" for rule in entry.rule.every_rule())


@pytest.mark.parametrize("sort", [sort.name for sort in SORTS])
def test_every_sort_of_check_makes_a_valid_rubric(sort: str) -> None:
    texts = ('He said "no": never', "它不行")
    answers = Answers("检查", sort, texts=texts, against=("Yes: it is.",), share=0.25)
    draft = Draft("own", "zh", 'On: "quotes"', (answers, answers))
    rubric = parsed(draft)
    ids = [entry.id for entry in (*rubric.items, *rubric.flags)]
    assert ids == ["jian_cha", "jian_cha_2"]
    assert rubric.title == 'On: "quotes"'
    assert "检查" in rubric_text(draft)


@pytest.mark.parametrize(
    ("title", "taken", "name"),
    [
        ("Greets the customer!", (), "greets_the_customer"),
        ("3 rings", (), "check_3_rings"),
        ("问候", (), "wen_hou"),
        ("Chào khách đúng", (), "chao_khach_dung"),
        ("ทักทายลูกค้า", (), "thakthai_lukkha"),
        ("Don't shout", (), "dont_shout"),
        ("안녕", ("check",), "check_2"),
        ("Greets", ("greets", "greets_2"), "greets_3"),
    ],
)
def test_titles_become_names(title: str, taken: tuple[str, ...], name: str) -> None:
    assert identifier(title, taken) == name
