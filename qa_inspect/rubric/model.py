"""The base of the models that files are read into: rubrics, the composite index.

It stands alone so that a reader of a small file need not load the whole rubric language. This
module does not know what the models hold.
"""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Base of every model: frozen, unknown fields refused, no infinities."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", allow_inf_nan=False, arbitrary_types_allowed=True
    )
