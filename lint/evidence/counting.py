""" "4 of 7", "all 5", "half of them": the truth is counted first, for every criterion that the words allow."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator

from ..regex import regex
from .contraries import contrary_clash, is_borne_out
from .counted import Counted, agrees, clause_of, counted_things
from .criteria import readings
from .fields import Asked
from .grammar import Number
from .knowledge import Clash, Evidence, exceptions
from .lexicon import direction_words
from .listed import listed_clash
from .names import words_of
from .passages import Sentence
from .plain_counts import things_of
from .subsets import Part
from .tallies import Tally
from .vocabulary import is_accounted_for
from .windows import windows
from .word_numbers import SPELLED, whole_number
from .wording import MOSTLY, NAMED_BAR, RELATION

__all__ = ["count_clashes", "true_counts"]


def count_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Counts that no field or column of that many things gives for the criterion that the words state."""
    yield from exceptions(_count_clashes(evidence), 1)


def _count_clashes(evidence: Evidence) -> Iterator[Clash]:
    claims = counted_things(evidence)
    rest, unread = [], []
    wrong: list[Counted] = []
    by_passage: dict[int, list[Counted]] = defaultdict(list)
    for claim in claims:
        by_passage[id(claim.sentence.passage)].append(claim)
    for claim in claims:
        beside = by_passage[id(claim.sentence.passage)]
        if claim.low == claim.high == claim.total and _OF_NO_ONE.search(
            claim.sentence.text[: claim.start - claim.sentence.start]
        ):
            continue
        contrary = contrary_clash(claim, beside) or listed_clash(evidence, claim)
        if contrary is not None:
            wrong.append(claim)
            yield contrary
            continue
        found = _truth(evidence, claim) if _is_spoken(evidence, claim.noun) else []
        if found and not claim.reduced and is_borne_out(claim, beside):
            continue  # by what its words except; what was counted is something else
        if not found:
            unread.append(claim)
            if found is None:
                rest.append(claim)
            continue
        if not _is_read_whole(evidence, claim) and not _is_beyond_doubt(claim, found):
            continue
        if claim.things:
            yield from _against_named(claim, found)
            continue
        if claim.strict and not all(tally.sure for tally in found):
            continue
        counted = {c for tally in found for c in tally.counts}
        if not any(agrees(claim, c) for c in counted):
            several = 1 < claim.low == claim.high < claim.total
            sure = not several and all(tally.sure for tally in found)
            if not any(counted) and not claim.low == claim.high == 1 and not sure:
                continue  # several are said, and none is found: the count may be over something else
            shown = " or ".join(str(c) for c in sorted(counted)[:3])
            wrong.append(claim)
            yield Clash(
                "count",
                claim.sentence.passage.place(claim.start, claim.end),
                f"'{claim.text}' is {shown} of {claim.total} when counted",
                "count again, or state the criterion",
            )
    yield from _disagreeing(rest)
    yield from _remainders(claims)
    if not wrong:
        yield from _unsupported(unread, claims)


_OF_NO_ONE = regex(
    r"(?:^|[;:,.]\s)\W*(?:no|none|nobody|not one|neither|never)\b[^;:,.]*"
    r"\b(?:with|for|in|on|at|under|from|by|across|over)"
    r"\s+(?:the\s+|its\s+)?$",
    re.IGNORECASE,
)
"""In front of "all four": "no boat stays dry with all four sails" tells of none that all four have anything."""


def _is_read_whole(evidence: Evidence, claim: Counted) -> bool:
    """True if no word of a claim's clause is strange: another may ask for something else than what was counted."""
    left, right = claim.bounds
    start = claim.sentence.start
    return is_accounted_for(evidence, claim.sentence, start + left, max(claim.end, start + right))


def _is_beyond_doubt(claim: Counted, found: list[Tally]) -> bool:
    """True for a criterion that its own words state, a field, a bar or a relation, and that every reading counts alike.

    A strange word beside it, "towards the cosy end, the lure works on 4 of 9 by over 5 points", changes nothing then.
    """
    alike = {tuple(tally.counts) for tally in found}
    if claim.things or any(len(counts) != 1 for counts in alike) or alike <= {(0,)}:
        return False
    if len(alike) > 1 and not (_has_bar(claim) and _NUMBERED.match(claim.text)):
        return False
    end = claim.end - claim.sentence.start
    if _ELLIPTICAL.match(claim.sentence.text, end) or _OF_LOOKS.match(claim.sentence.text, end):
        return False
    if all(tally.sure for tally in found) or _has_bar(claim) or MOSTLY.search(clause_of(claim)[0]):
        return _SO_MANY_OF.search(claim.text) is not None or claim.low == claim.high == claim.total
    return _SO_MANY_OF.search(claim.text) is not None and (_of_relation(claim) or bool(_ways(claim)))


