"""Which name a number belongs to, and whether the words between the two are understood."""

from __future__ import annotations

import re

from leakstats.facts import Fact, Series

from ..regex import regex
from .beside import adjacent, follows_its_value, is_end, named_before
from .claims import facts_of, prints_rate
from .coordination import pair_of
from .grammar import Number
from .idioms import interval_ends, spans
from .knowledge import Evidence
from .names import Mention, index_of, words_of
from .passages import Sentence
from .quantities import CENTRE_AFTER, NUMERALS, READ, quantity_asked
from .tables import is_aggregate
from .word_numbers import SPELLED

__all__ = ["begins_move", "follows_name", "is_apart", "is_mixed", "is_read", "name_beside", "only_name", "sole_thing"]


def name_beside(evidence: Evidence, sentence: Sentence, i: int) -> Mention | None:
    """The thing beside a number; a word of the file between the two, "the nurse after training: 12%", is none.

    Where nothing is known of a thing, "pooled", it is the one in front: "L25 has pooled 0.61". A row over all the
    others is none where a point is named first, of which the number is: "L25 is best with all pairs pooled (0.61)".
    """
    name = adjacent(sentence).get(i)
    number = sentence.numbers[i]
    if name is not None and is_aggregate(name.text) and index_of(name.name):
        points = [m for m in sentence.names if m.name.startswith("#") and m.end <= number.start]
        if not points and _THERE.search(sentence.text):
            before = sentence.previous
            points = [m for m in before.names if m.name.startswith("#")] if before is not None else []
            return points[0] if len(points) == 1 else None  # "L10 lags. Pooled ρ there is 0.39"
        return points[-1] if len(points) == 1 else None if points else name
    if name is not None and _is_setting(evidence, name):
        name = named_before(sentence, i, [m for m in sentence.names if not _is_setting(evidence, m)])
    if name is None or name.end > number.start or facts_of(evidence, name.name, number):
        return name
    others = [m for m in sentence.names if m.end <= name.start and not is_aggregate(m.text)]
    return named_before(sentence, i, others) or name


_THERE = regex(
    r"\b(?:there(?!\s+(?:is|are|was|were)\s+(?:an?|no|the|not|nothing|some)\b)|"
    r"at (?:this|that) (?:layer|depth|checkpoint|point))\b"
)


def _is_setting(evidence: Evidence, name: Mention) -> bool:
    """True for a word of the file that no row of the page is called by, such as a state or the kind of a measure."""
    return bool(evidence.page_names) and name.name not in evidence.page_names and not name.name.startswith("#")


_FROM = regex(r"\b(?:from|up from|down from)\s+(?:about |roughly |around |~)?$", re.IGNORECASE)


def begins_move(sentence: Sentence, number: Number) -> bool:
    """True for the value from which something moves: "0→45%", "to 41% from 22%"."""
    before = sentence.between(max(sentence.start, number.start - 24), number.start)
    return _FROM.search(before) is not None or any(number is x.left for x in spans(sentence))


_CLAUSE = regex(r";|\b(?:whereas|while)\b")


def only_name(evidence: Evidence, sentence: Sentence, number: Number) -> Mention | None:
    """The one thing that a clause names, where it stands before the number: "without the nurse (12%)" too."""
    text = sentence.between(sentence.start, sentence.end)
    cuts = [sentence.start + m.start() for m in _CLAUSE.finditer(text)]
    first = max((c for c in cuts if c < number.start), default=sentence.start)
    last = min((c for c in cuts if c >= number.end), default=sentence.end)
    inside = [m for m in sentence.names if m.name in evidence.page_names and first <= m.start < last]
    for m in reversed(inside):
        gap = sentence.between(m.end, number.at)
        bracket = sentence.between(m.end, sentence.end).partition(")")[0]
        if m.end <= number.at and _BRACKET.fullmatch(gap) and not _TWO.search(bracket):
            return m
    if not inside and _ITS.match(text):
        earlier = [s for s in sentence.passage.sentences if s.end <= sentence.start]
        things = [m for m in (earlier[-1].names if earlier else ()) if m.name in evidence.page_names]
        return things[-1] if len({m.name for m in things}) == 1 else None
    if len({m.name for m in inside}) != 1 or inside[0].end > number.start or is_apart(sentence, inside[0], number):
        return None
    if _CLOSED.match(sentence.between(inside[0].end, number.start)):
        return None  # "from 12% (the nun) to 40%"
    if any(inside[0].end <= m.start < number.start and _JOINT.search(m.text) for m in sentence.names):
        return None  # "salt is at 12%, salt+lime at 40%"
    return inside[0]


