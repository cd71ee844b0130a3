"""What training the heads of cues has in common, whether on runs of words or of letters.

This module does not know which labels a head follows, nor how it is fitted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse

from qa_inspect.domain import Role, Transcript, Utterance
from qa_inspect.rubric.checks.context import Context
from qa_inspect.rubric.checks.table import KINDS
from qa_inspect.rubric.schema import Rubric, Rule
from qa_inspect.rubric.tools import Tools
from qa_inspect.rubric.view import CallView

LEAST_LINES = 2
"""A bucket that fewer lines share has no weight, so that nobody's words are kept."""

Floats = npt.NDArray[np.float64]


def bucket_matrix(found: Sequence[npt.NDArray[np.int64]], buckets: int) -> Any:
    """Which buckets each text has: a sparse matrix of ones, (n, ``buckets``)."""
    ends = np.cumsum([0, *(len(own) for own in found)])
    columns = np.concatenate(found)
    return sparse.csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(found), buckets))


def cue_sums(texts: Sequence[str], rule: Rule, rubric: Rubric, role: Role) -> Floats:
    """The log-odds (n,) that a rule of kind ``cues`` gives by its cues alone, without its bias."""
    bare: Any = rule.model_copy(update={"head": None, "bias": 0.0})
    language = rubric.language or ""
    said = (Utterance(i, role, role.value, text, language) for i, text in enumerate(texts))
    view = CallView(Transcript(language, tuple(said)))
    found = Context(view, rubric, Tools(), KINDS).find(bare, [ln for ln in view.lines if ln.folded])
    sums = np.zeros(len(texts))
    for at, finding in (found or {}).items():
        share = min(1 - 1e-9, max(1e-9, finding.score))
        sums[at] = np.log(share / (1 - share))
    return sums


def weighed(runs: Any, power: float) -> tuple[Any, Floats]:
    """A matrix of ``bucket_matrix`` weighted by how rare buckets are, each row of length 1, and
    those weights (buckets,): the logarithm of the lines over those that share it, to a power."""
    known = np.asarray((runs > 0).sum(axis=0)).ravel()
    rarity = np.where(known >= LEAST_LINES, np.log(runs.shape[0] / (1 + known)), 0.0)
    rarity = np.maximum(rarity, 0.0) ** power
    counts = runs @ sparse.diags(rarity)
    lengths = np.sqrt(np.asarray(counts.multiply(counts).sum(axis=1)).ravel())
    return sparse.diags(1 / np.maximum(lengths, 1e-9)) @ counts, rarity
