"""The systems that the product is measured against, each used as its makers show it.

(a) openai-whisper, (b) faster-whisper one file after another, (c) its batched pipeline, (d) the
usual recipe: silero voice activity and batched Whisper with word times, pyannote beside it at its
defaults, and every word given to who speaks most during it. All use the same Whisper weights.
This module does not know how they are timed.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.ways import Settings, Way
from qa_inspect import weights
from qa_inspect.config import SAMPLE_RATE

_CLUSTERING = {"method": "centroid", "min_cluster_size": 12, "threshold": 0.7045654963945799}
"""What pyannote's own speaker-diarization-3.1 sets for agglomerative clustering."""

_MEL_BINS = 80
_FEWEST_FRAMES = 10


class OpenaiWhisper:
    """(a) ``whisper.transcribe`` at its defaults, in float32 as it must be on a CPU."""

    def __init__(self, settings: Settings) -> None:
        import torch
        import whisper

        from qa_inspect.speech.transcribe.convert import to_openai

        torch.set_num_threads(settings.threads)
        self._half = settings.device != "cpu"
        checkpoint = to_openai(weights.find(settings.model))
        self._model = whisper.load_model(str(checkpoint), device=settings.device)

    def run(self, way: Way, paths: Sequence[Path]) -> list[str]:
        """The text of each file; word times only where the way asks for them."""
        import whisper

        return [
            str(
                whisper.transcribe(
                    self._model, _decode(path), fp16=self._half, word_timestamps=way.word_times
                )["text"]
            )
            for path in paths
        ]


class FasterWhisper:
    """(b) and (c) ``WhisperModel`` and ``BatchedInferencePipeline``, int8 on a CPU."""

    def __init__(self, settings: Settings) -> None:
        from faster_whisper import BatchedInferencePipeline, WhisperModel

        kind, _, number = settings.device.partition(":")
        self._model = WhisperModel(
            str(weights.find(settings.model).path),
            device=kind,
            device_index=int(number or 0),
            compute_type="int8" if kind == "cpu" else "float16",
            cpu_threads=settings.threads,
            local_files_only=True,
        )
        self._batched = BatchedInferencePipeline(self._model)

    def run(self, way: Way, paths: Sequence[Path]) -> list[str]:
        """The text of each file."""
        return [_text_of(self.segments(way, _decode(path))) for path in paths]

    def segments(self, way: Way, samples: Any) -> list[Any]:
        """faster-whisper's segments of one recording, all decoded."""
        if way.key == "one-by-one":
            found, _ = self._model.transcribe(samples, beam_size=way.beam)
        else:
            found, _ = self._batched.transcribe(
                samples,
                beam_size=way.beam,
                batch_size=way.batch_size,
                word_timestamps=way.word_times,
            )
        return list(found)


class Recipe:
    """(d) batched faster-whisper with word times, and pyannote beside it.

    pyannote is told that two people speak and else left as it comes: a step of a tenth of the
    window, batches of one. Its own embedding and PLDA cannot be had offline, so it gets the same
    speaker embedding as ours and agglomerative clustering with its makers' thresholds.
    """

    def __init__(self, settings: Settings) -> None:
        import torch

        torch.set_num_threads(settings.threads)
        self._recogniser = FasterWhisper(settings)
        self._diarization = _diarization(settings.device)

    def run(self, way: Way, paths: Sequence[Path]) -> list[str]:
        """The text of each file, a line for each stretch of one speaker."""
        return [self._hear(way, path) for path in paths]

    def _hear(self, way: Way, path: Path) -> str:
        import torch

        samples = _decode(path)
        segments = self._recogniser.segments(way, samples)
        sound = {"waveform": torch.from_numpy(samples).unsqueeze(0), "sample_rate": SAMPLE_RATE}
        found = self._diarization(sound, num_speakers=2).speaker_diarization
        turns = [(t.start, t.end, str(who)) for t, _, who in found.itertracks(yield_label=True)]
        lines: list[tuple[str, list[str]]] = []
        for segment in segments:
            for word in segment.words or ():
                speaker = who_speaks(word.start, word.end, turns)
                if not lines or lines[-1][0] != speaker:
                    lines.append((speaker, []))
                lines[-1][1].append(word.word)
        return "\n".join("".join(words).strip() for _, words in lines)


def who_speaks(start_s: float, end_s: float, turns: Sequence[tuple[float, float, str]]) -> str:
    """Who speaks longest in a stretch of seconds; an empty name where nobody does."""
    shared: dict[str, float] = {}
    for begin, end, speaker in turns:
        overlap = min(end, end_s) - max(begin, start_s)
        if overlap > 0:
            shared[speaker] = shared.get(speaker, 0.0) + overlap
    return max(shared, key=lambda speaker: shared[speaker], default="")


def _decode(path: Path) -> Any:
    """Mono float32 at 16 kHz by faster-whisper's own decoder, which mixes channels."""
    from faster_whisper.audio import decode_audio

    return decode_audio(str(path), sampling_rate=SAMPLE_RATE)


def _text_of(segments: Sequence[Any]) -> str:
    return "".join(str(segment.text) for segment in segments).strip()


def _diarization(device: str) -> Any:
    """pyannote's pipeline from local parts, with nothing changed that has a default."""
    import torch
    from pyannote.audio.core.plda import PLDA
    from pyannote.audio.pipelines import SpeakerDiarization

    pipeline: Any = SpeakerDiarization(
        segmentation=str(weights.find("segmentation-3.0").path),
        embedding=_embedding(),
        # Agglomerative clustering never asks it; the pipeline only insists on having one.
        plda=PLDA.__new__(PLDA),
        clustering="AgglomerativeClustering",
    )
    pipeline.instantiate({"segmentation": {"min_duration_off": 0.0}, "clustering": _CLUSTERING})
    return pipeline.to(torch.device(device))


def _embedding() -> Any:
    """CAM++ as a pyannote model.

    Its pooling knows no weights, so a speaker's frames are picked out first and a speaker with
    next to none gets no vector, as pyannote's own adapter does for such networks.
    """
    import torch
    from pyannote.audio import Model
    from pyannote.audio.core.task import Problem, Resolution, Specifications
    from torch.nn import functional
    from torchaudio.compliance import kaldi

    from qa_inspect.speech.embedding import DIMENSIONS, _network_code

    network = _network_code().CAMPPlus(feat_dim=_MEL_BINS, embedding_size=DIMENSIONS)
    path = str(weights.find("campplus-zh-en").path)
    network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))

    class CamPlusPlus(Model):  # type: ignore[misc]
        dimension = DIMENSIONS

        def __init__(self) -> None:
            super().__init__(sample_rate=SAMPLE_RATE, num_channels=1)
            self.network = network.eval()
            self.specifications = Specifications(
                problem=Problem.REPRESENTATION, resolution=Resolution.CHUNK, duration=5.0
            )

        def forward(self, waveforms: Any, weights: Any = None) -> Any:
            rows = torch.full((len(waveforms), DIMENSIONS), torch.nan, device=waveforms.device)
            for number, waveform in enumerate(waveforms):
                frames = kaldi.fbank(waveform, num_mel_bins=_MEL_BINS, sample_frequency=SAMPLE_RATE)
                frames = frames - frames.mean(dim=0, keepdim=True)
                if weights is not None:
                    mask = functional.interpolate(weights[number][None, None], size=len(frames))
                    frames = frames[mask[0, 0] > 0.5]
                if len(frames) >= _FEWEST_FRAMES:
                    rows[number] = self.network(frames[None])[0]
            return rows

    return CamPlusPlus().eval()