_CLOSED = regex(r"[^(]*\)")
_JOINT = regex(r"\w\s?[+&×]\s?\w")
_ITS = regex(r"\s*[*_]*(?:Its|His|Her|Their)\s")


_ELSE = regex(
    r"\b(?:others?|the (?:next|second|third|former|latter)|rest|remaining|else|elsewhere|runners?-up|median|mean|"
    r"average\w*|typical\w*|bar|threshold|level|baseline|controls?|reference|chance|overall|pooled|all|every\w*|any\w*|no|none|nobody|"
    r"humans?|people|expect\w*|predict\w*|fitted|if|would|could|should|may|might|unless|hypothe\w+|target|"
    r"threshold|neighbours?|rivals?|followed|follows|group|pair|both|most|half|than|times)\b",
    re.IGNORECASE,
)


def sole_thing(evidence: Evidence, sentence: Sentence, number: Number) -> Mention | None:
    """The one thing of which a sentence can speak: the only one named in it, by no word beside it set apart.

    A sentence that opens with "it" or "its" speaks of the one of the sentence before. No word may name or hint at
    others, the whole, or a value that was not measured.
    """
    things = {m.name: m for m in sentence.names if m.name in evidence.page_names}
    if _IT.match(sentence.text):
        if things:
            return None  # "Its share is 57%, that of the nurse 12%"
        earlier = [s for s in sentence.passage.sentences if s.end <= sentence.start]
        things = {m.name: m for m in (earlier[-1].names if earlier else ()) if m.name in evidence.page_names}
    if len(things) != 1:
        return None
    name = next(iter(things.values()))
    if is_apart(sentence, name, number) or is_aggregate(name.text) or _ELSE.search(sentence.text):
        return None
    if name.end <= number.start:
        return name if ";" not in sentence.between(name.end, number.start) else None
    return name if _OPENING.fullmatch(sentence.between(sentence.start, name.start)) else None


_OPENING = regex(
    r"\W*(?:With|From|At|In|Of|By|Among|Only|Just|About|Some|Reaching)\b[^;:.]{0,12}?[\d.]+\s?%?[^;:]{0,40}?,?\s*(?:the\s+)?[`\"'*]*",
)
"""A sentence that begins with the number of what it then names: "With 68%, the nurse"."""


_IT = regex(
    r"[\s*_]*(?:It|Its|He|His|She|Her|There|(?:After|Before|By|At|In)\b[^,.]{1,40},? (?:it|its|he|she|her|his))\b"
)


_TWO = regex(r"\b(?:against|vs|versus|and|to|or)\b|→|->")


_BRACKET = regex(r"[`'\"*]*\s*\([^()\[\]]*")


_CUT = regex(r";|:(?!\s(?:there|here|it|its|his|her)\b)|\.\s|\b(?:while|whereas|but|than|against|versus|vs|compared)\b")


def follows_name(
    evidence: Evidence, sentence: Sentence, number: Number, name: Mention, facts: list[tuple[Series, Fact]]
) -> bool:
    """True if the words from the name to the number are understood, other numbers between them being values of it."""
    between = sentence.between(max(name.end, sentence.start), number.at)
    if _CUT.search(between.lstrip(" :`*\"'")):
        return False
    values = {round(f.value, 4) for _, f in facts}
    if regex(r"\b(?:from|to|→|up|down)\b|→").search(between) and len(values) < 2:
        return False
    ends = interval_ends(sentence)
    for other in sentence.numbers:
        between_them = name.end <= other.start < number.start and other.role not in ("n", "p", "none", "index")
        if not between_them or id(other) in ends:
            continue
        if not any(evidence.suits(other, s) for s, _ in evidence.printing(name.name, other)):
            return False
    return words_of(between) - NUMERALS <= READ | evidence.quantities | _words_of_facts(facts)


