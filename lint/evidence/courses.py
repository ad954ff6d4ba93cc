"""How many things change from their first to their last value: which way, by how many points, how many times."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping

from leakstats.facts import Fact, Series
from leakstats.records import replace

from ..regex import regex
from .arms import arms_over, compared_arms, delta
from .fields import Asked, contrast_fields, mentions, p_series
from .grammar import Number
from .kinds import LIKENESS
from .knowledge import Evidence
from .lexicon import ROLE_WORDS, direction_words
from .names import words_of
from .subsets import counted_series
from .tallies import Tally, beyond_zero, keeps, surely, tally_of, tally_of_bound
from .word_numbers import SPELLED, part_of, whole_number
from .wording import FEWER, FIRSTS, LASTS, MORE, NAMES_COEFFICIENT, OF_LIKENESS, OF_RATE, PART, SIGNIFICANT

__all__ = ["DIGITS", "of_change", "of_points", "of_ratio", "of_size", "pairs_in_time", "point_words", "time_index"]


def pairs_in_time(evidence: Evidence, total: int) -> Iterator[tuple[Series, Series]]:
    """Two fields of one measure, before and after, that ``total`` things have."""
    if "pairs in time" not in evidence.cache:
        evidence.cache["pairs in time"] = [
            (a, b, len({id(f) for k, f in a.facts.items() if k in b.facts})) for a, b in _pairs_in_time(evidence)
        ]
    found: list[tuple[Series, Series, int]] = evidence.cache["pairs in time"]
    return ((a, b) for a, b, things in found if things == total)


def _pairs_in_time(evidence: Evidence) -> Iterator[tuple[Series, Series]]:
    plain = [s for s in counted_series(evidence) if not s.role and evidence.kind(s) not in ("size", "p", "spread")]
    at = {id(s): time_index(s) for s in plain}
    firsts = [s for s in plain if point_words(s) & FIRSTS or at[id(s)] == 0]
    lasts = [s for s in plain if point_words(s) & LASTS]
    for origin in ("page", "data"):
        indexed = [s for s in plain if at[id(s)] > 0 and s.origin == origin]
        last = max((at[id(s)] for s in indexed), default=0)
        lasts += [s for s in indexed if at[id(s)] == last]
        if not any(s.origin == origin for s in firsts):  # the earliest of those that name their point, "week 2"
            dated = [s for s in indexed if _DATED.search(s.quantity)]
            earliest = min((at[id(s)] for s in dated), default=0)
            firsts += [s for s in dated if at[id(s)] == earliest < last]
    for a in firsts:
        for b in lasts:
            if a is b or a.origin != b.origin or a.fraction != b.fraction:
                continue
            mine, other = (frozenset(w for w in point_words(x) - _JOINING if not w.isdigit()) for x in (a, b))
            if evidence.kind(a) == evidence.kind(b) == "similarity":
                mine, other = mine - LIKENESS, other - LIKENESS
            if not (mine - other <= FIRSTS and other - mine <= LASTS):
                continue
            yield a, b
    yield from _ends_of_lists(plain)
    yield from _first_and_second(evidence, plain)


def _first_and_second(evidence: Evidence, series: list[Series]) -> Iterator[tuple[Series, Series]]:
    """Two fields that are alike but for "first" and "second", where there is no third."""
    held = [(s, words_of(s.quantity)) for s in series]
    if any("third" in words for _, words in held):
        return
    for a, mine in held:
        for b, other in held if "first" in mine else ():
            alike = a.origin == b.origin and evidence.kind(a) == evidence.kind(b) and a.fraction == b.fraction
            if alike and mine - other == {"first"} and other - mine == {"second"}:
                yield a, b


def _ends_of_lists(series: list[Series]) -> Iterator[tuple[Series, Series]]:
    """The first and the second of lists that a file calls "start_end" or "before_after"."""
    held = {s.pointer: s for s in series if s.origin == "data" and _TWO_ENDS.search(s.pointer)}
    for pointer, first in held.items():
        last = held.get(f"{pointer.removesuffix('[0]')}[1]") if pointer.endswith("/[0]") else None
        if last is not None:
            yield first, last


_TWO_ENDS = regex(
    r"(?:start|begin|before|first|initial|pre|from|base)_(?:and_)?(?:end|after|last|final|post|to|tuned)/\[[01]\]$",
    re.IGNORECASE,
)
_JOINING = frozenset(["at", "in", "of", "the", "by", "on", "to", "value", "level", "point", "time"])


def point_words(series: Series) -> frozenset[str]:
    """The words that tell fields apart: of the header without its point of time, or of the whole path."""
    if series.origin == "page":
        bare = _POINT.sub(" ", series.quantity)
        return words_of(bare)
    return series.words | words_of(series.quantity)


_POINT = regex(
    r"\b(?:at|in|of|the|by)\b|\b(?:epoch|ep|step|update|checkpoint|round|tick|turn|t|e)?\.?[\s_]*\d+\s*$|\([^()]*\)",
    re.IGNORECASE,
)


def time_index(series: Series) -> int:
    """The point of time that a column of the page, or a field of the files, is about; -1 for none."""
    if series.origin == "data":
        match = _TIME_KEY.search(series.pointer)
    else:
        match = _TIME.search(series.quantity) if series.pointer.startswith("column") else None
    return int(match.group(1)) if match is not None else -1


_DATED = regex(
    r"\b(?:epoch|step|update|checkpoint|ckpt|round|tick|turn|iteration|pass|week|day|month|year|session|cycle)[\s_]*\d+\W*$",
    re.IGNORECASE,
)
_TIME_KEY = regex(r"(?<=[/,=_])(\d{1,6})(?:/[^/,*\d]*)?$")
_TIME = regex(
    r"(?:^|\b(?:epoch|ep|step|update|checkpoint|ckpt|round|tick|turn|week|day|month|t|e)\.?[\s_]*)(\d{1,6})\s*(?:\(%\))?$",
    re.IGNORECASE,
)


def of_change(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "rise", "finish higher than they began", "the likeness grows": from the first value to the last."""
    text = _USUAL.sub(" ", asked.text)
    unsaid = _UNSAID.search(text) is not None
    text = _UNSAID.sub(" ", text)
    signs = {
        d.sign for d in direction_words(text) if not d.polar and not regex(r"\s*(?:\w+\s+)?than\b").match(text[d.end :])
    }
    nearing = _NEARING.search(text)
    if nearing is not None and not signs:
        signs = {1 if nearing["near"] else -1}
    if not signs:
        more, less = MORE.search(text) is not None, FEWER.search(text) is not None
        signs = {1} if more and not less else {-1} if less and not more else set()
        own = _OWN_START.search(text) or _FROM_PEAK.search(text) or _named_points(asked, series)[0]
        if signs and not own and (regex(r"\bthan\b").search(text) or not _COURSE.search(text)):
            return None
    if not signs and unsaid:
        signs = {1, -1}
    if len(signs) != 1 and not unsaid:
        return None
    if any(n.bound or n.role == "points" for n in asked.numbers):
        return None
    named, back = _named_points(asked, series)
    partly = _PARTLY.search(text) or any(n.startswith("#") for n in asked.names)
    if not named and partly and not _FROM_PEAK.search(text):
        return []  # a part of the course
    sized = _SIZED.search(text) or _SIZED_IN_BRACKETS.match(asked.after)
    if sized is not None:
        value = whole_number(str(sized["size"] or ""))
        return _by_points(evidence, asked, series, ">=", value, text[: sized.start()]) if value else []
    kinds = {
        kind
        for kind, pattern in (("similarity", OF_LIKENESS), ("rate", OF_RATE), ("coefficient", NAMES_COEFFICIENT))
        if pattern.search(text)
    }
    if nearing is not None:
        kinds = {"similarity"}
    nets = [s for s in series if s.role == "net" and any(f.value for f in s.distinct)]
    found: list[tuple[str, Mapping[str, Fact]]] = [
        (
            "similarity" if s.words & LIKENESS or evidence.kind(s) == "similarity" else "rate" if s.fraction else "",
            s.facts,
        )
        for s in nets
    ]
    pairs = _told(asked, series) or _into_named(evidence, asked, series) or pairs_in_time(evidence, asked.total)
    found += [(evidence.kind(a), delta(a, b)) for a, b in pairs]
    if named:
        found = [(evidence.kind(a), delta(b, a) if back else delta(a, b)) for a, b in named]
    if _FROM_PEAK.search(text):
        found = [(evidence.kind(a), delta(a, b)) for a, b in _from_peaks(evidence, asked)]
    if not found:
        arms = compared_arms(evidence, asked, series)[0]
        if not arms and asked.before:  # "The hint lowers the rate: it is lower in 5 of 6"
            arms = compared_arms(evidence, replace(asked, text=f"{asked.before} {asked.text}"), series)[0]
        found = [(evidence.kind(b), a.facts if _is_of_changes(evidence, a) else delta(b, a)) for a, b in arms]
        found += [("", s.facts) for s in contrast_fields(evidence, series) if found]
    if not found:
        return None if not series else []
    if len(kinds) == 1:
        only = [x for x in found if x[0] in kinds]
        found = only if kinds == {"similarity"} else only or found  # a likeness is no rate
    elif not kinds:
        rates = [x for x in found if x[0] == "rate"]
        found = rates or found
    tested = SIGNIFICANT.search(text) is not None
    out = [] if tested else [tally_of(facts, beyond_zero(sign)) for _, facts in found for sign in sorted(signs)]
    sign = min(signs)
    for p in p_series(evidence, series, asked) if tested else ():  # changes that their test confirms
        changes = [s for s in (*nets, *contrast_fields(evidence, series)) if set(p.facts) <= set(s.facts)]
        out += [
            tally_of(p.facts, lambda p, change: surely(p.value < 0.05 and change.value * sign > 0), s.facts)
            for s in changes
        ]
        out.append(tally_of(p.facts, lambda p: surely(p.value < 0.05)))
    return out


