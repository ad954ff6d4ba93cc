"""Differences, ratios and shares of the numbers that stand beside them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from leakstats.facts import Fact, Series

from ..regex import regex
from .claims import is_claim
from .grammar import Number
from .idioms import adjacent, intervals, is_rate, pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .lexicon import MOOT, superlatives
from .names import words_of
from .passages import Passage, Sentence

__all__ = ["difference_clashes", "fold_clashes", "percent_clashes"]

_PRIOR = regex(r"#\d")


def _rates(sentence: Sentence, whole: bool, without: Number | None = None) -> list[tuple[float, float]]:
    """The rates of a sentence (or of its passage) as intervals of fractions, in order."""
    sentences: Sequence[Sentence] = sentence.passage.sentences if whole else (sentence,)
    out = []
    for part in sentences:
        ends = {id(x) for a, b, _ in intervals(part) for x in (a, b)}
        for number in part.numbers:
            if (
                is_rate(part, number, without)
                and number is not without
                and id(number) not in ends
                and number.bound in ("", "~")
                and not part.between(part.start, number.start).rstrip().endswith(("±", "+-", "+/-", "&plusmn;"))
            ):
                out.append(number.scaled())
        for k, n in pairs_of_counts(part):
            if n.value >= 20:
                out.append((k.value / n.value, k.value / n.value))
    return out


def _distinct(rates: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The rates without those that say one again: "12% (12 of 100)"."""
    out: list[tuple[float, float]] = []
    for low, high in rates:
        if not any(a <= high and low <= b for a, b in out):
            out.append((low, high))
    return out


def _values(sentence: Sentence, whole: bool) -> list[tuple[float, float]]:
    sentences: Sequence[Sentence] = sentence.passage.sentences if whole else (sentence,)
    return [
        (n.low, n.high)
        for part in sentences
        for n in part.numbers
        if n.role in ("value", "coefficient") and not n.bound
    ]


def _facts(evidence: Evidence, sentence: Sentence) -> list[tuple[Fact, Fact]]:
    """Pairs of rates that a difference or a ratio of the sentence's names can mean."""
    out: list[tuple[Fact, Fact]] = []
    names = [m.name for m in sentence.names] or [m.name for m in sentence.passage.names]
    rates = {n: [f for s, f in evidence.about.get(n, ()) if _of_rates(evidence, s)] for n in dict.fromkeys(names)}
    for _n, facts in rates.items():
        few = _meant(sentence, facts)[:60]
        out.extend((a, b) for a in few for b in few if a is not b)
    for series in evidence.all_series:
        if not _of_rates(evidence, series):
            continue
        inside = _meant(sentence, [series.facts[n] for n in rates if n in series.facts])
        out.extend((a, b) for a in inside for b in inside if a is not b)
    return out


def _of_rates(evidence: Evidence, series: Series) -> bool:
    """True for a field of rates; a change is itself a difference."""
    return series.fraction and series.role not in ("net", "gain", "at") and evidence.kind(series) in ("rate", "")


def _meant(sentence: Sentence, facts: list[Fact]) -> list[Fact]:
    """Those that belong to no setting, or to one that the passage names; all of them where none is left.

    Of a model under twelve wordings a difference means the ends, the mean or the wordings that are named: any two of
    twelve would explain every number.
    """
    if len(facts) < 2:
        return facts
    said = {m.name for m in sentence.passage.names}
    kept = []
    for fact in facts:
        settings = {x for x in fact.entities - said if x.startswith("#")}
        named = {x for x in fact.entities & said if x.startswith("#")}
        if not settings or named:
            kept.append(fact)
    return kept or facts


def _spreads(evidence: Evidence) -> list[tuple[Fact, Fact]]:
    out = []
    for series in evidence.all_series:
        if series.fraction and len(series.facts) >= 3:
            facts = sorted(series.facts.values(), key=lambda f: f.value)
            out.append((facts[-1], facts[0]))
    return out


