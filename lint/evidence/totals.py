"""Totals of trials against every product of the counts that the page states, no thing counted twice."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from math import prod

from leakstats.records import struct

from ..document import Table
from ..inline import Text
from ..regex import regex
from .grammar import SPELLED, WORD_NUMBERS, Number, spelled_numbers
from .knowledge import Clash, Evidence
from .names import index_of
from .stretches import Stretch, stretches
from .trials import TRIALS

__all__ = ["cell_clashes", "draws", "total_clashes"]

_QUESTIONS = frozenset(["question", "prompt", "item", "premise", "problem", "task", "querie", "request", "instruction"])
_DRAWS = frozenset(
    ["time", "draw", "sample", "completion", "answer", "response", "replie", "generation", "repeat", "rollout", "run"]
)
_NO_FACTOR = frozenset(
    [
        *("layer", "depth", "block", "epoch", "step", "update", "row", "token", "hour", "parameter", "word", "gpu"),
        *("minute", "point", "line", "example", "bit", "character", "day", "week", "pp", "percent", "rank", "head"),
        *("figure", "table", "section", "coefficient", "test", "level", "panel", "decimal", "digit", "step", "pair"),
        *("new", "other", "case", "half", "third", "quarter", "value", "dot", "round", "page", "file", "card"),
    ]
)
"""What a number of trials is no multiple of."""
_LITTLE = frozenset(
    [
        "is",
        "was",
        "has",
        "this",
        "its",
        "us",
        "as",
        "less",
        "across",
        "thus",
        "plus",
        "minus",
        "does",
        "always",
        "gives",
    ]
)
_STATED = regex(
    rf"(?<![\w.,#/-])(?P<value>\d{{1,3}}(?:[,\u202f\u00a0\u2009]\d{{3}})*|\d{{1,5}}|{SPELLED})(?![\w.,]?\d|\s?%|"
    rf"[-–]\w)\s+"
    r"(?:of (?:the |these |our )?)?(?:[a-z][\w'’-]*\s+){0,2}?(?P<noun>[a-z][a-z-]*s)\b",
    re.IGNORECASE,
)
_LABELLED = regex(
    r"(?P<noun>[A-Za-z][a-z-]*s)(?: (?:per|for|a|an|each|in|of) [a-z ]{1,24})?\s*:\s*"
    r"(?P<value>\d{1,3}(?:,\d{3})*|\d{1,5})\b(?!\.\d|\s?%)"
)
_BARE_TIMES = regex(r"[a-z]\s?[×x]\s?(?P<b>\d{1,3})(?=\s*(?:times\b|[),;:=]|$))")
_BARE_RUN = regex(r"(?<![\w.,])(?P<a>\d{1,4})\s?[×x]\s?(?P<b>\d{1,3})(?=\s*(?:times\b|[),;=]|$))")
_TIMES = regex(r"[×x]\s?\d")
"""Without it a text holds neither of these two."""
_MADE = regex(r"\s*=\s*[\d,]+\s+(?:[a-z-]+\s+){0,2}?(?P<noun>[a-z]+s)\b", re.IGNORECASE)
_EACH_TIME = regex(
    r"(?<![\w.,#/-])(?P<value>\d{1,3}|[a-z]+)\s+(?:(?:of|to|for|from|per) (?:each|every|a|an|one)\b|each\b|apiece\b|"
    r"per (?:question|prompt|item)|times\b)",
    re.IGNORECASE,
)
_LOST = regex(
    r"\b(?:kept|keep|filter\w*|drop(?:ped|s)?|fail\w*|exclud\w*|discard\w*|invalid|remain\w*|left|pars\w+|valid|empty|"
    r"except\w*|apart from|but for|other than|twice|double|triple|unequal|varies|varying|save for|three times|"
    r"two times|"
    r"respectively|passes)\b",
    re.IGNORECASE,
)
"""What makes a total no product."""
_PER = regex(
    r"\s*(?:(?:were|was|are|is|being)\s+(?:\w+\s+)?)?(?:per|(?:available )?(?:for|in|under|of|from|to) "
    r"(?:a|an|each|every|one|any)|by|a|an|each)\b\s*(?:[a-z-]+\s+)??(?P<noun>[a-z][a-z-]*)?\b",
    re.IGNORECASE,
)
_IN_ALL = regex(
    r"[^.;:,()\d]{0,30}\b(?:altogether|in all|in total|in sum|overall|all told|together|all in all|combined)\b",
    re.IGNORECASE,
)
_SO = regex(
    r"\b(?:so that|so|hence|thus|therefore|for a total of|which (?:makes?|gives?|yields?|means?|amounts? to|comes? to)|"
    r"giving|yielding|making|totall?ing|i\.e\.|that is|that makes|gives?|makes?|yields?|equals?|amounts? to|"
    r"comes? to|and)\s+"
    r"(?:a total of |n = )?$|[=(]\s*$",
    re.IGNORECASE,
)


_VARYING = regex(
    r"\b\d[\d,]*\s*(?:to|–|-|—|and)\s*\d[\d,]*\s+(?:[a-z]+\s+)?(?:questions?|prompts?|samples?|answers?|completions?|"
    r"responses?|replies|items?|trials?|requests?|lines?|draws?)\b",
    re.IGNORECASE,
)
_MOST_DRAWS = 64
"""More than these are trials, and no draws of one question."""


@struct
class Stated:
    """A count of things that the page states."""

    noun: str
    """Singular; ``*`` for how often each was drawn."""
    value: int
    start: int


_ASKED = _QUESTIONS | {"*"}


def _asks(counts: Sequence[Stated]) -> bool:
    """True if both questions and how often each was asked are among ``counts``."""
    nouns = {s.noun for s in counts}
    return "*" in nouns and bool(nouns & _QUESTIONS)


def _value(text: str) -> int:
    bare = re.sub(r"[,\u202f\u00a0\u2009 ]", "", text.lower())
    return int(bare) if bare.isdigit() else WORD_NUMBERS.get(bare, 0)


@lru_cache(maxsize=1024)  # two rules and the page's own list of counts ask for the same texts
def _stated(text: str) -> tuple[Stated, ...]:
    """The counts of a text with what they count."""
    out = []
    for match in _STATED.finditer(text):
        noun = match["noun"].lower().removesuffix("s")
        if match["noun"].lower() in _LITTLE or noun in _NO_FACTOR or noun.endswith("-hour"):
            continue
        value = _value(match["value"])
        if noun in _DRAWS and value > _MOST_DRAWS:
            continue  # a number of trials, and no factor of one
        out.append(Stated("*" if noun in _DRAWS else noun, value, match.start()))
    for match in _LABELLED.finditer(text):
        noun = match["noun"].lower().removesuffix("s")
        value = _value(match["value"])
        if noun not in _NO_FACTOR and (noun not in _DRAWS or value <= _MOST_DRAWS):
            noun = "*" if noun in _DRAWS else noun
            out.append(Stated(noun, value, match.start("value")))
    times = _TIMES.search(text) is not None
    for match in _BARE_TIMES.finditer(text) if times else ():
        out.append(Stated("*", int(match["b"]), match.start("b")))
    for match in _BARE_RUN.finditer(text) if times else ():
        made = _MADE.match(text, match.end())
        if made is not None and re.fullmatch(TRIALS, made["noun"], re.IGNORECASE) is None:
            continue  # "4 × 6 = 24 networks"
        out += [Stated("question", int(match["a"]), match.start("a")), Stated("*", int(match["b"]), match.start("b"))]
    for match in _EACH_TIME.finditer(text):
        if _value(match["value"]) <= _MOST_DRAWS and not text[: match.start()].rstrip().endswith(("=", "≈", ":")):
            out.append(Stated("*", _value(match["value"]), match.start()))
    return tuple(s for s in dict.fromkeys(out) if s.value > 1)


def _everywhere(evidence: Evidence) -> list[Stated]:
    """The counts of the whole page, and the numbers of rows of its tables."""
    if "stated counts" not in evidence.cache:
        found: dict[tuple[str, int], Stated] = {}
        for passage in evidence.passages:
            for stated in _stated(passage.plain):
                found.setdefault((stated.noun, stated.value), stated)
        for block in evidence.document.blocks:
            if isinstance(block, Table):
                for cell in block.cells:
                    for stated in _stated(cell.text.text):
                        found.setdefault((stated.noun, stated.value), stated)
        for sheet in evidence.sheets:
            things = {x for x in sheet.labels if x and not index_of(x)}
            for rows in (len(things), len(things) - 1):  # one of them may be the reference
                found.setdefault(("row", rows), Stated("row", rows, 0))
        evidence.cache["stated counts"] = [s for s in found.values() if s.value > 1]
    out: list[Stated] = evidence.cache["stated counts"]
    return out


def draws(text: str) -> frozenset[int]:
    """How often each question was asked, as a text states it."""
    return frozenset(s.value for s in _stated(text) if s.noun == "*")


def _makes(value: int, own: Sequence[Stated], others: Sequence[Stated], without: str, most: int) -> bool:
    """True if counts of distinct nouns, none of them ``without``, multiply to ``value``; at most ``most`` of "
    "``others``."""
    mine = [f for f in own if value % f.value == 0 and not (without and _same(f.noun, without))]
    nouns = {f.noun for f in own}
    more = [
        f for f in others if f.noun not in nouns and value % f.value == 0 and not (without and _same(f.noun, without))
    ]
    for size in range(1, 5):
        for chosen in itertools.combinations(mine[:12], size):
            product = prod(f.value for f in chosen)
            if len({f.noun for f in chosen}) != size or value % product:
                continue
            if product == value or (most and any(product * f.value == value for f in more)):
                return True
            if most > 1 and any(
                product * f.value * g.value == value and f.noun != g.noun
                for f, g in itertools.combinations(more[:30], 2)
            ):
                return True
    return False


