"""Words of direction against the numbers beside them; the sign is worked out first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from ..regex import regex
from .approaches import approach_clashes
from .claims import is_claim
from .compared_back import back_clashes
from .directed import Rate, clash_of, moves_in, rates_in
from .enumerated import enumeration_clashes
from .grammar import Number
from .idioms import Span, interval_ends, is_rate, pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .lexicon import NEGATED, DirectionWord, direction_words, strength_words
from .only_ones import only_one_clashes
from .outcomes import outcome_clashes
from .pairwise import pairwise_clashes
from .passages import Sentence
from .quantifiers import quantifiers
from .relations import relation_sign
from .relationships import of_relations
from .rivals import rival_clashes
from .shares import vectors
from .signed import sign_clashes
from .trends import trend_clashes
from .unpaired import is_of_points
from .versus import bracket_clashes, versus_clashes
from .word_numbers import SPELLED
from .wording import EXCEEDS, OF_LIKENESS

__all__ = ["direction_clashes"]

_OF_RELATION = regex(r"(?<=tive) (?:relation\w*|correlation|association|link|slope|trend|coefficient)\b", re.IGNORECASE)
_BASE = regex(
    r"\b(?:its|their|the|his|own|where it|where they)\s+(?:own\s+)?(?:baselines?|starts?|starting "
    r"(?:point|level|value)|initial|started|began|first|outset|beginning|opening|entry)\b"
    r"|\bthan (?:it|they|he|she) (?:began|started|opened|set out|entered|was at (?:first|the (?:start|outset)))\b"
    r"|\bthan (?:at|in|before) (?:the )?(?:first|start|beginning|outset|training)\b",
    re.IGNORECASE,
)
_COURSE = regex(
    r"\s+(?:\w+\s+){0,3}?(?:over|during|through|across|in|by)\s+(?:the\s+)?(?:course|training|run|end|"
    r"whole|time|epochs|steps|long run)\b|\s+(?:overall|on balance|net)\b",
    re.IGNORECASE,
)


def direction_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Words of direction that the numbers of their sentence contradict."""
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            found = list(_of_numbers(evidence, sentence))
            found = found or [*sign_clashes(evidence, sentence), *pairwise_clashes(evidence, sentence)]
            found = found or [*approach_clashes(evidence, sentence)] or list(outcome_clashes(evidence, sentence))
            if not found and passage.part != "prior":
                found = [*enumeration_clashes(evidence, sentence)] or [*rival_clashes(evidence, sentence)]
                found = found or [*trend_clashes(evidence, sentence)]
            yield from found


def _of_numbers(evidence: Evidence, sentence: Sentence) -> Iterator[Clash]:
    """What the numbers of a sentence say against its words."""
    taken = [
        (m.start - sentence.start, m.end - sentence.start)
        for m in sentence.names
        if not _OF_RELATION.match(sentence.text, m.end - sentence.start)  # a "positive" pole, and a positive relation
    ]
    words = [w for w in direction_words(sentence.text) if not any(a < w.end and w.start < b for a, b in taken)]
    yield from versus_clashes(sentence)
    yield from bracket_clashes(sentence)
    yield from back_clashes(sentence)
    yield from _of_bare_words(sentence)
    yield from _of_named_steps(sentence)
    yield from _of_differences(sentence)
    yield from _of_standstills(sentence, words)
    yield from _of_still_times(sentence, words)
    yield from only_one_clashes(sentence, words)
    if not words and relation_sign(sentence.text) is None:
        return
    yield from _of_moves(evidence, sentence, words)
    yield from _of_arrivals(sentence, words)
    yield from _of_two_times(sentence, words)
    yield from _of_signs(sentence, words)
    yield from of_relations(evidence, sentence, words)
    yield from _of_ends(evidence, sentence, words)