def _is_of_changes(evidence: Evidence, series: Series) -> bool:
    """True for an arm whose rates are told by how far they moved."""
    return evidence.kind(series) != "similarity" and any(f.value < 0 for f in series.distinct)


_FROM_PEAK = regex(
    r"\b(?:after|from|since|off|past|below|under) (?:(?:the|its|their|his|her|own|such|that|a) ){0,2}"
    r"(?:peak(?:s|ing)?|maxim(?:um|a)|crests?|summits?|high(?:est)? points?|highs?|tops?)\b|"
    r"\b(?:points?|pp) of (?:the|its|their) (?:own )?(?:peaks?|maxim(?:um|a))\b",
    re.IGNORECASE,
)
""" "Slides back after its peak": the course from there on."""
_OWN_START = regex(
    r"\bthan (?:(?:it|they|he|she|at|in|on|when)\b(?: \w+){0,2} (?:beg[aiu]n\w*|start\w*|outset|first)|"
    r"(?:before|initially|originally|(?:its|their) (?:own )?(?:start|beginning|baseline)s?)\b)",
    re.IGNORECASE,
)
""" "Higher than they began"."""
_UNSAID = regex(
    r"\b(?:(?:wrong|other|opposite|right|intended|expected|desired|predicted|planned) (?:way|direction)|improv\w+|"
    r"deteriorat\w+|(?:got|gets?|became|becomes?|did|"
    r"does|fare[sd]?) (?:better|worse)|benefit\w*|backfir\w+)\b",
    re.IGNORECASE,
)
"""A change whose sign the words leave to the reader: "four of six improved"."""


