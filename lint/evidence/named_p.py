"""p-values of words against the p of the row or record that their sentence names."""

from __future__ import annotations

import re
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from .boards import Board, boards, row_of, said
from .claims import is_claim, is_moot, is_prior
from .correlations import Record, records
from .fields import by_method
from .grammar import Number
from .idioms import pairs_of_counts
from .knowledge import Clash, Evidence
from .known_records import coefficient_clashes
from .passages import Sentence
from .record_p import follows
from .wording import LINEAR

__all__ = ["named_p_clashes", "row_p_clashes"]

_OTHER = regex(
    r"\b(?:partial\w*|controll\w*|adjust\w*|correct\w*|Holm|Bonferroni|BH|FDR|permut\w*|exact|one-sided|one-tailed|"
    r"Fisher|McNemar|Wilcoxon|Mann|Welch|ANOVA|t-tests?|chi|bootstrap\w*|difference|differ|versus|vs|against|between|"
    r"change\w*|without|excluding|leav\w+|drop\w*|added?|pooled|joint\w*|combined|interaction|slope|trend|alpha|level|"
    r"threshold|cut-?off|than|beats?|exceed\w*|outperform\w*|prefer\w*)\b|χ|α",
    re.IGNORECASE,
)
"""Words of another test than the one whose p stands in the row."""


def named_p_clashes(evidence: Evidence) -> Iterator[Clash]:
    """p-values that differ from the only one known of what their sentence names.

    A coefficient beside the p must be the one of the same row: then the two name the record, and else nothing does.
    """
    told = None
    for record in records(evidence):
        p, passage = record.p, record.passage
        if p is None or passage is None or record.prior or not is_claim(passage) or p.bound in (">", ">=", "~"):
            continue
        sentence = next(s for s in passage.sentences if s.start <= p.at < s.end)
        if is_prior(sentence) or _OTHER.search(sentence.text) or follows(record) or _tells_of_more(sentence):
            continue
        known = _known(evidence, record)
        low, high = p.admitted
        if not known or any(f.low <= high and low <= f.high for _, f in known):
            continue
        told = told if told is not None else {c.place for c in coefficient_clashes(evidence)}
        if record.p_place not in told:
            fact = known[0][1]
            yield Clash(
                "value",
                record.p_place,
                f"p {p.bound or '='} {p.text} is not the p of what the sentence names, which is {_shown(fact)} "
                f"({fact.pointer})",
                "correct the p, or say of which test it is",
            )


def row_p_clashes(evidence: Evidence) -> Iterator[Clash]:
    """p-values beside the name of a row whose only p is another one: "Ghent just misses the threshold (p = 0.5)".

    Several rows may each have theirs in one sentence. Every table with the row and a column of p must deny it.
    """
    tables = [b for b in boards(evidence) if b.printed]
    for passage in evidence.passages if tables else ():
        for sentence in passage.sentences if is_claim(passage) else ():
            stated = [n for n in sentence.numbers if n.role == "p" and n.bound in ("", "<", "<=")]
            if not stated or is_prior(sentence) or is_moot(sentence):
                continue
            for number in stated:
                if number.bound and number.value in _LEVELS:
                    continue  # a level that several keep to
                known = [x for b in tables for x in _of_row(evidence, b, sentence, number)]
                low, high = number.admitted
                if known and not any(f.low <= high and low <= f.high for _, f in known):
                    fact = known[0][1]
                    yield Clash(
                        "value",
                        passage.place(number.start, number.end),
                        f"p {number.bound or '='} {number.text} is not the p of the row that is named, which is "
                        f"{_shown(fact)} ({fact.pointer})",
                        "correct the p, or say of which test it is",
                    )


_LEVELS = (0.1, 0.05, 0.01, 0.005, 0.001, 0.0001)
_ASIDE = regex(
    r"\b(?:partial\w*|controll\w*|adjust\w*|correct\w*|Holm|Bonferroni|BH|FDR|permut\w*|exact|one-sided|one-tailed|"
    r"Fisher|McNemar|Wilcoxon|Mann|Welch|ANOVA|t-tests?|chi|bootstrap\w*|versus|vs|against|between|without|excluding|than|"
    r"beats?|exceed\w*|outperform\w*|prefer\w*|leav\w+|drop\w*|pooled|joint\w*|combined|together|interaction|seed|replicat\w+|earlier|originally|all)\b|χ",
    re.IGNORECASE,
)
"""Words of another test than that of the row, or of several rows; the table may have them too."""


_RELATES = regex(r"\b(?:correlat\w*|coefficients?|associat\w*|relat(?:ed|ion|ions|ionships?)|rank\w*)\b", re.IGNORECASE)


def _of_row(evidence: Evidence, board: Board, sentence: Sentence, number: Number) -> list[tuple[Series, Fact]]:
    """The p that a table has of the row to which a p belongs; empty where it has several, or the words name others."""
    columns = {c for (_, c), cell in board.cells.items() if any(evidence.kind(s) == "p" for s, _ in cell)}
    if len(columns) != 1:
        return []
    heads = f"{' '.join(board.header.values())} {board.about}".lower()
    if any(m[0].lower() not in heads for m in _ASIDE.finditer(sentence.text)):
        return []
    if _RELATES.search(sentence.text) and not _RELATES.search(heads):
        return []  # of a relation, where the table tests something else
    rows, _ = said(board, sentence)
    row = row_of(sentence, rows, number)
    if row is None or any(m.name not in board.rows and m.name not in board.heads for m in sentence.names):
        return []
    (column,) = columns
    if any(n.role == "coefficient" for n in sentence.numbers) or LINEAR.search(sentence.text):
        return []  # perhaps of another coefficient than that of the row
    return [x for x in board.cells.get((row, column), ())[:1] if evidence.kind(x[0]) == "p"]


def _tells_of_more(sentence: Sentence) -> bool:
    """True if a sentence states several results, or counts some: then its name need not be that of this p."""
    several = any(sum(n.role == role for n in sentence.numbers) > 1 for role in ("p", "coefficient"))
    return several or bool(pairs_of_counts(sentence))


def _known(evidence: Evidence, record: Record) -> list[tuple[Series, Fact]]:
    """The p of the one thing that a record's sentence names, where the page and the files know a single one."""
    if len(record.names) != 1 or record.rivals:
        return []
    about, c = evidence.about.get(next(iter(record.names)), []), record.coefficient
    if c is None and LINEAR.search(record.context):
        return []  # a column "p" may be that of the ranks
    asked = (c.label if c is not None else "", record.context)
    ps = [(s, f) for s, f in about if evidence.kind(s) == "p" and not s.role and by_method([s], *asked)]
    if not ps or min(f.high for _, f in ps) < max(f.low for _, f in ps) * (1 - _ROUNDED):
        return []
    beside = (f for s, f in about if evidence.is_correlation(s, f) and by_method([s], *asked))
    return ps if c is None or any(_prints(c, f) for f in beside) else []


_ROUNDED = 0.01
"""What a printed p and a stored one may be apart."""


def _prints(number: Number, fact: Fact) -> bool:
    low, high = number.printed
    return fact.low <= high and low <= fact.high


def _shown(fact: Fact) -> str:
    return f"{fact.value:.3g}" if fact.low > 0 else f"below {fact.high:.3g}"
