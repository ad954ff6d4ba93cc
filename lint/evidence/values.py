"""Rates and decimals of the page against what is known of the things that they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from leakstats.facts import Fact, Series

from ..regex import regex
from .addressed import cells_named
from .aside import is_aside
from .asked import facts_asked, facts_meant, is_averaged, is_other_quantity, narrowed_facts
from .binding import begins_move, follows_name, is_apart, is_mixed, is_read, name_beside, only_name, sole_thing
from .claims import (
    NOBODY,
    claim_is_known,
    claimed,
    closed,
    derived_rates,
    facts_of,
    is_bar,
    is_claim,
    is_prior,
    prints_rate,
)
from .coordination import Paired, list_of, pair_of
from .correlations import follows, records
from .grammar import Number
from .idioms import SHARE_OF, pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .lexicon import MOOT
from .means import odd_means
from .moves import end_clashes
from .names import Mention, fold_name, name_variants, words_of
from .passages import Sentence
from .pooled import is_pooled
from .quantities import NUMERALS, READ, quantity_asked
from .roles import ceiling, subject
from .shares import OF_START, PART_OF, is_ratio_of, is_share, is_share_again, share_clashes
from .slips import slip_of
from .unheld import (
    is_at_other_point,
    is_at_unheld_point,
    is_between_others,
    is_new_end,
    is_of_unheld_range,
    unsaid,
)
from .wholes import facts_of_whole

__all__ = ["cell_clashes", "value_clashes"]

_RELATIVE = regex(
    r"\b(?:increas|decreas|reduc|grew|grow|drop|fell|fall|rise|rose|cut|shr[aiu]nk|relative|more|less|"
    r"fewer|larger|smaller|higher|lower)",
    re.IGNORECASE,
)


_THAN = regex(r"\s*%?\s*(?:more|less|fewer|larger|smaller|higher|lower|greater)\b[^.;,]*\bthan\b", re.IGNORECASE)
"""Behind a number that is a change, and none of the rates that it may be like."""


def cell_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Cells that the field of their column contradicts."""
    for cell, fact, binding in evidence.suspect.values():
        value = fact.value * binding.scale
        place = evidence.document.place(cell.cell.text, cell.number.start, cell.number.end)
        agreeing = len(binding.matched)
        yield Clash(
            "cell",
            place,
            f"the cell says {cell.number.text}{cell.number.unit}, the results say {value:.4g} "
            f"({fact.pointer}); {agreeing} other cells agree with that field",
            "correct the cell, or the file",
        )


_COURSE = 4
"""Values of one thing that a page follows over time; of fewer some may be left out."""


