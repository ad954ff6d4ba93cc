"""The rates and decimals that a page claims in words, and what of them is known."""

from __future__ import annotations

import re
from collections.abc import Sequence

from leakstats.facts import Fact, Series

from ..regex import regex
from ..words import word_starts
from .averages import mean, median
from .correlations import records
from .distances import is_distance
from .edges import is_edge
from .grammar import Number
from .idioms import interval_ends, is_rate, is_share_of_course, spans
from .knowledge import Evidence
from .lexicon import MOOT, may_be_moot
from .names import name_variants
from .passages import Passage, Sentence, once
from .record_p import follows
from .subsets import groups_of_rows
from .summaries import over
from .word_numbers import SPELLED

__all__ = [
    "NOBODY",
    "PRIOR",
    "claim_is_known",
    "claimed",
    "closed",
    "derived_rates",
    "facts_of",
    "groups_of",
    "is_bar",
    "is_claim",
    "is_moot",
    "is_moot_before",
    "is_prior",
    "own_passages",
    "prints_rate",
]

NOBODY = regex(r"\b(?:nobody|no one|none|never|nothing|neither|no \w+)\b", re.IGNORECASE)
PRIOR = regex(
    r"#\d|\bprior\b(?! (?:to\b|cos|simil|over|geom|dist|close|near|align|like|represent|proxim|resembl))|\bprevious|"
    r"\bearlier\b(?! (?:than|layers?|epochs?|steps?|checkpoints?|rounds?|updates?|depths?)\b)|\breported\b(?! here)|"
    r"\bpublished\b|\bet al\b",
    re.IGNORECASE,
)
_PRIOR_STARTS = frozenset(["prio", "prev", "earl", "repo", "publ", "et"])
"""How a word of each of these begins."""
_EARLIER_ONES = regex(
    rf"\b(?:the|those|these|our|its)\s+(?:(?:\d{{1,3}}|{SPELLED})\s+)?(?:earlier|previous)\s+(?:ones\b|(?:\d{{1,3}}|{SPELLED})\b)",
    re.IGNORECASE,
)
"""Things of this work that were there before others: "the twelve earlier ones"."""


_ADDED_TO = regex(
    r"\b(?:add(?:ed|itions?|s)|new(?:ly added|comers?)?|absent|missing|lacking|"
    r"not (?:yet )?(?:part|in|covered|included|tested))"
    r"(?:\s+(?:(?:here|yet)\s+)?(?:to|from|of|by|in|since|after|at|against|relative to|with respect to|"
    r"compared (?:to|with)))?"
    r"\s+#\d+(?!\w)(?! (?:is|was|has|had|found|gave|reports?)\b)",
    re.IGNORECASE,
)
"""Things of this work that an earlier one did not have: "the additions to #12"."""
_NEW_IN = regex(r"\bnew(?:ly added|comers?)?\s+in\s+#|\badd(?:ed|itions?|s)\s+(?:by|in|of)\s+#", re.IGNORECASE)
"""Those of the earlier work itself."""


def _without_added(text: str) -> str:
    return text if "#" not in text or _NEW_IN.search(text) else _ADDED_TO.sub(" ", text)


def is_claim(passage: Passage) -> bool:
    """True for text whose numbers speak of this experiment's results."""
    return passage.part not in ("plan", "card", "skip")


def own_passages(evidence: Evidence) -> list[Passage]:
    """The passages whose numbers speak of this experiment's results, those about earlier work left out."""
    if "own passages" not in evidence.cache:
        evidence.cache["own passages"] = [p for p in evidence.passages if is_claim(p) and p.part != "prior"]
    found: list[Passage] = evidence.cache["own passages"]
    return found


@once
def is_prior(sentence: Sentence) -> bool:
    """True for a sentence about earlier work; "the twelve earlier ones" beside new ones are this work's."""
    if sentence.passage.part == "prior":
        return True
    text = sentence.text
    if "#" not in text and word_starts(text).isdisjoint(_PRIOR_STARTS):
        return False
    return PRIOR.search(_EARLIER_ONES.sub(" ", _without_added(text))) is not None


