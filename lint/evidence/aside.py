"""Words that take a number aside: of a subset, a partial, a share of a peak, or a thing that no table holds."""

from __future__ import annotations

import re
from collections import defaultdict

from leakstats.facts import Fact

from ..regex import regex
from .grammar import Number
from .idioms import is_share_of_course, pairs_of_counts
from .knowledge import Evidence
from .named_doses import is_dose
from .names import index_of
from .passages import Sentence
from .unheld import is_at_unheld_point

__all__ = ["is_aside", "is_bare_cell", "is_of_subset", "is_of_unknown"]


def is_aside(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for a number of which the words around it say that it is not what the names beside it suggest."""
    before = sentence.between(sentence.start, number.at)
    after = sentence.between(number.end, sentence.end)
    rate = number.role in ("percent", "value")
    return (
        (number.role in ("coefficient", "value") and _is_partial(evidence, sentence.text))
        or (number.role in ("coefficient", "value") and is_of_subset(before))
        or (rate and is_of_unknown(sentence, number))
        or is_dose(evidence, sentence, number)
        or (rate and _proves_itself(evidence, sentence, number))
        or (number.role == "percent" and is_share_of_course(sentence, number))
        or (rate and _is_mean_over_part(before, after))
        or (rate and _is_of_they(evidence, sentence, number))
        or (rate and _EQUATION.match(after) is not None)
        or (rate and _is_variant(sentence, number))
        or (rate and _is_at_other_point(evidence, sentence))
        or (number.role == "percent" and is_bare_cell(evidence, sentence, number))
        or (rate and _is_part_of_share(sentence, number))
        or (rate and _is_unheld_kind(evidence, before))
        or (rate and (_WIDTH.search(before) is not None or _OF_SPREAD.search(before) is not None))
    )


_PARTIAL = regex(
    r"\b(?:semi-?)?partial(?!ly)|\bcontroll(?:ing|ed) for\b|\badjust(?:ing|ed) for\b|\bconditional on\b|"
    r"\bholding \w+ (?:fixed|constant)\b|\bheld (?:fixed|constant)\b|\bresiduali[sz]\w+|\bregress(?:ing|ed) out\b|"
    r"\bpartial(?:l)?(?:ing|ed) out\b|\bdetrended\b|\bnet of\b",
    re.IGNORECASE,
)


def _is_partial(evidence: Evidence, text: str) -> bool:
    """True for words of a partial relation, where no table and no file holds partial ones."""
    if _PARTIAL.search(text) is None:
        return False
    return not any({"partial", "adjusted", "controlled"} & s.words for s in evidence.all_series)


_SETS_ASIDE = regex(
    r"\b(?:dropp?(?:ing|ed)?|remov(?:e|ing|ed)|exclud(?:e|ing|ed)|omit(?:ting|ted)?|discard(?:ing|ed)?|without|"
    r"leav(?:es|ing)|left|keep(?:s|ing)?|kept|restrict(?:ing|ed)?|limit(?:ing|ed) to|subsets?|remain(?:s|ing)?|"
    r"among|within|only)\b",
    re.IGNORECASE,
)
_COUNTED = regex(r"(?<![\w.=,-])(?P<n>\d{1,4})\s+(?:[\w-]+\s+){0,3}?[A-Za-z-]+s?\s*[(\[,:]?\s*(?:[(\[]\s*)?$")


def is_of_subset(before: str) -> bool:
    """True behind "dropping zeros leaves 61 poets (ρ = ": words of a subset and a count of what is left."""
    taken = _SETS_ASIDE.search(before)
    if taken is None:
        return False
    bracket = before.rfind("(")
    return bracket > taken.start() and ")" not in before[bracket:] and _COUNTED.search(before[:bracket]) is not None


_IDENTIFIER = regex(
    r"(?<![\w`])(?P<id>`[^`\s]+`|[A-Za-z][\w-]*(?:\+[A-Za-z][\w-]*)+|"
    r"[A-Za-z]\w*_\w+|[a-z]+[A-Z]\w*)\s*(?:\(\s*|[:=]\s*|at\s+|with\s+)?$"
)
_SHORT = regex(
    r"(?<![\w-])(?P<id>[A-Z]{2,4})\s+(?:is|was|stands?|sits?|has|gets?|ends?|reaches|stays?|lies)\s+(?:at\s+)?$"
)


def is_of_unknown(sentence: Sentence, number: Number) -> bool:
    """True if an identifier, or capitals, that are no name of the page stand right before the number."""
    before = sentence.between(max(sentence.start, number.at - 80), number.at)
    found = _IDENTIFIER.search(before) or _SHORT.search(before)
    if found is None:
        return False
    left = number.at - len(before)
    start, end = left + found.start("id"), left + found.end("id")
    return not any(m.start <= start + 1 and m.end >= end - 1 for m in sentence.names)


def _proves_itself(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for "1,174 of 1,400 hits (83.9%)", where no table or file counts that many for the one that is named."""
    if number.role != "percent":
        return False
    for k, n in pairs_of_counts(sentence):
        near = 0 <= number.start - n.end <= 40 or 0 <= k.start - number.end <= 4
        if near and n.value >= 20 and number.allows(k.value / n.value, scale=100.0):
            return int(n.value) not in _sizes(evidence)
    return False


def _sizes(evidence: Evidence) -> frozenset[int]:
    """The sample sizes that files, cells and "n = " state."""
    if "aside sizes" not in evidence.cache:
        found = {int(s) for d in evidence.datasets for s in d.trials}
        for passage in evidence.passages:
            found |= {int(n.value) for n in passage.numbers if n.role == "n" and n.decimals <= 0}
        for sheet in evidence.sheets:
            found |= {int(x.number.value) for x in sheet.numbers if x.number.role == "n"}
        evidence.cache["aside sizes"] = frozenset(found)
    known: frozenset[int] = evidence.cache["aside sizes"]
    return known


_PARTS = regex(r"(?<![\w.])(?P<a>\d+\.\d+)\s*%?\s*(?:/|(?:out )?of)\s*(?P<b>\d+\.\d+)(?![\w.])")


def _is_part_of_share(sentence: Sentence, number: Number) -> bool:
    """True for both numbers of "80% of its peak (20.4 of 25.5)": the percentage beside them is their ratio."""
    for match in _PARTS.finditer(sentence.text):
        start, end = sentence.start + match.start(), sentence.start + match.end()
        whole = float(match["b"])
        if start <= number.start and number.end <= end and whole > 0:
            share = float(match["a"]) / whole
            beside = [
                n for n in sentence.numbers if n.role == "percent" and n is not number and abs(n.end - start) < 60
            ]
            return any(n.allows(share, scale=100.0) for n in beside)
    return False


_WIDTH = regex(
    r"\b(?:(?:span|spread|width|range|gap|distance|margin)s? (?:itself )?(?:goes|go|went|grow\w*|grew|shr[aiu]nk\w*|"
    r"ris\w+|rose|falls?|fell|increas\w+|decreas\w+|drops?|dropped|expand\w*|contract\w*)|widen\w*|narrow(?:s|ed|ing))"
    r"\b[^.;]*(?:\.\d[^.;]*)*$",
    re.IGNORECASE,
)
"""Before the ends of a width's own move: "the gap grows from 0.1 to 0.3"."""
_OF_SPREAD = regex(
    r"\b(?:sds?|SDs?|s\.d\.|[Ss]tandard (?:deviations?|errors?)|[Vv]ariances?|[Ss]preads?|[Ww]idths?|IQRs?)\b.*"
    r"\b(?:that|those|the one) (?:of|for|under|in)\b[^.:;]{0,40}$",
    re.DOTALL,
)
"""Before a spread: "an sd of four lots is a rough thing; that of the kiln is 3.7"."""
_MEDIAN = regex(r"\bmedians?\b[^;.]*(?:\.\d[^;.]*)*$", re.IGNORECASE)
_SELF = regex(r"\bon (?:itself|himself|herself|themselves|its own|their own)\b[^;.\d]*$", re.IGNORECASE)


def _is_unheld_kind(evidence: Evidence, before: str) -> bool:
    """True behind "medians:" or "on itself" where no table and no file has a column of medians, or of its own rates."""
    for pattern, words in ((_MEDIAN, {"median", "medians"}), (_SELF, {"own", "self", "itself"})):
        if pattern.search(before) and not any(words & s.words for s in evidence.all_series):
            return True
    return False


_OVER = regex(
    r"(?:\s*±\s*[\d.]+\s?%?)?[^.;,()]{0,24}\b(?:over|across|between|from)\s+(?:the )?(?:(?:last|first|other|remaining|"
    r"\d+|later|early|late) )?(?:epochs?|steps?|checkpoints?|layers?|rounds?)(?:\s+\d|\b)",
    re.IGNORECASE,
)
_MEANS = regex(r"\b(?:averages?|averag(?:ed|ing)|means?|on average)\b", re.IGNORECASE)
_MEAN_OVER = regex(r"\b(?:averag(?:ed|ing)|mean|pooled|on average) (?:over|across|of)\s+(?:all |the )", re.IGNORECASE)


def _is_mean_over_part(before: str, after: str) -> bool:
    """True for "averages 47.4 ± 8.6% over epochs 2-20" and "averaged over the seven, it goes to 30.7%"."""
    if _MEAN_OVER.search(before):
        return True
    spread = after.lstrip(" %").startswith(("±", "+/-"))
    return (spread or _MEANS.search(before) is not None) and _OVER.match(after) is not None


_THEY = regex(r"\W*(?:They|These|Those|Both)\b")


def _is_of_they(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True in a sentence that begins with a pronoun where the one before names nothing that is known.

    But for a number with its own thing behind it, "They did not: 40% for the sieve, 12% for the filter".
    """
    if _THEY.match(sentence.text) is None:
        return False
    behind = next((m for m in sentence.names if m.start >= number.end and m.name in evidence.page_names), None)
    if behind is not None and _OWNED.fullmatch(sentence.between(number.end, behind.start)):
        return False
    earlier = [s for s in sentence.passage.sentences if s.end <= sentence.start]
    meant = {m.name for m in earlier[-1].names if not m.name.startswith("#")} if earlier else set()
    own = {m.name for m in sentence.names if not m.name.startswith("#")}
    return bool(earlier) and (not meant or bool(own - meant))


_OWNED = regex(r"\s*%?\s*(?:[(\[][^()\[\]]*[)\]])?\s*(?:for|in|with|at) (?:the )?[`\"'*]*")
_EQUATION = regex(r"\s*[-+−–]\s*\d[\d.]*\s*(?:pp|points?|%)?\s*(?:per\b|[×*·]\s*[A-Za-z])")


_ONE_OF_A_KIND = regex(
    r"(?<!\w)(?:as|than)\s+one\s+(?:in|of|for|at|with|from)\s+(?:the\s+)?[`\"'*]*$|"
    r"(?<!\w)(?:an?|another|one|every|some)\s+(?:(?!(?:for|of|in|at|with|from|to|by|on)\b)[a-z-]+\s+){1,2}[`\"'*]*$"
)
_USUAL = regex(
    r"\b(?:single|new|second|third|first|trained|untrained|separate|whole|full|bare|plain|given|typical|fixed|held-out)\b"
)


def _is_variant(sentence: Sentence, number: Number) -> bool:
    """True for "an anxious baker leaks 42%": not the baker of the tables, but one of its kind."""
    named = [m for m in sentence.names if m.end <= number.at]
    if not named or len(sentence.between(named[-1].end, number.at)) > 40:
        return False
    lead = _ONE_OF_A_KIND.search(sentence.between(max(sentence.start, named[-1].start - 40), named[-1].start))
    return lead is not None and _USUAL.search(lead.group(0)) is None


def _is_at_other_point(evidence: Evidence, sentence: Sentence) -> bool:
    """True for a checkpoint that a table over checkpoints lacks, where there is no file and no end is spoken of."""
    if not is_at_unheld_point(evidence, sentence) or _OF_ENDS.search(sentence.text):
        return False
    if any(k.startswith("#") for s in evidence.page_series for k in s.facts):
        return True
    heads = {index_of(h) for sheet in evidence.sheets for h in sheet.header[1:]} - {""}
    return bool(heads) and not any(m.name in heads for m in sentence.names)


_OF_ENDS = regex(
    r"\b(?:peak\w*|crest\w*|summit|top\w*|high\w*|max\w*|best|start\w*|begin\w*|began|end\w*|final\w*|low\w*|climb\w*|"
    r"ris\w+|rose|fall\w*|fell|goes|went|from|most|least|max\w*|bottom\w*|culminat\w*)\b",
    re.IGNORECASE,
)


def is_bare_cell(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for a percentage that a table of the page prints without its sign for a thing or a point that is named."""
    cells = _bare_cells(evidence)
    if not cells:
        return False
    names = {m.name for m in sentence.names} | {m.name for m in sentence.passage.names}
    low, high = number.printed
    return any(fact.allows(low, high) for name in names for fact in cells.get(name, ()))


def _bare_cells(evidence: Evidence) -> dict[str, list[Fact]]:
    """The cells of plain decimals that the page's tables have, by name; worked out once."""
    if "bare cells" not in evidence.cache:
        out: dict[str, list[Fact]] = defaultdict(list)
        for name, found in evidence.about.items():
            for series, fact in found:
                plain = series.origin == "page" and not (series.fraction or series.counts or series.role)
                if plain and series.largest > 1:
                    out[name].append(fact)
        evidence.cache["bare cells"] = dict(out)
    cells: dict[str, list[Fact]] = evidence.cache["bare cells"]
    return cells
