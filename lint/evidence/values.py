"""Rates, decimals and sample sizes of the page against what is known of the things that they speak of."""

from __future__ import annotations

import math
import re
import statistics
from collections.abc import Iterator
from typing import TypeAlias

from leakstats.facts import Fact, Series

from ..regex import regex
from .correlations import follows, records
from .grammar import Number, spelled_numbers
from .idioms import adjacent, intervals, is_end, is_rate, named_before, pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .lexicon import MOOT
from .moves import end_clashes
from .names import Mention, name_variants, words_of
from .passages import Passage, Sentence, once
from .roles import ceiling, of_column, of_course, of_side, subject
from .slips import slip_of
from .tables import is_aggregate
from .unheld import is_at_unheld_point, is_between_others, is_new_end, unsaid

__all__ = [
    "cell_clashes",
    "closed",
    "derived_rates",
    "is_claim",
    "is_prior",
    "size_clashes",
    "value_clashes",
    "vectors",
]

Vector: TypeAlias = "list[tuple[int, float, float]]"

_PRIOR = regex(
    r"#\d|\bprior\b(?! (?:to\b|cos|simil|over|geom|dist|close|near|align|like|represent|proxim|resembl))|\bprevious|"
    r"\bearlier\b(?! (?:than|layers?|epochs?|steps?|checkpoints?|rounds?|updates?|depths?)\b)|\breported\b|"
    r"\bpublished\b|\bet al\b",
    re.IGNORECASE,
)
_SHARE = regex(
    r"\b(?:of|through) (?:its|the|their|that|this|all|eventual|total)\b[^.;]{0,40}?\b(?:rise|gain|"
    r"gains|increase|growth|climb|change|jump|drop|fall|decline|peak|maximum|way|movement|total|"
    r"improvement|effect|range)\b",
    re.IGNORECASE,
)
_RELATIVE = regex(
    r"\b(?:increas|decreas|reduc|grew|grow|drop|fell|fall|rise|rose|cut|shr[aiu]nk|relative|more|less|"
    r"fewer|larger|smaller|higher|lower)",
    re.IGNORECASE,
)


def is_claim(passage: Passage) -> bool:
    """True for text whose numbers speak of this experiment's results."""
    return passage.part not in ("plan", "card", "skip")


@once
def is_prior(sentence: Sentence) -> bool:
    """True for a sentence about earlier work."""
    return sentence.passage.part == "prior" or _PRIOR.search(sentence.text) is not None


# -- tables against the file ------------------------------------------------------------------------------------------


def cell_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Cells that the field of their column contradicts."""
    for cell, fact, binding in evidence.suspect.values():
        value = fact.value * binding.scale
        place = evidence.document.place(cell.cell.text, cell.number.start, cell.number.end)
        agreeing = len(binding.matched)
        yield Clash(
            "cell",
            place,
            f"the cell says {cell.number.text}{cell.number.unit}, the results say {value:.4g} "
            f"({fact.pointer}); {agreeing} other cells agree with that field",
            "correct the cell, or the file",
        )


# -- prose ------------------------------------------------------------------------------------------------------------


def vectors(evidence: Evidence) -> dict[str, list[Vector]]:
    """For each name, what was measured of it over layers or epochs."""
    if "vectors" not in evidence.cache:
        out: dict[str, list[Vector]] = {}
        for series in evidence.all_series:
            if series.role or not (series.fraction or _is_percent(series)):
                continue
            points = {int(k[1:]): f for k, f in series.facts.items() if k.startswith("#")}
            if len(points) < 3:
                continue
            vector = [(i, f.low, f.high) for i, f in sorted(points.items())]
            entities = frozenset.intersection(*(f.entities for f in points.values()))
            for name in entities:
                out.setdefault(name, []).append(vector)
        evidence.cache["vectors"] = out
    found: dict[str, list[Vector]] = evidence.cache["vectors"]
    return found


_PER_CENT = frozenset(words_of("rate share percent percentage pct proportion prevalence incidence frequency"))


def _is_percent(series: Series) -> bool:
    """True for rates of a file in percent, as their key says."""
    low, high = series.ends
    return series.origin == "data" and low.value >= 0 and 1 < high.value <= 100 and bool(series.words & _PER_CENT)


def derived_rates(evidence: Evidence) -> list[tuple[float, float]]:
    """Means, medians and complements of the known rates, as sorted intervals."""
    if "derived" not in evidence.cache:
        out = []
        for series in evidence.all_series:
            facts = list(dict.fromkeys(series.facts.values()))
            if not series.fraction or len(facts) < 3:
                continue
            for function in (statistics.fmean, statistics.median):
                out.append((function([f.low for f in facts]), function([f.high for f in facts])))
            for group in _groups(evidence):
                inside = list(dict.fromkeys(f for n, f in series.facts.items() if n in group))
                if 1 < len(inside) < len(facts):
                    out.append((statistics.fmean([f.low for f in inside]), statistics.fmean([f.high for f in inside])))
        evidence.cache["derived"] = sorted(out)
    found: list[tuple[float, float]] = evidence.cache["derived"]
    return found


def _groups(evidence: Evidence) -> frozenset[frozenset[str]]:
    """The sets of things that share a text of the table or of the file, such as a category."""
    if "groups" not in evidence.cache:
        out = {g for d in evidence.datasets for g in d.groups}
        for sheet in evidence.sheets:
            for c in range(1, len(sheet.header)):
                members: dict[str, set[str]] = {}
                for label, row in zip(sheet.labels, sheet.grid, strict=True):
                    cell = row[c] if c < len(row) else None
                    text = cell.text.text.strip() if cell is not None else ""
                    if text and not any(ch.isdigit() for ch in text):
                        members.setdefault(text, set()).update(evidence.known_as(name_variants(label)))
                out |= {frozenset(m) for m in members.values() if len(m) > 1}
        evidence.cache["groups"] = frozenset(out)
    found: frozenset[frozenset[str]] = evidence.cache["groups"]
    return found


def _facts_of(evidence: Evidence, name: str, number: Number) -> list[tuple[Series, Fact]]:
    return [(s, f) for s, f in evidence.about.get(name, ()) if evidence.suits(number, s)]


def _claims(evidence: Evidence) -> list[tuple[Sentence, int, Number]]:
    """The rates and decimals of the page's prose that should be known."""
    if "claims" in evidence.cache:
        found: list[tuple[Sentence, int, Number]] = evidence.cache["claims"]
        return found
    found = []
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
            if _INTERVAL.search(sentence.text):
                ends |= {id(x) for s in spans(sentence) if s.kind == "range" for x in (s.left, s.right)}
            in_span = {id(x) for s in spans(sentence) for x in (s.left, s.right)}
            for i, number in enumerate(sentence.numbers):
                if id(number) in ends or number.bound in ("<", ">", "<=", ">=") or re.search(r"[eE×^⁻]", number.text):
                    continue
                if number.role == "value" and _BEFORE_P.match(passage.plain, number.end) and _has_p(sentence, number):
                    continue  # an effect or a coefficient with its p, and a record's business
                if _SPREAD.search(passage.plain[max(0, number.start - 6) : number.start]):
                    continue  # a spread
                if (
                    number.role == "percent"
                    or (number.role in ("value", "coefficient") and number.decimals > 0)
                    or (number.role == "count" and id(number) in in_span and number.signed)
                ):
                    found.append((sentence, i, number))
    evidence.cache["claims"] = found
    return found


_BEFORE_P = regex(r"\s*[,;:(\[|/]\s*(?:with )?(?:[pP](?:[- ]?val(?:ue)?)?\s*[=<>≤≥≈:]|N\s*[=:])")
_SPREAD = regex(r"(?:±|\+\s?/?\s?[-−–])\s*$")


_INTERVAL = regex(r"\b(?:confidence |credible )?intervals?\b|\bCIs?\b|\bWilson\b")


def _has_p(sentence: Sentence, number: Number) -> bool:
    """True if a p stands behind a number in its sentence; with its N alone no record could judge it."""
    return any(x.role == "p" and number.end <= x.start < number.end + 48 for x in sentence.numbers)


def _known(evidence: Evidence, number: Number) -> bool:
    if number.role == "percent":
        return evidence.is_known(number, evidence.known_rates, 0.01)
    if number.role == "coefficient":
        return evidence.is_known(number, evidence.known_coefficients) or evidence.is_known(number, _stated(evidence))
    return evidence.is_known(number, evidence.known_values) or evidence.is_known(number, evidence.known_rates)


