"""The page made from results: figures, targets reached or missed, no sentence anybody said."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from benchmarks.figures import Run, Spread, WordCount
from benchmarks.report import figure, render, table, verdict
from benchmarks.ways import WAYS, Calls


def _comparison() -> dict[str, Any]:
    runs = [
        Run(way.key, number, wall_s=10.0 if way.system.startswith("ours") else 45.0, audio_s=90.0)
        for number in range(2)
        for way in WAYS
    ]
    return {
        "made": "2030-01-01",
        "machine": {
            "cores": 2,
            "threads": 2,
            "device": "cpu",
            "model": "whisper-base",
            "python": "3.11",
            "versions": {"torch": "2", "absent": None},
        },
        "source": "the project's samples",
        "rounds": 2,
        "batch_size": 8,
        "ways": [asdict(way) for way in WAYS],
        "calls": {str(kind): {"calls": 2, "seconds": 90.0} for kind in Calls},
        "runs": [asdict(run) for run in runs],
        "words": {"ours-text": [asdict(WordCount("en", "words", 200, 100, 10))]},
    }


def test_the_page_shows_ratios_targets_and_words() -> None:
    page = render(_comparison())
    assert "| ours, whole, mono | (d) usual recipe, mono | 4.50 | ≥ 4 | yes |" in page
    assert "| ours, whole, stereo | (d) usual recipe, stereo | 4.50 | ≥ 6 | **no** |" in page
    assert "| ours, whole, mono | real time | 9.0 | ≥ 10 | **no** |" in page
    assert "| ours, transcription alone | en | 200 words | 100 words | 10.0% |" in page
    assert "## Time outside models" not in page
    assert "absent" not in page


def test_overhead_and_memory_are_shown_where_measured() -> None:
    part = {
        "calls": 2,
        "audio_s": 90.0,
        "wall_s": 10.0,
        "outside_share": 0.05,
        "models": {"torch networks": 2.0},
        "own": {"scoring": 0.3},
        "unknown_s": 0.2,
    }
    memory = {
        "early_call": 50,
        "last_call": 500,
        "early_mib": 1000.0,
        "last_mib": 1150.0,
        "peak_mib": 1200.0,
        "growth": 0.15,
        "kinds": 12,
    }
    slow = part | {"outside_share": 0.2, "own": {"storing": 1.0}}
    page = render(_comparison(), {"mono": part, "stereo": slow}, memory)
    assert "| mono | 2 calls, 90 s | 10.0 s | 5.0% | ≤ 8% | yes |" in page
    assert "| stereo | 2 calls, 90 s | 10.0 s | 20.0% | ≤ 8% | **no** |" in page
    assert "| scoring | ours | 3.0% | 0.0% |" in page
    assert "| 1000 MiB | 1150 MiB | 1200 MiB | +15.0% | ≤ +10% | **no** |" in page


def test_a_part_of_the_ways_can_be_shown() -> None:
    comparison = _comparison()
    comparison["ways"] = [way for way in comparison["ways"] if way["key"] == "batched"]
    comparison["runs"] = [run for run in comparison["runs"] if run["way"] == "batched"]
    assert "(c) faster-whisper batched" in render(comparison)


def test_figures_show_their_spread() -> None:
    assert figure(Spread(2.0, 1.5, 2.5)) == "2.0 (1.5–2.5)"
    assert figure(Spread(2.0, 2.0, 2.0), 2) == "2.00"
    assert figure(None) == "not measured"
    assert verdict(None, 1) == "not measured"
    assert table(("a", "b"), [("1", "2")]).splitlines() == [
        "| a | b |",
        "| --- | --- |",
        "| 1 | 2 |",
    ]
