"""Numbers of a training recipe that follow from others: the effective batch, the parameters of a LoRA adapter."""

from __future__ import annotations

import re
from collections.abc import Iterable

from leakstats.errors import InputError

__all__ = ["effective_batch", "lora_parameters", "read_shapes"]

_SHAPE = re.compile(r"(?:[A-Za-z_][\w.]*:?\s+)?(?:(\d+)\s*[x×*]\s*)?(\d+)\s*(?:->|→)\s*(\d+)")


def effective_batch(*, per_device: int, accumulation: int, devices: int) -> int:
    """Examples behind one step of the optimizer: per device x gradient accumulation x devices.

    Parameters
    ----------
    per_device, accumulation, devices : int
        Each at least 1.

    Raises
    ------
    InputError
        If one of them is no whole number of at least 1.

    Examples
    --------
    >>> effective_batch(per_device=4, accumulation=16, devices=2)
    128
    """
    return (
        _at_least_one("per_device", per_device)
        * _at_least_one("accumulation", accumulation)
        * _at_least_one("devices", devices)
    )


def lora_parameters(shapes: Iterable[tuple[int, int]], *, rank: int) -> int:
    """Trainable parameters of a LoRA adapter: the sum of ``rank * (in + out)`` over the adapted matrices.

    Each weight of shape (out, in) gets two factors, (rank, in) and (out, rank), and no bias (Hu et al. 2021, LoRA,
    section 4.1). Layers trained in full beside the adapter are not counted.

    Parameters
    ----------
    shapes : iterable of (int, int)
        Features in and out of every adapted matrix, one entry a matrix; order does not matter.
    rank : int
        At least 1.

    Raises
    ------
    InputError
        If there is no matrix, or a size or the rank is no whole number of at least 1.

    Examples
    --------
    Two matrices of 4 x 4 and one of 4 x 8 with rank 2: 2 * 8 + 2 * 8 + 2 * 12.

    >>> lora_parameters([(4, 4), (4, 4), (4, 8)], rank=2)
    56
    """
    sizes = [(_at_least_one("in", a), _at_least_one("out", b)) for a, b in shapes]
    if not sizes:
        raise InputError("shapes must hold at least one matrix, got none")
    return _at_least_one("rank", rank) * sum(a + b for a, b in sizes)


def read_shapes(text: str) -> list[tuple[int, int]]:
    """The matrices that a text names: ``[NAME] [COUNT x] IN -> OUT``, separated by commas, semicolons or lines.

    Raises
    ------
    InputError
        If a part cannot be read, or there are more than a million matrices.

    Examples
    --------
    >>> read_shapes("q_proj 2 x 3584 -> 3584, v_proj 1 x 3584 -> 512")
    [(3584, 3584), (3584, 3584), (3584, 512)]
    """
    out: list[tuple[int, int]] = []
    for part in filter(None, (p.strip() for p in re.split(r"[,;\n]", text))):
        found = _SHAPE.fullmatch(part)
        if found is None or max(len(digits or "") for digits in found.groups()) > 9:
            raise InputError(f"a shape is written [NAME] [COUNT x] IN -> OUT, got {part[:60]!r}")
        count = int(found[1] or 1)
        if count + len(out) > 1_000_000:
            raise InputError(f"no model has more than a million adapted matrices, got {part[:60]!r}")
        out += [(int(found[2]), int(found[3]))] * count
    return out


def _at_least_one(name: str, value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise InputError(f"{name} must be a whole number of at least 1, got {value!r}")
    return value