def _stated(evidence: Evidence) -> list[tuple[float, float]]:
    """Coefficients that the page states with a p and an N from which they follow, where no file says better."""
    if "stated" not in evidence.cache:
        found = (
            []
            if evidence.triples
            else [
                (r.coefficient.low, r.coefficient.high)
                for r in records(evidence)
                if r.coefficient is not None and r.p is not None and r.n is not None and follows(r) is not False
            ]
        )
        evidence.cache["stated"] = sorted(set(found))
    known: list[tuple[float, float]] = evidence.cache["stated"]
    return known


def closed(evidence: Evidence, *, percent: bool) -> bool:
    """True if what the page states of this kind is nearly all known, so that an exception is suspect."""
    key = f"closed{percent}"
    if key not in evidence.cache:
        claims = [(s, n) for s, _, n in _claims(evidence) if not is_prior(s)]
        alike = [n for _, n in claims if (n.role == "percent") == percent]
        judged = alike if len(alike) > 3 else [n for _, n in claims]
        known = sum(_known(evidence, n) for n in judged)
        evidence.cache[key] = known >= 2 and known >= 0.75 * len(judged)
    return bool(evidence.cache[key])


_COURSE = 4
"""Values of one thing that a page follows over time; of fewer some may be left out."""


def value_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Rates and decimals in words that are none of the values known of what they speak of.

    Several values that nothing knows are a set that the page holds elsewhere, and no errors.
    """
    right: list[Number] = []
    found = list(_value_clashes(evidence, right))
    if len({c.message for c in found}) <= max(1, min(3, len(right) // 5)):
        yield from found


def _value_clashes(evidence: Evidence, right: list[Number]) -> Iterator[Clash]:
    """The clashes; the numbers that are what is known of the name beside them are added to ``right``."""
    recorded = {
        id(x) for r in records(evidence) if r.passage is not None and r.p is not None for x in (r.coefficient, r.p)
    }
    stored = {(round(t.coefficient.value, 9), t.n) for t in evidence.triples}
    consistent = {
        id(x)
        for r in records(evidence)
        if r.passage is not None and r.complete and r.coefficient is not None and follows(r)
        if not any(n == r.n and r.coefficient.allows(c) for c, n in stored)
        for x in (r.coefficient, r.p)
    }
    yield from _ceilings(evidence)
    yield from _shares(evidence)
    moved = set()
    for sentence, number, facts in end_clashes(evidence, _READ):
        percent = evidence.prints_decimals is False or number.role == "percent"
        followed = len({round(f.value, 6) for s, f in facts if s.origin == "page"}) >= _COURSE
        held = bool(evidence.datasets) or (
            not is_new_end(evidence, sentence, number, facts)
            and (followed or _trace(evidence, number, unsaid(evidence, sentence, number, facts), several=False))
        )  # a table without a file may hold the first and the last value, and others stand in words
        if held and closed(evidence, percent=percent) and not is_prior(sentence):
            moved.add(id(number))
            yield _clash(sentence, number, "of what moves", facts, percent)
    for sentence, i, number in _claims(evidence):
        percent = number.role == "percent"
        if (
            id(number) in moved
            or is_prior(sentence)
            or _defies_counts(sentence, number)
            or MOOT.search(sentence.between(sentence.start, number.start))
        ):
            continue
        name = _beside(evidence, sentence, i)
        if (
            name is not None
            and evidence.page_names
            and name.name not in evidence.page_names
            and not name.name.startswith("#")
        ):
            name = None  # a word of the file, such as the kind of a coefficient
        if name is not None and name.name.startswith("#") and _begins_move(sentence, number):
            name = None  # "0→45% by epoch 2": a checkpoint is where a move ends
        if id(number) in consistent and (name is None or name.name.startswith("#") or number.role != "coefficient"):
            continue  # a record of which p follows: which other one it should be, nobody can say
        if name is not None and name.end <= number.start and _is_apart(sentence, name, number):
            continue
        if (id(number) in recorded and name is None) or _is_bar(sentence, number):
            continue
        if name is None and (number.role == "coefficient" or _is_bare_coefficient(sentence, number)):
            yield from _of_words(evidence, sentence, number)
            continue
        understood = closed(evidence, percent=percent)
        if understood and not number.label and (percent or _is_rate(evidence, sentence, number)):
            meant = _meant(evidence, sentence, number)
            if meant and not any(evidence.matches(number, s, f) for s, f in meant):
                if not _averaged(evidence, sentence, number, subject(evidence, sentence, number)):
                    yield _clash(sentence, number, "of what its words ask for", meant, percent)
                continue
        if name is not None:
            facts = _narrowed(evidence, sentence, name.name, number)
            bound = _bound_facts(evidence, sentence, number, facts)
            if bound and not _explained(evidence, sentence, number, named=True):
                if any(evidence.matches(number, s, f) for s, f in bound):
                    right.append(number)
                    continue
                doubtful = (
                    _mixed(evidence, sentence, number, name.name)
                    or _averaged(evidence, sentence, number, name.name)
                    or _is_other_quantity(evidence, sentence, number, facts)
                    or is_new_end(evidence, sentence, number, bound)
                )
                tight = understood and _is_read(evidence, sentence, number, name, bound)
                if not doubtful and (tight or _trace(evidence, number, bound, several=understood)):
                    yield _clash(sentence, number, f"of {name.text.strip()}", bound, percent)
                continue
            if facts:
                right.append(number)
                continue
        alone = _only_name(evidence, sentence, number) if name is None else None
        if _explained(evidence, sentence, number, named=name is not None or alone is not None):
            continue
        judged = percent or _is_rate(evidence, sentence, number) or _asked(sentence, number) == "likeness"
        if alone is not None and understood and judged:
            bound = _bound_facts(evidence, sentence, number, _facts_of(evidence, alone.name, number))
            if (
                bound
                and not any(evidence.matches(number, s, f) for s, f in bound)
                and _follows_name(evidence, sentence, number, alone, bound)
                and not _averaged(evidence, sentence, number, alone.name)
                and not _is_other_quantity(evidence, sentence, number, _facts_of(evidence, alone.name, number))
                and not is_new_end(evidence, sentence, number, bound)
            ):
                yield _clash(sentence, number, f"of {alone.text.strip()}", bound, percent)
                continue
        if not _known(evidence, number):
            near = unsaid(evidence, sentence, number, _facts_around(evidence, sentence, number))
            doubted = is_between_others(sentence, number) or is_at_unheld_point(evidence, sentence)
            if near and not doubted and _trace(evidence, number, near, several=False):
                yield _clash(sentence, number, "of what it speaks of", near, percent)


def _ceilings(evidence: Evidence) -> Iterator[Clash]:
    """ "Does not exceed 8%" of what does."""
    for passage in evidence.passages:
        for sentence in passage.sentences if is_claim(passage) and passage.part != "prior" else ():
            for number in sentence.numbers:
                if (
                    number.role in ("percent", "value")
                    and _is_rate(evidence, sentence, number)
                    and not is_prior(sentence)
                ):
                    over = ceiling(evidence, sentence, number)
                    if over:
                        yield _clash(sentence, number, "that is not exceeded", over, number.role == "percent")


def _shares(evidence: Evidence) -> Iterator[Clash]:
    """ "58% of its rise by epoch 4" where the course of the one thing that is named gives another share."""
    for sentence, _, number in _claims(evidence):
        if (
            number.role != "percent"
            or is_prior(sentence)
            or not _SHARE.match(sentence.between(number.end, number.end + 60).lstrip())
        ):
            continue
        if MOOT.search(sentence.between(sentence.start, number.start)) or number.bound:
            continue
        points = {m.name for m in sentence.names if m.name.startswith("#")}
        things = {m.name for m in sentence.names if m.name in evidence.page_names}
        name = next(iter(things)) if len(things) == 1 else _doer(evidence, sentence, number)
        if len(points) == 1 and name and not _is_share(evidence, sentence, number, name):
            yield Clash(
                "value",
                sentence.passage.place(number.start, number.end),
                f"{number.text}% is no share of that course at this point",
                "correct the share, or say of what it is one",
            )


def _beside(evidence: Evidence, sentence: Sentence, i: int) -> Mention | None:
    """The name beside a number; where nothing is known of it, "pooled", the one in front: "L25 has pooled 0.61"."""
    name = adjacent(sentence).get(i)
    number = sentence.numbers[i]
    if name is None or name.end > number.start or _facts_of(evidence, name.name, number):
        return name
    others = [m for m in sentence.names if m.end <= name.start and not is_aggregate(m.text)]
    return named_before(sentence, i, others) or name


_FROM = regex(r"\b(?:from|up from|down from)\s+(?:about |roughly |around |~)?$", re.IGNORECASE)


_DONE = frozenset(
    words_of(
        "made make makes covered covers cover done does completed completes complete gone goes travelled travels run "
        "through runs had has have achieved achieves already been is was at over passed passes reached reaches won"
    )
)


def _doer(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """The thing before a share of its course: "the nurse has covered 94% of her rise, the judge …"; "" for none."""
    before = [m for m in sentence.names if m.name in evidence.page_names and m.end <= number.start]
    if not before or _is_apart(sentence, before[-1], number):
        return ""
    gap = sentence.between(before[-1].end, number.start)
    return before[-1].name if words_of(gap) <= _DONE and "," not in gap else ""


def _defies_counts(sentence: Sentence, number: Number) -> bool:
    """True for a rate with counts beside it that do not give it: that is what is wrong with it."""
    for k, n in pairs_of_counts(sentence):
        before = n.end <= number.start and _BESIDE.fullmatch(sentence.between(n.end, number.start))
        after = number.end <= k.start and _BESIDE.fullmatch(sentence.between(number.end, k.start))
        low, high = number.scaled()
        if (before or after) and n.value and not low - 1e-9 <= k.value / n.value <= high + 1e-9:
            return True
    return False


_BESIDE = regex(r"\s*[(=,:]\s*")


def _begins_move(sentence: Sentence, number: Number) -> bool:
    """True for the value from which something moves: "0→45%", "to 41% from 22%"."""
    before = sentence.between(max(sentence.start, number.start - 24), number.start)
    return _FROM.search(before) is not None or any(number is x.left for x in spans(sentence))


_CLAUSE = regex(r";|\b(?:whereas|while)\b")


def _only_name(evidence: Evidence, sentence: Sentence, number: Number) -> Mention | None:
    """The one thing that a clause names, where it stands before the number: "without the nurse (12%)" too."""
    text = sentence.between(sentence.start, sentence.end)
    cuts = [sentence.start + m.start() for m in _CLAUSE.finditer(text)]
    first = max((c for c in cuts if c < number.start), default=sentence.start)
    last = min((c for c in cuts if c >= number.end), default=sentence.end)
    inside = [m for m in sentence.names if m.name in evidence.page_names and first <= m.start < last]
    for m in reversed(inside):
        gap = sentence.between(m.end, number.at)
        bracket = sentence.between(m.end, sentence.end).partition(")")[0]
        if m.end <= number.at and _BRACKET.fullmatch(gap) and not _TWO.search(bracket):
            return m
    if not inside and _ITS.match(text):
        earlier = [s for s in sentence.passage.sentences if s.end <= sentence.start]
        things = [m for m in (earlier[-1].names if earlier else ()) if m.name in evidence.page_names]
        return things[-1] if len({m.name for m in things}) == 1 else None
    if len({m.name for m in inside}) != 1 or inside[0].end > number.start or _is_apart(sentence, inside[0], number):
        return None
    return inside[0]


_ITS = regex(r"\s*[*_]*(?:Its|His|Her|Their)\s")
_TWO = regex(r"\b(?:against|vs|versus|and|to|or)\b|→|->")
_BRACKET = regex(r"[`'\"*]*\s*\([^()\[\]]*")
_CUT = regex(r"[;:]|\.\s|\b(?:while|whereas|but|than|against|versus|vs|compared)\b")


def _follows_name(
    evidence: Evidence, sentence: Sentence, number: Number, name: Mention, facts: list[tuple[Series, Fact]]
) -> bool:
    """True if the words from the name to the number are understood, other numbers between them being values of it."""
    between = sentence.between(max(name.end, sentence.start), number.at)
    if _CUT.search(between.lstrip(" :`*\"'")):
        return False
    values = {round(f.value, 4) for _, f in facts}
    if re.search(r"\b(?:from|to|→|up|down)\b|→", between) and len(values) < 2:
        return False
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    for other in sentence.numbers:
        between_them = name.end <= other.start < number.start and other.role not in ("n", "p", "none", "index")
        if between_them and id(other) not in ends:
            own = _facts_of(evidence, name.name, other)
            if not any(evidence.matches(other, s, f) for s, f in own):
                return False
    return words_of(between) - _NUMERALS <= _READ | evidence.quantities | _words_of_facts(facts)


_NUMERALS = frozenset(words_of("n p ci k of two three both wilson interval"))


def _words_of_facts(facts: list[tuple[Series, Fact]]) -> frozenset[str]:
    return frozenset().union(*(s.words for s, _ in facts))


def _of_words(evidence: Evidence, sentence: Sentence, number: Number) -> Iterator[Clash]:
    """A coefficient without p against the one record of the files whose keys its words name."""
    if re.search(
        r"\b(?:without|leaving|leaves?|dropp?\w*|remov\w*|exclud\w*|omit\w*|except)\b", sentence.text, re.IGNORECASE
    ):
        return  # of a rest
    if any(number in (x.left, x.right) for x in spans(sentence)):
        return  # an end of a range
    opened = max((x.end for x in sentence.numbers if x.end <= number.at), default=sentence.start)
    closes = min((x.at for x in sentence.numbers if x.start > number.start), default=sentence.end)
    said = words_of(sentence.between(opened, min(closes, number.end + 40)))
    best: list[tuple[int, int, float]] = []
    read = _READ | _NUMERALS
    for words, extra, value in _records_by_words(evidence):
        shared = len(said & words)
        if shared:
            best.append((shared, -extra, value))
            read |= words
    layered = any(m.name.startswith("#") for m in sentence.passage.names)
    tight = said <= read and len(sentence.numbers) == 1 and not layered
    if not best:
        return
    most = max(n for n, _, _ in best)
    values = {round(v, 9) for n, _, v in best if n == most}
    plain = max(extra for n, extra, _ in best if n == most)
    barest = {round(v, 9) for n, extra, v in best if n == most and extra == plain}
    if tight and len(barest) == 1:  # of the records that the words fit, the one that says no more
        best = [x for x in best if round(x[2], 9) in barest]
        values = barest
    if not tight and len(values) > 1 and evidence.is_known(number, evidence.known_coefficients):
        return
    hits = {v for v in values if tight or slip_of(number, v)}
    if hits and _is_held(evidence, number, said):
        return
    if (len(hits) == 1 or (tight and hits)) and not any(number.allows(v) for *_, v in best):
        value = min(hits, key=lambda v: abs(v - number.value))
        yield Clash(
            "value",
            sentence.passage.place(number.start, number.end),
            f"{number.text} is not the coefficient that its words name, which is {value:.4g}",
            "correct the number, or say where it comes from",
        )


def _is_held(evidence: Evidence, number: Number, said: frozenset[str]) -> bool:
    """True if a file has the number under a key that is said, and not as the coefficient of a record."""
    read = {t.coefficient.pointer for t in evidence.triples}
    return any(
        x.pointer not in read and -1 <= x.value <= 1 and number.allows(x.value) and (said - _WEAK) & words_of(x.pointer)
        for dataset in evidence.datasets
        for x in dataset.leaves
        if not x.whole
    )


def _is_bare_coefficient(sentence: Sentence, number: Number) -> bool:
    """True for a decimal without a name or a label in a passage about coefficients: "Pooled .45"."""
    return (
        number.role == "value"
        and not number.label
        and number.decimals >= 2
        and abs(number.value) < 1
        and len(sentence.numbers) == 1
        and not any(n.role == "percent" for n in sentence.passage.numbers)
        and any(n.role == "coefficient" for n in sentence.passage.numbers)
    )


_WEAK = frozenset(
    words_of("the a of in at r p n value result results data summary all per and v vs layer fit fits stat")
)


def _records_by_words(evidence: Evidence) -> list[tuple[frozenset[str], int, float]]:
    """The coefficients of the files with the words that few of them have, and how many words they have in all."""
    if "by words" not in evidence.cache:
        known: dict[str, tuple[frozenset[str], int, float]] = {}
        for triple in evidence.triples:
            held, extra, _ = known.get(triple.coefficient.pointer, (frozenset(), 0, 0.0))
            extra = max(extra, len(triple.words) + len(triple.names))
            known[triple.coefficient.pointer] = (triple.words - _WEAK | held, extra, triple.coefficient.value)
        common: dict[str, int] = {}
        for words, _, _ in known.values():
            for word in words:
                common[word] = common.get(word, 0) + 1
        rare = {w for w, n in common.items() if n <= max(2, len(known) // 2)}
        evidence.cache["by words"] = [(w & rare, e, v) for w, e, v in known.values()]
    found: list[tuple[frozenset[str], int, float]] = evidence.cache["by words"]
    return found


_BAR = regex(r"\b(?:level|bar|limit|cut(?:-?off)?|line|threshold|alpha|α)\s+(?:of\s+|at\s+|=\s*)?$", re.IGNORECASE)
_BAR_AFTER = regex(
    r"[\s-]*(?:\w+[\s-])?(?:level|bar|limit|cut(?:-?off)?|line|threshold|mark|criterion|significance|hurdle|standard)\b",
    re.IGNORECASE,
)
_NOBODY = regex(r"\b(?:nobody|no one|none|never|nothing|neither|no \w+)\b", re.IGNORECASE)


def _is_rate(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for a percentage, and for a decimal where the page prints its rates as decimals."""
    return number.role == "percent" or (evidence.prints_decimals and is_rate(sentence, number))


