"""Reads ``{{ expressions }}`` out of an author's text: one call of a known function with literal arguments each.

There is no template language here. An expression is parsed, never executed: no attribute, no operator, no name but the
function's. Statements (``{% %}``) and template comments (``{# #}``) are refused with their line.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from leakstats.errors import InputError

__all__ = ["Expression", "read_pieces"]

_LONGEST = 2000
_OPEN = re.compile(r"\{\{|\{%|\{#|\}\}|%\}|#\}")
_WORDS = {"true": True, "false": False, "none": None}


@dataclass(frozen=True, slots=True)
class Expression:
    """One call: ``rho(source="villain", layer=20)`` with its line in the author's file."""

    source: str
    line: int
    function: str
    args: list[Any] = field(default_factory=list)
    kwargs: dict[str, Any] = field(default_factory=dict)
    breaks: int = 0
    """Line breaks inside it."""


def read_pieces(text: str, *, first_line: int = 1) -> list[str | Expression]:
    """``text`` as literal pieces and expressions, in order.

    Raises
    ------
    InputError
        For a statement, a comment, a stray brace pair or anything but one call; the message begins with the line.

    >>> read_pieces("a {{ n('x.y') }} b")[1].function
    'n'
    """
    pieces: list[str | Expression] = []
    position = 0
    for start, end, inside in _expressions(text, first_line):
        if start > position:
            pieces.append(text[position:start])
        pieces.append(_parse(inside, first_line + text.count("\n", 0, start)))
        position = end
    if position < len(text):
        pieces.append(text[position:])
    return pieces


def _expressions(text: str, first_line: int) -> Iterator[tuple[int, int, str]]:
    """Start, end and inside of every ``{{ }}``; a quoted ``}}`` does not close one."""
    position = 0
    while True:
        found = _OPEN.search(text, position)
        if found is None:
            return
        line = first_line + text.count("\n", 0, found.start())
        if found.group() in ("{%", "%}"):
            raise InputError(
                f"line {line}: a narrative knows expressions only; the statement {_shown(text, found)} is refused"
            )
        if found.group() in ("{#", "#}"):
            raise InputError(f"line {line}: the template comment {_shown(text, found)} is refused; delete it")
        if found.group() == "}}":
            raise InputError(f"line {line}: a closing }}}} without its {{{{")
        end = _close(text, found.end())
        if end is None:
            raise InputError(f"line {line}: the expression {_shown(text, found)} is not closed with }}}}")
        yield found.start(), end, text[found.end() : end - 2]
        position = end


def _shown(text: str, found: re.Match[str]) -> str:
    return repr(text[found.start() : found.start() + 30].split("\n")[0])


def _close(text: str, position: int) -> int | None:
    """The offset behind the closing braces; ``None`` if they do not come within the longest expression."""
    quote = ""
    limit = min(len(text), position + _LONGEST)
    while position < limit:
        char = text[position]
        if quote:
            if char == "\\":
                position += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif text.startswith("}}", position):
            return position + 2
        position += 1
    return None


def _parse(inside: str, line: int) -> Expression:
    source = " ".join(inside.split())
    if not source:
        raise InputError(f'line {line}: an empty expression; write a call such as rho(source="villain", layer=20)')
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # an invalid escape in a string is reported by what it fails to match
            tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        why = error.msg if isinstance(error, SyntaxError) else "it cannot be read"
        raise InputError(f"line {line}: {source[:80]!r} is no expression: {why}") from None
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name):
        raise InputError(
            f"line {line}: {source[:80]!r} is no call of a function with literal arguments, such as "
            'rho(source="villain", layer=20); attributes, operators and names are not evaluated'
        )
    kwargs = {}
    for keyword in tree.keywords:
        if keyword.arg is None or keyword.arg in kwargs:
            raise InputError(
                f"line {line}: {source[:80]!r} gives {keyword.arg or '**'} in a way that is not understood"
            )
        kwargs[keyword.arg] = _literal(keyword.value, line, source)
    args = [_literal(a, line, source) for a in tree.args]
    return Expression(source, line, tree.func.id, args, kwargs, inside.count("\n"))


def _literal(node: ast.expr, line: int, source: str) -> Any:
    """Text, a number, true, false, none, or a list of these."""
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, str | int | float)):
        return node.value
    if isinstance(node, ast.Name) and node.id in _WORDS:
        return _WORDS[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub) and isinstance(node.operand, ast.Constant):
        number = node.operand.value
        if isinstance(number, int | float) and not isinstance(number, bool):
            return -number
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(item, line, source) for item in node.elts]
    shown = ast.unparse(node)[:60]
    raise InputError(
        f"line {line}: {shown!r} in {source[:80]!r} is no text, number, true, false, none or list of these"
    )
