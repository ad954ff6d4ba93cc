"""The place that words give to a thing on a line of a table: the lowest, third, led by, second only to.

The line is told first, by the things and the words of quantity beside it; the place is judged on every line that can be
meant, and by every way in which its word can order values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from leakstats.records import struct

from ..regex import regex
from .changed_lines import between, change_lines
from .graded import sign_of
from .grids import Line, Said, lines, stems_of
from .knowledge import Clash, Evidence
from .line_binding import Bound, blanked, bound_lines, clause_at, is_moot_between, is_told, values_of
from .passages import Sentence
from .plain_counts import things_of
from .scales import merit_of
from .subsets import parts_of
from .word_numbers import SPELLED, whole_number

__all__ = ["placing_clashes"]

_Key = TypeVar("_Key", int, tuple[int, int])

_RANKS = {"first": 1, "second": 2, "third": 3, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7, "eighth": 8}
_NTH = "|".join(_RANKS)
_NOT_LAST = rf"(?P<rank>{'|'.join([*_RANKS][1:])})(?:[ -]to[ -](?=last|bottom))?"
_UP = "highest|largest|biggest|greatest|maximum|most|heaviest"
_DOWN = "lowest|smallest|least|fewest|minimum|lightest"
_BEST = "best|top|leading|strongest|easiest"
_WORST = "worst|weakest|bottom|poorest|hardest|toughest"
_PACE = "fastest|slowest|quickest|cheapest|dearest|costliest|priciest|longest|shortest"
_STEEP = "steepest|sharpest|mildest|gentlest|shallowest|slightest|tiniest|narrowest|flattest"
_WORD = regex(
    rf"(?<!at )\b(?:{_NOT_LAST}[\s-]+)?(?:(?P<up>{_UP})|(?P<down>{_DOWN})|(?P<best>{_BEST})|(?P<worst>{_WORST})|"
    rf"(?P<pace>{_PACE})|(?P<steep>{_STEEP}))\b(?!-)(?! \w+ly\b)",
    re.IGNORECASE,
)
_COMES = regex(
    rf"\b(?:comes?|came|ranks?|ranked|finish(?:es|ed)?|places|placed|sits?|sat|stands?|stood|is|was|lies|lay|only|"
    rf"ends(?: up)?)\s+"
    rf"(?:in |out |at )?(?:the )?(?P<nth>{_NTH}|last|top|bottom)\b(?= (?:place|spot|position|rank|of|among|out|on|"
    rf"in|for|at|by|after|behind)\b|\s*[,;.:)]|$)"
    rf"|,\s(?P<appos>{_NTH}|last) (?:on|in|for|by)\b",
    re.IGNORECASE,
)
_LED_BY = regex(r"\b(?:is|was|are|were) (?:led|headed|topped|dominated|won) by\b|\bsecond only to\b", re.IGNORECASE)
_LEADS = regex(
    r"\b(?:(?P<first>leads|led|tops|topped|heads|headed)(?! by\b)(?! to\b)|(?P<last>trails|trailed|"
    r"brings up the rear))\b",
    re.IGNORECASE,
)
_COMPARED = (
    r"(?:(?P<up>more|higher|larger|bigger|greater|heavier|better)|(?P<down>less|lower|fewer|smaller|worse)|"
    r"(?P<pace>faster|slower|quicker|longer|shorter|cheaper))"
)
_NOBODY = regex(
    rf"\b(?:no|none of the|nothing|nobody|no one|"
    rf"not one)\b(?P<gap>[^.;:,()]{{0,60}}?)\b(?:{_COMPARED}(?P<noun>[^.;:,()]{{0,50}}?) than|"
    r"(?P<beats>beats?|tops?|exceeds?|surpass(?:es)?|outdoes|outscores?|outperforms?))\b(?= )",
    re.IGNORECASE,
)
_ELSE = regex(
    rf"\b{_COMPARED}(?P<noun>[^.;:,()]{{0,50}}?) than (?:in |on |at |under |for |with )?(?:any(?:one|thing|"
    rf"body)? (?:else|of the others?|other(?: [a-z]+)?)|any others?\b|all (?:of )?(?:the )?others?(?: [a-z]+)?|"
    rf"every other(?: [a-z]+)?|each of the others?|the (?:others?|rest)|the other {SPELLED})\b",
    re.IGNORECASE,
)
_GAIN = (
    r"gain(?:s|ed)?|climb(?:s|ed)?|ris(?:e|es|en)|rose|increas\w+|improv\w+|jump(?:s|ed)?|gr(?:ow|owth|ew|ows)|boost|"
    r"rais\w+|adds?|added|lift"
)
_LOSS = (
    r"los(?:s|ses|es|e|t)|hit|drop(?:s|ped)?|falls?|fell|declin\w+|decreas\w+|slump\w*|slip(?:s|ped)?|shed|sheds|"
    r"suffer\w*|damage|degrad\w+"
)
_EITHER = r"chang\w+|shift\w*|mov(?:e|es|ed)|swing|swings|swung"
_CHANGE = regex(rf"\b(?:(?P<gain>{_GAIN})|(?P<loss>{_LOSS})|(?P<either>{_EITHER}))\b", re.IGNORECASE)
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
_STARTS = regex(r"\b(?:starts?|started|starting|begins?|began|sets? out)\b", re.IGNORECASE)
_ENDS = regex(r"\b(?:after|end|final|last|trained|tuned)\b", re.IGNORECASE)


def _is_of_the_end(line: Line, read: str) -> bool:
    """True for a line of how things end where the words say how they start."""
    return _STARTS.search(read) is not None and _ENDS.search(line.head) is not None


_OF_SPREAD = regex(
    r"\b(?:spans?|spanned|spanning|var(?:y|ies|ied)|ranges? (?:over|across|less|more|from))\b", re.IGNORECASE
)
"""Of how far values lie apart, which is no value of a line."""
_OF_COUNT = regex(
    rf"\b(?:of|among|out of|in|all) (?:all )?(?:(?:the |our |these |those )(?P<k>{SPELLED}|\d{{1,2}})|"
    rf"(?P<j>{SPELLED}))\b(?![.,]?\d|\s?%)"
    r"(?! (?:runs|seeds|samples|percent|points))",
    re.IGNORECASE,
)
_SOME = regex(
    r"\b(?:among|amongst|of|within|out of) (?:the |our |all (?:the )?)(?!"
    + SPELLED
    + r"\b)(?P<adj>(?!all|to|its|their|the)[a-z\d]+(?:-[a-z\d]+)*) (?:[a-z]+-)?[a-z]{3,}s\b",
    re.IGNORECASE,
)
""" "Of the four-bit formats": of a part."""


@struct
class _Place:
    """That a thing is so many places from the top (+1) or the bottom (-1) of what a word orders."""

    start: int
    end: int
    sign: int
    rank: int = 1
    merit: bool = False
    """The top is the best, whatever the values."""
    pace: str = ""
    change: str = ""
    """"gain", "loss" or "either": of what was gained."""
    behind: bool = False
    """The holder follows at once."""
    noun: str = ""
    """What there is more of."""
    word: tuple[int, int] | None = None
    """Where the word of order itself stands, if the place is said by more than it."""
    rest: tuple[int, int] = (0, 0)
    """The words for all the others, "no crew", "than any other crew"."""
    verb: str = ""
    """What is done most or least: "misses least"."""
    nth: bool = False
    """It is said by its number, "comes third on"."""


def placing_clashes(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """A place that each line that can be meant gives to another thing."""
    if not evidence.sheets or _GATE.search(sentence.text) is None:
        return
    places = sorted(_places(sentence.text), key=lambda p: p.start)
    if sum(p.nth for p in places) > 1:
        places = [p for p in places if not p.nth]  # "second by pull and last by weight": each is of a line of its own
    asides = [m.span() for m in _ASIDE.finditer(sentence.text)]
    for place in places:
        if any(a <= place.start < b for a, b in asides) or _is_unbound(sentence.text, place):
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


def _is_unbound(text: str, place: _Place) -> bool:
    """True for an adverb, "goes up, most for the ferry", and an apposition, "the ferry, highest of all, starts"."""
    if not place.change and _ADVERB.match(text, place.start):
        return True
    return _APPOSED.search(text, max(0, place.start - 24), place.start) is not None and (
        _CLOSES.match(text, place.end) is not None
    )


_ADVERB = regex(
    r"(?:most|least)(?: of all| clearly| strongly| notably| so)?,? (?:for|in|on|at|with|by)\b", re.IGNORECASE
)
_APPOSED = regex(r",\s+(?:with\s+)?(?:the\s+|by far\s+)*$", re.IGNORECASE)
_CLOSES = regex(r"(?:[^,;()]|\([^()]*\)){0,60},\s+[a-z]")
_ASIDE = regex(r"(?<=, )(?:unlike|contrary to|as opposed to|as in|like) [^,;.]{1,40}(?=,)|\([^()]*\)", re.IGNORECASE)
_GATE = regex(
    r"\b(?:\w{3,}est|most|least|best|worst|top|tops|topped|bottom|leading|leads?|led|headed|heads|dominated|"
    r"trail\w*|last|first|"
    r"second|third|fourth|fifth|sixth|maximum|minimum|than|no|nothing|nobody|none)\b",
    re.IGNORECASE,
)


def _segment(text: str, place: _Place, left: int, right: int) -> tuple[int, int]:
    """The stretch between commas, or behind "and", with another place."""
    cuts = [left, *(m.start() for m in regex(r",\s|\sand\s").finditer(text, left, right)), right]
    return max(c for c in cuts if c <= place.start), min(c for c in cuts if c > place.start)


def _places(text: str) -> Iterator[_Place]:
    taken: list[tuple[int, int]] = []
    for m in (*_NOBODY.finditer(text), *_ELSE.finditer(text)):
        group = m.groupdict()
        beats = group.get("beats") is not None
        sign = 1 if m["up"] or beats else -1
        lead = group["gap"] if "gap" in group else text[max(0, m.start() - 24) : m.start()]
        change = "" if beats else _change_of(lead or "", group.get("noun") or "")
        merit = beats or (m["up"] or m["down"] or "").lower() in ("better", "worse")
        pace = (m["pace"] or "").lower()
        taken.append(m.span())
        yield _Place(
            m.start(), m.end(), 1 if pace else sign, 1, merit, pace, change, "gap" in group, group.get("noun") or "",
            m.span("beats" if beats else "up" if m["up"] else "down" if m["down"] else "pace"),
            _rest(text, m),
        )  # fmt: skip
    for m in _LED_BY.finditer(text):
        taken.append(m.span())
        yield _Place(m.start(), m.end(), 1, merit=True, behind=True)
    for m in _COMES.finditer(text):
        word = (m["nth"] or m["appos"]).lower()
        if any(a < m.end() and m.start() < b for a, b in taken):
            continue
        taken.append(m.span())
        yield _Place(
            m.start(), m.end(), -1 if word in ("last", "bottom") else 1, _RANKS.get(word, 1), merit=True, nth=True
        )
    for m in _WORD.finditer(text):
        if any(a < m.end() and m.start() < b for a, b in taken):
            continue
        if _OF_ITS_OWN.search(text, max(0, m.start() - 24), m.start()) is not None:
            continue
        rank = _RANKS[m["rank"].lower()] if m["rank"] else 1
        after = regex(r"[,;:.(]|\b(?:is|are|was|were|belongs?|of|to|in|on|at|for|than)\b").split(
            text[m.end() : m.end() + 60]
        )[0]
        before = text[max(0, m.start() - 24) : m.start()]
        verb = regex(r"\b(\w+)(?: back| up| out)?(?: by far)?(?: the)? $").search(before)
        plain = (m["up"] or m["down"] or "").lower()
        change = _change_of(verb[1] if verb is not None and plain in ("most", "least") else "", after)
        if m["steep"] and not change:
            continue
        if m["steep"]:
            up = m["steep"].lower() in ("steepest", "sharpest")
            yield _Place(m.start(), m.end(), 1 if up else -1, rank, change=change, noun=after)
        elif m["pace"]:
            yield _Place(m.start(), m.end(), 1, rank, pace=m["pace"].lower(), noun=after)
        else:
            up = bool(m["up"] or m["best"])
            merit = bool(m["best"] or m["worst"])
            done = verb[1] if verb is not None and plain in ("most", "least") and not change else ""
            done = "" if _HAS.fullmatch(done) else done
            yield _Place(m.start(), m.end(), 1 if up else -1, rank, merit, change=change, noun=after, verb=done)
    for m in _LEADS.finditer(text):
        if not any(a < m.end() and m.start() < b for a, b in taken):
            yield _Place(m.start(), m.end(), 1 if m["first"] else -1, merit=True)


_HAS = regex(
    r"(?:the|is|are|was|were|has|have|had|keeps?|kept|shows?|showed|gets?|got|scores?|scored|reach(?:es|ed)?|with|"
    r"takes?|"
    r"took|needs?|needed|uses?|used|makes?|made|gives?|gave|holds?|held|by|of|far|it|still|also|happens?|happened|"
    r"occurs?)?",
    re.IGNORECASE,
)
_OF_ITS_OWN = regex(r"\b(?:an?|its|their|his|her|whose)\s+(?:\w+\s+)?$", re.IGNORECASE)
"""Before an extreme of a course of its own: "after a maximum of 34%"."""


def _rest(text: str, match: re.Match[str]) -> tuple[int, int]:
    if "gap" in match.groupdict():
        noun = regex(r"(?:no|not one) [a-z]+|none of the [a-z]+|\w+(?: one)?", re.IGNORECASE).match(text, match.start())
        return match.start(), noun.end() if noun is not None else match.start()
    return text.rindex("than", 0, match.end()), match.end()


def _change_of(*texts: str) -> str:
    found = next((m for text in texts if (m := _CHANGE.search(text)) is not None), None)
    return "" if found is None else str(found.lastgroup)


def _judge(
    evidence: Evidence,
    sentence: Sentence,
    place: _Place,
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
        lambda line, own: _holder(sentence.text, place, own) is not None and not _is_of_the_end(line, read),
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
        holder = _holder(sentence.text, place, b.things)
        if holder is None or (not place.change and b.line.change) or b.line.kind == "size" or _WHEN.search(b.line.head):
            continue
        if (
            b.named
            and not b.line.ends
            and _is_slice(text, holder)
            and not _names_itself_as_slice(sentence, b, left, right)
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
    found = [(b, h) for b, h in found if len(values_of(b.line)) > 2 and _signs(place, b.line)]
    if _CELL.search(read):
        of_all = [_holds_of_all(evidence, place, b, holder) for b, holder in found if b.named]
        return _clash(sentence, place, *found[0]) if of_all and not any(v is not False for v in of_all) else None
    subjects = [x for x in found if not _is_slice(text, x[1])]
    found = _of_numbers(sentence, subjects or found, left, right)
    if not found:
        return None
    verdicts = [_holds(read, place, b.line, holder) for b, holder in found]
    if any(v is not False for v in verdicts):
        return None
    return _clash(sentence, place, *found[0])


def _clash(sentence: Sentence, place: _Place, b: Bound, holder: Said) -> Clash:
    text = sentence.text
    value = b.line.values[next(iter(holder.members))]
    return Clash(
        "superlative",
        sentence.passage.place(sentence.start + place.start, sentence.start + place.end),
        f"{text[holder.start : holder.end]} does not have that place in '{b.line.head}', with {_shown(b.line, value)}",
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


def _holds_of_all(evidence: Evidence, place: _Place, bound: Bound, holder: Said) -> bool | None:
    """Whether a cell has its place among all of its kind in the table."""
    line = bound.line
    alike = [x for x in lines(evidence) if x.axis is line.axis and x.other is line.other and x.kind == line.kind]
    values = {(x.at, i): v for x in alike if not x.whole and not x.change for i, v in values_of(x).items()}
    (own,) = holder.members
    signs = _signs(place, line)
    if (line.at, own) not in values or not signs or (line.down and len({x.own for x in alike}) != len(alike)):
        return None
    return any(_has(values, (line.at, own), s, place.rank) for s in signs)


def _shown(line: Line, value: tuple[float, float]) -> str:
    mean = (value[0] + value[1]) / 2
    return f"{100 * mean:.4g}%" if line.kind == "rate" and not line.change else f"{mean:.4g}"


def _is_of_line(evidence: Evidence, line: Line, noun: str) -> bool:
    """True if what is best is a value of the line or one of its things: not "the best compromise"."""
    things = frozenset().union(*(stems_of(x) for x in things_of(evidence)))
    return stems_of(noun) <= line.words | line.axis.noun | things | _OF_ANY_LINE


_OF_ANY_LINE = stems_of("score scores value rate rates share result figure number single one ones overall arm by far")


_FROM_BETWEEN = regex(
    r"\b(?:between|from|going from|relative to|over|against|compared with|on)\s+(?:the )?[`\"'*]*$", re.IGNORECASE
)


def _over_named_ends(evidence: Evidence, sentence: Sentence, place: _Place, left: int, right: int) -> list[Bound]:
    """Differences of the two things that a clause names on the other side: "between May and June"."""
    out: list[Bound] = []
    seen: set[tuple[int, int]] = set()
    for b in bound_lines(
        evidence,
        sentence,
        left,
        right,
        lambda line, own: _holder(sentence.text, place, own) is not None and not line.change,
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


def _holder(text: str, place: _Place, said: Sequence[Said]) -> Said | None:
    """The one thing to which the place can be given."""
    plain = [s for s in said if len(s.members) == 1]
    if place.behind:
        after = [s for s in plain if 0 <= s.start - place.end <= 12]
        return after[0] if after else None
    if not plain or len({s.members for s in said}) > 1:
        return None
    holder = plain[0]
    if _PAIR.match(text, holder.end) or _PAIRED.search(text, max(0, holder.start - 8), holder.start):
        return None  # "Ghent to Lille is highest": of two together
    between = text[place.end : holder.start] if holder.start >= place.end else text[holder.end : place.start]
    return holder if _OF_ANOTHER.search(between) is None else None


_PAIR = regex(r"[`\"'*]*\s*(?:to|→|->|×|–)\s+[`\"'*A-Z]")
_PAIRED = regex(r"\b(?:to|→|->|×|–)\s+[`\"'*]*$")
_OF_ANOTHER = regex(
    r"\b(?:and|below|above|than|against|versus|vs|or|near|like|as)\b|\b(?:its|their|it|"
    r"they)\b(?= (?:own )?(?:\w+ )?(?:is|was|are|were)\b)",
    re.IGNORECASE,
)
"""Between a place and a thing: the place is another's."""
_SLICE = regex(
    r"\b(?:on|in|at|under|for|with|facing|against|after|before|within|by)\s+(?:(?:the|its|a|an|all|"
    r"every)\s+)?[`\"'*]*$",
    re.IGNORECASE,
)


