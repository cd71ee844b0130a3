"""Text-classification models of the transformers library, from this machine only.

A model is named by a folder or by a hub repository whose files are already in the hub's cache;
nothing is fetched. Only weights in the safetensors format are opened, and no code that comes with
a model is run. This module does not know rubrics, labels that count or thresholds.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from qa_inspect.errors import ModelError
from qa_inspect.language.embed import MemoryCache

BATCH = 32
MOST_TOKENS = 256
"""Tokens of a line that are read; a minute of speech is about 200."""
_KEPT = 50_000

Likelihoods = NDArray[np.float32]


class TextClassifier(Protocol):
    """Says of texts how likely each label is."""

    @property
    def name(self) -> str:
        """What it was called by."""
        ...

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of its labels, in the order of its answers."""
        ...

    @property
    def exclusive(self) -> bool:
        """Whether a text has exactly one label, so that likelihoods add up to 1."""
        ...

    def classify(self, texts: Sequence[str]) -> Likelihoods:
        """Likelihoods 0–1, float32 of shape (len(texts), labels). Raises ModelError."""
        ...


class CachedClassifier:
    """A classifier that is asked once about each distinct text.

    ``compute`` takes distinct texts and gives float32 (n, labels). Safe to share between threads.
    """

    def __init__(
        self,
        compute: Callable[[Sequence[str]], Likelihoods],
        *,
        name: str,
        labels: Sequence[str],
        exclusive: bool = True,
        batch: int = BATCH,
    ) -> None:
        self._compute = compute
        self._name = name
        self._labels = tuple(labels)
        self._exclusive = exclusive
        self._batch = batch
        self._kept = MemoryCache(_KEPT)
        self._lock = threading.Lock()

    @property
    def name(self) -> str:
        """What it was called by."""
        return self._name

    @property
    def labels(self) -> tuple[str, ...]:
        """The names of its labels, in the order of its answers."""
        return self._labels

    @property
    def exclusive(self) -> bool:
        """Whether a text has exactly one label."""
        return self._exclusive

    def classify(self, texts: Sequence[str]) -> Likelihoods:
        """Likelihoods 0–1, float32 of shape (len(texts), labels). Raises ModelError."""
        if not texts:
            return np.zeros((0, len(self._labels)), dtype=np.float32)
        distinct = list(dict.fromkeys(texts))
        known = dict(self._kept.get(distinct))
        # texts of like length together: a batch is as slow as its longest
        missing = sorted((text for text in distinct if text not in known), key=len)
        for start in range(0, len(missing), self._batch):
            part = missing[start : start + self._batch]
            with self._lock:
                rows = self._compute(part)
            if rows.shape != (len(part), len(self._labels)) or not np.isfinite(rows).all():
                raise ModelError(
                    f"the model {self._name} gave no usable likelihoods",
                    cure="fetch or copy its files again",
                )
            fresh = dict(zip(part, rows, strict=True))
            self._kept.put(fresh)
            known |= fresh
        return np.stack([known[text] for text in texts])


def load_classifier(name: str, rubric: Path | None = None) -> CachedClassifier:
    """The model of that name: a folder (from the rubric file or the working folder), or a hub
    repository in the hub's cache. It runs on the CPU.

    Raises ModelError where it is missing, damaged, no text-classification model, or needs code of
    its own.
    """
    folder = folder_of(name, rubric)
    try:
        import torch
        import transformers
    except ImportError as error:
        raise ModelError(
            f"text-classification models need the transformers library ({error})",
            where=name,
            cure="install it with `pip install 'qa-inspect[transformers]'`",
        ) from error
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    quietly: dict[str, Any] = {"local_files_only": True, "trust_remote_code": False}
    try:
        settings = transformers.AutoConfig.from_pretrained(str(folder), **quietly)
        _check_task(settings, name, folder)
        tokenizer = transformers.AutoTokenizer.from_pretrained(str(folder), **quietly)
        model, report = transformers.AutoModelForSequenceClassification.from_pretrained(
            str(folder), use_safetensors=True, output_loading_info=True, **quietly
        )
    except ModelError:
        raise
    except Exception as error:  # the library raises whatever its parsers do
        reason = " ".join(str(error).split())[:300]
        raise ModelError(
            f"the model {name} cannot be opened ({reason})",
            where=str(folder),
            cure="it needs config.json, the tokenizer's files and model.safetensors; models that "
            "bring code of their own are not run",
        ) from error
    if report["missing_keys"]:
        raise ModelError(
            f"the model {name} lacks weights ({', '.join(sorted(report['missing_keys'])[:3])})",
            where=str(folder),
            cure="fetch or copy its files again",
        )
    model.eval()
    exclusive = settings.num_labels > 1 and (settings.problem_type != "multi_label_classification")
    longest = _longest(settings, tokenizer)

    def compute(texts: Sequence[str]) -> Likelihoods:
        batch = tokenizer(
            list(texts), padding=True, truncation=True, max_length=longest, return_tensors="pt"
        )
        with torch.inference_mode():
            answers = model(**batch).logits.float()
        likely = torch.softmax(answers, dim=-1) if exclusive else torch.sigmoid(answers)
        return np.asarray(likely.numpy(), dtype=np.float32)

    return CachedClassifier(
        compute, name=name, labels=_labels(settings.id2label), exclusive=exclusive
    )


def folder_of(name: str, rubric: Path | None) -> Path:
    """Where the model of that name lies. Raises ModelError where it is not on this machine."""
    from qa_inspect import weights

    beside = rubric.parent / name if rubric is not None else Path(name)
    if beside.is_dir():
        return beside
    try:
        return weights.find(name).path
    except ModelError as error:
        raise ModelError(
            f"the model {name} is not on this machine",
            where=str(beside),
            cure="name a folder, as a path from the rubric file, or a hub repository that was "
            "fetched before; nothing is fetched here",
        ) from error


def _check_task(settings: Any, name: str, folder: Path) -> None:
    """Refuses models without a classifying layer: the library would make up a random one."""
    built_as = [str(architecture) for architecture in settings.architectures or ()]
    if not any(architecture.endswith("ForSequenceClassification") for architecture in built_as):
        raise ModelError(
            f"the model {name} is no text-classification model "
            f"(it is {', '.join(built_as) or 'of no stated kind'})",
            where=str(folder),
            cure="name a model that was trained to give texts a label",
        )


def _labels(names: Mapping[int, str]) -> list[str]:
    return [str(names[at]) for at in sorted(names)]


def _longest(settings: Any, tokenizer: Any) -> int:
    """Tokens that the model can read; some count two positions for themselves."""
    positions = getattr(settings, "max_position_embeddings", None) or MOST_TOKENS + 2
    return int(max(8, min(MOST_TOKENS, tokenizer.model_max_length, positions - 2)))
