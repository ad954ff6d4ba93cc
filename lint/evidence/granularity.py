"""Granularity: with n trials only n + 1 rates exist, in words and in tables that state their n."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from leakstats.facts import Fact
from leakstats.records import struct

from ..regex import regex
from ..source import Place
from ..words import word_set
from .beside import adjacent
from .claims import own_passages
from .edges import is_edge
from .grammar import Number
from .grim import keep_to, possible, sizes_in_cells, sizes_of_rows, tells
from .idioms import interval_ends, is_rate, is_share_of_course, pairs_of_counts, spans
from .kinds import is_no_share, is_spread
from .knowledge import Clash, Evidence
from .lexicon import DENIAL
from .margins import is_margin
from .names import name_variants
from .passages import Sentence
from .roles import subject
from .tables import CellNumber, Sheet
from .trials import is_sum_of_rows, is_trials, mentioned_trials, sizes_of_name, stated_sizes, trials_of_rate
from .word_numbers import SPELLED, whole_number
from .wording import NAMES_COEFFICIENT

__all__ = ["granularity_clashes", "page_runs"]

_FEWEST = 20
"""Trials below which a rate is not judged: their rates are printed as fractions of few things."""


@struct
class _Judged:
    """A rate that was held against its trials."""

    place: Place
    number: Number
    sizes: tuple[int, ...]
    own: bool
    """The sizes stand beside it."""
    ok: bool
    sure: bool
    """It is a rate: a percentage, or a fraction near a known rate of its name."""


def granularity_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Rates that no count out of the stated n gives, on a page where most rates keep to it."""
    judged = [*_of_prose(evidence), *_of_tables(evidence)]
    for percent in (True, False):
        yield from _exceptions([j for j in judged if (j.number.role == "percent") == percent])


def _exceptions(judged: list[_Judged]) -> Iterator[Clash]:
    right = sum(j.ok for j in judged)
    if len(judged) > 3 and right * 2 < len(judged):
        return  # another n than the stated one
    strict = right >= 0.75 * len(judged) and right >= 2
    every = len(judged) >= 6 and right >= 0.85 * len(judged)
    for item in judged:
        if item.ok or not (every or (item.own and (item.sure or strict))):
            continue
        small = item.number.scaled()[1] < 0.01  # one percentage below 1 says nothing of those above
        alike = [
            j.ok
            for j in judged
            if set(j.sizes) & set(item.sizes) and (j is item or not small or j.number.scaled()[1] >= 0.01)
        ]
        if len(alike) == 1 or sum(alike) * 2 >= len(alike):  # else that n is not the one behind the rates
            few = " or ".join(f"{n:,}" for n in item.sizes[:3])
            unit = "%" if item.number.role == "percent" else ""
            yield Clash(
                "granularity",
                item.place,
                f"no count out of {few} gives {item.number.text}{unit}",
                "the rate or its n is wrong",
            )


