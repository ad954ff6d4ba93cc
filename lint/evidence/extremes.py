"""Who holds the largest or the smallest value, and with what value."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from leakstats.facts import Fact, Series

from ..regex import regex
from .claims import is_claim
from .fields import by_role, mentions, stem
from .holders import RELATIVE_CLAUSE, holder_of, point_of, shares_rank, stands_apart, stated_behind, stated_beside
from .idioms import spans
from .kinds import LIKENESS
from .knowledge import Clash, Evidence, exceptions
from .lexicon import MOOT, ROLE_WORDS
from .names import Mention, fold_name, words_of
from .passages import Sentence
from .plain_counts import things_of
from .ranges import members
from .shifts import ACTS, CHANGE, OF_DEGREE, OF_MERIT, change_of, changes, is_of_verb, overlaps, ratios, stated_move
from .superlatives import Superlative, superlatives
from .wording import CHANGES, NAMES_COEFFICIENT, OF_LIKENESS, RATE_NOUNS

__all__ = ["superlative_clashes"]


def superlative_clashes(evidence: Evidence) -> Iterator[Clash]:
    """An extreme given to a name that holds it in none of the fields or columns that can be meant."""
    yield from exceptions(_superlative_clashes(evidence), 1)


def _superlative_clashes(evidence: Evidence) -> Iterator[Clash]:
    for passage in evidence.passages:
        if not is_claim(passage):
            continue
        for sentence in passage.sentences:
            if not sentence.names or passage.part == "prior" or MOOT.search(sentence.text):
                continue
            found = superlatives(sentence.text)
            both = _both_ends(sentence, found)
            if both is not None:
                yield both
                continue
            for word in found:
                holder = holder_of(sentence, word, found)
                if word.peak:
                    holder = point_of(sentence, word)
                if holder is None or shares_rank(sentence, holder) or stands_apart(sentence, word):
                    continue
                if fold_name(holder.text) in _MEANS:
                    continue  # "the pooled share is highest" is of when
                clash = _judge(evidence, sentence, word, holder)
                if clash is not None:
                    yield clash


def _both_ends(sentence: Sentence, found: list[Superlative]) -> Clash | None:
    """The only name of a sentence, given the highest and the lowest of one quantity."""
    for a, b in itertools.pairwise(found):
        if a.sign == b.sign:
            continue
        first, second = holder_of(sentence, a, found), holder_of(sentence, b, found)
        if first is None or second is None or first.name != second.name or first.start == second.start:
            continue
        named = [m for m in sentence.names if m.end <= max(first.end, second.end)]
        if any(m.name != first.name or fold_name(m.text) != fold_name(first.text) for m in named):
            continue  # "heavy blend" may be written for another name that begins like it
        gaps = [
            sentence.between(sentence.start + w.end, m.start) if m.start >= sentence.start + w.end
            else sentence.between(m.end, sentence.start + w.start)
            for w, m in ((a, first), (b, second))
        ]  # fmt: skip
        if any(re.search(r"[;\d]", gap) for gap in gaps):
            continue
        nouns = [re.findall(r"^\s*([a-z]+)", sentence.text[w.end :]) for w in (a, b)]
        words = tuple(sentence.text[w.start : w.end].lower() for w in (a, b))
        opposite = words in _OPPOSITES or words[::-1] in _OPPOSITES
        if opposite and (nouns[0] == nouns[1] or not nouns[1] or nouns[1][0] in ("in", "with", "at", "by", "for")):
            start = sentence.start + b.start
            return Clash(
                "superlative",
                sentence.passage.place(min(start, second.start), max(sentence.start + b.end, second.end)),
                f"{second.text.strip()} is given both ends",
                "name the unit that holds it",
            )
    return None


_OPPOSITES = frozenset(
    [
        ("highest", "lowest"),
        ("most", "least"),
        ("most", "fewest"),
        ("largest", "smallest"),
        ("biggest", "smallest"),
        ("greatest", "smallest"),
        ("greatest", "least"),
        ("best", "worst"),
        ("strongest", "weakest"),
        ("top", "bottom"),
        ("loudest", "quietest"),
        ("steepest", "flattest"),
        ("tightest", "loosest"),
        ("maximum", "minimum"),
        ("widest", "narrowest"),
        ("longest", "shortest"),
    ]
)


def _is_about(series: Series, fact: Fact, name: str) -> bool:
    """True for a field of that arm or measure: the column "Plain", the values below ``plain``."""
    if name.startswith("#"):
        return False
    return name in fact.entities or name == fold_name(series.quantity) or name in series.words


_SUBSET = regex(
    r"\b(?:among(?! (?:the|all|our|all the) (?:\w+ )?\w+s,)|within|apart from|except|excluding|besides|aside from|"
    r"other than|of the two|of the three|"
    r"of both|of these|of those|newcomers?|remaining|the rest|of its kind|"
    r"in (?:its|this|that|their|the [\w-]+) (?:group|class|category)|"
    r"with(?:out)? (?:it|them)|left out|leaving \w+ out)\b|"
    r"\b(?:of|for|in|from|amongst|across|out of) (?:all )?(?:the |our |those |all )?(?:[\w-]+ ){0,2}\w+s "
    r"(?:with|without|trained|that|which|who|whose|under|over|above|below|at|having|started|starting|given)\b[^,;.]*,",
    re.IGNORECASE,
)
"""What parts off some of the things, "of the lakes with an outlet, Garda is the deepest"."""


_NOT_FIRST = regex(
    r"\b(?:next|among|one of|not|never|nor|neither|if|whether|almost|nearly|joint|jointly|equal|equally|"
    r"shared|tied|co|me|us|you|them|him|her)[\s-]+(?:(?:for )?(?:the )?)?$",
    re.IGNORECASE,
)


_SLICE = regex(
    r"\b(?:at|with|under|after|by|for)\s+(?:a |an |the )?(?:\w+\s+)?(?:of\s+)?\d+(?![\d.,]*\s?%|"
    r"[.,]\d|\d*\s+or\s)",
    re.IGNORECASE,
)
_LEG = regex(
    r"\b(?:steps?|moves?|moving|going|jumps?|doublings?|increments?|legs?|stretch(?:es)?)\b"
    r"[^.;:\d]{0,20}\bfrom (?:\w+ )?[\d,]+ to|\bbetween (?:neighbou?ring|adjacent|consecutive|successive)\b",
    re.IGNORECASE,
)
"""Of what lies between two points, and of no value at one."""


def _judge(evidence: Evidence, sentence: Sentence, word: Superlative, holder: Mention) -> Clash | None:
    start, end = sentence.start + word.start, sentence.start + word.end
    if _NOT_FIRST.search(sentence.between(max(sentence.start, start - 16), start)):
        return None
    said = sentence.between(start, end).lower()
    if _OF_TEST.match(sentence.between(end, end + 24)):
        return None
    clause = _clause(sentence, word)
    noun = re.match(r"\s+([a-z]{3,})", sentence.text[word.end :])
    if said in _OF_EXTENT and noun is not None and noun[1].rstrip("s") in things_of(evidence):
        return None  # "the smallest task" has the fewest items
    of_likeness = said == "closest" and OF_LIKENESS.search(clause) is not None
    if said in _OF_FIT and not of_likeness and _FIT.search(sentence.text) is None:
        return None
    near = sentence.between(min(start, holder.start), max(end, holder.end))
    near = f"{_verb_before(sentence, word) if not _SAYS.search(near.replace(holder.text, '')) else ''} {near}"
    near = _ASIDE.sub(" ", near)
    if word.peak:  # the verb of an extreme is no point of a course
        near = near.replace(sentence.between(start, end), " ")
    if _SUBSET.search(sentence.text) or _TWICE.search(sentence.text) or _LEG.search(sentence.text):
        return None
    if _SLICE.search(sentence.text) is not None and not holder.name.startswith("#"):
        return None  # of one layer or dose alone
    counted = re.search(r"\bof (?:the |all |our )*(\d+)\b(?![.,]\d|\s?%)", sentence.between(end, end + 40))
    spread = _of_spread(sentence, end) or _SCATTERS.search(sentence.between(sentence.start, start)) is not None
    candidates = [
        (s, s.facts[holder.name])
        for s in evidence.all_series
        if holder.name in s.facts
        and len(members(s)) >= 3
        and s.role not in ("interval", "at", "second")
        and evidence.kind(s) not in (("size", "p") if spread else ("size", "p", "spread"))
        # a number of trials has no extreme to speak of, unless its column is named
        and (s.fraction or not s.whole or s.role in ("net", "gain") or _is_named(s, clause))
        and "/levels/" not in s.pointer  # the names of a factor's levels are no measurements
        and not _is_record(s)
        and (counted is None or len(members(s)) - int(counted.group(1)) in (0, 1))  # one more may be a reference
    ]
    of_one = False  # a column that is named is not averaged with others
    if holder.name.startswith("#"):
        named = {m.name for m in sentence.passage.names if not m.name.startswith("#")} & evidence.spoken
        own = [(s, f) for s, f in candidates if named & f.entities]
        told = _told(sentence, candidates)
        of_one = bool(named) or told is not candidates
        candidates = own if named else told
        if named and len({frozenset(named & f.entities) for _, f in own}) != 1:
            return None
    others = _beside_holder(sentence, start, end, holder)
    states = {o for o in others if any(_is_about(s, f, o) for s, f in candidates)}
    candidates = [
        (s, f)
        for s, f in candidates
        if all(o in s.facts for o in others - states)
        and (not states or any(o in s.facts or _is_about(s, f, o) for o in states))
    ]
    change = None if spread else change_of(sentence, start, end)
    if change is None and not spread and _OF_GAP.search(sentence.text[: word.start]):
        change = "any"  # "the gap between the two peaks at layer 9"
    step = stated_move(sentence, end, holder)
    if change is None and step is not None and not spread:
        change = "down" if step[1] < 0 else "any"  # "Largest: a, from 0.21 to 0.47"
    lead = sentence.between(sentence.start, start)
    if said in OF_DEGREE | OF_MERIT and (ACTS.search(lead) or is_of_verb(lead, sentence.between(end, end + 12))):
        change = change or "any"  # "the cream works best in dogs", "it rises in four towns, most in the last"
    relative = _RELATIVE.search(_around(sentence, word)) is not None
    if relative:
        moved = changes(evidence, holder, candidates, _clause(sentence, word))
        by_ratio = ratios(evidence, holder, candidates)
        candidates, change = [*by_ratio, *moved] if by_ratio else [], "any"
    elif change is not None:
        candidates = changes(evidence, holder, candidates, _clause(sentence, word))
        if step is not None:
            candidates, all_changes = [(s, f) for s, f in candidates if overlaps(f, *step)], candidates
            if not candidates:
                return _of_another(sentence, word, holder, step, all_changes)
    subject = _subject(evidence, sentence, start)
    if subject:
        candidates = [(s, f) for s, f in candidates if subject & {stem(w) for w in words_of(s.quantity) | s.words}]
    if word.strength and _follows_coefficients(sentence):
        candidates = [(s, f) for s, f in candidates if evidence.kind(s) == "coefficient"]
    if said in _OF_RATES:
        candidates = [(s, f) for s, f in candidates if evidence.kind(s) == "rate"]
    if spread:
        candidates = [(s, f) for s, f in candidates if evidence.kind(s) == "spread"]
    if not candidates:
        return None
    kind = "spread" if change is not None or spread else "mean"
    over = [
        (s, s.facts[holder.name])
        for s in evidence.aggregates
        if s.role == kind and holder.name in s.facts and not of_one
    ]
    if _AVERAGED.search(sentence.text) and change is None and not spread:
        averaged = [(s, f) for s, f in candidates if words_of(s.quantity) & _MEANS]
        candidates = averaged or (candidates if over else [])
        if not candidates:
            return None
    beside = stated_behind(sentence, word, holder)
    in_states: list[tuple[Series, Fact]] = []
    stated = [] if spread else [beside] if beside is not None else stated_beside(sentence, holder, word)
    if stated and change is None:
        known = candidates
        candidates = [
            (s, f)
            for s, f in candidates
            if any(evidence.suits(n, s) and evidence.matches(n, s, x) for n in stated for x in members(s))
        ]
        if candidates and not any(evidence.matches(n, s, f) for n in stated for s, f in known):
            held = [(s, f) for s, f in candidates if _is_extreme(s, f, word, change)]
            if held:
                series, fact = held[0]
                scale = 100.0 if series.fraction and stated[0].role == "percent" else 1.0
                return Clash(
                    "superlative",
                    sentence.passage.place(stated[0].start, stated[0].end),
                    f"{stated[0].text}{stated[0].unit} is not the value of {holder.text.strip()}, which holds that "
                    f"extreme with {fact.value * scale:.4g} ({series.pointer})",
                    "correct the value or the name",
                )
    elif of_likeness:
        candidates = [(s, f) for s, f in candidates if evidence.kind(s) == "similarity"]
    elif change is None and not spread:
        after = "" if word.end - word.start > 12 else sentence.between(end, end + 40)
        after = _elided(sentence, word, holder) or after
        bare = near.replace(holder.text.strip(), " ")
        in_states = [] if word.peak else _in_states(sentence, word, candidates)
        meant = _meant(evidence, candidates, after, bare)
        candidates = _between_ends(evidence, sentence, end, candidates) or (meant and in_states) or meant
    if not candidates:
        return None
    either = said in OF_MERIT or relative or (said in OF_DEGREE and _is_of_unknown(sentence, word, candidates))
    if said in OF_DEGREE and change is not None:
        either = either or any(x.value < 0 for s, _ in candidates for x in members(s))
    found = [(s, f) for s, f in candidates if not _is_extreme(s, f, word, change, either=either)]
    if not found or any(_is_extreme(s, f, word, change, either=either) for s, f in over):
        return None
    if len(found) < len(candidates) and not (in_states and _BOTH.search(_clause(sentence, word))):
        return None
    series = found[0][0]
    by_name = {
        k: (abs(f.value) if word.strength else f.value) for k, f in series.facts.items() if not k.startswith("#")
    } or {k: f.value for k, f in series.facts.items()}
    wanted = _ranked(list(by_name.values()), word)
    right = next(k for k, v in by_name.items() if v == wanted)
    return Clash(
        "superlative",
        sentence.passage.place(start, end),
        f"{holder.text.strip()} does not hold that extreme of {series.pointer}: {right} does",
        "name the unit that holds it",
    )


_OF_GAP = regex(
    r"^\W*(?:and |but )?(?:the |its |their )(?:gap|difference|distance|margin|lead|advantage|contrast) "
    r"(?:between|of|over)\b",
    re.IGNORECASE,
)
_BOTH = regex(r"\bboth\b.*\band\b", re.IGNORECASE)


def _follows_coefficients(sentence: Sentence) -> bool:
    """True for a sentence without numbers and quantities behind one on coefficients: "ρ .3-.7. Strongest: the nun"."""
    before = sentence.previous
    if before is None or sentence.numbers or words_of(sentence.text) & (RATE_NOUNS | LIKENESS | CHANGES):
        return False
    return NAMES_COEFFICIENT.search(before.text) is not None


def _clause(sentence: Sentence, word: Superlative) -> str:
    """The words around a superlative, up to the next stop."""
    before, after = (re.split(r"[;:]|[.]\s", x) for x in (sentence.text[: word.start], sentence.text[word.start :]))
    return RELATIVE_CLAUSE.sub(" ", before[-1]) + after[0]


def _in_states(
    sentence: Sentence, word: Superlative, candidates: list[tuple[Series, Fact]]
) -> list[tuple[Series, Fact]]:
    """The columns and fields that a clause tells from the others: "highest after the patch", "at epoch 1"."""
    text = _clause(sentence, word)
    text = text.replace(sentence.text[word.start : word.end], " ").lower()
    points = {m.name for m in sentence.names if m.name.startswith("#") and m.text.lower() in text}
    out = []
    for origin in ("page", "data"):
        group = [s for s, _ in candidates if s.origin == origin and not words_of(s.quantity) & CHANGES]
        said = [s for s, at in zip(group, mentions(text, group), strict=True) if at]
        said += [s for s in group if points & frozenset.intersection(*(f.entities for f in s.distinct))]
        if not said and len(chosen := by_role(group, text)) < len(group):
            said = chosen
        out += [(s, f) for s, f in candidates if any(s is x for x in said)]
    return out


_SAYS = regex(r"[A-Za-z]{3,}")


def _verb_before(sentence: Sentence, word: Superlative) -> str:
    """The verb of "A (0.4) peaks highest, B (0.2) lowest" for its second half; "" where it has none."""
    earlier = [w for w in superlatives(sentence.text) if w.end <= word.start]
    verb = re.search(r"\b[a-z]+ $", sentence.text[: earlier[-1].start]) if earlier else None
    return verb.group(0) if verb is not None else ""


def _around(sentence: Sentence, word: Superlative) -> str:
    """The words from the superlative before one to those behind it."""
    earlier = [w.end for w in superlatives(sentence.text) if w.end <= word.start]
    return sentence.text[max(earlier, default=0) : word.end + 24]


_RELATIVE = regex(
    r"\b(?:relative(?:ly)?|proportion(?:s|al(?:ly)?|ately?)?|ratios?|factor|percentage-wise|\w+fold)\b", re.IGNORECASE
)
"""Of how many times one rate is the other, "relative to its start the pilot gains most"."""


def _is_of_unknown(sentence: Sentence, word: Superlative, candidates: list[tuple[Series, Fact]]) -> bool:
    """True for "the most discreet", which may be of the low ones or of the high, and for "misses least"."""
    if _LACKS.search(sentence.text[: word.start]):
        return True
    at = word.end
    if _ELIDED.match(sentence.text, at):  # "A is the most careful, B the least"
        at = max((w.end for w in superlatives(sentence.text) if w.end <= word.start), default=at)
    adjective = _ADJECTIVE.match(sentence.text, at)
    if adjective is None or not re.search(r"\bthe \w+$", sentence.text[:at], re.IGNORECASE):
        return False
    start = adjective["word"][: max(4, len(adjective["word"]) - 3)]
    return not any(w.startswith(start) for s, _ in candidates for w in words_of(s.quantity) | s.words | RATE_NOUNS)


_ADJECTIVE = regex(
    r"\s+(?P<word>(?!(?:often|frequent|common|prevalent|widespread|pronounced|marked|strong|heav|read|clear|of|in|for|at|by|"
    r"when|with|and|or)(?:ly|ily|y)?\b)[a-z]{3,})\b"
)
_ELIDED = regex(r"\s*(?:[(,.;:]|$)")
_LACKS = regex(
    r"\b(?:miss|lack|avoid|resist|escap|fail|err|refus|omit|withst|withh|spar|forgo|forget)\w*\s+"
    r"(?:by far )?(?:the )?$",
    re.IGNORECASE,
)
"""Verbs of what is not done: it is done most by whom they say it of least."""


def _is_named(series: Series, text: str) -> bool:
    """True if a text has every word of a column's header."""
    own = words_of(series.quantity)
    return bool(own) and own <= words_of(text)


