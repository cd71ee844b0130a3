"""The table of kinds: the one place that lists them.

A new kind is one file in this folder and one row here. Importing this module closes the schema's
recursion (``AnyRule``), so everything that reads rubrics imports it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Union

from pydantic import BaseModel, Field

from qa_inspect.rubric import schema
from qa_inspect.rubric.checks import (
    all_of,
    any_of,
    changed_story,
    classifier,
    cues,
    duration,
    emotion,
    history,
    interruption,
    jargon,
    learned,
    llm,
    logic,
    loudness,
    metadata,
    none_of,
    not_said,
    pace,
    question,
    ratio,
    readability,
    regex,
    repetition,
    said,
    sequence,
    sequence_steps,
    signals,
    silence,
    similar,
    talk_share,
)
from qa_inspect.rubric.checks.context import Kind

KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            said.KIND,
            not_said.KIND,
            regex.KIND,
            similar.KIND,
            learned.KIND,
            classifier.KIND,
            emotion.KIND,
            cues.KIND,
            sequence.KIND,
            ratio.KIND,
            question.KIND,
            repetition.KIND,
            readability.KIND,
            jargon.KIND,
            silence.KIND,
            interruption.KIND,
            pace.KIND,
            talk_share.KIND,
            loudness.KIND,
            duration.KIND,
            metadata.KIND,
            history.KIND,
            changed_story.KIND,
            signals.KIND,
            llm.KIND,
            any_of.KIND,
            all_of.KIND,
            none_of.KIND,
        )
    }
)


def _close_the_schema() -> None:
    models = tuple(kind.model for kind in KINDS.values())
    union: Any = Annotated[Union[models], Field(discriminator="kind")]  # noqa: UP007
    namespace = {**vars(schema), **vars(logic), "AnyRule": union}
    steps = (sequence_steps.Step, sequence_steps.Arm, signals.Signal)
    inner: tuple[type[BaseModel], ...] = (schema.Rule, logic.Combiner, *steps, *models)
    outer: tuple[type[BaseModel], ...] = (schema.Item, schema.FlagRule, schema.Rubric)
    # twice: the models stand in one another, so the first round leaves some of them open
    for strictly in (False, True):
        for model in (*inner, *outer):
            model.model_rebuild(force=True, raise_errors=strictly, _types_namespace=namespace)


_close_the_schema()
