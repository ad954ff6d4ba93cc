"""How a study was designed, as far as its page says: its units, its tests, and what was selected.

Everything here comes from the page's own words; the rules of family 5xx print it. Each kind is reported once for each
claim that it binds, and silence is the answer where the page says what it did about it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from .document import Bullet
from .evidence.claims import PRIOR, is_prior, own_passages
from .evidence.correlations import Record, records
from .evidence.grammar import Number
from .evidence.idioms import intervals, is_rate
from .evidence.knowledge import Clash
from .evidence.passages import Passage
from .page import Page
from .regex import regex

__all__ = [
    "bare_nulls",
    "chosen_best",
    "impossible_ps",
    "pooled_rows",
    "powerless_tests",
    "quoted_peaks",
    "unit_counts",
    "vacuous_intervals",
]


def _prose(page: Page) -> str:
    """Everything that the page says in words."""
    if "prose" not in page.evidence.cache:
        page.evidence.cache["prose"] = "\n".join(p.plain for p in page.evidence.passages if p.part != "plan")
    text: str = page.evidence.cache["prose"]
    return text


# -- units ------------------------------------------------------------------------------------------------------------


def unit_counts(page: Page) -> list[tuple[int, Passage, Number]]:
    """Numbers of units (``N = 12``) that title, takeaways and captions state, with where."""
    claims = {b.text.at for b in _takeaways(page)}
    out: list[tuple[int, Passage, Number]] = []
    for passage in own_passages(page.evidence):
        if passage.scope not in ("title", "caption") and passage.text.at not in claims:
            continue
        for sentence in passage.sentences:
            stated = [
                n for n in sentence.numbers if n.role == "n" and n.label == "N" and n.decimals <= 0 and n.value >= 2
            ]
            if is_prior(sentence) or (len({n.value for n in stated}) == 1 and _LEFT_OUT.search(sentence.text)):
                continue
            out.extend((int(number.value), passage, number) for number in stated)
    return out


_LEFT_OUT = regex(
    r"\b(?:without|omit\w*|drop(?:s|ped|ping)?|exclud\w+|remov(?:e|es|ed|ing|al)|leav(?:e|es|ing)[\w\s-]{0,30}?\bout|"
    r"left out|leave-one-out|tak(?:e|es|en|ing)[\w\s-]{0,30}?\b(?:out|away)|set(?:ting)? aside|minus)\b",
    re.IGNORECASE,
)
"""What makes an N that of a check on part of the units: "without Amharic, N = 8"."""


def _takeaways(page: Page) -> Iterator[Bullet]:
    for found in page.outline:
        if found.spec.bullets is not None and found.spec.bullets.sample_size:
            labelled = page.labelled_bullets(found.spec)
            yield from labelled.bullets if labelled is not None else ()


_ACCOUNTED = regex(
    r"\bcluster\w*|\bmixed[- ](?:effects?|model)|\bMantel\b|\bMRQAP\b|\bnode[- ]permut\w+|\brandom[- ]effects?\b|"
    r"\btwo-way\b|\bpermut\w+ (?:of |the )?(?:labels|within|bystander|persona)|\bblock(?:ed|s)?[- ]|\bhierarchical\b|"
    r"\bcombined over\b|\brows\b",
    re.IGNORECASE,
)
_PAIRS = regex(r"\bpair(?:s|wise)?\b|\bdyads?\b", re.IGNORECASE)
_POOLED = regex(r"\b(?:pooled|pooling|all (?:rows|cells|points)|combined|overall|across (?:all )?\w+)\b", re.IGNORECASE)
_THINGS = regex(
    r"(\d(?<![\w=≈<>.,]\d)(?<![=≈<>\d.,] \d)\d{0,3})\s+(?:[A-Za-z-]+\s+){0,2}(?:personas?|sources?|bystanders?"
    r"|characters?|"
    r"units?|models?|conditions?|items?|arms?|targets?|adapters?|roles?)\b",
    re.IGNORECASE,
)


def pooled_rows(page: Page) -> Iterator[Clash]:
    """Each N beside a coefficient or a p that counts pairs, or rows of the same units under several conditions."""
    done: set[int] = set()
    for record in records(page.evidence):
        n, number = record.n, record.n_number
        if n is None or n < 12 or n in done or record.prior:
            continue
        around = f"{record.context} {record.passage.plain if record.passage is not None else ''}"
        if _ACCOUNTED.search(around) or (record.passage is not None and PRIOR.search(record.context)):
            continue
        paired, pooled = _PAIRS.search(around), _POOLED.search(around)
        counts = _counts_of_things(page) if paired or pooled else frozenset()
        what = _pairs_of(n, counts) if paired else ""
        what = what or (_rows_of(n, counts) if pooled else "")
        if what and n not in _counts_of_own(page):
            done.add(n)
            place = record.n_place if number is not None else record.place
            yield Clash("pooled", place, f"N = {n:,} counts {what}", _UNITS_HELP)


_UNITS_HELP = "state the units as N and the rows beside it, and test by unit: permute or resample whole units"


def _counts_of_things(page: Page) -> frozenset[int]:
    if "counts of things" not in page.memory:
        page.memory["counts of things"] = _read_counts(page)
    counts: frozenset[int] = page.memory["counts of things"]
    return counts


def _read_counts(page: Page) -> frozenset[int]:
    texts = page.document.texts_with_counts()
    found = {int(m.group(1)) for text, _ in texts for m in _THINGS.finditer(text.text[:4000])}
    found |= {len(s.labels) for s in page.evidence.sheets}
    found |= {int(r.n) for r in records(page.evidence) if r.n is not None}
    return frozenset(v for v in found if 3 <= v <= 2000)


_OWN = regex(r"\b(?:its|their) own (?:set of )?(\d{1,4})\b")


def _counts_of_own(page: Page) -> set[int]:
    """Numbers of units that belong to one condition alone, and such numbers times the conditions: no rows repeat."""
    texts = (text.text[:4000] for text, _ in page.document.texts_with_digits() if " own " in text.text)
    own = {int(m[1]) for text in texts for m in _OWN.finditer(text)}
    return own | {size * n for size in own for n in _counts_of_things(page)}


def _pairs_of(n: int, counts: frozenset[int]) -> str:
    units = next((u for u in sorted(counts) if u * (u - 1) // 2 == n and u >= 4), None)
    return f"the pairs of {units} units, which are not independent" if units is not None else ""


def _rows_of(n: int, counts: frozenset[int]) -> str:
    pairs = [(a, n // a) for a in sorted(counts) if n % a == 0 and n // a in counts and a <= n // a and a < n]
    return f"{pairs[0][0]} × {pairs[0][1]} rows: the same units under several conditions" if pairs else ""


# -- tests ------------------------------------------------------------------------------------------------------------

_SIGN = regex(r"\bsign(?:[- ]flips?|[- ]flipping|[- ]tests?|[- ]permutation\w*)\b|\bsigned[- ]rank\b", re.IGNORECASE)
_PERMUTED = regex(r"\bpermut\w+|\bexact\b|\brandomi[sz]ation test", re.IGNORECASE)
_DRAWS = regex(
    r"(?<![\d,])(\d[\d,]{0,14})\s+(?:random |Monte[- ]Carlo |label )*(?:permutations|shuffles|relabell?ings|"
    r"sign[- ]flips|reshuffles)\b",
    re.IGNORECASE,
)
_ONE_SIDED = regex(r"\bone[- ](?:sided|tailed)\b", re.IGNORECASE)


def _smallest(record: Record) -> tuple[float, str] | None:
    """The smallest p that the test which the words name can give, with its name; ``None`` where none is named."""
    n = record.n
    if n is None or not 1 < n <= 170:
        return None
    signs = _SIGN.search(record.context) is not None
    if not signs and (record.coefficient is None or _PERMUTED.search(record.context) is None):
        return None
    if _COMBINED.search(record.context):
        return None  # a combined p has a reference distribution of its own
    sides = 1 if _ONE_SIDED.search(record.context) else 2
    if signs:
        return min(sides * 0.5**n, 1.0), f"a sign-flip test of {n} units"
    return min(sides / math.factorial(n), 1.0), f"a permutation test of a correlation over {n} units"


_COMBINED = regex(r"\bcombined\b|\bHartung|\bmeta|\bpooled over (?:the )?(?:sources|units|tests)", re.IGNORECASE)
_FEWEST = 4
"""Units of a correlation with which no test by ranks can give p < 0.05, so that none needs to be named (count)."""
_OTHER_TEST = regex(r"\bt[- ](?:test|approx\w*|dist\w*)|\bcombined\b|\bHartung|\bmeta", re.IGNORECASE)


def powerless_tests(page: Page) -> Iterator[Clash]:
    """Tests that cannot give p < 0.05 whatever the data are."""
    for record in records(page.evidence):
        smallest = _smallest(record) or _of_few(record)
        if smallest is None or smallest[0] < 0.05 or record.prior or (record.passage and PRIOR.search(record.context)):
            continue
        p, name = smallest
        yield Clash(
            "powerless",
            record.p_place,
            f"{name} gives no p below {p:.2g}, whatever the data are",
            "say so beside the p, or add units",
        )


def _of_few(record: Record) -> tuple[float, str] | None:
    """The smallest p by ranks where there are too few units for any test, and the sentence names none."""
    n = record.n
    if n is None or not 2 < n <= _FEWEST or record.passage is None or record.coefficient is None:
        return None
    if record.p is None or _OTHER_TEST.search(record.context):
        return None
    return 2 / math.factorial(n), f"a test by ranks over {n} units"


def impossible_ps(page: Page) -> Iterator[Clash]:
    """p-values below the smallest that their own test can give."""
    for record in records(page.evidence):
        p = record.p
        if p is None or p.value == 0 or p.bound in (">", ">="):
            continue
        smallest = _smallest(record)
        if smallest is not None and p.high < smallest[0] * (1 - 1e-6):
            yield _impossible(record, p, *smallest)
            continue
        draws = {int(m.group(1).replace(",", "")) for m in _DRAWS.finditer(_about(record, p))}
        if len(draws) == 1 and not record.prior:
            (b,) = draws
            if b >= 20 and p.high < (1 - 1e-6) / (b + 1):
                yield _impossible(record, p, 1 / (b + 1), f"{b:,} permutations")


def _about(record: Record, p: Number) -> str:
    """What is said of the test of ``p``: its whole passage where it is called permuted, else the rest of its clause."""
    if record.passage is None:
        return record.context
    text = record.passage.plain
    if _PERMUTED.search(text[max(0, p.at - 30) : p.at]):
        return text
    return regex(r"[;.]\s").split(text[p.end : p.end + 80])[0]


def _impossible(record: Record, p: Number, smallest: float, name: str) -> Clash:
    return Clash(
        "impossible-p",
        record.p_place,
        f"p {p.bound or '='} {p.text} is below {smallest:.2g}, the smallest p that {name} can give",
        "name the test that was run, or correct the p",
    )


# -- selection --------------------------------------------------------------------------------------------------------

_BEST = regex(
    r"\b(?:best|strongest|optimal|top|highest|peak)(?:[- ]\w+)?\s+(?:layers?|checkpoints?|epochs?|steps?"
    r"|thresholds?|heads?|"
    r"seeds?|prompts?|settings?|metrics?|features?)\b"
    r"|\b(?:layer|checkpoint|epoch|step|head|seed)s?\b[^.;]{0,30}\b(?:chosen|selected"
    r"|picked)\b[^.;]{0,40}\b(?:best|highest|"
    r"strongest|largest|lowest)\b"
    r"|\bbest of (?:the )?(?:\d+|two|three|four|five|six|seven|eight|nine|ten)\b",
    re.IGNORECASE,
)
_CORRECTED = regex(
    r"\bselection[- ]aware|\bmax(?:imum)?[- ]?(?:T\b|statistic)|\bheld[- ]out\b|\bpre-?regist\w+|\bpre-?specified"
    r"|\bBonferroni\b|"
    r"\bHolm\b|\bcorrected for\b|\bmultiplicity\b|\bmultiple (?:layers|comparisons|testing)|\bfixed in advance\b"
    r"|\bnested\b|"
    r"\bchosen (?:before|in advance)\b|\b(?:layer|checkpoint|epoch)[- ]selection\b|\bselected after\b"
    r"|\bselection over\b",
    re.IGNORECASE,
)


def chosen_best(page: Page) -> Iterator[Clash]:
    """The best of several layers, checkpoints or settings, given with a coefficient or a p like an only one."""
    for passage in own_passages(page.evidence):
        for sentence in passage.sentences:
            if not any(n.role in ("coefficient", "p") and not n.bound for n in sentence.numbers):
                continue
            hit = _BEST.search(sentence.text)
            if hit is not None and not is_prior(sentence) and not _CORRECTED.search(_prose(page)):
                at = sentence.start + hit.start()
                yield Clash(
                    "selected",
                    passage.place(at, at + len(hit.group(0))),
                    f"'{hit.group(0)}' was chosen by the result that is reported for it",
                    "give the corrected p (a maximum over what was tried), or confirm it on other data",
                )


_PEAK = regex(
    r"\bpeak(?:s|ed|ing)?\b|\b(?:reach(?:es|ed)?|hits?) (?:a |its )?(?:maximum|peak|high)\b|\bat its (?:height"
    r"|highest|peak)\b"
    r"|\bbest checkpoint\b|\bmaximum (?:over|across)\b",
    re.IGNORECASE,
)
_SAID = regex(
    r"\b(?:select\w*|biased|noise|maxima|over (?:the "
    r"|all )?\w+ (?:checkpoints|epochs|"
    r"points|steps)|of (?:the |all )?\w+ (?:checkpoints|epochs|steps|points)|(?:ends?|final|last|by the end|net)\b)",
    re.IGNORECASE,
)


def quoted_peaks(page: Page) -> Iterator[Clash]:
    """The first claim of title and takeaways that gives the peak of a course, where nothing says what that means.

    A page that beside the peak gives the end, the net change or the number of checkpoints says it.
    """
    claims = {b.text.at for b in _takeaways(page)}
    bare = []
    for passage in own_passages(page.evidence):
        if passage.scope != "title" and passage.text.at not in claims:
            continue
        for sentence in passage.sentences:
            rated = any(n.role == "points" or is_rate(sentence, n) for n in sentence.numbers)
            hit = _PEAK.search(sentence.text) if rated else None
            if hit is not None and not _SAID.search(passage.plain):
                bare.append((passage, sentence.start + hit.start(), hit.group(0)))
                break
    if bare:
        passage, at, text = bare[0]
        more = f" (and {len(bare) - 1} more such claims)" if len(bare) > 1 else ""
        yield Clash(
            "peak",
            passage.place(at, at + len(text)),
            f"the largest of several checkpoints is given and not the change{more}: noise alone makes a peak",
            "give start, end and the number of checkpoints beside it",
        )


# -- intervals --------------------------------------------------------------------------------------------------------

_ADMITTED = regex(
    r"\bnothing (?:is|can be) \w+|\bnot established|\binconclusive|\bcannot (?:tell|exclude|say)|\btoo (?:few|wide)|"
    r"\bwide\b|\buninformative|\bno (?:power|information)|\banything|\bcompatible with",
    re.IGNORECASE,
)
_WIDE_RATE = 0.6
_WIDE_CORRELATION = 1.2


def vacuous_intervals(page: Page) -> Iterator[Clash]:
    """Intervals that leave nearly everything possible: 60 points of a rate, 1.2 of a correlation's 2."""
    for passage in own_passages(page.evidence):
        for sentence in passage.sentences:
            for low, high, _ in intervals(sentence):
                coefficient = any(
                    n.role == "coefficient" and n.end <= low.start and low.start - n.end <= 40 for n in sentence.numbers
                )
                percent = "percent" in (low.role, high.role)
                width = (high.value - low.value) / (100 if percent else 1)
                wide = _WIDE_CORRELATION if coefficient or low.role == "coefficient" else _WIDE_RATE if percent else 0.0
                if wide and wide <= width <= 2 and not is_prior(sentence) and not _ADMITTED.search(passage.plain):
                    yield Clash(
                        "vacuous",
                        passage.place(low.start, high.end),
                        f"the interval [{low.text}, {high.text}] leaves nearly everything possible",
                        "say what it does not exclude, and claim no more than that",
                    )