def _words_of_facts(facts: list[tuple[Series, Fact]]) -> frozenset[str]:
    return frozenset().union(*(s.words for s, _ in facts))


def is_read(
    evidence: Evidence, sentence: Sentence, number: Number, name: Mention, facts: list[tuple[Series, Fact]]
) -> bool:
    """True if every word between a number and its name is understood, so that none can ask for another value."""
    before = name.end <= number.start
    gap = sentence.between(name.end, number.at) if before else sentence.between(number.end, name.start)
    pair = pair_of(sentence, number)
    if pair is not None:
        gap = sentence.between(*pair.gap)
    words = words_of(gap)
    if pair is not None:  # "at L3 and L5 the nurse shows 12% and 40%"
        words -= frozenset().union(*(words_of(m.text) for m in sentence.names if pair.gap[0] <= m.start < pair.gap[1]))
    if number.role == "value" and not prints_rate(evidence, sentence, number):
        opened = max(sentence.start, min(name.start, number.at) - 30)
        if before and _THAT_OF.search(sentence.between(opened, name.start)):
            opened = sentence.start  # "the pooled coefficient is above that of the nurse (.46)"
        asked = words | words_of(sentence.between(opened, number.at))
        centre = CENTRE_AFTER.match(sentence.between(number.end, number.end + 8)) is not None
        fits = asked & _COEFFICIENT_WORDS and all(evidence.kind(s) == "coefficient" for s, _ in facts)
        if not (any(asked & s.words for s, _ in facts) or fits or _lone(facts) or (centre and _few(facts))):
            return False
    own = frozenset().union(*(s.words | words_of(evidence.header_of(s)) for s, _ in facts))
    read = READ | own  # the name of another column asks for something else
    if number.role == "coefficient" or all(evidence.kind(s) == "coefficient" for s, _ in facts):
        read |= _COEFFICIENT_WORDS
    return words <= read


_THAT_OF = regex(r"\b(?:that|the one) (?:of|for|in|with) (?:the )?[`\"'*]*$", re.IGNORECASE)
_COEFFICIENT_WORDS = frozenset(
    words_of(
        "correlation correlations coefficient coefficients association link relation relationship fit pooled strongest "
        "weakest best worst strong weak stronger weaker tightest loosest steepest flattest closest ρ rho r rank"
    )
)


def is_apart(sentence: Sentence, name: Mention, number: Number) -> bool:
    """True if the words set a thing aside, so that what follows is of something else: "without the nurse"."""
    before = sentence.between(max(sentence.start, name.start - 28), name.start)
    if _CROSSED.search(before) or follows_its_value(sentence, number, name) or _is_aside(sentence, name, number):
        return True
    if _GROUP.search(sentence.between(name.end, number.start)):
        return True
    if is_end(sentence, name, number) or _is_its_own(sentence, name, number):
        return False
    return _APART.search(before) is not None or _OUT.match(sentence.between(name.end, name.end + 32)) is not None


def _is_aside(sentence: Sentence, name: Mention, number: Number) -> bool:
    """True for a thing in the bracket behind another number: "from 0.2 (the nun) to 0.7"."""
    if ")" not in sentence.between(name.end, number.start):
        return False
    left = [x for x in sentence.numbers if x.end <= name.start]
    return bool(left) and _OPENED.fullmatch(sentence.between(left[-1].end, name.start)) is not None


_GROUP = regex(
    r"\b(?:and|or|as|than|from|with|of|over|beside|against|above|below)\s+(?:of |to |those of )?"
    rf"(?:those|the ones|(?:the|all|these|its) (?:(?:\d+|{SPELLED}|other|others|remaining|rest)\s+)+(?:[a-z]+s\s+)?)"
    r"(?:that (?:are|stand|lie)\s+)?(?:at|with|around|near)\s+(?:about )?$"
)
"""Between a thing and a number of others: "of the nun and of the three monks at 32%"."""
_OPENED = regex(r"\s*%?\s*\([^()]*")


