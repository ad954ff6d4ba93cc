"""What a page may say about an analysis: every function prints from analysis.json and nothing else.

The renderer calls these for a narrative's ``{{ expressions }}`` and for the generated parts of a page; the linter calls
them again from the sidecar. Same document, same arguments, same text. No numpy here: the linter's start-up stays light.

>>> "rho" in NAMES and "k_of_n" in NAMES
True
"""

from __future__ import annotations

# Imported for what they register.
from . import cards, caveats, inline, opinions, pictures, samples, tables
from .registry import NAMES, evaluate, is_block, signature_of

__all__ = [
    "NAMES",
    "cards",
    "caveats",
    "evaluate",
    "inline",
    "is_block",
    "opinions",
    "pictures",
    "samples",
    "signature_of",
    "tables",
]