def _of_moves(evidence: Evidence, sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    moves = moves_in(sentence)
    used: set[int] = set()
    for span in moves:
        change = span.right.value - span.left.value
        if change == 0 or {span.left.role, span.right.role} == {"percent", "value"}:
            continue  # no change, or two units
        if _is_of_doses(sentence, moves, span):
            continue
        if _turns(moves, span) or is_of_points(evidence, sentence, span.left.text, span.right.text):
            continue
        at = span.start - sentence.start
        before = [w for w in words if w.end <= at and not w.polar]
        if not before:
            continue
        word = before[-1]
        if span.kind == "to" and EXCEEDS.fullmatch(word.text):
            continue  # "ahead of Ghent, 0.87 to 0.85" is how the two stand
        if _OF_MERIT.match(word.text) and not _OF_SKILL.search(sentence.text):
            continue
        if _DIPS_FIRST.search(sentence.text, 0, word.start) and len(before) > 1 and before[-2].sign != word.sign:
            continue
        if _GONE_BEFORE.search(sentence.text, 0, word.start) or _LEFT_BEHIND.match(sentence.text, word.start):
            continue
        if _OF_SOME_CHANGE.match(sentence.text, word.start) or _BEFORE_BAR.match(sentence.text, word.start):
            continue
        gap = sentence.text[word.end : at]
        if span.kind == "to" and _COMPARATIVE.fullmatch(word.text) and _MARK.fullmatch(gap):
            continue  # "Ghent asks more often, 84% to 81%" is how it and another stand
        gap = regex(
            r";(?= (?:one of (?:them|these|those)|among (?:them|these)|for (?:one|example|instance)|"
            r"(?:good |clear )?examples? (?:are|is|being)|e\.g\.|such as)\b)"
        ).sub(",", gap)
        if _leaves_bracket(gap) or (")" not in gap and "(" in gap and _OBJECT.match(gap)):
            continue
        if not _reaches(sentence, word, moves, span):
            continue
        if _OF_OURS.search(sentence.text, 0, word.start) and _SOMETHING.match(gap):
            continue
        if _NEUTRAL.search(gap) or _GIVEN_BACK.search(sentence.text, 0, word.start):
            continue
        if _BARE_WORD.search(gap) or _NOT_ALL.search(sentence.text, 0, word.start):
            continue
        if (
            len(gap) > 170
            or _OF_ANOTHER.search(gap)
            or regex(r";|\b(?:but|while|whereas|although|though|yet|however|instead of|than)\b").search(gap)
            or word.start in used
        ):
            continue
        # in a list the word speaks of every move, each behind its own name
        if len(gap) > 60 and not regex(r":|\(").search(gap):
            continue
        if max(span.left.value, span.right.value) < 0 and _OF_SIZE.match(word.text):
            continue  # "grows from −0.5 to −0.1", or from −0.1 to −0.5
        if change * word.sign < 0:
            used.add(word.start)
            yield clash_of(sentence, word, f"'{word.text}' beside {span.left.text} to {span.right.text}")


_COMPARATIVE = regex(r"(?:more|less) \w+|\w+er", re.IGNORECASE)
_MARK = regex(r"\s*[,:(—–]\s*(?:at |with |by )?")


def _of_standstills(sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """ "The fit loosens from r = 0.64 to r = 0.64": a word of change right in front of one value, printed twice."""
    for span in spans(sentence):
        a, b = span.left, span.right
        if span.kind == "range" or not _are_one(a, b):
            continue
        said = [w for w in (*words, *strength_words(sentence.text)) if not w.polar]
        near = [w for w in said if _WORD_FROM.fullmatch(sentence.between(sentence.start + w.end, a.start))]
        if near and not NEGATED.search(sentence.text[: near[-1].start]):
            yield clash_of(sentence, near[-1], f"'{near[-1].text}' beside {a.text} twice")


def _are_one(a: Number, b: Number) -> bool:
    """True for one decimal printed twice; a coefficient need not be called so again."""
    roles = {a.role, b.role}
    return a.text == b.text and a.decimals >= 1 and (len(roles) == 1 or roles == {"coefficient", "value"})


def _of_still_times(sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """ "The fit loosens: r was 0.64 before and is 0.64 now": behind a word of change, one value at two times."""
    for a, b in pairwise(sentence.numbers):
        if not _are_one(a, b) or _BEFORE_NOW.fullmatch(sentence.between(a.end, b.at)) is None:
            continue
        said = [w for w in (*words, *strength_words(sentence.text)) if not w.polar and sentence.start + w.end <= a.at]
        word = max(said, key=lambda w: w.start, default=None)
        if word is None or _TO_VALUE.fullmatch(sentence.between(sentence.start + word.end, a.at)) is None:
            continue
        if not NEGATED.search(sentence.text[: word.start]):
            yield clash_of(sentence, word, f"'{word.text}' beside {a.text} twice")


_BEFORE_NOW = regex(
    r"\s*%?\s*(?:before(?:hand)?|at first|earlier|initially|until then|back then)\s*,?\s*(?:and|but|then)\s+"
    r"(?:(?:it\s+)?(?:is|has|stands at|comes to|now)\s+)*(?:now\s+)?",
    re.IGNORECASE,
)
_TO_VALUE = regex(r"\s*[:,(–—]\s*(?:[\w'’]+\s+){0,4}(?:(?:was|had|stood at|of|=)\s*)?", re.IGNORECASE)
_WORD_FROM = regex(r"(?:\s+(?!(?:by|to|and|but|or)\b)[\w'’-]+){0,4}\s*,?\s+from\s+(?:[\w'’]+\s*=\s*)?", re.IGNORECASE)
_DIPS_FIRST = regex(r"\b(?:before|until|and then|then)\s+(?:it |they |she |he )?$", re.IGNORECASE)
""" "It dips before it rises: 2.4 → 0.8%, then up to 4.4%"."""
_GONE_BEFORE = regex(
    r"\b(?:what|that|which|of those|of the \w+)\b[^,;:().]{0,60}\b(?:had|has|have)\s+(?:been\s+)?$", re.IGNORECASE
)
"""In front of what happened earlier, "regains most of what it had lost (12% to 40%)"."""
_LEFT_BEHIND = regex(r"(?:behind|ahead of)\s+(?:it|them|him|her|us)\b", re.IGNORECASE)
""" "By noon it has half of its gain behind it (from 12% to 40%)"."""
_OF_MERIT = regex(r"improv|worsen|better|worse|recover|regress|advanc|progress|deteriorat", re.IGNORECASE)
"""Which way that is only the quantity says: fewer lapses are an improvement too."""
_OF_SIZE = regex(
    r"(?:shr[aiu]nk|gr[eo]w|swell|swoll|expand|dwindl|diminish|weaken|strengthen|widen|narrow)", re.IGNORECASE
)
"""Of two negative values, which way that is their size says."""
_OF_ANOTHER = regex(
    r"\b(?:when|once|as|if)\b[^,;]*\b(?:goes|went|moves|moved|changes|changed|passes|is|was)\b|\b(?:former|latter)\b"
)
"""What something else did meanwhile, "it drops when the dose goes from 5 to 40", or one of the two things of before."""
_OBJECT = regex(r"\s+(?:the|its|their|his|her|this|that|every|all)\s+(?!rates?\b|shares?\b|value|level)", re.IGNORECASE)
"""Behind a verb that does something to a thing, "squeezes the space (0.90 → 0.99)": the number may well rise."""


def _reaches(sentence: Sentence, word: DirectionWord, moves: list[Span], span: Span) -> bool:
    """True unless a word has a nearer move, and more than names stand between that and this one.

    "It sinks for the lock (0.3 to 0.1), and its toll goes from 4% to 22%" has a verb of its own for the second.
    """
    nearer = [s for s in moves if sentence.start + word.end <= s.start and s.end <= span.start]
    if not nearer:
        return True
    left = nearer[-1].end
    gap = sentence.between(left, span.start)
    for m in reversed(sentence.names):
        if left <= m.start and m.end <= span.start:
            gap = gap[: m.start - left] + gap[m.end - left :]
    return _BETWEEN_MOVES.fullmatch(gap) is not None


_BETWEEN_MOVES = regex(
    r"(?:\W|\d|\b(?:and|or|then|for|the|an?|in|at|with|on|of|from|by|after|to|[nN]|epochs?|steps?|rounds?|layers?|points?|"
    r"pp|percent(?:age)?)\b)*"
)


def _leaves_bracket(gap: str) -> bool:
    """True if the words behind a word close a bracket that they did not open: it stands in a bracket of its own."""
    depth = 0
    for mark in gap:
        depth += {"(": 1, ")": -1}.get(mark, 0)
        if depth < 0:
            return True
    return False


_THINGS = regex(r"\s+(?!percent\b|points?\b|pp\b|per\b|in\b|of\b|and\b|for\b|with\b|by\b|on\b|at\b)[a-z]{2,}")


def _is_of_doses(sentence: Sentence, moves: list[Span], span: Span) -> bool:
    """True for "falls from 400 to 800 examples (from 72% to 70%)": whole numbers of things beside a move in percent."""
    if any(n.role == "percent" or n.decimals for n in (span.left, span.right)):
        return False
    others = [m for m in moves if m is not span and m.left.role != span.left.role]
    return bool(others) and _THINGS.match(sentence.between(span.right.end, sentence.end)) is not None


def _turns(moves: list[Span], span: Span) -> bool:
    """True for a part of "12 → 23 → 12", which goes both ways."""
    change = span.right.value - span.left.value
    joined = [m for m in moves if m is not span and (m.left is span.right or m.right is span.left)]
    return any((m.right.value - m.left.value) * change < 0 for m in joined)


_THEN = regex(
    r"\s*(?:at first|before(?:hand)?|at the (?:start|outset)|initially)?\s*[,;]?\s*(?:and |but )?"
    r"(?:then|later|afterwards|thereafter|finally|subsequently|at last|in the end|and after(?:wards)?)\s+$",
    re.IGNORECASE,
)


def _of_arrivals(sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """ "… before, 41.1%, and climbed to 36.7%", "ends higher: 24.2%, then 1.7%": one rate, and where it went."""
    rates = rates_in(sentence)
    if len(rates) != 2 or moves_in(sentence):
        return
    a, b = rates
    change = b.value - a.value
    if change == 0 or a.role != b.role:
        return
    names = {m.name for m in sentence.names if not m.name.startswith("#")}
    if len(names) > 1:
        return
    then = _THEN.fullmatch(sentence.between(a.end, b.start)) is not None
    for word in words:
        start, end = sentence.start + word.start, sentence.start + word.end
        arrived = a.end <= start and regex(
            r"\s+(?:again |back |slightly |sharply |only )?to\s+(?:about |just |only )?"
        ).fullmatch(sentence.between(end, b.start))
        before = (
            then and end <= a.start and not regex(r"[.;]").search(sentence.between(end, a.start)) and a.start - end < 40
        )
        if not word.polar and (arrived or before) and change * word.sign < 0:
            yield clash_of(sentence, word, f"'{word.text}' beside {a.text} and then {b.text}")
            return


_FIRST_TIME = regex(
    r"\s*%?\s*(?:\([^()]{0,30}\)\s*)?(?:before(?:hand)?|at (?:the )?(?:start|outset|first|kick-?off|beginning|entry)|"
    r"initially|to begin with)\b",
    re.IGNORECASE,
)
_LAST_TIME = regex(
    r"\s*%?\s*(?:\([^()]{0,30}\)\s*)?(?:after(?:wards)?|at (?:the )?(?:end|last|finish|close)|finally|in the end)\b",
    re.IGNORECASE,
)


_IT_WAS = regex(
    r"\b(?:before(?:hand| \w+)?|at first|initially|at (?:the )?(?:start|outset)),? (?:it|they|this|that) "
    r"(?:was|were|is|stood)(?: at)? $",
    re.IGNORECASE,
)
_IT_IS = regex(
    r"\b(?:after(?:wards?| \w+)?|now|(?:at|by|in) (?:the end|(?:step|epoch|week|round) [\d,]+|the last \w+)),? "
    r"(?:it|they|this|that) (?:is|are|was|were|stands?|stood)(?: at)? $",
    re.IGNORECASE,
)


def _says_when(sentence: Sentence, rate: Rate, behind: re.Pattern[str], before: re.Pattern[str]) -> bool:
    """True if the words around a rate say when it was: "40% at the start", "before training it was 40%"."""
    if behind.match(sentence.between(rate.end, sentence.end)):
        return True
    return before.search(sentence.between(max(sentence.start, rate.start - 48), rate.start)) is not None


def _of_two_times(sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """ "125 of 260 before and 78 of 260 after, so it climbs", "one that gains: 23% at the start and 9% at the end"."""
    values = rates_in(sentence)
    first = [v for v in values if _says_when(sentence, v, _FIRST_TIME, _IT_WAS)]
    last = [v for v in values if _says_when(sentence, v, _LAST_TIME, _IT_IS)]
    plain = [w for w in words if not w.polar]
    if len(first) != 1 or len(last) != 1 or len(plain) != 1 or first[0].start > last[0].start:
        return
    named = {m.name for m in sentence.names if not m.name.startswith("#")}
    word, change = plain[0], last[0].value - first[0].value
    if (
        len(named) > 1
        or regex(r"\s*than\b").match(sentence.text[word.end :])
        or regex(r"\bthan\b|;").search(sentence.text)
    ):
        return
    if change * word.sign < 0:
        yield clash_of(sentence, word, f"'{word.text}' beside {first[0].text} and then {last[0].text}")


_BEFORE_BAR = regex(r"(?:above|below|over|under|beneath) [-−+]?\d", re.IGNORECASE)
""" "The change stays below 10 points (13% → 16%)"."""
_OF_SOME_CHANGE = regex(
    r"(?:smaller|larger|bigger|greater|lesser|minor|further) (?:changes?|moves?|shifts?|steps?|differences?|gaps?|"
    r"effects?)\b",
    re.IGNORECASE,
)
""" "A smaller change, from 3% to 5%": how far it goes, and not which way."""


_NEUTRAL = regex(
    r"\b(?:whose|while its|while the)\s[^,;:()\d]{1,50}\s(?:goes|went|moves|moved|changes|changed|passes|passed)\s+"
    r"from\s*$|(?:\)\s*,|\b(?:and|so)\s+(?:the|an?|our|its|their|this|that))\s[^,;:()\d]{1,50}\s"
    r"(?:goes?|went|moves?|moved|changes?|changed|pass(?:es|ed)?)\s+from\s*$",
    re.IGNORECASE,
)
"""Another subject with a verb of its own: "it shrinks for the ferry, whose fare goes from 4% to 9%"."""
_OF_OURS = regex(r"\b(?:we|I)(?:\s(?:have|had|then|also|only|now|later))*\s$")
_SOMETHING = regex(r"\s+(?!(?:slightly|a (?:bit|little)|only|by)\b)[\w-]{2,}")
"""Around a verb of what the writers do to something: "we added two ponds, and …"."""
_GIVEN_BACK = regex(
    r"\b(?:(?:gives?|gave|giving|hands?|handed) back|los(?:es?|t|ing)|undoes|undid|forfeits?|keeps?|kept|part|much|"
    r"most|some|half|all|little|none) (?:\w+ ){0,3}?of (?:its|their|the|this|that|his|her) (?:\w+ )?$",
    re.IGNORECASE,
)
"""In front of a noun: "gives back part of its rise, from 74% to 51%"."""
_NOT_ALL = regex(r"\bnot (?:all|every|each)\b[^.;:,]*$", re.IGNORECASE)
""" "Not every pond freezes over: one thaws, 30% to 12%": what the words deny is what the move shows."""
_BARE_WORD = regex(
    r"\b(up|down)(?:wards?)?(?:\s+(?:for|in|at|with|on)\s[^,;:()\d]{1,40})?\s*[,:(]?\s*(?:from\s+)?$", re.IGNORECASE
)


def _of_bare_words(sentence: Sentence) -> Iterator[Clash]:
    """ "up, +.29→+.17": a bare word in front of a move."""
    moves = moves_in(sentence)
    for span in moves:
        if _is_of_doses(sentence, moves, span):
            continue
        word = _BARE_WORD.search(sentence.between(sentence.start, span.start))
        change = span.right.value - span.left.value
        if word is not None and change and {span.left.role, span.right.role} != {"percent", "value"}:
            said = 1 if word.group(1).lower() == "up" else -1
            if said * change < 0:
                found = DirectionWord(word.start(1), word.end(1), said, word.group(1))
                yield clash_of(sentence, found, f"'{found.text}' beside {span.left.text} to {span.right.text}")


_STEP = regex(
    r"\ban? (?:net |total |overall )?(?:(?P<up>rise|gain|increase|growth|climb|jump|improvement|step up)|"
    r"(?P<down>drop|loss|fall|decrease|decline|reduction|dip|cut|step down)) of (?:about |only |just |nearly )?$",
    re.IGNORECASE,
)
_SIGN_OF_POINTS = regex(r"\b(?:(?P<up>positive)|(?P<down>negative))\W{0,3}$", re.IGNORECASE)


def _of_named_steps(sentence: Sentence) -> Iterator[Clash]:
    """ "30% in May, 12% in June, a rise of 18 points"; "the change is negative (+1.6 points)"."""
    rates = rates_in(sentence)
    for number in sentence.numbers:
        if number.role != "points" or number.bound or not number.value:
            continue
        before = sentence.between(max(sentence.start, number.at - 40), number.at)
        said = _SIGN_OF_POINTS.search(before)
        change: float = number.value if said is not None and number.signed else 0.0
        if said is None and (said := _STEP.search(before)) is not None and len(rates) == 2:
            first, last = rates
            gap = last.value - first.value
            near = last.end <= number.start and abs(abs(gap) - number.value) < 0.11 and first.role == last.role
            change = gap if near and not number.signed else 0.0
        if said is not None and change * (1 if said["up"] else -1) < 0:
            start = number.at - len(before) + said.start() - sentence.start
            word = DirectionWord(
                start, start + len(said.group(0).rstrip(" (")), 1 if said["up"] else -1, said.group(0).rstrip(" (")
            )
            yield clash_of(sentence, word, f"'{word.text}' beside {number.text} points")


_STANDS = regex(
    r"(?:\b(?:is|was|lies?|lay|ends?|ended|stands?|sits?|comes? out|finish\w*|remains?|stays?|scores?|lands?)\s+"
    r"(?:\w+\s+)?|^\W*)$",
    re.IGNORECASE,
)
_NOT_VALUES = regex(
    r"\b(?:drop|drops|decrease|loss|decline|fall|reduction|decrement|deficit|p|distance|error|errors)\b", re.IGNORECASE
)


def _of_signs(sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """ "a is behind b by +26.3 pp": the sign of the one difference against the word that compares the two."""
    ends = interval_ends(sentence)
    signed = [
        n for n in sentence.numbers if n.signed and n.role == "points" and not n.bound and n.value and id(n) not in ends
    ]
    for number in signed:
        verb = _verb_of(sentence, words, number)
        if verb is not None and number.value * verb.sign < 0:
            yield clash_of(sentence, verb, f"'{verb.text}' beside {number.text}")
            return
    if len(signed) != 1 or _NOT_VALUES.search(sentence.text):
        return
    found = []
    for word in words:
        before, after = sentence.text[: word.start], sentence.text[word.end :]
        named = regex(r"\s*(?:than\s|of\s|)(?:the |its |their )?").match(after)
        at = sentence.start + word.end + (named.end() if named is not None else 0)
        of = any(m.start == at or sentence.between(at, m.start).strip("`\"'* ") == "" for m in sentence.names)
        if word.text.lower() in _COMPARING and _STANDS.search(before.rstrip() + " ") and of:
            found.append(word)
    number = signed[0]
    if len(found) == 1 and sentence.start + found[0].end < number.start and number.value * found[0].sign < 0:
        yield clash_of(sentence, found[0], f"'{found[0].text}' beside {number.text}")


def _verb_of(sentence: Sentence, words: list[DirectionWord], number: Number) -> DirectionWord | None:
    """The verb of direction in front of a signed change: "falls over the last week (−1.6 points)"."""
    before = [w for w in words if sentence.start + w.end <= number.at]
    if not before or before[-1].polar or _NO_SIGN.match(sentence.text, before[-1].start):
        return None
    behind = sentence.between(number.end, min(sentence.end, number.end + 24))
    if _NEXT_CHANGE.match(behind):
        return None  # "a gains and b loses: +5 and −6"
    between = sentence.between(sentence.start + before[-1].end, number.at)
    return before[-1] if _TO_CHANGE.fullmatch(between) else None


_TO_CHANGE = regex(
    r"(?! (?:than|short|behind)\b)(?!.*\b(?:most|least)\b)(?:[^.;:,()\d]{0,50}|"
    r"[^.;:()\d]{0,24}?\b(?:change|net|shift|difference|Δ)\b)\s?[(,:=]\s*"
)
_NEXT_CHANGE = regex(r"\s*(?:percentage |%-)?(?:points?|pp)?\s*(?:,|and|,? (?:and|or)|/|versus|vs\.?)\s*[-−+]?\d")
_NO_SIGN = regex(
    r"(?:(?:high|low|great|larg|bigg|small|less|clos|loud|quiet|rar|scarc|likeli|common)er|above|below|behind|ahead of|"
    r"(?:more|less) \w+|exceed\w*|trail\w*|lag\w*|up|down|(?:up|down)wards?|improv\w*|worsen\w*|recover\w*|"
    r"advanc\w*|regress\w*|gain\w*(?!\s+[a-z]))\b",
    re.IGNORECASE,
)
"""Words that compare and do not say with what, or that speak of what is good."""
_COMPARING = frozenset(["above", "below", "ahead of", "behind", "higher", "lower", "trails", "lags", "exceeds"])


_SIDE = regex(
    r",?\s+(?:(?:are|were|is|was|has been|have been) )?"
    r"(?:(?P<up>higher|more|greater|larger|above|up|gained|won|ahead|over)|"
    r"(?P<better>better)|(?P<worse>worse)|(?P<down>lower|less|fewer|smaller|below|down|lost|behind|"
    r"under))\b(?!\s+than\b)",
    re.IGNORECASE,
)
_OF_SKILL = regex(
    r"\b(?:accura\w*|agree\w*|correct\w*|chrf|bleu|rouge|f1|auc|auroc|scor\w*|succe\w*|right|solv\w*|recall|"
    r"precision|hits?)\b",
    re.IGNORECASE,
)
""" "Better" is more of these."""
_OF_THAT = regex(
    r"\s+(?:that|this|it|those|these)(?:\s+(?:point|value|level|mark|peak|rate|figure))?\s*\(|\s*,?\s*namely\b"
)
"""Behind the word: the number that follows is what it comes to, "ends 20 points below that (42%)"."""
_FROM_THAT = regex(
    r"^\W*(?:as )?(?:compared (?:with|to)|against|relative to|in comparison (?:with|to)|in contrast to|"
    r"set (?:beside|against)|"
    r"starting from|measured against)\b",
    re.IGNORECASE,
)
_OF_FIRST = regex(r"^\W*the (?:first|former)\b|\bfor the (?:first|former)\b", re.IGNORECASE)


def _of_differences(sentence: Sentence) -> Iterator[Clash]:
    """ "…, 44 pp lower", "where 2 points are lost", "That is 18 pp above the mean (39%)": of which two rates."""
    for number in sentence.numbers:
        if number.role != "points" or number.signed or number.bound or not number.value:
            continue
        side = _SIDE.match(sentence.text, number.end - sentence.start)
        if side is None:
            continue
        pair = _pair_beside(sentence, number, sentence.start + side.end())
        skilled = side["up"] or side["down"] or _OF_SKILL.search(sentence.passage.plain)
        if pair is None or not skilled:
            continue
        change = pair[1].value - pair[0].value
        if abs(abs(change) - number.value) < 1.1 and change * (1 if side["up"] or side["better"] else -1) < 0:
            said = side["up"] or side["better"] or side["worse"] or side["down"]
            start = side.end() - len(said)
            word = DirectionWord(start, side.end(), 1 if side["up"] or side["better"] else -1, said)
            yield clash_of(sentence, word, f"'{said}' beside {pair[0].text} and then {pair[1].text}")


def _pair_beside(sentence: Sentence, number: Number, end: int) -> tuple[Rate, Rate] | None:
    """The rate that a difference starts from, and the one of which it is told."""
    rates = rates_in(sentence)
    here, behind = [r for r in rates if r.end <= number.start], [r for r in rates if r.start >= end]
    before = rates_in(sentence.previous) if not here and sentence.previous is not None else []
    if len(behind) == 1 and len(here or before) == 1:
        gap = sentence.between(end, behind[0].start)
        told = _OF_THAT.match(gap) or gap.strip() == "(" or _FROM_THAT.match(sentence.text)
        pair = behind[0], (here or before)[0]
        return pair[::-1] if told else pair
    if len(here or before) != 2 or behind:
        return None
    first, last = here or before
    return (last, first) if not here and _OF_FIRST.search(sentence.text) else (first, last)


def _of_ends(evidence: Evidence, sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """ "… ends below its baseline", "leakage increases": the first and last value of what the passage speaks of."""
    text = sentence.text
    for word in words:
        after = text[word.end : word.end + 40]
        opened = sentence.start + max((m.end() for m in _STOP.finditer(text, 0, word.start)), default=0)
        told = sentence.between(opened, sentence.start + word.start)
        moved = [s for s in moves_in(sentence) if opened <= s.start < sentence.start + word.start]
        if OF_LIKENESS.search(told):
            continue  # of another quantity
        if moved:  # from where a move before it has led: "it doubles and has lost ground"
            span = moved[0]
            turned = (span.right.value - span.left.value) * word.sign < 0
            so = len(moved) == 1 and _SO_IT.search(sentence.between(span.right.end, sentence.start + word.start))
            if so and turned and _BASE.match(after.lstrip()):
                yield clash_of(sentence, word, f"'{word.text}' beside {span.left.text} to {span.right.text}")
            continue
        before = text[max(0, word.start - 40) : word.start]
        if not _COURSE.match(after) and not (
            _BASE.match(after.lstrip())
            and regex(
                r"\b(?:ends?|ended|finish\w*|closes?|stops?|lands?|settles?|final\w*|last)\b", re.IGNORECASE
            ).search(before)
        ):
            continue
        if any(
            n.bound or n.role == "points" for n in sentence.numbers if abs(n.end - sentence.start - word.start) < 60
        ):
            continue
        counted = [k.start for k, _ in pairs_of_counts(sentence)]
        counted += [sentence.start + q.start for q in quantifiers(text)]
        counted += [sentence.start + m.start() for m in _SO_MANY.finditer(text)]
        if any(opened <= at < sentence.start + word.start for at in counted):
            continue  # "2 of 9 finish higher than they began": a count has a rule of its own
        change = _net(evidence, sentence)
        if change is not None and change != 0 and change * word.sign < 0:
            yield clash_of(sentence, word, f"'{word.text}' where the last value minus the first is {change:+.3g}")


_SO_IT = regex(r",?\s(?:so|and so|and thus)(?: that)?\s(?:it\s)?(?:finishes|ends|closes|stops|lands)\s$", re.IGNORECASE)
""" "From 30% to 9%, so that it ends below its start"."""
_STOP = regex(r"[;:]|\.(?!\d)")
_SO_MANY = regex(rf"\b(?:\d{{1,2}}|{SPELLED}|both|most|several|many|few)\s+(?:[a-z]+\s+)?[a-z]{{3,}}s\b", re.IGNORECASE)


def _net(evidence: Evidence, sentence: Sentence) -> float | None:
    """The change that the passage states as a move or a signed difference, or that the named thing's course has."""
    passage = sentence.passage
    names = [m.name for m in sentence.names if not m.name.startswith("#")] or [
        m.name for m in passage.names if not m.name.startswith("#")
    ]
    changes = set()
    for part in passage.sentences:
        for span in moves_in(part):
            if part is not sentence and is_rate(part, span.left) and is_rate(part, span.right):
                changes.add(span.right.value - span.left.value)
    if len(changes) == 1:
        return changes.pop()
    nets = set()
    for name in dict.fromkeys(names):
        for vector in vectors(evidence).get(name, ()):
            nets.add(vector[-1][1] - vector[0][1])
    signs = {x > 0 for x in nets if x}
    return nets.pop() if len(signs) == 1 and nets else None
