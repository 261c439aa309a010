"""The version of this library, in one place that every layer may read."""

from __future__ import annotations

__all__ = ["__version__"]

__version__ = "0.1.0"
