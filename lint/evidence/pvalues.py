"""p-values by themselves: zero, bounds over a set, and the words about significance."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from leakstats.records import replace

from ..regex import regex
from .chosen import chooses, chosen_things
from .claims import is_claim, own_passages
from .correlations import records
from .grammar import Number
from .idioms import Span, pairs_of_counts, spans, stats
from .knowledge import Clash, Evidence
from .passages import Passage, Sentence
from .record_p import follows, p_range
from .verdicts import Verdict, verdicts
from .word_numbers import SPELLED, whole_number

__all__ = ["bound_clashes", "p_sets", "significance_clashes", "zero_clashes"]


def zero_clashes(evidence: Evidence) -> Iterator[Clash]:
    """p-values of zero."""
    help_ = "print a bound (p < 1e-15), or (b + 1) / (B + 1) for a permutation test"
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for number in passage.numbers:
            if number.role == "p" and number.value == 0 and number.bound not in (">", ">="):
                if _is_mended(passage, number) or _PERMUTED.match(passage.plain, number.end):
                    continue
                yield Clash(
                    "p-zero",
                    passage.place(number.at, number.end),
                    f"p {number.bound or '='} {number.text}: a p-value is never zero",
                    help_,
                )
    for sheet in evidence.sheets:
        for item in sheet.numbers:
            if item.number.role == "p" and item.number.value == 0:
                place = evidence.document.place(item.cell.text, item.number.start, item.number.end)
                yield Clash("p-zero", place, f"p = {item.number.text}: a p-value is never zero", help_)


_MENDS = regex(
    r"\b(?:should|ought to|must|can|is to|are to|has to|have to)\s+(?:be\s+)?"
    r"(?:read|print|report|stat|giv|quot|writ)\w*",
    re.IGNORECASE,
)


_PERMUTED = regex(r"\s*(?:/|of|out of)\s*\d")
"""Behind the 0 of "0/10,000": a count of permutations, which says itself how small its p can be."""


def _is_mended(passage: Passage, zero: Number) -> bool:
    """True for "the file has p = 0, meant as p < 0.001": the sentence reports a zero and says what it means."""
    own = next((s for s in passage.sentences if s.start <= zero.at < s.end), None)
    return own is not None and any(
        n.role == "p" and n.bound in ("<", "<=") and _MENDS.search(own.between(zero.end, n.at)) for n in own.numbers
    )


def p_sets(evidence: Evidence) -> list[tuple[frozenset[str], list[float], str]]:
    """Sets of p-values: words, the values (for a table the smallest that its digits allow), and their origin."""
    if "p sets" not in evidence.cache:
        out: list[tuple[frozenset[str], list[float], str]] = []
        for sheet in evidence.sheets:
            for _, cells in sheet.series:
                ps = [c for c in cells if c.number.role == "p"]
                if any(c.number.bound for c in ps) and evidence.triples:
                    continue  # the file says what "< .001" hides
                if len(ps) >= 2 and len(ps) == len(cells):
                    head = (
                        f"{sheet.header[ps[0].column]} {sheet.labels[ps[0].row]}"
                        if len({c.row for c in ps}) == 1
                        else sheet.header[ps[0].column]
                    )
                    out.append(
                        (
                            frozenset(regex(r"\w+").findall(head.lower())),
                            [0.0 if c.number.bound in ("<", "<=") else c.number.low for c in ps],
                            "page",
                        )
                    )
        size_of = {t.p.pointer: t.n for t in evidence.triples if t.p is not None}
        for series in evidence.data:
            facts = series.distinct
            if facts and all(f.pointer in size_of for f in facts):
                out.append((series.words, [f.value for f in facts], "data"))
                sizes = [size_of[f.pointer] for f in facts]
                for n in set(sizes) if 1 < len(set(sizes)) < len(sizes) else ():  # the panels without their pool
                    of_size = [f.value for f, m in zip(facts, sizes, strict=True) if m == n]
                    out.extend([(series.words, of_size, "data")] if len(of_size) > 1 else [])
        evidence.cache["p sets"] = out
    found: list[tuple[frozenset[str], list[float], str]] = evidence.cache["p sets"]
    return found


_ALL = regex(r"\b(?:all|each|every|both|any)\b[\s\w]{0,24}$", re.IGNORECASE)
_ALL_BUT = regex(r"\b(?:all|every\w*|each)\b[^.;()]{0,40}\b(?:but|except|save|other than|apart from)\b", re.IGNORECASE)
_WITHOUT_ONE = regex(
    r"\b(?:leav\w+|set(?:ting)?|put(?:ting)?)\s[^.,;()]{1,40}\baside\b|"
    r"\b(?:apart from|aside from|excluding|leaving out|disregarding|ignoring|but for|other than)\s[^.,;()]{1,40},|"
    r"\bthe (?:remaining|others?)\b",
    re.IGNORECASE,
)
""" "Leaving the weir aside, every pond …": of all but the one that has the largest p, at best."""
_PART = regex(
    r"\b(?:all|each|every|any|both)\b[^.;()]{0,40}\b(?:from|up to|until|till|beyond|past|after|before|between)\s+"
    r"(?:the\s+)?(?:[a-z]+\s+)?\d+\b(?![.,]\d|%)",
    re.IGNORECASE,
)
"""Only a part of the things is meant: "all plots from 7 on"."""
_NONE_ABOVE = regex(
    r"\b(?:no|none)\b[^.;,]{1,40}\b(?:above|over|larger than|exceeds?|beyond)\b[^.;,]{0,24}$", re.IGNORECASE
)
_EVERY = regex(
    r"\b(?:every\w*|each|all|always|throughout|whichever|whatever|invariably|uniformly|consistently)\b",
    re.IGNORECASE,
)
_PER = regex(
    r"\bn\s*=\s*[\d,.\s]+(?:\w+ )?(?:on|in|for|per|a|at)?\s*(?:each|every|all)\b"
    r"(?:\s+(?!(?:p|is|are|were|was|and)\b)\w+)?",
    re.IGNORECASE,
)
"""Sample sizes "n = 180 on each side": their "each" is of no p."""
_EACH = regex(
    r"[\s,]*(?:each|(?:for|in|with) (?:all|every|each|any)|throughout|everywhere|across the board|all round|apiece|"
    r"without (?:an )?exception|at (?:the )?(?:most|worst)|every time|in every case)\b",
    re.IGNORECASE,
)


def _of_all_p(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """ "All p-values are below 0.05", and nothing else: of every p that the page's tables print."""
    said = _ALL_P.match(sentence.text)
    if said is None:
        return
    limit = float(said["limit"])
    over = [x.number for sheet in evidence.sheets for x in sheet.numbers if x.number.role == "p" and not x.number.bound]
    over = [n for n in over if n.low >= limit]
    if over:
        yield Clash(
            "p-bound",
            sentence.passage.place(sentence.start + said.start("limit"), sentence.start + said.end("limit")),
            f"not every p is below {said['limit']}: a table has {over[0].text}",
            "state a bound that all of them keep, or say which p are meant",
        )


