"""The reader of CTranslate2's model files, against files written here by the documented layout."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

from qa_inspect.errors import ModelError
from qa_inspect.speech.transcribe.ctranslate2_file import read_variables

TYPES = {"float32": 0, "int8": 1, "int16": 2, "int32": 3, "float16": 4}


def name_bytes(name: str) -> bytes:
    return struct.pack("<H", len(name) + 1) + name.encode() + b"\0"


def model_bytes(
    variables: Mapping[str, npt.NDArray[Any]],
    aliases: Mapping[str, str] | None = None,
    version: int = 6,
) -> bytes:
    out = struct.pack("<I", version) + name_bytes("WhisperSpec")
    out += struct.pack("<II", 3, len(variables))
    for name, array in variables.items():
        out += name_bytes(name) + struct.pack(f"<B{array.ndim}I", array.ndim, *array.shape)
        out += struct.pack("<BI", TYPES[array.dtype.name], array.nbytes) + array.tobytes()
    out += struct.pack("<I", len(aliases or {}))
    for alias, name in (aliases or {}).items():
        out += name_bytes(alias) + name_bytes(name)
    return out


ARRAYS = st.sampled_from(sorted(TYPES)).flatmap(
    lambda kind: arrays(kind, array_shapes(min_dims=0, max_dims=3, max_side=4))
)


@settings(max_examples=40, deadline=None)
@given(variables=st.dictionaries(st.text("abc/_1", min_size=1, max_size=12), ARRAYS, max_size=4))
def test_everything_written_is_read(
    variables: dict[str, npt.NDArray[Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("model") / "model.bin"
    path.write_bytes(model_bytes(variables))
    found = read_variables(path)
    assert (found.specification, found.revision) == ("WhisperSpec", 3)
    assert set(found.arrays) == set(variables)
    for name, array in variables.items():
        assert found.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(found.arrays[name], array)


def test_aliases_give_the_same_array(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(model_bytes({"a": np.arange(3, dtype="float32")}, {"b": "a"}))
    assert read_variables(path).arrays["b"] is not None
    np.testing.assert_array_equal(read_variables(path).arrays["b"], [0, 1, 2])


def test_bfloat16_is_widened(tmp_path: Path) -> None:
    values = np.array([1.0, -2.5, 0.15625], dtype="<f4")
    halves = (values.view("<u4") >> 16).astype("<u2")
    out = struct.pack("<I", 6) + name_bytes("WhisperSpec") + struct.pack("<II", 3, 1)
    out += name_bytes("x") + struct.pack("<BI", 1, 3) + struct.pack("<BI", 5, 6)
    path = tmp_path / "model.bin"
    path.write_bytes(out + halves.tobytes() + struct.pack("<I", 0))
    np.testing.assert_array_equal(read_variables(path).arrays["x"], values)


@pytest.mark.parametrize("length", [0, 3, 20, 40, -1])
def test_a_cut_off_file_is_refused(tmp_path: Path, length: int) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(model_bytes({"weight": np.ones((4, 4), dtype="float32")})[:length])
    with pytest.raises(ModelError, match="no CTranslate2 model that can be read"):
        read_variables(path)


def test_an_unknown_version_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "model.bin"
    path.write_bytes(model_bytes({}, version=99))
    with pytest.raises(ModelError, match="version 99 is not known"):
        read_variables(path)
    with pytest.raises(ModelError, match="No such file"):
        read_variables(tmp_path / "absent.bin")