def _is_slice(text: str, said: Said) -> bool:
    return _SLICE.search(text, max(0, said.start - 24), said.start) is not None


def _names_itself_as_slice(sentence: Sentence, bound: Bound, left: int, right: int) -> bool:
    return any(
        _is_slice(sentence.text, s)
        for s in bound.line.other.find(sentence)
        if left <= s.start < right and s.members == {bound.line.at}
    )


_GOES_ON = regex(
    r",\s(?=(?:among|if|when|except|but|at|in|on|under|for|within|by|with|after|before|of|over|"
    r"from)\b(?![^,;.]*\d))|,\s(?=[`A-Z])",
    re.IGNORECASE,
)


def _end(text: str, at: int, right: int) -> int:
    """Where the words that a place is read with end: the next comma that opens no restriction."""
    for m in regex(r"[,(]\s?").finditer(text, at, right):
        if not regex(r"(?:among|if|when|except|within|over|after|before|once)\b", re.IGNORECASE).match(text, m.end()):
            return m.start()
    return right


def _of_numbers(sentence: Sentence, found: list[tuple[Bound, Said]], left: int, right: int) -> list[tuple[Bound, Said]]:
    """The lines that have the numbers of the clause, where it states any."""
    stated = [
        n
        for n in sentence.numbers
        if left <= n.start - sentence.start < right
        and n.role in ("percent", "value", "points", "coefficient", "count", "fold")
    ]
    stated = [n for n in stated if n.role != "count" or n.value > 30]
    if not stated:
        return found

    def has(line: Line) -> bool:
        return any(
            n.low <= v[1] * k + 1e-9 and v[0] * k - 1e-9 <= n.high
            for n in stated
            for low, high in line.values.values()
            for v in ((low, high), (-high, -low))
            for k in (1.0, 100.0)
        )

    return [x for x in found if has(x[0].line)]