_NULL = regex(
    r"\bno (?:\w+ )?(?:relation\w*|association|correlation|effect|difference|link|evidence of|influence|trend)\b"
    r"|\b(?:un(?:related|correlated)|does not (?:predict|depend|matter|track)|do not (?:predict|depend|matter)|"
    r"did not (?:predict|matter)|independent of|makes no difference|not related)\b",
    re.IGNORECASE,
)
_BOUNDED = regex(
    r"\bequivalen\w+|\bTOST\b|\bsmallest effect\b|\bminimum detectable\b|\bpower\b|\bCIs?\b|\binterval"
    r"|\bcannot exclude|"
    r"\bdoes not exclude|\btoo (?:few|small)|\bunderpowered|\binconclusive|\bbounds?\b|\bcompatible with",
    re.IGNORECASE,
)


def bare_nulls(page: Page) -> Iterator[Clash]:
    """Claims that something is absent, beside a coefficient or a p and without an interval or a bound."""
    for passage in own_passages(page.evidence):
        for sentence in passage.sentences:
            ps = [n for n in sentence.numbers if n.role == "p"]
            tested = any(n.role == "coefficient" and not n.bound for n in sentence.numbers) or ps
            absent = not ps or any(n.high >= 0.05 and n.bound not in ("<", "<=") for n in ps)
            hit = _NULL.search(sentence.text) if tested and absent else None
            if hit is None or is_prior(sentence) or _BOUNDED.search(passage.plain):
                continue
            if not any(intervals(s) for s in passage.sentences):
                at = sentence.start + hit.start()
                yield Clash(
                    "null",
                    passage.place(at, at + len(hit.group(0))),
                    f"'{hit.group(0)}' is said without an interval: absence of evidence is not evidence of absence",
                    "give the interval, or the smallest effect that is excluded",
                )