_NOT_COUNTED = regex(
    r"\b(?:mean|means|average|averag\w+|pool(?:s|ed|ing)?|median|overall|predict\w*|accura\w*|half-width|within|margin|variance|"
    r"expected|all \w+ together|totals?|groups?|categor(?:y|ies)|(?:taken|put) together|combined|altogether)\b",
    re.IGNORECASE,
)
_AVERAGED = regex(
    r"(?:\s*(?:to|→|->|and|vs\.?|,)\s*[~≈]?[\d.]+\s?%?)?\s*\(?(?:on|in|as an?) (?:average|the mean)\b|"
    r"\s*\(?(?:mean|average|pooled|median)",
    re.IGNORECASE,
)
_NOBODY = regex(r"\b(?:nobody|no one|none|nothing|neither|no \w+|without \w+)\s+(?:[\w-]+\s+){0,3}$", re.IGNORECASE)
_LEVEL = regex(r"\s*(?:bar|level|threshold|cut|cut-?off|mark|line|limit|criterion)\b", re.IGNORECASE)
_SPREAD = regex(
    r"(?:±|\+/?-|\bsds?\b|\bSDs?\b|s\.d\.|\b[Ss]tandard deviations?|\b[Ss]catter|\b[Ss]pread)"
    r"(?:\s+(?:of|is|was|at|being))?\s*[:=(]?\s*$|"
    r"\s*\(?(?:±|\+/?-|sd\b|SD\b|s\.d\.)"
)
_RUN_WORDS = ("runs", "seeds", "repeats", "repetitions", "replicates", "replications", "restarts", "fits")
_RUNS = regex(
    rf"\b(?P<m>\d{{1,2}}|{SPELLED})\s+(?!(?:further|more|new|other|additional)\b)(?:\w+\s+){{0,2}}"
    rf"(?:{'|'.join(_RUN_WORDS)})\b",
    re.IGNORECASE,
)
_RATES = regex(r"\b(?:rates?|shares?|fractions?|proportions?)\b", re.IGNORECASE)
_RELATIVE = regex(
    r"\s*(?:of|through|from) (?:its|the|their|that|this|all|what)\b[^.;,)]{0,30}?"
    r"\b(?:variance|start|baseline|was|were|had)\b|"
    r"\s*(?:more|less|fewer|higher|lower|larger|smaller|faster)\b",
    re.IGNORECASE,
)
_SHARE_IS = regex(
    r"\b(?:share|part|fraction|proportion) of (?:its|their|the) (?:\w+ )?"
    r"(?:rise|gain|drop|fall|peak|change|way|increase|effect)\b[^,;]*$|\b(?:by|cut|down|up) (?:about |roughly )?$",
    re.IGNORECASE,
)
_ELSEWHERE = regex(
    r"#\d|\b(?:prior|(?:previous|earlier)(?! ones\b)|previously|another (?=[a-z]+\b)|(?<!each )(?<!any )other|"
    r"reported|published|et al|replicat\w*)\b",
    re.IGNORECASE,
)


_ALPHAS = (0.001, 0.005, 0.01, 0.025, 0.05, 0.1)
_TESTED = regex(
    r"\bsignifican\w*|\balpha\b|α|\bp\b|\bp-values?\b|\b(?:Holm|Bonferroni|Benjamini|FDR)\b|\bcorrect(?:ed|ion)\b"
)


def _is_alpha(sentence: Sentence, number: Number) -> bool:
    """True for a usual level of significance where the sentence speaks of tests."""
    low, high = number.scaled()
    return any(abs((low + high) / 2 - a) < 1e-9 for a in _ALPHAS) and _TESTED.search(sentence.text) is not None


def _is_counted(sentence: Sentence, number: Number) -> bool:
    """True unless the words make a number something else than a share of answers."""
    before = sentence.between(sentence.start, number.start)
    clause = regex(r"[;(—]|\b(?:while|whereas|but)\b").split(_BRACKETS.sub("", before))[-1]
    after = sentence.between(number.end, min(sentence.end, number.end + 40))
    return not (
        _NOT_COUNTED.search(clause)
        or is_margin(sentence, number)
        or is_no_share(_nearest_words(sentence, number))
        or _OPENS_AVERAGED.match(before)
        or _is_of_two_counts(sentence, number)
        or is_share_of_course(sentence, number)
        or _RELATIVE.match(after)
        or _SHARE_IS.search(before)
        or _AVERAGED.match(after)
        or _NOBODY.search(clause)
        or _LEVEL.match(after)
        or _SPREAD.search(before)
        or _SPREAD.match(after)
        or regex(r"\s*\(\d+ [a-z]").match(after)
    )


def _nearest_words(sentence: Sentence, number: Number) -> str:
    """The words between a number and the one before it, or the start of its clause: what names it."""
    ends = (n.end for n in sentence.numbers if n.end <= number.start and n.role in _NAMED)
    before = sentence.between(max(ends, default=sentence.start), number.start)
    return _CLAUSES.split(before)[-1]


_NAMED = ("percent", "points", "value", "coefficient")
_CLAUSES = regex(r"[;,(—]\s|\b(?:while|whereas|but|and)\b")
_OPENS_AVERAGED = regex(r"\W*(?:averaged|pooled|taken together|on average|summed)\b[^;]*$", re.IGNORECASE)


def _is_of_two_counts(sentence: Sentence, number: Number) -> bool:
    """True for the share of one count of the sentence in another: "of 2,250 carts, 601 are full (26.7%)"."""
    counts = [x.value for x in sentence.numbers if x.role in ("count", "n") and x.value >= _FEWEST]
    low, high = number.scaled()
    return any(b and low - 1e-9 <= a / b <= high + 1e-9 for a in counts for b in counts if a < b)