_ALL_P = regex(
    r"\W*(?:all|every|each)(?: of)?(?: the)? ps?(?:[- ]?values?)? (?:is|are|stays?|lies?|falls?|remains?|comes? out) "
    r"(?:below|under|less than|smaller than|<) (?P<limit>0?\.\d+)\W*$",
    re.IGNORECASE,
)


def bound_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Bounds "all p < x" that a member of the set does not keep."""
    for passage in own_passages(evidence):
        for sentence in passage.sentences:
            yield from _of_all_p(evidence, sentence)
            for number in sentence.numbers:
                if number.role != "p" or number.bound not in ("<", "<=") or number.value >= 0.05:
                    continue
                before = _PER.sub("", sentence.between(max(sentence.start, number.at - 30), number.at))
                beside = [s.coefficient for s in stats(sentence) if s.coefficient is not None and s.p is number]
                ranged = any(s.right in beside and s.kind == "range" for s in spans(sentence))
                clause = sentence.between(sentence.start, number.at).rpartition(";")[2]
                alone = not beside and not _stands_behind_one(sentence, number)
                spoken = alone and _EVERY.search(_PER.sub("", clause))
                after = sentence.between(number.end, number.end + 24)
                here = _significant_ones((sentence,), number)
                some = here or _significant_ones((sentence.previous,) if sentence.previous else (), number)
                each = ranged or spoken or (here and alone) or _ALL.search(before) or _EACH.match(after)
                each = each or _NONE_ABOVE.search(sentence.between(sentence.start, number.at))
                if not each or _ALL_BUT.search(sentence.between(sentence.start, number.at)) or _PART.search(clause):
                    continue
                least = _of_weakest(sentence, number)
                if least is not None:
                    if least >= number.high * (1 + 1e-9):
                        yield Clash(
                            "p-bound",
                            passage.place(number.at, number.end),
                            f"not every p is below {number.text}: that of the weakest coefficient is at least "
                            f"{least:.2g}",
                            "state a bound that all of them keep",
                        )
                    continue  # the range and its N say which p are meant
                if some is None and chooses(sentence, number.at):
                    sets = _of_chosen(evidence, sentence, number)
                else:
                    sets = _sets_for(evidence, sentence) if some is None else _of_some(evidence, *some)
                if _WITHOUT_ONE.search(sentence.between(sentence.start, number.at)):
                    sets = [sorted(values)[:-1] for values in sets if len(values) > 1]
                if sets and not any(max(values) < number.high * (1 + 1e-9) for values in sets):
                    worst = min(max(values) for values in sets)
                    yield Clash(
                        "p-bound",
                        passage.place(number.at, number.end),
                        f"not every p is below {number.text}: the largest is {worst:.2g}",
                        "state a bound that all of them keep",
                    )


def _of_chosen(evidence: Evidence, sentence: Sentence, bound: Number) -> list[list[float]]:
    """The p of the things that the words before a bound choose."""
    out = []
    for tally in chosen_things(evidence, sentence, bound.at):
        for series in evidence.all_series:
            if evidence.kind(series) == "p" and all(n in series.facts for n in tally.passed):
                out.append([series.facts[n].value for n in tally.passed])
    return [values for values in out if values]


def _stands_behind_one(sentence: Sentence, p: Number) -> bool:
    """True if one coefficient stands right before a p, named or not: "the pool has .50 and p < .001"."""
    i = next((j for j, x in enumerate(sentence.numbers) if x is p), 0)
    before = sentence.numbers[i - 1] if i else None
    if before is None or not _is_coefficient(before) or p.at - before.end > 24:
        return False
    return not any(before is s.right for s in spans(sentence))


def _of_weakest(sentence: Sentence, bound: Number) -> float | None:
    """The smallest p of the weakest of the coefficients whose range and N the paragraph states; ``None`` without."""
    passage = sentence.passage
    own = [s.n for s in stats(sentence) if s.p is bound and s.n is not None and s.coefficient is None]
    behind = [x for x in sentence.numbers if x.start > bound.end and x.role in ("n", "p", "coefficient", "value")]
    if not own and behind and behind[0].role == "n":
        own = behind[:1]
    ranges = [
        s
        for other in passage.sentences
        for s in spans(other)
        if (s.kind != "move" or other is sentence)
        and _is_coefficient(s.left)
        and _is_coefficient(s.right)
        and _RANGED.search(passage.plain if other is sentence else other.text)
    ]
    beyond = _sizes_beyond(passage, ranges[0]) if len(ranges) == 1 else []
    named = [x for x in passage.numbers if x.role == "n" and not any(x is y for y in beyond)]
    stated = [x for x in named if x.label == "N"] or named
    each = [x for x in stated if _OF_EACH.match(passage.plain, x.end)]
    # "each p < 1e-6, N = 90 a ward": the N that stands with the bound, or is that of each
    sizes = {int(x.value) for x in own or each or stated if x.decimals <= 0}
    if len(sizes) != 1 or len(ranges) != 1 or ranges[0].left.value * ranges[0].right.value <= 0:
        return None
    weakest, strongest = sorted((ranges[0].left, ranges[0].right), key=lambda x: abs(x.value))
    n = sizes.pop()
    ends, best = p_range(weakest.low, weakest.high, n, 0, False), p_range(strongest.low, strongest.high, n, 0, False)
    if ends is None or best is None or best[0] >= bound.high:
        return None  # "N = 7 panels": no coefficient has such a p with that N
    return ends[0]


def _sizes_beyond(passage: Passage, ranged: Span) -> list[Number]:
    """The N of coefficients outside a range: that of the pool in "ρ of 0.55 to 0.87; the pool has 0.53, N = 576"."""
    low, high = sorted((ranged.left.value, ranged.right.value))
    found = (x for s in passage.sentences for x in stats(s) if x.coefficient is not None and x.n is not None)
    return [x.n for x in found if x.n is not None and x.coefficient and not low <= x.coefficient.value <= high]


_SIGNIFICANT = regex(
    r"^[^.;()]{0,70}\bsignifican(?:t|ce)\b(?!\s+at\b)|^\W*(?:are|is|reach|pass)\b[^.;()]{0,40}\blevel\b", re.IGNORECASE
)
_SIGNIFICANT_IN = regex(r"\bsignifican(?:t|ce|tly)\b[^.;()]{0,40}$", re.IGNORECASE)
_NEGATED = regex(r"\b(?:not|no|non|never|in)[\s-]?(?:\w+\s+){0,2}significan|\binsignifican", re.IGNORECASE)
_CRITERION = regex(
    r"\b(?:at|with|have|has|had|having|reach\w*|by|of|is|are|below|under)\s*(?:an? |the )?$", re.IGNORECASE
)


def _significant_ones(sentences: tuple[Sentence, ...], bound: Number) -> tuple[int, int] | None:
    """(j, k) where "j of k are significant" says of which ones a bound on p is.

    "Significant at p < 0.01", "four of six have p < 0.01" are criteria and bound no set.
    """
    for s in sentences:
        for j, k in pairs_of_counts(s):
            between = s.between(k.end, bound.at) if bound.at < s.end else ""
            if bound.at < s.end and (
                j.start > bound.at or (_CRITERION.search(between[-24:]) and not _EVERY.search(between))
            ):
                continue
            after, before = s.between(k.end, s.end), s.between(s.start, j.start)
            said = _SIGNIFICANT.search(after) or _SIGNIFICANT_IN.search(before)
            if said and j.value < k.value and not _NEGATED.search(s.text):
                return int(j.value), int(k.value)
    return None


def _of_some(evidence: Evidence, j: int, k: int) -> list[list[float]]:
    """The p-values below 5% of every set of k in which they are j."""
    chosen = ([v for v in values if v < 0.05] for _, values, _ in p_sets(evidence) if len(values) == k)
    return [values for values in chosen if values and len(values) == j]


_OF_EACH = regex(
    r"\s*(?:[a-z]+\s+)?(?:each|apiece|(?:to |in |for )?(?:per|an?|every|each)\s+[a-z]+|"
    r"(?:in|for|with|at|to) (?:each|every|all|any))\b",
    re.IGNORECASE,
)
_RANGED = regex(r"ρ|\brho\b|\br_?s?\b|coefficient|correlation|Spearman|Pearson", re.IGNORECASE)


def _is_coefficient(number: Number) -> bool:
    return (
        number.role in ("coefficient", "value") and number.decimals >= 2 and abs(number.value) < 1 and not number.bound
    )


def _sets_for(evidence: Evidence, sentence: Sentence) -> list[list[float]]:
    """The p-values that a sentence can mean: of the correlations whose range it states, or of a column."""
    for span in spans(sentence):
        if _is_coefficient(span.left) and _is_coefficient(span.right) and _RANGED.search(sentence.passage.plain):
            return list(_by_range(evidence, span.left, span.right))
    listed = [n for n in sentence.numbers if _is_coefficient(n)]
    if len(listed) >= 2 and _RELATED.search(sentence.text):
        return list(_by_members(evidence, listed))
    many = _how_many(sentence)
    counted = pairs_of_counts(sentence)
    parts = {int(k.value) for j, k in counted if j.value == many and k.value > many}
    if len(parts) == 1:  # "5 of 6 …, all five p < 0.01"
        return _of_some(evidence, many, parts.pop())
    sizes = {many} if many else {int(x.value) for pair in counted for x in pair}  # "5 of 6 …, and all p < 0.01"
    return [v for _, v, _ in p_sets(evidence) if (len(v) in sizes if sizes else len(v) >= 3)]


_BOTH = regex(r"\bboth\b", re.IGNORECASE)
_OF_MANY = regex(
    r"\b(?:all|each of|every one of|any of|everywhere in)\s+(?:of\s+)?(?:(?:the|its|our|these|those)\s+)?"
    rf"(?P<k>\d{{1,3}}|{SPELLED})\b(?!\s*(?:%|of\b|/|\.\d))",
    re.IGNORECASE,
)


def _how_many(sentence: Sentence) -> int:
    """How many results the sentence says its bound is of, "all six panels", "6 of 6"; 0 where it says nothing."""
    counted = [int(k.value) for j, k in pairs_of_counts(sentence) if j.value == k.value]
    counted += [2] if _BOTH.search(sentence.text) else []
    found = _OF_MANY.search(sentence.text)
    if found is not None:
        counted.append(whole_number(found["k"]))
    return counted[0] if counted else 0


_RELATED = regex(r"ρ|\brho\b|\br_?s?\s*=|correl|Spearman|Pearson|\bpartial\b", re.IGNORECASE)
"""What tells a list of coefficients from one of other decimals."""


def _by_members(evidence: Evidence, listed: list[Number]) -> Iterator[list[float]]:
    """The p-values of the coefficients that a sentence lists, of the sets that hold each of them once."""
    for pairs in _coefficient_sets(evidence):
        found = [[p for c, p in pairs if number.allows(c)] for number in listed]
        if all(len(ps) == 1 for ps in found):
            yield [ps[0] for ps in found]


def _by_range(evidence: Evidence, low: Number, high: Number) -> Iterator[list[float]]:
    """The p-values of the coefficients that a range names: all of a field or a column, or those that lie in it."""
    for pairs in _coefficient_sets(evidence):
        inside = [(c, p) for c, p in pairs if low.low <= c <= high.high]
        values = [c for c, _ in inside]
        if len(inside) >= 2 and low.allows(min(values)) and high.allows(max(values)):
            yield [p for _, p in inside]


def _coefficient_sets(evidence: Evidence) -> list[list[tuple[float, float]]]:
    """Coefficients with their p: the fields of the files, and the columns of the page's tables."""
    if "coefficient sets" not in evidence.cache:
        p_of = {t.coefficient.pointer: t.p.value for t in evidence.triples if t.p is not None}
        out: list[list[tuple[float, float]]] = []
        for series in evidence.data:
            facts = series.distinct
            if len(facts) >= 3 and all(f.pointer in p_of for f in facts):
                out.append([(f.value, p_of[f.pointer]) for f in facts])
        # beside Spearman's and Pearson's coefficient a p is of the one from which it follows
        in_tables = [
            r for r in records(evidence) if r.passage is None and (not r.rivals or follows(replace(r, rivals=())))
        ]
        heads = {f" {head} {' '.join(sheet.header)}" for sheet in evidence.sheets for head in sheet.header}
        for head in sorted(heads):
            column = [
                (r.coefficient.value, 0.0 if r.p.bound in ("<", "<=") else r.p.low)
                for r in in_tables
                if r.coefficient is not None and r.p is not None and r.context.endswith(head)
            ]
            out.extend([column] if len(column) >= 3 else [])
        evidence.cache["coefficient sets"] = out
    found: list[list[tuple[float, float]]] = evidence.cache["coefficient sets"]
    return found


