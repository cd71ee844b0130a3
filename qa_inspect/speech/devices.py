"""Which processor models run on: resolves ``auto``, and says plainly why a GPU cannot be used.

This module does not know the models.
"""

from __future__ import annotations

import re
from pathlib import Path

from qa_inspect.errors import ModelError

GPU_FILES = ("nvidia[0-9]*", "dxg", "nvhost*")
"""Device files without one of which there is no CUDA: a server's or desktop's, WSL's, Jetson's."""


def usable_gpus() -> int:
    """How many CUDA devices both torch and CTranslate2 can use.

    A driver too old for either is found here: CTranslate2 would otherwise return empty text and
    no error. On a machine without a GPU nothing is imported.
    """
    if not any(True for pattern in GPU_FILES for _ in Path("/dev").glob(pattern)):
        return 0
    import ctranslate2
    import torch

    seen = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return min(seen, int(ctranslate2.get_cuda_device_count()))


def resolve_device(wanted: str) -> str:
    """``cpu`` or ``cuda:N`` for ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        ModelError: a GPU was asked for that is not there, or the name is none of these.
    """
    if wanted == "cpu":
        return "cpu"
    named = re.fullmatch(r"auto|cuda(?::(\d+))?", wanted)
    if named is None:
        raise ModelError(f"there is no device {wanted!r}", cure="use auto, cpu, cuda or cuda:N")
    count, number = usable_gpus(), int(named[1] or 0)
    if wanted == "auto":
        return "cuda:0" if count else "cpu"
    if number >= count:
        raise ModelError(
            f"the device {wanted} is not here: {count} usable CUDA devices are found",
            cure="use --device cpu, or check the driver with nvidia-smi",
        )
    return f"cuda:{number}"