def _is_record(series: Series) -> bool:
    """True for the k, the n and the rate of one thing, which are no rivals."""
    values = [f.value for f in members(series)] if series.origin == "data" and not series.fraction else []
    if not 3 <= len(values) <= 12:
        return False
    whole = [v for v in values if v > 1 and v == int(v)]
    return any(abs(a / b - v) < 1e-5 for v in values if 0 < v < 1 for a, b in itertools.permutations(whole, 2))


_SUBJECT = regex(
    r"(?:^|[;:.,]\s)\W*(?:and |but |the |its |their )?(?P<noun>[A-Za-z][a-z]{4,})(?: (?:itself|alone))? "
    r"(?:is|are|was|were|is found|lies|comes out|turns out) (?:the )?$"
)


def _subject(evidence: Evidence, sentence: Sentence, start: int) -> frozenset[str]:
    """The quantity of which an extreme is said, "Selectivity is greatest at"; empty for a general one, or a thing."""
    hit = _SUBJECT.search(sentence.between(sentence.start, start))
    change = CHANGE.fullmatch(hit["noun"]) if hit is not None else None
    if hit is None or (change is not None and change.lastgroup is not None):
        return frozenset()
    noun = words_of(hit["noun"])
    at = sentence.start + hit.end("noun")
    if not noun & evidence.quantities and any(m.start < at <= m.end for m in sentence.names):
        return frozenset()
    return frozenset(map(stem, noun - (_COEFFICIENTS | RATE_NOUNS | _ROLES | LIKENESS | _BLAND | CHANGES)))


