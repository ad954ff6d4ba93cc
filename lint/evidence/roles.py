"""Which value of a course, or which column, the words before a number ask for: start, peak, end, at epoch 4, own."""

from __future__ import annotations

import re
from collections.abc import Sequence

from leakstats.facts import Fact, Series
from leakstats.records import replace

from ..regex import regex
from .beside import adjacent, is_of_number_before
from .grammar import Number
from .idioms import spans
from .knowledge import Evidence
from .lexicon import ROLE_WORDS
from .names import Mention, words_of
from .passages import Sentence
from .slips import slip_of

__all__ = ["are_one_value", "ceiling", "is_past", "of_course", "of_side", "opens_pair", "subject"]

_NOUN = r"(?:rate|value|share|level|reading|point|mark|score|figure|one)"
_POINT = (
    r"(?:stop|step|epoch|round|checkpoint|visit|week|day|month|year|point|session|stage|tick|update|measurement|"
    r"reading|evaluation|iteration|cycle|phase|sprint|turn)"
)
_BEFORE = {
    "first": regex(
        r"\b(?:(?:start(?:s|ed|ing)?(?: off| out)?|sets? (?:off|out)|beg[aiu]n(?:s|ning)?|initial(?:ly)?|baseline|"
        r"base rate|outset)\b"
        rf"\s*(?:{_NOUN}\s*)?(?:at|from|with|of|is|was|:|=|\()?|(?:initial|starting|opening) {_NOUN},|"
        r"(?:at|from) (?:the |its |their )?(?:start|outset|beginning|baseline)\s*[:(])\s*(?:only |just )?$",
        re.IGNORECASE,
    ),
    "last": regex(
        r"\b(?:(?:end(?:s|ed)?(?: up)?|finish(?:es|ed)?|lands?|landed|settles?|settled|closes?|closed)\s+"
        rf"(?:at|on|with)|(?:final|last) (?:{_NOUN} )?(?:of|is|was|:)|"
        rf"(?:at|in|by|on|after) (?:the|its|their) (?:very )?(?:last|final) {_POINT}\s*[:(,]|"
        r"(?:at|in|by) the (?:very )?end\s*[:(])\s*(?:only |just )?$",
        re.IGNORECASE,
    ),
    "max": regex(
        r"\b(?:(?:peak(?:s|ed)?|culminat\w+|top(?:s|ped)? out|crest(?:s|ed)?)\s+(?:highest\s*)?(?:at|with|\()|"
        r"(?<!at its )(?<!at the )(?<!at their )(?:peak|maximum|high point|high-water mark|crest|summit|apex|zenith|"
        rf"pinnacle|(?:highest|best|top) {_NOUN}(?: of (?:all|them all|any))?)\s*(?:{_NOUN}\s*)?"
        r"(?:of|is|was|being|[:=,(])|\ba (?:high|maximum|peak|top|best) of)\s*(?:only |just |an? \w+ )?$",
        re.IGNORECASE,
    ),
}
_NOT_ABOVE = regex(
    r"\b(?:not|never|nor|fail(?:s|ed)? to|without|(?:at|in|on) no [a-z]+)\s+(?:\w+\s+)?"
    r"(?:exceed(?:s|ed|ing)?|surpass\w*|"
    r"(?:(?:gets?|got|getting|goes|go|went|going|rises?|rose|rising|climbs?|moves?|comes?|is|was|stands?) )?"
    r"(?:past|above|beyond|over|higher than)|"
    r"pass(?:es|ed|ing)?|top(?:s|ped)?|tops|more than)\s*(?:the )?$",
    re.IGNORECASE,
)
_AFTER = {
    "first": regex(r"\s*\(?(?:at (?:the |its )?(?:start|beginning|outset|baseline)|before training)\b", re.IGNORECASE),
    "last": regex(r"\s*\(?(?:at|in|by) the (?:very )?end\b(?! of (?:the )?(?:first|epoch|step))", re.IGNORECASE),
    "max": regex(
        r"\s*\(?at (?:its|the|their) (?:peak|maximum|height|crest|summit|apex|zenith|top|high(?:est)? point|best)\b"
        r"(?!\s+(?:layer|row|dose|level|strength|step|end)s?\b)",
        re.IGNORECASE,
    ),
}
_THEN = regex(r"\s*(?:by then|by that (?:point|time|epoch|step)|at that (?:point|time)|already)\b", re.IGNORECASE)
_OWN_TIME = regex(rf"\s*\(?(?:after|within|in|at|by|before)\s+(?:the |its )?(?:[a-z]+ ){{1,2}}{_POINT}s?\b")
_POINT_WORD = regex(
    r"\b(?:at|by|in|on|after)\s+(?:its |the |their )?(?:very )?"
    r"(?:last|final|end|finish|first|start|outset|close|peak)\b",
    re.IGNORECASE,
)
_REACHED = regex(
    r"\b(?:ha[sd] (?:already )?reached|reached|is at|was at|stands at|stood at)\s*(?:about |only )?$", re.IGNORECASE
)
_PAIR = regex(
    r"\b(?:from|between)\s+(?:its |the |their )?(?P<a>peak|maximum|start|baseline|beginning)\s+"
    r"(?:to|and)\s+(?:its |the |their )?(?P<b>end|last \w+|final \w+|peak|maximum)\b",
    re.IGNORECASE,
)
_ROLE_OF = {"peak": "max", "maximum": "max", "start": "first", "baseline": "first", "beginning": "first", "end": "last"}


