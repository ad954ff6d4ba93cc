"""How many trials a rate of the page rests on: sample sizes with the things that they are stated for."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from leakstats.records import struct

from ..regex import regex
from .grammar import Number
from .idioms import interval_ends, is_rate, pairs_of_counts
from .knowledge import Evidence
from .lexicon import TRIALS
from .names import name_variants
from .passages import Passage, Sentence
from .tables import CellNumber, Sheet, is_aggregate

__all__ = [
    "Size",
    "candidate_sizes",
    "counts_units",
    "gathered_trials",
    "is_sum_of_rows",
    "is_trials",
    "mentioned_trials",
    "page_sizes",
    "respective",
    "sizes_of_name",
    "stated_sizes",
    "sums_of_rows",
    "trials_in_words",
    "trials_of_rate",
]


@struct
class Size:
    """A number of trials that a passage states."""

    number: Number
    names: frozenset[str]
    """The things it is stated for: "n = 300 for Monk and Gossip"; empty where it holds for all."""
    total: bool = False
    """It counts the trials of all things together: "n = 860 answers on each side in total"."""

    @property
    def value(self) -> int:
        return int(self.number.value)


_FOR = regex(r"\s*(?:[a-z]+\s+){0,3}?(?:for|in|of)\s+(?:the\s+)?[`\"'“‘*]*", re.IGNORECASE)
_AND = regex(r"[`\"'”’*]*\s*(?:,|,?\s*and|&|or)\s*(?:the\s+)?[`\"'“‘*]*")


def stated_sizes(passage: Passage) -> tuple[Size, ...]:
    """Every "n = …" of a passage; N counts units and is left out, but for "N = 320 test items"."""
    out = []
    for number in _with_joined(passage):
        if number.decimals > 0 or number.bound or number.value < 2:
            continue
        if number.role == "n" and number.label != "n" and _OF_TRIALS.match(passage.plain, number.end) is None:
            continue
        if _counts_cells(passage, number) or _RANGE.match(passage.plain, number.end) or _is_of_fit(passage, number):
            continue
        lead = _FOR.match(passage.plain, number.end)
        names: list[str] = []
        at = lead.end() if lead is not None else -1
        for mention in passage.names if lead is not None else ():
            if mention.start == at:
                names.append(mention.name)
                joined = _AND.match(passage.plain, mention.end)
                at = joined.end() if joined is not None else -1
        names += _exceptions(passage, number)
        out.append(Size(number, frozenset(names), _TOTAL.match(passage.plain, number.end) is not None))
    return tuple(out)


def _is_of_fit(passage: Passage, size: Number) -> bool:
    """True for the n behind a coefficient and its p, "ρ = .71, p = .003, n = 84": it counts units."""
    before = [n for n in passage.numbers if n.end <= size.at][-2:]
    return (
        [n.role for n in before] == ["coefficient", "p"]
        and _COMMA.fullmatch(passage.plain, before[0].end, before[1].at) is not None
        and _COMMA.fullmatch(passage.plain, before[1].end, size.at) is not None
    )


_COMMA = regex(r"\s*[,;/]?\s*(?:and |with )?")


_MORE_SIZES = regex(
    r"(?:\s*[,/]\s*\d[\d,]*)*\s*(?:/|,?\s(?:and|vs\.?|versus|against))\s*\d[\d,]*(?=\s*(?:,?\s?respectively\s*)?[)\];])"
)


def _with_joined(passage: Passage) -> Iterator[Number]:
    """The sizes of a passage with those that a bracket joins to one: both of "(n = 240 and 5,040)"."""
    last = -1
    for number in passage.numbers:
        if number.role == "n":
            yield number
            more = _MORE_SIZES.match(passage.plain, number.end) if number.label == "n" else None
            last = more.end() if more is not None else -1
        elif number.role == "count" and number.start < last:
            yield number


_RANGE = regex(r"\s*(?:to|–|—|-|\.\.|…)\s*\d")
"""Behind the least of several sizes: "n = 180 to 200 a side"."""
_EXCEPT = regex(
    r"\b(?:except(?:ing)?(?: (?:for|in|at|with|under))?|apart from|but for|save for)\s+[^.;:()]{1,80}$", re.IGNORECASE
)


def _exceptions(passage: Passage, number: Number) -> list[str]:
    """The things of "n = 100 a point, except for the nun and the monk, n = 300" that the last size is stated for."""
    found = _EXCEPT.search(passage.plain, max(0, number.at - 120), number.at)
    if found is None:
        return []
    return [m.name for m in passage.names if found.start() < m.start < number.at]


_TOTAL = regex(
    r"\s*(?:[a-z-]+\s+){0,6}?"
    r"(?:in (?:total|sum|all)|overall|altogether|all told|all together|taken together|summed|combined)\b",
    re.IGNORECASE,
)


_JOINED = regex(r"\s*(?:,|;|/|,?\s*(?:and|vs\.?|versus|against))\s*")


def respective(passage: Passage, sizes: tuple[Size, ...]) -> list[tuple[Size, ...]]:
    """Runs of sizes that stand side by side: "n = 120 and n = 5,040"."""
    runs: list[list[Size]] = []
    for size in sizes:
        if (
            runs
            and not runs[-1][-1].names
            and _JOINED.fullmatch(passage.plain[runs[-1][-1].number.end : size.number.at])
        ):
            runs[-1].append(size)
        else:
            runs.append([size])
    return [tuple(r) for r in runs if len(r) > 1 and not any(s.names for s in r)]


_OF_TRIALS = regex(rf"\s+(?:[a-z-]+\s+){{0,2}}?(?:{TRIALS}|items?|questions?|prompts?|problems?)\b", re.IGNORECASE)
_OF_UNITS = regex(
    r"\s+(?:[a-z-]+\s+)?(?:personas|models|seeds|runs|layers|checkpoints|clusters|groups|raters|sources|folds|categories|"
    r"units|bystanders)\b"
)


def counts_units(passage: Passage, number: Number) -> bool:
    """True for an n of units and not of trials: "N = 28", "n = 28 personas"; "N = 320 test items" is of trials."""
    if _OF_TRIALS.match(passage.plain, number.end):
        return False
    return number.label == "N" or _OF_UNITS.match(passage.plain, number.end) is not None


_LINK = r"(?:per|in|for|of|on|at|by|to|from|with|under|across|over|among|and|or|each|every|all|both|the|these|those)"
_CELLS = regex(rf"\s+(?:(?!{_LINK}\s)[a-z×-]+\s+){{0,4}}?(?:cells|combinations)\b", re.IGNORECASE)


def _counts_cells(passage: Passage, number: Number) -> bool:
    """True for the cells of a design, "n = 24 lamp × lens cells", and for an n that repeats their number.

    They are what rates are of, and no trials of one; "n = 24 each" would be.
    """
    plain = passage.plain
    if _CELLS.match(plain, number.end):
        return True
    if _OF_EACH.match(plain, number.end) or _OF_TRIALS.match(plain, number.end):
        return False
    return any(x.role == "count" and x.value == number.value and _CELLS.match(plain, x.end) for x in passage.numbers)


def _counted_trials(sentence: Sentence) -> list[tuple[Number, Number]]:
    """The ``k of n`` of a sentence that count no cells of a design."""
    return [(k, n) for k, n in pairs_of_counts(sentence) if not _CELLS.match(sentence.passage.plain, n.end)]


_SO_MANY_TRIALS = regex(rf"\s+(?:[a-z-]+\s+){{0,2}}?{TRIALS}\b", re.IGNORECASE)
_PART = regex(r"\s+(?:[a-z-]+\s+){0,4}?(?:of|in|from|out)\b|\s*/", re.IGNORECASE)


def trials_in_words(sentence: Sentence) -> tuple[int, ...]:
    """The numbers of trials that a sentence states by what they are: "150 replies", and not "97 of the replies"."""
    return tuple(
        dict.fromkeys(
            int(x.value)
            for x in sentence.numbers
            if x.role == "count"
            and x.decimals <= 0
            and x.value >= _FEWEST_TRIALS
            and not x.bound
            and _SO_MANY_TRIALS.match(sentence.passage.plain, x.end)
            and not _PART.match(sentence.passage.plain, x.end)
        )
    )


_FEWEST_TRIALS = 20


def _rates(sentence: Sentence) -> list[Number]:
    ends = interval_ends(sentence)
    return [n for n in sentence.numbers if id(n) not in ends and is_rate(sentence, n) and not n.signed]


_NEAR = 0.05
"""How far a rate with a wrong digit may be from the fraction that it repeats."""


def trials_of_rate(sentence: Sentence, rate: Number, name: str | None) -> tuple[tuple[int, ...], bool]:
    """The trials that a passage states for a rate of it, and whether they stand for this rate and no other.

    Sizes that the words give to another name than ``name`` do not count; for a rate without a name (``None``) all do.
    Of two sizes behind two rates each has its own.
    """
    passage = sentence.passage
    stated = stated_sizes(passage)
    sizes = tuple(s for s in stated if not s.total)
    if stated and not sizes:
        return (), False
    if not sizes:
        pairs = [(s, k, n) for s in passage.sentences for k, n in _counted_trials(s) if n.value]
        pairs = [x for x in pairs if x[0] is not sentence or not _is_set_against(sentence, x[2], rate)]
        counted = {int(n.value) for _, _, n in pairs}
        # "98 of 120 … In shares: 81.7%" does for the share; "73% (146/200), the others 2.6%" for its own rate alone
        taken = any(r is not rate and r.allows_rate(k.value / n.value) for s, k, n in pairs for r in _rates(s))
        low, high = rate.scaled()
        near = any(low - _NEAR <= k.value / n.value <= high + _NEAR for _, k, n in pairs)  # else of something else
        return tuple(counted), len(counted) == 1 and near and not taken
    inside = [s for s in sizes if sentence.start <= s.number.start < sentence.end]
    rates = _rates(sentence)
    for run in respective(passage, sizes):
        here = run[0] in inside
        before = [r for r in rates if not here or r.end <= run[0].number.at]
        # two rates behind one another take the two sizes in their order, in this sentence or in the next
        turned = len(before) > 1 and regex(r"\bfrom\b").search(passage.plain[before[0].end : before[-1].start])
        if rate in before and len(before) == len(run) and (here or not inside) and not turned:
            return (run[before.index(rate)].value,), True
        if here and rate not in before:
            return (), False
    found = _for_name(inside, name)
    if found:
        others = _is_of_clause_before(sentence, inside, rate) or _is_of_another_sort(sentence, inside, rate)
        return found, not (others or _is_of_thing_before(sentence, inside, rate))
    around = _for_name(sizes, name)
    beside = {
        m.name
        for other in passage.sentences
        for m in other.names
        if any(other.start <= s.number.start < other.end for s in sizes) and not m.name.startswith("#")
    } - frozenset().union(*(s.names for s in sizes))
    # "n = 200 each" of nothing in particular holds on; "Granite makes up a third (n = 260)" does for Granite
    # … and of what is not named it need not be: "As groups they stand at 68.2%"
    return around, name is not None and not inside and len(around) == 1 and not beside - {name}


_CONTRAST = regex(r"\b(?:whereas|while|but|yet|though|although|against|unlike)\b|;", re.IGNORECASE)


def _is_of_clause_before(sentence: Sentence, sizes: Sequence[Size], rate: Number) -> bool:
    """True for a rate in a clause set against the one whose size is said: "own use … (n = 240 each), whereas …"."""
    return all(_is_set_against(sentence, s.number, rate) or _is_of_rate_before(sentence, s, rate) for s in sizes)


def _is_of_thing_before(sentence: Sentence, sizes: Sequence[Size], rate: Number) -> bool:
    """True for a rate behind another thing than the one whose size a bracket says: "the nun leads (n = 300), the …"."""
    for size in sizes:
        at, end = size.number.at, size.number.end
        alone = sentence.between(at - 1, at) == "(" and sentence.between(end, end + 1) == ")" and end < rate.start
        things = [m for m in sentence.names if not m.name.startswith("#")]
        before = {m.name for m in things if m.end < at}
        behind = {m.name for m in things if end < m.start < rate.start}
        if not (alone and before and behind and not before & behind):
            return False
    return True


_SORT = regex(
    rf"\s+(?P<sort>own|home|foreign|borrowed|bystander|onlooker|neighbou?r|listener|stranger)\s+{TRIALS}\b",
    re.IGNORECASE,
)


def _is_of_another_sort(sentence: Sentence, sizes: Sequence[Size], rate: Number) -> bool:
    """True for a rate that no words call "own" where the size is: "own rate 92%, others 3.7% (n = 50 own replies)"."""
    sorts = [_SORT.match(sentence.passage.plain, s.number.end) for s in sizes]
    before = max((r.end for r in _rates(sentence) if r.end <= rate.start), default=sentence.start)
    said = sentence.between(before, rate.start).lower()
    return all(sort is not None and sort["sort"].lower() not in said for sort in sorts)


_OF_EACH = regex(r"[^.;)\d]{0,24}\b(?:each|per|every|apiece|both|either|an?|all)\b", re.IGNORECASE)


def _is_of_rate_before(sentence: Sentence, size: Size, rate: Number) -> bool:
    """True for a rate behind a bracket that says the size of another: "41.5% home (n = 160) vs 17.8% strangers"."""
    plain = sentence.passage.plain
    if _OF_EACH.match(plain, size.number.end):
        return False
    opened, closed = plain.rfind("(", sentence.start, size.number.at), plain.find(")", size.number.end)
    inside = opened >= 0 and ")" not in plain[opened : size.number.at]
    return inside and 0 <= closed < rate.start and any(r.end <= opened for r in _rates(sentence))


def _is_set_against(sentence: Sentence, size: Number, rate: Number) -> bool:
    return size.end <= rate.start and _CONTRAST.search(sentence.between(size.end, rate.start)) is not None


def _for_name(sizes: Sequence[Size], name: str | None) -> tuple[int, ...]:
    """The sizes stated for ``name``, else those stated for nothing in particular; all where there is no name."""
    mine = [s for s in sizes if name in s.names]
    found = mine or [s for s in sizes if name is None or not s.names]
    return tuple(dict.fromkeys(s.value for s in found))


_TRIALS_HEAD = regex(r"\s*(?:n\b|k\s?/\s?n|trials|completions|samples|.*\bper (?:cell|persona|point))")


def is_trials(sheet: Sheet, item: CellNumber) -> bool:
    """True if a cell holds a number of trials."""
    whole = item.number.role == "n" and item.number.decimals <= 0
    return whole and _TRIALS_HEAD.match(sheet.header[item.column]) is not None


def sizes_of_name(evidence: Evidence, name: str) -> tuple[int, ...]:
    """The trials that the tables state for a name."""
    if "table trials" not in evidence.cache:
        table: dict[str, list[int]] = {}
        for sheet in evidence.sheets:
            for item in sheet.numbers:
                if is_trials(sheet, item):
                    for known in name_variants(sheet.labels[item.row]):
                        table.setdefault(known, []).append(int(item.number.value))
        evidence.cache["table trials"] = table
    found: dict[str, list[int]] = evidence.cache["table trials"]
    return tuple(dict.fromkeys(found.get(name, ())))


def sums_of_rows(evidence: Evidence) -> dict[int, bool]:
    """Sums of the sizes of all rows of a table, with whether a row of totals states the sum itself."""
    if "row sums" not in evidence.cache:
        sums: dict[int, bool] = {}
        for sheet in evidence.sheets:
            columns: dict[tuple[int, int], list[CellNumber]] = {}
            for item in sheet.numbers:
                if item.number.role in ("n", "count") and item.number.decimals <= 0:
                    columns.setdefault((item.column, item.position), []).append(item)
            for cells in columns.values():
                parts = [int(x.number.value) for x in cells if not is_aggregate(sheet.labels[x.row])]
                if len(parts) > 1:
                    total = sum(parts)
                    stated = total in (int(x.number.value) for x in cells)
                    sums[total] = stated and sums.get(total, True)
        evidence.cache["row sums"] = sums
    known: dict[int, bool] = evidence.cache["row sums"]
    return known


def is_sum_of_rows(evidence: Evidence, value: int) -> bool:
    """True if a number of trials is that of all rows of a table together, which no row has itself."""
    return sums_of_rows(evidence).get(value) is False


def gathered_trials(evidence: Evidence) -> tuple[int, ...]:
    """Every number of trials that the page states."""
    if "all trials" not in evidence.cache:
        stated = (s.value for p in evidence.passages for s in stated_sizes(p))
        listed = (int(x.number.value) for s in evidence.sheets for x in s.numbers if is_trials(s, x))
        evidence.cache["all trials"] = tuple(dict.fromkeys(itertools.chain(stated, listed)))
    found: tuple[int, ...] = evidence.cache["all trials"]
    return found


def mentioned_trials(evidence: Evidence) -> tuple[int, ...]:
    """Those that the page states, if any, and those that sentences mention: "150 answers", the whole of "44/150"."""
    if "mentioned trials" not in evidence.cache:
        sentences = [s for p in evidence.passages for s in p.sentences]
        worded = (n for s in sentences for n in trials_in_words(s))
        counted = (int(n.value) for s in sentences for _, n in _counted_trials(s) if n.value >= _FEWEST_TRIALS)
        stated = gathered_trials(evidence)
        found = dict.fromkeys(itertools.chain(stated, worded, counted)) if stated else {}
        evidence.cache["mentioned trials"] = tuple(found)
    answer: tuple[int, ...] = evidence.cache["mentioned trials"]
    return answer


_MOST_SIZES = 24
"""Sizes of a page above which none of them is that of an interval without one.