def _elsewhere(evidence: Evidence, sentence: Sentence) -> list[tuple[tuple[float, float], tuple[float, float]]]:
    """Pairs of values in [0, 1] of the names of a sentence and of those around it.

    "M60 is +29.5 pp. The reference M0 stands at 10.3%" gives a difference to what another sentence names.
    """
    around = {m.name for m in sentence.passage.names}
    names = {m.name for m in sentence.names} or around
    out = []
    for series in evidence.all_series:
        if series.role in ("interval", "at") or not all(-0.01 <= f.value <= 1.01 for f in series.facts.values()):
            continue
        inside = list({id(f): f for n, f in series.facts.items() if n in names}.values())
        others = list({id(f): f for n, f in series.facts.items() if n in around}.values())
        out += [((a.low, a.high), (b.low, b.high)) for a in inside[:30] for b in others[:30] if a is not b]
    return out


def _difference_fits(
    low: float, high: float, pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]], signed: bool
) -> bool:
    for a, b in pairs:
        least, most = a[0] - b[1], a[1] - b[0]
        options = [(least, most)] if signed else [(least, most), (-most, -least)]
        if any(x <= high + 1e-9 and low - 1e-9 <= y for x, y in options):
            return True
    return False


def difference_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Differences in points that no two of the rates beside them have."""
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            for number in sentence.numbers:
                if number.role != "points" or _is_bounded(sentence, number) or _threshold(sentence, number):
                    continue
                low, high = number.scaled()
                ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
                moves = [
                    s
                    for s in spans(sentence)
                    if s.kind in ("move", "to")
                    and id(s.left) not in ends
                    and is_rate(sentence, s.left)
                    and is_rate(sentence, s.right)
                ]
                signed = number.signed
                if _PRIOR.search(sentence.text) or MOOT.search(sentence.text):
                    continue
                if pairs_of_counts(sentence) and len(_distinct(_rates(sentence, False))) < 2 and not number.signed:
                    continue  # the bar that things are counted by
                pools: list[list[tuple[tuple[float, float], tuple[float, float]]]] = []
                here = _distinct(_rates(sentence, False))
                order = [(m.right.scaled(), m.left.scaled()) for m in moves] if signed and moves else []
                pools.append(order or [(a, b) for a in here for b in here if a is not b])
                values = [v for v in _values(sentence, False) if v[0] >= 0 and v[1] <= 1.01]
                pools.append([(a, b) for a in values for b in values if a is not b])
                around = _distinct(_rates(sentence, True))
                if len(here) < 2 or not moves:
                    pools.append([(a, b) for a in around for b in around if a is not b])
                near = _difference_fits(low, high, pools[0], bool(order)) or any(
                    _difference_fits(low, high, p, False) for p in pools[1:]
                )
                owner = _owner(sentence, number)
                if owner and number.signed and evidence.datasets and _changes_of(evidence, owner):
                    mine = [((f.low, f.high), (0.0, 0.0)) for f in _changes_of(evidence, owner)]
                    rates = _meant(sentence, [f for s, f in evidence.about.get(owner, ()) if _of_rates(evidence, s)])[
                        :60
                    ]
                    mine += [((a.low, a.high), (b.low, b.high)) for a in rates for b in rates if a is not b]
                    if not _difference_fits(low, high, mine, False):
                        yield Clash(
                            "difference",
                            passage.place(number.start, number.end),
                            f"{number.text} points is no change that is known of what it speaks of",
                            "subtract again, from unrounded values",
                        )
                    continue
                if near or _is_known_change(evidence, sentence, number):
                    continue
                known = [
                    ((a.low, a.high), (b.low, b.high)) for a, b in (*_facts(evidence, sentence), *_spreads(evidence))
                ]
                alone = _speaks_of_two(sentence, number)
                if len(here) < 2 and not evidence.datasets and not _OF_TWO.search(sentence.text):
                    continue  # of another sentence's rates: the page alone need not hold the one that is meant
                if len(here) < 2 and not alone:
                    if (
                        not known
                        or _difference_fits(low, high, _elsewhere(evidence, sentence), False)
                        or _difference_fits(low, high, known, False)
                        or not (sentence.names or len(around) >= 2 or _END_TO_END.search(sentence.text))
                    ):
                        continue
                elif (
                    not alone
                    and (len(here) > 2 or (not order and _parted(sentence, number) and not _only_two(sentence, number)))
                ) and _difference_fits(low, high, known, False):
                    continue
                yield Clash(
                    "difference",
                    passage.place(number.start, number.end),
                    f"{number.text} points is no difference of the rates that it speaks of",
                    "subtract again, from unrounded values",
                )


_OF_TWO = regex(r"\b(?:the|these|those) two\b|\bboth\b|\bbetween them\b", re.IGNORECASE)
_CONTRASTED = regex(
    r"\b(?:against|than|versus|vs|compared|relative|differences?|differs?|minus|ahead|behind|lead|margin|control|"
    r"reference|baseline)\b",
    re.IGNORECASE,
)


def _owner(sentence: Sentence, number: Number) -> str:
    """The one thing whose change a signed number of points is; "" where it cannot be told.

    "the mason by +17 pp", "+17 pp for the mason", and "The baker and the mason hold still. They lost 2.3 pp and
    won 0.7 pp", in that order.
    """
    names = [m for m in sentence.names if not m.name.startswith("#")]
    if _CONTRASTED.search(sentence.text):
        return ""
    for m in names:
        if m.end <= number.start and re.fullmatch(
            r"[`\"'’*]*\s*(?:by|with|at|changes? by|gains|loses|:|\(|,|=|—|–)?\s*",
            sentence.between(m.end, number.start),
        ):
            return m.name
        if m.start >= number.end and re.fullmatch(
            r"\s*(?:for|in)\s+(?:the\s+)?[`\"'*]*", sentence.between(number.end, m.start)
        ):
            return m.name
    signed = [n for n in sentence.numbers if n.role == "points" and n.signed]
    sentences = sentence.passage.sentences
    at = sentences.index(sentence)
    if (
        names
        or len(signed) != 2
        or not at
        or not re.fullmatch(r"\s*(?:,|and)\s*", sentence.between(signed[0].end, signed[1].start))
    ):
        return ""
    before = list(dict.fromkeys(m.name for m in sentences[at - 1].names if not m.name.startswith("#")))
    if len(before) != 2 or not re.match(r"\W*(?:their|the (?:two|net))\b", sentence.text, re.IGNORECASE):
        return ""
    return before[signed.index(number)] if number in signed else ""


def _changes_of(evidence: Evidence, name: str) -> list[Fact]:
    """The net changes that fields of rates give for a thing, as fractions."""
    return [f for s, f in evidence.about.get(name, ()) if s.role in ("net", "gain") and s.fraction]


_CHANGES = frozenset(
    [
        "change",
        "difference",
        "diff",
        "delta",
        "net",
        "shift",
        "gain",
        "gap",
        "contrast",
        "minus",
        "lift",
        "effect",
        "drift",
    ]
)


def _is_known_change(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True if a field or a column of changes holds a number for a thing that its passage names."""
    names = {m.name for m in sentence.names} or {m.name for m in sentence.passage.names}
    low, high = number.scaled()
    for name in names:
        for series, fact in evidence.about.get(name, ()):
            if not (
                series.role in ("net", "gain")
                or "Δ" in series.quantity
                or (words_of(series.quantity) | series.words) & _CHANGES
            ):
                continue
            for scale in (1.0, 0.01):
                a, b = sorted((fact.low * scale, fact.high * scale))
                if (a <= high + 1e-9 and low - 1e-9 <= b) or (
                    not number.signed and a <= -low + 1e-9 and -high - 1e-9 <= b
                ):
                    return True
    return False


