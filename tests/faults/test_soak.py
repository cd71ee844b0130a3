"""Two thousand short calls, and a hundred and fifty real ones: memory and handles stay flat.

Figures are in docs/faults.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from faults.nights import contents, night, undisturbed
from scripted import Silent

from qa_inspect.domain import CallResult

MIB = 1 << 20


@dataclass(frozen=True)
class Use:
    """What the run and its workers use: MiB of memory, open files, threads of the run."""

    run_mib: float
    workers_mib: float
    handles: int
    worker_handles: int
    threads: int


@dataclass
class Watched(Silent):
    """Takes the measure every so many calls."""

    every: int
    uses: list[Use] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def done(self, result: CallResult) -> None:
        """Note a result."""
        super().done(result)
        if len(self.results) % self.every == 0:
            self.uses.append(use())
        # The results themselves are not to be counted.
        self.results[-1] = None  # type: ignore[call-overload]


def use() -> Use:
    """What is in use now."""
    me = psutil.Process()
    workers = [each for each in me.children() if is_worker(each)]
    return Use(
        me.memory_info().rss / MIB,
        sum(each.memory_info().rss for each in workers) / MIB,
        me.num_fds(),
        sum(each.num_fds() for each in workers),
        me.num_threads(),
    )


def is_worker(child: psutil.Process) -> bool:
    """Whether a child inspects calls; one that has ended and was not waited for yet does not."""
    try:
        return "spawn_main" in " ".join(child.cmdline())
    except psutil.Error:
        return False


def assert_flat(uses: list[Use], allowed_mib: float) -> None:
    """The last third uses no more than what went before, but for some noise: a worker's memory
    grows for its first hundred calls, until each kind of chunk has been met."""
    settled = 2 * len(uses) // 3
    early, late = uses[1:settled], uses[settled:]
    limits: dict[str, tuple[Callable[[Use], float], float]] = {
        "memory of the run": (lambda one: one.run_mib, allowed_mib),
        "memory of the workers": (lambda one: one.workers_mib, allowed_mib),
        "handles of the run": (lambda one: one.handles, 2),
        "handles of the workers": (lambda one: one.worker_handles, 4),
        "threads of the run": (lambda one: one.threads, 2),
    }
    for name, (of, allowed) in limits.items():
        assert max(map(of, late)) <= max(map(of, early)) + allowed, (name, uses)


@pytest.mark.slow
@pytest.mark.timeout(1200)
def test_two_thousand_short_calls_leave_memory_and_handles_flat(tmp_path: Path) -> None:
    watched = Watched(every=100)
    summary = night(tmp_path / "qa.db", 2000, 1, progress=watched)
    assert summary.done == 2000
    assert contents(tmp_path / "qa.db") == undisturbed(2000)
    for number, one in enumerate(watched.uses, start=1):
        print(f"{100 * number:5} calls: {one}")  # noqa: T201
    assert_flat(watched.uses, 20.0)


@pytest.mark.slow
@pytest.mark.models
@pytest.mark.timeout(3000)
def test_real_calls_leave_memory_and_handles_flat(tmp_path: Path) -> None:
    from qa_inspect.audio.intake import find_recordings
    from qa_inspect.batch.canary import open_and_hear
    from qa_inspect.batch.inspect import Inspector
    from qa_inspect.batch.local import plan_run, run_batch
    from qa_inspect.batch.processes import supervised
    from qa_inspect.batch.stopping import Stop
    from qa_inspect.config import Config
    from qa_inspect.store.results import open_store

    clips(tmp_path / "calls", 150)
    config = Config(device="cpu", jobs=1)
    inspector = Inspector(config)
    watched = Watched(every=15)
    with (
        open_store(tmp_path / "qa.db") as store,
        supervised(config, inspector.judge.rubric_names, open_and_hear) as executor,
    ):
        plan = plan_run(find_recordings([str(tmp_path / "calls")], None).recordings, store)
        summary = run_batch(
            plan,
            inspector,
            store,
            run_id=None,
            stop=Stop(),
            progress=watched,
            executor=executor,
        )
    assert summary.done + len(summary.failed) == 150
    for number, one in enumerate(watched.uses, start=1):
        print(f"{15 * number:5} calls: {one}")  # noqa: T201
    print(f"{summary.audio_s:.0f} s in {summary.wall_s:.0f} s")  # noqa: T201
    assert_flat(watched.uses, 150.0)


def clips(folder: Path, count: int) -> None:
    """Calls of 6 to 12 s, cut from the samples at other places each."""
    import wave

    import numpy as np

    from qa_inspect.audio.decode import decode
    from qa_inspect.config import SAMPLE_RATE, DecodeLimits

    folder.mkdir()
    names = ("01_excellent_en.ogg", "03_jargon_en.ogg", "09_good_zh.flac", "10_good_id.ogg")
    source = Path(__file__).parents[2] / "samples" / "calls"
    wholes = [decode(source / name, DecodeLimits()).samples for name in names]
    for number in range(count):
        whole = wholes[number % len(wholes)]
        length = SAMPLE_RATE * (6 + number % 7)
        start = (number * 7919 * 13) % (whole.shape[1] - length)
        piece = (whole[:, start : start + length].T * 32767).astype(np.int16)
        with wave.open(str(folder / f"clip-{number:03}.wav"), "wb") as file:
            file.setparams((piece.shape[1], 2, SAMPLE_RATE, 0, "NONE", ""))
            file.writeframes(piece.tobytes())
