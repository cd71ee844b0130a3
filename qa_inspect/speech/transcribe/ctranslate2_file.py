"""Reads the binary model files of CTranslate2 (``model.bin``).

The layout, little-endian: version (u32), specification's name, its revision (u32), the number of
variables (u32), then for each its name, rank (u8), dimensions (u32 each), type (u8), size in bytes
(u32) and data; then the number of aliases (u32) and pairs of names. A name is its length with the
closing zero byte (u16) and its bytes. This module does not know what the variables mean.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from qa_inspect.errors import ModelError

_VERSIONS = range(5, 7)
_TYPES = ("<f4", "<i1", "<i2", "<i4", "<f2", "bfloat16")


@dataclass(frozen=True, slots=True)
class ModelVariables:
    """A model file's content: the specification (``WhisperSpec``), and arrays by name.

    Aliases are resolved. bfloat16 is widened to float32, everything else is as stored.
    """

    specification: str
    revision: int
    arrays: Mapping[str, npt.NDArray[Any]]


def read_variables(path: Path) -> ModelVariables:
    """The variables of a CTranslate2 model file; raises ModelError where it is not one."""
    try:
        with path.open("rb") as stream:
            return _read(stream, path)
    except (struct.error, UnicodeDecodeError, KeyError, ValueError) as error:
        raise _not_a_model(path, str(error)) from error
    except OSError as error:
        raise _not_a_model(path, str(error.strerror)) from error


def _read(stream: BinaryIO, path: Path) -> ModelVariables:
    (version,) = _take(stream, "<I")
    if version not in _VERSIONS:
        raise _not_a_model(path, f"version {version} is not known")
    specification = _name(stream)
    revision, count = _take(stream, "<II")
    arrays: dict[str, npt.NDArray[Any]] = {}
    for _ in range(count):
        name = _name(stream)
        arrays[name] = _array(stream)
    for _ in range(_take(stream, "<I")[0]):
        alias = _name(stream)
        arrays[alias] = arrays[_name(stream)]
    return ModelVariables(specification, revision, arrays)


def _array(stream: BinaryIO) -> npt.NDArray[Any]:
    (rank,) = _take(stream, "<B")
    shape = _take(stream, f"<{rank}I")
    kind, size = _take(stream, "<BI")
    if kind >= len(_TYPES):
        raise ValueError(f"type {kind} is not known")
    raw = stream.read(size)
    if len(raw) != size:
        raise ValueError("the file ends early")
    if _TYPES[kind] == "bfloat16":
        wide = np.frombuffer(raw, "<u2").astype("<u4") << 16
        return wide.view("<f4").reshape(shape)
    return np.frombuffer(raw, _TYPES[kind]).reshape(shape)


def _name(stream: BinaryIO) -> str:
    (length,) = _take(stream, "<H")
    raw = stream.read(length)
    if len(raw) != length:
        raise ValueError("the file ends early")
    return raw[:-1].decode()


def _take(stream: BinaryIO, layout: str) -> tuple[int, ...]:
    return struct.unpack(layout, stream.read(struct.calcsize(layout)))


def _not_a_model(path: Path, reason: str) -> ModelError:
    return ModelError(
        f"this is no CTranslate2 model that can be read ({reason})",
        where=str(path),
        cure="name the folder of a model converted with ct2-transformers-converter",
    )