def significance_clashes(evidence: Evidence) -> Iterator[Clash]:
    """ "Significant" beside p >= 0.05, and "not significant" beside p < 0.05."""
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        earlier: list[Number] = []
        for sentence in passage.sentences:
            own = [n for n in sentence.numbers if n.role == "p" and (not n.bound or n.bound in ("<", ">"))]
            own = [n for n in own if not (n.bound and n.value in (0.05, 0.01, 0.001, 0.1))]
            own = [n for n in own if not _DIVIDED.match(sentence.between(n.end, n.end + 4))]
            # "… (ρ = 0.4, p = 0.2). That is significant."
            ps = own or (
                earlier if _ANAPHORIC.match(sentence.text) and not sentence.numbers and not sentence.names else []
            )
            earlier = own if len(own) == 1 else []
            if not ps or _OTHER_LEVEL.search(sentence.text):
                continue
            said = list(verdicts(sentence))
            for verdict in said:
                p = (
                    _in_order(sentence, ps, verdict.end)
                    or _in_bracket(sentence, ps, verdict.end)
                    or _nearest(sentence, ps, verdict.start)
                )
                if p is None or _is_of_another(sentence, p, verdict, said):
                    continue
                place = passage.place(verdict.start, verdict.end)
                if verdict.negative and p.high < 0.05 and p.bound in ("", "<"):
                    yield Clash(
                        "significance", place, f"called not significant with p = {p.text}", "say which level is meant"
                    )
                elif not verdict.negative and p.low >= 0.05 * (1 - 1e-9) and p.bound in ("", ">"):
                    yield Clash(
                        "significance", place, f"called significant with p = {p.text}", "say which level is meant"
                    )


