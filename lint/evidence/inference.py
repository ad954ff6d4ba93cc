"""By what method a p or an interval was found, as its sentence, its row, its table and its page say."""

from __future__ import annotations

import itertools
import re
from functools import lru_cache

from ..document import Heading, Html, Paragraph, Table
from ..regex import regex
from .knowledge import Evidence
from .passages import starts_of_sentences
from .tables import Sheet

__all__ = [
    "beside_table",
    "has_other_interval",
    "has_other_test",
    "is_of_no_one_sample",
    "is_other_test",
    "names_its_test",
    "says_exact",
]

_OTHER_TEST = regex(
    r"\bpermut\w*|\bperm\b|\bshuffl\w+|\bcorrection\b|\badj\.|\bbootstrap\w*|\brandomi[sz]ation\b|\bresampl\w*|"
    r"\bMonte[- ]Carlo\b|\bmax(?:imum)?[- ]?T\b|"
    r"\bWestfall\b|\bone[- ]sided\b|\bone[- ]tailed\b|\bMantel\b|\bKendall\b|τ|\bcorrected\b|\badjusted\b|"
    r"\bHolm\b|\bBonferroni\b|[SŠ]id[aá]k\b|\bBenjamini\b|\bHochberg\b|\bFDR\b|\bFWER\b|\bfamily-?wise\b|"
    r"\bq-values?\b|\bFreedman\b|\bmixed[- ](?:effects?|models?)\b|\bcluster\w*|\brandom[- ]effects\b|\bjackknife\b|"
    r"\bBayes\w*|\bposterior\b|\bmultiple[- ](?:tests|testing|comparisons)\b|\bmultiplicity\b|\bsandwich\b",
    re.IGNORECASE,
)
"""Words of a p that neither t nor the ranks alone give."""
_EXACT = regex(r"\bexact\b", re.IGNORECASE)
_USUAL_TEST = regex(
    r"\W*(?:(?:Student(?:['’]s)?|the|two-sided|Pearson|Spearman|asymptotic|analytic\w*|approximate)\s+)*"
    r"(?:t(?:[- ](?:test|approximation|distribution|statistic))?|asymptotic|analytic\w*|scipy\S*)?\W*",
    re.IGNORECASE,
)
"""A cell that names the usual test, or none."""
_TEST_HEAD = regex(
    r"\W*(?:p(?:[- ]?values?)?\s+(?:by|from|method|via|test)|(?:p[- ])?method|test(?:ed by)?|inference)\W*",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)  # cells and the sentences beside a table are asked about for each of its p
def is_other_test(text: str) -> bool:
    """True if a text names a test whose p does not follow from a coefficient and its N.

    >>> is_other_test("p = 0.004, max-T over four layers"), is_other_test("p = 0.004, two-sided")
    (True, False)
    """
    return _OTHER_TEST.search(text) is not None


def says_exact(text: str) -> bool:
    """True if a p is called exact: without ties it follows from the ranks, with them from the data alone."""
    return _EXACT.search(text) is not None


_OF_THAT = regex(
    r"\W*(?:That|This|The|Its|Their|These|Those|Both|All)(?:\s+two)?\s+(?:p\b|p-?values?\b)", re.IGNORECASE
)
_OF_ROWS = regex(
    r"\b[nN]\s?=\s?\d+\s+[a-z]+\s*[,(]\s*\d[\d,]*\s+(?:rows|observations|pairs|points|cells)\b|"
    r"\bcombined\s+(?:ρ|r\b|rho\b|coefficient|correlation|over\b)|\bmeta-?anal\w+",
    re.IGNORECASE,
)
"""Rows that hang together by their units, "N = 5 sources, 550 rows", and coefficients that are put together."""


def is_of_no_one_sample(text: str) -> bool:
    """True for a coefficient of rows that hang together, or of several coefficients put together."""
    return _OF_ROWS.search(text) is not None


def names_its_test(text: str) -> bool:
    """True for a sentence that says of the p before it by what other test it is: "That p is a permutation test's"."""
    return _OF_THAT.match(text) is not None and (is_other_test(text) or says_exact(text))


def has_other_test(evidence: Evidence, sheet: int, row: int, block: int) -> bool:
    """True if the row of a p, the words beside its table or what the page says of its p-values name another test."""
    if sheet >= 0 and row >= 0:
        table = evidence.sheets[sheet]
        for column, cell in enumerate(table.grid[row]):
            said = cell.text.text if cell is not None else ""
            if _TEST_HEAD.fullmatch(table.header[column]) and not _USUAL_TEST.fullmatch(said):
                return True
            if is_other_test(said):
                return True
        beside = beside_table(evidence, table)
        if any(_RESAMPLED.search(s) or (_OF_P.search(s) and (is_other_test(s) or says_exact(s))) for s in beside):
            return True
        block = next(i for i, x in enumerate(evidence.document.blocks) if x is table.table)
    return any(
        (general or first <= block < last) and _is_of_all(said) for said, first, last, general in _told_of_p(evidence)
    )


def _is_of_all(said: str) -> bool:
    return is_other_test(said) or says_exact(said)