def _is_its_own(sentence: Sentence, name: Mention, number: Number) -> bool:
    """True for a rate or a likeness in the bracket behind a thing set aside: "without the nurse (67%, cos 0.4)"."""
    if _BRACKET.fullmatch(sentence.between(name.end, number.at)) is None:
        return False
    return number.role == "percent" or quantity_asked(sentence, number) == "likeness"


def _few(facts: list[tuple[Series, Fact]]) -> bool:
    return len({round(f.value, 6) for _, f in facts}) <= 3


def _lone(facts: list[tuple[Series, Fact]]) -> bool:
    """True if the facts are one value, perhaps held by the file and by a table."""
    values = [f.value for _, f in facts]
    return max(values) - min(values) <= 0.02 * max(map(abs, values))


_APART = regex(
    r"\b(?:minus|less|than|over|vs\.?|versus|against|from|without|except|not|"
    r"(?<!belongs )(?<!belong )(?<!belonged )(?<!belonging )to|relative to|compared (?:with|to)|"
    r"(?:leav|remov|exclud|omit|drop|strip|delet|ignor|discard)\w*(?: out| away| off)?|tak\w+ (?:out|away|off)|"
    r"left out|sans|but for|"
    r"barring|apart from|other than|below|above|beneath|(?:end|finish|lie|stand|stay|land|remain|fall|come)s? "
    r"(?:\w+ )?under)\s+(?:the\s+)?[`\"'*]*$|[−–-]\s+$|"
    r"\bbetween\s+[^,;.]{1,24}\s+and\s+(?:the\s+)?[`\"'*]*$",
    re.IGNORECASE,
)


_CROSSED = regex(r"\w[`\"'*]*\s*(?:[×✕→⟶➔]|->)\s*[`\"'*]*$")
"""Before the second of two things of which one cell is spoken of: "cold × nurse", "nurse → clerk"."""


_OUT = regex(r"[`\"'*]*\s+(?:is |are |was |were )?(?:left out|removed|excluded|omitted|dropped|taken out|out|aside)\b")


def is_mixed(evidence: Evidence, sentence: Sentence, number: Number, name: str) -> bool:
    """True if the number belongs to another name of the sentence in a way that order alone does not settle."""
    own = max((m.start for m in sentence.names if m.name == name and m.end <= number.start), default=0)
    last = max((x.start for x in sentence.numbers if x.start < own and x.role == number.role), default=-1)
    served = {m.name for m in sentence.names if m.end <= last}
    if _is_odd_one(evidence, sentence, number):
        return False
    others = [e for e in sentence.entities - served if e != name]
    if name.startswith("#"):
        others = [e for e in others if e.startswith("#")]  # what is followed over checkpoints has every value of theirs
    if len(sentence.names) < 2 or not others or _tight(sentence, number, name):
        return False
    settings = frozenset().union(*(f.entities for _, f in facts_of(evidence, name, number)))
    others = [e for e in others if e not in settings]  # a state or a condition has the values of every thing
    return any(evidence.suits(number, s) for e in others for s, _ in evidence.printing(e, number))


def _is_odd_one(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True if each number of its kind stands beside a name and all others are values of theirs.

    "A holds the floor at 9%, B the ceiling at 70%": there is no order of them but this.
    """
    near = adjacent(sentence)
    others = [(i, x) for i, x in enumerate(sentence.numbers) if x is not number and x.role == number.role]
    for i, other in others:
        if i not in near or not any(evidence.printing(near[i].name, other)):
            return False
    return bool(others) and len({m.name for m in near.values()}) == len(near)


def _tight(sentence: Sentence, number: Number, name: str) -> bool:
    """True if nothing but a bracket, "at" or "for" stands between name and number, or their places in two lists."""
    if pair_of(sentence, number) is not None:
        return True
    for m in sentence.names:
        if m.name != name:
            continue
        if 0 <= number.at - m.end <= 8 and regex(
            r"[`\"'’s*]*,?\s*(?:\(|:|at|with|=)\s*(?:ρ|rho|r)?\s*=?\s*(?:cosine |cos )?"
        ).fullmatch(sentence.between(m.end, number.at)):
            return True
        if 0 <= m.start - number.end <= 8 and regex(r"\s*(?:\(|for|in|at)\s*[`\"'*]*").fullmatch(
            sentence.between(number.end, m.start)
        ):
            return True
    return False