def _of_another(
    sentence: Sentence,
    word: Superlative,
    holder: Mention,
    moved: tuple[float, float],
    changes: list[tuple[Series, Fact]],
) -> Clash | None:
    """A change that is another thing's, in every field that knows it, and the extreme one there."""
    owners = set()
    for series, _ in changes:
        own = {id(f): k for k, f in series.facts.items() if overlaps(f, *moved)}
        if len(own) != 1:
            continue
        fact = series.facts[next(iter(own.values()))]
        if not _is_extreme(series, fact, word, "any"):
            return None
        owners.add(next(iter(own.values())))
    if len(owners) != 1:
        return None
    return Clash(
        "superlative",
        sentence.passage.place(sentence.start + word.start, sentence.start + word.end),
        f"{holder.text.strip()} does not change so: {owners.pop()} does",
        "name the unit that holds it",
    )


def _told(sentence: Sentence, candidates: list[tuple[Series, Fact]]) -> list[tuple[Series, Fact]]:
    """Those whose columns the sentence names by a word of their headers; all of them where it names none."""
    out = []
    for origin in ("page", "data"):
        group = [(s, f) for s, f in candidates if s.origin == origin]
        at = mentions(sentence.text.lower(), [s for s, _ in group])
        out += [x for x, found in zip(group, at, strict=True) if found]
    return out or candidates


