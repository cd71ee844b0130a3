"""The rubric file as a JSON Schema, for editors that complete and check while one writes.

In the file an item's own fields and its kind's fields stand side by side, so the schema names one
form of item for every kind. This module does not read files.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.phrases import PhraseList
from qa_inspect.rubric.schema import Rubric

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
_WITH_RULE = ("Item", "FlagRule", "Step", "Signal")


class _AsWritten(GenerateJsonSchema):
    """Shows default phrases as an author would write them, not as they are compiled."""

    def encode_default(self, dft: Any) -> Any:
        return list(dft.texts) if isinstance(dft, PhraseList) else super().encode_default(dft)


def rubric_json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) as plain data."""
    schema: dict[str, Any] = Rubric.model_json_schema(by_alias=True, schema_generator=_AsWritten)
    forms = schema["$defs"]
    for name in _WITH_RULE:
        forms.update(_side_by_side(name, forms))
    return {"$schema": _DRAFT, "title": "qa-inspect rubric", **schema}


def _side_by_side(name: str, forms: Mapping[str, Any]) -> dict[str, Any]:
    """The form ``name`` with the fields of its rule beside its own, once for every kind."""
    outer = forms[name]
    own = {key: value for key, value in outer["properties"].items() if key != "rule"}
    needed = [key for key in outer.get("required", ()) if key != "rule"]
    added: dict[str, Any] = {}
    for kind, row in KINDS.items():
        inner = forms[row.model.__name__]
        required = [*needed, "kind", *inner.get("required", ())]
        added[f"{name}_{kind}"] = {
            "title": f"{name} of kind {kind}",
            "description": inner.get("description", ""),
            "type": "object",
            "additionalProperties": False,
            "properties": {**own, **inner["properties"]},
            "required": list(dict.fromkeys(required)),
        }
    variants = [{"$ref": f"#/$defs/{key}"} for key in added]
    if "item" in own:
        plain = {**outer, "properties": own, "required": ["item"]}
        added[f"{name}_item"] = plain
        variants.append({"$ref": f"#/$defs/{name}_item"})
    if "branch" in own:
        added[f"{name}_branch"] = {
            **outer,
            "properties": {key: own[key] for key in ("branch", "title")},
            "required": ["branch"],
        }
        variants.append({"$ref": f"#/$defs/{name}_branch"})
    return {**added, name: {"oneOf": variants}}