def _named_points(asked: Asked, series: list[Series]) -> tuple[list[tuple[Series, Series]], bool]:
    """The fields of the two points of time that the words name, the earlier first, and whether it is what is compared.

    "More at epoch 10 than at epoch 1" compares the later with the earlier one.
    """
    said = [m for m in asked.sentence.names if m.name in asked.names and m.name.startswith("#")]
    points = sorted({int(m.name[1:]) for m in said})
    if len(points) != 2:
        return [], False
    firsts, lasts = ([s for s in series if not s.role and time_index(s) == p] for p in points)
    pairs = [(a, b) for a in firsts for b in lasts if a.origin == b.origin and a.fraction == b.fraction]
    earlier = next(m.start for m in said if int(m.name[1:]) == points[0])
    later = next(m.start for m in said if int(m.name[1:]) == points[1])
    return pairs, earlier < later and " than " in asked.sentence.between(earlier, later)


def _from_peaks(evidence: Evidence, asked: Asked) -> list[tuple[Series, Series]]:
    """The field of the largest values of a course and that of the last ones."""
    every = (s for s in counted_series(evidence) if len(s.distinct) == asked.total)
    rates = [s for s in every if s.role in ("", "max", "last") and evidence.kind(s) in ("rate", "")]
    peaks = [s for s in rates if s.role == "max" or (not s.role and ROLE_WORDS["max"].search(s.quantity))]
    lasts = [s for s in rates if s.role == "last" or (not s.role and point_words(s) & LASTS)]
    for origin in ("page", "data"):
        indexed = [s for s in rates if not s.role and s.origin == origin and time_index(s) > 0]
        lasts += [s for s in indexed if time_index(s) == max(map(time_index, indexed)) and s not in lasts]
    return [(a, b) for a in peaks for b in lasts if a.origin == b.origin and a.fraction == b.fraction]


