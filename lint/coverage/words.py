"""Words that cells and prose share."""

from __future__ import annotations

import re

from ..regex import regex

__all__ = ["COMMON", "MEAN"]

COMMON = frozenset(("the", "of", "a", "in", "at", "n", "p", "value", "result", "data", "summary", "all", "per", "and"))
"""Words that bind a number to nothing."""
MEAN = regex(r"\b(?:mean|means|average\w*|median|typical\w*|overall|pooled|across)\b", re.IGNORECASE)