def _is_bar(sentence: Sentence, number: Number) -> bool:
    """True for a level or a bar, which is no value of anything."""
    before = sentence.between(max(sentence.start, number.start - 40), number.start)
    if _BAR.search(before) is not None or _BAR_AFTER.match(sentence.between(number.end, number.end + 24)):
        return True
    return number.value in (0.05, 0.01, 0.001, 0.1) and re.search(r"\b(?:at|under|below)\s+$", before) is not None


def _averaged(evidence: Evidence, sentence: Sentence, number: Number, name: str) -> bool:
    """True if the words speak of a mean and the number is one, or could be one of a set that they choose."""
    around = sentence.between(max(sentence.start, number.start - 60), min(sentence.end, number.end + 40))
    coefficient = number.role == "coefficient" or _asked(sentence, number) == "coefficient"
    if not (_MEAN_ALONE if coefficient else _MEAN).search(around):
        return False
    return _is_mean(evidence, number, name) or evidence.is_known(
        number, derived_rates(evidence), 0.01 if number.role == "percent" else 1.0
    )


def _is_other_quantity(
    evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]
) -> bool:
    """True if no word of the sentence says of what quantity a decimal is, and the thing has it as one of another kind.

    The quantity was named sentences before, or by a symbol: "ends of x: the clerk at -0.70, the butler at 0.72"; or the
    word that was named last has its number already: "A, 0.06 in overlap, answers in 0.26; B, -0.86, in 0.63".
    """
    if number.role == "percent" or number.decimals < 2:
        return False
    asked, at = _asked_at(sentence, number)
    if asked and not any(at <= x.start < number.start for x in sentence.numbers):
        return False  # the word has no other number
    own = ("size", "p", "spread") if asked else ("rate", "size", "p", "spread")
    return any(evidence.matches(number, s, f) for s, f in facts if evidence.kind(s) not in own)