def _told(asked: Asked, series: list[Series]) -> list[tuple[Series, Series]]:
    """The columns of a course that the passage calls by name, "the rise from T0 to T3", pair by pair."""
    coded = [s for s in series if s.origin == "page" and _CODE.fullmatch(s.quantity)]
    said = f"{asked.before} {asked.text}" if coded else ""
    named = [s for s in coded if re.search(rf"\b{s.quantity}\b", said)]
    return list(itertools.combinations(named, 2))


def _into_named(evidence: Evidence, asked: Asked, series: list[Series]) -> list[tuple[Series, Series]]:
    """Of three states or more, those before the one that a word names, each with it: "the repair lowered …"."""
    out = []
    for arms in arms_over(evidence, series):
        group = [s for s in series if any(s is x for x in arms)]  # in the order of the columns
        named = [s for s, at in zip(group, mentions(asked.criterion, group), strict=True) if at]
        if len(group) > 2 and len(named) == 1 and not _THAN.search(asked.text):
            out += [(s, named[0]) for s in group[: group.index(named[0])]]
    return out


_THAN = regex(r"\bthan\b", re.IGNORECASE)
_CODE = regex(r"[A-Za-z]+\d{1,2}")
_NEARING = regex(
    r"\b(?:(?P<near>clos(?:es|ed) in|approach(?:es|ed)?|(?:moves?|moved|gets?|got|comes?|came|draws?|drew|drifts?|"
    r"drifted) "
    r"(?:closer|nearer|near|towards?)|converg(?:e|es|ed))|(?:back(?:s|ed)?|moves?|moved|drifts?|drifted|turn(?:s|ed)?|"
    r"pull(?:s|ed)?) away|reced(?:e|es|ed)|diverg(?:e|es|ed))\b",
    re.IGNORECASE,
)
""" "The mason draws nearer to the baker": a likeness grows."""
_COURSE = regex(
    r"\b(?:start\w*|end\w*|train\w*|(?:fine-?)?tun(?:ed|ing)|once|before|after|over|during|course|throughout|"
    r"increas\w+|decreas\w+|gr[eo]w\w*|"
    r"r[io]se\w*|"
    r"declin\w+|improv\w+|drop\w*|f[ae]ll\w*|gain\w*|los\w+|shr[aiu]nk\w*|climb\w*|reduc\w+)\b",
    re.IGNORECASE,
)
_POINTS = rf"(?<![\d.])(?P<size>\d+|{SPELLED})\s*(?:\+|or more)?\s*(?:percentage[\s-]+|%-?\s*)?(?:points?|pp)\b"
_SIZED = regex(
    rf"\b(?:{_POINTS}|half|halv(?:e[sd]?|ing)|thirds?|quarters?|twice|doubl(?:e[sd]?|ing)|trebl\w+|tripl\w+|\w+fold)\b",
    re.IGNORECASE,
)
""" "Gain 8+ points", "halved": how far a change must go."""
_SIZED_IN_BRACKETS = regex(rf"[^.;()\d]{{0,30}}\([^()]*?\b{_POINTS}", re.IGNORECASE)
_USUAL = regex(
    r"\b(?:below|under|above|over|beyond|past) (?:the |a |its )?(?:usual|conventional|customary|standard|"
    r"significance|chosen|"
    r"level|threshold|bar)\b",
    re.IGNORECASE,
)
_PARTLY = regex(
    r"\b(?:at first|initially|early|briefly|temporarily|until|then|later on|at some point|at one point|at any|ever|"
    r"halfway|midway|between|monoton\w*|steadily|every|each)\b",
    re.IGNORECASE,
)
_NO_RATE = frozenset(["cos", "cosine", "sim", "similarity", "loss", "distance", "norm", "overlap"])


