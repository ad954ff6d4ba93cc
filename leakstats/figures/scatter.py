"""One scatter whose points are all named: similarity against peak, baseline against peak."""

from __future__ import annotations

from .regression import draw_on

__all__ = ["draw_on"]
