"""Two hundred damaged recordings, made from real ones: each gives sound or a reason, none a crash.

Two dozen here; all behind the marker ``slow``, figures in docs/faults.md.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from qa_inspect.audio.decode import decode
from qa_inspect.config import DecodeLimits
from qa_inspect.errors import AudioError, DecoderError

CALLS = Path(__file__).parents[2] / "samples" / "calls"
LIMITS = DecodeLimits(timeout_s=30.0)


def flipped(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Some bytes anywhere are others."""
    changed = bytearray(data)
    for _ in range(chance.choice((1, 10, 100, 1000))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def flipped_head(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Bytes of the header are others: lengths, rates and counts that make no sense."""
    changed = bytearray(data)
    for _ in range(chance.randint(1, 16)):
        changed[chance.randrange(min(200, len(changed)))] = chance.randrange(256)
    return bytes(changed)


def cut(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The end is missing."""
    return data[: chance.randrange(1, len(data))]


def beheaded(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The beginning is missing."""
    return data[chance.randrange(1, len(data)) :]


def hollow(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """A stretch is zeros, as after a disk's fault."""
    start = chance.randrange(len(data))
    length = chance.randrange(1, len(data) // 2)
    return data[:start] + bytes(min(length, len(data) - start)) + data[start + length :]


def another_head(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """The header of another recording."""
    size = chance.choice((4, 44, 512, 4096))
    return chance.choice(others)[:size] + data[size:]


def shuffled(data: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Blocks are in another order."""
    blocks = [data[first : first + 4096] for first in range(0, len(data), 4096)]
    body = blocks[1:]
    chance.shuffle(body)
    return b"".join([*blocks[:1], *body])


MUTATIONS: list[Callable[[bytes, list[bytes], random.Random], bytes]] = [
    flipped,
    flipped_head,
    cut,
    beheaded,
    hollow,
    another_head,
    shuffled,
]


@pytest.mark.parametrize("count", [24, pytest.param(200, marks=pytest.mark.slow)])
def test_every_damaged_file_gives_sound_or_a_reason(count: int, tmp_path: Path) -> None:
    chance = random.Random(7)
    whole = {path.name: path.read_bytes() for path in sorted(CALLS.iterdir())}
    paths = []
    for number in range(count):
        name = chance.choice(sorted(whole))
        mutation = MUTATIONS[number % len(MUTATIONS)]
        path = tmp_path / f"{number:03}-{mutation.__name__}-{name}"
        path.write_bytes(mutation(whole[name], list(whole.values()), chance))
        paths.append(path)
    with ThreadPoolExecutor(2) as pool:
        found = Counter(pool.map(outcome, paths))
    assert found.total() == count
    assert found["decoder lost"] == 0
    assert found["sound"] and found["reason"]
    print(f"\n{dict(found)}")  # noqa: T201


def outcome(path: Path) -> str:
    """What becomes of a file; whatever is neither sound nor a reason is raised."""
    try:
        audio = decode(path, LIMITS)
    except DecoderError as error:
        return f"decoder lost: {error}"
    except AudioError as error:
        assert error.where == path.name
        assert error.problem and error.cure
        return "reason"
    assert audio.duration_s > 0
    return "sound"
