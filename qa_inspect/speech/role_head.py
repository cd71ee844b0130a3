"""The trained part of telling agents from customers: a linear head on hashed character n-grams.

``weigh`` turns what one speaker said into natural log-odds of agent over customer, for the
languages that had labelled calls. The head holds one small number a bucket of a hash table: no
text, no n-gram and so nobody's words can be read from it. ``benchmarks/train_role_head.py`` makes
it; its card is ``models/heads/roles.md``. This module does not know phrases, channels or voices.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from qa_inspect.config import shipped
from qa_inspect.errors import ModelError
from qa_inspect.language.hashed_ngrams import hashed_ngrams
from qa_inspect.speech.role_evidence import plain_text

HEAD = Path("heads") / "roles.npz"
"""The trained head within the folder of models."""

BUCKET_BITS = 16
BUCKETS = 1 << BUCKET_BITS

_NUMBERS = re.compile(r"\d+|[零〇幺一二两三四五六七八九十百千万]{2,}")
_NUMBER = "0"

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LanguageHead:
    """One language's head: a weight a bucket (float32, shape (BUCKETS,)) and its n-gram lengths."""

    weights: Floats
    shortest: int
    longest: int

    def weigh(self, texts: Iterable[str], language: str) -> float:
        """Natural log-odds of agent over customer for all that one speaker said.

        An n-gram said n times counts as ``log(1 + n)``: saying it again adds less each time.
        """
        found = [buckets(text, language, self.shortest, self.longest) for text in texts]
        if not found:
            return 0.0
        where, times = np.unique(np.concatenate(found), return_counts=True)
        return float(np.dot(self.weights[where], np.log1p(times)))


def buckets(text: str, language: str, shortest: int, longest: int) -> NDArray[np.int64]:
    """The bucket (0 to BUCKETS - 1) of every character n-gram of an utterance.

    Punctuation, case and script are levelled first and every number becomes one sign, so that no
    account or telephone number can matter. Begin and end of the utterance count as characters.
    """
    plain = _NUMBERS.sub(_NUMBER, plain_text(text, language))
    return hashed_ngrams(plain, shortest, longest, BUCKET_BITS)


def head_odds(texts: Iterable[str], language: str) -> float:
    """What the shipped head says of one speaker: log-odds of agent over customer.

    0.0 for a language without labelled calls. Raises ModelError where the head is damaged.
    """
    head = load_heads().get(language)
    return 0.0 if head is None else head.weigh(texts, language)


@functools.cache
def load_heads(path: Path | None = None) -> Mapping[str, LanguageHead]:
    """The heads by language. Raises ModelError where the file is missing or damaged."""
    file = shipped("models") / HEAD if path is None else path
    try:
        with np.load(file, allow_pickle=False) as stored:
            heads = {
                name.removesuffix("_weights"): _language_head(stored, name)
                for name in stored.files
                if name.endswith("_weights")
            }
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise ModelError(
            f"the head that tells agents from customers cannot be read ({error})",
            where=str(file),
            cure="install qa-inspect again or run benchmarks/train_role_head.py",
        ) from error
    return MappingProxyType(heads)


def _language_head(stored: Mapping[str, NDArray[np.generic]], name: str) -> LanguageHead:
    language = name.removesuffix("_weights")
    raw = np.asarray(stored[name])
    shortest, longest = (int(n) for n in np.asarray(stored[f"{language}_lengths"]).tolist())
    scale = float(np.asarray(stored[f"{language}_scale"]))
    if raw.shape != (BUCKETS,) or raw.dtype != np.int8 or not 0 < shortest <= longest:
        raise ValueError(f"unexpected weights for {language}")
    weights = raw.astype(np.float32) * np.float32(scale)
    weights.flags.writeable = False
    return LanguageHead(weights, shortest, longest)