def subject(evidence: Evidence, sentence: Sentence, number: Number) -> str:
    """The thing that a number is about: the name beside it, the one before it, or the only one around; or ""."""
    i = next((j for j, n in enumerate(sentence.numbers) if n is number), -1)
    name = adjacent(sentence).get(i)
    if name is not None and name.name in evidence.page_names:
        return name.name
    if name is not None and not name.name.startswith("#") and not _is_setting(evidence, sentence, name):
        return ""
    inside = [m for m in sentence.names if m.name in evidence.page_names]
    before = [m for m in inside if m.end <= number.start]
    if shares_bracket(sentence, number, before):
        return ""
    if before and _LEFT_OUT.match(sentence.between(before[-1].end, number.start)):
        return ""
    if before:
        return "" if _SOMEONE.search(sentence.between(before[-1].end, number.start)) else before[-1].name
    around = {m.name for m in sentence.passage.names if m.name in evidence.page_names}
    return around.pop() if len(around) == 1 and not inside else ""


def shares_bracket(sentence: Sentence, number: Number, before: Sequence[Mention]) -> bool:
    """True for either of two values in a bracket behind two things: "A beats B at the peak (64% vs 62%)"."""
    opened = sentence.between(sentence.start, number.start).rfind("(") + sentence.start
    inside = sentence.between(opened, sentence.end).partition(")")[0]
    if opened < sentence.start or opened + len(inside) < number.start or _AGAINST.match(inside) is None:
        return False
    clause = _CLAUSES.split(sentence.between(sentence.start, opened))[-1]
    return len({m.name for m in before if opened - len(clause) <= m.start < opened}) > 1


_AGAINST = regex(r"\(\s*[\d.]+\s?%?\s+(?:vs\.?|versus|against|as against|as opposed to|compared (?:with|to))\s+[\d.]+")
_CLAUSES = regex(r"[;:]|,\s(?:and|but|while|whereas)\b")
_LEFT_OUT = regex(r"[`\"'*]*\s+(?:left )?(?:out|aside)\b", re.IGNORECASE)
""" "Leaving the nun out"."""
_SOMEONE = regex(
    r"[,;]\s*(?:(?:yet|but|and|while|whereas|though|although)\s+)?(?:an?|another|some|any|every|each|one|others?)\s+"
    r"(?!of\b)(?:[a-z-]+\s+){0,8}$|\b(?:yet|but|while|whereas|though|although)\s+(?:an?|another|others?)\b",
    re.IGNORECASE,
)
"""Behind a thing: another one, of which the number is, "the nun keeps 71%, yet a stranger beside it keeps 4%"."""


