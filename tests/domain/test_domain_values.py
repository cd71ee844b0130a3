"""Values survive the way between processes, errors keep what they say."""

from __future__ import annotations

import pickle
from pathlib import Path
from types import MappingProxyType

from qa_inspect.domain import Metadata, Recording, Severity, Span
from qa_inspect.errors import ManifestError, RubricError


def test_a_recording_with_attributes_can_be_handed_to_another_process() -> None:
    metadata = Metadata(agent_id="A1", attributes=MappingProxyType({"order_value": "64"}))
    recording = Recording("c1", Path("a.wav"), "0" * 64, metadata)
    assert pickle.loads(pickle.dumps(recording)) == recording


def test_errors_keep_where_and_cure_between_processes() -> None:
    error = pickle.loads(pickle.dumps(RubricError("bad", where="x.yaml:3", cure="mend it")))
    assert str(error) == "x.yaml:3: bad — mend it"
    faults = pickle.loads(pickle.dumps(ManifestError("two faults", faults=["line 2", "line 3"])))
    assert faults.faults == ("line 2", "line 3")


def test_severities_are_ordered() -> None:
    assert [s.rank for s in Severity] == [0, 1, 2, 3]


def test_spans_measure_what_they_share() -> None:
    assert Span(0.0, 2.0).overlap_s(Span(1.5, 5.0)) == 0.5
    assert Span(0.0, 1.0).overlap_s(Span(1.0, 2.0)) == 0.0
