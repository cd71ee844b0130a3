"""Sentence vectors that outlive a run: computed once for a sentence, whatever calls it is said in.

``KeptSentences`` stands between the sentence model, which knows texts, and the store, which knows
digests and bytes. Vectors computed are gathered and written when ``flush`` says so, in the thread
that writes calls. This module does not know rubrics or which sentences are asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from qa_inspect.language.embed import (
    MemoryCache,
    Vector,
    identity,
    packed,
    tidy,
    unpacked_rows,
)
from qa_inspect.language.tokens import sentences
from qa_inspect.store.sentence_vectors import (
    KEY_BYTES,
    load_vectors,
    prune_vectors,
    save_vectors,
)

if TYPE_CHECKING:
    from qa_inspect.domain import Transcript
    from qa_inspect.store.results import Store

_IN_MEMORY = 20_000
"""Vectors that a process keeps at hand, about 40 MB; most sentences never come again."""


class KeptSentences:
    """A ``VectorCache`` over a store. Without one (a worker process) it only gathers what is new.

    Used by one thread. Raises StoreError where the database refuses.
    """

    def __init__(self, store: Store | None = None, model: str | None = None) -> None:
        self._store = store
        self._model = identity() if model is None else model
        self._memory = MemoryCache(_IN_MEMORY)
        self._fresh: dict[bytes, bytes] = {}

    def get(self, texts: Sequence[str]) -> Mapping[str, Vector]:
        """The known vectors among ``texts``, each float32 of shape (dimensions,)."""
        known = dict(self._memory.get(texts))
        if self._store is None or len(known) == len(texts):
            return known
        keys = {digest(self._model, text): text for text in texts if text not in known}
        rows = load_vectors(self._store, list(keys))
        if not rows:
            return known
        vectors = unpacked_rows(list(rows.values()))
        found = {keys[key]: np.array(row) for key, row in zip(rows, vectors, strict=True)}
        self._memory.put(found)
        return known | found

    def expect(self, transcripts: Iterable[Transcript]) -> None:
        """Brings to hand at once what is kept of what is said; call by call takes twice as long."""
        if self._store is None:
            return
        texts: dict[str, None] = {}
        for transcript in transcripts:
            for said in transcript.utterances:
                texts[tidy(said.text)] = None
                parts = sentences(said.text, said.language)
                if len(parts) > 1:
                    texts.update((tidy(part), None) for part in parts)
        if len(texts) <= _IN_MEMORY:
            self.get(list(texts))

    def put(self, vectors: Mapping[str, Vector]) -> None:
        """Keeps vectors at hand and for the next ``flush``."""
        self._memory.put(vectors)
        for text, vector in vectors.items():
            self._fresh[digest(self._model, text)] = packed(vector)

    def take_fresh(self) -> dict[bytes, bytes]:
        """What was computed since the last time, to be handed to a process that has a store."""
        fresh, self._fresh = self._fresh, {}
        return fresh

    def add(self, rows: Mapping[bytes, bytes]) -> None:
        """What another process computed, for the next ``flush``."""
        self._fresh.update(rows)

    def flush(self) -> None:
        """Writes what is new, in one transaction."""
        if self._store is not None and self._fresh:
            save_vectors(self._store, self.take_fresh())


def digest(model: str, text: str) -> bytes:
    """The 16 bytes by which a sentence's vector is found; the sentence cannot be read from them."""
    known = hashlib.blake2b(model.encode(), digest_size=KEY_BYTES)
    known.update(b"\0" + text.encode("utf-8", "surrogatepass"))
    return known.digest()


def prune(store: Store) -> int:
    """Removes vectors of sentences that no stored call holds any more; how many went.

    To be called after calls were deleted or their words redacted: a vector tells of what was said.
    Vectors of another model than the present one go too. Raises StoreError.
    """
    model = identity()
    spoken = {
        digest(model, tidy(text))
        for call in store.calls(words=False)
        if call.transcript is not None
        for text in comparable(call.transcript)
    }
    return prune_vectors(store, spoken)


def comparable(transcript: Transcript) -> Iterable[str]:
    """Every text that a check may compare by meaning: utterances and their sentences."""
    from qa_inspect.rubric.view import CallView

    view = CallView(transcript)
    for line in view.lines:
        text = line.utterance.text
        yield text
        for start, end in view.sentences(line):
            yield text[start:end].strip()
