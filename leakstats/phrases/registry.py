"""The names that an expression may call, and the one way of calling them."""

from __future__ import annotations

import difflib
import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import InputError, LeakstatsError

__all__ = ["NAMES", "evaluate", "is_block", "phrase", "signature_of", "suggest"]

_Phrase = TypeVar("_Phrase", bound=Callable[..., str])

NAMES: dict[str, Callable[..., str]] = {}
"""Name to function; each takes the document first."""
_BLOCKS: set[str] = set()


def phrase(*, block: bool = False) -> Callable[[_Phrase], _Phrase]:
    """Make a function callable from expressions; a ``block`` prints whole lines (a table, a figure)."""

    def register(function: _Phrase) -> _Phrase:
        name = function.__name__.rstrip("_")
        NAMES[name] = function
        if block:
            _BLOCKS.add(name)
        return function

    return register


def is_block(name: str) -> bool:
    """True if the function prints whole lines and must stand in a paragraph of its own."""
    return name in _BLOCKS


def suggest(word: str, known: Sequence[str], *, n: int = 3) -> str:
    """``; did you mean ...?`` with the nearest known words, or "" where none is near.

    >>> suggest("rhoo", ["rho", "pearson"])
    "; did you mean 'rho'?"
    """
    near = difflib.get_close_matches(word, known, n=n, cutoff=0.5)
    return f"; did you mean {' or '.join(repr(w) for w in near)}?" if near else ""


def signature_of(name: str) -> str:
    """The function's arguments as an author writes them: ``rho(*, show='full', **facets)``."""
    signature = inspect.signature(NAMES[name])
    parameters = [p.replace(annotation=inspect.Parameter.empty) for p in list(signature.parameters.values())[1:]]
    return f"{name}{signature.replace(parameters=parameters, return_annotation=inspect.Signature.empty)}"


def evaluate(document: AnalysisDocument, function: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    """The text that an expression prints.

    Parameters
    ----------
    document : AnalysisDocument
        What is printed from.
    function : str
        A name of :data:`NAMES`.
    args, kwargs
        JSON values, as the author wrote them.

    Raises
    ------
    LeakstatsError
        If the function, an argument, an estimate or a table does not exist; near matches are suggested.
    """
    if function not in NAMES:
        known = ", ".join(sorted(NAMES))
        raise InputError(f"no function is called {function!r}{suggest(function, list(NAMES))} (there are {known})")
    target = NAMES[function]
    try:
        inspect.signature(target).bind(document, *args, **kwargs)
    except TypeError as error:
        raise InputError(f"{function}: {error}; it is called as {signature_of(function)}") from None
    try:
        return target(document, *args, **kwargs)
    except LeakstatsError:
        raise
    except (TypeError, ValueError, AttributeError) as error:
        # The values come from an author's file: a list where a name is expected is the author's slip, not ours.
        raise InputError(f"{function}: cannot use these arguments ({error})") from error