_MEAN_ALONE = regex(r"\b(?:mean|means|average\w*|median|typical\w*)\b", re.IGNORECASE)
_MEAN = regex(r"\b(?:mean|means|average\w*|median|typical\w*|overall|pooled|across|all|every)\b", re.IGNORECASE)


def _bound_facts(
    evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]
) -> list[tuple[Series, Fact]]:
    """Of what is known of the name beside a number, that which the number can print; none for a change or an effect."""
    if number.role == "coefficient" or _asked(sentence, number) == "coefficient":
        return _coefficients(evidence, sentence, number, facts)
    found = _of_kind(evidence, sentence, number, facts)
    if number.signed and _asked(sentence, number) != "likeness":
        # "+0.13" of a thing is an effect on it, unless it is the mirror of something known
        coefficients = [(s, f) for s, f in facts if evidence.kind(s) in ("coefficient", "similarity")]
        return [(s, f) for s, f in coefficients if number.allows(f.value) or number.allows(-f.value)]
    return found


def _is_read(
    evidence: Evidence, sentence: Sentence, number: Number, name: Mention, facts: list[tuple[Series, Fact]]
) -> bool:
    """True if every word between a number and its name is understood, so that none can ask for another value."""
    before = name.end <= number.start
    gap = sentence.between(name.end, number.at) if before else sentence.between(number.end, name.start)
    words = words_of(gap)
    if number.role == "value" and not _is_rate(evidence, sentence, number):
        asked = words | words_of(sentence.between(max(sentence.start, min(name.start, number.at) - 30), number.at))
        centre = _CENTRE_AFTER.match(sentence.between(number.end, number.end + 8)) is not None
        if not any(asked & s.words for s, _ in facts) and not _lone(facts) and not (centre and _few(facts)):
            return False
    read = _READ | evidence.quantities | frozenset().union(*(s.words for s, _ in facts))
    if number.role == "coefficient" or all(evidence.kind(s) == "coefficient" for s, _ in facts):
        read |= _COEFFICIENT_WORDS
    return words <= read


_COEFFICIENT_WORDS = frozenset(
    words_of(
        "correlation correlations coefficient coefficients association link relation relationship fit pooled strongest "
        "weakest best worst strong weak stronger weaker tightest loosest steepest flattest closest ρ rho r rank"
    )
)


def _is_apart(sentence: Sentence, name: Mention, number: Number) -> bool:
    """True if the words set a thing aside, so that what follows is of something else: "without the nurse"."""
    if is_end(sentence, name, number) or _is_its_own(sentence, name, number):
        return False
    before = sentence.between(max(sentence.start, name.start - 28), name.start)
    return _APART.search(before) is not None or _OUT.match(sentence.between(name.end, name.end + 32)) is not None


def _is_its_own(sentence: Sentence, name: Mention, number: Number) -> bool:
    """True for a rate or a likeness in the bracket behind a thing set aside: "without the nurse (67%, cos 0.4)"."""
    if _BRACKET.fullmatch(sentence.between(name.end, number.at)) is None:
        return False
    return number.role == "percent" or _asked(sentence, number) == "likeness"


def _few(facts: list[tuple[Series, Fact]]) -> bool:
    return len({round(f.value, 6) for _, f in facts}) <= 3


def _lone(facts: list[tuple[Series, Fact]]) -> bool:
    """True if the facts are one value, perhaps held by the file and by a table."""
    values = [f.value for _, f in facts]
    return max(values) - min(values) <= 0.02 * max(map(abs, values))


_APART = regex(
    r"\b(?:minus|less|than|over|vs\.?|versus|against|from|without|except|not|to|relative to|compared (?:with|to)|"
    r"(?:leav|remov|exclud|omit|drop|tak|strip|delet|ignor|discard)\w*(?: out| away| off)?|left out|sans|but for|"
    r"barring|apart from|other than|below|above|beneath|(?:end|finish|lie|stand|stay|land|remain|fall|come)s? "
    r"(?:\w+ )?under)\s+(?:the\s+)?[`\"'*]*$|[−–-]\s+$",
    re.IGNORECASE,
)
_OUT = regex(r"[`\"'*]*\s+(?:is |are |was |were )?(?:left out|removed|excluded|omitted|dropped|taken out|out|aside)\b")


_DERIVED = regex(
    r"\b(?:distances? of|differ\w*|gaps?|spreads?|minus|apart|margins?|ratios?|times|fold|chang\w+|net|shifts?|ranges?|"
    r"deltas?|contrasts?|between)\b|Δ",
    re.IGNORECASE,
)
"""In such a sentence a number may be worked out of others."""


