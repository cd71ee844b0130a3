"""The parts of ``make_samples.py``: dialogues in, sample calls and their truth out.

Nothing here is part of the product; the product reads only the files that come out.
"""