_BRACKETS = regex(r"\([^()]*\)")
_INTERVALS = regex(r"\b(?:CIs?|intervals?|Wilson|confidence|bounds?|bands?)\b", re.IGNORECASE)


_NEVER = regex(rf"{DENIAL}|\bhardly\b", re.IGNORECASE)


def _is_bar(sentence: Sentence, number: Number) -> bool:
    """True for a bound, but for the largest value itself: "never gets past 5.6%"."""
    if not number.bound:
        return False
    before = sentence.between(max(sentence.start, number.start - 40), number.start)
    return number.bound not in (">", "<=") or number.text[-1] in "05" or _NEVER.search(before) is None


_TO = regex(r"\s*(?:,|;|–|—|-|to|\.\.|…)\s*")


def _bracketed(sentence: Sentence) -> set[int]:
    """Pairs of numbers that fill a bracket as an interval's ends do."""
    out: set[int] = set()
    for a, b in itertools.pairwise(sentence.numbers):
        opened = sentence.between(max(sentence.start, a.start - 2), a.start).rstrip()[-1:] in ("(", "[")
        closed = sentence.between(b.end, b.end + 2).lstrip()[:1] in (")", "]")
        alike = a.role == b.role and a.value <= b.value and not a.signed
        if alike and opened and closed and _TO.fullmatch(sentence.between(a.end, b.start)):
            out |= {id(a), id(b)}
    return out


def _of_prose(evidence: Evidence) -> Iterator[_Judged]:
    gathered = tuple(n for n in mentioned_trials(evidence) if n >= _FEWEST)
    for passage in own_passages(evidence):
        for sentence in passage.sentences:
            if not sentence.numbers or _ELSEWHERE.search(sentence.text):
                continue
            ends = interval_ends(sentence)
            if _INTERVALS.search(sentence.text):
                ends |= {id(x) for s in spans(sentence) for x in (s.left, s.right)}
            ends |= _bracketed(sentence)
            counted = {round(k.value / n.value, 9): n for k, n in pairs_of_counts(sentence) if n.value}
            beside = adjacent(sentence)
            for i, number in enumerate(sentence.numbers):
                if id(number) in ends or _is_bar(sentence, number) or number.signed or number.label:
                    continue
                if not is_rate(sentence, number) or not number.scaled()[0] >= 0 or number.scaled()[1] > 1.01:
                    continue
                if not _is_counted(sentence, number) or _is_alpha(sentence, number) or is_edge(sentence, number):
                    continue
                if number.role == "value" and (
                    any(x.role == "coefficient" for x in sentence.numbers) or NAMES_COEFFICIENT.search(sentence.text)
                ):
                    continue  # a coefficient without its letter
                low, high = number.scaled()
                if any(low - 1e-9 <= v <= high + 1e-9 for v in counted):
                    continue  # it has counts of its own
                near = beside.get(i)
                if near is not None and near.name.startswith("#"):
                    near = None  # a layer or an epoch
                name = near.name if near is not None else subject(evidence, sentence, number)
                sizes, own = trials_of_rate(sentence, number, near.name if near is not None else None)
                own = own and not any(is_sum_of_rows(evidence, n) for n in sizes)
                own = own and not _is_per_cell(sentence) and not _is_of_other_bracket(sentence, number)
                if not sizes or not own:
                    listed = sizes_of_name(evidence, name) if name and not sizes else ()
                    if not listed and any(s.total or is_sum_of_rows(evidence, s.value) for s in stated_sizes(passage)):
                        continue  # the number of all trials is said
                    if name and sizes and not listed:
                        continue  # the size that is said belongs to another thing
                    sizes = tuple(dict.fromkeys((*sizes, *listed))) if listed else gathered
                    own = own or (bool(listed) and near is not None and len(set(sizes)) == 1)
                if not sizes or not all(n >= _FEWEST and tells(number, n) for n in sizes):
                    continue
                if near is None and not own and any(possible(number, n * m) for n in sizes for m in range(2, 40)):
                    continue  # a mean over several of them
                beings = {name} if near is not None else {name, *(m.name for m in passage.names)}
                if any(
                    evidence.matches(number, s, f)
                    for x in beings
                    for s, f in evidence.about.get(x, ())
                    if (s.origin == "data" or (near is not None and not own and _is_as_fine(f, number)))
                    and evidence.kind(s) == "rate"
                ):
                    continue  # the value itself is known, and a table says it of the same thing
                if any(
                    possible(number, n * m)
                    for n in sizes
                    for m in _runs(evidence, sentence, near.name if near is not None else name)
                ):
                    continue  # a mean over runs
                place = passage.place(number.start, number.end)
                around = {near.name} if near is not None else {name, *(m.name for m in sentence.names)}
                named = number.role == "percent" or _RATES.search(sentence.text) is not None
                sure = named or any(_near_rate(evidence, number, x) for x in sorted(around))
                yield _Judged(place, number, sizes, own, any(possible(number, n) for n in sizes), sure)


