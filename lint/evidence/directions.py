"""Words of direction and strength against the numbers beside them; the sign is worked out first."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator

from ..regex import regex
from .claims import is_claim
from .correlations import Record, records
from .grammar import Number
from .idioms import Span, intervals, is_rate, pairs_of_counts, spans
from .knowledge import Clash, Evidence
from .lexicon import MOOT, DirectionWord, direction_words, quantifiers, relation_sign, strength_words
from .passages import Passage, Sentence
from .shares import vectors

__all__ = ["direction_clashes", "strength_clashes"]

_RELATION = regex(
    r"\b(?:with|as|when|relat\w+|correlat\w+|associat\w+|link\w*|relation\w*|slope|trend|across|towards?|along)\b",
    re.IGNORECASE,
)
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
            taken = [(m.start - sentence.start, m.end - sentence.start) for m in sentence.names]
            words = [w for w in direction_words(sentence.text) if not any(a < w.end and w.start < b for a, b in taken)]
            yield from _of_comparisons(sentence)
            yield from _of_paired(sentence)
            yield from _of_bare_words(sentence)
            if not words and relation_sign(sentence.text) is None:
                continue
            yield from _of_moves(evidence, sentence, words)
            yield from _of_arrivals(sentence, words)
            yield from _of_two_times(sentence, words)
            yield from _of_signs(sentence, words)
            yield from _of_relations(evidence, sentence, words)
            yield from _of_differences(sentence, words)
            yield from _of_ends(evidence, sentence, words)


def _clash(sentence: Sentence, word: DirectionWord, message: str) -> Clash:
    start = sentence.start + word.start
    return Clash(
        "direction",
        sentence.passage.place(start, sentence.start + word.end),
        message,
        "correct the word or the numbers",
    )


# -- from a to b ------------------------------------------------------------------------------------------------------


def _moves(sentence: Sentence) -> list[Span]:
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    out = []
    for s in spans(sentence):
        if id(s.left) in ends or s.kind == "range":
            continue
        if "coefficient" in (s.left.role, s.right.role) and (s.kind != "move" or min(s.left.value, s.right.value) <= 0):
            continue  # of two negative ones the weaker is the larger
        if re.search(
            r"\b(?:spans|range|ranges|ranging|run|runs|between|cosines?|spanning|go)\s*(?:from\s*)?$",
            sentence.between(max(sentence.start, s.start - 24), s.start),
            re.IGNORECASE,
        ):
            continue
        out.append(s)
    return out


def _of_moves(evidence: Evidence, sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    moves = _moves(sentence)
    used: set[int] = set()
    for span in moves:
        change = span.right.value - span.left.value
        if change == 0 or {span.left.role, span.right.role} == {"percent", "value"}:
            continue  # no change, or two units
        at = span.start - sentence.start
        before = [w for w in words if w.end <= at and not w.polar]
        if not before:
            continue
        word = before[-1]
        gap = sentence.text[word.end : at]
        gap = re.sub(
            r";(?= (?:one of (?:them|these|those)|among (?:them|these)|for (?:one|example|instance)|e\.g\.|such as)\b)",
            ",",
            gap,
        )
        if len(gap) > 170 or re.search(r";|\b(?:but|while|whereas|although|instead|than)\b", gap) or word.start in used:
            continue
        # in a list the word speaks of every move, each behind its own name
        if len(gap) > 60 and not re.search(r":|\(", gap):
            continue
        if change * word.sign < 0:
            used.add(word.start)
            yield _clash(sentence, word, f"'{word.text}' beside {span.left.text} to {span.right.text}")


_THEN = regex(
    r"\s*(?:at first|before(?:hand)?|at the (?:start|outset)|initially)?\s*[,;]?\s*(?:and |but )?"
    r"(?:then|later|afterwards|thereafter|finally|subsequently|at last|in the end|and after(?:wards)?)\s+$",
    re.IGNORECASE,
)


def _of_arrivals(sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """ "… before, 41.1%, and climbed to 36.7%", "ends higher: 24.2%, then 1.7%": one rate, and where it went."""
    rates = [n for n in sentence.numbers if is_rate(sentence, n) and n.bound in ("", "~") and not n.signed]
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    rates = [n for n in rates if id(n) not in ends]
    if len(rates) != 2 or _moves(sentence):
        return
    a, b = rates
    change = b.value - a.value
    if change == 0 or a.role != b.role:
        return
    names = {m.name for m in sentence.names if not m.name.startswith("#")}
    if len(names) > 1:
        return
    then = _THEN.fullmatch(sentence.between(a.end, b.at)) is not None
    for word in words:
        start, end = sentence.start + word.start, sentence.start + word.end
        arrived = a.end <= start and re.fullmatch(
            r"\s+(?:again |back |slightly |sharply |only )?to\s+(?:about |just |only )?", sentence.between(end, b.at)
        )
        before = then and end <= a.at and not re.search(r"[.;]", sentence.between(end, a.at)) and a.at - end < 40
        if not word.polar and (arrived or before) and change * word.sign < 0:
            yield _clash(sentence, word, f"'{word.text}' beside {a.text} and then {b.text}")
            return


def _of_paired(sentence: Sentence) -> Iterator[Clash]:
    """ "a is ahead of b by 12 points (52% vs 64%)": two names around a comparison, and their rates in that order."""
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    rates = [n for n in sentence.numbers if is_rate(sentence, n) and id(n) not in ends]
    names = [m for m in sentence.names if not m.name.startswith("#")]
    found = list(_OVER.finditer(sentence.text))
    if len(rates) != 2 or len(names) != 2 or len(found) != 1 or names[0].name == names[1].name:
        return
    a, b = rates
    start, end = sentence.start + found[0].start(), sentence.start + found[0].end()
    bracketed = sentence.between(a.start - 1, a.start) == "(" and ")" in sentence.between(b.end, b.end + 2)
    versus = re.fullmatch(r"\s*%?\s*(?:vs\.?|versus|(?:as )?against|and)\s*", sentence.between(a.end, b.start))
    if not (bracketed and versus and names[0].end <= start and end <= names[1].start < a.start):
        return
    if a.bound or b.bound or a.signed or b.signed or a.role != b.role or a.value == b.value:
        return
    if re.search(r"\b(?:not|never|no longer|neither|hardly)\s+$", sentence.text[: found[0].start()]):
        return
    said = 1 if found[0]["over"] else -1
    if (a.value > b.value) != (said > 0):
        word = DirectionWord(found[0].start(), found[0].end(), said, found[0].group(0))
        yield _clash(sentence, word, f"'{word.text}' beside {a.text} and {b.text}")


_FIRST_TIME = regex(
    r"\s*%?\s*(?:\([^()]{0,30}\)\s*)?(?:before(?:hand)?|at (?:the )?(?:start|outset|first|kick-?off|beginning|entry)|"
    r"initially|to begin with)\b",
    re.IGNORECASE,
)
_LAST_TIME = regex(
    r"\s*%?\s*(?:\([^()]{0,30}\)\s*)?(?:after(?:wards)?|at (?:the )?(?:end|last|finish|close)|finally|in the end)\b",
    re.IGNORECASE,
)


def _of_two_times(sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """ "125 of 260 before and 78 of 260 after, so it climbs", "one that gains: 23% at the start and 9% at the end"."""
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    values = [
        (n.start, n.end, n.value, n.text)
        for n in sentence.numbers
        if id(n) not in ends and is_rate(sentence, n) and not n.signed and n.bound in ("", "~")
    ]
    values += [
        (k.start, n.end, 100 * k.value / n.value, f"{k.text} of {n.text}")
        for k, n in pairs_of_counts(sentence)
        if n.value >= 20
    ]
    first = [v for v in values if _FIRST_TIME.match(sentence.between(v[1], sentence.end))]
    last = [v for v in values if _LAST_TIME.match(sentence.between(v[1], sentence.end))]
    plain = [w for w in words if not w.polar]
    if len(first) != 1 or len(last) != 1 or len(plain) != 1 or first[0][0] > last[0][0]:
        return
    named = {m.name for m in sentence.names if not m.name.startswith("#")}
    word, change = plain[0], last[0][2] - first[0][2]
    if len(named) > 1 or re.match(r"\s*than\b", sentence.text[word.end :]) or re.search(r"\bthan\b|;", sentence.text):
        return
    if change * word.sign < 0:
        yield _clash(sentence, word, f"'{word.text}' beside {first[0][3]} and then {last[0][3]}")


_OVER = regex(
    r"\b(?:(?P<over>dwarfs|exceeds|tops|beats|outstrips|surpasses|outdoes|eclipses|overshadows|outranks|outpaces|"
    r"outscores|"
    r"outperforms|(?:is|was|are|were|lies?|lay|stands?|sits?|ranks?) (?:well |far |clearly |just |much )?(?:above|over|"
    r"ahead of|higher than|larger than|greater than|more than|beyond))|(?P<under>falls short of|trails|lags behind|"
    r"undershoots|is dwarfed by|is exceeded by|is beaten by|(?:is|was|are|were|lies?|lay|stands?|sits?|ranks?) "
    r"(?:well |far |clearly |just |much )?(?:below|under|beneath|behind|lower than|smaller than|less than)))\b",
    re.IGNORECASE,
)


def _of_comparisons(sentence: Sentence) -> Iterator[Clash]:
    """ "a (90.8%) dwarfs b (4.4%)": two rates, each behind its own name, on both sides of a comparison."""
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    rates = [n for n in sentence.numbers if is_rate(sentence, n) and id(n) not in ends]
    for match in _OVER.finditer(sentence.text):
        start, end = sentence.start + match.start(), sentence.start + match.end()
        before = [n for n in rates if n.end <= start]
        after = [n for n in rates if n.start >= end]
        if (
            not before
            or not after
            or re.search(r"\b(?:not|never|no longer|neither|hardly)\s+$", sentence.text[: match.start()])
        ):
            continue
        a, b = before[-1], after[0]
        left, right = sentence.between(a.end, start), sentence.between(end, b.at)
        if a.bound or b.bound or a.role != b.role or a.value == b.value or a.signed or b.signed:
            continue
        # each rate stands in the brackets of what is compared
        if (
            not re.fullmatch(r"\s*\)?\s*", left)
            or ")" not in left
            or not re.fullmatch(r"[^,;.:()\d]{1,48}\(\s*", right)
        ):
            continue
        said = 1 if match["over"] else -1
        if (a.value > b.value) != (said > 0):
            word = DirectionWord(match.start(), match.end(), said, match.group(0))
            yield _clash(sentence, word, f"'{word.text}' between {a.text} and {b.text}")


def _of_bare_words(sentence: Sentence) -> Iterator[Clash]:
    """ "up, +.29→+.17": a bare word in front of a move."""
    for span in _moves(sentence):
        word = re.search(
            r"\b(up|down)(?:wards?)?\s*[,:(]?\s*(?:from\s+)?$",
            sentence.between(sentence.start, span.start),
            re.IGNORECASE,
        )
        change = span.right.value - span.left.value
        if word is not None and change and {span.left.role, span.right.role} != {"percent", "value"}:
            said = 1 if word.group(1).lower() == "up" else -1
            if said * change < 0:
                found = DirectionWord(word.start(1), word.end(1), said, word.group(1))
                yield _clash(sentence, found, f"'{found.text}' beside {span.left.text} to {span.right.text}")


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
    signed = [n for n in sentence.numbers if n.signed and n.role == "points" and not n.bound and n.value]
    ends = {id(x) for a, b, _ in intervals(sentence) for x in (a, b)}
    signed = [n for n in signed if id(n) not in ends]
    if len(signed) != 1 or _NOT_VALUES.search(sentence.text):
        return
    found = []
    for word in words:
        before, after = sentence.text[: word.start], sentence.text[word.end :]
        named = re.match(r"\s*(?:than\s|of\s|)(?:the |its |their )?", after)
        at = sentence.start + word.end + (named.end() if named is not None else 0)
        of = any(m.start == at or sentence.between(at, m.start).strip("`\"'* ") == "" for m in sentence.names)
        if word.text.lower() in _COMPARING and _STANDS.search(before.rstrip() + " ") and of:
            found.append(word)
    number = signed[0]
    for word in words:  # "it went up, change +5.6 pp"
        between = sentence.between(sentence.start + word.end, number.start)
        if not word.polar and re.fullmatch(r"[^.;\d]{0,24}?\b(?:change|net|shift|difference|Δ)\b\W{0,3}", between):
            if number.value * word.sign < 0:
                yield _clash(sentence, word, f"'{word.text}' beside {number.text}")
            return
    if len(found) == 1 and sentence.start + found[0].end < number.start and number.value * found[0].sign < 0:
        yield _clash(sentence, found[0], f"'{found[0].text}' beside {number.text}")


_COMPARING = frozenset(["above", "below", "ahead of", "behind", "higher", "lower", "trails", "lags", "exceeds"])


# -- coefficients -----------------------------------------------------------------------------------------------------


def _main_sign(evidence: Evidence) -> int:
    """The sign of every significant coefficient of the page's claims; 0 where they differ, or none is."""
    signs = {
        (r.coefficient.value > 0) - (r.coefficient.value < 0)
        for r in records(evidence)
        if r.coefficient is not None and r.p is not None and not r.prior and r.p.high < 0.05 and r.p.bound in ("", "<")
    }
    return next(iter(signs)) if len(signs) == 1 else 0