def _signs(place: _Place, line: Line) -> list[int]:
    """The ways in which the word can order the values of a line."""
    words = f"{line.head} {' '.join(sorted(line.words))}"
    if place.pace:
        sign = sign_of(words, place.pace)
        flip = place.pace in ("fastest", "quickest", "shortest", "cheapest", "faster", "quicker", "shorter", "cheaper")
        if sign == 0:
            return []
        return [-sign if flip else sign]
    if place.merit:
        merit = merit_of(line)
        return [place.sign * merit] if merit else [place.sign, -place.sign]
    return [place.sign]


def _holds(text: str, place: _Place, line: Line, holder: Said) -> bool | None:
    """Whether the holder has its place on a line; ``None`` where that cannot be said."""
    (own,) = holder.members
    values = values_of(line)
    if own not in values:
        return None
    signs = _signs(place, line)
    if not signs:
        return None
    count = _OF_COUNT.search(text)
    if count is not None and whole_number(count["k"] or count["j"]) != len(values) and not place.behind:
        return None
    if _SOME.search(text) and not _is_all(line, text):
        return None
    if len(values) < 3 or len(values) < len(line.axis.things):
        return None
    if place.change in ("loss", "either"):
        loss = {i: (-v[1], -v[0]) for i, v in values.items()} if place.change == "loss" else values
        size = {i: _size(v) for i, v in values.items()}
        return any(
            _has(x, own, s, place.rank) for x in ((loss, size) if place.change == "loss" else (size,)) for s in signs
        )
    if place.change:
        size = {i: _size(v) for i, v in values.items()}
        return any(_has(x, own, s, place.rank) for x in (values, size) for s in signs)
    return any(_has(values, own, s, place.rank) for s in signs)


def _is_all(line: Line, text: str) -> bool:
    """True if what follows "of the" are all things of the line."""
    found = _SOME.search(text)
    return found is None or stems_of(found["adj"]) <= line.axis.noun


def _size(value: tuple[float, float]) -> tuple[float, float]:
    low, high = value
    return (0.0, max(-low, high)) if low <= 0 <= high else (min(abs(low), abs(high)), max(abs(low), abs(high)))


def _has(values: Mapping[_Key, tuple[float, float]], own: _Key, sign: int, rank: int) -> bool:
    """True if a thing may be so far from the top (+1) or the bottom (-1)."""
    low, high = values[own]
    ahead = sum((v[0] >= high - 1e-12 if sign > 0 else v[1] <= low + 1e-12) for i, v in values.items() if i != own)
    behind = sum((v[1] <= low + 1e-12 if sign > 0 else v[0] >= high - 1e-12) for i, v in values.items() if i != own)
    return ahead < rank <= len(values) - behind