def _speaks_of_two(sentence: Sentence, number: Number) -> bool:
    """True for "This is a 3.0× ratio." behind two rates: its clause names nobody, and means these two."""
    opened = max(sentence.text.rfind(mark, 0, number.start - sentence.start) for mark in (";", ". ")) + 1
    clause = re.split(r";|\. ", sentence.text[opened:])[0]
    left = sentence.start + opened
    if any(left <= m.start < left + len(clause) for m in sentence.names):
        return False
    if superlatives(clause) or _OTHER_SET.search(clause):
        return False
    if any(left <= n.start < left + len(clause) and n is not number and is_rate(sentence, n) for n in sentence.numbers):
        return False
    before = [r for s in sentence.passage.sentences if s.start < sentence.start for r in _rates(s, False)]
    before += _rates(sentence, False, number) if opened else []
    return _different(before) == 2


_OTHER_SET = regex(
    r"\b(?:between(?!\s*(?:[.,;:)*]|$|(?:them|these|the two|both)\b))|median|mean|average|least|most|first|last|all|"
    r"every|others?|among|across|start|baseline|peak)\b",
    re.IGNORECASE,
)


def _parted(sentence: Sentence, number: Number) -> bool:
    """True if another name, or the end of a clause, stands between a number and the rates of its sentence."""
    rates = [n for n in sentence.numbers if n is not number and is_rate(sentence, n, number) and not n.bound]
    if not rates:
        return True
    near = min(rates, key=lambda n: min(abs(n.end - number.start), abs(number.end - n.start)))
    left, right = sorted(((near.start, near.end), (number.start, number.end)))
    between = sentence.between(left[1], right[0])
    if between.startswith(" (") and ")" not in between:
        return False  # "gains 46.7 pts (T14 17.5%, T11 64.2%)" says of what
    opened = sentence.between(sentence.start, near.start).rfind("(")
    inside = sentence.between(sentence.start + opened, near.start) if opened >= 0 else ")"
    if ")" not in inside and left[1] != near.end:
        closed = sentence.between(near.end, sentence.end).find(")")
        pair = [n for n in rates if sentence.start + opened < n.start < near.end + closed]
        if closed >= 0 and len(pair) == 2:
            return False  # "a maximum 15.3 times that of b (55.2% as against 3.6%)"
    return (
        any(left[1] <= m.start < right[0] for m in sentence.names)
        or re.search(r";|, (?:and|but|while)", between) is not None
    )