def _facts_around(evidence: Evidence, sentence: Sentence, number: Number) -> list[tuple[Series, Fact]]:
    """What is known of the things that the sentence names, or of the one thing that its passage speaks of."""
    names = {m.name for m in sentence.names if m.name in evidence.page_names}
    if any(m.end <= number.start and _is_apart(sentence, m, number) for m in sentence.names):
        return []
    if not names:
        names = {m.name for m in sentence.passage.names if m.name in evidence.page_names}
    if not 0 < len(names) <= 2 or _NOBODY.search(sentence.text) or _DERIVED.search(sentence.text):
        return []
    out = []
    for name in sorted(names):
        out.extend(_bound_facts(evidence, sentence, number, _facts_of(evidence, name, number)))
    if number.role not in ("coefficient", "percent") and not _is_rate(evidence, sentence, number):
        asked = words_of(sentence.text)
        out = [(s, f) for s, f in out if words_of(s.quantity) & asked]  # else of what quantity?
    return out


def _trace(evidence: Evidence, number: Number, facts: list[tuple[Series, Fact]], *, several: bool) -> bool:
    """True if the number is one known value with a slip of the pen, or (``several``) another thing's value."""
    found: set[tuple[str, float]] = set()
    short = len(number.text.strip("+-−–.0").replace(".", "")) < 3
    short &= not (number.role == "coefficient" and len(facts) == 1)  # the one coefficient of a thing is not rounded off
    many = len({round(f.value, 3) for _, f in facts}) > 4
    for series, fact in facts:
        value = fact.value * (100.0 if number.role == "percent" and series.fraction else 1.0)
        slip = slip_of(number, value)
        rough = series.fraction and number.decimals < evidence.rate_decimals
        if short and (slip == "last digit" or (slip in ("swap", "digit") and (many or rough or not several))):
            continue  # two digits are near too much, and "call it 15%" is no slip of 16.4
        if slip:
            found.add((slip, round(value, 6)))
    if found:
        return len({round(v, max(number.decimals, 0)) for _, v in found}) == 1
    return several and any(
        evidence.matches(number, series, other)
        for series, fact in facts
        if not series.role
        for other in series.facts.values()
        if other is not fact
    )


_READ = frozenset(
    words_of(
        "a an the is are was were be been it its they their this that of at in on by for with from to and or "
        "but only just still even about around nearly roughly almost some now then also so has have had does "
        "do did i e g reach reaches reached reaching show shows showed shown give gives gave given hold holds "
        "held having lie lies lay stand stands stood sit sits sat come comes came go goes went get gets got "
        "score scores scored rate rates share shares value values percent percentage leak leaks leakage mean "
        "means average marker highest lowest largest smallest most least top bottom maximum minimum max min "
        "peak peaks peaked peaking start starts started begin begins ends end ended final finally first last "
        "lead leads leading followed next self own alone itself themselves himself herself respectively each "
        "per completions answers responses replies samples outputs questions prompts here there again already "
        "same these those belong belongs two equal equals total overall all n count counts tops topped keeps "
        "keep kept remains remained stays stayed settles settled records while where who which whose as "
        "measured observed found reported high low higher lower up down near exactly"
    )
)
"""Words between a name and its number that choose nothing."""


_LIKENESS = regex(
    r"\b(?:cos\w*|similarit\w*|likeness|closeness|distance|projection)\W*(?:of|is|=|at|:)?\W*$", re.IGNORECASE
)
_OF_LIKENESS = regex(r"\b(?:cosine|similarity|likeness|projection)\b[^,;()\d]*$", re.IGNORECASE)
_LIKENESS_WORD = regex(
    r"\b(?:cos|cosines?|similarit\w+|likeness(?:es)?|closeness|distances?|projections?|overlaps?)\b", re.IGNORECASE
)
_RATE_WORD = regex(
    r"\b(?:rates?|shares?|per ?cent\w*|fractions?|proportions?|answers?|completions?|responses?|replies|samples?|"
    r"times)\b|%",
    re.IGNORECASE,
)


_COEFFICIENT_WORD = regex(
    r"\b(?:pearson\w*|spearman\w*|kendall\w*|coefficients?|correlat\w+|rho|rank link|r_?s)\b|ρ|\br\s*=",
    re.IGNORECASE,
)


def _by_words(sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]) -> list[tuple[Series, Fact]]:
    """Of the facts, those of the series that a word before the number singles out: "pooled"."""
    own = frozenset().union(*(words_of(m.text) for m in sentence.names))
    for word in words_of(sentence.between(max(sentence.start, number.at - 40), number.at)) - _MEASURES - own:
        chosen = [(s, f) for s, f in facts if word in s.words]
        if 0 < len(chosen) < len(facts):
            return chosen
    return facts


_MEASURES = frozenset(
    words_of("the a of in at by for with and rate share value coefficient r rho p n k mean layer source")
)


def _asked(sentence: Sentence, number: Number) -> str:
    """The quantity that is named last before the number in its sentence: likeness, rate, coefficient or ""."""
    return _asked_at(sentence, number)[0]


def _asked_at(sentence: Sentence, number: Number) -> tuple[str, int]:
    """``_asked``, and where its word ends."""
    before = sentence.between(sentence.start, number.start)
    ends = {
        "likeness": _LIKENESS_WORD,
        "rate": _RATE_WORD,
        "coefficient": _COEFFICIENT_WORD,
    }
    last = {k: max((m.end() for m in pattern.finditer(before)), default=-1) for k, pattern in ends.items()}
    if any(x.role == "points" and last["likeness"] <= x.start - sentence.start < len(before) for x in sentence.numbers):
        last["likeness"] = -1  # "the widest distance is 55 points, a 0.18 against b 0.73": a distance of rates
    best = max(last, key=lambda k: last[k])
    return (best if last[best] >= 0 and number.role != "percent" else ""), sentence.start + last[best]


_CENTRE_AFTER = regex(r"\s*%?\s*(?:±|\+\s?/?\s?[-−–])")
_CENTRES = frozenset(words_of("mean avg average mu mean_score score centre center m"))
_METHODS = (
    (regex(r"\bpearson\w*|\blinear\b|\br\s*=", re.IGNORECASE), frozenset(["pearson", "linear", "lin"])),
    (
        regex(r"\bspearman\w*|\branks?\b|ρ|\brho\b|\br_?s\b", re.IGNORECASE),
        frozenset(["spearman", "rank", "rho", "rs"]),
    ),
)
_METHOD_WORDS = frozenset().union(*(words for _, words in _METHODS))


def _coefficients(
    evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]
) -> list[tuple[Series, Fact]]:
    """Of what is known of a name, its coefficients by the method that the words name; all its decimals for a doubt."""
    found = [(s, f) for s, f in facts if evidence.kind(s) == "coefficient"]
    before = sentence.between(max(sentence.start, number.at - 60), number.start)
    said = [(max(m.end() for m in p.finditer(before)), words) for p, words in _METHODS if p.search(before)]
    found = _by_words(sentence, number, found)
    if said:
        words = max(said, key=lambda x: x[0])[1]
        named = [(s, f) for s, f in found if (s.words | words_of(s.quantity)) & words]
        if not named:
            unmarked = [(s, f) for s, f in found if not (s.words | words_of(s.quantity)) & _METHOD_WORDS]
            if unmarked == found and len({id(s) for s, _ in found}) == 1:
                method = next(w for _, w in _METHODS if w == words)
                if _methods_of(evidence, found[0][0]) <= {min(method)}:
                    return found  # the one coefficient that there is, of a file that names no method
            held = any(evidence.matches(number, s, f) for s, f in facts)
            return [(s, f) for s, f in facts if held and evidence.matches(number, s, f)]
        return named
    return found


def _methods_of(evidence: Evidence, series: Series) -> frozenset[str]:
    """The methods, each by its first word, under which the page prints the coefficients of a field that names none."""
    if "methods" not in evidence.cache:
        seen: dict[str, set[str]] = {}
        for binding in evidence.bindings:
            for pattern, words in _METHODS:
                if pattern.search(binding.page.quantity):
                    seen.setdefault(binding.data.pointer, set()).add(min(words))
        for passage in evidence.passages:
            for sentence in passage.sentences:
                near = adjacent(sentence)
                for i, number in enumerate(sentence.numbers):
                    if number.role != "coefficient" or number.label not in ("r", "ρ") or i not in near:
                        continue
                    words = _METHODS[0 if number.label == "r" else 1][1]
                    for s, f in evidence.about.get(near[i].name, ()):
                        if evidence.kind(s) == "coefficient" and evidence.matches(number, s, f):
                            seen.setdefault(s.pointer, set()).add(min(words))
        evidence.cache["methods"] = {k: frozenset(v) for k, v in seen.items()}
    known: dict[str, frozenset[str]] = evidence.cache["methods"]
    return known.get(series.pointer, frozenset())


