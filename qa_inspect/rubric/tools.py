"""What checks need besides the call: models that are loaded once, when first asked for.

This module does not know rubrics or calls. Later kinds bring their models in here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from qa_inspect.language.embed import Embedder, MemoryCache, Vector, VectorCache, load_embedder
from qa_inspect.rubric.heads import Head, find_head, load_head
from qa_inspect.rubric.letter_heads import LetterHead
from qa_inspect.rubric.llm_server import LlmServer, settings_from
from qa_inspect.rubric.phrase_memory import PhraseMemory
from qa_inspect.rubric.text_classifier import TextClassifier, load_classifier
from qa_inspect.rubric.word_heads import WordHead, load_word_head


class Tools:
    """Models for checks. One value serves every call of a run.

    ``embedder`` is the sentence model; left out, the bundled one is loaded at first use (raises
    ModelError where it is missing), and the vectors of rubric examples are kept on this machine.
    ``cache`` is where the bundled model's vectors are kept; in memory unless given.
    """

    def __init__(
        self, embedder: Embedder | None = None, *, cache: VectorCache | None = None
    ) -> None:
        self.phrases = PhraseMemory()
        self._embedder = embedder
        self._cache = cache
        self._examples: VectorCache | None = None if embedder is None else MemoryCache()
        self._directions: dict[tuple[tuple[str, ...], tuple[str, ...]], Vector] = {}
        self._llm: LlmServer | None = None
        self._llm_sought = False
        self._at_hand: tuple[Vector, Mapping[str, int]] = np.zeros((0, 0), dtype=np.float32), {}
        self._heads: dict[tuple[str, Path | None], Head] = {}
        self._word_heads: dict[tuple[str, Path | None], WordHead | LetterHead] = {}
        self._classifiers: dict[tuple[str, Path | None], TextClassifier] = {}

    @property
    def llm(self) -> LlmServer | None:
        """The language model of the house, None where none is configured. Raises InputError."""
        if not self._llm_sought:
            settings = settings_from()
            self._llm = None if settings is None else LlmServer(settings)
            self._llm_sought = True
        return self._llm

    @property
    def embedder(self) -> Embedder:
        """The sentence model, loaded now if it was not before."""
        if self._embedder is None:
            self._embedder = load_embedder(cache=self._cache)
        return self._embedder

    def vectors(self, texts: Sequence[str]) -> Vector:
        """Unit vectors, float32 of shape (len(texts), dimensions). The embedder keeps them."""
        rows, at = self._at_hand
        places = [at.get(text, -1) for text in texts]
        if texts and -1 not in places:
            return np.asarray(rows[places])
        return self.embedder.embed(texts)

    def have_at_hand(self, texts: Sequence[str]) -> None:
        """Embeds what the checks of one call will ask for; the call before is forgotten.

        Raises ModelError.
        """
        rows = self.embedder.embed(texts)
        self._at_hand = rows, {text: at for at, text in enumerate(texts)}

    def example_vectors(self, texts: Sequence[str]) -> Vector:
        """Unit vectors of a rubric's own sentences, float32 of shape (len(texts), dimensions)."""
        cache = self._example_cache()
        known = dict(cache.get(texts))
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        if missing:
            fresh = dict(zip(missing, self.vectors(missing), strict=True))
            cache.put(fresh)
            known |= fresh
        return np.stack([known[text] for text in texts]) if texts else self.vectors(texts)

    def direction(self, examples: tuple[str, ...], others: tuple[str, ...]) -> Vector:
        """From the mean of ``others`` to the mean of ``examples``, float32 (dimensions,).

        A vector's product with it is the mean of its cosines with the ones less that with the
        others, at a fraction of the cost.
        """
        known = self._directions.get((examples, others))
        if known is None:
            towards = self.example_vectors(examples).mean(axis=0)
            known = np.asarray(towards - self.example_vectors(others).mean(axis=0))
            self._directions[examples, others] = known
        return known

    def head(self, name: str, rubric: Path | None) -> Head:
        """The head that a rubric file names, fit for the sentence model. Raises ModelError."""
        known = self._heads.get((name, rubric))
        if known is None:
            known = load_head(find_head(name, rubric))
            known.check_model(self.embedder)
            self._heads[name, rubric] = known
        return known

    def word_head(self, name: str, rubric: Path | None) -> WordHead | LetterHead:
        """The head that cues name, fit for the sentence model where it asks one. Raises
        ModelError."""
        known = self._word_heads.get((name, rubric))
        if known is None:
            known = load_word_head(find_head(name, rubric))
            if isinstance(known, WordHead):
                known.check_model(self.embedder.model)
            self._word_heads[name, rubric] = known
        return known

    def classifier(self, name: str, rubric: Path | None) -> TextClassifier:
        """The text-classification model that a rubric file names, loaded once. Raises
        ModelError."""
        known = self._classifiers.get((name, rubric))
        if known is None:
            known = load_classifier(name, rubric)
            self._classifiers[name, rubric] = known
        return known

    def _example_cache(self) -> VectorCache:
        if self._examples is None:
            from qa_inspect.language.kept_vectors import KeptVectors
            from qa_inspect.weights import cache_folder

            self._examples = KeptVectors(cache_folder() / "vectors" / f"{self.embedder.model}.npz")
        return self._examples
