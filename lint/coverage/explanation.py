"""What confirms a number: the one kind of answer that the modules of this package give."""

from __future__ import annotations

from typing import Literal, NamedTuple

__all__ = ["Explanation"]


class Explanation(NamedTuple):
    """What confirms a number."""

    outcome: Literal["grounded", "derived"]
    """``grounded``: a value of the results. ``derived``: it follows from other numbers."""
    why: str