_SO_MANY_OF = regex(r"\bof\b|/")
"""In a count with its total; of "five ponds" nobody says among how many."""
_NUMBERED = regex(rf"(?:\d{{1,2}}|{SPELLED})\s+(?:out\s+)?of\b|all\b", re.IGNORECASE)
""" "4 of 6", and no "two thirds of them"."""
_ELLIPTICAL = regex(
    r"(?:\s+[\w-]+){0,2}\s+(?:do|does|did|are|is|were|was|have|has|had)(?:\s+so|\s+not)?\s*(?:[.,;:)]|$)"
)
"""What the words before say, and perhaps of other things: "counting the late ones, 6 of 15 do so"."""
_OF_LOOKS = regex(r"(?:\s+[\w-]+){0,2}?\s+(?:look|seem|sound|feel)(?:s|ed)?\s+(?!(?:higher|lower)\b)[a-z]")
"""Not how many do it, but in how many it convinces: "the loss in 3 of 9 ponds looks genuine"."""


_REMAINDER = regex(
    rf"\b(?:the|all|its|our)\s+(?:other|remaining)\s+(?P<k>\d{{1,2}}|{SPELLED})\b(?!\s*(?:%|of\b|points?|thirds|"
    rf"quarters|fifths))",
    re.IGNORECASE,
)


def _remainders(claims: list[Counted]) -> Iterator[Clash]:
    """ "Six of eight rise, the other three fall": a rest that does not fill up the total."""
    for claim in claims:
        if claim.things or claim.low != claim.high or claim.total < 3 or not 0 < claim.low < claim.total:
            continue
        beside = [c for c in claims if c.sentence is claim.sentence and not c.things]
        rests = list(_REMAINDER.finditer(claim.sentence.text))
        if len(beside) != 1 or len(rests) != 1 or rests[0].start() + claim.sentence.start < claim.end:
            continue
        between = claim.sentence.between(claim.end, claim.sentence.start + rests[0].start())
        if any(w in between for w in (" of them", " of these", " of those")) or _SOME_NUMBER.search(between):
            continue
        k = whole_number(rests[0]["k"])
        if k and claim.low + k != claim.total:
            start = claim.sentence.start + rests[0].start()
            yield Clash(
                "count",
                claim.sentence.passage.place(start, claim.sentence.start + rests[0].end()),
                f"'{rests[0].group(0)}' beside {claim.text}: {claim.total - claim.low:g} of {claim.total} are left",
                "count again",
            )


_SOME_NUMBER = regex(rf"\b(?:\d{{1,2}}|(?!one\b|zero\b){SPELLED})\b(?![.,]?\d|\s?%|\s*points?)", re.IGNORECASE)


def _against_named(claim: Counted, found: list[Tally]) -> Iterator[Clash]:
    """A clash where no reading is passed by the named things and by no other."""
    said = {_is_borne_out(claim, x) for x in found}
    if said != {False} or not any(x.passed for x in found):
        return
    fewest = min((x.failed if claim.mode == "others" else x for x in found), key=lambda x: len(x.passed))
    shown = ", ".join(sorted(fewest.passed)[:4]) or "none"
    yield Clash(
        "count",
        claim.sentence.passage.place(claim.start, claim.end),
        f"'{claim.text}' where counting finds {shown}",
        "count again, or state the criterion",
    )


def _is_borne_out(claim: Counted, tally: Tally) -> bool | None:
    """True if a reading agrees with what is said of named things; ``None`` where it does not know one of them."""
    if claim.mode in ("only", "others"):
        return (tally.failed if claim.mode == "others" else tally).is_passed_by(claim.things)
    known = {tally.names.get(t, "") for t in claim.things}
    if "" in known:
        return None
    return known <= tally.passed | tally.open if claim.mode == "both" else not known & tally.passed


