"""The ends of ranges against the smallest and the largest value of a set."""

from __future__ import annotations

import itertools
import re
from collections import defaultdict
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from .chosen import chooses, chosen_things
from .claims import is_claim
from .extents import column_named, extents, is_of_all, numerals, parts_said, wrong_end
from .families import range_of_family
from .grammar import Number
from .idioms import Span, interval_ends, spans
from .knowledge import Clash, Evidence, exceptions
from .lexicon import ROLE_WORDS, direction_words
from .part_ranges import is_of_part_or_kind
from .passages import Sentence
from .ratios import ratios
from .slice_ranges import range_of_slice
from .vocabulary import is_accounted_for, is_measured
from .wording import RATE_NOUNS

__all__ = ["members", "range_clashes"]


def members(series: Series) -> list[Fact]:
    """The values of a series, once each; a column of sample sizes is no member of the row that it stands in."""
    if "n" not in series.facts:
        return list(series.distinct)
    return list({id(f): f for name, f in series.facts.items() if name != "n"}.values())


def range_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Ranges of which one end is the smallest or largest value of a field, and the other is no value of it."""
    yield from exceptions(_range_clashes(evidence), 1)


def _range_clashes(evidence: Evidence) -> Iterator[Clash]:
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            if len(sentence.numbers) < _ENDS:
                continue
            settled, parts = set(), set()
            for a, b in itertools.pairwise(sentence.numbers):
                read, wrong = range_of_family(evidence, sentence, a, b, _subject_start(sentence, a))
                if not read:
                    read, wrong = range_of_slice(evidence, sentence, a, b)
                if read:
                    settled.add(id(a))
                if wrong:
                    yield from _clash(evidence, sentence, a, b, wrong)
            for extent in extents(sentence):
                if id(extent.left) in settled:
                    continue
                column = column_named(evidence, extent)
                if column is None:
                    continue
                if not is_of_all(evidence, sentence, extent, column):
                    parts.add(id(extent.left))
                    continue
                settled.add(id(extent.left))
                wrong = wrong_end(evidence, extent, column)
                if wrong:
                    yield from _clash(evidence, sentence, extent.left, extent.right, wrong)
            if not settled:
                yield from _of_named_ends(evidence, sentence)
            ends = interval_ends(sentence)
            for span in spans(sentence):
                a, b = span.left, span.right
                if (
                    span.kind == "move"
                    or id(a) in settled
                    or id(a) in ends
                    or _of_interval(sentence, a)
                    or _of_single(sentence, a)
                    or (a.role == "count" and b.role == "count")
                    or "points" in (a.role, b.role)
                ):
                    continue
                if _of_one(evidence, sentence, a, b) or _after_direction(sentence, span) or _of_none(sentence, span):
                    continue
                falls = a.value > b.value >= 0 and (a.role != "coefficient" or span.kind == "to")
                if falls and _RANGED.search(sentence.between(sentence.start, a.at)) is None:
                    continue  # "cut 1.6 times (80% to 51%)" is a move
                if _FROM_POINT.search(sentence.between(sentence.start, a.at)):
                    continue  # "from layer 14 up it lies within 0.90 to 0.96"
                whole = (
                    id(a) not in parts
                    and is_accounted_for(evidence, sentence, _subject_start(sentence, a), a.at)
                    and not _is_of_a_kind(evidence, sentence, a)
                    and not any(m.name in evidence.page_names for m in sentence.names)
                    and _PARTIAL.search(sentence.text) is None
                    and not parts_said(evidence, sentence.text)
                    and len({m.name for m in sentence.names if m.name.startswith("#")}) < 2
                    and not any(x.role in ("index", "count", "none") and x.bound for x in sentence.numbers)
                )
                if _is_of_unknown_peaks(evidence, sentence, a):
                    continue
                some = max(numerals(sentence.between(sentence.start, a.at)), default=0)
                if chooses(sentence, a.at):
                    verdict = _range_of_some(evidence, sentence, a, b)
                else:
                    verdict = _range(evidence, a, b, whole=whole, some=some)
                if verdict is not None:
                    yield from _clash(evidence, sentence, a, b, verdict)


def _is_of_unknown_peaks(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for a range of peaks, "crests extend from 2% to 59%", where no field and no column holds them."""
    if _PEAKS.search(sentence.between(_subject_start(sentence, number), number.at)) is None:
        return False
    held = (s for s in evidence.all_series if s.role == "max" or ROLE_WORDS["max"].search(s.quantity))
    return not any(evidence.suits(number, s) for s in held)