def has_other_interval(context: str, beside: tuple[str, ...]) -> bool:
    """True if the words of an interval, or those beside its table, say that it is from no k and n."""
    if _OTHER_INTERVAL.search(context):
        return True
    return any(_OF_INTERVALS.search(s) and _is_of_clusters(s) for s in beside)


def _is_of_clusters(said: str) -> bool:
    other = _OTHER_INTERVAL.search(said) or _OVER_UNITS.search(said)
    return other is not None and not (_FROM_COUNTS.search(said) or _FOR_SCORES.search(said))


_OTHER_INTERVAL = regex(
    r"bootstrap|cluster|predict|credible|posterior|BCa|jackknife|distribution-free|resampl|percentile|"
    r"\b(?:over|across|between)\s+(?:the\s+)?(?:\d+\s+)?(?:questions|prompts|seeds|clusters|folds|runs)\b(?!\s*[×x*])|"
    r"\bt[- ](?:based|intervals?)\b|\brandom[- ]effects\b|\bsandwich\b",
    re.IGNORECASE,
)
"""Words of an interval that is of other than one sample's k and n."""
_OVER_UNITS = regex(
    r"\b(?:by|per|over|across|between)\s+(?:the\s+)?(?:\d+\s+)?"
    r"(?:questions?|prompts?|seeds?|personas?|units?|sources?|models?|folds?|runs?|clusters?)\b",
    re.IGNORECASE,
)
_FOR_SCORES = regex(
    r"\b(?:intervals?|CIs?)\s+(?:of|for)\s+(?:the\s+|all\s+)?(?:coefficients?|correlations?|ρ|rho\b|r\b|slopes?|similarit|cosines?)",
    re.IGNORECASE,
)
_FROM_COUNTS = regex(r"\b(?:Wilson|Clopper|Agresti|Wald|binomial)\b", re.IGNORECASE)
_OF_INTERVALS = regex(r"\b(?:CIs?|intervals?|brackets?|error bars?|bounds|limits)\b", re.IGNORECASE)
_RESAMPLED = regex(r"\b\d[\d,]*\s+(?:random\s+)?permutations\b|\bpermutation tests?\b", re.IGNORECASE)
_OF_P = regex(r"(?<![\w.])p\b(?!\.)|\bp-?values?\b|\btests?\b|\bsignifican\w*", re.IGNORECASE)


def beside_table(evidence: Evidence, sheet: Sheet) -> tuple[str, ...]:
    """The sentences of the paragraphs right above and right below a table: its title, its legend."""
    known: dict[int, tuple[str, ...]] = evidence.cache.setdefault("beside tables", {})
    if id(sheet) not in known:
        blocks = evidence.document.blocks
        at = next(i for i, block in enumerate(blocks) if block is sheet.table)
        before = at - 3 >= 0 and isinstance(blocks[at - 3], Table)  # whose legend it may be
        places = (at - 1, at + 1) if before else (at - 2, at - 1, at + 1)
        near = (blocks[i] for i in places if 0 <= i < len(blocks))
        texts = (b.text.text for b in near if isinstance(b, (Paragraph, Html)))
        known[id(sheet)] = tuple(s for text in texts for s in _sentences(text))
    return known[id(sheet)]


def _sentences(text: str) -> list[str]:
    cuts = [0, *starts_of_sentences(text), len(text)]
    return [text[a:b] for a, b in itertools.pairwise(cuts) if b > a]


_P_VALUES = regex(r"\bp[- ]?values?\b|\bps\b|(?<![\w.])p\s+(?:is|are|by|from)\b", re.IGNORECASE)
_GENERAL = regex(
    r"(?:^|[;:]\s)\W*(?:All|Every|Each|The|These|Our|Reported)?\s*(?:the\s+|reported\s+|two-sided\s+)*"
    r"p(?:[- ]?values?)?\s+(?:is|are|was|were|come|stems?|from|by)\b|"
    r"\b(?:all|every|each)\s+(?:[\w-]+\s+){0,2}p[- ]?values?\b|\bp[- ]?values?\b[^.;]*\bthroughout\b",
    re.IGNORECASE,
)
"""A sentence on the p-values of a page, and on none of them."""


def _told_of_p(evidence: Evidence) -> list[tuple[str, int, int, bool]]:
    """What sentences say of p-values as such, with the blocks of their section, and whether they speak of all."""
    if "told of p" not in evidence.cache:
        document = evidence.document
        out = []
        for i, block in enumerate(document.blocks):
            if not isinstance(block, (Paragraph, Heading)) or _P_VALUES.search(block.text.text) is None:
                continue
            own = next(((s.first, s.own_last) for s in document.sections if s.first <= i < s.own_last), (i, i + 1))
            for said in _sentences(block.text.text):
                if _P_VALUES.search(said) and not _WITH_VALUE.search(said):
                    out.append((said, *own, _GENERAL.search(said) is not None))
        evidence.cache["told of p"] = out
    found: list[tuple[str, int, int, bool]] = evidence.cache["told of p"]
    return found


_WITH_VALUE = regex(r"(?<![\w.])p\s?(?:=|≈|~)\s?\d?\.\d|\bp\s?(?:=|≈)\s?\d", re.IGNORECASE)
"""A p of its own: what the sentence says need not be of others."""
