"""The place that words give to a thing on a line of a table: the lowest, third, led by, second only to.

The line is told first, by the things and the words of quantity beside it; the place is judged on every line that can be
meant, and by every way in which its word can order values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from ..regex import regex
from .changed_lines import between, change_lines
from .knowledge import Clash, Evidence
from .line_binding import Bound, blanked, bound_lines, clause_at, is_moot_between, is_told, values_of
from .line_places import holds_of_all, holds_place, signs_of
from .line_values import may_print, shown
from .passages import Sentence
from .placed_things import is_slice, names_itself_as_slice, place_holder
from .places import Place, is_unbound, places_in
from .plain_counts import things_of
from .sides import Said
from .stems import stems_of
from .subsets import parts_of
from .table_lines import Line

__all__ = ["placing_clashes"]


_UNREAD = regex(
    r"\b(?:not|never|neither|nor|hardly|barely|except|apart|aside|besides|other than|unlike|excluding|without|if|"
    r"whether|"
    r"almost|nearly|one of|among (?:its|their)|times|twice|half|per cent of|ratio|relative|proportion\w*|share of|"
    r"joint\w*|tied?|ties|scatter\w*|variation|variability|"
    r"shared?|next|median|spread|sd|interval\w*|variance|significan\w*|p-values?|expected|chance|steps? (?:from|to)|"
    r"outlier|between neighbou?rs|consecutive|respectively|former|latter|probably|seems?|appears?|"
    r"most of|at (?:most|least)|than (?:half|a|an|one|two|three|four|five|\d)|remaining|rest of|"
    r"best (?:checkpoint|layer|epoch|step|run)|differences?|gaps?|margins?|ratios?|spreads?|from (?:its|"
    r"their) (?:own )?\w+|from an? \w+|"
    r"at (?:its|their) (?:best|worst|peak)|so far|yet to|only|alone|until|save|but (?:for|one|"
    r"two)|of (?:them|these|those)|(?:them|these|"
    r"those) all)\b|n['’]t\b|\?",
    re.IGNORECASE,
)
_OF_SPREAD = regex(
    r"\b(?:spans?|spanned|spanning|var(?:y|ies|ied)|ranges? (?:over|across|less|more|from))\b", re.IGNORECASE
)
"""Of how far values lie apart, which is no value of a line."""


def placing_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """A place that each line that can be meant gives to another thing."""
    places = places_in(sentence.text) if evidence.sheets else []
    if not places:
        return
    asides = [m.span() for m in _ASIDE.finditer(sentence.text)]
    for place in places:
        if any(a <= place.start < b for a, b in asides) or is_unbound(sentence.text, place):
            continue
        left, right = clause_at(sentence, place.start)
        rivals = [p for p in places if left <= p.start < right and p is not place]
        rivals = [p for p in rivals if not any(a <= p.start < b for a, b in asides)]
        mask = [_segment(sentence.text, p, left, right) for p in rivals]
        skip = [*asides, *(mask if place.nth else ())]
        if any(a <= place.start < b for a, b in (*skip, *mask)) or is_moot_between(sentence, left, right):
            continue
        clash = _judge(evidence, sentence, place, left, right, skip, mask)
        if clash is not None:
            yield clash
            return


_ASIDE = regex(r"(?<=, )(?:unlike|contrary to|as opposed to|as in|like) [^,;.]{1,40}(?=,)|\([^()]*\)", re.IGNORECASE)


def _segment(text: str, place: Place, left: int, right: int) -> tuple[int, int]:
    """The stretch between commas, or behind "and", with another place."""
    cuts = [left, *(m.start() for m in regex(r",\s|\sand\s").finditer(text, left, right)), right]
    return max(c for c in cuts if c <= place.start), min(c for c in cuts if c > place.start)


def _judge(
    evidence: Evidence,
    sentence: Sentence,
    place: Place,
    left: int,
    right: int,
    apart: Sequence[tuple[int, int]],
    mask: Sequence[tuple[int, int]],
) -> Clash | None:
    text = sentence.text
    read = blanked(text, left, right, apart)
    if _PRONOUN.match(read) is not None or _OF_SPREAD.search(read) is not None or _AFTER_START.search(read) is not None:
        return None
    if any(part.is_said(read) for part in parts_of(evidence)):
        return None
    unread = {m[0].lower() for m in _UNREAD.finditer(read) if not place.start <= left + m.start() < place.end}
    pool = change_lines(evidence) if place.change else None
    skip = [place.word or (place.start, place.end), place.rest, *apart]
    bound = bound_lines(
        evidence,
        sentence,
        left,
        right,
        lambda line, own: place_holder(sentence.text, place, own) is not None,
        skip,
        pool,
        mask,
    )
    if place.change:
        bound += _over_named_ends(evidence, sentence, place, left, right)
    bound = [b for b in bound if all(stems_of(x) <= b.line.words for x in unread)]
    if _OF_FIT.search(read) is None:
        bound = [b for b in bound if b.line.kind != "coefficient"]
    found: list[tuple[Bound, Said]] = []
    for b in bound:
        holder = place_holder(sentence.text, place, b.things)
        if holder is None or (not place.change and b.line.change) or b.line.kind == "size" or _WHEN.search(b.line.head):
            continue
        if (
            b.named
            and not b.line.ends
            and is_slice(text, holder)
            and not names_itself_as_slice(sentence, b, left, right)
        ):
            continue
        end = _end(text, max(place.end, holder.end), right)
        if not b.told or not is_told(evidence, b, sentence, left, end, skip):
            continue
        if _BAR.search(b.line.head) and not _BAR.search(text):
            continue  # "score ≥ 7": how many passed, and no score
        if place.verb and not _is_of_line(evidence, b.line, place.verb):
            continue
        if (place.merit or (place.noun and not place.change)) and not _is_of_line(evidence, b.line, place.noun):
            continue
        found.append((b, holder))
    found = [(b, h) for b, h in found if len(values_of(b.line)) > 2 and signs_of(place, b.line)]
    if _CELL.search(read):
        of_all = [holds_of_all(evidence, place, b, holder) for b, holder in found if b.named]
        return _clash(sentence, place, *found[0]) if of_all and not any(v is not False for v in of_all) else None
    subjects = [x for x in found if not is_slice(text, x[1])]
    found = _of_numbers(sentence, subjects or found, place, left, right)
    if not found:
        return None
    verdicts = [holds_place(read, place, b.line, holder) for b, holder in found]
    if any(v is not False for v in verdicts):
        return None
    return _clash(sentence, place, *found[0])


def _clash(sentence: Sentence, place: Place, b: Bound, holder: Said) -> Clash:
    text = sentence.text
    value = b.line.values[next(iter(holder.members))]
    return Clash(
        "superlative",
        sentence.passage.place(sentence.start + place.start, sentence.start + place.end),
        f"{text[holder.start : holder.end]} does not have that place in '{b.line.head}', with {shown(b.line, value)}",
        "name the unit that holds it",
    )


_BAR = regex(r"[≥≤<>]")
_WHEN = regex(
    r"\b(?:(?:step|epoch|round|update|iteration|layer|week|day|checkpoint)s?|when|at)\s*(?:\(.*\))?$", re.IGNORECASE
)
"""The header "Peak step": when something was, and no size of it."""
_PRONOUN = regex(
    r"\W*(?:it|its|they|their|this|that|these|those|he|she|here|there)\b(?! (?:is|was) (?:the )?[`\"*]*[A-Z])",
    re.IGNORECASE,
)
"""Such a subject is not named in its own clause."""
_AFTER_START = regex(r"\b(?:after|since|beyond|past) the (?:start|baseline|beginning|outset|first)\b", re.IGNORECASE)
_OF_FIT = regex(
    r"[ρκτ]|\brho\b|\br\b|\bcorrelat\w+|\bcoefficients?|\bfits?\b|\bspearman|\bpearson|\bpredict\w*|\btracks?|"
    r"\branks? \w+ (?:best|worst)|"
    r"\brelation\w*|\bassociat\w+|\blinks?\b|\bkappa",
    re.IGNORECASE,
)
_CELL = regex(
    r"\b(?:cells?|combinations?|pairings?|anywhere|entry|entries|of all cells|whole (?:table|grid|factorial))\b",
    re.IGNORECASE,
)


def _is_of_line(evidence: Evidence, line: Line, noun: str) -> bool:
    """True if what is best is a value of the line or one of its things: not "the best compromise"."""
    things = frozenset().union(*(stems_of(x) for x in things_of(evidence)))
    return stems_of(noun) <= line.words | line.axis.noun | things | _OF_ANY_LINE


_OF_ANY_LINE = stems_of("score scores value rate rates share result figure number single one ones overall arm by far")


_FROM_BETWEEN = regex(
    r"\b(?:between|from|going from|relative to|over|against|compared with|on)\s+(?:the )?[`\"'*]*$", re.IGNORECASE
)


def _over_named_ends(evidence: Evidence, sentence: Sentence, place: Place, left: int, right: int) -> list[Bound]:
    """Differences of the two things that a clause names on the other side: "between May and June"."""
    out: list[Bound] = []
    seen: set[tuple[int, int]] = set()
    for b in bound_lines(
        evidence,
        sentence,
        left,
        right,
        lambda line, own: place_holder(sentence.text, place, own) is not None and not line.change,
    ):
        ends = [s for s in b.line.other.find(sentence) if left <= s.start < right and len(s.members) == 1]
        if len(ends) != 2 or (id(b.line.axis), id(b.line.other)) in seen:
            continue
        if not _FROM_BETWEEN.search(sentence.text, 0, ends[0].start):
            continue
        seen.add((id(b.line.axis), id(b.line.other)))
        made = between(evidence, ends[0], ends[1], b.line)
        if made is not None:
            out.append(Bound(made, b.things, True, b.hits))
    return out


def _end(text: str, at: int, right: int) -> int:
    """Where the words that a place is read with end: the next comma that opens no restriction."""
    for m in regex(r"[,(]\s?").finditer(text, at, right):
        if not regex(r"(?:among|if|when|except|within|over|after|before|once)\b", re.IGNORECASE).match(text, m.end()):
            return m.start()
    return right


def _of_numbers(
    sentence: Sentence, found: list[tuple[Bound, Said]], place: Place, left: int, right: int
) -> list[tuple[Bound, Said]]:
    """The lines that have the number behind the place, "highest (61%)", or one of the clause, where it states any."""
    stated = [
        n
        for n in sentence.numbers
        if left <= n.start - sentence.start < right
        and n.role in ("percent", "value", "points", "coefficient", "count", "fold")
    ]
    stated = [n for n in stated if n.role != "count" or n.value > 30]
    if not stated:
        return found
    at = sentence.start + place.end
    stated = [n for n in stated if n.at >= at and _ITS_VALUE.fullmatch(sentence.between(at, n.at))] or stated

    def has(line: Line) -> bool:
        values = [v for low, high in line.values.values() for v in ((low, high), (-high, -low))]
        return any(may_print(n, v) for n in stated for v in values)

    return [x for x in found if has(x[0].line)]


_ITS_VALUE = regex(r"[^.,;:()\d]{0,24}\(\s*")
