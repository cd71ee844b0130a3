"""Which processor models run on: resolves ``auto``, and says plainly why a GPU cannot be used.

This module does not know the models.
"""

from __future__ import annotations

import re

from qa_inspect.errors import ModelError


def cuda_problem() -> str | None:
    """Why CUDA cannot be used, in one sentence, or None where it can.

    A driver too old for the installed torch or CTranslate2 is found here: CTranslate2 would
    otherwise return empty text and no error.
    """
    import ctranslate2
    import torch

    if not torch.cuda.is_available():
        return "torch finds no usable CUDA device"
    if ctranslate2.get_cuda_device_count() < torch.cuda.device_count():
        return "CTranslate2 finds fewer CUDA devices than torch: the driver is too old for it"
    return None


def resolve_device(wanted: str) -> str:
    """``cpu`` or ``cuda:N`` for ``auto``, ``cpu``, ``cuda`` or ``cuda:N``.

    Raises:
        ModelError: a GPU was asked for that is not there, or the name is none of these.
    """
    if wanted == "cpu":
        return "cpu"
    if wanted == "auto":
        return "cpu" if cuda_problem() else "cuda:0"
    named = re.fullmatch(r"cuda(?::(\d+))?", wanted)
    if named is None:
        raise ModelError(
            f"no device is called {wanted!r}",
            where="--device",
            cure="use auto, cpu, cuda or cuda:N",
        )
    problem = cuda_problem()
    number = int(named[1] or 0)
    if problem is None:
        import torch

        if number >= torch.cuda.device_count():
            problem = f"there are only {torch.cuda.device_count()} CUDA devices"
    if problem:
        raise ModelError(problem, where=f"--device {wanted}", cure="use --device auto or cpu")
    return f"cuda:{number}"
