"""A run's figures as a text file for Prometheus (node_exporter's textfile collector).

The file is replaced whole. This module does not know how figures come about.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qa_inspect.errors import InputError

_GAUGES = (
    ("calls_done", "done", "Calls inspected by the last run."),
    ("calls_failed", "failed", "Calls of the last run that could not be inspected."),
    ("calls_left", "left", "Calls that the last run did not reach."),
    ("files_unread", "unread", "Files that the last run did not look at any more."),
    ("calls_unsettled", "unsettled", "Calls not judged in view of one another yet."),
    ("calls_needing_review", "needs_review", "Calls of the last run that a person should look at."),
    ("audio_seconds", "audio_s", "Recorded time that the last run inspected."),
    ("run_seconds", "wall_s", "How long the last run took."),
    ("speed_ratio", "speed", "Recorded time over wall time in the last run."),
    ("mean_score", "mean_score", "Mean score of the last run's calls (0-100)."),
    ("silence_ratio", "mean_silence", "Mean share of silence in the last run's calls (0-1)."),
    ("warnings", "warnings", "What the last run found unusual beside earlier nights."),
    ("finished_timestamp_seconds", "finished_at", "When the last run ended (Unix time)."),
    (
        "exit_code",
        "exit_code",
        "How the last run ended: 0 done, 1 could not start, 3 some failed, 4 work left.",
    ),
    (
        "broken_off",
        "broken_off",
        "1 where the last run broke off (disk, database, models), 0 where it ended or was stopped.",
    ),
    (
        "watch_hindered",
        "watch_hindered",
        "1 where the last look at a watched folder or at its manifest failed, else 0.",
    ),
)


def check_place(path: Path) -> None:
    """Raises InputError where no metrics can be written to ``path``; leaves nothing behind."""
    try:
        with tempfile.TemporaryFile(dir=path.absolute().parent):
            return
    except OSError as error:
        raise _unwritable(path, error) from error


def write_metrics(path: Path, figures: Mapping[str, Any]) -> None:
    """Write ``figures`` as ``qa_inspect_…`` gauges; what is None is left out.

    ``flags`` and ``languages`` are counts by name and become labels. Raises InputError where the
    file cannot be written.
    """
    from prometheus_client import CollectorRegistry, Gauge, write_to_textfile

    registry = CollectorRegistry()
    for name, key, meaning in _GAUGES:
        value = figures.get(key)
        if value is not None:
            Gauge(f"qa_inspect_{name}", meaning, registry=registry).set(float(value))
    for key, label in (("flags", "flag"), ("languages", "language")):
        told = f"Calls of the last run by {label}."
        gauge = Gauge(f"qa_inspect_calls_by_{label}", told, [label], registry=registry)
        for name, count in figures.get(key, {}).items():
            gauge.labels(name).set(count)
    try:
        write_to_textfile(str(path), registry)
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> InputError:
    return InputError(
        f"the metrics cannot be written: {error.strerror or error}",
        where=str(path),
        cure="name a file in a folder that exists and where this user may write",
    )
