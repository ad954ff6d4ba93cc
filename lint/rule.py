"""What a rule is: a code, a name, what it needs, and a check of one page."""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from leakstats.records import struct

from .document import Block
from .finding import Edit, Finding, Severity
from .inline import Text
from .page import Page
from .source import Place, Source

__all__ = ["Rule", "RuleDoc", "ToolRule"]

_HEADS = ("Why is this bad?", "Fails", "Passes")


@struct
class RuleDoc:
    """A rule's docstring in its parts; the examples are executed as tests."""

    summary: str
    why: str
    fails: str
    """A page on which the rule must speak."""
    passes: str
    """A page on which it must not."""


class Rule(ABC):
    """Looks at a page and yields findings. It opens no files, reads no configuration and knows no date.

    The docstring of a rule has a summary line and the parts "Why is this bad?", "Fails" and "Passes".
    """

    code: ClassVar[str]
    name: ClassVar[str]
    """Finishes the sentence "allow ..."."""
    severity: ClassVar[Severity] = "error"
    any_version: ClassVar[bool] = False
    """It speaks of a page even where the page's template version is unknown."""
    profile: ClassVar[str] = ""
    """The profile in which it speaks, where the default one keeps it silent."""
    needs: ClassVar[frozenset[str]] = frozenset()
    """What it needs beside the page: ``provenance``, ``analysis``, ``results``, ``numbers`` (either of the last two),
    ``repository``. Without it the rule is *not run*."""
    subject: ClassVar[str] = ""
    """What of a page it speaks of, one of ``subjects.SUBJECTS``; "" where every page has it. Silence on a page that has
    nothing of the kind is no pass."""
    last: ClassVar[bool] = False
    """It speaks after all others and may look at what they found (``page.found``)."""

    @abstractmethod
    def check(self, page: Page) -> Iterator[Finding]:
        """Yield what is wrong with ``page``."""

    def finding(
        self,
        page: Page,
        place: Place | Block | Text | int,
        message: str,
        help: str = "",
        *,
        edits: tuple[Edit, ...] = (),
    ) -> Finding:
        """A finding of this rule at a place, a block, the content of a text, or a line."""
        source = page.document.source
        if isinstance(place, int):
            place = source.line_place(place)
        elif isinstance(place, Text):
            place = source.place(place.at, max(place.end, place.at + 1))
        elif not isinstance(place, Place):
            place = source.line_place(place.line)
        # A message may quote a table that the renderer printed.
        flat = " ".join(message.split())
        return Finding(source.path, place, self.code, self.name, self.severity, flat, help, edits)

    @classmethod
    def doc(cls) -> RuleDoc:
        """The docstring in its parts.

        Raises
        ------
        ValueError
            If a part is missing; a test calls this for every rule.
        """
        text = inspect.getdoc(cls) or ""
        parts: list[str] = []
        for head in _HEADS:
            before, mark, text = text.partition(f"\n## {head}\n")
            if not mark:
                raise ValueError(f"{cls.__name__}: the docstring has no part '## {head}'")
            parts.append(before.strip())
        return RuleDoc(parts[0], parts[1], _example(parts[2]), _example(text.strip()))


def _example(part: str) -> str:
    """The inside of the one fenced block of a docstring part."""
    lines = part.split("\n")
    fence = lines[0].rstrip("markdown")
    if len(fence) < 3 or set(fence) != {"`"} or lines[-1] != fence:
        raise ValueError(f"an example is one fenced markdown block, got {lines[0]!r} … {lines[-1]!r}")
    return "\n".join(lines[1:-1]) + "\n"


class ToolRule(Rule):
    """What the engine itself says: of a file that it did not parse, or of what the other rules found."""

    def check(self, page: Page) -> Iterator[Finding]:
        """Nothing: the engine speaks, not the page."""
        yield from ()

    def raised(self, source: Source, message: str, place: Place | None = None, help: str = "") -> Finding:
        """The finding at a place, or for the whole file."""
        return Finding(source.path, place or Place(1, 1, 1, 1), self.code, self.name, self.severity, message, help)