_OF_TEST = regex(
    r"\s+(?:\w+\s+)?(?:p|[pP][- ]values?|[nN]|df|AIC|BIC|VIF|R²|residuals?|errors?|steps?|jumps?|leverage|ties?|"
    r"(?:departure|deviation|distance|discrepancy|misfit|outlier) (?:from|to|of) the (?:\w+ )?(?:line|fit|trend|curve|"
    r"model|regression|prediction|relation))\b(?!-)"
)
"""Behind an extreme that is of a test, an error or a step, and of no value of a thing."""


_OF_EXTENT = frozenset(
    ["largest", "smallest", "biggest", "longest", "shortest", "widest", "narrowest", "heaviest", "lightest", "richest"]
)
_OF_FIT = frozenset(["closest", "tightest", "loosest", "widest", "narrowest"])
"""Words of a relation or of a spread; of anything else they may mean either end."""


_FIT = regex(r"\b(?:fits?|relations?\w*|correlat\w*|coefficients?|links?|associations?)\b|[ρ]", re.IGNORECASE)


_OF_RATES = frozenset(["loudest", "quietest", "leakiest", "hottest", "driest", "keenest", "readiest", "mildest"])


_TWICE = regex(
    r"\b(?:best|worst|highest|lowest|largest|smallest|top|bottom)(?: \w+)? to (?:best|worst|highest|lowest|largest|"
    r"smallest|top|bottom)\b|"
    r"\b(?:worst|best|quietest|loudest|highest|lowest|largest|smallest|greatest|weakest|strongest) (?:best|"
    r"worst|highest|"
    r"lowest|largest|smallest|minimum|maximum)\b|\b(?:worst|best) (?:offender|behaved)|"
    r"\bby (?:standard deviation|spread|sd)\b",
    re.IGNORECASE,
)