_ELSEWHERE = regex(
    r"#\d|\b(?:earlier|previous|prior|former|original|older|last|first)\s+(?:run|study|issue|experiment|page|report|data|"
    r"result|round|version|paper|fit)\b|\bthan\b[^;.]*,?\s(?:which|that|who)\b",
    re.IGNORECASE,
)
"""Between a p and a verdict: "… (p = 0.002), tighter than that of #12, which was not significant"."""
_THAT_OF = regex(
    r"(?:[;,]|\b(?:but|while|whereas|though|although|yet|and))\s+(?:that|those|the (?:ones?|other|third|rest|remaining|"
    r"trend|slope|coefficient|correlation|fit|relation))\s+(?:of|for|in|within|with)\b",
    re.IGNORECASE,
)
"""Between a p and the verdict on another: "… (p = 0.002), that of the clerk is not significant"."""
_ADVERSE = regex(r";|\b(?:but|while|whereas|though|although|yet|however|unlike)\b", re.IGNORECASE)


def _is_of_another(sentence: Sentence, p: Number, verdict: Verdict, said: Sequence[Verdict]) -> bool:
    """True if a verdict is of another result than the p: of an earlier one, or of the other side of a contrast."""

    def between(other: Verdict) -> str:
        return sentence.between(p.end, other.start) if p.end <= other.start else sentence.between(other.end, p.at)

    gap = between(verdict)
    if _ELSEWHERE.search(gap) or _THAT_OF.search(gap):
        return True
    return _ADVERSE.search(gap) is not None and any(x is not verdict and not _ADVERSE.search(between(x)) for x in said)


