"""The sign of a difference that a sentence states of named things, against the one that a table gives it.

"Garda changed by −6 points", "wet minus dry, cellar: +1.5", "from noon to dusk the attic lost −3".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from leakstats.records import struct

from ..regex import regex
from .boards import Board, Said, boards, inside, row_of, said
from .claims import is_moot
from .grammar import Number
from .idioms import intervals
from .knowledge import Clash, Evidence
from .names import words_of
from .passages import Sentence
from .wording import CHANGES

__all__ = ["sign_clashes"]


@struct
class _Known:
    """A difference that a table has."""

    low: float
    high: float
    shown: str

    def prints(self, number: Number, sign: int) -> bool:
        """True if it can be printed as ``number``, with its sign or with the other one; a share also in points."""
        low, high = sorted((sign * number.low, sign * number.high))
        scales = (1.0, 100.0) if max(abs(self.low), abs(self.high)) <= 1 else (1.0,)
        return any(low <= self.high * k + 1e-9 and self.low * k - 1e-9 <= high for k in scales)


def sign_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """Signed differences that every table with the named things has with the other sign, and none with this one."""
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    stated = [
        n for n in sentence.numbers if n.signed and n.role in _ROLES and n.value and not n.bound and id(n) not in ends
    ]
    if not stated or is_moot(sentence) or _UNREAD.search(sentence.text):
        return
    for number in stated:
        found = [_known(evidence, board, sentence, number) for board in boards(evidence) if board.printed]
        if any(x is None for x in found):
            continue
        ordered = [x for x in found if x is not None and x[0]]
        known = [k for x in ordered or found if x is not None for k in x[1]]
        turned = [k for k in known if k.prints(number, -1)]
        if turned and not any(k.prints(number, 1) for k in known):
            yield Clash(
                "sign",
                sentence.passage.place(number.start, number.end),
                f"{number.text}{number.unit} has the other sign in the table: {turned[0].shown}",
                "correct the sign, or say what is taken from what",
            )
            return


_ROLES = ("points", "value", "percent", "coefficient")
_UNREAD = regex(
    r"\b(?:not|no|never|neither|nor|instead|rather|revers\w*|invert\w*|opposite|negat\w+ of|absolute|magnitude|"
    r"relative change|expected|chance|threshold|residuals?|cosines?|similarit\w+|ρ|rho|correlat\w*|"
    r"z-?scores?)\b|n['’]t\b",
    re.IGNORECASE,
)
"""Of another quantity than a difference, or not of it."""
_CLAUSE = regex(r"[;]\s|\b(?:while|whereas|but)\b|[.:]\s(?=[A-Z])")


def _known(evidence: Evidence, board: Board, sentence: Sentence, number: Number) -> tuple[bool, list[_Known]] | None:
    """The differences that a board has of what the clause of a number names, and whether words give their order.

    ``None`` where the words name two columns in no order, or the earlier one alone: the difference may be turned.
    """
    cuts = [sentence.start + m.start() for m in _CLAUSE.finditer(sentence.text)]
    left = max((c for c in cuts if c <= number.start), default=sentence.start)
    right = min((c for c in cuts if c >= number.end), default=sentence.end)
    rows, heads = (inside(x, left, right) for x in said(board, sentence))
    columns = _distinct(heads)
    stepped = _ordered(sentence, rows) if len(_distinct(rows)) == 2 else None
    if stepped is not None:  # "dry mix, 10 → 40 grams"
        first, last = stepped
        return True, [d for c in columns for d in _differences(board, (first, c), (last, c))]
    row = row_of(sentence, rows, number)
    if row is None:
        return False, []
    levels = [c for c in board.header if _is_level(evidence, board, c)]
    moves = [x for c, head in board.header.items() if _is_signed(head) for x in _cell(board, (row, c))]
    pair = [c for c in columns if c in levels]
    if len(pair) == 2:
        order = _ordered(sentence, [h for h in heads if h[1] in pair])
        return None if order is None else (True, list(_differences(board, (row, order[0]), (row, order[1]))))
    if len(pair) > 2 or (pair and pair[0] == min(levels)):
        return None
    if not moves and not pair:
        return False, []
    alike = [(a, b) for b in pair or levels[1:] for a in levels if a < b]
    return False, moves + [d for a, b in alike for d in _differences(board, (row, a), (row, b))]


_EFFECTS = words_of("coefficient slope estimate beta effect")


def _is_signed(head: str) -> bool:
    """True for a column of changes or of effects, which have a sign."""
    return bool(words_of(head) & (CHANGES | _EFFECTS)) or "Δ" in head


def _distinct(found: Said) -> list[int]:
    return list(dict.fromkeys(which for _, which in found))


_MINUS = regex(
    r"[^.;:()]{0,24}?(?:\bminus\b|\s[−–-]\s|\bwith respect to\b|\brelative to\b|\bcompared (?:with|to)\b|\bover\b|"
    r"\bagainst\b|\bversus\b|\bvs\.?)\s*(?:the\s+|that of the\s+)?",
    re.IGNORECASE,
)
_TO = regex(r"[^.;:()]{0,24}?(?:\bto\b|→|->|⟶|\band\b)\s*(?:the\s+)?", re.IGNORECASE)
_FROM = regex(r"\b(?:from|between)\s+(?:the\s+)?\w*\s*$", re.IGNORECASE)


def _ordered(sentence: Sentence, found: Said) -> tuple[int, int] | None:
    """Of two things the one that is taken away, and the one from which; ``None`` where no words say so."""
    places = {which: [at for at, x in found if x == which] for which in _distinct(found)}
    (a, at_a), (b, at_b) = places.items()
    orders = set()
    for i in at_a:
        for j in at_b:
            (first, one), (second, other) = sorted([(i, a), (j, b)])
            between = sentence.between(first, second)
            if _MINUS.fullmatch(between):
                orders.add((other, one))
            elif _TO.fullmatch(between) and (
                "→" in between or _FROM.search(sentence.between(max(sentence.start, first - 20), first))
            ):
                orders.add((one, other))
    return orders.pop() if len(orders) == 1 else None


def _is_level(evidence: Evidence, board: Board, column: int) -> bool:
    """True for a column of rates or scores, of which one is taken from another."""
    series = next((s for (_, c), cell in board.cells.items() if c == column for s, _ in cell), None)
    if series is None or _is_signed(board.header[column]) or series.whole:
        return False
    return evidence.kind(series) in ("rate", "")


def _cell(board: Board, at: tuple[int, int]) -> Sequence[_Known]:
    return [_Known(f.low, f.high, f"{f.value:.4g} ({s.pointer})") for s, f in board.cells.get(at, ())[:1]]


def _differences(board: Board, first: tuple[int, int], last: tuple[int, int]) -> Iterator[_Known]:
    """What the second cell is over the first."""
    a, b = board.cells.get(first), board.cells.get(last)
    if a and b:
        (s, x), (_, y) = a[0], b[0]
        yield _Known(y.low - x.high, y.high - x.low, f"{y.value:.4g} against {x.value:.4g} ({s.pointer})")