_SPREAD = regex(
    r"\W+(?:\w+\s+){0,2}?(?:standard deviations?|sds?|s\.d\.|spreads?|deviations?|variances?|variation|scatter|"
    r"dispersion|"
    r"variability|ranges?)\b",
    re.IGNORECASE,
)


_SCATTERS = regex(
    r"\b(?:scatter(?:s|ed)?|spreads?|fluctuat(?:e|es|ed)|wobbl(?:e|es|ed)|disperse[sd]?|jump(?:s|ed)? (?:about|"
    r"around))\s+"
    r"(?:the\s+)?$",
    re.IGNORECASE,
)


_SPREAD_IS = regex(
    r"\W*(?:the |its |their )?(?:\w+ )?(?:standard deviations?|sds?|s\.d\.|spreads?|deviations?|variation|scatter|"
    r"dispersion|variability)\b[^.;,:()]{0,40}?\b(?:is|are|was|were)\s",
    re.IGNORECASE,
)


_AVERAGED = regex(
    r"\b(?:averaged|on average|in the mean|(?:over|across) (?:all |the |its |these )*(?:\d+ )?(?:wordings?|"
    r"templates?|layers?|"
    r"prompts?|questions?|seeds?|settings?|depths?|conditions?|sources?|variants?|phrasings?))\b",
    re.IGNORECASE,
)


