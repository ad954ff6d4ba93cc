"""JSON with one value a line, as ``json.dumps(..., indent=1)`` writes it, in half the time.

The standard library indents in Python, piece by piece; a report on many pages is long, and nothing else runs meanwhile.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any

__all__ = ["in_lines"]

_PLAIN: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: int.__repr__,
    bool: lambda value: "true" if value else "false",
    type(None): lambda value: "null",
}


def in_lines(value: Any, before: str = "\n") -> str:
    r"""``value`` as JSON text; ``before`` stands before what closes it.

    Raises
    ------
    ValueError
        If a number is not finite.

    >>> in_lines({"a": [1, "é"], "b": None})
    '{\n "a": [\n  1,\n  "é"\n ],\n "b": null\n}'
    """
    plain = _PLAIN.get(type(value))
    if plain is not None:
        return plain(value)
    inner = f"{before} "
    if isinstance(value, dict) and value:
        pairs = (f"{encode_basestring(key)}: {in_lines(one, inner)}" for key, one in value.items())
        return f"{{{inner}{f',{inner}'.join(pairs)}{before}}}"
    if isinstance(value, (list, tuple)) and value:
        return f"[{inner}{f',{inner}'.join([in_lines(one, inner) for one in value])}{before}]"
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