def value_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Rates and decimals in words that are none of the values known of what they speak of.

    Several values that nothing knows are a set that the page holds elsewhere, and no errors.
    """
    right: list[Number] = []
    found = list(_value_clashes(evidence, right))
    if len({c.message for c in found}) <= max(1, min(3, len(right) // 5)):
        yield from found


def _value_clashes(evidence: Evidence, right: list[Number]) -> Iterator[Clash]:
    """The clashes; the numbers that are what is known of the name beside them are added to ``right``."""
    recorded = {
        id(x) for r in records(evidence) if r.passage is not None and r.p is not None for x in (r.coefficient, r.p)
    }
    stored = {(round(t.coefficient.value, 9), t.n) for t in evidence.triples}
    consistent = {
        id(x)
        for r in records(evidence)
        if r.passage is not None and r.complete and r.coefficient is not None and follows(r)
        if not any(n == r.n and r.coefficient.allows(c) for c, n in stored)
        for x in (r.coefficient, r.p)
    }
    cells = cells_named(evidence)
    yield from _ceilings(evidence)
    yield from share_clashes(evidence)
    moved = set()
    for sentence, number, facts in end_clashes(evidence, READ):
        percent = evidence.prints_decimals is False or number.role == "percent"
        slip = _trace(evidence, number, unsaid(evidence, sentence, number, facts), several=False)
        followed = len({round(f.value, 6) for s, f in facts if s.origin == "page"}) >= _COURSE
        held = bool(evidence.datasets) or (
            not is_new_end(evidence, sentence, number, facts) and (followed or slip)
        )  # a table without a file may hold the first and the last value, and others stand in words
        if held and (slip or closed(evidence, percent=percent)) and not is_prior(sentence):
            moved.add(id(number))
            yield _clash(sentence, number, "of what moves", facts, percent)
    for sentence, number, facts in odd_means(evidence):
        moved.add(id(number))
        yield _clash(sentence, number, "as the mean of a column", facts, number.role == "percent")
    for sentence, i, number in claimed(evidence):
        percent = number.role == "percent"
        if (
            id(number) in moved
            or is_prior(sentence)
            or _defies_counts(sentence, number)
            or is_aside(evidence, sentence, number)
            or is_share_again(sentence, number)
            or MOOT.search(sentence.between(sentence.start, number.start))
        ):
            continue
        cell = cells.get(id(number))
        if cell is not None and not is_bar(sentence, number):
            if any(evidence.matches(number, s, f) for s, f in cell.facts):
                right.append(number)
                continue
            misprint = cell.exchanged or _trace(evidence, number, list(cell.facts), several=True)
            if misprint and id(number) not in consistent:
                yield _clash(sentence, number, "of the row and the column that its words name", cell.facts, percent)
                continue
        name = name_beside(evidence, sentence, i)
        behind = (
            name is not None
            and number.end <= name.start
            and _GOES_ON.match(sentence.between(name.end, sentence.end)) is not None
        )  # "from 12% at epoch 1 to 45%", and not "to 45% from 12% by epoch 2"
        if name is not None and name.name.startswith("#") and not behind and begins_move(sentence, number):
            name = None  # "0→45% by epoch 2": a checkpoint is where a move ends
        if id(number) in consistent and (name is None or name.name.startswith("#") or number.role != "coefficient"):
            continue  # a record of which p follows: which other one it should be, nobody can say
        if name is not None and name.end <= number.start and is_apart(sentence, name, number):
            continue
        if (id(number) in recorded and name is None) or is_bar(sentence, number):
            continue
        if name is None and (number.role == "coefficient" or _is_bare_coefficient(sentence, number)):
            yield from _of_words(evidence, sentence, number)
            continue
        understood = closed(evidence, percent=percent)
        if understood and not number.label and (percent or prints_rate(evidence, sentence, number)):
            meant = facts_meant(evidence, sentence, number)
            if meant and not any(evidence.matches(number, s, f) for s, f in meant):
                if not is_pooled(evidence, number) and not is_averaged(
                    evidence, sentence, number, subject(evidence, sentence, number)
                ):
                    yield _clash(sentence, number, "of what its words ask for", meant, percent)
                continue
        if name is not None:
            facts = narrowed_facts(evidence, sentence, name.name, number)
            bound = facts_asked(evidence, sentence, number, facts)
            if bound and not _explained(evidence, sentence, number, named=True):
                if any(evidence.matches(number, s, f) for s, f in bound) or _is_size_of(sentence, number, bound):
                    right.append(number)
                    continue
                doubtful = (
                    is_mixed(evidence, sentence, number, name.name)
                    or is_averaged(evidence, sentence, number, name.name)
                    or is_other_quantity(evidence, sentence, number, facts)
                    or is_new_end(evidence, sentence, number, bound)
                    or is_of_unheld_range(evidence, sentence, number)
                    or _is_of_run(evidence, sentence, number, name)
                    or _is_of_opponent(evidence, sentence, number, bound)
                    or _is_of_member(evidence, sentence, name)
                    or _is_of_level(evidence, number, name)
                    or is_pooled(evidence, number)
                    or (not evidence.datasets and number.text == "0")  # a table need not hold every zero
                )
                tight = understood and is_read(evidence, sentence, number, name, bound)
                if not doubtful and (tight or _trace(evidence, number, bound, several=understood)):
                    yield _clash(sentence, number, f"of {name.text.strip()}", bound, percent)
                continue
            if facts:
                right.append(number)
                continue
        whole = facts_of_whole(evidence, sentence, number) if name is None and understood else []
        if whole and _is_of_part(evidence, sentence, number, whole):
            yield _clash(sentence, number, "of everything together", whole, percent)
            continue
        alone = only_name(evidence, sentence, number) if name is None else None
        if _explained(evidence, sentence, number, named=name is not None or alone is not None):
            continue
        judged = percent or prints_rate(evidence, sentence, number) or quantity_asked(sentence, number) == "likeness"
        if alone is not None and understood and judged:
            bound = facts_asked(evidence, sentence, number, facts_of(evidence, alone.name, number))
            if (
                bound
                and not any(evidence.matches(number, s, f) for s, f in bound)
                and follows_name(evidence, sentence, number, alone, bound)
                and not is_averaged(evidence, sentence, number, alone.name)
                and not is_other_quantity(evidence, sentence, number, facts_of(evidence, alone.name, number))
                and not is_new_end(evidence, sentence, number, bound)
                and not is_at_other_point(evidence, sentence, number, bound)
                and not _is_of_run(evidence, sentence, number, alone)
                and not _is_of_opponent(evidence, sentence, number, bound)
                and not _is_of_level(evidence, number, alone)
            ):
                yield _clash(sentence, number, f"of {alone.text.strip()}", bound, percent)
                continue
        lone = sole_thing(evidence, sentence, number) if percent and understood else None
        if lone is not None and _is_of_another(evidence, sentence, number, lone):
            yield _clash(sentence, number, f"of {lone.text.strip()}", facts_of(evidence, lone.name, number), percent)
            continue
        if not claim_is_known(evidence, number):
            if is_pooled(evidence, number):
                continue
            near = unsaid(evidence, sentence, number, _facts_around(evidence, sentence, number))
            doubted = is_between_others(sentence, number) or is_at_unheld_point(evidence, sentence)
            if near and not doubted and _trace(evidence, number, near, several=False):
                yield _clash(sentence, number, "of what it speaks of", near, percent)


_BELOW = regex(
    r"\b(?:below|under|beneath|short|negative|minus|less|lower|loss|loses?|lost|drop\w*|fall\w*|fell)\b", re.I
)


def _is_size_of(sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]) -> bool:
    """True for a value below zero of which the words give the sign: "the furthest below it is the nun, at 14.9"."""
    if number.signed or number.value <= 0 or _BELOW.search(sentence.text) is None:
        return False
    return any(f.value < 0 and number.allows(-f.value) for _, f in facts)


def _is_of_another(evidence: Evidence, sentence: Sentence, number: Number, name: Mention) -> bool:
    """True for the value of a thing that is not named, in a sentence that speaks of ``name`` alone."""
    if len(number.text.lstrip("+-−–.0").replace(".", "")) < _TELLING or number.signed:
        return False
    if SHARE_OF.search(sentence.text):
        return False
    own = [(s, f) for s, f in evidence.about.get(name.name, ()) if s.fraction and evidence.kind(s) in ("rate", "")]
    if (
        not own
        or any(evidence.matches(number, s, f) for s, f in own)
        or _is_of_opponent(evidence, sentence, number, own)
    ):
        return False
    if is_new_end(evidence, sentence, number, own) or is_at_other_point(evidence, sentence, number, own):
        return False
    if evidence.is_known(number, derived_rates(evidence), 0.01):
        return False
    return _trace(evidence, number, own, several=True)


_GOES_ON = regex(r"[^;.]*?\bto\s+(?:about |only )?\d")
_TELLING = 3
"""Digits of a rate that no other thing has by chance."""


def _is_of_part(evidence: Evidence, sentence: Sentence, number: Number, whole: list[tuple[Series, Fact]]) -> bool:
    """True for a misprint of what is known of everything together, or the value of one thing in its place."""
    if len(number.text.lstrip("+-−–.0").replace(".", "")) < _TELLING or number.bound:
        return False
    if any(evidence.matches(number, s, f) for s, f in whole) or evidence.is_known(
        number, derived_rates(evidence), 0.01
    ):
        return False
    return evidence.is_known(number, evidence.known_rates, 0.01) or _trace(
        evidence, number, unsaid(evidence, sentence, number, whole), several=False
    )


def _is_of_run(evidence: Evidence, sentence: Sentence, number: Number, name: Mention) -> bool:
    """True for a value of another thing of the list in which ``name`` stands: "peaks of 12% and 40%" of two things.

    Of a list of values that belongs to it all must be of some thing of the list, unless the words fix the order.
    """
    pair = pair_of(sentence, number)
    if pair is not None:
        return not pair.stated and _fits_some_order(evidence, pair)
    alike = [n for n in sentence.numbers if n.role == number.role]
    if len(alike) < 2:
        return False
    colon = sentence.between(name.end, number.start).find(":") + name.end
    if colon >= name.end and sum(n.start > colon for n in alike) > 1:  # "strongest in A and weakest in B: 0.9; 0.4"
        named = [m for m in sentence.names if m.end <= colon and m.name != name.name]
        if any(evidence.matches(number, s, f) for m in named for s, f in evidence.about.get(m.name, ())):
            return True
    others = (f for m in list_of(sentence, name) if m.name != name.name for f in evidence.about.get(m.name, ()))
    return any(evidence.matches(number, series, fact) for series, fact in others)


def _is_of_opponent(evidence: Evidence, sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]) -> bool:
    """True for the value beside one that is what is known of the name: "the potter trails the master (72% vs 94%)"."""
    for other in sentence.numbers:
        first, second = sorted((number, other), key=lambda n: n.start)
        between = sentence.between(first.end, second.at)
        ahead = sentence.between(sentence.start, first.at)
        if other is not number and (_VERSUS.fullmatch(between) or (_TO.fullmatch(between) and _SCORED.search(ahead))):
            return any(evidence.matches(other, s, f) for s, f in facts)
    return False


_VERSUS = regex(r"\s*%?\s*,?\s*(?:vs\.?|versus|(?:as )?(?:against|opposed to|compared (?:with|to)))\s*", re.IGNORECASE)
_TO = regex(r"\s*%?\s*(?:to|[-–−:])\s*", re.IGNORECASE)
_SCORED = regex(
    r"\b(?:leads?|leading|led|wins?|won|winning|beats?|beating|ahead|trails?|trailing|trailed|loses|losing|"
    r"lost (?:out )?to|edges?|outscores?|outscored|prevails?|prevailed)\b[^.;:\d]*$",
    re.IGNORECASE,
)
"""Before the score of two, of which the second value is the other's: "the potter wins, 40% to 31%"."""


