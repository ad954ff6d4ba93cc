""" "4 of 7", "all 5", "half of them": the truth is counted first, for every criterion that the words allow."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from leakstats.facts import Fact, Series
from leakstats.records import replace, struct

from .grammar import Number
from .idioms import is_rate, pairs_of_counts
from .knowledge import Clash, Evidence, exceptions
from .lexicon import MOOT, ROLE_WORDS, direction_words, quantifiers
from .names import words_of
from .passages import Sentence
from .values import is_claim

__all__ = ["count_clashes", "true_counts"]


@struct(slots=False)
class Counted:
    """A count of things out of ``total`` that the page claims."""

    sentence: Sentence
    start: int
    end: int
    low: float
    high: float
    total: int
    noun: str
    text: str


def _claims(evidence: Evidence) -> Iterator[Counted]:
    for passage in evidence.passages:
        if not is_claim(passage) or passage.part == "prior":
            continue
        for sentence in passage.sentences:
            if passage.scope != "title" and MOOT.search(sentence.text):
                continue
            for k, n in pairs_of_counts(sentence):
                if n.value > 60:
                    continue
                yield Counted(
                    sentence,
                    k.start,
                    n.end,
                    k.value,
                    k.value,
                    int(n.value),
                    _noun(sentence, n.end),
                    f"{k.text} of {n.text}",
                )
            for q in quantifiers(sentence.text):
                end = sentence.start + q.end
                yield Counted(
                    sentence,
                    sentence.start + q.start,
                    end,
                    q.low,
                    q.high,
                    q.total,
                    _noun(sentence, end),
                    q.text.strip(),
                )


def _noun(sentence: Sentence, at: int) -> str:
    for word in re.findall(r"[A-Za-z]+", sentence.between(at, at + 40))[:2]:
        if (
            word.lower() not in ("the", "of", "named", "other", "source", "evaluated", "tested", "trained")
            or word.lower() == "source"
        ):
            return str(word).lower().rstrip("s")
    return ""


def _values(series: Series) -> list[Fact]:
    return list({id(f): f for f in series.facts.values()}.values())


def _size(series: Series) -> int:
    return len(_values(series))


def count_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Counts that no field or column of that many things gives for the criterion that the words state."""
    yield from exceptions(_count_clashes(evidence), 1)


def _count_clashes(evidence: Evidence) -> Iterator[Clash]:
    claims = list(_claims(evidence))
    done = set()
    wrong = set()
    for claim in claims:
        counts = _truth(evidence, claim)
        if counts is None:
            continue
        done.add(id(claim))
        if not any(
            claim.low - 0.51 < c < claim.high + 0.51 if claim.low != claim.high else c == claim.low for c in counts
        ):
            shown = " or ".join(str(c) for c in sorted(counts)[:3])
            wrong.add(id(claim))
            yield Clash(
                "count",
                claim.sentence.passage.place(claim.start, claim.end),
                f"'{claim.text}' is {shown} of {claim.total} when counted",
                "count again, or state the criterion",
            )
    rest = [c for c in claims if id(c) not in done]
    yield from _disagreeing(rest)
    if not wrong:
        yield from _unsupported(evidence, rest, claims)


