"""Collects what was printed from the analysis, and finds it again in the finished page.

While a page is put together, every printed piece is a token of two private-use characters around a number. Resolving
the tokens at the end gives the text and, exactly, where each piece came to stand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from leakstats.analysis.document import AnalysisDocument
from leakstats.phrases import evaluate

__all__ = ["Printer", "Span"]

_TOKEN = re.compile("\ue000([0-9]+)\ue001")
_ALONE = re.compile("(\n+)((?:\ue000[0-9]+\ue001 ?)+)(?=\n)")
_FENCE = re.compile(r"(^(`{3,}|~{3,})[^\n]*\n.*?^\2[`~]*[ ]*$)", re.MULTILINE | re.DOTALL)
_AROUND = 60


@dataclass(frozen=True, slots=True)
class Span:
    """One printed piece in its place; ``order`` counts from 0 down the page."""

    order: int
    section: str
    function: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    expression: str
    text: str
    before: str
    after: str
    line: int

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class _Call:
    section: str
    function: str
    args: Sequence[Any]
    kwargs: Mapping[str, Any]
    expression: str
    text: str


class Printer:
    """Evaluates phrases against one analysis and remembers each."""

    def __init__(self, document: AnalysisDocument) -> None:
        self.document = document
        self._calls: list[_Call] = []

    def say(self, section: str, function: str, args: Sequence[Any], kwargs: Mapping[str, Any], expression: str) -> str:
        """A token that stands for the phrase's text; an empty text is remembered too (an assertion that held)."""
        text = evaluate(self.document, function, args, kwargs)
        self._calls.append(_Call(section, function, list(args), dict(kwargs), expression, text))
        return f"\ue000{len(self._calls) - 1}\ue001"

    def plain(self, text: str) -> str:
        """``text`` with its tokens replaced, without remembering where."""
        return _TOKEN.sub(lambda m: self._calls[int(m[1])].text, text)

    def _tidy(self, text: str) -> str:
        """No more than one empty line outside fences; a silent phrase keeps no line of its own."""

        def silent(found: re.Match[str]) -> str:
            if any(self._calls[int(number)].text for number in _TOKEN.findall(found[2])):
                return found[0]
            return found[2].replace(" ", "") + found[1][1:]

        text = _ALONE.sub(silent, text)
        parts = _FENCE.split(text)
        # Every second and third part is a fence with its text; only what lies between is prose.
        return "".join(
            re.sub(r"\n{3,}", "\n\n", part) if i % 3 == 0 else part for i, part in enumerate(parts) if i % 3 != 2
        )

    def resolve(self, text: str) -> tuple[str, list[Span]]:
        """The page's final text, and every printed piece in page order."""
        text = self._tidy(text)
        parts: list[str] = []
        placed: list[tuple[int, _Call]] = []
        position = length = 0
        for token in _TOKEN.finditer(text):
            call = self._calls[int(token[1])]
            literal = text[position : token.start()]
            parts += [literal, call.text]
            length += len(literal)
            placed.append((length, call))
            length += len(call.text)
            position = token.end()
        parts.append(text[position:])
        page = "".join(parts)
        spans = []
        line, counted = 1, 0
        for order, (start, call) in enumerate(placed):
            line += page.count("\n", counted, start)
            counted = start
            end = start + len(call.text)
            spans.append(
                Span(
                    order=order,
                    section=call.section,
                    function=call.function,
                    args=call.args,
                    kwargs=call.kwargs,
                    expression=call.expression,
                    text=call.text,
                    before=page[max(0, start - _AROUND) : start],
                    after=page[end : end + _AROUND],
                    line=line,
                )
            )
        return page, spans
