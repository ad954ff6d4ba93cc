"""Claims that results survive a correction for multiple tests, worked out again from the p-values.

Bonferroni multiplies each p by the size of the family. Holm (1979, Scand. J. Statist. 6, 65) rejects in order of p
while the i-th smallest times (m - i + 1) is at most alpha. Benjamini and Hochberg (1995, J. R. Stat. Soc. B 57, 289)
reject up to the largest i with p_(i) <= i alpha / m.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .evidence.claims import own_passages
from .evidence.grammar import Number
from .evidence.idioms import pairs_of_counts
from .evidence.knowledge import Clash, Evidence
from .evidence.lexicon import DENIAL
from .evidence.passages import Passage, Sentence
from .evidence.word_numbers import SPELLED, whole_number
from .page import Page
from .regex import regex
from .words import word_starts

__all__ = ["correction_clashes", "rejected"]

_METHODS = {
    "bonferroni": regex(r"\bBonferroni\b", re.IGNORECASE),
    "holm": regex(r"\bHolm\b", re.IGNORECASE),
    "bh": regex(r"\bFDR\b|\bfalse discovery|\bBenjamini|\bBH\b", re.IGNORECASE),
}
_SOME = regex(
    r"\b(?:multiple[- ](?:comparison|testing|test)s?|multiplicity|family[- ]?wise)\b[^.;]{0,20}", re.IGNORECASE
)
_KEEPS = regex(
    r"\b(?:surviv\w+|withstand\w*|remain\w*|stay\w*|hold\w*|held|pass(?:es|ed)?|clear(?:s|ed)?|keep\w*|kept|significant|"
    r"reject\w*)\b",
    re.IGNORECASE,
)
_KEEPING = frozenset(["surv", "with", "rema", "stay", "hold", "held", "pass", "clea", "keep", "kept", "sign", "reje"])
"""How its words begin."""
_NOT = regex(rf"{DENIAL}|\b(?:fails?|failed|loses?|lost|without)\b", re.IGNORECASE)
_ADJUSTED = regex(
    r"\b(?:corrected|adjusted|adj\.?|(?:Holm|Bonferroni|BH|FDR)[- ](?:corrected|adjusted)?)\s*p\b|\bp_?adj|\bq\s*[=<]",
    re.IGNORECASE,
)
_FAMILY = regex(
    rf"\b(?:family of|over|across|for|of|with|in|by)\s+(?:the |all |these |our )?(?P<m>\d{{1,4}}|{SPELLED})"
    r"\s+(?:[a-z-]+\s+)?(?:tests?|comparisons?|layers?|sources?|hypotheses|correlations?|contrasts?|metrics?|"
    r"conditions?|p-values?|personas?|looks?)\b",
    re.IGNORECASE,
)
_ALPHA = regex(r"(?:α|\balpha|\blevel|\bat(?: the)?)\s*(?:=|of)?\s*(0?\.\d+|\d{1,2}(?:\.\d+)?\s?%)", re.IGNORECASE)
_ALL = regex(r"\b(?:all|every|each of the|both)\b", re.IGNORECASE)
_NONE = regex(r"\b(?:none|no)\b", re.IGNORECASE)
_DIVIDED = regex(
    r"(?P<a>0?\.\d+)\s*(?:/|÷|divided by)\s*(?P<m>\d{1,4})\s*(?:=|≈|, that is,?|, i\.e\.,?)\s*"
    r"(?P<c>0?\.\d+|\d(?:\.\d+)?e-\d+)"
)
_LIST = regex(r"\s*(?:,|/|;|,?\s*and)\s*")
_MOST = 5_000


def rejected(ps: Sequence[float], method: str, *, alpha: float = 0.05, m: int | None = None) -> int:
    """How many of the p-values ``method`` rejects at ``alpha``.

    Parameters
    ----------
    ps : sequence of float
        p-values in [0, 1].
    method : {"bonferroni", "holm", "bh"}
        The correction; ties are rejected together by each of them.
    alpha : float
        Level in (0, 1).
    m : int, optional
        Size of the family (count), where it is larger than ``len(ps)``; the other p-values count as 1.

    Returns
    -------
    int
        The number of rejections (count); 0 for no p-values.

    Examples
    --------
    >>> ps = [0.001, 0.012, 0.021, 0.2]
    >>> [rejected(ps, method) for method in ("bonferroni", "holm", "bh")]
    [2, 3, 3]
    """
    size = max(m or 0, len(ps))
    ordered = sorted(ps)
    room = 1 + 1e-12
    if method == "bonferroni":
        return sum(p * size <= alpha * room for p in ordered)
    if method == "holm":
        steps = (i for i, p in enumerate(ordered) if p * (size - i) > alpha * room)
        return next(steps, len(ordered))
    return max((i for i, p in enumerate(ordered, 1) if p * size <= i * alpha * room), default=0)


def correction_clashes(page: Page) -> Iterator[Clash]:
    """Claims about a correction that the p-values contradict; silent where no family of that size is known."""
    for passage in own_passages(page.evidence):
        divides = any(mark in passage.plain for mark in ("/", "÷", "divided"))
        for sentence in passage.sentences:
            if divides:
                yield from _of_threshold(passage, sentence)
            if word_starts(sentence.text).isdisjoint(_KEEPING):
                continue
            if "#" in sentence.text or _KEEPS.search(sentence.text) is None:
                continue
            methods = [name for name, pattern in _METHODS.items() if pattern.search(sentence.text)]
            if not methods and _SOME.search(sentence.text):
                methods = list(_METHODS)
            if methods:
                yield from _of_count(page.evidence, sentence, methods)
                yield from _of_one(sentence, methods)


# -- "3 of 7 survive Bonferroni" --------------------------------------------------------------------------------------


def _of_count(evidence: Evidence, sentence: Sentence, methods: list[str]) -> Iterator[Clash]:
    claim = _claimed(sentence)
    if claim is None:
        return
    k, total, start, end = claim
    families = _families(evidence, sentence, total)
    family = _family(sentence)
    alpha = _alpha(sentence)
    answers: set[int] = set()
    for lows, highs in families:
        for method in methods:
            fewest = rejected(highs, method, alpha=alpha, m=family)
            answers.update(range(fewest, rejected(lows, method, alpha=alpha, m=family) + 1))
        if alpha < 0.05:  # a level that was divided already
            answers.update(range(sum(p <= alpha for p in highs), sum(p <= alpha for p in lows) + 1))
    if answers and k not in answers:
        ranked = [str(a) for a in sorted(answers)]
        shown = " or ".join([", ".join(ranked[:-1]), ranked[-1]]) if len(ranked) > 1 else ranked[0]
        name = _name(methods)
        yield Clash(
            "correction",
            sentence.passage.place(start, end),
            f"{shown} of {total} p-values pass {name} at {alpha:g}, not {k}",
            "correct the count, or name the family, the method and the level",
        )


def _claimed(sentence: Sentence) -> tuple[int, int, int, int] | None:
    """How many of how many are said to pass, and where it is said."""
    counts = [(k, n) for k, n in pairs_of_counts(sentence) if n.value <= _MOST]
    if len(counts) == 1:
        (k, n) = counts[0]
        said = int(k.value)
        between = sentence.between(n.end, sentence.end)
        keeps = _KEEPS.search(between)
        if keeps is not None and _NOT.search(between[: keeps.end()]):
            said = int(n.value) - said
        return said, int(n.value), k.start, n.end
    if counts:
        return None
    match = re.search(
        r"\b(?P<what>all|none of the|every one of the|each of the)\s+(?P<n>\d{1,3}|" + SPELLED + r")\b",
        sentence.text,
        re.IGNORECASE,
    )
    if match is None or _NOT.search(sentence.text.replace(match.group(0), "")):
        return None
    total = whole_number(match["n"])
    said = 0 if match["what"].lower().startswith("none") else total
    return said, total, sentence.start + match.start(), sentence.start + match.end()


def _families(evidence: Evidence, sentence: Sentence, total: int) -> list[tuple[list[float], list[float]]]:
    """Sets of ``total`` p-values that the claim can mean: of the sentence, of the page's tables, of the files."""
    for part in (sentence, *sentence.passage.sentences):
        here = _listed(part)
        if len(here) == total and total > 1:
            return [_ends(here)]
    out: list[tuple[list[float], list[float]]] = []
    for sheet in evidence.sheets:
        columns: dict[tuple[str, int, int], list[Number]] = {}
        for item in sheet.numbers:
            if item.number.role == "p":
                columns.setdefault(("column", item.column, item.position), []).append(item.number)
                columns.setdefault(("row", item.row, item.position), []).append(item.number)
        out.extend(_ends(ps) for ps in columns.values() if len(ps) == total and total > 1)
    pointers = {t.p.pointer for t in evidence.triples if t.p is not None}
    for series in evidence.data:
        facts = list({id(f): f for f in series.facts.values()}.values())
        if len(facts) == total and total > 1 and all(f.pointer in pointers for f in facts):
            values = [f.value for f in facts]
            out.append((values, values))
    return out