def _unsupported(evidence: Evidence, rest: list[Counted], claims: list[Counted]) -> Iterator[Clash]:
    """Counts of a title that nothing on the page repeats and no criterion gives, though it counts the same things."""
    for claim in rest:
        if claim.sentence.passage.scope != "title":
            continue
        body = [
            c
            for c in claims
            if c.sentence.passage.scope != "title" and c.total == claim.total and c.low == c.high and c.start >= 0
        ]
        series = _of_things(evidence, claim)
        counted = {sum(f.value < 0.05 for f in _values(s)) for s in series if _is_p(evidence, s)}
        if not body or any(claim.low - 0.51 < c.low < claim.high + 0.51 for c in body):
            continue
        if counted and any(claim.low <= c <= claim.high for c in counted):
            continue
        shown = " or ".join(sorted({f"{c.low:g} of {c.total}" for c in body})[:3])
        yield Clash(
            "count",
            claim.sentence.passage.place(claim.start, claim.end),
            f"'{claim.text}' in the title, where the page counts {shown}",
            "state one count",
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
    return frozenset(w for w in words_of(_clause(claim)[0]) if len(w) > 3 and w != claim.noun)


def _limits(claim: Counted) -> frozenset[tuple[str, float]]:
    return frozenset((n.role, n.value) for n in _clause(claim)[1] if n.bound)


def _similar(a: frozenset[str], b: frozenset[str]) -> bool:
    return bool(a and b) and len(a & b) >= 0.6 * max(1, min(len(a), len(b)))


# -- criteria ---------------------------------------------------------------------------------------------------------

_HALF = re.compile(
    r"\b(?:exceed\w*|above|over|pass\w*|beyond|more than) (?:one |a )?half\b|\b(?:more than|over|"
    r"above) half\b|\b(?:the )?majority of\b(?! (?:the )?(?:sources|personas|layers))|\bmost (?:of "
    r")?(?:their|its|the)?\s*(?:own )?(?:completions|answers|replies|responses|outputs|generations|"
    r"samples|draws)\b|\bmore often than not\b",
    re.IGNORECASE,
)
_PARTS = {
    "half": 0.5,
    "quarter": 0.25,
    "two thirds": 2 / 3,
    "two-thirds": 2 / 3,
    "third": 1 / 3,
    "quarters": 0.75,
    "tenth": 0.1,
    "fifth": 0.2,
}
_PART = re.compile(
    r"\b(?:(?P<more>more than|over|above|exceed\w*|at least|beyond|past|upwards of)|"
    r"(?P<less>less than|fewer than|under|below|at most))\s+"
    r"(?P<part>(?:a |one |the )?(?:half|third|quarter|tenth|fifth)\b|two[- ]thirds|three[- ]quarters)",
    re.IGNORECASE,
)
_LESS_HALF = re.compile(r"\b(?:less|fewer) than half\b|\ba minority of\b", re.IGNORECASE)
_ZERO = re.compile(r"\b(?:exactly|at|from|of|is|are)\s+(?:exactly )?(?:0(?:\.0+)?\s?%|zero)", re.IGNORECASE)
_SIGNED = re.compile(
    r"\b(positive|negative)(?:ly)?\b(?:\s+\w+){0,2}?\s*(?:cosine|similarit|coefficient|correlation|"
    r"value|slope|relation)?",
    re.IGNORECASE,
)
_ZERO_SIDE = re.compile(r"\b(below|under|above|over|less than|more than) (?:zero|0(?:\.0+)?)\b(?!\.\d)", re.IGNORECASE)
_LIKE = re.compile(r"\b(?:cos\w*|similarit\w*|likeness|projection\w*|project)\b", re.IGNORECASE)
_RELATION = re.compile(
    r"\b(?:predicts?|correlat\w+|relation\w*|related|association|associated|link\w*|holds?|repeats?|"
    r"replicat\w+|agrees?|tracks?|follows?)\b",
    re.IGNORECASE,
)
_SIGNIFICANT = re.compile(
    r"\b(?:significan\w+|clear(?:s|ed)? (?:the )?0?\.05|pass(?:es)?|at the (?:5\s?%|five percent|0?\.05) level|"
    r"conventional (?:level|threshold)|below 0?\.05)\b",
    re.IGNORECASE,
)
_REACH = re.compile(
    r"\b(?:reach\w*|attain\w*|get to|gets to|hits?|make)\s+(?:a |an |the )?(?:[\w-]+\s+){0,3}?(?:of )?$", re.IGNORECASE
)
_FEWER = re.compile(
    r"\b(?:less|fewer|lower|smaller|decreas\w+|drop\w*|fall\w*|fell|declin\w+|reduc\w+)\b", re.IGNORECASE
)
_MORE = re.compile(
    r"\b(?:more|higher|greater|larger|increas\w+|rise\w*|rose|grow\w*|grew|gain\w*|climb\w*)\b", re.IGNORECASE
)


_NAMES_COEFFICIENT = re.compile(r"ρ|\brho\b|\br\b|\bcorrelation|\bcoefficient|\bSpearman|\bPearson", re.IGNORECASE)


def _truth(evidence: Evidence, claim: Counted) -> set[int] | None:
    """The counts that fields of ``claim.total`` things give; ``None`` where the words state no criterion."""
    window = _clause(claim)
    text, numbers = window
    if claim.total < 2:
        return None
    series = _of_things(evidence, claim)
    if not series:
        return None
    rates = [s for s in series if s.fraction and evidence.kind(s) == "rate" and s.role != "second"]
    for number in numbers:
        if not number.bound and _REACH.search(claim.sentence.between(claim.sentence.start, number.at)):
            number = replace(number, bound=">=")  # "5 of 6 reach a coefficient of 0.5"
        if number.role == "points" and not number.bound and not number.signed:
            number = replace(number, bound=">=")  # "10 points up for 4 of 7"
        if number.bound not in ("<", "<=", ">", ">="):
            continue
        if number.role == "value" and number.value in (0.05, 0.01, 0.001) and number.bound in ("<", "<="):
            number = replace(number, role="p")
        if number.role == "value" and _NAMES_COEFFICIENT.search(text):
            number = replace(number, role="coefficient")
        if number.role == "p":
            return _count(_of_p(evidence, series, claim), number, 1.0)
        if number.role == "value" and is_rate(claim.sentence, number):
            rated = [s for s in rates if s.role not in ("net", "gain", "at")]
            return _count(_preferred(_by_role(rated, text), claim), number, 1.0)
        if number.role in ("coefficient", "value"):
            chosen = [
                s
                for s in series
                if not s.role and all(abs(f.value) <= 1 for f in _values(s)) and not _is_p(evidence, s)
            ]
            chosen = _by_symbol([s for s in chosen if _is_coefficient(evidence, s)] or chosen, number.label)
            return _count(_preferred(chosen, claim), number, 1.0, absolute=True)
        if number.role == "points":
            return _count_differences(evidence, series, claim, number)
        if number.role == "percent":
            plain = [s for s in rates if s.role not in ("net", "gain", "at")]
            return _count(_preferred(_by_role(plain, text), claim), number, 0.01)
    levels = [s for s in rates if s.role not in ("net", "gain", "at")]
    part = _PART.search(text)
    if part is not None and levels:
        limit = next(v for w, v in _PARTS.items() if part["part"].lower().endswith(w))
        bound = "<" if part["less"] else ">"
        return _count_of(_preferred(_by_role(levels, text), claim), bound, limit)
    if _HALF.search(text) and levels:
        return _count_of(_preferred(_by_role(levels, text), claim), ">", 0.5)
    if _LESS_HALF.search(text) and levels:
        return _count_of(_preferred(_by_role(levels, text), claim), "<", 0.5)
    if _ZERO.search(text) and levels:
        return {sum(f.value == 0 for f in _values(s)) for s in _by_role(levels, text)}
    if _SIGNIFICANT.search(text) and not _RELATION.search(text):
        found = {sum(f.value < 0.05 for f in _values(s)) for s in _of_p(evidence, series, claim)}
        if found:
            return found
    signed = _SIGNED.search(text) or _ZERO_SIDE.search(text)
    if signed is not None:
        chosen = [
            s for s in series if (not s.role and any(f.value < 0 for f in _values(s))) or _is_coefficient(evidence, s)
        ]
        chosen = [s for s in chosen if all(abs(f.value) <= 1.0001 for f in _values(s))]
        alike = [s for s in chosen if evidence.kind(s) == "similarity"]
        if _LIKE.search(text) and alike:
            chosen = alike
        if chosen:
            want = 1 if signed.group(1).lower() in ("positive", "above", "over", "more than") else -1
            return {sum(f.value * want > 0 for f in _values(s)) for s in chosen}
    directions = [d for d in direction_words(text) if not d.polar]
    if len({d.sign for d in directions}) == 1 and directions and evidence.datasets and not numbers:
        nets = [s for s in series if s.role == "net"]
        nets = [s for s in nets if any(f.value != 0 for f in _values(s))]
        if nets:
            want = directions[0].sign
            return {sum(f.value * want > 0 for f in _values(s)) for s in _preferred(nets, claim)}
    changed = (_MORE.search(text) is not None) - (_FEWER.search(text) is not None)
    if changed and not numbers:
        between = _changes(evidence, levels, text, changed)
        if between:
            return between
    if _RELATION.search(text) or _SIGNIFICANT.search(text):
        chosen = [s for s in series if _is_coefficient(evidence, s)]
        if chosen:
            out = set()
            for s in chosen:
                out |= {sum(f.value > 0 for f in _values(s)), sum(f.value < 0 for f in _values(s))}
            for s in _of_p(evidence, series, claim):
                out.add(sum(f.value < 0.05 for f in _values(s)))
            return out - {0} or None
    return None


def _changes(evidence: Evidence, levels: list[Series], text: str, sign: int) -> set[int] | None:
    """How many of the things change in a direction, from one of a table's two columns of rates to the other."""
    if re.search(r"\b(?:than|mean|average|score)\b", text, re.IGNORECASE):
        return None
    page = [s for s in levels if s.origin == "page" and s.pointer.startswith("column")]
    if len(page) != 2:
        return None
    first, last = page
    both = [n for n in first.facts if n in last.facts]
    pairs = {id(last.facts[n]): (first.facts[n], last.facts[n]) for n in both}.values()
    sure = sum((b.value - a.value) * sign > 0 for a, b in pairs)
    return {sure}


_DEEP = frozenset(["layer", "depth", "block", "epoch", "step", "checkpoint", "point", "round", "iteration"])


def _of_things(evidence: Evidence, claim: Counted) -> list[Series]:
    """The series over as many things as the claim counts, things that the page names, of the kind that it names."""
    deep = claim.noun in _DEEP
    found = [
        s
        for s in evidence.all_series
        if s.role != "interval"
        and _size(s) == claim.total
        and deep == all(k.startswith("#") or k.isdigit() or k[1:].isdigit() for k in s.facts)
    ]
    if not deep:
        found = [s for s in found if 2 * sum(k in evidence.spoken for k in s.facts) >= len(s.facts)]
    else:
        named = {m.name for m in claim.sentence.names if not m.name.startswith("#")}
        own = [s for s in found if all(named & f.entities for f in s.facts.values())]
        found = own or found
    return found


def _clause(claim: Counted) -> tuple[str, list[Number]]:
    """The words around a count: its clause, up to the next count."""
    sentence = claim.sentence
    text = sentence.text
    at = claim.start - sentence.start
    left = max((m.end() for m in re.finditer(r"[;:]|, and |, but |, so |, with |\. ", text[:at])), default=0)
    tail = claim.end - sentence.start
    ends = [m.start() for m in re.finditer(r"[;]|, and |, but |, so |, while |\(", text[tail:])]
    right = tail + (ends[0] if ends else len(text) - tail)
    for k, n in pairs_of_counts(sentence):  # the next count, or the one before, has a criterion of its own
        if n.end <= claim.start:
            left = max(left, n.end - sentence.start)
            left = max(left, 1 + max(text.rfind(mark, left, at) for mark in ",;"))
        elif k.start >= claim.end:
            right = min(right, k.start - sentence.start)
    numbers = [
        n
        for n in sentence.numbers
        if left <= n.start - sentence.start < right and not (claim.start <= n.start < claim.end)
    ]
    return text[left:right], numbers


def _by_symbol(series: list[Series], symbol: str) -> list[Series]:
    """The ranks' coefficients for ρ, the linear ones for r, where words tell them apart."""
    words = {"ρ": r"ρ|rho|spearman|rank", "r": r"pearson|linear|\br\b"}.get(symbol)
    if words is None:
        return series
    return [s for s in series if re.search(words, f"{s.quantity} {' '.join(s.words)}", re.IGNORECASE)] or series


def _is_p(evidence: Evidence, series: Series) -> bool:
    return evidence.kind(series) == "p" or (series.origin == "page" and series.role == "second")


def _is_coefficient(evidence: Evidence, series: Series) -> bool:
    return not series.role and evidence.kind(series) == "coefficient"


def _of_p(evidence: Evidence, series: list[Series], claim: Counted) -> list[Series]:
    """The p-values that a count can speak of; words such as Pearson choose among them."""
    chosen = [
        s
        for s in series
        if _is_p(evidence, s) and s.role in ("", "second") and all(0 <= f.value <= 1 for f in _values(s))
    ]
    return _preferred(chosen, claim)


def _preferred(series: list[Series], claim: Counted) -> list[Series]:
    """Those whose rare words occur in the clause; all of them where none does."""
    if len(series) < 2:
        return series
    shared = frozenset.intersection(*(s.words for s in series)) | _COMMON
    words = words_of(_clause(claim)[0])
    ranks = [sum(any(_alike(a, b) for b in words) for a in s.words - shared) for s in series]
    return [s for s, rank in zip(series, ranks, strict=True) if rank == max(ranks)]


def _alike(a: str, b: str) -> bool:
    return a == b or (len(a) > 3 and len(b) > 3 and (a.startswith(b) or b.startswith(a)))


_COMMON = frozenset(
    [
        "source",
        "persona",
        "rate",
        "layer",
        "share",
        "value",
        "unit",
        "name",
        "of",
        "the",
        "in",
        "per",
        "at",
        "n",
        "completion",
        "p",
        "r",
        "model",
        "count",
        "mean",
        "all",
        "data",
    ]
)


def _by_role(series: list[Series], text: str) -> list[Series]:
    """Start, peak or end, where the words say which; on the page by the column's header."""
    for role, pattern in ROLE_WORDS.items():
        if pattern.search(text):
            chosen = [s for s in series if s.role == role or (s.origin == "page" and pattern.search(s.quantity))]
            if chosen:
                return chosen
    return series


def _count(series: list[Series], number: Number, scale: float, *, absolute: bool = False) -> set[int] | None:
    if not series:
        return None
    return _count_of(series, number.bound, number.value * scale, absolute=absolute)


def _count_of(series: list[Series], bound: str, limit: float, *, absolute: bool = False) -> set[int]:
    """How many values of each series keep to a bound; printed ones on the edge may or may not."""
    out: set[int] = set()
    for s in series:
        for sign in (False, True) if absolute else (False,):
            ends = [(abs(f.low), abs(f.high)) if sign else (f.low, f.high) for f in _values(s)]
            passed = [(_passes(a, bound, limit), _passes(b, bound, limit)) for a, b in ends]
            out |= set(range(sum(a and b for a, b in passed), sum(a or b for a, b in passed) + 1))
    return out


def _passes(value: float, bound: str, limit: float) -> bool:
    room = 1e-9
    if bound == "<":
        return value < limit - room
    if bound == "<=":
        return value <= limit + room
    if bound == ">":
        return value > limit + room
    return value >= limit - room


_NO_RATE = frozenset(["cos", "cosine", "sim", "similarity", "loss", "distance", "norm"])


def _count_differences(evidence: Evidence, series: list[Series], claim: Counted, number: Number) -> set[int] | None:
    text = claim.sentence.text
    limit = number.value / 100
    nets = [s for s in series if s.role in ("net", "gain") and s.fraction and any(f.value for f in _values(s))]
    course = {
        id(s)
        for s in nets
        if not any(
            f.value < 0
            for t in series
            if t.role == "first" and t.words - {"first"} == s.words - {s.role}
            for f in _values(t)
        )
    }
    nets = [s for s in nets if id(s) in course] or nets
    wanted = "gain" if ROLE_WORDS["max"].search(text) and not ROLE_WORDS["last"].search(text) else "net"
    nets = [s for s in nets if s.role == wanted and not s.words & _NO_RATE] or nets
    out = {sum(_passes(f.value, number.bound, limit) for f in _values(s)) for s in nets}
    page = [s for s in series if s.origin == "page" and s.fraction and s.pointer.startswith("column") and not s.role]
    if not nets and len(page) >= 2:
        firsts = [s for s in page if ROLE_WORDS["first"].search(s.quantity)] or page[:1]
        lasts = [s for s in page if s not in firsts and not ROLE_WORDS["max"].search(s.quantity)] or page[-1:]
        for a in firsts:
            for b in lasts:
                shared = [n for n in b.facts if n in a.facts]
                facts = {id(b.facts[n]): (b.facts[n], a.facts[n]) for n in shared}
                out.add(sum(_passes(y.value - x.value, number.bound, limit) for y, x in facts.values()))
    return out or None


def true_counts(evidence: Evidence) -> Iterator[tuple[Sentence, int, int]]:
    """Counts that counting confirms: the sentence, and where the count begins and ends in its passage."""
    for claim in _claims(evidence):
        for count in _truth(evidence, claim) or ():
            if claim.low - 0.51 < count < claim.high + 0.51 if claim.low != claim.high else count == claim.low:
                yield claim.sentence, claim.start, claim.end
                break