An interval printed to a tenth of a point is also that of sizes within about two per cent of its own. Of two dozen sizes
between 100 and 400, one is as near to any number by chance every other time: the answer would say nothing.
"""


def candidate_sizes(evidence: Evidence) -> tuple[int, ...]:
    """The trials that an interval without a size of its own may rest on; none on a page with too many of them.

    These are the sizes that the page states, the sums of its columns of sizes, and each size that its words state times
    the rows of a table. Sizes in cells are those of their rows, and their sum is that of all: none is multiplied.
    """
    if "candidate sizes" not in evidence.cache:
        said, listed = _sizes_of_page(evidence)
        rows = sorted({m for s in evidence.sheets for m in (len(s.labels) - 1, len(s.labels))})
        products = (n * m for n in said for m in rows)
        every = [n for n in dict.fromkeys((*said, *listed, *sums_of_rows(evidence), *products)) if n > 1]
        evidence.cache["candidate sizes"] = tuple(every) if len(every) <= _MOST_SIZES else ()
    found: tuple[int, ...] = evidence.cache["candidate sizes"]
    return found


def page_sizes(evidence: Evidence) -> tuple[int, ...]:
    """The sizes that the page states, for a row that states none; none on a page with too many of them."""
    every = tuple(n for n in dict.fromkeys(itertools.chain(*_sizes_of_page(evidence))) if n > 1)
    return every if len(every) <= _MOST_SIZES else ()


def _sizes_of_page(evidence: Evidence) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The sizes that the words and the tables of a page state."""
    if "sizes of page" not in evidence.cache:
        said = dict.fromkeys(
            int(x.value) for p in evidence.passages for x in p.numbers if _is_size(x) and not _counts_cells(p, x)
        )
        listed = dict.fromkeys(int(x.number.value) for s in evidence.sheets for x in s.numbers if _is_size(x.number))
        evidence.cache["sizes of page"] = tuple(said), tuple(listed)
    found: tuple[tuple[int, ...], tuple[int, ...]] = evidence.cache["sizes of page"]
    return found


def _is_size(number: Number) -> bool:
    """True for a number of trials; N counts units."""
    return number.role == "n" and number.label != "N" and number.decimals <= 0 and number.value >= _FEWEST_TRIALS
