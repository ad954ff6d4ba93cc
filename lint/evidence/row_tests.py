"""p-values and verdicts on significance against the p of the one row of a table that a clause names.

"The rise for the monk is not significant", "the nun leads the monk by 4.5 points at p = 0.26": a table with one column
of p has a row for it, the thing itself or a comparison of the two. What all are compared with has no p there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..regex import regex
from .claims import is_claim, is_prior
from .clauses import clause_around
from .grammar import Number
from .grids import grids_of
from .knowledge import Clash, Evidence
from .lexicon import MOOT
from .passages import Sentence
from .regions import region
from .verdicts import Verdict, verdicts

__all__ = ["p_of_row_clashes", "row_verdict_clashes"]


def p_of_row_clashes(evidence: Evidence) -> Iterator[Clash]:
    """p-values that are not that of the only row that their clause names."""
    for sentence in _claims(evidence):
        stated = [n for n in sentence.numbers if n.role == "p" and n.bound in ("", "<", "<=")]
        if any(n.role == "coefficient" or (n.role == "value" and abs(n.value) <= 1) for n in sentence.numbers):
            continue  # the p of a coefficient, which says of which record it is
        for number in stated if len(stated) == 1 else ():
            if number.bound and number.value in _LEVELS:
                continue
            known = _tested(evidence, sentence, number.at)
            low, high = number.admitted
            if known and not any(p.admitted[0] <= high and low <= p.admitted[1] for p, _ in known):
                p, where = known[0]
                yield Clash(
                    "value",
                    sentence.passage.place(number.start, number.end),
                    f"p {number.bound or '='} {number.text} is not the p of the row that is named, which is {p.text} "
                    f"({where})",
                    "correct the p, or say of which test it is",
                )


def row_verdict_clashes(evidence: Evidence) -> Iterator[Clash]:
    """ "Significant" of a row whose p is 5% or more, and "not significant" of one whose p is less."""
    for sentence in _claims(evidence):
        if any(n.role == "p" for n in sentence.numbers):
            continue  # against the p that stands beside it
        said = list(verdicts(sentence))
        if len(said) != 1 or _OTHER_LEVEL.search(sentence.between(*_clause(sentence, said[0].start))):
            continue
        known = _tested(evidence, sentence, said[0].start)
        if known and all(_denies(p, said[0]) for p, _ in known):
            p, where = known[0]
            yield Clash(
                "significance",
                sentence.passage.place(said[0].start, said[0].end),
                f"called {'not ' if said[0].negative else ''}significant with p = {p.text} in the table ({where})",
                "say which level is meant",
            )


def _denies(p: Number, verdict: Verdict) -> bool:
    low, high = p.admitted
    return high < _LEVEL if verdict.negative else low >= _LEVEL * (1 - 1e-9) and p.bound in ("", ">", ">=")


_LEVEL = 0.05
_LEVELS = (0.1, 0.05, 0.01, 0.005, 0.001, 0.0001)
_OTHER_LEVEL = regex(
    r"\b(?:Bonferroni|Holm|corrected|correction|adjusted|FDR|one-sided|practical\w*|clinical\w*)\b|"
    r"\b(?:1|0\.1|10)\s?%|0?\.01\b|0?\.001\b",
    re.IGNORECASE,
)


def _claims(evidence: Evidence) -> list[Sentence]:
    """The sentences that may speak of a test, on a page with a column of p."""
    if "claims of tests" not in evidence.cache:
        tested = any(grid.p_columns for grid in grids_of(evidence))
        evidence.cache["claims of tests"] = [
            sentence
            for passage in (evidence.passages if tested else ())
            for sentence in (passage.sentences if is_claim(passage) else ())
            if _TESTS.search(sentence.text) and not is_prior(sentence)
        ]
    found: list[Sentence] = evidence.cache["claims of tests"]
    return found


_TESTS = regex(r"\b[pP]\b|significan|[Ss]ignifican|\b5\s?%|\.05\b|\bfive per ?cent")


_CUT = regex(
    r"[;:]\s|\s[–—]\s|,\s(?=(?:(?:but|while|whereas|though|although|so|and|which|even|yet|because|despite|nor)\b|[nN]\s*=))|"
    r"\s(?=(?:but|whereas|although|though)\s)"
)


def _clause(sentence: Sentence, at: int) -> tuple[int, int]:
    left, right = clause_around(sentence.text, at - sentence.start, _CUT)
    return sentence.start + left, sentence.start + right


_ASIDE = regex(
    r"\b(?:partial\w*|controll\w*|permut\w*|exact|one-sided|one-tailed|Fisher|McNemar|Wilcoxon|Mann|Welch|ANOVA|"
    r"t-tests?|bootstrap\w*|"
    r"without|excluding|leav\w+ out|dropp\w*|interaction|seed|replicat\w+|originally|each other|one another|"
    r"chance|both|neither|either|each|every|any|all but|except\w*|apart from|too \w+ to|"
    r"most|none|few|others?|rest|jointly|trend|slope|would|could|should|"
    r"might|may|if|whether|unless|than (?:that|those|the)|half|subset|restrict\w*|remaining)\b|χ",
    re.IGNORECASE,
)
"""Words of another test than that of the row, or of several rows; a header may have them too."""
_EACH = regex(r"\b[nN]\s*=\s*[\d,]+(?:\s+\w+)?\s+(?:each|on (?:each|either) side|apiece|in (?:all|both))\b")
_RELATES = regex(
    r"\b(?:correlat\w*|coefficients?|associat\w*|relat(?:ed|ion|ions|ionships?)|rank\w*|links?|Pearson|Spearman|cosines?)\b|ρ|"
    r"\brho\b|\br\s?=",
    re.IGNORECASE,
)


def _tested(evidence: Evidence, sentence: Sentence, at: int) -> list[tuple[Number, str]]:
    """The p of the rows that a clause names, one for each table that has it; empty where a table leaves it open."""
    start, end = _clause(sentence, at)
    if start > sentence.start and not any(start <= m.start < at for m in sentence.names):
        start = sentence.start  # "…, which is nothing (p = 0.7)"
    text = _EACH.sub(" ", sentence.between(start, end))
    if MOOT.search(text):
        return []
    out: list[tuple[Number, str]] = []
    for grid in grids_of(evidence):
        columns = grid.p_columns
        heads = " ".join((*grid.sheet.header, grid.above))
        if len(columns) != 1 or (_RELATES.search(text) is None) != (_RELATES.search(heads) is None):
            continue
        if any(m[0].lower() not in heads.lower() for m in _ASIDE.finditer(text)):
            return []
        held = {r for r, c in grid.cells if c == columns[0]}
        named = region(grid, sentence, start, end)
        rows = named.rows & held
        said = [x for x in grid.rows.find(sentence) if start <= x.start + sentence.start < end]
        if not rows or not (said or rows & grid.rows.whole):
            continue
        if len(rows) != 1 and not any(x.exact for x in said):
            continue  # comparisons of which one side is named
        if len(rows) != 1:
            return []
        (row,) = rows
        item = grid.cells[(row, columns[0])][0]
        out.append((item.number, f"'{grid.sheet.labels[row]}'"))
    return out