def _is_per_cell(sentence: Sentence) -> bool:
    """True for rates that are none of one cell but of several: "80.4% at home, 39.9% abroad (n = 150 a cell)"."""
    sizes = [n for n in sentence.numbers if n.role == "n" and _PER_CELL.match(sentence.passage.plain, n.end)]
    rates = {x.text: x for x in sentence.numbers if x.role == "percent" and not x.bound and not x.signed}.values()
    places = [x for x in rates if _SOMEWHERE.match(sentence.between(x.end, sentence.end))]
    if len(sizes) == 1 and len(places) > 1 and not sentence.names:
        return True  # "84% on the diagonal and 49% off it": no cell is named
    return len(sizes) == 1 and len(rates) > 1 and not any(possible(x, int(sizes[0].value)) for x in rates)


_SOMEWHERE = regex(r"\s?%?\s+(?:on|off|by|at|in|within|outside|inside|after|among|for|away|abroad|elsewhere)\b")
_PER_CELL = regex(r"\s+(?:[a-z]+ )?(?:an?|per|each|in (?:a|each)|for (?:a|each)) (?:cell|dot|reading|combination)\b")


def _is_of_other_bracket(sentence: Sentence, number: Number) -> bool:
    """True for two rates in a bracket of which neither, where a later bracket says the n of its own two rates.

    "Four times that of B (29.4% against 7.2%), … three times as often alone (94.0% against 31.0%; n = 200)".
    """
    opened = sentence.between(sentence.start, number.start).rfind("(") + sentence.start
    closed = sentence.between(number.end, sentence.end).find(")") + number.end
    if opened < sentence.start or closed < number.end or ")" in sentence.between(opened, number.start):
        return False
    own = [x for x in sentence.numbers if opened < x.start < closed]
    sizes = [x for x in sentence.numbers if x.role == "n"]
    if len(sizes) != 1 or sizes[0] in own or any(x.role != number.role for x in own) or len(own) < 2:
        return False
    n = int(sizes[0].value)
    start = sentence.between(sentence.start, sizes[0].at).rfind("(") + sentence.start
    beside = [x for x in sentence.numbers if start < x.start < sizes[0].at and x.role == number.role]
    return len(beside) > 1 and all(possible(x, n) for x in beside) and not any(possible(x, n) for x in own)


def _is_as_fine(fact: Fact, number: Number) -> bool:
    """True if a cell has no fewer digits than a number in words."""
    low, high = number.scaled()
    return fact.high - fact.low <= 1.01 * (high - low)


def _runs(evidence: Evidence, sentence: Sentence, name: str) -> frozenset[int]:
    """How many runs or units a rate may be a mean of: the page's counts of runs, and an N that does not count rows."""
    stated = {int(x.value) for x in sentence.passage.numbers if x.role == "n" and x.label == "N" and 2 <= x.value <= 40}
    rows = {len(s.labels) for s in evidence.sheets if name and any(name in name_variants(x) for x in s.labels)}
    units = {n for n in stated if n not in rows and n + 1 not in rows}  # "N = 9, n = 200 each" of nine rows is of a row
    return page_runs(evidence) | units | _groups(sentence.passage.plain)