_NAMED = regex(
    r"(?:(?:\(|,\s)\s*([A-Za-z][A-Za-z-]{2,})\s*(?:=|:|of)?|([A-Za-z][A-Za-z-]{2,})\s+(?:of|=|:|is|was))\s*"
    r"(?:about |only )?$"
)


def _of_kind(
    evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]
) -> list[tuple[Series, Fact]]:
    """Of the facts, those that can be of the quantity that the words before a number name; none for an unknown one."""
    before = sentence.between(max(sentence.start, number.at - 30), number.at)
    if _LIKENESS.search(before) or _OF_LIKENESS.search(sentence.between(sentence.start, number.start)[-60:]):
        return [(s, f) for s, f in facts if evidence.kind(s) == "similarity"]
    if number.role != "percent" and _asked(sentence, number) == "likeness":
        said = words_of(" ".join(_LIKENESS_WORD.findall(sentence.between(sentence.start, number.start))))
        return [(s, f) for s, f in facts if evidence.kind(s) in ("similarity", "") or said & s.words]
    named = _NAMED.search(before)
    if named is not None:
        word = words_of(named.group(1) or named.group(2))
        own = frozenset().union(*(words_of(m.text) for m in sentence.names))
        if not word & (_READ | evidence.quantities | own) and not any(word & s.words for s, _ in facts):
            return []
    rates = [(s, f) for s, f in facts if evidence.kind(s) in ("rate", "")]
    if number.role == "percent":
        return rates
    if _is_rate(evidence, sentence, number) and any(s.fraction for s, _ in rates):
        rates = [(s, f) for s, f in rates if s.fraction]
        asked = words_of(sentence.between(max(sentence.start, number.at - 48), number.at))
        others = [(s, f) for s, f in facts if evidence.kind(s) not in ("rate", "") and asked & s.words]
        return [*rates, *others]
    if _CENTRE_AFTER.match(sentence.between(number.end, number.end + 8)):
        means = [(s, f) for s, f in facts if not s.role and (s.words | words_of(s.quantity)) & _CENTRES]
        return means or facts
    return facts


def _is_mean(evidence: Evidence, number: Number, name: str) -> bool:
    """True if the number is a mean, a median, or the pooled rate over what is known of ``name``."""
    if "means" not in evidence.cache:
        out: dict[str, list[tuple[float, float]]] = {}
        for series in evidence.all_series:
            facts = list(dict.fromkeys(series.facts.values()))
            if len(facts) < 2 or series.role or not series.fraction or evidence.kind(series) != "rate":
                continue
            for entity in frozenset.intersection(*(f.entities for f in facts)):
                for function in (statistics.fmean, statistics.median):
                    out.setdefault(entity, []).append(
                        (function([f.low for f in facts]), function([f.high for f in facts]))
                    )
        evidence.cache["means"] = out
    known: dict[str, list[tuple[float, float]]] = evidence.cache["means"]
    low, high = number.scaled()
    return any(a <= high + 1e-9 and low - 1e-9 <= b for a, b in known.get(name, ()))


def _meant(evidence: Evidence, sentence: Sentence, number: Number) -> list[tuple[Series, Fact]]:
    """The facts for which the words beside a number ask, where they leave no choice."""
    if number.signed or _SHARE.match(sentence.between(number.end, number.end + 60).lstrip()):
        return []
    name = subject(evidence, sentence, number)
    if not name:
        return []
    return (
        of_course(evidence, sentence, number, name)
        or of_column(evidence, sentence, number, name)
        or of_side(evidence, sentence, number, name)
    )


def _narrowed(evidence: Evidence, sentence: Sentence, name: str, number: Number) -> list[tuple[Series, Fact]]:
    """The facts of ``name``; of those, the ones about the other thing that the passage speaks of, where it is one."""
    facts = _facts_of(evidence, name, number)
    if not name.startswith("#"):
        return facts
    own = {m.name for m in sentence.names} & evidence.page_names
    others = own or {m.name for m in sentence.passage.names} & evidence.page_names
    if len(others) == 1:
        both = [(s, f) for s, f in facts if others & f.entities]
        return both or facts
    return facts


def _mixed(evidence: Evidence, sentence: Sentence, number: Number, name: str) -> bool:
    """True if the number belongs to another name of the sentence in a way that order alone does not settle."""
    own = max((m.start for m in sentence.names if m.name == name and m.end <= number.start), default=0)
    served = {
        m.name
        for m in sentence.names
        if any(m.end <= x.start < own and x.role == number.role for x in sentence.numbers)
    }
    others = [e for e in sentence.entities - served if e != name]
    facts = [x for e in others for x in _facts_of(evidence, e, number)]
    if not any(evidence.matches(number, s, f) for s, f in facts):
        return False
    return len(sentence.names) >= 2 and not _tight(sentence, number, name)


def _tight(sentence: Sentence, number: Number, name: str) -> bool:
    """True if nothing but a bracket, "at" or "for" stands between name and number."""
    for m in sentence.names:
        if m.name != name:
            continue
        if 0 <= number.at - m.end <= 8 and re.fullmatch(
            r"[`\"'’s*]*,?\s*(?:\(|:|at|with|=)\s*(?:ρ|rho|r)?\s*=?\s*(?:cosine |cos )?",
            sentence.between(m.end, number.at),
        ):
            return True
        if 0 <= m.start - number.end <= 8 and re.fullmatch(
            r"\s*(?:\(|for|in|at)\s*[`\"'*]*", sentence.between(number.end, m.start)
        ):
            return True
    return False


def _clash(sentence: Sentence, number: Number, of: str, facts: list[tuple[Series, Fact]], percent: bool) -> Clash:
    scale = 100.0 if percent else 1.0
    where: dict[float, str] = {}
    for series, fact in facts:
        where.setdefault(round(fact.value * (scale if series.fraction else 1.0), 3), fact.pointer)
    shown = sorted(where, key=lambda v: abs(v - number.value))[:3]
    unit = "%" if percent else ""
    known = ", ".join(f"{v:g}{unit} ({where[v]})" for v in shown)
    message = f"{number.text}{number.unit} is no value known {of}"
    if known:
        message += f": those nearest are {known}"
    return Clash(
        "value",
        sentence.passage.place(number.start, number.end),
        message,
        "correct the number, or say where it comes from",
    )


def _explained(evidence: Evidence, sentence: Sentence, number: Number, named: bool) -> bool:
    """True if the number is a mean, a share or a change that can be worked out, or of a kind that cannot be judged."""
    after = sentence.between(number.end, number.end + 70)
    before = sentence.between(max(sentence.start, number.start - 60), number.start)
    if number.value in (0.05, 0.01, 0.001, 0.1) and number.role == "value" and _LEVEL.search(sentence.text):
        return True
    if re.search(r"\b(?:level|bar|limit|cut|line)\s+(?:of\s+|at\s+)?$", before, re.IGNORECASE):
        return True
    if number.role == "percent" or _is_rate(evidence, sentence, number):
        averaged = (
            re.search(r"\b(?:mean|average\w*|median|typical\w*|overall|pooled|across)\b", sentence.text, re.IGNORECASE)
            is not None
        )
        if averaged and not named:
            return True  # a mean over a set that the words choose
        if (averaged or not named) and evidence.is_known(
            number, derived_rates(evidence), 0.01 if number.role == "percent" else 1.0
        ):
            return True
        if _OF_START.search(after[:50]):
            return _is_ratio_of(sentence, number)
        if _PART_OF.match(after) and not _SHARE.search(sentence.text):
            return True  # a share of something else than of its answers
        if re.search(r"\b(?:within|margin of|give or take|accurate to|half-width(?: of)?)\s*$", before, re.IGNORECASE):
            return True
        if _SHARE.search(sentence.text):
            return _is_share(evidence, sentence, number)
        if _RELATIVE.match(after.lstrip()) or re.search(r"\bby (?:about |roughly |around )?$", before):
            return not _known(evidence, number)  # a relative change; differences have a rule of their own
        return False
    return bool(
        re.search(
            r"\b(?:α|alpha|threshold|cutoff|cut-off|tolerance|temperature|VIF|Cook's D|dropout|weight decay|"
            r"learning rate|lr|top[_-]p)\b[^,;]{0,18}$",
            before,
            re.IGNORECASE,
        )
    )