def _is_bounded(sentence: Sentence, number: Number) -> bool:
    """True for "over 20 points", and not for "spread over 20 points"."""
    spread = r"\b(?:spread|spreads|range|ranges|extend|extends|stretch|stretches|span|spans)\s+over\s*$"
    wide = number.bound == ">" and re.search(spread, sentence.between(sentence.start, number.start), re.IGNORECASE)
    return number.bound in ("<", "<=", ">", ">=") and not wide


def _only_two(sentence: Sentence, number: Number) -> bool:
    """True for "Peaks spread over 57.2 pp, with a lowest (3.9%) and b highest (61.1%)": two names with their rates."""
    names = {m.name for m in sentence.names}
    before = sentence.between(sentence.start, number.start)
    worded = re.search(r"\b(?:spread|gap|differ\w*|distance|range|span|separat\w*|apart)\b", before, re.IGNORECASE)
    return (
        worded is not None
        and len(names) == 2
        and _different(_rates(sentence, False)) == 2
        and _different(_rates(sentence, True)) == 2
    )


def _threshold(sentence: Sentence, number: Number) -> bool:
    before = sentence.between(max(sentence.start, number.start - 30), number.start)
    after = sentence.between(number.end, number.end + 24)
    return bool(
        re.search(
            r"\b(?:within|margin of|threshold of|half-width of|±|plus or minus|every|up to|per)\s*$",
            before,
            re.IGNORECASE,
        )
        or re.match(r"\s*(?:or (?:more|less)|half-width|wide|margin|threshold)\b", after)
        or before.endswith("±")
    )