def _is_spoken(evidence: Evidence, noun: str) -> bool:
    """True for what the page speaks of more than once, or heads a table with; a word met once may be anything."""
    if not noun or noun in evidence.quantities or noun in things_of(evidence) or noun == "layer":
        return True
    word = re.compile(rf"\b{re.escape(noun)}(?:s|es)?\b", re.IGNORECASE)
    found = 0
    for passage in evidence.passages:
        found += len(word.findall(passage.plain))
        if found > 1:
            return True
    return False


def _has_bar(claim: Counted) -> bool:
    """True if its things are counted by a number, or by a threshold that its sentence names."""
    return bool(clause_of(claim)[1]) or NAMED_BAR.search(claim.sentence.text) is not None


def _unsupported(rest: list[Counted], claims: list[Counted]) -> Iterator[Clash]:
    """Counts of a title or a confidence line that the page states otherwise, of the same matter, and never so."""
    body = [c for c in claims if not _sums_up(c) and c.low > 0 and not c.things and not _is_scope(c)]
    for claim in rest:
        if not _sums_up(claim) or claim.things or claim.low != claim.high:
            continue
        same = [c for c in body if c.total == claim.total]
        # "Stronger than 0.6 in 4 of 9" is another matter than "in all 9".
        same = [c for c in same if (_has_bar(claim) or not _has_bar(c)) and _ways(claim) == _ways(c)]
        alike = [c for c in same if c.low == c.high]
        alike = [c for c in alike if _similar(_rare(claim), _rare(c)) or (_of_relation(claim) and _of_relation(c))]
        if len({c.low for c in alike}) != 1 or any(_may_support(c, claim) for c in body):
            continue
        yield Clash(
            "count",
            claim.sentence.passage.place(claim.start, claim.end),
            f"'{claim.text}' sums up what the page counts as {alike[0].low:g} of {claim.total}",
            "state one count",
        )


def _may_support(count: Counted, claim: Counted) -> bool:
    """True if a title's count stands in the body too, and no word shows that it is of another matter."""
    if count.total != claim.total or not agrees(claim, count.low) or (_has_bar(count) and not _has_bar(claim)):
        return False
    return not _ways(claim) or not _ways(count) or _ways(claim) == _ways(count)


def _is_scope(claim: Counted) -> bool:
    """True for "In each of 9 orchards a row was picked": of whom something is told, and no claim."""
    return (
        claim.low == claim.total
        and _SCOPE.fullmatch(claim.sentence.text[: claim.start - claim.sentence.start]) is not None
    )


_SCOPE = regex(r"\W*(?:for|in|at|from|with|of|across|over|on|to)\s+", re.IGNORECASE)


def _ways(claim: Counted) -> set[int]:
    """Up, down or neither: "cuts it for all 9" is another matter than "over half in 2 of 9"."""
    return {w.sign for w in direction_words(clause_of(claim)[0]) if not w.polar}


def _sums_up(claim: Counted) -> bool:
    """True for a count of a title or of the line that gives the confidence."""
    passage = claim.sentence.passage
    return passage.scope == "title" or _CONFIDENCE.match(passage.plain) is not None


def _of_relation(claim: Counted) -> bool:
    """True for a count of where a relation holds, and not of where it is of some size."""
    if any(role != "p" for role, _ in _limits(claim)) or _MUTUAL.search(clause_of(claim)[0]):
        return False
    if _PAST_BAR.search(clause_of(claim)[0]):
        return False
    return _HOLDS.search(clause_of(claim)[0]) is not None or RELATION.search(clause_of(claim)[0]) is not None


_PAST_BAR = regex(
    r"\b(?:past|over|above|beyond|below|beneath|under|across|reach\w*|cross\w*|clear\w*|pass\w*|meets?|met)\s+"
    r"(?:the|our|this|that|its|their|any|an?)\s+(?:[\w-]+\s+){0,2}(?:line|limit|bar|mark|threshold|cut-?off|ceiling|floor)s?\b",
    re.IGNORECASE,
)
_MUTUAL = regex(r"\b(?:each other|one another)\b", re.IGNORECASE)
"""Of how the counted things stand to each other, and of no two quantities."""
_CONFIDENCE = regex(r"\W*confidence\b", re.IGNORECASE)
_HOLDS = regex(
    r"\b(?:holds?|works?|repeat\w*|recurs?|agree\w*|(?:same|one) (?:sign|direction|way)|pattern|forecast\w*|foresee\w*|"
    r"foretell\w*|foretold|spread\w*|travels?|spills?|near\w*|clos\w+|similar\w*|resembl\w+|alike|look-?alike\w*|"
    r"cosines?|likeness|kinship|together|coefficients?|positive(?:ly)?|negative(?:ly)?)\b|[ρ]",
    re.IGNORECASE,
)