def _is_of_member(evidence: Evidence, sentence: Sentence, name: Mention) -> bool:
    """True if ``name`` is the group of another thing of the sentence: "the lowest of the Near group is the monk"."""
    things = {m.name for m in sentence.names if m.name in evidence.page_names} - {name.name}
    return bool(things) and _GROUP.match(sentence.between(name.end, name.end + 24)) is not None


_GROUP = regex(r"\W*\s(?:groups?|class(?:es)?|categor\w+|famil\w+|tiers?|sets?|clusters?|bands?)\b", re.IGNORECASE)


def _is_of_level(evidence: Evidence, number: Number, name: Mention) -> bool:
    """True if ``name`` is but a part of the headers under which tables have more: "40 rows" of "40 rows, mixed".

    A name in several headers asks for none of them; one in a single header asks for it where the number stands below.
    """
    level = name.name.lstrip("#")
    found = []
    for series in evidence.page_series:
        head = series.quantity
        alike = level in _WHOLE.findall(head) if name.name.startswith("#") else level in fold_name(head)
        if alike and series.fraction and series.pointer.startswith("column") and name.name not in name_variants(head):
            found.append(series)
    return len(found) > 1 or any(evidence.matches(number, s, f) for s in found for f in s.facts.values())


_WHOLE = regex(r"\d+")


