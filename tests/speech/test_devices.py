"""A processor is chosen, or the reason why not is said; never a silent fall-back."""

from __future__ import annotations

import pytest

from qa_inspect.errors import ModelError
from qa_inspect.speech import devices


@pytest.fixture
def cards(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of CUDA devices the machine is said to have."""
    count = [0]
    monkeypatch.setattr(devices, "usable_gpus", lambda: count[0])
    return count


@pytest.mark.parametrize(
    ("wanted", "count", "expected"),
    [
        ("auto", 0, "cpu"),
        ("auto", 1, "cuda:0"),
        ("cpu", 2, "cpu"),
        ("cuda", 1, "cuda:0"),
        ("cuda:1", 2, "cuda:1"),
    ],
)
def test_devices(cards: list[int], wanted: str, count: int, expected: str) -> None:
    cards[0] = count
    assert devices.resolve_device(wanted) == expected


@pytest.mark.parametrize(("wanted", "count"), [("cuda", 0), ("cuda:1", 1), ("cuda:0", 0)])
def test_a_device_asked_for_and_absent_is_no_reason_to_fall_back(
    cards: list[int], wanted: str, count: int
) -> None:
    cards[0] = count
    with pytest.raises(ModelError, match=f"the device {wanted} is not here"):
        devices.resolve_device(wanted)


@pytest.mark.parametrize("wanted", ["gpu", "cuda:", "cuda:x", ""])
def test_a_device_of_no_known_name_lists_the_valid_ones(cards: list[int], wanted: str) -> None:
    with pytest.raises(ModelError, match="use auto, cpu, cuda or cuda:N"):
        devices.resolve_device(wanted)