def _is_setting(evidence: Evidence, sentence: Sentence, name: Mention) -> bool:
    """True for a word of the file under which it holds values of a thing that the sentence names: "after"."""
    things = {m.name for m in sentence.names if m.name in evidence.page_names}
    own = evidence.about.get(name.name, ())
    within = [f for _, f in own if f.entities & evidence.page_names]
    return 2 * len(within) > len(own) and any(f.entities & things for f in within)


def of_course(evidence: Evidence, sentence: Sentence, number: Number, name: str) -> list[tuple[Series, Fact]]:
    """What is known of ``name`` at the point of its course that the words ask for; empty where they ask for none."""
    role = _role(sentence, number)
    if not role:
        return []
    moves = [s for s in spans(sentence) if s.kind in ("move", "to")]
    begins = any(number is s.left for s in moves) and not _OF_ITSELF.search(_without_owners(sentence, number))
    if role != "first" and _PAIR.search(sentence.text) is None and begins:
        return []  # "a peak (30→37% at epoch 4)": where a move begins is neither its peak nor its checkpoint
    if role in ("last", "first") and any(number is s.right for s in moves) and _PAIR.search(sentence.text) is None:
        return []  # "8 → 39% in the end" may be said of a peak
    out = []
    for series, fact in evidence.about.get(name, ()):
        if series.fraction and evidence.kind(series) in ("rate", "") and role in (series.role, *fact.entities):
            out.append((series, fact))
    for series in evidence.all_series:
        if series.origin != "page" or name not in series.facts or not series.fraction or role.startswith("#"):
            continue
        if series.role == role or _is_column_of(evidence, series, role):
            out.append((series, series.facts[name]))
    return out


def _is_column_of(evidence: Evidence, series: Series, role: str) -> bool:
    """True for a column of rates that its header gives a role: "Peak"."""
    column = not series.role and series.pointer.startswith("column") and evidence.kind(series) == "rate"
    return column and ROLE_WORDS[role].search(series.quantity) is not None


_OF_ITSELF = regex(r"\b(?:high|maximum|peak|top|best) of\s+(?:only |just )?$", re.IGNORECASE)
""" "From a high of 48% to 40%"."""


def ceiling(evidence: Evidence, sentence: Sentence, number: Number) -> list[tuple[Series, Fact]]:
    """The largest values of the thing before "does not exceed" a number, where each of them does; empty otherwise."""
    before = sentence.between(max(sentence.start, number.start - 48), number.start)
    if _NOT_ABOVE.search(before) is None or _FOR_A_WHILE.match(sentence.between(number.end, sentence.end)):
        return []
    if _FROM_THEN_ON.search(sentence.between(sentence.start, number.start)):
        return []
    name = subject(evidence, sentence, number)
    tops = [
        (s, f)
        for s, f in evidence.about.get(name, ())
        if s.fraction and s.role == "max" and evidence.kind(s) in ("rate", "")
    ]
    tops += [
        (s, s.facts[name])
        for s in evidence.all_series
        if s.origin == "page" and s.fraction and name in s.facts
        if s.role == "max" or _is_column_of(evidence, s, "max")
    ]
    if not tops:  # what was measured once is its own largest value
        once = [
            (s, f) for s, f in evidence.about.get(name, ()) if s.fraction and not s.role and evidence.kind(s) == "rate"
        ]
        tops = once if once and are_one_value(once) else []
    high = number.scaled()[1]
    if tops and all(f.low > high + 1e-9 for _, f in tops):
        return tops
    exact = _is_exact(evidence, number, [f.value for _, f in tops])
    return tops if exact and not any(evidence.matches(number, s, f) for s, f in tops) else []


_FOR_A_WHILE = regex(r"\s*%?,?\s*(?:until|till|before|up to|in the first|during)\b", re.IGNORECASE)
"""Behind a ceiling of a part of a course: "does not exceed 4% until epoch 20"."""
_FROM_THEN_ON = regex(r"\b(?:from|past|beyond) [^,;:]{1,24}\d\S*\s+on(?:wards?)?\b", re.IGNORECASE)
"""Before one: "from the 14th week on, it never exceeds 8%"."""