def _listed(sentence: Sentence) -> list[Number]:
    """The p-values of a sentence, those of a list with one label included: "p = 0.006, 0.001 and 0.02"."""
    out: list[Number] = []
    for number in sentence.numbers:
        follows = bool(out) and _LIST.fullmatch(sentence.between(out[-1].end, number.start)) is not None
        if number.value > 0 and (number.role == "p" or (follows and number.role == "value" and number.value <= 1)):
            out.append(number)
    return out


def _ends(ps: list[Number]) -> tuple[list[float], list[float]]:
    """The smallest and the largest values that the digits allow."""
    lows = [0.0 if p.bound in ("<", "<=") else max(p.low, 0.0) for p in ps]
    highs = [1.0 if p.bound in (">", ">=") else min(p.value if p.bound in ("<", "<=") else p.high, 1.0) for p in ps]
    return lows, highs


# -- "p = 0.03 is significant after Bonferroni over 7 tests" ----------------------------------------------------------


def _of_one(sentence: Sentence, methods: list[str]) -> Iterator[Clash]:
    """One p and the size of its family. Bonferroni alone: the others need the rest of the family."""
    ps = [n for n in sentence.numbers if n.role == "p" and n.value > 0 and n.bound in ("", "<", "<=")]
    m = _family(sentence)
    if methods != ["bonferroni"] or len(ps) != 1 or m is None or m < 2 or pairs_of_counts(sentence):
        return
    if _ADJUSTED.search(sentence.text) or _ALL.search(sentence.text) or _NONE.search(sentence.text):
        return
    p, alpha = ps[0], _alpha(sentence)
    keeps = _KEEPS.search(sentence.text)
    denied = keeps is not None and _is_denied(sentence, p, keeps.end())
    low = 0.0 if p.bound else p.low * m
    high = (p.value if p.bound else p.high) * m
    if not denied and low > alpha * (1 + 1e-9):
        said = "does not pass"
    elif denied and high <= alpha:
        said = "passes"
    else:
        return
    yield Clash(
        "correction",
        sentence.passage.place(p.at, p.end),
        f"p = {p.text} times {m} is {min(p.value * m, 1.0):.2g}, so it {said} Bonferroni at {alpha:g}",
        "correct the claim, or name the family",
    )


