"""The heads that a rubric names: whether each is there and can be opened.

This module does not know kinds.
"""

from __future__ import annotations

from collections.abc import Iterator

from qa_inspect.errors import ModelError
from qa_inspect.rubric.heads import find_head, load_head
from qa_inspect.rubric.integrity import Inconsistency
from qa_inspect.rubric.schema import Rubric


def unusable_heads(rubric: Rubric) -> Iterator[Inconsistency]:
    """What is wrong with the heads of a rubric that was read from a file."""
    for field, named in (("items", rubric.items), ("flags", rubric.flags)):
        for at, entry in enumerate(named):
            for rule in entry.rule.every_rule():
                if not rule.trained_head:
                    continue
                try:
                    load_head(find_head(rule.trained_head, rubric.path))
                except ModelError as error:
                    problem = f"{error.problem} ({error.where}) — {error.cure}"
                    yield Inconsistency((field, at, "head"), problem)