def _is_exact(evidence: Evidence, number: Number, tops: Sequence[float]) -> bool:
    """True for a ceiling that is no round number, and so the largest value itself: "never past 4.3%".

    One that ends in 0 or 5 is, where it is a digit away from that value: "never past 7.0%" of 4.0.
    """
    scale = 100.0 if number.role == "percent" else 1.0
    fine = number.decimals >= max(evidence.rate_decimals or 1, 1 if number.role == "percent" else 2)
    if not fine or number.digits < 2:
        return False
    if number.text[-1] not in "05":
        return True
    said = replace(number, bound="")  # "exceed" makes a bound of it
    is_step = round(number.value / scale * 10_000) % 250 == 0
    return not is_step and any(slip_of(said, v * scale) == "digit" for v in tops)


_PAST_IT = regex(
    r"\b(?:below|under|above|over|beneath|past|beyond)\s+(?:its|the|their)\s+(?:\w+\s+)?\w+\s*\(\s*$", re.IGNORECASE
)
"""Before a bracket with the end of a course: "below its baseline (9%"."""


def is_past(sentence: Sentence, number: Number) -> bool:
    """True for a value in a bracket behind what it lies below or above."""
    return _PAST_IT.search(sentence.between(max(sentence.start, number.start - 40), number.start)) is not None


_FROM = regex(r"\bfrom\s+(?:about |only |just )?$", re.IGNORECASE)
"""Where a move begins is not its end: "brought to 42% from 0% at its best"."""


def _role(sentence: Sentence, number: Number) -> str:
    before = _without_owners(sentence, number)
    after = sentence.between(number.end, min(sentence.end, number.end + 30))
    for role, pattern in _BEFORE.items():
        if pattern.search(before) and not (role == "first" and is_past(sentence, number)):
            point = _own_point(sentence, number) if role != "max" and before.rstrip()[-1:] in (":", ",") else None
            return role if point is None else point
    for role, pattern in _AFTER.items():
        if pattern.match(after) and (role == "first" or not _FROM.search(before)):
            return role
    pair = _PAIR.search(sentence.text)
    moves = [s for s in spans(sentence) if s.kind in ("move", "to")]
    if pair is not None and len(moves) == 1 and number in (moves[0].left, moves[0].right):
        backwards = regex(r"\bto\s+(?:about )?$").search(before) is not None and number is moves[0].left
        if backwards or (number is moves[0].right and regex(r"\bfrom\s+(?:about )?$").search(before)):
            word = pair["b"] if backwards else pair["a"]
        else:
            word = pair["a"] if number is moves[0].left else pair["b"]
        return _ROLE_OF.get(word.lower().split()[0], "last")
    if any(
        m.name.startswith("#") and is_of_number_before(sentence, m) for m in sentence.names if m.end <= number.start
    ):
        return ""
    behind = [x.start for x in sentence.numbers if x.start > number.end and x.role == number.role]
    held = [m for m in sentence.names if m.name.startswith("#")]
    if held and behind and all(m.start > behind[0] for m in held):
        return ""  # "at the last visit it stands at 40%, after 46% at week 6"
    points = {m.name for m in held}
    points = points or {m.name for m in sentence.passage.names if m.name.startswith("#") and m.end <= number.start}
    opened = before.rfind(";") + 1
    if opened and _POINT_WORD.search(before[opened:]):
        return ""  # "12% at its peak (week 9); at the last visit it stands at 8%"
    own = _OWN_TIME.match(after)
    if own is not None and not any(number.end <= m.start < number.end + own.end() for m in sentence.names):
        return ""  # "is at 45% after two weeks and climbs to 73% at week 10"
    if len(points) == 1 and (_THEN.match(after) or _REACHED.search(before)):
        return points.pop()
    return ""


def _own_point(sentence: Sentence, number: Number) -> str | None:
    """The checkpoint right behind a number, "at the end: 48% at round 4, 45% at round 5"; "" for one nobody knows."""
    own = _AT_ITS_POINT.match(sentence.passage.plain, number.end, sentence.end)
    if own is None:
        return None
    return next((m.name for m in sentence.names if m.name.startswith("#") and number.end <= m.start < own.end()), "")


_AT_ITS_POINT = regex(rf"\s*%?\s*\(?(?:at|in|by|on|after)\s+(?:the )?{_POINT}s?\s+\d+", re.IGNORECASE)