def _fits_some_order(evidence: Evidence, pair: Paired) -> bool:
    """True if the values of a list are those of its things, one each, in whatever order."""
    held = [
        [any(evidence.matches(v, s, f) for s, f in evidence.about.get(m.name, ())) for v in pair.values]
        for m in pair.others
    ]
    free = set(range(len(pair.values)))
    for row in sorted(held, key=sum):  # enough for lists in which few values are alike
        hit = next((i for i in free if row[i]), None)
        if hit is None:
            return False
        free.discard(hit)
    return True


def _ceilings(evidence: Evidence) -> Iterator[Clash]:
    """ "Does not exceed 8%" of what does."""
    for passage in evidence.passages:
        for sentence in passage.sentences if is_claim(passage) and passage.part != "prior" else ():
            for number in sentence.numbers:
                if (
                    number.role in ("percent", "value")
                    and prints_rate(evidence, sentence, number)
                    and not is_prior(sentence)
                ):
                    over = ceiling(evidence, sentence, number)
                    if over:
                        yield _clash(sentence, number, "that is not exceeded", over, number.role == "percent")


def _defies_counts(sentence: Sentence, number: Number) -> bool:
    """True for a rate with counts beside it that do not give it: that is what is wrong with it."""
    for k, n in pairs_of_counts(sentence):
        before = n.end <= number.start and _BESIDE.fullmatch(sentence.between(n.end, number.start))
        after = number.end <= k.start and _BESIDE.fullmatch(sentence.between(number.end, k.start))
        low, high = number.scaled()
        if (before or after) and n.value and not low - 1e-9 <= k.value / n.value <= high + 1e-9:
            return True
    return False