def fold_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Ratios that no two of the numbers beside them have."""
    for passage in evidence.passages:
        if not is_claim(passage) or passage.part == "prior":
            continue
        for sentence in passage.sentences:
            for number in sentence.numbers:
                if number.bound in ("<", "<=", ">", ">=") or _PRIOR.search(sentence.text):
                    continue
                if number.role != "fold" and not _is_ratio(sentence, number):
                    continue
                if MOOT.search(sentence.text):
                    continue
                if (
                    number.decimals <= 0
                    and number.role == "fold"
                    and not re.match(
                        r"\s*(?:as|the|more|higher|larger|greater|gap|difference|that|what|lower|less|increase|rise)\b",
                        sentence.between(number.end, number.end + 14),
                    )
                ):
                    continue
                here = _rates(sentence, False)
                here = here if len(here) >= 2 else _rates(sentence, True)
                if len(here) < 2 and len(_values(sentence, False)) >= 2:
                    here = _values(sentence, False)
                known = [((a.low, a.high), (b.low, b.high)) for a, b in _facts(evidence, sentence)]
                pairs = [(a, b) for a in here for b in here if a is not b]
                if not pairs and _contradicts_gap(evidence, sentence, number):
                    yield _fold_clash(passage, number)
                    continue
                if not pairs and not (known and len(sentence.names) >= 2):
                    continue
                if sentence.names and not _rates(sentence, False) and not (evidence.datasets and known):
                    continue  # "For a it is 5.2×" behind two rates of b
                if _ratio_fits(number, pairs):
                    continue
                alone = _speaks_of_two(sentence, number)
                if _END_TO_END.search(sentence.text):
                    ends = [((a.low, a.high), (b.low, b.high)) for a, b in _spreads(evidence)]
                    if not ends or _ratio_fits(number, ends):
                        continue
                if (
                    not alone
                    and (not 2 <= _different(here) <= 3 or _parted(sentence, number))
                    and _ratio_fits(
                        number, [*known, *(((a.low, a.high), (b.low, b.high)) for a, b in _spreads(evidence))]
                    )
                ):
                    continue
                yield _fold_clash(passage, number)


_RATIO = regex(
    r"(?<!odds )(?<!risk )(?<!hazard )(?<!likelihood )(?<!variance )\b(?:ratio|quotient)\b"
    r"(?:[^.;:]|\.\d){0,60}?(?:\b(?:is|was|being|of|comes? to|amounts? to|equals)|=|:)\s*(?:about |only |just )?$",
    re.IGNORECASE,
)


def _is_ratio(sentence: Sentence, number: Number) -> bool:
    """True for "the ratio is 15.3"."""
    if number.role not in ("value", "count") or number.decimals < 1 or number.signed or number.label:
        return False
    return _RATIO.search(sentence.between(max(sentence.start, number.start - 90), number.start)) is not None


_END_TO_END = regex(
    r"\b(?:ends?|top|best|first|highest|largest) (?:to|and|against|over) (?:the )?(?:ends?|bottom|worst|last|"
    r"lowest|smallest)\b",
    re.IGNORECASE,
)


def _fold_clash(passage: Passage, number: Number) -> Clash:
    return Clash(
        "fold",
        passage.place(number.start, number.end),
        f"{number.text}{number.unit and '×'} is no ratio of the numbers that it speaks of",
        "divide again, from unrounded values",
    )


def _contradicts_gap(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True if the rates that have the gap beside a ratio have another ratio.

    "41.1 points, that is 2.1×" with one rate beside it says both: 78.3% and what lies 41.1 points below or above.
    """
    gaps = [n for n in sentence.numbers if n.role == "points" and not n.bound]
    if len(gaps) != 1:
        return False
    low, high = gaps[0].scaled()
    low, high = (low, high) if low >= 0 else (-high, -low)
    fitting = [
        ((a.low, a.high), (b.low, b.high))
        for a, b in (*_facts(evidence, sentence), *(() if sentence.names else _spreads(evidence)))
        if _difference_fits(low, high, [((a.low, a.high), (b.low, b.high))], False)
    ]
    rates = _rates(sentence, True)
    if _different(rates) == 1 and not _OTHER_SET.search(sentence.text):
        least, most = rates[0]
        fitting += [(rates[0], (least - high, most - low)), ((least + low, most + high), rates[0])]
    return bool(fitting) and not _ratio_fits(number, [*fitting, *((b, a) for a, b in fitting)])