_MEANS = frozenset(["mean", "average", "avg", "mu", "overall", "centre", "center", "pooled", "all"])


def _elided(sentence: Sentence, word: Superlative, holder: Mention) -> str:
    """The noun of "lowest peak a, highest b" for its second half; "" where nothing is left out."""
    end = sentence.start + word.end
    if holder.start < end or not re.fullmatch(
        r"\s*(?:is |was )?(?:the )?[`\"'“‘*(]*", sentence.between(end, holder.start)
    ):
        return ""
    earlier = [w for w in superlatives(sentence.text) if w.end < word.start and w.sign != word.sign]
    noun = re.match(r"\s+[a-z]+(?:\s+[a-z]+)?", sentence.text[earlier[-1].end :]) if earlier else None
    return noun.group(0) if noun is not None else ""


def _of_spread(sentence: Sentence, end: int) -> bool:
    """True for the largest deviation, and for "the smallest" behind it."""
    after = sentence.between(end, min(sentence.end, end + 40))
    if _SPREAD.match(after) or _SPREAD_IS.match(sentence.text):
        return True
    earlier = [w for w in superlatives(sentence.text) if sentence.start + w.end < end]
    return (
        bool(earlier)
        and re.match(r"\s*(?:[,;.:(*]|\d|$)", after) is not None
        and _SPREAD.match(sentence.between(sentence.start + earlier[-1].end, end)) is not None
    )


