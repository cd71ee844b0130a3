"""The schema that editors check by: right for all that is shipped, and for every kind's example."""

from __future__ import annotations

import importlib
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.json_schema import rubric_json_schema
from qa_inspect.rubric.load import available

jsonschema = pytest.importorskip("jsonschema")


class Yaml12(yaml.SafeLoader):
    """YAML as editors read it: only true and false are no texts."""


Yaml12.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in found if not tag.endswith(":bool")]
    for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Yaml12.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(?:true|false)$"), list("tf"))


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = rubric_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def faults(validator: Any, data: Any) -> list[str]:
    return [f"{list(e.absolute_path)}: {e.message[:200]}" for e in validator.iter_errors(data)]


@pytest.mark.parametrize("path", [pack.path for pack in available()], ids=lambda path: path.stem)
def test_shipped_packs_are_valid(path: Path, validator: Any) -> None:
    with path.open(encoding="utf-8") as text:
        assert faults(validator, yaml.load(text, Yaml12)) == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_kinds_example_is_valid(kind: str, validator: Any) -> None:
    module = importlib.import_module(KINDS[kind].model.__module__)
    _, found, example = (module.__doc__ or "").partition("Example::")
    if not found:
        pytest.skip("its page has no single example")
    data = yaml.load(textwrap.dedent(example), Yaml12)
    whole = {"rubric": "x", "items": [{"id": "x", **data}]} if "kind" in data else data
    assert faults(validator, {"rubric": "x", **whole}) == []


@pytest.mark.parametrize(
    "items",
    [
        [{"id": "a", "kind": "sayd"}],
        [{"id": "a", "kind": "said", "phrases": ["b"], "weigth": 2}],
        [{"id": "a", "kind": "said"}],
        [{"kind": "said", "phrases": ["b"]}],
    ],
)
def test_what_is_wrong_is_refused(items: list[Any], validator: Any) -> None:
    assert faults(validator, {"rubric": "x", "items": items})
