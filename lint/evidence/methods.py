"""The method of a correlation, Pearson's or by ranks: by its label, by words, and by the names of a record."""

from __future__ import annotations

from .triples import Triple
from .wording import LINEAR, RANKS

__all__ = ["is_of_label", "method_in"]

_NAMES = {
    "ρ": frozenset({"spearman", "rho", "rank", "monotone"}),
    "r": frozenset({"pearson", "linear", "r"}),
}
"""Words along the way to a record in a file, by the label of its coefficient."""
_OTHER = {"ρ": "r", "r": "ρ"}


def method_in(text: str) -> str:
    """``ρ`` or ``r``, of which words speak; "" where they name neither, or both.

    >>> method_in("the rank correlation"), method_in("Pearson's"), method_in("Pearson and Spearman")
    ('ρ', 'r', '')
    """
    ranks, linear = RANKS.search(text) is not None, LINEAR.search(text) is not None
    return "" if ranks == linear else "ρ" if ranks else "r"


def is_of_label(triple: Triple, label: str, *, sure: bool = False) -> bool:
    """True unless a record is called by the other method than the label of a coefficient says.

    Where it is called by neither it may be of either, which is not enough to be ``sure``.
    """
    if label not in _NAMES or triple.words & _NAMES[label]:
        return True
    return not sure and not triple.words & _NAMES[_OTHER[label]]