def _same(noun: str, other: str) -> bool:
    short = min(len(noun), len(other))
    return short > 3 and noun[:short] == other[:short]


def total_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Totals of trials that no counts of the page make."""
    for stretch in _with_totals(evidence):
        text, plain = stretch.text, stretch.plain
        yield from _sides(evidence, text, plain)
        yield from _before_factors(evidence, text, plain)
        own = _stated(plain)
        if not own or _VARYING.search(plain):
            continue  # sizes that differ make a sum, and no product
        numbers = stretch.numbers
        nouns = {s.noun for s in own}
        whole = "*" in nouns and bool(nouns & _QUESTIONS)
        most = 2 if not whole else 0 if nouns - _QUESTIONS - {"*"} else 1
        if (len(nouns) < 2 and not _SO_MANY.search(plain)) or not any(map(_may_total, numbers)):
            continue
        sizes = {n.value for n in numbers if n.role == "n" and n.label == "n"}
        each = {int(n.value) for n in numbers if _is_size(plain, n)}
        first = True
        for number in numbers:
            without = _scope(plain, number)
            if without is None or (number.role == "n" and (len(sizes) > 1 or not whole)):
                continue
            if _is_made(plain, number):
                first = False  # the total behind it is of other factors too
                continue
            if _LOST.search(plain[max(0, number.start - 100) : number.end + 100]):
                continue
            value = int(number.value)
            if value in each and not (whole and _asks(_of_sentence(plain, number, own))):
                continue  # "150 replies from each" is a factor of what follows; its own factors stand elsewhere
            before = [s for s in own if s.start < number.start]
            beside = _bracket(plain, number, own)
            said = _SO.search(plain[max(0, number.at - 40) : number.at]) is not None
            if beside is None and (
                value in {s.value for s in own if s.start == number.start}
                or (value <= max((s.value for s in own if s.noun in _ASKED), default=0) and not (said and whole))
            ):
                continue
            if beside is not None:
                fits = value == beside
            elif whole and without and first and said and _asks(before):
                fits = _makes(value, own, (), without, 0)
            else:
                fits = _makes(value, own, _everywhere(evidence), "", most) or (
                    not most and _makes(value, own, [s for s in _everywhere(evidence) if s.noun == "row"], "", 1)
                )
                things = [s for s in own if s.noun not in _ASKED]
                fits = fits or any(
                    value % n == 0 and _makes(value // n, things, _everywhere(evidence), "", 1) for n in each - {value}
                )
            first = False
            # a total of which the factors stand elsewhere may be of counts that nobody wrote down
            that = _THAT_MAKES.search(plain, max(0, number.at - 32), number.at) is not None
            written = beside is not None or _asks(_of_sentence(plain, number, own)) or bool(each - {value}) or that
            if fits or not written or _is_shared_out(plain, number) or _is_summed(plain, number, numbers):
                continue
            yield Clash(
                "product",
                evidence.document.place(text, number.start, number.end),
                f"{number.text} is no product of the counts that the page states",
                "correct the total or a factor",
            )


_SHARED_OUT = regex(
    rf"[^.;:()]{{1,60}}?[,(:]\s*(?P<a>\d[\d,]*)\s+(?:[a-z-]+\s+){{0,2}}?(?:for|in|per|from|to|of|on)\s+"
    rf"(?:(?:each|every|all)\s+(?:of\s+)?)?(?:the\s+)?(?P<b>\d{{1,4}}|{SPELLED})\b",
    re.IGNORECASE,
)


def _is_shared_out(plain: str, number: Number) -> bool:
    """True for "60 loaves, 20 for each of 3 shops": the words behind a total say of what it is made."""
    found = _SHARED_OUT.match(plain, number.end)
    return found is not None and _value(found["a"]) * _value(found["b"]) == number.value


_PLUS = regex(r"\b(?:and|plus)\b|\+")


def _is_summed(plain: str, number: Number, numbers: Sequence[Number]) -> bool:
    """True for "3 mills with 40 sacks and 2 with 30, hence 180": a sum of products of the same sentence."""
    start = plain.rfind(". ", 0, number.start) + 1
    said = [int(n.value) for n in numbers if start <= n.start < number.start and n.decimals <= 0 and n.value >= 1]
    if len(said) < 4 or len(said) > _MOST_SUMMED or not _PLUS.search(plain, start, number.start):
        return False
    made = [(a * b, {i, j}) for (i, a), (j, b) in itertools.combinations(enumerate(said), 2)]
    return any(x + y == number.value and not p & q for (x, p), (y, q) in itertools.combinations(made, 2))


_MOST_SUMMED = 12


_THAT_MAKES = regex(
    r"\b(?:that|this|which|it)\s+(?:makes?|gives?|yields?|is|comes? to|amounts? to)\s+(?:a total of )?$", re.IGNORECASE
)


def _of_sentence(plain: str, number: Number, counts: Sequence[Stated]) -> list[Stated]:
    """The counts of the sentence of a number."""
    start, end = plain.rfind(". ", 0, number.start), plain.find(". ", number.end)
    return [s for s in counts if start < s.start and (end < 0 or s.start < end)]


_SO_MANY = regex(rf"\b(?:so|hence|thus|=|makes?|i\.e\.)\s+\d[\d,\u202f\u2009\u00a0 ]*\s*{TRIALS}\b", re.IGNORECASE)


_CELL = regex(
    r"\s+(?:[a-z-]+\s+)??(?:cells|readings|measurements|evaluations|combinations|checks|probes|pairs)\b", re.IGNORECASE
)


def cell_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Numbers of cells ("7 kilns in 6 towns are 42 cells") that no counts of things make."""
    for stretch in _with_totals(evidence):
        text, plain = stretch.text, stretch.plain
        stated = [s for s in _stated(plain) if s.noun not in _ASKED]
        numbers = stretch.numbers if len({s.noun for s in stated}) >= 2 else ()
        for number in numbers:
            if number.role not in ("count", "n") or number.decimals > 0 or number.bound or number.value < 12:
                continue
            if (
                _is_factor(plain, number)
                or _is_made(plain, number)
                or _CELL.match(plain[number.end :]) is None
                or _LOST.search(plain[max(0, number.start - 60) : number.end + 60])
            ):
                continue
            value = int(number.value)
            mine = [s for s in _of_sentence(plain, number, stated) if s.value != value]
            if len({s.noun for s in mine}) < 2 or _is_product(value, plain, numbers):
                continue
            others = [s for s in _everywhere(evidence) if s.value != value]
            if _makes(value, mine, others, "", 1) or any(a.value * (b.value - 1) == value for a in mine for b in mine):
                continue
            if _pairs_up(plain, number, [*mine, *others]):
                continue
            yield Clash(
                "product",
                evidence.document.place(text, number.start, number.end),
                f"{number.text} is no product of the counts that the page states",
                "correct the total or a factor",
            )