_BESIDE = regex(r"\s*[(=,:]\s*")


def _of_words(evidence: Evidence, sentence: Sentence, number: Number) -> Iterator[Clash]:
    """A coefficient without p against the one record of the files whose keys its words name."""
    if re.search(
        r"\b(?:without|leaving|leaves?|dropp?\w*|remov\w*|exclud\w*|omit\w*|except)\b", sentence.text, re.IGNORECASE
    ):
        return  # of a rest
    if any(number in (x.left, x.right) for x in spans(sentence)):
        return  # an end of a range
    opened = max((x.end for x in sentence.numbers if x.end <= number.at), default=sentence.start)
    closes = min((x.at for x in sentence.numbers if x.start > number.start), default=sentence.end)
    said = words_of(sentence.between(opened, min(closes, number.end + 40)))
    best: list[tuple[int, int, float]] = []
    read = READ | NUMERALS
    for words, extra, value in _records_by_words(evidence):
        shared = len(said & words)
        if shared:
            best.append((shared, -extra, value))
            read |= words
    layered = any(m.name.startswith("#") for m in sentence.passage.names)
    tight = said <= read and len(sentence.numbers) == 1 and not layered
    if not best:
        return
    most = max(n for n, _, _ in best)
    values = {round(v, 9) for n, _, v in best if n == most}
    plain = max(extra for n, extra, _ in best if n == most)
    barest = {round(v, 9) for n, extra, v in best if n == most and extra == plain}
    if tight and len(barest) == 1:  # of the records that the words fit, the one that says no more
        best = [x for x in best if round(x[2], 9) in barest]
        values = barest
    if not tight and len(values) > 1 and evidence.is_known(number, evidence.known_coefficients):
        return
    hits = {v for v in values if tight or slip_of(number, v)}
    if hits and _is_held(evidence, number, said):
        return
    if (len(hits) == 1 or (tight and hits)) and not any(number.allows(v) for *_, v in best):
        value = min(hits, key=lambda v: abs(v - number.value))
        yield Clash(
            "value",
            sentence.passage.place(number.start, number.end),
            f"{number.text} is not the coefficient that its words name, which is {value:.4g}",
            "correct the number, or say where it comes from",
        )


