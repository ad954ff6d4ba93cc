"""Rates and decimals of the page against what is known of the things that they speak of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leakstats.facts import Fact, Series

from ..regex import regex
from .addressed import cells_named
from .aside import is_aside
from .asked import facts_asked, facts_meant, is_averaged, is_other_quantity, narrowed_facts
from .beside import adjacent
from .binding import begins_move, follows_name, is_apart, is_mixed, is_read, name_beside, only_name, sole_thing
from .claims import (
    NOBODY,
    PRIOR,
    claim_is_known,
    claimed,
    closed,
    facts_of,
    is_bar,
    is_moot,
    is_prior,
    own_passages,
    prints_rate,
)
from .correlations import records
from .explained import is_explained
from .grammar import Number
from .idioms import is_share_of_course, pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .lexicon import MOOT
from .means import odd_means
from .measured import fits, measured, size_in_unit
from .moves import end_clashes, is_before_treatment
from .names import Mention, words_of
from .passages import Sentence
from .plain_statements import is_plain
from .pooled import is_pooled
from .quantities import READ, quantity_asked
from .record_p import follows
from .roles import ceiling, subject
from .shares import is_share_again, share_clashes
from .slips import slip_of
from .traces import is_of_another, is_of_part, is_traced
from .unheld import is_at_other_point, is_at_unheld_point, is_between_others, is_new_end, is_of_unheld_range, unsaid
from .wholes import facts_of_whole
from .whose import is_of_contrast, is_of_level, is_of_member, is_of_opponent, is_of_run
from .worded_coefficients import is_bare_coefficient, worded_clash
from .wording import ARROW

__all__ = ["cell_clashes", "value_clashes"]


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
    yield from _ceilings(evidence)
    yield from share_clashes(evidence)
    judged = set()
    for clash, number in (*_of_moves(evidence), *_of_columns(evidence), *_of_units(evidence)):
        judged.add(id(number))
        yield clash
    in_records = _in_records(evidence)
    for sentence, i, number in claimed(evidence):
        if id(number) in judged or _is_outside(evidence, sentence, number):
            continue
        verdict = _judge(evidence, sentence, i, in_records)
        if isinstance(verdict, Clash):
            yield verdict
        elif verdict:
            right.append(number)


def _of_moves(evidence: Evidence) -> Iterator[tuple[Clash, Number]]:
    """The ends of moves that are none of what moves."""
    for sentence, number, facts in end_clashes(evidence, READ):
        bare = not evidence.prints_decimals and any(s.fraction for s, _ in facts)
        percent = bare or number.role == "percent"
        slip = is_traced(evidence, number, unsaid(evidence, sentence, number, facts), several=False)
        followed = len({round(f.value, 6) for s, f in facts if s.origin == "page"}) >= _COURSE
        held = bool(evidence.datasets) or (
            not is_new_end(evidence, sentence, number, facts) and (followed or slip)
        )  # a table without a file may hold the first and the last value, and others stand in words
        if held and (slip or closed(evidence, percent=percent)) and not is_prior(sentence):
            yield _clash(sentence, number, "of what moves", facts, percent), number


def _of_columns(evidence: Evidence) -> Iterator[tuple[Clash, Number]]:
    """The means of columns that are none."""
    for sentence, number, facts in odd_means(evidence):
        yield _clash(sentence, number, "as the mean of a column", facts, number.role == "percent"), number


def _of_units(evidence: Evidence) -> Iterator[tuple[Clash, Number]]:
    """Numbers in a unit that are another's value, or a slip of the pen, of the cell that their words name."""
    for sentence, number, _ in measured(evidence):
        cell = cells_named(evidence).get(id(number))
        if cell is None or number.bound or any(fits(number, f) for _, f in cell.facts):
            continue
        if cell.exchanged or any(slip_of(number, size_in_unit(number, f)) for _, f in cell.facts):
            yield _clash(sentence, number, _OF_CELL, cell.facts, number.role == "points"), number


_OF_CELL = "of the row and the column that its words name"


class _InRecords(NamedTuple):
    """Numbers of the page's records of a coefficient and its p, by their ``id``."""

    stated: frozenset[int]
    consistent: frozenset[int]
    """Those of records of which p follows: which other one it should be, nobody can say."""