def _is_product(value: int, plain: str, numbers: Sequence[Number]) -> bool:
    """True if two whole numbers of a text, of whatever they are, make a value: "8 ovens and 9 time points"."""
    said = {int(n.value) for n in numbers if n.decimals <= 0 and 1 < n.value < value} | spelled_numbers(plain)
    return any(a > 1 and value % a == 0 and value // a in said for a in said)


_PAIRED = regex(r"\s+(?:[a-z-]+\s+)??(?:pairs|combinations|comparisons|contrasts)\b", re.IGNORECASE)


def _pairs_up(plain: str, number: Number, counts: Sequence[Stated]) -> bool:
    """True for as many pairs as some count of the page makes among its own things, or two counts of two kinds make."""
    if _PAIRED.match(plain[number.end :]) is None:
        return False
    value = int(number.value)
    if any(value in (n * (n - 1) // 2, n * (n - 1), n * (n + 1) // 2, n * n) for n in {s.value for s in counts}):
        return True
    factors = [s for s in counts if value % s.value == 0]
    return any(a.value * b.value == value and a.noun != b.noun for a in factors for b in factors)


_MADE_OF = regex(r"[×x*·]\s*\d[\d,]*(?:\s+[a-z-]+){0,2}\s*=\s*$")


def _is_made(plain: str, number: Number) -> bool:
    """True for the total behind "12 × 28 × 5 =", which is held against these factors."""
    return _MADE_OF.search(plain[max(0, number.at - 40) : number.at]) is not None


_LARGE = r"\d{1,3}(?:[,\u202f\u00a0\u2009 ]\d{3})+|\d{2,6}"
"""A number of trials, thousands parted or not."""
_SIDES = regex(
    rf"(?<![\w.,])(?P<a>{_LARGE})\s+(?:[a-z-]+\s+){{0,2}}?(?:(?:a|per|each|on each|on either|for each|either)\s+side|"
    r"before,?\s+(?:and\s+)?(?:as many|the same number|just as many)\s+after(?:wards)?)\W{1,3}"
    r"(?:(?:so|and|hence|thus|that is|which makes|in all|together)\s+)*"
    rf"(?P<t>{_LARGE})(?P<after>[^.;:\d]{{0,40}})",
    re.IGNORECASE,
)
_OF_SIDES = regex(
    rf"(?<![\w.,])(?P<t>{_LARGE})(?P<after>\s+[a-z]+\s+(?:in all|in total|altogether|in sum|all told|overall)),?\s+"
    rf"(?:or |that is |i\.e\. )?(?P<a>{_LARGE})\s+(?:[a-z]+\s+)?(?:a|per|each|on each|on either|for each)\s+side\b",
    re.IGNORECASE,
)
_GROUPS = regex(
    rf"(?<![\w.,])(?P<m>\d{{1,3}}|{SPELLED})\s+(?:[a-z-]+\s+)?[a-z-]+s\s+(?:of|with|at|to)\s+(?P<a>{_LARGE})\s+(?:[a-z-]+\s+)?"
    rf"{TRIALS}\s+(?:each|apiece)\W{{0,3}}(?P<makes>(?:(?:so|hence|thus|which|that|is|makes?|gives?|for|and|together)\s+)*"
    rf"(?:makes?|gives?|for a total of|a total of)\s+)?(?P<t>{_LARGE})(?P<after>[^.;:\d]{{0,40}})",
    re.IGNORECASE,
)
""" "Two arms of 600 replies each make 1,200"."""


def _sides(evidence: Evidence, text: Text, plain: str) -> Iterator[Clash]:
    """Totals of equal parts: "1,550 lines a side, 3,100 in all", "two arms of 600 replies each make 1,200"."""
    low = plain.lower()
    for match in _GROUPS.finditer(plain) if "each" in low or "apiece" in low else ():
        m, a, total = (_value(match[x]) for x in ("m", "a", "t"))
        if total > a and total != m * a and (match["makes"] or _IN_ALL.match(match["after"])):
            yield Clash(
                "product",
                evidence.document.place(text, match.start("t"), match.end("t")),
                f"{match['t']} is not {match['m']} times {match['a']}",
                "correct the total or a factor",
            )
    if "side" not in low and "before" not in low:
        return
    for match in (*_SIDES.finditer(plain), *_OF_SIDES.finditer(plain)):
        a, total = _value(match["a"]), _value(match["t"])
        trial = re.match(rf"\s+(?:[a-z-]+\s+)?{TRIALS}\b", match["after"], re.IGNORECASE)
        if (
            total > a
            and total != 2 * a
            and (trial or _IN_ALL.match(match["after"]) or not match["after"].strip(" .*)"))
        ):
            yield Clash(
                "product",
                evidence.document.place(text, match.start("t"), match.end("t")),
                f"{match['t']} is not twice {match['a']}",
                "correct the total or a factor",
            )


_SAMPLED = regex(
    rf"(?<![\w.,])(?P<t>{_LARGE})\s+(?:[a-z]+\s+)?{TRIALS}\b[^.;:()\d]{{0,60}}?(?<!or )"
    rf"(?P<a>\d{{1,4}}|{SPELLED})\s+(?:[a-z]+\s+)?(?:questions|prompts|items|tasks|problems|probes)\s+(?P<b>\d{{1,3}}|{SPELLED})\s+times\b",
    re.IGNORECASE,
)


def _before_factors(evidence: Evidence, text: Text, plain: str) -> Iterator[Clash]:
    """Numbers of trials in front of their factors: "180 replies, got by asking each of 15 prompts 10 times"."""
    for match in _SAMPLED.finditer(plain) if "times" in plain else ():
        total, a, b = (_value(match[x]) for x in ("t", "a", "b"))
        if a * b and total % (a * b) and not _LOST.search(plain[max(0, match.start() - 60) : match.end() + 60]):
            yield Clash(
                "product",
                evidence.document.place(text, match.start("t"), match.end("t")),
                f"{match['t']} is not {match['a']} times {match['b']}",
                "correct the total or a factor",
            )


def _with_totals(evidence: Evidence) -> Iterator[Stretch]:
    """Texts in which a total may stand."""
    for stretch in stretches(evidence):
        if stretch.passage is None:
            read = sum(map(str.isdigit, stretch.plain)) > _FEWEST_DIGITS
        else:
            read = stretch.passage.part != "prior"
        if read:
            yield stretch


_FEWEST_DIGITS = 3
"""A cell with no more of them holds no total beside its factors."""


def _bracket(plain: str, number: Number, own: Sequence[Stated]) -> int | None:
    """What "144 completions (24 questions, 5 of each)" makes; ``None`` without such brackets."""
    opened = re.match(rf"\s+(?:[a-z-]+\s+)?{TRIALS}\s*\(", plain[number.end :], re.IGNORECASE)
    if opened is None:
        return None
    start = number.end + opened.end()
    end = plain.find(")", start)
    inside = [s for s in own if start <= s.start < end]
    if len(inside) != 2 or not _asks(inside) or len(re.findall(r"\d+", plain[start:end])) > 2:
        return None
    return prod(s.value for s in inside)


def _is_factor(plain: str, number: Number) -> bool:
    """True for both numbers of "6 × 84 pairs"."""
    return plain[: number.start].rstrip()[-1:] in ("×", "x", "*", "·") or plain[number.end :].lstrip()[:1] in ("×", "·")


_ALSO_PER = regex(rf"{TRIALS}\s+(?:per|an?|each|every)\s+[a-z]+,?\s+(?:and\s+|or\s+|so\s+|hence\s+)?$", re.IGNORECASE)
"""In front of the second number of "150 replies per pair, 9,450 per source"."""
_CALLED_TOTAL = regex(
    r"\btotal\b(?:\s+(?:over|for|across|of)\s+(?:the |all )?[\w-]+(?:\s[a-z-]+){0,2})?\s+"
    r"(?:is|was|comes to|came to|amounts to|reaches)\s+$",
    re.IGNORECASE,
)
_CALLED = regex(
    rf"(?:\b(?:total|in all|altogether|overall|all told)|\b{TRIALS} (?:per|for (?:a|an|each|every)|a|an|each|in each) "
    r"(?P<noun>[a-z]+))\s*:\s*$",
    re.IGNORECASE,
)
""" "Total: 1,860", "lines for each kiln: 310"."""


def _may_total(number: Number) -> bool:
    return not (number.decimals > 0 or number.bound or number.value < 20 or number.signed)


def _is_size(plain: str, number: Number) -> bool:
    """True for the trials of one thing: "150 replies from each"."""
    if not _may_total(number) or number.role not in ("count", "n"):
        return False
    noun = re.match(rf"\s+(?:[a-z-]+\s+)?{TRIALS}\b", plain[number.end :], re.IGNORECASE)
    return noun is not None and _PER.match(plain[number.end + noun.end() :]) is not None


def _scope(plain: str, number: Number) -> str | None:
    """What a total is stated for ("" for all); ``None`` for what is no total of trials."""
    if not _may_total(number) or _is_factor(plain, number):
        return None
    if number.role not in ("count", "n") and number.label != "year":
        return None
    if number.role == "n" and number.label != "n":
        return None
    after = plain[number.end :]
    noun = re.match(rf"\s+(?:[a-z-]+\s+){{0,1}}?{TRIALS}\b", after, re.IGNORECASE)
    called = _CALLED.search(plain[max(0, number.at - 60) : number.at])
    if called is not None and re.search(r"\b(?:pairs|cells|rows|points|marks|dots|readings)\b", called.string[-40:]):
        return None
    if called is not None and number.role == "count":
        return (called["noun"] or "").lower().removesuffix("s")
    if number.role == "count" and _CALLED_TOTAL.search(plain[max(0, number.at - 60) : number.at]):
        return ""
    if noun is None and number.role == "count" and _ALSO_PER.search(plain[max(0, number.start - 60) : number.start]):
        per = _PER.match(after)
        return (per["noun"] or "").lower().removesuffix("s") if per is not None else None
    if number.role == "n":
        tail = after
    elif noun is not None:
        tail = after[noun.end() :]
    else:
        tail = after
    per = _PER.match(tail)
    whole = _IN_ALL.match(tail)
    said = _SO.search(plain[max(0, number.at - 40) : number.at]) is not None
    if noun is None and number.role != "n" and not (said and (per or whole)) and whole is None:
        return None
    opened = noun is not None and tail.lstrip().startswith("(")
    if per is None and whole is None and not said and number.role != "n" and not opened:
        return None
    return (per["noun"] or "").lower().removesuffix("s") if per is not None else ""