def _is_held(evidence: Evidence, number: Number, said: frozenset[str]) -> bool:
    """True if a file has the number under a key that is said, and not as the coefficient of a record."""
    read = {t.coefficient.pointer for t in evidence.triples}
    return any(
        x.pointer not in read and -1 <= x.value <= 1 and number.allows(x.value) and (said - _WEAK) & words_of(x.pointer)
        for dataset in evidence.datasets
        for x in dataset.leaves
        if not x.whole
    )


def _is_bare_coefficient(sentence: Sentence, number: Number) -> bool:
    """True for a decimal without a name or a label in a passage about coefficients: "Pooled .45"."""
    return (
        number.role == "value"
        and not number.label
        and number.decimals >= 2
        and abs(number.value) < 1
        and len(sentence.numbers) == 1
        and not any(n.role == "percent" for n in sentence.passage.numbers)
        and any(n.role == "coefficient" for n in sentence.passage.numbers)
    )


_WEAK = frozenset(
    words_of("the a of in at r p n value result results data summary all per and v vs layer fit fits stat")
)


def _records_by_words(evidence: Evidence) -> list[tuple[frozenset[str], int, float]]:
    """The coefficients of the files with the words that few of them have, and how many words they have in all."""
    if "by words" not in evidence.cache:
        known: dict[str, tuple[frozenset[str], int, float]] = {}
        for triple in evidence.triples:
            held, extra, _ = known.get(triple.coefficient.pointer, (frozenset(), 0, 0.0))
            extra = max(extra, len(triple.words) + len(triple.names))
            known[triple.coefficient.pointer] = (triple.words - _WEAK | held, extra, triple.coefficient.value)
        common: dict[str, int] = {}
        for words, _, _ in known.values():
            for word in words:
                common[word] = common.get(word, 0) + 1
        rare = {w for w, n in common.items() if n <= max(2, len(known) // 2)}
        evidence.cache["by words"] = [(w & rare, e, v) for w, e, v in known.values()]
    found: list[tuple[frozenset[str], int, float]] = evidence.cache["by words"]
    return found


_DERIVED = regex(
    r"\b(?:distances? of|differ\w*|gaps?|spreads?|minus|apart|margins?|ratios?|times|fold|chang\w+|net|shifts?|ranges?|"
    r"deltas?|contrasts?|between)\b|Δ",
    re.IGNORECASE,
)
"""In such a sentence a number may be worked out of others."""


def _facts_around(evidence: Evidence, sentence: Sentence, number: Number) -> list[tuple[Series, Fact]]:
    """What is known of the things that the sentence names, or of the one thing that its passage speaks of."""
    names = {m.name for m in sentence.names if m.name in evidence.page_names}
    if any(m.end <= number.start and is_apart(sentence, m, number) for m in sentence.names):
        return []
    if not names:
        names = {m.name for m in sentence.passage.names if m.name in evidence.page_names}
    if not 0 < len(names) <= 2 or NOBODY.search(sentence.text) or _DERIVED.search(sentence.text):
        return []
    out = []
    for name in sorted(names):
        out.extend(facts_asked(evidence, sentence, number, facts_of(evidence, name, number)))
    if number.role not in ("coefficient", "percent") and not prints_rate(evidence, sentence, number):
        asked = words_of(sentence.text)
        out = [(s, f) for s, f in out if words_of(s.quantity) & asked]  # else of what quantity?
    return out


def _trace(evidence: Evidence, number: Number, facts: list[tuple[Series, Fact]], *, several: bool) -> bool:
    """True if the number is one known value with a slip of the pen, or (``several``) another thing's value."""
    found: set[tuple[str, float]] = set()
    short = len(number.text.lstrip("+-−–.0").replace(".", "")) < 3
    short &= not (number.role == "coefficient" and len(facts) == 1)  # the one coefficient of a thing is not rounded off
    many = len({round(f.value, 3) for _, f in facts}) > 4
    for series, fact in facts:
        value = fact.value * (100.0 if number.role == "percent" and series.fraction else 1.0)
        slip = slip_of(number, value)
        rough = series.fraction and number.decimals < evidence.rate_decimals
        if short and (slip == "last digit" or (slip in ("swap", "digit") and (many or rough or not several))):
            continue  # two digits are near too much, and "call it 15%" is no slip of 16.4
        if slip:
            found.add((slip, round(value, 6)))
    if found:
        return len({round(v, max(number.decimals, 0)) for _, v in found}) == 1
    return several and any(
        evidence.matches(number, series, other)
        for series, fact in facts
        if not series.role
        for other in series.facts.values()
        if other is not fact
    )


def _clash(sentence: Sentence, number: Number, of: str, facts: Sequence[tuple[Series, Fact]], percent: bool) -> Clash:
    scale = 100.0 if percent else 1.0
    where: dict[float, str] = {}
    for series, fact in facts:
        where.setdefault(round(fact.value * (scale if series.fraction else 1.0), 3), fact.pointer)
    shown = sorted(where, key=lambda v: abs(v - number.value))[:3]
    unit = "%" if percent else ""
    known = ", ".join(f"{v:g}{unit} ({where[v]})" for v in shown)
    message = f"{number.text}{number.unit} is no value known {of}"
    if known:
        message += f": those nearest are {known}"
    return Clash(
        "value",
        sentence.passage.place(number.start, number.end),
        message,
        "correct the number, or say where it comes from",
    )


def _explained(evidence: Evidence, sentence: Sentence, number: Number, named: bool) -> bool:
    """True if the number is a mean, a share or a change that can be worked out, or of a kind that cannot be judged."""
    after = sentence.between(number.end, number.end + 70)
    before = sentence.between(max(sentence.start, number.start - 60), number.start)
    if number.value in (0.05, 0.01, 0.001, 0.1) and number.role == "value" and _LEVEL.search(sentence.text):
        return True
    if re.search(r"\b(?:level|bar|limit|cut|line)\s+(?:of\s+|at\s+)?$", before, re.IGNORECASE):
        return True
    if number.role == "percent" or prints_rate(evidence, sentence, number):
        averaged = (
            re.search(r"\b(?:mean|average\w*|median|typical\w*|overall|pooled|across)\b", sentence.text, re.IGNORECASE)
            is not None
        )
        if averaged and not named:
            return True  # a mean over a set that the words choose
        if (averaged or not named) and evidence.is_known(
            number, derived_rates(evidence), 0.01 if number.role == "percent" else 1.0
        ):
            return True
        if OF_START.search(after[:50]):
            return is_ratio_of(sentence, number)
        if PART_OF.match(after) and not SHARE_OF.search(sentence.text):
            return True  # a share of something else than of its answers
        if re.search(r"\b(?:within|margin of|give or take|accurate to|half-width(?: of)?)\s*$", before, re.IGNORECASE):
            return True
        if SHARE_OF.search(sentence.text):
            return is_share(evidence, sentence, number)
        if _THAN.match(after):
            return True
        if _RELATIVE.match(after.lstrip()) or re.search(r"\bby (?:about |roughly |around )?$", before):
            return not claim_is_known(evidence, number)  # a relative change; differences have a rule of their own
        return False
    return bool(
        re.search(
            r"\b(?:α|alpha|threshold|cutoff|cut-off|tolerance|temperature|VIF|Cook's D|dropout|weight decay|"
            r"learning rate|lr|top[_-]p)\b[^,;]{0,18}$",
            before,
            re.IGNORECASE,
        )
    )


_LEVEL = regex(r"\b(?:significan\w*|tests?|Pearson\w*|Spearman\w*|level|threshold|Welch\w*|Fisher\w*)\b", re.IGNORECASE)