def _in_order(sentence: Sentence, ps: list[Number], at: int) -> Number | None:
    """The p of "significant in the former case", of two that stand before it."""
    said = _CASE.match(sentence.between(at, sentence.end)) or _OF_TWO.search(sentence.between(sentence.start, at))
    if said is None or len(ps) != 2 or ps[-1].end > at:
        return None
    return ps[0] if said["first"] else ps[1]


_CASE = regex(
    r"(?:(?!\b(?:and|but|while|whereas)\b)[^.;,]){0,50}?\bin the (?:(?P<first>former|first)|latter|second)\b",
    re.IGNORECASE,
)
_OF_TWO = regex(
    r"\b(?:the|only the|just the)\s+(?:(?P<first>former|first)|latter|second)"
    r"(?:\s+(?:one|value|of (?:them|these|the two|which)))?"
    r"\s+(?:is|was|being|reach\w*|counts|turns out|comes? out)(?:\s+\w+){1,4}$",
    re.IGNORECASE,
)
"""Up to the end of a verdict: "…; the former is statistically significant"."""
_DIVIDED = regex(r"\s?/\s?\d")
"""Behind the numerator of a p in full, "p is 3/24 = 0.125"."""
_OTHER_LEVEL = regex(
    r"\b(?:Bonferroni|Holm|corrected|correction|adjusted|FDR|one-sided)\b|"
    r"(?:α|\balpha)(?!\s*(?:=|of|:)?\s*(?:0?[.,]05|5\s?%))"
)
"""Another level than 5%, or a p that is not the one printed."""


