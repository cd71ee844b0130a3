"""Words in a call that are meant for the machine that reads it, such as "ignore your rules".

Rules compare what is said with phrases and numbers, so such words mean nothing to them. A language
model reads along, and for its sake they are left out: the phrases are in
``spoken_instructions.yaml``. This module does not know calls or what a model is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

import yaml

from qa_inspect.rubric.folding import fold, locate
from qa_inspect.rubric.phrases import PhraseList, compile_phrases

LEFT_OUT = "[…]"
_MOST = 50
"""Stretches that are left out one by one; an utterance with more says nothing else after them."""
_FILE = Path(__file__).with_name("spoken_instructions.yaml")


def without_instructions(text: str) -> str:
    """The text with every such stretch replaced by ``[…]``; all else as it was said.

    From the fiftieth on, all the rest is left out.
    """
    folded = fold(text)
    hits = _phrases().hits(folded)
    spans = [locate(text, folded, hit.start, hit.end) for hit in hits[:_MOST]]
    if len(hits) > _MOST:
        spans[-1] = spans[-1][0], len(text)
    for start, end in reversed(spans):
        text = f"{text[:start]}{LEFT_OUT}{text[end:]}"
    return text


@lru_cache(maxsize=1)
def _phrases() -> PhraseList:
    table: Mapping[str, list[str]] = yaml.safe_load(_FILE.read_text("utf-8"))
    return compile_phrases(tuple(dict.fromkeys(text for own in table.values() for text in own)))