@once
def is_moot(sentence: Sentence) -> bool:
    """True for a sentence that may speak of what was hoped, planned or found elsewhere."""
    return may_be_moot(sentence.text) and MOOT.search(_without_added(sentence.text)) is not None


def is_moot_before(sentence: Sentence, number: Number) -> bool:
    """True for a number behind words that speak of what was hoped, planned or found elsewhere."""
    return is_moot(sentence) and MOOT.search(sentence.between(sentence.start, number.start)) is not None


def derived_rates(evidence: Evidence) -> list[tuple[float, float]]:
    """Means, medians and complements of the known rates, as sorted intervals."""
    if "derived" not in evidence.cache:
        out = []
        for series in evidence.all_series:
            if not series.fraction:
                continue
            facts = _different(series.distinct)
            if len(facts) < 3:
                continue
            out += [over(function, facts) for function in (mean, median)]
            for group in groups_of(evidence):
                inside = _different([f for n, f in series.facts.items() if n in group])
                if 1 < len(inside) < len(facts):
                    out.append(over(mean, inside))
        evidence.cache["derived"] = sorted(out)
    found: list[tuple[float, float]] = evidence.cache["derived"]
    return found


def _different(facts: Sequence[Fact]) -> Sequence[Fact]:
    """Equal facts once; none are that stand in different places, which is told sooner."""
    return facts if len({f.pointer for f in facts}) == len(facts) else list(dict.fromkeys(facts))


def groups_of(evidence: Evidence) -> frozenset[frozenset[str]]:
    """The sets of things that share a text of the table or of the file, such as a category."""
    if "groups" not in evidence.cache:
        out = {g for d in evidence.datasets for g in d.groups}
        for sheet in evidence.sheets:
            for rows in groups_of_rows(sheet).values():
                out.add(frozenset().union(*(evidence.known_as(name_variants(sheet.labels[r])) for r in rows)))
        evidence.cache["groups"] = frozenset(out)
    found: frozenset[frozenset[str]] = evidence.cache["groups"]
    return found


def facts_of(evidence: Evidence, name: str, number: Number) -> list[tuple[Series, Fact]]:
    """What is known of a thing that the number could print."""
    if number.role != "percent" and number.decimals > 0:  # how large a decimal is matters too
        return [(s, f) for s, f in evidence.about.get(name, ()) if evidence.suits(number, s)]
    known: dict[tuple[str, bool], list[tuple[Series, Fact]]] = evidence.cache.setdefault("facts by name", {})
    key = name, number.role == "percent"
    if key not in known:
        known[key] = [(s, f) for s, f in evidence.about.get(name, ()) if evidence.suits(number, s)]
    return list(known[key])


def claimed(evidence: Evidence) -> list[tuple[Sentence, int, Number]]:
    """The rates and decimals of the page's prose that should be known."""
    if "claims" in evidence.cache:
        found: list[tuple[Sentence, int, Number]] = evidence.cache["claims"]
        return found
    found = []
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            if not sentence.numbers:
                continue
            ends = interval_ends(sentence)
            if _INTERVAL.search(sentence.text):
                ends |= {id(x) for s in spans(sentence) if s.kind == "range" for x in (s.left, s.right)}
            in_span = {id(x) for s in spans(sentence) for x in (s.left, s.right)}
            for i, number in enumerate(sentence.numbers):
                if id(number) in ends or number.powered or number.bound in ("<", ">", "<=", ">="):
                    continue
                if number.role == "value" and _BEFORE_P.match(passage.plain, number.end) and _has_p(sentence, number):
                    continue  # an effect or a coefficient with its p, and a record's business
                lead = passage.plain[max(0, number.start - 60) : number.start]
                if _SPREAD.search(lead) or _BOUND.search(lead) or is_edge(sentence, number):
                    continue  # a spread, or an end of an interval
                if is_distance(evidence, sentence, number):
                    continue
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