def _of_relations(evidence: Evidence, sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    coefficients = [n for n in sentence.numbers if n.role == "coefficient" and not n.bound and abs(n.value) <= 1]
    text = sentence.text
    correlative = relation_sign(text)
    if not _RELATION.search(text) and not any(w.polar for w in words) and correlative is None:
        return
    if not coefficients:
        stated = any(w.polar for w in words) and _LINK.search(text) is not None
        coefficients = _earlier(sentence) if correlative is not None or stated else []
        at = len(text)
    else:
        at = coefficients[0].at - sentence.start
    if coefficients:
        if len({n.value > 0 for n in coefficients}) != 1 or any(abs(n.value) < 0.05 for n in coefficients):
            return
        first = text[:at]
        if strength_words(first) or _moves(sentence):
            return
        sign = 1 if coefficients[0].value > 0 else -1
        shown = coefficients[0].text
    else:
        if sentence.passage.scope != "title" or (
            sentence.numbers and any(n.role in ("percent", "points") for n in sentence.numbers)
        ):
            return
        sign, first, shown = _main_sign(evidence), text, "the page's coefficients"
        if sign == 0:
            return
    correlative = relation_sign(first) if coefficients and at < len(text) else correlative
    if correlative is None and coefficients and at < len(text):
        tail = text[coefficients[-1].end - sentence.start :]
        correlative = relation_sign(tail) if not re.search(r"\d", tail) else None
    if correlative is not None:
        start, end, said = correlative
        said_near = _NEARNESS.search(text) is None and any(_DISTANCES.search(p.plain) for p in evidence.passages)
        if said_near:
            return  # the coefficients may be those of a distance
        if said != sign:
            place = sentence.passage.place(sentence.start + start, sentence.start + end)
            if correlative in (relation_sign(first), relation_sign(text)) or not coefficients:
                word = DirectionWord(start, end, said, first[start:end] or text[start:end])
                yield _clash(sentence, word, f"'{word.text}' beside {shown}")
            else:
                yield Clash("direction", place, f"a relation of the other sign beside {shown}", "correct the words")
        return
    if _SUBJECT.match(text):
        yield from _of_subject(sentence, first, coefficients, sign, shown)
        return  # "Larger models lose less": the comparative is the subject's
    mine = [w for w in words if w.end <= len(first)]
    polar = [w for w in mine if w.polar]
    chosen = polar or mine
    if not chosen or len(chosen) > 2:
        return
    if not polar and not re.search(r"\b(?:with|as|when|along|towards?|across)\b", first[chosen[0].end :]):
        return
    said = 1
    for w in chosen:
        said *= w.sign
    if len(chosen) == 2 and (polar or not re.search(r"\b(?:as|when|with)\b", first[chosen[0].end : chosen[1].start])):
        return
    if said != sign:
        beside = shown if coefficients else "coefficients of the other sign"
        yield _clash(sentence, chosen[0], f"'{chosen[0].text}' beside {beside}")


_LINK = regex(
    r"\b(?:relations?|relationship|links?|associations?|correlations?|coefficients?|trends?|slopes?|dependence|"
    r"connection)\b",
    re.IGNORECASE,
)
_SUBJECT = regex(r"\W*(?:the )?(?:larger|bigger|greater|smaller|higher|lower|closer|stronger)\s+\w+", re.IGNORECASE)
_LONGER = regex(
    r"^\W*(?:the )?(?:(?P<am>longer|larger|bigger|greater|higher|wordier|deeper|older|later|stronger|heavier|richer)|"
    r"(?P<al>shorter|smaller|lower|terser|shallower|younger|earlier|weaker|lighter|poorer))\s+[\w-]+\s+"
    r"(?P<gap>(?:[\w-]+\s+){1,4}?)(?:(?P<bm>more|higher|greater|larger|better|more often)|"
    r"(?P<bl>fewer|less|lower|smaller|worse|less often))\b",
    re.IGNORECASE,
)


def _of_subject(sentence: Sentence, first: str, coefficients: list[Number], sign: int, shown: str) -> Iterator[Clash]:
    """ "Longer phrasings get more right answers (ρ = −0.76)": two comparatives and the coefficient behind them."""
    hit = _LONGER.match(first)
    if hit is None or not coefficients or re.search(r"\bthan\b", first):
        return
    if any(not w.polar for w in direction_words(hit["gap"])):
        return  # "lose less" of one that counts losses
    said = (1 if hit["am"] else -1) * (1 if hit["bm"] else -1)
    if said != sign:
        yield _clash(
            sentence,
            DirectionWord(hit.start(), hit.end(), said, hit.group(0).strip()),
            f"'{hit.group(0).strip()}' beside {shown}",
        )


_NEARNESS = regex(
    r"\b(?:with|follows?|tracks?|against)\b.*\b(?:overlap|closeness|similarity|likeness|cosine|projection|"
    r"resemblance)\b",
    re.IGNORECASE,
)
_DISTANCES = regex(r"\b(?:distances?|dissimilarity|remoteness)\b", re.IGNORECASE)


def _earlier(sentence: Sentence) -> list[Number]:
    """The coefficients of the sentence before for "Hedging decreases with overlap."; for an opening, of the next."""
    sentences = sentence.passage.sentences
    i = next(i for i, s in enumerate(sentences) if s is sentence)
    if sentence.numbers:
        return []
    beside = sentences[i - 1] if i else sentences[1] if len(sentences) > 1 else sentence
    return [n for n in beside.numbers if n.role == "coefficient" and not n.bound and abs(n.value) <= 1]


# -- higher and lower -------------------------------------------------------------------------------------------------


def _of_differences(sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """ "…, 44 pp lower": the number before is compared with the other one of its sentence."""
    rates: list[tuple[int, float]] = [
        (n.start, n.scaled()[0] / 2 + n.scaled()[1] / 2)
        for n in sentence.numbers
        if is_rate(sentence, n) and n.bound in ("", "~")
    ]
    rates += [(k.start, k.value / n.value) for k, n in pairs_of_counts(sentence) if n.value >= 20]
    rates.sort()
    # "31% (31/100)" is one rate
    distinct = [r for i, r in enumerate(rates) if i == 0 or abs(r[1] - rates[i - 1][1]) > 0.006]
    for number in sentence.numbers:
        if number.role != "points" or number.signed or number.bound:
            continue
        end = number.end - sentence.start
        word = next((w for w in words if 0 <= w.start - end <= 2 and not w.polar), None)
        if word is None or len(distinct) != 2 or distinct[1][0] > number.start:
            continue
        if re.match(r"\s*than\b", sentence.text[word.end :]) and distinct[1][0] > number.start:
            continue
        change = distinct[1][1] - distinct[0][1]
        if abs(abs(change) - number.value / 100) < 0.011 and change * word.sign < 0:
            yield _clash(sentence, word, f"'{word.text}' beside {distinct[0][1]:.1%} and then {distinct[1][1]:.1%}")


def _of_ends(evidence: Evidence, sentence: Sentence, words: list[DirectionWord]) -> Iterator[Clash]:
    """ "… ends below its baseline", "leakage increases": the first and last value of what the passage speaks of."""
    text = sentence.text
    for word in words:
        after = text[word.end : word.end + 40]
        before = text[max(0, word.start - 40) : word.start]
        if not _COURSE.match(after) and not (
            _BASE.match(after.lstrip())
            and re.search(
                r"\b(?:ends?|ended|finish\w*|closes?|stops?|lands?|settles?|final\w*|last)\b", before, re.IGNORECASE
            )
        ):
            continue
        if any(
            n.bound or n.role == "points" for n in sentence.numbers if abs(n.end - sentence.start - word.start) < 60
        ):
            continue
        opened = sentence.start + max(text.rfind(mark, 0, word.start) for mark in ";:.") + 1
        counted = [k.start for k, _ in pairs_of_counts(sentence)]
        counted += [sentence.start + q.start for q in quantifiers(text)]
        if any(opened <= at < sentence.start + word.start for at in counted):
            continue  # "2 of 9 finish higher than they began": a count has a rule of its own
        change = _net(evidence, sentence)
        if change is not None and change != 0 and change * word.sign < 0:
            yield _clash(sentence, word, f"'{word.text}' where the last value minus the first is {change:+.3g}")


def _net(evidence: Evidence, sentence: Sentence) -> float | None:
    """The change that the passage states as a move or a signed difference, or that the named thing's course has."""
    passage = sentence.passage
    names = [m.name for m in sentence.names if not m.name.startswith("#")] or [
        m.name for m in passage.names if not m.name.startswith("#")
    ]
    changes = set()
    for part in passage.sentences:
        for span in _moves(part):
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


# -- stronger and weaker ----------------------------------------------------------------------------------------------


def strength_clashes(evidence: Evidence) -> Iterator[Clash]:
    """ "Stronger", "weakens" against the coefficients that are compared."""
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        before: Number | None = None
        for sentence in passage.sentences:
            words = strength_words(sentence.text)
            coefficients = [n for n in sentence.numbers if n.role == "coefficient" and not n.bound]
            if len(words) == 1:
                verdict = _strength(evidence, passage, sentence, words[0], coefficients)
                if not verdict and before is not None and not coefficients:
                    verdict = _replaced(sentence, words[0], before) or _strength_of(
                        evidence, sentence, words[0], before
                    )
                verdict = verdict or _with_and_without(passage, sentence, words[0])
                if verdict:
                    yield _clash(sentence, words[0], f"'{words[0].text}' {verdict}")
            elif before is not None and not coefficients:
                yield from _against_middle(evidence, sentence, before)
            before = coefficients[0] if len(coefficients) == 1 else None


_LEFT_OUT = regex(
    r"\b(?:without|w/o|excluding|leaving out|left out|dropping|dropped|removing|minus|except|sans|before adding)\b",
    re.IGNORECASE,
)
_LET_IN = regex(
    r"\b(?:with(?! (?:N|n|p|P)\b)|including|let in|taken in|added|adding|admitted|included|join(?:s|ed)?|counted in)\b",
    re.IGNORECASE,
)


def _with_and_without(passage: Passage, sentence: Sentence, word: DirectionWord) -> str:
    """What is wrong with "it tightens once they are let in. Without them r = 0.69, whereas with them r = 0.78."."""
    sides: dict[str, list[Number]] = {"out": [], "in": []}
    for part in passage.sentences:
        for number in part.numbers:
            if number.role != "coefficient" or number.bound or abs(number.value) > 1:
                continue
            clause = re.split(
                r"[;:.]\s|\b(?:whereas|while|but|as against|against|and)\b", part.between(part.start, number.at)
            )[-1]
            out = re.search(
                r"\b(?:without|excluding|leaving out) (?:them|it|him|her|these|those|both|the two)\b",
                clause,
                re.IGNORECASE,
            )
            within = re.search(
                r"\bwith (?:them|it|him|her|these|those|both|the two|everybody|everyone|all)\b", clause, re.IGNORECASE
            )
            if (out is None) == (within is None):
                continue
            sides["out" if out else "in"].append(number)
    if len(sides["out"]) != 1 or len(sides["in"]) != 1:
        return ""
    clause = re.split(r"[;.]\s", sentence.text[: word.start])[-1] + re.split(r"[;.]\s", sentence.text[word.start :])[0]
    out_, in_ = _LEFT_OUT.search(clause) is not None, _LET_IN.search(clause) is not None
    if out_ == in_ or re.search(r"\bthan\b", clause):
        return ""
    a, b = sides["out"][0], sides["in"][0]
    change = (abs(b.value) - abs(a.value)) * (1 if in_ else -1)
    return f"beside {a.text} without and {b.text} with" if change * word.sign < 0 else ""


_THIS = regex(
    r"\s*(?:That|This|It|Which|The (?:correlation|relation\w*|association|coefficient|fit|link|pooled|value|slope))\b"
)


def _replaced(sentence: Sentence, word: DirectionWord, own: Number) -> str:
    """What is wrong with "That is weaker." behind "one obtains r = .96 in place of .92"."""
    if not _THIS.match(sentence.text) or sentence.numbers or re.search(r"\bthan\b", sentence.text):
        return ""
    passage = sentence.passage
    for number in passage.numbers:
        between = passage.plain[own.end : number.start]
        if own.end <= number.start < sentence.start and _IN_PLACE.search(between) and "." not in between.strip(" .,"):
            change = (abs(own.value) > abs(number.value)) - (abs(own.value) < abs(number.value))
            if change == -word.sign and number.role in ("value", "coefficient") and abs(number.value) <= 1:
                return f"of {own.text}, in place of {number.text}"
    return ""


def _strength_of(evidence: Evidence, sentence: Sentence, word: DirectionWord, own: Number) -> str:
    """What is wrong with "That is stronger than the full set, −.82" behind a sentence with one coefficient."""
    if not _THIS.match(sentence.text):
        return ""
    at = sentence.start + word.end
    than = re.match(r"\s*than\b", sentence.between(at, sentence.end))
    named = [
        n
        for n in sentence.numbers
        if n.start >= at and n.role == "value" and n.decimals > 0 and abs(n.value) <= 1 and not n.bound
    ]
    if than is not None and len(named) == 1:
        others = [named[0].value]
    elif than is None and not named and not sentence.numbers:
        mine = next((r for r in records(evidence) if r.coefficient is own), None)
        others = _others(evidence, mine)
    else:
        return ""
    change = {(abs(own.value) > abs(o)) - (abs(own.value) < abs(o)) for o in others}
    if change != {-word.sign}:
        return ""
    return f"of {own.text}, beside {others[0]:g}"


_IN_PLACE = regex(
    r"\b(?:in place of|instead of|rather than|against|compared (?:with|to)|versus|vs\.?|up from|down from)\s+"
    r"(?:[ρr]\s*=\s*)?$"
)
_MIDDLE = regex(
    r"\b(?P<up>higher|larger|greater|above)?(?P<down>lower|smaller|below)?\s+(?:than\s+)?the\s+(?P<what>median|"
    r"mean|average)\b",
    re.IGNORECASE,
)


def _against_middle(evidence: Evidence, sentence: Sentence, own: Number) -> Iterator[Clash]:
    """ "Taken together the rivers give more than their median", behind the pooled coefficient."""
    hit = _MIDDLE.search(sentence.text)
    if hit is None or not (hit["up"] or hit["down"]) or not _THIS.match(sentence.text) or sentence.numbers:
        return
    function = statistics.median if hit["what"].lower() == "median" else statistics.fmean
    signs = set()
    for series in evidence.all_series:
        facts = list(dict.fromkeys(series.facts.values()))
        things = [k for k in series.facts if not k.startswith("#")]
        if len(facts) < 3 or series.role or evidence.kind(series) != "coefficient":
            continue
        if 2 * sum(k in evidence.spoken for k in things) < len(things) or any(k.startswith("#") for k in series.facts):
            continue
        middle = function([f.value for f in facts])
        signs.add((own.value > middle) - (own.value < middle))
    said = 1 if hit["up"] else -1
    if signs == {-said}:
        start = sentence.start + hit.start()
        yield Clash(
            "direction",
            sentence.passage.place(start, sentence.start + hit.end()),
            f"'{hit.group(0)}' of {own.text}, where the {hit['what'].lower()} is on the other side",
            "correct the word or the numbers",
        )


_WITH_THEM = regex(
    r"\b(?:add(?:s|ing)|includ(?:es|ing)|keep(?:s|ing)|restor\w+|with) "
    r"(?:them|it|both|these|those|the (?:two|rest))\b",
    re.IGNORECASE,
)


_ADDING = regex(
    r"^\W*(?:add|includ|keep|restor|retain|bring|put|admit|count|leav)ing\b(?! (?:\w+ ){0,4}out\b)", re.IGNORECASE
)
_WITHOUT = regex(r"\bwithout (?:them|it|him|her|those|these|either|both|the (?:two|pair))\b|\bbefore\b", re.IGNORECASE)


def _strength(
    evidence: Evidence, passage: Passage, sentence: Sentence, word: DirectionWord, coefficients: list[Number]
) -> str:
    move = next(
        (s for s in spans(sentence) if s.left.role == s.right.role == "coefficient" and s.kind != "range"), None
    )
    if move is not None and re.search(r"\bfrom\b", sentence.between(max(sentence.start, move.start - 40), move.start)):
        change = abs(move.right.value) - abs(move.left.value)
        return f"beside {move.left.text} to {move.right.text}" if change * word.sign < 0 else ""
    if (
        len(coefficients) == 2
        and re.search(r"\b(?:than|against|vs|versus)\b", sentence.between(coefficients[0].end, coefficients[1].at))
        and coefficients[0].at - sentence.start > word.start
    ):
        return ""
    if len(coefficients) != 1:
        return ""
    turned = _ADDING.match(sentence.text) is not None
    if _WITH_THEM.search(sentence.text) or (turned and _WITHOUT.search(sentence.text) is None):
        return ""  # of the fit that the coefficient is not about
    own = coefficients[0]
    mine = next((r for r in records(evidence) if r.coefficient is own), None)
    at = sentence.start + word.end
    compared = [
        n.value
        for n in sentence.numbers
        if n.start >= at and n.role in ("value", "coefficient") and n.decimals > 0 and abs(n.value) <= 1 and not n.bound
    ]
    if own.end <= sentence.start + word.start and re.match(r"[^.;]{0,60}?\bthan\b", sentence.between(at, sentence.end)):
        others = compared if len(compared) == 1 and compared[0] * own.value > 0 else []
    else:
        others = _others(evidence, mine)
    if not others:
        return ""
    than = re.search(r"\bthan\b", sentence.between(sentence.start + word.end, own.at)) is not None
    least, most = sorted((abs(own.low), abs(own.high)))  # as printed: -0.90 may be weaker than -0.897
    larger = all(abs(o) > most for o in others)
    smaller = all(abs(o) < least for o in others)
    if not (larger or smaller):
        return ""
    sign = 1 if smaller else -1
    if than != turned:
        sign = -sign
    shown = ", ".join(f"{o:g}" for o in sorted(set(others))[:2])
    return f"beside {own.text}, where it is compared with {shown}" if sign != word.sign else ""


def _others(evidence: Evidence, mine: Record | None) -> list[float]:
    """The coefficients of the same kind and sign over all things, where ``mine`` is over fewer.

    Those of a layer that its own passage does not name are left out, and so is what an earlier study found.
    """
    if mine is None or mine.coefficient is None or mine.n is None:
        return []
    found = [
        r
        for r in records(evidence)
        if r.coefficient is not None
        and r.n is not None
        and r is not mine
        and not r.coefficient.bound
        and not r.prior
        and not (r.passage is not None and MOOT.search(r.context))
    ]
    kind, own = _statistic(mine), mine.coefficient.value
    largest = max((r.n or 0 for r in found), default=0)
    layers = _layers(mine)
    out: list[float] = []
    spoken: list[float] = []
    for r in found:
        if r.coefficient is None or r.n != largest or mine.n >= largest or _statistic(r) != kind:
            continue
        if r.coefficient.value * own < 0:
            return []  # of another relation
        if r.passage is not None and not _layers(r) - layers:
            spoken.append(r.coefficient.value)
        elif r.passage is None:
            out.append(r.coefficient.value)
    return spoken or out


def _statistic(record: Record) -> str:
    """``r`` or ``ρ``, by the coefficient's own name or by the words beside it."""
    label = record.coefficient.label if record.coefficient is not None else ""
    if label in ("ρ", "r", "τ"):
        return label
    context = record.context
    ranks = re.search(r"ρ|\brho\b|spearman|\brank", context, re.IGNORECASE) is not None
    if record.passage is None:
        return "ρ" if ranks and not re.search("pearson", context.split("|")[0], re.IGNORECASE) else "r"
    linear = re.search(r"pearson|\blinear\b", context, re.IGNORECASE) is not None
    return "ρ" if ranks and not linear else "r" if linear and not ranks else ""


def _layers(record: Record) -> set[str]:
    """The layers and epochs that the sentence of a record names."""
    if record.passage is None or record.coefficient is None:
        return set()
    at = record.coefficient.start
    here = next((s for s in record.passage.sentences if s.start <= at < s.end), None)
    return {m.name for m in here.names if m.name.startswith("#")} if here is not None else set()
