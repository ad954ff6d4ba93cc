"""Who has which place in a column or a row of a table, as words say: "the slowest crew at load 8 is Rook".

The order may be of one column, of the columns in one row, or of the differences of two columns that are named.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Fact
from leakstats.records import replace, struct

from ..regex import regex
from .boards import Board, boards
from .claims import is_moot
from .graded import Named, clause_start, columns_of, is_read, measure_of, named, noun_of, sign_of
from .idioms import pairs_of_counts
from .knowledge import Clash, Evidence
from .passages import Sentence
from .plain_counts import things_of
from .subsets import no_rivals, parts_of
from .superlatives import RANKS
from .unranked import SUBSET

__all__ = ["standing_clashes"]


@struct
class _Place:
    """That a row or a column comes so many places from the top (+1) or from the bottom (-1) of an order."""

    start: int
    end: int
    sign: int
    rank: int
    holder: Named
    noun: str
    """Of what it is the order; "" for values of any kind."""


@struct
class _Order:
    """The values among which a holder has its place."""

    own: Fact
    others: tuple[Fact, ...]
    sign: int
    shown: str

    def has(self, rank: int, sign: int) -> bool:
        """True if the holder may be so far from the top, or from the bottom."""
        ahead = sum(sign * self.sign * (f.value - self.own.value) > self._doubt(f) for f in self.others)
        level = sum(abs(f.value - self.own.value) <= self._doubt(f) for f in self.others)
        return ahead < rank <= ahead + level + 1

    def _doubt(self, fact: Fact) -> float:
        return 0.5 * (fact.high - fact.low + self.own.high - self.own.low) + 1e-9


_RANK = rf"(?:(?P<rank>{'|'.join(RANKS)})[\s-]+)?"
_SUPERLATIVE = regex(
    rf"(?<!at )\b{_RANK}(?:(?P<up>highest|largest|biggest|greatest|slowest|longest|costliest|priciest|dearest|"
    r"commonest|likeliest|most(?! of\b)|maximum)|(?P<down>lowest|smallest|fastest|quickest|shortest|cheapest|rarest|"
    r"scarcest|fewest|least|minimum))\b(?! likely to)",
    re.IGNORECASE,
)
_UNREAD = regex(
    r"\b(?:not|no|never|none|nobody|nor|neither|nowhere|hardly|if|whether|among|within|except|apart from|aside|besides|"
    r"other than|unlike|of (?:the |these |those |its )?(?:two|three|four|both)|groups?|categor\w+|classes|remaining|"
    r"rest|relative|ratio|proportion\w*|times|twice|half|per|one of|almost|nearly|joint\w*|tied|ties?|shared?|next|"
    r"single|median|interval\w*|CIs?|bands?|spread|sd|deviation|variance|significan\w*|p-values?|correlat\w*|coefficients?|"
    r"ρ|rho|expected|chance|jumps?|steps?|leverage|residual\w*|outlier|also|third of|quarter|only|without|"
    r"excluding|newcomers?|likely|probably|seems?|appears?|former|latter|respectively|"
    r"from an? \w+ of)\b|n['’]t\b|\?",
    re.IGNORECASE,
)
"""In such a sentence the order may be of some of the things, or of something else."""


def standing_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """A place that every table with its holder gives to another, in all the orders that the words can mean."""
    words = list(_SUPERLATIVE.finditer(sentence.text))
    if len(words) != 1 or is_moot(sentence) or SUBSET.search(sentence.text) or pairs_of_counts(sentence):
        return
    if any(p.is_said(sentence.text) for p in parts_of(evidence)):
        return
    places: list[tuple[_Place, list[_Order]]] = []
    for board in boards(evidence):
        if not board.printed or sentence.passage.plain in board.about:
            continue
        heads = f"{' '.join(board.header.values())} {' '.join(board.rows)}".lower()
        if any(m[0].lower() not in heads for m in _UNREAD.finditer(sentence.text)):
            continue
        place = _place(evidence, board, sentence, words[0])
        if place is not None:
            orders = _printed(sentence, _orders(evidence, board, sentence, place))
            orders = [o for o in orders if not _WHEN.search(o.shown) or _WHEN.search(sentence.text)]
            if orders:
                places.append((place, orders))
    if places and not any(o.has(p.rank, p.sign) for p, orders in places for o in orders):
        place, orders = places[0]
        name = sentence.between(place.holder.start, place.holder.end)
        yield Clash(
            "superlative",
            sentence.passage.place(place.start, place.end),
            f"{name} does not have that place in {orders[0].shown}, with {orders[0].own.value:.4g}",
            "name the unit that holds it",
        )


_WHEN = regex(r"\b(?:steps?|epochs?|rounds?|updates?|iterations?|layers?|weeks?|days?|checkpoints?)\b", re.IGNORECASE)
"""In the header "Peak step": when something was, and no size of it."""
_LEAD = regex(r"[`\"'’*]*(?:['’]s)?\s+(?:[\w'’-]+\s+){0,5}?(?:(?:by far )?the\s+)?(?:\w+ly\s+)?$", re.IGNORECASE)
_IS = regex(
    r"(?:^|\s)(?:is|was|are|were|belongs? to|belonged to|goes to|went to|comes? from|came from|falls? to|fell to|"
    r"remains?|remained)\s+(?:(?:again|still|clearly|that|of|the|in|at|with|for|on|under|found)\s+)*[`\"'*]*$|[:=→]\s*[`\"'*]*$",
    re.IGNORECASE,
)


def _place(evidence: Evidence, board: Board, sentence: Sentence, word: re.Match[str]) -> _Place | None:
    """The place that a superlative gives to a row or a column, with nothing unknown between the two."""
    start, end = sentence.start + word.start(), sentence.start + word.end()
    names = named(board, sentence)
    sign = 1 if word["up"] else -1
    rank = RANKS.get((word["rank"] or "").lower(), 1)
    for holder in [x for x in names if x.start >= end]:
        gap = sentence.between(end, holder.start)
        link = _IS.search(gap)
        if link is None or regex(r"[;.!?()]").search(gap):
            continue
        other = any(x.down == holder.down and x.end <= start for x in names)
        if other or not is_read(evidence, board, sentence, sentence.start, start):
            return None  # "Ghent, where the highest is Lille"
        phrase = gap[: link.start()]
        return _of_phrase(evidence, board, sentence, word, phrase, _Place(start, end, sign, rank, holder, ""))
    before = [x for x in names if x.end <= start]
    if not before:
        return None
    subjects = [x for x in before if x.down] or before
    holder = subjects[-1]
    gap = sentence.between(holder.end, start)
    if len({x.which for x in subjects}) > 1 or not _LEAD.fullmatch(gap) or regex(r"[,;:.()—–]").search(gap):
        return None
    if not is_read(evidence, board, sentence, clause_start(sentence, holder.start), start):
        return None
    if any(x.down == holder.down for x in names if x.start >= end):
        return None
    phrase = regex(r"[,;:.(—–]").split(sentence.between(end, sentence.end))[0]
    return _of_phrase(evidence, board, sentence, word, phrase, _Place(start, end, sign, rank, holder, ""))


_SCOPE = regex(r"\b(?:at|in|on|under|for|with|after|before|of|across|from|between|over|when|once|by)\b", re.IGNORECASE)


def _of_phrase(
    evidence: Evidence, board: Board, sentence: Sentence, word: re.Match[str], phrase: str, place: _Place
) -> _Place | None:
    scope = _SCOPE.search(phrase)
    noun_words = phrase if scope is None else phrase[: scope.start()]
    things = board.axis | frozenset(things_of(evidence))
    things = things | {f"{w}s" for w in things}
    kinds = {w for w in regex(r"\w+").findall(noun_words.lower()) if w in things}
    bare = " ".join(w for w in regex(r"[\w'’-]+").findall(noun_words.lower()) if w not in kinds)
    superlative = word["up"] or word["down"]
    noun = noun_of(superlative, bare, "")
    if noun is None or not is_read(evidence, board, sentence, place.end + len(noun_words), place.end + len(phrase)):
        return None
    if not noun and superlative.lower() in ("most", "least", "largest", "smallest", "biggest", "greatest", "longest"):
        return None  # of what, nothing says
    return replace(place, noun=noun)


_ALL = regex(r"(?:mean|average|median|total|overall|all|pooled)>?$")


_OF_EXTREMES = regex(
    r"\W*(?:the )?(?:highest|lowest|largest|smallest|best|worst|maximum|minimum|most|least)\W*", re.IGNORECASE
)
"""The header of a column of extremes, which "Highest: Garda" does not ask for."""


def _orders(evidence: Evidence, board: Board, sentence: Sentence, place: _Place) -> Iterator[_Order]:
    """The columns among whose values a row has its place, or the rows in which a column has."""
    holder = place.holder
    across = {x.which for x in named(board, sentence) if x.down != holder.down}
    across = {x for x in across if not holder.down or not _OF_EXTREMES.fullmatch(board.header[x])}
    rows = sorted({r for name, r in board.rows.items() if not _ALL.search(name)})
    if holder.down:
        own = next((name for name, r in board.rows.items() if r == holder.which), "")
        apart = {board.rows.get(name) for name in no_rivals(evidence, own)}
        rows = [r for r in rows if r not in apart]
        for column, sign in columns_of(evidence, board, sentence, place.noun, across):
            yield from _order(board, [(r, column) for r in rows], (holder.which, column), sign, board.header[column])
        return
    kind = measure_of(evidence, board, holder.which)
    sign = sign_of(f"{board.about} {board.header[holder.which]}", place.noun)
    if kind is None or not sign or (place.noun == "often" and not kind[1]):
        return
    alike = [c for c in board.header if measure_of(evidence, board, c) == kind]
    for row in sorted(across) or rows:
        yield from _order(board, [(row, c) for c in alike], (row, holder.which), sign, f"row {row + 1}")


def _order(board: Board, cells: list[tuple[int, int]], own: tuple[int, int], sign: int, shown: str) -> Iterator[_Order]:
    facts = {at: board.cells[at][0][1] for at in cells if board.cells.get(at)}
    if own in facts and len(facts) >= 3:
        yield _Order(facts[own], tuple(f for at, f in facts.items() if at != own), sign, f"'{shown}'")


def _printed(sentence: Sentence, orders: Iterator[_Order]) -> list[_Order]:
    """The orders that have one of the values of a sentence, where it states any."""
    stated = [n for n in sentence.numbers if n.role in ("percent", "value", "points", "count", "coefficient")]
    found = list(orders)
    if not stated:
        return found
    return [
        o
        for o in found
        if any(n.allows(f.value) or n.allows(100 * f.value) for n in stated for f in (o.own, *o.others))
    ]
