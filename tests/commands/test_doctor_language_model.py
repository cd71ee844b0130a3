"""What ``doctor`` says about the language model of the house."""

from __future__ import annotations

import pytest

from qa_inspect.commands import doctor
from qa_inspect.rubric import llm_server


def _finding(monkeypatch: pytest.MonkeyPatch, url: str | None) -> doctor.Finding:
    if url is None:
        monkeypatch.delenv(llm_server.URL, raising=False)
    else:
        monkeypatch.setenv(llm_server.URL, url)
    return doctor._language_model()


def test_no_language_model_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    found = _finding(monkeypatch, None)
    assert found.ok is None
    assert llm_server.URL in found.detail


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("http://127.0.0.1:9/v1", "cannot be reached"),
        ("http://8.8.8.8/v1", "outside your network"),
        ("nonsense", "no address"),
    ],
)
def test_one_that_cannot_be_used_must_be_mended(
    monkeypatch: pytest.MonkeyPatch, url: str, problem: str
) -> None:
    found = _finding(monkeypatch, url)
    assert found.ok is False
    assert problem in found.detail
    assert found.cure