def _different(rates: Sequence[tuple[float, float]]) -> int:
    """How many of the rates are not one rate written twice, as "10% (4/40)"."""
    kept: list[tuple[float, float]] = []
    for low, high in rates:
        if not any(a <= high + 1e-9 and low - 1e-9 <= b for a, b in kept):
            kept.append((low, high))
    return len(kept)


def _ratio_fits(number: Number, pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]]) -> bool:
    low, high = number.low, number.high
    if number.bound == "~":
        low, high = low * 0.92, high * 1.08
    for a, b in pairs:
        if b[1] <= 0 or a[0] < 0:
            continue
        least = a[0] / b[1]
        most = a[1] / b[0] if b[0] > 0 else float("inf")
        if least <= high + 1e-9 and low - 1e-9 <= most:
            return True
    return False


_DIFFERENCE_WORDS = regex(
    r"\b(?:differ(?:s|ed|ence|ences)?|gap|spread|apart|net|chang(?:e|es|ed)|gain(?:s|ed)?|add(?:s|ed)?|"
    r"shift(?:s|ed)?|swing|swings|swung|mov(?:e|es|ed)|distance|margin|separat\w+|range|gaps|leads?|led|advantage|"
    r"excess|deficit|surplus|delta|increments?|increas\w+|decreas\w+|ris(?:e|es|en)|rose|drop(?:s|ped)?|falls?|fell|"
    r"minus|contrast|jump(?:s|ed)?|climb(?:s|ed)?|declin(?:e|es|ed)|loss(?:es)?|los(?:e|es|t)|grow(?:s|n)?|grew|"
    r"sank|sinks?|exceeds?|exceeded|beats?|outdoes|trails?|lags?|overtakes?|reduc\w+|improv\w+|lift(?:s|ed)?|"
    r"rais(?:e|es|ed)|lower(?:s|ed))\b",
    re.IGNORECASE,
)
_AFTER = regex(
    r"\s*(?:in (?:points|absolute terms)|higher|lower|more|less|above|below|apart|gap|difference|spread|rise|"
    r"drop|gain|increase|decrease|fewer|greater|smaller|behind|ahead|in between|"
    r"between (?:them|the \w+|these|both)|separat\w+|decline|fall|loss|swing|shift|distance|margin)\b",
    re.IGNORECASE,
)


_BY = regex(
    r"(?:\b(?:by|of|is|was|are|were|adds?|gains?|loses?|equals|makes?|comes? to|amounts? to|adds? up to|"
    r"measures?|spans?|reach\w*|"
    r"stands? at)|:|,)\s*(?:only |about |just |a |another |nearly |some )*$",
    re.IGNORECASE,
)
_BETWEEN = regex(
    r"\bbetween\b[^;.\d]*\b(?:lies?|lay|are|is|stands?|separates?|fits?)\s*(?:only |about |just |some )*$"
    r"|\b(?:lies?|lay|stands?) (?:only |about |just |some )*$|\b(?:separates?|divides?|parts?) (?:them|the two|"
    r"both) (?:by )?$",
    re.IGNORECASE,
)


_NAMED_DIFFERENCE = regex(
    r"(?:\b(?:their|the|a)\s+|^\W*)(?:total |net |overall |absolute |whole )?(?:distance|difference|gap|spread|margin|"
    r"separation|contrast)\W{0,3}\s*(?:only |about )?$|\bbetween (?:them|the two|these(?: two)?|both)\W*$",
    re.IGNORECASE,
)


def _near(before: str) -> str:
    """The words that a comma or a colon joins to a number: none from behind another number."""
    return re.split(r"\d", before)[-1] if before.rstrip()[-1:] in (",", ":") else before