_EACH = regex(
    r"\bn\s*[=:]\s*[\d,]+(?:\s+[a-z]+)?\s+(?:an?|per|each|every|(?:in|for) (?:a|each|every))\s+(?P<unit>[a-z]+)"
)
_MANY = regex(rf"\b(?P<m>\d{{1,2}}|{SPELLED})" + r"\s+(?P<unit>[a-z]+)s\b(?P<of>\s+of\s+n\s*[=:])?")


def _groups(text: str) -> set[int]:
    """How many groups of n there are: 4 in "n = 100 lines a lot, 4 lots an arm", 5 in "5 lots of n = 80"."""
    units = {m["unit"] for m in _EACH.finditer(text)}
    found = [m for m in _MANY.finditer(text) if m["of"] or m["unit"] in units]
    return {m for x in found if 2 <= (m := whole_number(x["m"])) <= 40}


def page_runs(evidence: Evidence) -> frozenset[int]:
    """The counts of runs or seeds that the page states."""
    if "runs" not in evidence.cache:
        found: set[int] = set()
        for passage in evidence.passages:
            if passage.part in ("plan", "prior") or word_set(passage.plain).isdisjoint(_RUN_WORDS):
                continue
            found.update(whole_number(match["m"]) for match in _RUNS.finditer(passage.plain))
        evidence.cache["runs"] = frozenset(m for m in found if 2 <= m <= 20)
    runs: frozenset[int] = evidence.cache["runs"]
    return runs


def _near_rate(evidence: Evidence, number: Number, name: str) -> bool:
    """True if what is known of ``name`` nearest to a fraction is a rate, and near."""
    known = [
        (abs(fact.value - number.value), evidence.kind(series) in ("rate", ""))
        for series, fact in evidence.about.get(name, ())
        if abs(fact.value) <= 1
    ]
    distance, rate = min(known, key=lambda x: (x[0], not x[1]), default=(1.0, False))
    return rate and distance < 0.05


def _of_tables(evidence: Evidence) -> Iterator[_Judged]:
    runs = page_runs(evidence)
    for sheet in evidence.sheets:
        named: dict[int, set[int]] = {}
        for item in sheet.numbers:
            if is_trials(sheet, item):
                named.setdefault(item.row, set()).add(int(item.number.value))
        # the rate of a "k/n" is held against it elsewhere, and other columns have an n of their own
        proved = {} if sizes_in_cells(sheet) else sizes_of_rows(evidence, sheet)
        columns: dict[int, list[CellNumber]] = {}
        for item in sheet.numbers:
            if _is_cell_rate(sheet, item):
                columns.setdefault(item.column, []).append(item)
        for cells in columns.values():
            keeping = keep_to([(x.number, proved[x.row]) for x in cells if x.row in proved])
            for item in cells:
                number = item.number
                sizes = _header_sizes(sheet, item) or tuple(named.get(item.row, ()))
                if keeping and item.row in proved:
                    sizes = sizes or (proved[item.row],)
                elif number.role != "percent":
                    continue  # a cosine
                if len(sizes) != 1 or sizes[0] < _FEWEST:
                    continue
                if tells(number, sizes[0]) and not any(possible(number, sizes[0] * m) for m in runs):
                    place = evidence.document.place(item.cell.text, number.start, number.end)
                    yield _Judged(place, number, sizes, True, possible(number, sizes[0]), True)


_IN_HEAD = regex(r"\bn\s*=\s*(\d[\d,]{0,14})(?!\d|\s*[-–+…])")


def _header_sizes(sheet: Sheet, item: CellNumber) -> tuple[int, ...]:
    found = {
        int(m.group(1).replace(",", ""))
        for text in (sheet.header[item.column], sheet.labels[item.row])
        for m in _IN_HEAD.finditer(text)
    }
    return tuple(found)


def _is_cell_rate(sheet: Sheet, item: CellNumber) -> bool:
    number = item.number
    if item.interval or number.bound or number.signed:
        return False
    head, label = sheet.header[item.column], sheet.labels[item.row]
    if _NOT_COUNTED.search(f"{head} {label}") or is_no_share(head) or is_no_share(label) or is_spread(head):
        return False
    fraction = number.role == "value" and 0 <= number.value <= 1 and number.decimals > 1 and not number.label
    return fraction or (number.role == "percent" and 0 <= number.value <= 100)