def _in_records(evidence: Evidence) -> _InRecords:
    stored = {(round(t.coefficient.value, 9), t.n) for t in evidence.triples}
    said = [r for r in records(evidence) if r.passage is not None and r.p is not None]
    sound = [
        r
        for r in said
        if r.complete and r.coefficient is not None and follows(r)
        if not any(n == r.n and r.coefficient.allows(c) for c, n in stored)
    ]
    stated, consistent = (frozenset(id(x) for r in found for x in (r.coefficient, r.p)) for found in (said, sound))
    return _InRecords(stated, consistent)


def _is_outside(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for a number of earlier work, of a supposition, or that another rule judges or nothing here holds."""
    return (
        (is_prior(sentence) and not _is_of_now(evidence, sentence, number))
        or _defies_counts(sentence, number)
        or is_aside(evidence, sentence, number)
        or is_share_again(sentence, number)
        or _OF_GAP.search(sentence.between(sentence.start, number.start)) is not None
    )


def _may_be_hoped(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True behind words of a hope or a plan, unless a number between them and this one is what is known of its name.

    "As was planned, Ghent was left out; Lyon reached 12%, Graz 40%".
    """
    if not is_moot(sentence):
        return False
    last = max((m.end() for m in MOOT.finditer(sentence.between(sentence.start, number.start))), default=-1)
    if last < 0:
        return False
    near = ((sentence.numbers[i], name) for i, name in adjacent(sentence).items())
    return not any(
        evidence.matches(other, s, f)
        for other, name in near
        if sentence.start + last <= other.start < number.start
        for s, f in facts_of(evidence, name.name, other)
    )


def _is_of_now(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True if only another clause is of earlier work, and a number beside this one is what is known of its name.

    "Squares are new, Lyon (12%) and Graz (40%); the rest is that of #7".
    """
    text = sentence.text
    at = number.start - sentence.start
    first, last = text.rfind(";", 0, at) + 1, text.find(";", at)
    if last < 0:  # "Lyon has 12% and Graz 40%, both more than in earlier years"
        told = sentence.numbers[-1].end - sentence.start
        last = text.find(", ", told)
    clause = text[first : last if last >= 0 else len(text)]
    if len(clause) == len(text) or PRIOR.search(clause) or sentence.passage.part == "prior":
        return False
    for i, name in adjacent(sentence).items():
        other = sentence.numbers[i]
        beside = other is not number and first <= other.start - sentence.start < first + len(clause)
        if beside and any(evidence.matches(other, s, f) for s, f in facts_of(evidence, name.name, other)):
            return True
    return False


_OF_GAP = regex(
    r"\bbetween [^.;()]{1,50} and [^.;()]{1,40}\(\s*$|"
    r"\b(?:gains?|gained|adds?|added|loses?|lost|sheds?|another|a further)\s+(?:about |only |just )?$",
    re.IGNORECASE,
)
"""Before how far two are apart, "that between the bus and the tram (1.52)", and how much is added."""


_Verdict = Clash | bool | None
"""A clash; ``True`` of a number that is what is known, ``False`` of one of which nobody can say; ``None`` goes on."""


class _Claim(NamedTuple):
    """A number in words that speaks of the results."""

    sentence: Sentence
    number: Number
    name: Mention | None
    """The thing beside it."""
    understood: bool
    """The page's numbers of this kind are nearly all known."""
    moot: bool
    """It may be of what was hoped, so that only what has come from a known value is suspect."""

    @property
    def percent(self) -> bool:
        return self.number.role == "percent"


def _judge(evidence: Evidence, sentence: Sentence, i: int, in_records: _InRecords) -> _Verdict:
    """What is to be said of the number ``i`` of a sentence, by the first of the bindings that binds it."""
    number = sentence.numbers[i]
    consistent = id(number) in in_records.consistent
    verdict = _by_cell(evidence, sentence, number, consistent=consistent)
    if verdict is not None:
        return verdict
    name = _name_of(evidence, sentence, i)
    moot = _may_be_hoped(evidence, sentence, number)
    if moot and name is None:
        return None
    if consistent and (name is None or name.name.startswith("#") or number.role != "coefficient"):
        return False
    if name is not None and name.end <= number.start and is_apart(sentence, name, number):
        return False
    if (name is None and id(number) in in_records.stated) or is_bar(sentence, number):
        return False
    if is_before_treatment(sentence, number):
        return False
    if name is None and (number.role == "coefficient" or is_bare_coefficient(sentence, number)):
        return worded_clash(evidence, sentence, number) or False
    claim = _Claim(sentence, number, name, closed(evidence, percent=number.role == "percent"), moot)
    for bound in (_by_name,) if moot else _BINDINGS:
        verdict = bound(evidence, claim)
        if verdict is not None:
            return verdict
    return None


def _by_cell(evidence: Evidence, sentence: Sentence, number: Number, *, consistent: bool) -> _Verdict:
    """Against the cell of a table of which the words name the row and the column."""
    cell = cells_named(evidence).get(id(number))
    if cell is None or is_bar(sentence, number):
        return None
    if any(evidence.matches(number, s, f) for s, f in cell.facts):
        return True
    if (
        consistent
        or _OF_MEANS.search(sentence.passage.plain)
        or _OF_FURTHER.search(sentence.between(sentence.start, number.start))
    ):
        return None  # "best on average: the deep one, 0.8; worst: the small one, 0.4"
    if not (cell.exchanged or is_traced(evidence, number, list(cell.facts), several=True)):
        return None
    return _clash(sentence, number, _OF_CELL, cell.facts, number.role == "percent")


_OF_FURTHER = regex(r"(?:points?|pp|%)\s+(?:lower|higher|less|more|below|above)\s*\(\s*$", re.IGNORECASE)
"""Before what another column has, "the rest lies 86 points lower (3%)": a clause goes on from the one that it names."""
_OF_MEANS = regex(r"\b(?:means?|averag\w+|median\w*)\b", re.IGNORECASE)


def _name_of(evidence: Evidence, sentence: Sentence, i: int) -> Mention | None:
    """The thing beside a number; a checkpoint is none where a move ends: "0→45% by epoch 2"."""
    number = sentence.numbers[i]
    name = name_beside(evidence, sentence, i)
    if name is None or not name.name.startswith("#"):
        return name
    behind = number.end <= name.start and _GOES_ON.match(sentence.between(name.end, sentence.end)) is not None
    return name if behind or not begins_move(sentence, number) else None


_GOES_ON = regex(r"[^;.]*?\bto\s+(?:about |only )?\d")
"""Behind where a move begins: "from 12% at epoch 1 to 45%", and not "to 45% from 12% by epoch 2"."""


def _by_question(evidence: Evidence, claim: _Claim) -> _Verdict:
    """Against the one value for which the words ask."""
    sentence, number = claim.sentence, claim.number
    if number.label or not prints_rate(evidence, sentence, number):
        return None
    meant = facts_meant(evidence, sentence, number)
    if not meant or any(evidence.matches(number, s, f) for s, f in meant):
        return None
    if not claim.understood and not is_traced(evidence, number, meant, several=True):
        return None
    if is_pooled(evidence, number) and _TOGETHER.search(sentence.text):
        return False  # without such a word a start or a peak is of one thing
    if is_averaged(evidence, sentence, number, subject(evidence, sentence, number)):
        return False
    if is_of_contrast(evidence, sentence, number, meant):
        return False
    return _clash(sentence, number, "of what its words ask for", meant, claim.percent)


def _by_name(evidence: Evidence, claim: _Claim) -> _Verdict:
    """Against what is known of the thing beside it."""
    sentence, number, name = claim.sentence, claim.number, claim.name
    if name is None:
        return None
    facts = narrowed_facts(evidence, sentence, name.name, number)
    bound = facts_asked(evidence, sentence, number, facts)
    if not bound or is_explained(evidence, sentence, number, named=True):
        return True if facts else None
    if any(evidence.matches(number, s, f) for s, f in bound) or _is_size_of(sentence, number, bound):
        return True
    doubtful = (
        _has_its_own(evidence, sentence, name, number, bound)
        or is_mixed(evidence, sentence, number, name.name)
        or _is_doubtful(evidence, claim, name, facts, bound)
        or is_of_unheld_range(evidence, sentence, number)
        or is_of_member(evidence, sentence, name)
        or _is_whole(evidence, sentence, number, bound)
        or (not evidence.datasets and number.text == "0")  # a table need not hold every zero
    )
    if doubtful:
        return False
    tight = claim.understood and not claim.moot and is_read(evidence, sentence, number, name, bound)
    plain = not tight and not claim.moot and is_plain(evidence, sentence, number, name, bound)
    if tight or plain or is_traced(evidence, number, bound, several=claim.understood):
        return _clash(sentence, number, f"of {name.text.strip()}", bound, claim.percent)
    return False


_Facts = list[tuple[Series, Fact]]


def _has_its_own(evidence: Evidence, sentence: Sentence, name: Mention, number: Number, facts: _Facts) -> bool:
    """True for the second bracket of "buses (82%) come first, carts (23%) last": the name in front has its value."""
    if _IN_BRACKET.search(sentence.between(name.end, number.start)) is None:
        return False
    between = [x for x in sentence.numbers if name.end <= x.start < number.start and x.role == number.role]
    return any(evidence.matches(x, s, f) for x in between for s, f in facts)


_IN_BRACKET = regex(r"\([^()]*\)[^()]*\(\s*$")


def _is_whole(evidence: Evidence, sentence: Sentence, number: Number, facts: _Facts) -> bool:
    """True for a rate over everything together, which a misprint of ``facts`` is only if the words say so."""
    if not is_pooled(evidence, number):
        return False
    return _TOGETHER.search(sentence.text) is not None or not is_traced(evidence, number, facts, several=False)


_TOGETHER = regex(
    r"\b(?:pool\w*|overall|together|total\w*|combin\w*|all|means?|averag\w*|whole|aggregat\w*)\b", re.IGNORECASE
)


def _is_doubtful(evidence: Evidence, claim: _Claim, name: Mention, facts: _Facts, bound: _Facts) -> bool:
    """True if the number may be a mean, of another quantity or point than ``bound``, or of another thing."""
    sentence, number = claim.sentence, claim.number
    return (
        is_averaged(evidence, sentence, number, name.name)
        or (abs(number.value) > 1 and all(evidence.kind(s) == "coefficient" for s, _ in bound))
        or is_other_quantity(evidence, sentence, number, facts)
        or _shares_a_unit(sentence, number)
        or is_new_end(evidence, sentence, number, bound)
        or is_of_run(evidence, sentence, number, name)
        or is_of_opponent(evidence, sentence, number, bound)
        or is_of_contrast(evidence, sentence, number, bound)
        or is_of_level(evidence, number, name)
        or _has_value_behind(evidence, claim, facts)
    )


def _has_value_behind(evidence: Evidence, claim: _Claim, facts: _Facts) -> bool:
    """True for "75% by noon (39%)" of a thing that is at 39%: the bracket has its value, the number is a share."""
    sentence, number = claim.sentence, claim.number
    opened = _VALUE_BEHIND.match(sentence.between(number.end, sentence.end)) if claim.percent else None
    if opened is None:
        return False
    own = [x for x in sentence.numbers if x.role == "percent" and x.at == number.end + opened.end()]
    before = sentence.previous
    if before is not None and any(is_share_of_course(before, x) for x in before.numbers):
        return bool(own)  # "14% of its rise is done by then. Ghent: 75% (39%)"
    return any(evidence.matches(x, s, f) for x in own for s, f in facts)


_VALUE_BEHIND = regex(r"\s*%?(?:\s+[a-z][\w-]*){0,5}\s*\((?=\d[\d.]*\s?%[,;)])")


def _shares_a_unit(sentence: Sentence, number: Number) -> bool:
    """True for the second of "20.9 per cent at noon and 75.3 at night": what the files hold in no unit is another."""
    if number.role != "value" or number.value <= 1 or number.unit:
        return False
    return any(x.role == "percent" and x.end <= number.start for x in sentence.numbers)


def _by_whole(evidence: Evidence, claim: _Claim) -> _Verdict:
    """Against what is known of everything together."""
    if claim.name is not None or not claim.understood:
        return None
    whole = facts_of_whole(evidence, claim.sentence, claim.number)
    if whole and is_of_part(evidence, claim.sentence, claim.number, whole):
        return _clash(claim.sentence, claim.number, "of everything together", whole, claim.percent)
    return None


def _by_only_name(evidence: Evidence, claim: _Claim) -> _Verdict:
    """Against what is known of the only thing that the sentence names, wherever it stands."""
    sentence, number = claim.sentence, claim.number
    alone = only_name(evidence, sentence, number) if claim.name is None else None
    if is_explained(evidence, sentence, number, named=claim.name is not None or alone is not None):
        return False
    if alone is None or not claim.understood:
        return None
    if not prints_rate(evidence, sentence, number) and quantity_asked(sentence, number) != "likeness":
        return None
    facts = facts_of(evidence, alone.name, number)
    bound = facts_asked(evidence, sentence, number, facts)
    if (
        bound
        and not any(evidence.matches(number, s, f) for s, f in bound)
        and follows_name(evidence, sentence, number, alone, bound)
        and not _is_doubtful(evidence, claim, alone, facts, bound)
        and not is_at_other_point(evidence, sentence, number, bound)
    ):
        return _clash(sentence, number, f"of {alone.text.strip()}", bound, claim.percent)
    return None


def _by_sole_thing(evidence: Evidence, claim: _Claim) -> _Verdict:
    """Against what is known of the one thing of which a sentence goes on to speak."""
    sentence, number = claim.sentence, claim.number
    lone = sole_thing(evidence, sentence, number) if claim.percent and claim.understood else None
    if lone is None or not is_of_another(evidence, sentence, number, lone):
        return None
    if any(number is x.left and _ARROW.fullmatch(sentence.between(x.left.end, x.right.start)) for x in spans(sentence)):
        return None  # "a short rest gains: 19 → 25%": over what it is without one
    return _clash(sentence, number, f"of {lone.text.strip()}", facts_of(evidence, lone.name, number), True)


_ARROW = regex(rf"\s*%?\s*{ARROW}\s*")


def _by_neighbours(evidence: Evidence, claim: _Claim) -> _Verdict:
    """Against all that is known of the one or two things that the sentence names, where one of it is nearly it."""
    sentence, number = claim.sentence, claim.number
    if claim_is_known(evidence, number) or is_pooled(evidence, number):
        return None
    near = unsaid(evidence, sentence, number, _facts_around(evidence, sentence, number))
    doubted = is_between_others(sentence, number) or is_at_unheld_point(evidence, sentence)
    if near and not doubted and is_traced(evidence, number, near, several=False):
        return _clash(sentence, number, "of what it speaks of", near, claim.percent)
    return None


_BINDINGS = (_by_question, _by_name, _by_whole, _by_only_name, _by_sole_thing, _by_neighbours)
"""The nearest first."""


def _is_size_of(sentence: Sentence, number: Number, facts: list[tuple[Series, Fact]]) -> bool:
    """True for a value below zero of which the words give the sign: "the furthest below it is the nun, at 14.9"."""
    if number.signed or number.value <= 0 or _BELOW.search(sentence.text) is None:
        return False
    return any(f.value < 0 and number.allows(-f.value) for _, f in facts)


_BELOW = regex(
    r"\b(?:below|under|beneath|short|negative|minus|less|lower|loss|loses?|lost|drop\w*|fall\w*|fell|takes?|took|"
    r"taking|costs?|cut\w*|reduc\w*|decreas\w*|declin\w*|sheds?)\b",
    re.IGNORECASE,
)


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


_DERIVED = regex(
    r"\b(?:distances? of|differ\w*|gaps?|spreads?|minus|apart|margins?(?!,? (?:with|at) )|ratios?|times|fold|"
    r"chang\w+|net|shifts?|ranges?|"
    r"deltas?|contrasts?|between)\b|Δ",
    re.IGNORECASE,
)
"""In such a sentence a number may be worked out of others."""


def _ceilings(evidence: Evidence) -> Iterator[Clash]:
    """ "Does not exceed 8%" of what does."""
    for passage in own_passages(evidence):
        for sentence in passage.sentences:
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


def _clash(sentence: Sentence, number: Number, of: str, facts: Sequence[tuple[Series, Fact]], percent: bool) -> Clash:
    scale = 100.0 if percent else 1.0
    where: dict[float, str] = {}
    for series, fact in facts:
        own = scale if series.fraction or number.role == "points" else 1.0
        where.setdefault(round(fact.value * own, 3), fact.pointer)
    shown = sorted(where, key=lambda v: abs(v - number.value))[:3]
    unit = (number.unit or "%") if percent else ""
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