def _is_denied(sentence: Sentence, p: Number, end: int) -> bool:
    """True if the result of a p is said not to pass; what other clauses say of other results holds for these alone."""
    at, behind = p.at - sentence.start, sentence.between(p.end, sentence.end)
    if end <= at:  # the word stands before the p: "M3 survives, M8 (p = 0.013) does not", "A passes, but not B (p = …)"
        own = _CLAUSE.split(sentence.text[end:at])
        if len(own) > 1 and (_DOES_NOT.match(behind) or _BUT_NOT.search(sentence.text[end:at])):
            return True
        if len(own) > 1 and _DOES.match(behind):
            return False
    return _NOT.search(sentence.text[:end]) is not None


_CLAUSE = regex(r"[,;:]|\b(?:but|while|whereas|though|although|yet)\b", re.IGNORECASE)
_DOES_NOT = regex(
    r"\W*(?:(?:does|do|did|is|are|was|were|has|have|could|can|would|will)\s*(?:not\b|n['’]t\b)|cannot\b|fails?\b|failed\b|"
    r"drops? out|falls? (?:away|out|by)|loses?\b|is lost|is gone)",
    re.IGNORECASE,
)
""" "… remain significant, M8 (p = 0.013) does not"."""
_DOES = regex(r"\W*(?:does|do|did|is|are|was|were|has|have)\b(?:\s+(?:so|too|as well)\b|\s*[.;]|\s*$)", re.IGNORECASE)
""" "The others do not pass, M8 (p = 0.002) does"."""
_BUT_NOT = regex(
    r"\b(?:(?:but|though|although|and)\s+not|except(?:ing| for)?|with the exception of|other than|apart from|save)\b"
    r"[^,;:()]*\(?[^,;:()]*$",
    re.IGNORECASE,
)


# -- "0.05/4 = 0.0125" ------------------------------------------------------------------------------------------------


def _of_threshold(passage: Passage, sentence: Sentence) -> Iterator[Clash]:
    for match in _DIVIDED.finditer(sentence.text):
        a, m, text = float(match["a"]), int(match["m"]), match["c"]
        digits = len(text.partition("e")[0].partition(".")[2])
        exponent = int(text.partition("e")[2] or 0)
        room = 0.5 * 10.0 ** (exponent - digits)
        if m and abs(a / m - float(text)) > room * (1 + 1e-9):
            at = sentence.start + match.start("c")
            yield Clash(
                "correction",
                passage.place(at, at + len(text)),
                f"{match['a']} / {m} is {a / m:.4g}, not {text}",
                "correct the threshold",
            )


# -- reading ----------------------------------------------------------------------------------------------------------


def _family(sentence: Sentence) -> int | None:
    """The size of the family that the sentence names; ``None`` where it names none or two."""
    method = next((m.search(sentence.text) for m in _METHODS.values() if m.search(sentence.text)), None)
    behind = sentence.text[method.start() :] if method is not None else sentence.text
    found = {whole_number(m["m"]) for m in _FAMILY.finditer(behind)}
    return found.pop() if len(found) == 1 else None


def _alpha(sentence: Sentence) -> float:
    match = _ALPHA.search(sentence.text)
    if match is None:
        return 0.05
    value = float(match.group(1).rstrip(" %")) / (100 if match.group(1).endswith("%") else 1)
    return value if 0 < value < 0.5 else 0.05


def _name(methods: list[str]) -> str:
    names = {"bonferroni": "Bonferroni", "holm": "Holm", "bh": "Benjamini-Hochberg"}
    return " or ".join(names[m] for m in methods)