def _between_ends(
    evidence: Evidence, sentence: Sentence, end: int, candidates: list[tuple[Series, Fact]]
) -> list[tuple[Series, Fact]]:
    """ "The rates run from 5% to 67%; the judge has the highest": the fields with these ends, where no noun follows."""
    after = sentence.between(end, min(sentence.end, end + 30))
    if not _OF_NOTHING_ELSE.match(after):
        return []
    out = []
    for part in sentence.passage.sentences:
        if part.start > sentence.start:
            break
        for span in spans(part):
            if span.start > end:
                break
            for s, f in candidates:
                facts = members(s)
                low, high = min(facts, key=lambda x: x.value), max(facts, key=lambda x: x.value)
                if evidence.matches(span.left, s, low) and evidence.matches(span.right, s, high):
                    out.append((s, f))
    return out


_ASIDE = regex(r",\s[^,;:()]{3,40},")
"""Said between a thing and its extreme of something else, "Ghent, starting from 4%, ends highest"."""
_OF_NOTHING_ELSE = regex(
    r"\s*(?:[,;.):(*]|and\b|(?:belongs|goes|falls) to\b|(?:is|was) (?:that|held|found)\b|in (?:it|this|them)\b|"
    r"of (?:them|these|all)\b|to\b(?! (?:the )?\w+est\b)|$)"
)
"""Behind an extreme that names no quantity of its own."""


_CLAUSE = regex(r"[,;:.()]|\b(?:and|but|while|whereas|though|although|with)\b", re.IGNORECASE)


def _beside_holder(sentence: Sentence, start: int, end: int, holder: Mention) -> set[str]:
    """The other names of the extreme's clause: a thing in one of several settings is no holder over all."""
    left, right = min(start, holder.start), max(end, holder.end)
    cuts = [sentence.start + m.start() for m in _CLAUSE.finditer(sentence.text)]
    first = max((c for c in cuts if c < left), default=sentence.start)
    last = min((c for c in cuts if c >= right), default=sentence.end)
    return {m.name for m in sentence.names if first <= m.start < last and m.name != holder.name}