def _disagreeing(claims: list[Counted]) -> Iterator[Clash]:
    """Counts of the same things by the same words that differ; the rarer one is named."""
    for claim in claims:
        words, limits = _rare(claim), _limits(claim)
        alike = [
            o
            for o in claims
            if o is not claim
            and o.total == claim.total
            and o.noun == claim.noun
            and _limits(o) == limits
            and _similar(words, _rare(o))
        ]
        votes = Counter((o.low, o.high) for o in alike)
        if votes and votes.most_common(1)[0][1] >= 2 and (claim.low, claim.high) not in votes:
            yield Clash(
                "count",
                claim.sentence.passage.place(claim.start, claim.end),
                f"'{claim.text}' stands elsewhere as {votes.most_common(1)[0][0][0]:g} of {claim.total}",
                "state one count",
            )


def _rare(claim: Counted) -> frozenset[str]:
    return frozenset(w for w in words_of(clause_of(claim)[0]) if len(w) > 3 and w != claim.noun)


def _limits(claim: Counted) -> frozenset[tuple[str, float]]:
    return frozenset((n.role, n.value) for n in clause_of(claim)[1] if n.bound)


def _similar(a: frozenset[str], b: frozenset[str]) -> bool:
    return bool(a and b) and len(a & b) >= 0.6 * max(1, min(len(a), len(b)))


def _truth(evidence: Evidence, claim: Counted) -> list[Tally] | None:
    """What :func:`_count` finds, worked out once for each of the page's claims."""
    known: dict[int, list[Tally] | None] = evidence.cache.setdefault("true counts", {})
    if id(claim) not in known:
        known[id(claim)] = _count(evidence, claim)
    return known[id(claim)]


def _count(evidence: Evidence, claim: Counted) -> list[Tally] | None:
    """What the words may ask: those of its clause, or those before it where the clause asks nothing."""
    for start, text, numbers in windows(claim):
        names = {m.name for m in claim.sentence.passage.names if start <= m.start < claim.sentence.end} - claim.things
        inside = {m.name for m in claim.sentence.names if m.text in text}
        layers = {m.name for m in claim.sentence.names if m.name.startswith("#")}
        asked = Asked(
            claim.sentence,
            text,
            tuple(n for n in numbers if not _is_held(evidence, claim, n)),
            things_of(evidence).get(claim.noun, 0) if claim.part is not None else claim.total,
            claim.noun,
            frozenset((names & inside & evidence.page_names) | layers) - claim.things,
            claim.sentence.passage.plain[: claim.start],
            claim.sentence.between(claim.end, claim.sentence.end),
            _CONTRAST.search(claim.sentence.between(claim.sentence.start, claim.start)) is not None,
        )
        found = readings(evidence, asked)
        if found is not None:
            return found if claim.part is None else _of_part(found, claim.part)
    return None


def _is_held(evidence: Evidence, claim: Counted, number: Number) -> bool:
    """True for a value of a named thing, which is no bar: "Como is the only one that fell, with 9% after 28%"."""
    about = (x for name in claim.things for x in evidence.about.get(name, ()))
    return not number.bound and any(evidence.matches(number, s, f) for s, f in about)


def _of_part(found: list[Tally], part: Part) -> list[Tally]:
    """What each reading finds among the things of a group."""
    inside = (x.within(part.things) for x in found)
    return [x for x in inside if x is not None and x.total == part.size]


_CONTRAST = regex(
    r"\b(?:against|compared (?:with|to)|versus|vs\.?|instead of|rather than|as opposed to|(?:up|down) from)\s+"
    r"(?:only )?$",
    re.IGNORECASE,
)


def true_counts(evidence: Evidence) -> Iterator[tuple[Sentence, int, int]]:
    """Counts that counting confirms: the sentence, and where the count begins and ends in its passage."""
    for claim in counted_things(evidence):
        if any(agrees(claim, c) for tally in _truth(evidence, claim) or () for c in tally.counts):
            yield claim.sentence, claim.start, claim.end
