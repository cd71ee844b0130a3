"""JSON as it is stored, read fast.

This module does not know what the values mean.
"""

from __future__ import annotations

import json
from typing import Any

import orjson


def read_json(text: str) -> Any:
    """The value of a JSON text. Raises ValueError where it is none."""
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        # orjson refuses lone surrogates, by which Python writes undecodable bytes of file names
        return json.loads(text)