def _is_of_a_kind(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for "helpers lie between 23% and 31%": of a kind of things that no table and no file has a word for."""
    start = _subject_start(sentence, number)
    noun = _NOUN.match(sentence.between(start, number.at))
    return noun is not None and not is_measured(evidence, noun["noun"])


_NOUN = regex(r"\W*(?:(?:the|all|our|these|its)\s+)?(?P<noun>[A-Za-z]{2,}[^\Ws]s)\s", re.IGNORECASE)
_PEAKS = regex(r"\b(?:peaks|crests|maxima|summits|high points|apexes)\b", re.IGNORECASE)
_FROM_POINT = regex(
    r"\b(?:from|past|beyond|after|below|above) (?:the )?(?:[a-z]+ )?L?\d+\w* (?:up|on|onwards?|upwards?|down|"
    r"downwards?|and (?:up|above|below|later))\b",
    re.IGNORECASE,
)


def _subject_start(sentence: Sentence, number: Number) -> int:
    """Where the clause with a range begins."""
    before = sentence.between(sentence.start, number.at)
    return sentence.start + max((m.end() for m in _STOP.finditer(before)), default=0)


def _clash(evidence: Evidence, sentence: Sentence, a: Number, b: Number, why: str) -> Iterator[Clash]:
    """A wrong range, unless it is that of a part or of several fields."""
    if is_of_part_or_kind(evidence, sentence, a, b):
        return
    yield Clash(
        "range",
        sentence.passage.place(a.start, b.end),
        f"the range {a.text} to {b.text} does not end at the smallest and largest value: {why}",
        "take both ends from the same set of values",
    )


_ENDS = 2
"""Numbers that a range has."""


def _of_named_ends(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """ "They run from 0.3 (the mason) to 0.7 (the baker)", where each has its value and one is no end of all."""
    if len(sentence.names) < 2 or _RANGED.search(sentence.text) is None or _PARTIAL.search(sentence.text):
        return
    for a, b in itertools.pairwise(sentence.numbers):
        names = [m for m in sentence.names if a.end <= m.start]
        if len(names) < 2 or a.bound or b.bound or chooses(sentence, a.at):
            continue
        first, second = names[:2]
        if first.name.startswith("#") or direction_words(sentence.between(sentence.start, a.at)):
            continue  # "rises from 3% at 50 rows to 20% at 800": a move
        joined = _IN_BRACKETS.fullmatch(sentence.between(a.end, first.start)) and _THEN_TO.fullmatch(
            sentence.between(first.end, b.at)
        )
        if not joined or _IN_BRACKETS.fullmatch(sentence.between(b.end, second.start)) is None:
            continue
        if _RANGES.search(sentence.between(max(sentence.start, a.at - 40), a.at)) is None:
            continue  # "strengthens from 0.31 in the short ones", "the step from 0.2 (mason)"
        wrong = _no_ends(evidence, (a, first.name), (b, second.name))
        if wrong:
            yield from _clash(evidence, sentence, a, b, wrong)


def _no_ends(evidence: Evidence, lower: tuple[Number, str], upper: tuple[Number, str]) -> str:
    """Which of two values that things have is no end of their field; "" where a field ends at both."""
    (a, first), (b, second) = lower, upper
    wrong = ""
    listed = [s.facts.keys() for s in evidence.page_series if first in s.facts and second in s.facts]
    beside = frozenset().union(*listed)  # a control that no table lists with them is none of them
    for series in evidence.series_of(first):
        if series.role in ("interval", "at") or second not in series.facts or len(members(series)) < 4:
            continue
        low, high = series.facts[first], series.facts[second]
        if not (evidence.matches(a, series, low) and evidence.matches(b, series, high)):
            continue
        alike = [f for n, f in series.facts.items() if n in beside or not beside]
        least, most = min(alike, key=lambda f: f.value), max(alike, key=lambda f: f.value)
        if {low.value, high.value} == {least.value, most.value}:
            return ""
        end, number = (least, a) if low.value not in (least.value, most.value) else (most, b)
        scale = 100.0 if series.fraction and number.role == "percent" else 1.0
        wrong = wrong or f"{number.text} should be {end.value * scale:.3g} ({series.pointer})"
    return wrong


_IN_BRACKETS = regex(r"\s*%?\s*(?:\(\s*|for |in |at |with |, )(?:the )?[`\"'*]*")
_THEN_TO = regex(r"[`\"'*]*\s*\)?\s*,?\s*(?:up )?to\s+(?:the )?")


def _range_of_some(evidence: Evidence, sentence: Sentence, a: Number, b: Number) -> str | None:
    """Why a range over chosen things is wrong; ``None`` where it is right, or where they cannot be told."""
    if any(_spans(a, b, low, high) for low, high in _unions(evidence)):
        return None
    wrong = None
    for tally in chosen_things(evidence, sentence, a.at):
        for series in _of_size(evidence).get(tally.total, ()):
            if not all(n in series.facts for n in tally.passed):
                continue
            for names in (tally.passed, tally.passed | tally.open):
                facts = sorted((series.facts[n] for n in names if n in series.facts), key=lambda f: f.value)
                if not facts:
                    continue
                ends = (evidence.matches(a, series, facts[0]), evidence.matches(b, series, facts[-1]))
                if all(ends):
                    return None
                if any(ends) and wrong is None and len(facts) > 1 and facts[0].value != facts[-1].value:
                    number, fact = (b, facts[-1]) if ends[0] else (a, facts[0])
                    scale = 100.0 if series.fraction and number.role == "percent" else 1.0
                    wrong = (
                        f"{number.text} should be {fact.value * scale:.3g} over those {len(facts)} ({series.pointer})"
                    )
    return wrong


_MOST_FIELDS = 120


def _of_size(evidence: Evidence) -> dict[int, list[Series]]:
    """The fields and columns by the number of their things; of too many, some field would have any two ends."""
    if "by size" not in evidence.cache:
        out: dict[int, list[Series]] = defaultdict(list)
        for series in evidence.all_series:
            if series.role not in ("interval", "at"):
                out[len(series.distinct)].append(series)
        evidence.cache["by size"] = {size: found for size, found in out.items() if len(found) <= _MOST_FIELDS}
    known: dict[int, list[Series]] = evidence.cache["by size"]
    return known


def _of_one(evidence: Evidence, sentence: Sentence, a: Number, b: Number) -> bool:
    """True if both ends are values of one thing that is named: a move, and no range over things."""
    for name in {m.name for m in sentence.names}:
        if any(evidence.printing(name, a)) and any(evidence.printing(name, b)):
            return True
    clause = _subject_start(sentence, a)
    first = next((m for m in sentence.names if clause <= m.start < a.at and not m.name.startswith("#")), None)
    opens = first is not None and not sentence.between(clause, first.start).strip("`*_\"' ")
    if first is not None and opens and _VARIES.fullmatch(sentence.between(first.end, a.at)):
        return True  # "Ghent over the same weeks swings between 41% and 73%"
    near = [m for m in sentence.names if 0 <= a.at - m.end <= 24]
    if near and regex(r"[`\"'*]*\s*\(\s*").fullmatch(sentence.between(near[-1].end, a.at)):
        return True  # "grows for three, such as the nurse (0.1 to 0.4)"
    return bool(near) and regex(r"\b(?:rang|span|lie|between|run)").search(sentence.text) is None


_STOP = regex(r"[;:]\s|\.\s")
_VARIES = regex(
    r"[`*_\"']*\s(?:[a-z]+ly |(?:in|over|during|throughout|for) (?:the|that|this) (?:\w+ ){1,2})?"
    r"(?:swings?|swung|keeps?|kept|stays?|stayed|moves?|moved|fluctuates?|oscillates?|wobbles?|hovers?|wanders?|"
    r"drifts?) "
    r"(?:within |between |in the range )?(?:from )?",
    re.IGNORECASE,
)
_INTERVAL = regex(r"\b(?:[Ll]imits|[Bb]ounds|[Bb]ands?|CIs?|Wilson|Clopper\S*|[Cc]onfidence|intervals?|bootstrap\w*)\b")


def _of_interval(sentence: Sentence, number: Number) -> bool:
    """True if the clause says that it gives an interval: "Wilson on the carrier: 77.0–92.1%"."""
    clause = regex(r"[;()]|, (?:and|but|while)\b").split(sentence.between(sentence.start, number.start))[-1]
    return _INTERVAL.search(clause) is not None


_SINGLE = regex(r"\b(?:single|individual|separate|lone)\s+\w+s\b", re.IGNORECASE)


def _of_single(sentence: Sentence, number: Number) -> bool:
    """True for a range over single runs, which the files keep apart by unit: "single lots 0.23 to 0.93"."""
    clause = regex(r"[;()]|, (?:and|but|while)\b").split(sentence.between(sentence.start, number.start))[-1]
    return _SINGLE.search(clause) is not None


def _after_direction(sentence: Sentence, span: Span) -> bool:
    """True for a move: "its cosine goes up (+0.47 to +0.58)", "adding them lifts the coefficient from .7 to .8"."""
    before = sentence.between(sentence.start, span.start)
    if span.kind == "range" and span.left.role == "coefficient":
        return False  # "is positive (ρ 0.4–0.7)"
    if any(_BY_SOME.fullmatch(before[w.end :]) for w in direction_words(before)):
        return True
    if (
        any(x.worded and x.start < span.start for x in ratios(sentence))
        or _TURNS.search(before)
        or _THAN.search(before)
    ):
        return True  # "triples or a little more, 8% to 26%", "changes sign (-0.4 to 0.1)"
    clause = _CLAUSES.split(sentence.between(sentence.start, span.left.start))[-1]
    return _FROM.search(clause) is not None and bool(direction_words(clause)) and _RANGES.search(clause) is None


_BY_SOME = regex(
    r"\s*(?:(?:(?:only|just|quite|rather) )?(?:an? (?:little|bit|touch|lot|fraction|trifle)|slightly|somewhat|hardly|"
    r"barely|further|again|steadily|gently|slowly|sharply|markedly|strongly|clearly)|"
    r"(?:by|through|in|during|with|after|under|over)\s+(?:(?:the|its|our|this)\s+)?[a-z-]+)?\s*[(,:]?\s*(?:from\s+)?"
)
_THAN = regex(
    r"\d\s?(?:pp|p\.p\.|(?:percentage[ -])?points?)\s*\($|"
    r"\b(?:higher|lower|more|less|larger|smaller|better|worse|up|down) than "
    r"(?:before|at first|at the \w+|in \w+|it was)\s*\($"
)
""" "2 points higher than before (68% to 70%)", "lost 0.7 points (77.3% to 76.6%)": from the one to the other."""
_TURNS = regex(
    r"\b(?:chang|flip|revers|switch|turn|cross)\w*\s+(?:(?:its|the|their)\s+)?(?:signs?|zero|sides?|"
    r"(?:to )?(?:positive|negative))"
    r"\s*[(,:]?\s*(?:from\s+)?$",
    re.IGNORECASE,
)
""" "Edges up a little (0.12 to 0.19)"."""


def _of_none(sentence: Sentence, span: Span) -> bool:
    """True for a stretch in which little or nothing lies: "no town lies between 3 and 8"."""
    return _NONE.search(_CLAUSES.split(sentence.between(sentence.start, span.left.start))[-1]) is not None


_NONE = regex(
    r"\b(?:none|no|nobody|nothing|neither|never|not|few|fewer|hardly|gaps?|empty|missing|count(?:s|ed)?)\b",
    re.IGNORECASE,
)
_CLAUSES = regex(r"[;:,()]\s|\b(?:and|but|while)\b")
_FROM = regex(r"\bfrom\s+$")
_RANGES = regex(
    r"\b(?:rang\w+|span\w*|extend\w*|stretch\w*|run|runs|go(?= from)|anywhere|lie|lies|var(?:y|ies|ying))\b"
)


_RANGED = regex(
    r"\b(?:extend\w*|stretch\w*|anywhere|spread\w*|scatter\w*|differ|differs|rang\w*|span\w*|runs?|between|cover\w*|"
    r"from|lie|lies|vary|varies)\b",
    re.IGNORECASE,
)
_PARTIAL = regex(
    r"\b(?:most|middle|central|typical\w*|all but|except|half of|IQR|quartile\w*|percentile\w*|group|among|"
    r"best|worst|bystanders?|onlookers?|listeners?|strangers?|within (?:a|the)|mainly|mostly|usually|remaining|"
    r"others?|rest)\b",
    re.IGNORECASE,
)


def _unions(evidence: Evidence) -> list[tuple[Fact, Fact]]:
    """The smallest and largest value of every two columns of a table, of all of them, and of all rates of a file."""
    if "unions" not in evidence.cache:
        out = []
        for sheet in evidence.sheets:
            columns = [s for s, _ in sheet.series if s.pointer.startswith("column") and s.fraction and not s.role]
            for group in (*itertools.combinations(columns[:12], 2), columns):
                facts = [f for s in group for f in s.facts.values()]
                if len(group) > 1 and facts:
                    out.append((min(facts, key=lambda f: f.value), max(facts, key=lambda f: f.value)))
        rates = [s for s in evidence.data if evidence.kind(s) == "rate" and not s.role]
        for group in ([s for s in rates if s.words & RATE_NOUNS], rates):
            facts = [f for s in group for f in s.facts.values()]
            if facts:
                out.append((min(facts, key=lambda f: f.value), max(facts, key=lambda f: f.value)))
        measures: dict[str, list[Fact]] = {}
        for series in evidence.data:  # a field that is kept apart by unit or arm is one measure of all runs
            if series.role not in ("interval", "at"):
                measures.setdefault(series.quantity, []).extend(series.facts.values())
        for facts in measures.values():
            out.append((min(facts, key=lambda f: f.value), max(facts, key=lambda f: f.value)))
        evidence.cache["unions"] = out
    found: list[tuple[Fact, Fact]] = evidence.cache["unions"]
    return found


def _spans(a: Number, b: Number, low: Fact, high: Fact) -> bool:
    if a.role not in ("percent", "value", "count") or b.role not in ("percent", "value"):
        return False
    scale = 0.01 if b.role == "percent" else 1.0
    return low.allows(a.low * scale, a.high * scale) and high.allows(b.low * scale, b.high * scale)


def _range(evidence: Evidence, a: Number, b: Number, *, whole: bool, some: int) -> str | None:
    """Why a range is wrong; ``None`` where it is right, or speaks of a set that is not known.

    Where the words count ``some`` things, "in the final six wards", the range is of no set with more.
    """
    if any(_spans(a, b, low, high) for low, high in _unions(evidence)):
        return None
    suspicion = None
    inside = 0
    for series in evidence.all_series:
        facts = members(series)
        if len(facts) < 3 or series.role in ("interval", "at") or evidence.kind(series) == "p":
            continue
        if a.role == b.role == "coefficient" and evidence.kind(series) in ("rate", "p", "size"):
            continue
        low, high = min(facts, key=lambda f: f.value), max(facts, key=lambda f: f.value)
        small, large = min(facts, key=lambda f: abs(f.value)), max(facts, key=lambda f: abs(f.value))
        for x, y in ((low, high), (small, large), (high, low), (large, small), (facts[0], facts[-1])):
            left, right = evidence.matches(a, series, x), evidence.matches(b, series, y)
            if left and right:
                return None  # both ends, or where a course begins and ends
        if any(evidence.matches(a, series, f) for f in facts) and any(evidence.matches(b, series, f) for f in facts):
            inside += series.origin == "page" or not evidence.sheets  # two of its values: a part, unless all is meant
            if not whole or len(facts) < 4 or inside > 1:
                return None
        for x, y in ((low, high), (small, large), (high, low), (large, small)) if not 1 < some < len(facts) else ():
            left, right = evidence.matches(a, series, x), evidence.matches(b, series, y)
            if left != right and low.value != high.value and evidence.suits(a, series) and evidence.suits(b, series):
                other, number, wanted = (b, b, y) if left else (a, a, x)
                if any(evidence.matches(other, series, f) for f in facts) and not whole:
                    continue
                scale = 100.0 if series.fraction and number.role == "percent" else 1.0
                sign = (a.value <= b.value) == (x.value <= y.value)
                near = abs(wanted.value * scale) <= 20 * max(abs(a.value), abs(b.value)) <= 400 * abs(y.value * scale)
                if sign and near and suspicion is None:
                    suspicion = f"{number.text} should be {wanted.value * scale:.3g} ({series.pointer})"
    return suspicion
