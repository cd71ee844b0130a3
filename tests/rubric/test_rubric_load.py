"""Reading rubrics: every fault at once with its line, and nothing but RubricError."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from qa_inspect.domain import AutoFail
from qa_inspect.errors import RubricError
from qa_inspect.rubric import packs as packs_module
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.json_schema import rubric_json_schema
from qa_inspect.rubric.load import (
    available,
    load_for_call,
    load_rubric,
    parse_rubric,
    read_rubric,
)

GOOD = """\
rubric: demo
language: no
version: 1.0
phrases: {thanks: ["thank you", no], both: ["$thanks", "cheers"]}
examples: {sorry: ["I am sorry."]}
sections: [{id: manners, weight: 3}]
items:
  - {id: a, section: manners, kind: said, phrases: ["$both"], auto_fail: true}
  - id: b
    section: manners
    kind: any
    role: customer
    scope: {after: a}
    rules:
      - {kind: said, phrases: yes}
      - {kind: similar, role: agent, examples: "$sorry"}
flags:
  - {id: f, severity: high, confidence: 0.7, kind: metadata, field: csat, at_most: 2}
"""


def faults(text: str) -> str:
    with pytest.raises(RubricError) as caught:
        parse_rubric(text, "r.yaml")
    return str(caught.value)


def test_words_stay_words_and_lists_unfold() -> None:
    rubric = parse_rubric(GOOD)
    assert (rubric.language, rubric.version) == ("no", "1.0")
    first = rubric.item("a")
    second = rubric.item("b")
    assert first is not None and first.rule.phrases.texts == ("thank you", "no", "cheers")
    assert first.auto_fail is AutoFail.FORM
    assert second is not None
    said, similar = second.rule.parts()
    assert said.phrases.texts == ("yes",)
    assert (said.role, said.scope.after, similar.role) == ("customer", "a", "agent")
    assert similar.examples == ("I am sorry.",)


def test_every_fault_is_told_at_once_with_line_and_cure() -> None:
    message = faults(
        """\
rubric: x
items:
  - id: greeting
    kind: said
    scope: {first_uterances: 3}
    phrases: ["$thankss", hi]
    weigth: 3
  - {id: b, kind: sayd}
  - id: c
    kind: any
    rules:
      - {kind: said, phrases: ["(a"], role: agnt}
  - {id: d}
  - {id: e, kind: ratio, target: 3, of: {kind: said, phrases: [a]}}
  - {id: g, kind: said, phrases: []}
flags:
  - {id: f, severity: hgh, kind: said, phrases: [hi]}