_PART_OF = regex(
    r"\s*of\s+(?:its|their|his|her|what|that|the|this)\b(?!\s+(?:\w+\s+){0,2}(?:answers?|completions?|replies|responses?|"
    r"outputs?|samples?|prompts?|questions?|premises?|cases?|times?|generations?|draws?|trials?|runs?|items?|messages?|"
    r"turns?)\b)",
    re.IGNORECASE,
)
_LEVEL = regex(r"\b(?:significan\w*|tests?|Pearson\w*|Spearman\w*|level|threshold|Welch\w*|Fisher\w*)\b", re.IGNORECASE)
_OF_START = regex(
    r"^\s*(?:of|from) (?:what|where|its|the|their) (?:it |they |\w+ )?(?:was|were|began|started|start|starting|initial|"
    r"original|former|baseline|first|before)\b",
    re.IGNORECASE,
)


def _is_ratio_of(sentence: Sentence, number: Number) -> bool:
    """True unless two rates of the passage are known and neither they nor their difference make that share."""
    low, high = number.scaled()
    rates = [
        x.scaled()
        for s in sentence.passage.sentences
        for x in s.numbers
        if x is not number and is_rate(s, x) and not x.bound
    ]
    if len(rates) < 2:
        return True
    for a in rates:
        for b in rates:
            if a is b or b[0] <= 0:
                continue
            for top in (a, (b[0] - a[1], b[1] - a[0])):
                if _ratio_allows(top, b, low, high):
                    return True
    return False


def _is_share(evidence: Evidence, sentence: Sentence, number: Number, doer: str = "") -> bool:
    """True unless the courses of the things named allow no such share."""
    low, high = number.scaled()
    known = vectors(evidence)
    names = [e for e in sentence.entities if e in known]
    if not names:
        return True
    at = {int(e[1:]) for e in sentence.entities if e.startswith("#")}
    name = adjacent(sentence).get(next((i for i, n in enumerate(sentence.numbers) if n is number), -1))
    if doer:
        names = [doer] if doer in known else []
    elif name is not None and name.name in known:
        names = [name.name]
    if not names:
        return True
    for entity in names:
        for vector in known[entity]:
            first, top = vector[0], max(vector, key=lambda v: v[2])
            bottom = min(vector, key=lambda v: v[1])
            ends = {x for x in (top, vector[-1], bottom) if x is not first}
            for index, a, b in vector[1:]:
                if at and index not in at:
                    continue
                for end in ends:
                    if _ratio_allows((a - first[2], b - first[1]), (end[1] - first[2], end[2] - first[1]), low, high):
                        return True
                    if _ratio_allows((a, b), (end[1], end[2]), low, high):
                        return True
    return False


def _ratio_allows(top: tuple[float, float], bottom: tuple[float, float], low: float, high: float) -> bool:
    if bottom[0] <= 0 <= bottom[1]:
        return bottom[0] != bottom[1]
    ends = [t / b for t in top for b in bottom]
    return min(ends) <= high + 1e-9 and low - 1e-9 <= max(ends)


# -- sample sizes -----------------------------------------------------------------------------------------------------


def _counts_of_page(evidence: Evidence) -> dict[int, int]:
    """How often the page states each whole number as a sample size."""
    if "counts" not in evidence.cache:
        out: dict[int, int] = {}
        for passage in evidence.passages:
            for number in passage.numbers:
                if number.role == "n" and number.decimals <= 0:
                    out[int(number.value)] = out.get(int(number.value), 0) + 1
            for match in _OF.finditer(passage.plain):
                value = int(match.group(1).replace(",", ""))
                out[value] = out.get(value, 0) + 1
        for sheet in evidence.sheets:
            for item in sheet.numbers:
                if item.number.role == "n" and item.number.decimals <= 0:
                    out[int(item.number.value)] = out.get(int(item.number.value), 0) + 1
            for text in (*sheet.labels, *sheet.header):
                for found in re.finditer(r"\b[Nn]\s*=\s*([\d,]+)", text):
                    value = int(found.group(1).replace(",", ""))
                    out[value] = out.get(value, 0) + 1
        evidence.cache["counts"] = out
    found_counts: dict[int, int] = evidence.cache["counts"]
    return found_counts


_OF = regex(r"(?:\d\s?/\s?|\bof (?:the |all )?)(\d[\d,]*)(?![\d.%/])")
_THINGS = regex(
    r"(\d(?<![\w=≈<>]\d)(?<![=≈<>] \d)\d{0,3})\s+(?:[A-Za-z-]+\s+){0,2}(?:personas?|sources?|bystanders?|"
    r"characters?|units?|pairs?|prompts?|completions?|answers?|samples?|items?|models?|conditions?|"
    r"arms?)\b",
    re.IGNORECASE,
)


_UNITS = regex(
    r"(\d(?<![\w=≈<>]\d)(?<![=≈<>] \d)\d{0,3})\s+(?:[A-Za-z-]+\s+){0,2}(?:personas?|sources?|bystanders?|"
    r"characters?|units?|models?|conditions?|arms?)\b",
    re.IGNORECASE,
)


def _things(evidence: Evidence, pattern: re.Pattern[str] = _THINGS) -> frozenset[int]:
    """Counts of things that the page states in words: "12 personas"."""
    key = pattern.pattern
    if key not in evidence.cache:
        found = {int(m.group(1)) for text, _ in evidence.document.texts() for m in pattern.finditer(text.text[:4000])}
        evidence.cache[key] = frozenset(found)
    known: frozenset[int] = evidence.cache[key]
    return known