def _beside_fold(sentence: Sentence, number: Number) -> bool:
    """True for "35 %, 6.6x" and "82 %, or 6.6x": a difference with its ratio."""
    for other in sentence.numbers:
        if other.role == "fold":
            left, right = sorted(((number.start, number.end), (other.start, other.end)))
            between = sentence.between(left[1], right[0])
            if re.fullmatch(r"\s*(?:[,;/(]|,?\s*(?:and|or))\s*(?:a |about )?", between):
                return True
    return False


_THAT_IS = regex(
    r"\b(?:that|this|it|which)(?:['’]s|\s+(?:is|was|makes|made|means|amounts\s+to|amounted\s+to|comes\s+to|came\s+to|"
    r"adds\s+up\s+to|works\s+out\s+(?:at|to)))\s+(?:an?\s+|about\s+|some\s+|roughly\s+|nearly\s+|over\s+|"
    r"all\s+of\s+)?$",
    re.IGNORECASE,
)
"""Behind a move, "from 12% to 45%, that is 33%": the way between its ends."""


def percent_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Differences of percentages that are given as percent."""
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
            in_span = {id(x) for s in spans(sentence) for x in (s.left, s.right)}
            beside = None
            for _i, number in enumerate(sentence.numbers):
                if (
                    number.role != "percent"
                    or id(number) in ends
                    or id(number) in in_span
                    or number.bound in ("<", "<=", ">", ">=")
                    or number.value == 0
                    or _ARROW.match(sentence.between(number.end, number.end + 6))
                ):
                    continue
                before = sentence.between(max(sentence.start, number.start - 80), number.start)
                before = re.split(r"[;.]\s|:\s(?=\w+ \w)", before)[-1]
                after = sentence.between(number.end, number.end + 16)
                worded = (
                    bool(_BY.search(before) and _DIFFERENCE_WORDS.search(_near(before)))
                    or _NAMED_DIFFERENCE.search(before) is not None
                    or _AFTER.match(after) is not None
                    or _BETWEEN.search(before) is not None
                    or (bool(in_span) and _THAT_IS.search(before) is not None)
                    or _beside_fold(sentence, number)
                )
                if not (number.signed or worded):
                    continue
                if beside is None:
                    beside = adjacent(sentence)
                low, high = number.scaled()
                others = _rates(sentence, True, number)
                pairs = [(a, b) for a in others for b in others if a is not b]
                known = [
                    ((a.low, a.high), (b.low, b.high)) for a, b in (*_facts(evidence, sentence), *_spreads(evidence))
                ]
                elsewhere = evidence.is_known(number, evidence.known_rates, 0.01)
                by = re.search(r"\bby\s+(?:only |about |just |some |nearly )?$", before) is not None
                if not _difference_fits(low, high, pairs, False) and (
                    (elsewhere and not (by and worded and sentence.names))
                    or not _difference_fits(low, high, known, False)
                ):
                    continue
                if not number.signed and not worded and evidence.is_known(number, evidence.known_rates, 0.01):
                    continue
                if not number.signed and not _beside_fold(sentence, number) and _relative(low, high, pairs):
                    continue
                yield Clash(
                    "percent-points",
                    passage.place(number.start, number.end),
                    f"{number.text}{number.unit} is a difference of percentages: percentage points, not percent",
                    "write pp",
                )


_ARROW = regex(r"\s*%?\s*(?:[-=]+>|→|⟶|➔)")
"""What follows the start of a move."""


def _relative(low: float, high: float, pairs: Sequence[tuple[tuple[float, float], tuple[float, float]]]) -> bool:
    """True if the number is a relative change of two rates."""
    for a, b in pairs:
        if b[0] <= 0 or (a[0] <= b[1] + 1e-9 and b[0] <= a[1] + 1e-9):
            continue  # one rate that is printed twice
        ends = [(x - y) / y for x in a for y in b]
        if min(map(abs, ends)) <= high and low <= max(map(abs, ends)):
            return True
    return False
