"""Seeds by purpose: each draw derives its own from the study's seed and words that name what is drawn."""

from __future__ import annotations

import hashlib

from leakstats.errors import InputError

__all__ = ["derive_seed"]


def derive_seed(root: int, *parts: str | int) -> int:
    """A seed of 63 bits from a root seed and the words of its purpose.

    SHA-256 over the parts, each with its length, so that ("ab", "c") and ("a", "bc") differ. Never ``hash()``, which
    changes from process to process.

    Parameters
    ----------
    root : int
        The study's seed, at least 0.
    *parts : str or int
        What the seed is for, such as ``"sample", cell key, 3``.

    Raises
    ------
    InputError
        If the root is negative.

    Examples
    --------
    >>> derive_seed(42, "sample", "villain", 3) == derive_seed(42, "sample", "villain", 3)
    True
    >>> derive_seed(42, "sample", "villain", 3) == derive_seed(42, "sample", "villain", 4)
    False
    """
    if root < 0:
        raise InputError(f"root seed is {root}; it must be at least 0")
    digest = hashlib.sha256()
    for part in (root, *parts):
        data = f"{type(part).__name__}:{part}".encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return int.from_bytes(digest.digest()[:8], "big") >> 1