_ANAPHORIC = regex(
    r"\W*(?:(?:if anything|and|but|so|still|yet),?\s+)?"
    r"(?:(?:with|given|at|in|for|on) (?:[\w-]+ ){1,6}(?=(?:this|that|it) (?:is|was)\b))?"
    r"(?:this|that|it|which|(?:the|this|that|such an?) (?:correlation|relation\w*|association|coefficient|fit|link|"
    r"difference|effect|change|shift|contrast|result|trend|slope|value|one|former|latter))\b",
    re.IGNORECASE,
)


_TURNS = regex(
    r";|\b(?:but|while|whereas|except\w*|though|although|yet|however|only|save|unlike)\b|"
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|all|each|every)\b[^.;]{0,12}\b(?:of|but)\b",
    re.IGNORECASE,
)


_ITS_BRACKET = regex(r"(?:\s+[\w.]+){0,3}\s*\([^()]*(?:\([^()]*\)[^()]*)*")


def _in_bracket(sentence: Sentence, ps: list[Number], at: int) -> Number | None:
    """The p of the bracket that a verdict opens, "not significant (r = 0.47, p = 0.089)"."""
    return next((p for p in ps if p.at >= at and _ITS_BRACKET.fullmatch(sentence.between(at, p.at))), None)


def _nearest(sentence: Sentence, ps: list[Number], at: int) -> Number | None:
    """The p-value of the same clause that stands nearest; ``None`` where several could be meant."""

    def distance(p: Number) -> int:
        gap = sentence.between(p.end, at) if p.end <= at else sentence.between(at, p.at)
        return len(gap) + 60 * len(regex(r";|\bwhile\b|\bbut\b|\bwhereas\b|, and\b|\bto\b").findall(gap))

    # a verdict binds no p behind an adversative, and one on several results none at all
    ps = [p for p in ps if p.at < at or not _TURNS.search(sentence.between(at, p.at))]
    ranked = sorted(ps, key=distance)
    if not ranked or distance(ranked[0]) > (600 if len(ps) == 1 else 220):
        return None
    return ranked[0]