def size_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Sample sizes that neither the results nor any count of the page knows."""
    counts = _counts_of_page(evidence)
    known = frozenset().union(*(d.trials for d in evidence.datasets))
    lengths = {len(s.facts) for s in evidence.page_series} | {len(s.labels) for s in evidence.sheets}
    in_records = {
        id(r.n_number) for r in records(evidence) if r.n_number is not None and (r.prior or follows(r) is not None)
    }
    correlated = {r.n for r in records(evidence)}
    factors = _factors(evidence)
    stated = [
        (sentence, number)
        for passage in evidence.passages
        if is_claim(passage)
        for sentence in passage.sentences
        for number in sentence.numbers
        if number.role == "n" and number.decimals <= 0 and not number.bound
    ]

    sums = _sums_of_sizes(evidence)
    largest = max([*lengths, *_things(evidence)], default=0)

    def fine(sentence: Sentence, number: Number) -> bool:
        value = int(number.value)
        if value in known or value in lengths or counts.get(value, 0) >= 2 or value in _things(evidence):
            return True
        if value in sums or _is_said_elsewhere(evidence, value, number):
            return True
        if value >= 5 and {value + 1, value + 2} & correlated:
            return True  # a fit without one or two
        if number.label == "N" and evidence.triples:
            return _is_pair(value, sentence) or (value < largest and _SUBSET.search(sentence.text) is not None)
        if value < largest and _SUBSET.search(sentence.text):
            return True
        return value in factors[number.label == "n"] or _is_product(value, sentence)

    yield from _sizes_of_names(evidence, stated, known | sums)
    right = sum(fine(s, n) for s, n in stated)
    if right < max(2, 0.6 * len(stated)):
        return
    for sentence, number in stated:
        value = int(number.value)
        if sentence.passage.part == "prior" or _PRIOR.search(sentence.text):
            continue
        if value < 2 or fine(sentence, number) or id(number) in in_records:
            continue
        alike = {int(n.value) for _, n in stated if n.label == number.label} - {value}
        usual = [v for v in alike if counts.get(v, 0) >= 2]
        if not evidence.datasets and not (usual if len(alike) <= 2 else any(_is_misprint(value, v) for v in usual)):
            continue  # sizes differ from thing to thing, and no table need hold them all
        others = sorted(
            (v for v in counts if v != value and v > 3), key=lambda v: abs(math.log((v + 1) / (value + 1)))
        )[:3]
        nearest = ", ".join(f"{v:,}" for v in others)
        yield Clash(
            "size",
            sentence.passage.place(number.at, number.end),
            f"{number.label} = {value:,} is no sample size of the results or of the rest of the page (it "
            f"knows {nearest})",
            "state the same size everywhere",
        )


def _is_misprint(value: int, meant: int) -> bool:
    """True if one whole number is another one with a digit more, less or changed, halved or doubled."""
    if value in (10 * meant, 2 * meant) or meant in (10 * value, 2 * value, 2 * value + 1):
        return True
    a, b = str(value), str(meant)
    return len(a) == len(b) > 1 and sum(x != y for x, y in zip(a, b, strict=True)) == 1


_WHOLE = regex(
    r"(?<![\w.,#=−–-])\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3})+(?!\d|\.\d|%)|(?<![\w.,#])\d+(?![\d\w%]|[.,]\d)"
)
_TELLING = 20
"""A smaller whole number stands on most pages by chance."""


def _is_said_elsewhere(evidence: Evidence, value: int, number: Number) -> bool:
    """True if the page says a sample size again, or (without a file) the two numbers that it is made of.

    "90 lines per contact" explains n = 90, and with 45 contacts n = 4,050: what a page does not call n may well be one.
    """
    if "whole" not in evidence.cache:
        told: dict[int, int] = {}
        for text, scope in evidence.document.texts():
            for match in _WHOLE.finditer(text.text[:4000]) if scope not in ("code", "quote") else ():
                found = int(re.sub(r"\D", "", match.group(0)))
                told[found] = told.get(found, 0) + 1
        sizes = {*_counts_of_page(evidence), *_things(evidence), *(len(s.labels) for s in evidence.sheets)}
        few = sorted(v for v in sizes if 2 <= v < 10_000)[:80]
        evidence.cache["whole"] = (told, frozenset(a * b for a in few for b in few))
    told, products = evidence.cache["whole"]
    made = not evidence.datasets and number.label == "n" and value in products
    return made or (value >= _TELLING and told.get(value, 0) >= 2)


_OF_EACH = regex(
    r"\s*(?:each\b|apiece\b|(?:on )?(?:each|either|every|a|per|both) (?:side|arm|condition|group|unit|model|"
    r"persona|source|voice|scheme|name)s?\b|\)|$)",
    re.IGNORECASE,
)


def _sizes_of_names(
    evidence: Evidence, stated: list[tuple[Sentence, Number]], known: frozenset[int]
) -> Iterator[Clash]:
    """ "n = 36 each" of things for all of which the files hold one other sample size, and 36 as none."""
    for sentence, number in stated:
        if number.label != "n" or sentence.passage.part == "prior" or _PRIOR.search(sentence.text):
            continue
        named = _named_behind(evidence, sentence, number)
        if _SUBSET.search(sentence.text) or not (
            named or _OF_EACH.match(sentence.between(number.end, number.end + 30))
        ):
            continue
        names = named or {m.name for m in sentence.names if m.name in evidence.page_names}
        if not names or (not named and any(n is not number and n.role == "n" for n in sentence.numbers)):
            continue
        sizes = [_trials_of(evidence, name) for name in names]
        value = int(number.value)
        if not all(len(s) == 1 for s in sizes) or len(frozenset().union(*sizes)) != 1:
            continue
        held = next(iter(sizes[0]))
        if value % held and (named or value not in known):
            yield Clash(
                "size",
                sentence.passage.place(number.at, number.end),
                f"n = {value:,} is not the sample size of what the sentence names, for which the results hold {held:,}",
                "state the size that the results hold, or say whose it is",
            )


def _named_behind(evidence: Evidence, sentence: Sentence, number: Number) -> set[str]:
    """The things right behind a sample size, "n = 600 for the nurse and the judge"; empty where others may be meant."""
    after = [m for m in sentence.names if m.start >= number.end]
    if not after or not _FOR.fullmatch(sentence.between(number.end, after[0].start)):
        return set()
    out = [after[0]]
    for m in after[1:]:
        if not _AND.fullmatch(sentence.between(out[-1].end, m.start)):
            break
        out.append(m)
    names = {m.name for m in out}
    return names if names <= evidence.page_names else set()


_FOR = regex(r"\s+(?:[a-z]+ )?(?:for|of) (?:the )?[`\"'*]*")
_AND = regex(r"[`\"'*]*\s*(?:,|,?\s*and|&)\s*(?:for |of )?(?:the )?[`\"'*]*")


def _trials_of(evidence: Evidence, name: str) -> frozenset[int]:
    """The sample sizes that the results hold of a thing."""
    found = {
        int(f.value)
        for s, f in evidence.about.get(name, ())
        if s.origin == "data" and not s.role and f.value == int(f.value) and f.value >= 5 and evidence.kind(s) == "size"
    }
    return frozenset(found)


_SUBSET = regex(
    r"\b(?:without|(?:leav|left|strik|struck)\w* (?:[\w`'’.-]+ ){0,5}out|"
    r"(?:throw|take|put|set|cast)\w* (?:\w+ )?(?:out|aside|away)|"
    r"dropp?\w*|exclud\w*|remov\w*|omit\w*|remain\w*|others|the rest|subset|except)\b",
    re.IGNORECASE,
)


def _sums_of_sizes(evidence: Evidence) -> frozenset[int]:
    """Totals of sample sizes over the rows of a table or the records of a file."""
    if "size sums" not in evidence.cache:
        out = set()
        for sheet in evidence.sheets:
            columns: dict[tuple[int, int], list[int]] = {}
            for item in sheet.numbers:
                if (
                    item.number.role in ("n", "count")
                    and item.number.decimals <= 0
                    and not is_aggregate(sheet.labels[item.row])
                ):
                    columns.setdefault((item.column, item.position), []).append(int(item.number.value))
            out |= {sum(c) for c in columns.values()}
        for series in evidence.data:
            values = [f.value for f in dict.fromkeys(series.facts.values())]
            if not series.role and len(values) > 1 and all(v == int(v) and v > 1 for v in values):
                out.add(int(sum(values)))
        evidence.cache["size sums"] = frozenset(out)
    found: frozenset[int] = evidence.cache["size sums"]
    return found


def _is_pair(value: int, sentence: Sentence) -> bool:
    """True if two counts of the passage make ``value``: sources and bystanders, for pairs."""
    found = {int(x.value) for x in sentence.passage.numbers if x.decimals <= 0 and 1 < x.value < 10_000 and not x.unit}
    found |= {v for v in spelled_numbers(sentence.passage.plain) if v > 1}
    return any(value % a == 0 and value // a in found for a in found - {value})


_TIMES = regex(r"[×x*]\s?\d|\b(?:times|per|each|every|twice)\b", re.IGNORECASE)


def _is_product(value: int, sentence: Sentence) -> bool:
    """True if two or three counts of the sentence, in digits or words, make ``value``."""
    if value < 12 or _TIMES.search(sentence.text) is None:
        return False
    whole = (x for x in sentence.numbers if x.decimals <= 0 and (not x.unit or x.role == "fold"))
    found = {int(x.value) for x in whole if 1 < x.value < 100_000}
    found |= {v for v in spelled_numbers(sentence.text) if v > 1}
    if "twice" in sentence.text:
        found.add(2)
    few = sorted(found - {value})[:16]
    return any(a * b == value or (a < b and any(a * b * c == value for c in few)) for a in few for b in few)


_PRODUCT = regex(r"(\d[\d,]*)\s*(?:[a-z][\w-]*\s+){0,3}[×x]\s*(\d[\d,]*)", re.IGNORECASE)


def _factors(evidence: Evidence) -> tuple[frozenset[int], frozenset[int]]:
    """The products that the page writes out times its counts of things, for N; the products alone, for n."""
    products = set()
    for text, _ in evidence.document.texts():
        for match in _PRODUCT.finditer(text.text[:2000]):
            a, b = (int(g.replace(",", "")) for g in match.groups())
            products.add(a * b)
    small = [v for v in {*_counts_of_page(evidence), *_things(evidence)} if 2 <= v <= 500][:60]
    units = [len(s.labels) for s in evidence.sheets]
    crossed = {*units, *_things(evidence, _UNITS)}
    crossed_over = frozenset(
        {
            *products,
            *(p * v for p in products for v in small),
            *(v * u for v in small for u in units),
            *(a * b for a in crossed for b in crossed),
        }
    )
    return crossed_over, frozenset({*products, *(p * v for p in products for v in crossed)})