_BOUND = regex(
    r"\b(?:lower|upper) (?:(?:end|limit|bound|edge)s?\s+(?:\w+\s+)?(?:of|at|is|was|:|=)?\s*$|"
    r"(?:limit|bound)s? (?:for|of) [^\d.;:%]*$|"
    r"(?:end|limit|bound|edge)s? (?:for|of|at|in|on) [^.;:,%]{1,40}\s(?:is|was|at|of|stands at|lies at)\s+$)",
    re.IGNORECASE,
)


_INTERVAL = regex(r"\b(?:confidence |credible )?intervals?\b|\bCIs?\b|\bWilson\b")


def _has_p(sentence: Sentence, number: Number) -> bool:
    """True if a p stands behind a number in its sentence; with its N alone no record could judge it."""
    return any(x.role == "p" and number.end <= x.start < number.end + 48 for x in sentence.numbers)


def claim_is_known(evidence: Evidence, number: Number) -> bool:
    """True if the files or the tables hold the number, whosever it is."""
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
        claims = [
            (s, n) for s, _, n in claimed(evidence) if not (is_prior(s) or is_bar(s, n) or is_share_of_course(s, n))
        ]
        alike = [n for _, n in claims if (n.role == "percent") == percent]
        judged = alike if len(alike) > 3 else [n for _, n in claims]
        means = derived_rates(evidence) if percent else []
        known = sum(
            claim_is_known(evidence, n) or (n.role == "percent" and evidence.is_known(n, means, 0.01)) for n in judged
        )
        evidence.cache[key] = known >= 2 and known >= 0.75 * len(judged)
    return bool(evidence.cache[key])


def prints_rate(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for a percentage, and for a decimal where the page prints its rates as decimals."""
    return number.role == "percent" or (evidence.prints_decimals and is_rate(sentence, number))


_BAR = regex(
    r"\b(?:(?:level|bar|limit|cut(?:-?off)?|line|threshold|alpha|α)\s+(?:of\s+|at\s+|=\s*)?|"
    r"(?:multiples?|steps?|units?|increments?|resolution)\s+of\s+)$",
    re.IGNORECASE,
)


_BAR_AFTER = regex(
    r"[\s-]*(?:\w+[\s-])?(?:level|bar|limit|cut(?:-?off)?|line|threshold|mark|criterion|significance|hurdle|standard)\b",
    re.IGNORECASE,
)


_IS_DOSE = regex(
    r"\s*(?:is|was|being)\s+(?:the|an?)\s+(?:[a-z]+\s+){0,3}?"
    r"(?:dose|rung|concentration|setting|strength|dosage|cut-?off|threshold|bar)\b"
)
"""Behind a number of the design: "20% is the lowest dose that …"."""


_PASSED = regex(
    r"\b(?:pass|cross|exceed|clear|surpass|top|break)(?:s|es|ed|ing)?\s+(?:the\s+)?$|"
    r"\b(?:first|last|next|quickest|slowest|fastest|sooner|later) to\s+(?:the\s+)?$",
    re.IGNORECASE,
)
"""Before a round number: what something gets past, and no value of it."""


_TESTED_AT = regex(
    r"\b(?:different|differs?|significan\w+|distinguish\w+|distinct|separat\w+|tested|reject\w*)\b[^.;:]*\bat\s+(?:the\s+)?$",
    re.IGNORECASE,
)


def is_bar(sentence: Sentence, number: Number) -> bool:
    """True for a level or a bar, which is no value of anything."""
    before = sentence.between(max(sentence.start, number.start - 40), number.start)
    if _BAR.search(before) is not None or _BAR_AFTER.match(sentence.between(number.end, number.end + 24)):
        return True
    if _IS_DOSE.match(sentence.between(number.end, sentence.end)):
        return True
    if number.role == "percent" and number.value in (1, 5, 10) and _TESTED_AT.search(before):
        return True
    if number.role == "percent" and number.decimals <= 0 and number.value % 5 == 0 and _PASSED.search(before):
        return True
    return number.value in (0.05, 0.01, 0.001, 0.1) and regex(r"\b(?:at|under|below)\s+$").search(before) is not None