"""
    )
    expected = [
        "r.yaml:5: items[0].scope.first_uterances: unknown field — did you mean first_utterances?",
        "r.yaml:6: items[0].phrases: no list is named $thankss",
        "r.yaml:7: items[0].weigth: unknown field — did you mean weight? valid: id, title,",
        "r.yaml:8: items[1]: unknown kind 'sayd' — did you mean said? valid: said, not_said,",
        "r.yaml:12: items[2].rules[0].role: 'agnt' is not possible — did you mean agent?",
        "r.yaml:12: items[2].rules[0].phrases: “(a”: “)” is missing",
        "r.yaml:13: items[3]: kind is missing — valid: said,",
        "r.yaml:14: items[4].target: '3' must be less than or equal to 1",
        "r.yaml:15: items[5].phrases: the list is empty",
        "r.yaml:17: flags[0].severity: 'hgh' is not possible — did you mean high?",
    ]
    lines = message.splitlines()
    assert len(lines) == len(expected)
    for line, start in zip(lines, expected, strict=True):
        assert line.startswith(start), line


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "the file is empty"),
        ("- a", "a rubric begins with fields"),
        ("rubric: x\nitems: [", "not valid YAML"),
        ("rubric: x\ntitle: a\ntitle: b\nitems: []", "r.yaml:3: the field title is given twice"),
        ("rubric: !x y", "the tag !x means nothing here"),
        ("rubric: x", "neither items nor flags"),
        ("rubric: x\nitems: [{id: a, kind: said, phrases: [b], weight: 0}]", "add to nothing"),
        (
            "rubric: x\nsections: [{id: s, weight: 1}, {id: t, weight: 1}]\n"
            "items: [{id: a, section: s, kind: said, phrases: [b]}]",
            "section t has weight 1",
        ),
        (
            "rubric: x\nsections: [{id: s}]\nitems:\n"
            "  - {id: a, section: z, kind: said, phrases: [b]}",
            "r.yaml:4: items[0].section: no section is named z",
        ),
        (
            "rubric: x\nitems:\n  - {id: a, kind: said, phrases: [b]}\n"
            "  - {id: a, kind: said, phrases: [b]}",
            "a is the id of 2 items",
        ),
        (
            "rubric: x\nitems:\n"
            "  - {id: greeting, kind: said, phrases: [b], scope: {after: greting}}",
            "no item is named greting — did you mean greeting?",
        ),
        (
            "rubric: x\nitems:\n  - {id: a, kind: said, phrases: [b], scope: {after: b}}\n"
            "  - {id: b, kind: sequence, steps: [{item: a}, {kind: said, phrases: [c]}]}",
            "circle: a → b → a",
        ),
        (
            "rubric: x\nitems:\n  - {id: a, kind: said, phrases: [b], scope: {after: a}}",
            "circle: a → a",
        ),
        ("rubric: x\nphrases: {a: [$b], b: [$a]}\nitems: []", "contains itself"),
        (
            "rubric: x\nitems:\n  - {id: a, kind: ratio, target: 0.3, of: {kind: silence}}",
            "silence needs the whole call",
        ),
        ("rubric: x\nitems: [{id: a b, kind: said, phrases: [c]}]", "is no name"),
        (
            "rubric: x\nitems: [{id: a, kind: metadata, field: csat}]",
            "nothing is compared",
        ),
        (
            "rubric: x\nitems: [{id: a, kind: silence, at_most: 3, zero_at: 2}]",
            "zero_at must be more than at_most",
        ),
        ("rubric: x\nitems: [{id: a, kind: said, phrases: [b], weight: .nan}]", "weight"),
    ],
)
def test_what_cannot_work_is_refused(text: str, part: str) -> None:
    assert part in faults(text)


def test_alias_bombs_and_aliases_of_themselves_are_refused() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    assert "beyond all bounds" in faults("\n".join(rows))
    assert "inside the very thing" in faults("a: &a [*a]")


def test_aliases_may_be_used() -> None:
    rubric = parse_rubric(
        "rubric: x\nitems:\n  - {id: a, kind: said, phrases: &p [hello]}\n"
        "  - {id: b, kind: not_said, phrases: *p}"
    )
    assert rubric.items[1].rule.phrases.texts == ("hello",)


def test_five_hundred_items_load_in_under_a_second() -> None:
    items = "\n".join(
        f"  - id: i{n}\n    kind: said\n    scope: {{first_utterances: 3}}\n    phrases:\n"
        + "".join(f'      - "(please|kindly) [just] give me number {n} {k}"\n' for k in range(6))
        for n in range(500)
    )
    spent = []
    for _ in range(3):
        start = time.process_time()
        rubric = parse_rubric(f"rubric: big\nitems:\n{items}")
        spent.append(time.process_time() - start)
        assert len(rubric.items) == 500
    assert min(spent) < 1.0


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "rubric",
                        "items",
                        "flags",
                        "id",
                        "kind",
                        "phrases",
                        "rules",
                        "scope",
                        "of",
                        "$a",
                    ]
                ),
                inner | st.sampled_from(list(KINDS)),
                max_size=6,
            )
        ),
        max_leaves=25,
    )
)
@settings(max_examples=250, deadline=None)
def test_no_yaml_gives_anything_but_a_rubric_error(data: object) -> None:
    text = yaml.safe_dump(data, allow_unicode=True)
    try:
        rubric = parse_rubric(text)
    except RubricError as error:
        assert str(error)
    else:
        assert rubric.items or rubric.flags


@given(st.text(max_size=200))
@settings(deadline=None)
def test_no_text_gives_anything_but_a_rubric_error(text: str) -> None:
    with pytest.raises(RubricError):
        parse_rubric(text)


@pytest.fixture
def packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of packs instead of the shipped one."""
    for name, language in (("demo", "en"), ("demo", "zh"), ("other", "en")):
        (tmp_path / f"{name}.{language}.yaml").write_text(
            f"rubric: {name}\nlanguage: {language}\n"
            "items: [{id: a, kind: said, phrases: [hello]}]\n"
        )
    monkeypatch.setattr(packs_module, "shipped", lambda folder: tmp_path)
    return tmp_path


def test_packs_are_picked_by_language(packs: Path) -> None:
    assert [(p.name, p.language) for p in available()] == [
        ("demo", "en"),
        ("demo", "zh"),
        ("other", "en"),
    ]
    assert load_rubric("demo", "zh").language == "zh"
    assert load_rubric("demo", "zh-TW").path == packs / "demo.zh.yaml"
    assert load_rubric("demo.en").language == "en"
    assert load_rubric("other").language == "en"
    assert load_rubric(packs / "demo.en.yaml").name == "demo"


@pytest.mark.parametrize(
    ("name", "language", "part"),
    [
        ("demi", "en", "did you mean demo?"),
        ("demo", None, "name the language, such as demo.en"),
        ("demo", "fr", "no file for the language fr"),
        ("nowhere/x.yaml", None, "cannot be read"),
    ],
)
def test_rubrics_that_do_not_exist(packs: Path, name: str, language: str | None, part: str) -> None:
    with pytest.raises(RubricError, match=part):
        load_rubric(name, language)


def test_a_pack_without_the_language_becomes_a_note(packs: Path) -> None:
    loaded = load_for_call(["demo", "other"], "zh")
    assert [r.name for r in loaded.rubrics] == ["demo"]
    assert len(loaded.notes) == 1 and "other" in loaded.notes[0]
    by_file = load_for_call([str(packs / "demo.en.yaml")], "zh")
    assert by_file.rubrics == () and "is for the language en" in by_file.notes[0]


def test_a_changed_file_is_read_again(packs: Path) -> None:
    path = packs / "demo.en.yaml"
    assert read_rubric(path) is read_rubric(path)
    path.write_text("rubric: changed\nitems: [{id: a, kind: said, phrases: [hello]}]\n")
    assert read_rubric(path).name == "changed"
    path.write_bytes(b"\xff\xfe\xff")
    with pytest.raises(RubricError, match="UTF-8"):
        read_rubric(path)


def test_the_json_schema_names_every_kind_and_refuses_unknown_fields() -> None:
    schema = rubric_json_schema()
    for kind in KINDS:
        form = schema["$defs"][f"Item_{kind}"]
        assert form["additionalProperties"] is False
        assert {"id", "kind"} <= set(form["required"])
        assert {"section", "weight", "scope", "only_if"} <= set(form["properties"])
    assert len(schema["$defs"]["Item"]["oneOf"]) == len(KINDS)
