"""Coefficients of layers in words against a table that lists them by layer, where the table agrees for other layers."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from ..regex import regex
from .beside import adjacent
from .claims import is_claim, is_prior
from .correlations import is_coefficient, statistic_lines
from .fields import is_of_method
from .grammar import Number
from .idioms import interval_ends
from .knowledge import Clash, Evidence
from .names import index_of
from .passages import Sentence
from .slips import slip_of
from .tables import CellNumber, Sheet

__all__ = ["layer_clashes"]


_OF_PART = regex(
    r"\b(?:within|inside|ha(?:s|d|ve)(?! been)|per|each|alone|own|single|partial\w*|controll\w*|exclud\w*|without|"
    r"leav\w*)\b",
    re.IGNORECASE,
)
"""What makes a coefficient that of some of the units, or of another kind."""


def layer_clashes(evidence: Evidence) -> Iterator[Clash]:
    """The one coefficient that words and a table give a layer differently, by a slip of the pen in one of the two."""
    said: dict[str, list[tuple[Sentence, Number]]] = defaultdict(list)
    for passage in evidence.passages:
        for sentence in passage.sentences if is_claim(passage) else ():
            if any(m.name.startswith("#") for m in sentence.names) and not is_prior(sentence):
                for name, number in _pairs(sentence):
                    said[name].append((sentence, number))
    if len(said) < 2:
        return
    lists = [found for sheet in evidence.sheets for found in _lists(sheet)]
    for head, cells in lists:
        agree = [name for name, x in cells.items() if any(n.allows(x.number.value) for _, n in said.get(name, ()))]
        wrong = [name for name in cells if name in said and name not in agree]
        if not agree or len(wrong) != 1 or len({n.text for _, n in said[wrong[0]]}) != 1:
            continue
        cell = cells[wrong[0]].number
        sentence, number = said[wrong[0]][0]
        others = (x[wrong[0]].number for _, x in lists if wrong[0] in x)
        if (
            is_of_method(head, number.label)
            and slip_of(number, cell.value)
            and not any(number.allows(x.value) or x.allows(number.value) for x in others)
        ):
            yield Clash(
                "layer",
                sentence.passage.place(number.start, number.end),
                f"{number.text} is {cell.text} at {wrong[0].lstrip('#')} in the page's table, which agrees with "
                f"the words at {', '.join(x.lstrip('#') for x in agree)}",
                "correct the words, or the cell",
            )


def _pairs(sentence: Sentence) -> Iterator[tuple[str, Number]]:
    """Layers with the coefficient that stands beside each, or one by one in their order; no other name may be near."""
    if any(not m.name.startswith("#") for m in sentence.names) or _OF_PART.search(sentence.text):
        return
    ends = interval_ends(sentence)
    numbers = [
        x
        for x in sentence.numbers
        if x.role in ("coefficient", "value")
        and x.decimals > 1
        and abs(x.value) <= 1
        and not x.bound
        and id(x) not in ends
    ]
    beside = adjacent(sentence)
    found = [(m.name, sentence.numbers[i]) for i, m in beside.items() if sentence.numbers[i] in numbers]
    layers = list(dict.fromkeys(m.name for m in sentence.names))
    if not found and len(layers) == len(numbers):
        found = list(zip(layers, numbers, strict=True))
    yield from found


def _lists(sheet: Sheet) -> Iterator[tuple[str, dict[str, CellNumber]]]:
    """The coefficients of a column of layers, or of a row of them, with what stands at its head."""
    lists: dict[tuple[str, int], dict[str, CellNumber]] = defaultdict(dict)
    named = statistic_lines(sheet)
    for item in sheet.numbers:
        if item.position or not is_coefficient(sheet, item, named):
            continue
        down, across = index_of(sheet.labels[item.row]), index_of(sheet.keys[item.column])
        if bool(down) != bool(across):
            lists[("down", item.column) if down else ("across", item.row)][down or across] = item
    for (way, at), cells in lists.items():
        if len(cells) > 2:
            yield sheet.header[at] if way == "down" else sheet.labels[at], cells