_WITHIN = regex(
    r"\b(?:within|inside|no (?:more|further|farther) than|not more than|at most)\s+(?:a |one |about )?$", re.IGNORECASE
)


def of_points(evidence: Evidence, asked: Asked, series: list[Series], number: Number) -> list[Tally]:
    """ "finish 6 points or more over where they began", by field of change or by two columns."""
    before = asked.sentence.between(asked.sentence.start, number.start)
    return _by_points(evidence, asked, series, number.bound, number.value, before)


def of_size(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "Finish 5 points above their start", with the points in words, and "a drop in the double digits"."""
    if any(n.role == "points" for n in asked.numbers):
        return None
    digits = DIGITS.search(asked.text)
    if digits is not None and _GOES.search(asked.text):
        bound = ">=" if digits["two"] else "<"
        return _by_points(evidence, asked, series, bound, 10.0, asked.text[: digits.start()])
    sized = _WORDED.search(asked.text)
    if sized is None:
        return None
    return _by_points(evidence, asked, series, ">=", whole_number(sized["size"]), asked.text[: sized.start()])


_RATIO = regex(
    r"\b(?:(?P<more>more than|over)|(?P<least>at least)|(?P<less>less than|not even))\s+"
    r"(?:(?P<down>halv(?:ed|es|e|ing))|(?P<times>doubl|trebl|tripl|quadrupl)(?:ed|es|e|ing|s))\b",
    re.IGNORECASE,
)
_LOSES = regex(
    r"\b(?:los(?:es?|t|ing)|shed(?:s|ding)?|g[ai]ve(?:s|n)? up|(?:f[ae]ll(?:s|en)?|drop(?:s|ped)?|shr[aiu]nk|shrinks|"
    r"decline[sd]?|cut|reduced|lowered|down|sank|sinks?) by)\s+$",
    re.IGNORECASE,
)
""" "Shed more than a fifth": of what it had."""
_SHARES_OF_CHANGE = {"doubl": 2.0, "trebl": 3.0, "tripl": 3.0, "quadrupl": 4.0}


def of_ratio(evidence: Evidence, asked: Asked, series: list[Series]) -> list[Tally] | None:
    """ "More than halved", "at least doubled", "shed more than a fifth": by the first and the last value."""
    lost = next((m for m in PART.finditer(asked.text) if _LOSES.search(asked.text[: m.start()])), None)
    said = _RATIO.search(asked.text) or lost
    if said is None:
        return None
    beyond = ">" if said["more"] else ">=" if said["least"] else "<" if said["less"] else "<="
    if said is lost:
        factor = 1 - part_of(lost["part"])
    else:
        factor = 0.5 if said["down"] else _SHARES_OF_CHANGE[said["times"].lower()]
    if said is lost or said["down"]:
        beyond = beyond.translate(str.maketrans("<>", "><"))

    def judge(last: Fact, first: Fact) -> tuple[bool, bool]:
        ends = [(last.low, factor * first.high), (last.high, factor * first.low)]
        kept = [keeps(a, beyond, b) for a, b in ends]
        return all(kept), any(kept)

    arms, sure = compared_arms(evidence, asked, series)
    pairs = [(b, a) for a, b in arms] if sure else pairs_in_time(evidence, asked.total)
    return [tally_of(b.facts, judge, a.facts) for a, b in pairs]


DIGITS = regex(r"\b(?:(?P<two>double|two)|single|one)[- ]digits?\b(?! (?:number|count)s?)", re.IGNORECASE)
_GOES = regex(
    r"\b(?:drops?|falls?|gains?|ris(?:es?|ing)|rose|fell|chang\w*|gaps?|differ\w*|increas\w*|decreas\w*|loss\w*|"
    r"shifts?)\b",
    re.IGNORECASE,
)
_WORDED = regex(
    rf"\b(?P<size>(?!zero\b|one\b){SPELLED})\s+(?:or more\s+)?(?:percentage[\s-]+)?points?\b", re.IGNORECASE
)


def _by_points(
    evidence: Evidence, asked: Asked, series: list[Series], bound: str, points: float, before: str
) -> list[Tally]:
    limit = points / 100
    arms, sure = compared_arms(evidence, asked, series)
    of_arms: list[Mapping[str, Fact]] = [
        delta(b, a) for a, b in arms if all(0 <= f.value <= 1 for s in (a, b) for f in s.distinct)
    ]
    changes: list[Mapping[str, Fact]] = [s.facts for s in _nets(asked, series)]
    changes += [_as_fractions(s) for s in contrast_fields(evidence, series)]
    pairs = list(pairs_in_time(evidence, asked.total))
    if _FROM_PEAK.search(asked.text):
        pairs, changes = _from_peaks(evidence, asked), []
    changes += [delta(a, b) for a, b in pairs if all(0 <= f.value <= 1 for s in (a, b) for f in s.distinct)]
    changes = of_arms if of_arms and sure else changes or of_arms
    if not changes and _GAP.search(asked.text):  # of the only two that there are
        groups = [g for g in arms_over(evidence, series) if len(g) == 2]
        changes = [delta(a, b) for a, b in groups if all(0 <= f.value <= 1 for s in (a, b) for f in s.distinct)]
        return [tally_of_bound(facts, bound, limit, absolute=True) for facts in changes]
    if (_WITHIN.search(before) or bound in ("<", "<=")) and not regex(r"\bminus\b").search(asked.text):
        bound = bound if bound in ("<", "<=") else "<="
        if _THE_TWO.search(asked.text) or not sure:  # two that the words before it name
            rates = [s for s in series if s.fraction and s.role not in ("net", "gain", "at", "second")]
            changes += [delta(a, b) for a, b in itertools.combinations(rates, 2) if a.origin == b.origin]
        return [tally_of_bound(facts, bound, limit, absolute=True) for facts in changes]
    signs = {d.sign for d in direction_words(asked.text)}
    less = signs == {-1} or (not signs and FEWER.search(asked.text) is not None)
    if not signs and not less and MORE.search(asked.text) is None and _UNSIGNED.search(asked.text):
        sizes = [tally_of_bound(facts, bound, limit, absolute=True) for facts in changes]
        told = [tally_of_bound(facts, bound, limit) for facts in changes] if _A_DIFFERENCE.search(asked.text) else []
        return sizes + told
    return [tally_of_bound(_turned(facts) if less else facts, bound, limit) for facts in changes]


_GAP = regex(r"\b(?:gaps?|differences?|distances?|margins?|apart|differ\w*|separat\w+)\b", re.IGNORECASE)
_THE_TWO = regex(r"\b(?:the two|both|they|one another|each other|either)\b", re.IGNORECASE)
_UNSIGNED = regex(r"\b(?:chang\w*|mov\w+|shift\w*|differ\w*|apart|either way|swing\w*)\b", re.IGNORECASE)
"""Of the size of a change, whichever way it goes."""
_A_DIFFERENCE = regex(r"\bdifferences?\b", re.IGNORECASE)
"""The way that it is expected to go may be meant."""


def _nets(asked: Asked, series: list[Series]) -> list[Series]:
    """The changes of rates that files hold: to the peak where the words speak of it, else to the end."""
    text = asked.sentence.text
    nets = [
        s
        for s in series
        if s.role in ("net", "gain") and s.fraction and any(f.value for f in s.distinct) and not s.words & _NO_RATE
    ]
    wanted = "gain" if ROLE_WORDS["max"].search(text) and not ROLE_WORDS["last"].search(text) else "net"
    return [s for s in nets if s.role == wanted] or nets


def _as_fractions(series: Series) -> dict[str, Fact]:
    """Differences in points as differences of fractions."""
    if series.fraction or all(abs(f.value) <= 1 for f in series.distinct):
        return series.facts
    made = {id(f): replace(f, low=f.low / 100, high=f.high / 100) for f in series.distinct}
    return {name: made[id(f)] for name, f in series.facts.items()}


def _turned(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """Losses for gains."""
    made = {id(f): replace(f, low=-f.high, high=-f.low) for f in facts.values()}
    return {name: made[id(f)] for name, f in facts.items()}
