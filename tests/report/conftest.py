"""What tests of the report share."""

from __future__ import annotations

from browser import browser, screenshots

__all__ = ["browser", "screenshots"]
