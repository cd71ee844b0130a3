"""How much time and memory a worker gets."""

from __future__ import annotations

from qa_inspect.batch.limits import GIB, Patience, machine_memory, memory_limit


def test_time_goes_by_length_and_by_the_speed_measured() -> None:
    patience = Patience(300.0, 120.0)
    before = patience.limit_s("recognise", 300.0)
    assert before == 300.0 + 4 * 300.0, "nothing is known yet"
    for _ in range(4):
        patience.learn("recognise", 300.0, 15.0)
    assert patience.limit_s("recognise", 300.0) == 300.0 + 20 * 15.0
    assert patience.limit_s("recognise", 0.0) == 300.0
    assert patience.limit_s("listen", 300.0) == before, "stages differ"
    assert patience.limit_s("decode", 0.0) == 300.0 + 3 * 120.0


def test_memory_is_shared_by_the_jobs_unless_told() -> None:
    assert memory_limit(2.0, 8) == 2 * GIB
    assert 0 < memory_limit(0.0, 4) <= machine_memory() / 4
    assert memory_limit(0.0, 1) < machine_memory()