def _is_extreme(series: Series, fact: Fact, word: Superlative, change: str | None, *, either: bool = False) -> bool:
    """True if ``fact`` has the place in the order of its series that ``word`` gives it, by value or by size."""
    facts = members(series)
    spread = max(f.high - f.low for f in facts) + 1e-12
    for values, own in (
        ([f.value for f in facts], fact.value),
        ([abs(f.value) for f in facts], abs(fact.value)),
    ):
        if abs(own - _ranked(values, word)) <= spread:
            return True
        if either and min(abs(own - max(values)), abs(own - min(values))) <= spread:
            return True
        moved = [abs(v) for v in values if v * own > 0] if change in ("down", "up") else []
        if moved and abs(abs(own) - _ranked(moved, word)) <= spread:
            return True  # the smallest drop of those that drop
        if change == "down" and abs(own - min(values)) <= spread:
            return True
    return False


def _ranked(values: list[float], word: Superlative) -> float:
    """The largest or the smallest of some values, or the one that many places behind."""
    return sorted(values, reverse=word.sign > 0)[min(word.rank, len(values)) - 1]


def _meant(
    evidence: Evidence, candidates: list[tuple[Series, Fact]], after: str, near: str
) -> list[tuple[Series, Fact]]:
    """The columns that the words beside an extreme name, with the fields that they print; else all of them."""
    adjective = re.match(r"\s+([a-z]{5,})\b", after)
    if adjective is not None:  # "the most accurate" is of accuracy
        stem = adjective.group(1)[: max(4, len(adjective.group(1)) - 3)]
        graded = [(s, f) for s, f in candidates if any(w.startswith(stem) for w in words_of(s.quantity) | s.words)]
        if graded:
            return graded
    noun = words_of(
        re.split(r"[,;:(.]|\b(?:is|are|was|belongs|for|by|of|in|and|at|after|before|under|when)\b", after)[0]
    )
    if noun - _BLAND and not (noun & (evidence.quantities | _COEFFICIENTS | RATE_NOUNS | _ROLES | LIKENESS)):
        return []  # a quantity that no table and no field is known to hold
    if noun & RATE_NOUNS or re.match(r"\s*(?:often|frequent|common)", after):
        candidates = [(s, f) for s, f in candidates if evidence.kind(s) == "rate"]
    said = f"{near} {re.split(r'[,;:(.]', after)[0]}"
    point = re.sub(r"\b(?:highest|maximum|tops?|at most|reach\w*)\b", " ", said, flags=re.IGNORECASE)
    for role, pattern in ROLE_WORDS.items():
        if pattern.search(point):  # the extreme itself is no point of a course
            return [
                (s, f)
                for s, f in candidates
                if s.role == role
                or (s.origin == "page" and pattern.search(s.quantity) and not words_of(s.quantity) & _TIMES)
            ]
    for words in (noun, words_of(near)):
        named = [(s, f) for s, f in candidates if s.origin == "page" and words & words_of(s.quantity)]
        if named:
            printed = {b.data.pointer for b in evidence.bindings if words & words_of(b.page.quantity)}
            return named + [(s, f) for s, f in candidates if s.pointer in printed]
    if noun & LIKENESS:
        return [(s, f) for s, f in candidates if evidence.kind(s) == "similarity"]
    if noun & _COEFFICIENTS:
        return [(s, f) for s, f in candidates if evidence.kind(s) == "coefficient"]
    return candidates


_TIMES = frozenset(["step", "epoch", "update", "checkpoint", "ckpt", "round", "tick", "iteration", "turn", "at"])


_BLAND = frozenset(
    [
        "often",
        "frequently",
        "frequent",
        "commonly",
        "strongly",
        "readily",
        "list",
        "field",
        "table",
        "ranking",
        "other",
        "one",
        "of",
        "all",
        "value",
        "single",
        "overall",
        "the",
        "a",
        "by",
        "far",
        "figure",
        "number",
        "them",
    ]
)


_ROLES = frozenset(["peak", "start", "baseline", "end", "maximum", "final", "initial"])


_COEFFICIENTS = frozenset(["coefficient", "correlation", "association", "relation", "rho", "r"])