def _without_owners(sentence: Sentence, number: Number) -> str:
    """The words before a number, less the things that they are of: "the peak of the nun is"."""
    left = max(sentence.start, number.start - 60)
    text, at = "", left
    for m in sentence.names:
        owned = _OWNER.search(sentence.between(at, m.start)) if left <= m.start and m.end <= number.start else None
        if owned is not None and not m.name.startswith("#"):
            text += sentence.between(at, at + owned.start())
            behind = sentence.between(m.end, number.start)
            at = m.end + len(behind) - len(behind.lstrip("`\"'*"))
    return (text + sentence.between(at, number.start))[-40:]


_OWNER = regex(r"\s+of (?:the )?[`\"'*]*$")


_JOINT = regex(r"[(,;:]|\b(?:and|then|to|but|against|versus|vs)\b")
"""Words on the other side of it belong to the number before: "32% before and 49% after"."""


_OWN = frozenset(words_of("own self itself himself herself themselves"))
_OTHER = frozenset(
    words_of(
        "bystander bystanders listener listeners contact contacts neighbour neighbours others spill spills leak leaks"
    )
)
_AMONG = regex(
    r"\s*(?:on average |in the mean )?(?:over|of|among|for|from|in|by) (?:all )?(?:of )?(?:its |the |their )?"
    r"(?P<whose>[A-Za-z-]+)",
    re.IGNORECASE,
)
_OTHERS_OF = regex(
    r"\b(?:bystanders|listeners|contacts|neighbours|others)['’]?\s+(?:(?:rate|share)\s+)?of\s+(?:the\s+)?[`\"'*]*$",
    re.IGNORECASE,
)


def of_side(evidence: Evidence, sentence: Sentence, number: Number, name: str) -> list[tuple[Series, Fact]]:
    """What is known of ``name`` itself, or of those around it, where the words beside a number say which; or empty."""
    sides: dict[bool, list[tuple[Series, Fact]]] = {True: [], False: []}
    for series, fact in evidence.about.get(name, ()):
        if not series.fraction or series.role or evidence.kind(series) != "rate":
            continue
        own, other = bool(series.words & _OWN), bool(series.words & _OTHER)
        if own == other:
            return []  # a rate of which it is open whose it is
        sides[own].append((series, fact))
    if not all(found and are_one_value(found) for found in sides.values()):
        return []
    mentions = [m for m in sentence.names if m.end <= number.start]
    if not mentions or mentions[-1].name != name:
        return []
    earlier = max((n.end for n in sentence.numbers if n.end <= number.start), default=sentence.start)
    near = {m.name for m in mentions if m.start >= earlier and not m.name.startswith("#")}
    if len(near or {m.name for m in mentions if not m.name.startswith("#")}) > 1:
        return []  # "A is far over B (61% vs 7%)"
    opened = max([mentions[-1].end, *(n.end for n in sentence.numbers if n.end <= number.start)])
    lead = sentence.between(opened, number.start)
    said = frozenset() if opens_pair(sentence, number, lead) else words_of(_JOINT.split(lead.rstrip(" (:="))[-1])
    behind = _AMONG.match(sentence.between(number.end, number.end + 48))
    said |= words_of(behind["whose"]) if behind is not None else frozenset()
    lead = sentence.between(max(sentence.start, mentions[-1].start - 36), mentions[-1].start)
    other = bool(said & _OTHER) or _OTHERS_OF.search(lead) is not None
    own = bool(said & _OWN)
    return [] if own == other else sides[own]


def opens_pair(sentence: Sentence, number: Number, lead: str) -> bool:
    """True for the first of two rates in a bracket, of which the words before it are of neither: "(9% of its, 3% …"."""
    if not lead.rstrip().endswith("("):
        return False
    closes = sentence.between(number.end, sentence.end).find(")")
    return any(number.end <= x.start < number.end + closes and x.role == number.role for x in sentence.numbers)


def are_one_value(facts: list[tuple[Series, Fact]]) -> bool:
    """True for facts whose values differ by no more than rounding does."""
    values = [f.value for _, f in facts]
    return max(values) - min(values) <= 0.02 * max(values) + 1e-9
