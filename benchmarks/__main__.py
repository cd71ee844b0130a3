"""``python -m benchmarks``: measures everything, each part in a fresh process, and writes the page.

Options are handed to the comparison; ``--data``, ``--threads``, ``--model``, ``--device`` and
``--seed`` to every part. Results go to ``benchmarks/results``.
"""

from __future__ import annotations

import subprocess
import sys

from benchmarks import compare, report

_SHARED = ("data", "threads", "model", "device", "seed")


def main() -> None:
    """Comparison, overhead, memory, page."""
    given = compare.parser().parse_args()
    common = [text for name in _SHARED for text in (f"--{name}", str(getattr(given, name)))]
    subprocess.run([sys.executable, "-m", "benchmarks.compare", *sys.argv[1:]], check=True)
    for part in ("overhead", "memory"):
        subprocess.run([sys.executable, "-m", f"benchmarks.{part}", *common], check=True)
    report.main(["--results", str(given.out.parent)])


if __name__ == "__main__":
    main()
