"""Sample sizes that neither the results nor any count of the page knows."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator

from ..regex import regex
from .claims import groups_of, is_claim, is_prior
from .correlations import Record, records
from .grammar import Number
from .knowledge import Clash, Evidence
from .passages import Sentence
from .record_p import follows
from .trials import sums_of_rows
from .word_numbers import spelled_numbers

__all__ = ["size_clashes"]


def _counts_of_page(evidence: Evidence) -> dict[int, int]:
    """How often the page states each whole number as a sample size."""
    if "counts" not in evidence.cache:
        out: dict[int, int] = {}
        for passage in evidence.passages:
            for number in passage.numbers:
                if number.role == "n" and number.decimals <= 0:
                    out[int(number.value)] = out.get(int(number.value), 0) + 1
            for match in _OF.finditer(passage.plain):
                value = int(match.group(1).replace(",", ""))
                out[value] = out.get(value, 0) + 1
        for sheet in evidence.sheets:
            for item in sheet.numbers:
                if item.number.role == "n" and item.number.decimals <= 0:
                    out[int(item.number.value)] = out.get(int(item.number.value), 0) + 1
            for text in (*sheet.labels, *sheet.header):
                for found in regex(r"\b[Nn]\s*=\s*(\d[\d,]{0,14})(?!\d)").finditer(text):
                    value = int(found.group(1).replace(",", ""))
                    out[value] = out.get(value, 0) + 1
        evidence.cache["counts"] = out
    found_counts: dict[int, int] = evidence.cache["counts"]
    return found_counts


_OF = regex(r"(?:\d\s?/\s?|\bof (?:the |all )?)(\d[\d,]{0,14})(?![\d.%/])")


_THINGS = regex(
    r"(\d(?<![\w=≈<>]\d)(?<![=≈<>] \d)\d{0,3})\s+(?:[A-Za-z-]+\s+){0,2}(?:personas?|sources?|bystanders?|"
    r"characters?|units?|pairs?|prompts?|completions?|answers?|samples?|items?|models?|conditions?|"
    r"arms?)\b",
    re.IGNORECASE,
)


_UNITS = regex(
    r"(\d(?<![\w=≈<>]\d)(?<![=≈<>] \d)\d{0,3})\s+(?:[A-Za-z-]+\s+){0,2}(?:personas?|sources?|bystanders?|"
    r"characters?|units?|models?|conditions?|arms?)\b",
    re.IGNORECASE,
)


def _things(evidence: Evidence, pattern: re.Pattern[str] = _THINGS) -> frozenset[int]:
    """Counts of things that the page states in words: "12 personas"."""
    key = pattern.pattern
    if key not in evidence.cache:
        texts = evidence.document.texts_with_counts()
        found = {int(m.group(1)) for text, _ in texts for m in pattern.finditer(text.text[:4000])}
        evidence.cache[key] = frozenset(found)
    known: frozenset[int] = evidence.cache[key]
    return known


def size_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Sample sizes that neither the results nor any count of the page knows."""
    counts = _counts_of_page(evidence)
    known = frozenset().union(*(d.trials for d in evidence.datasets))
    lengths = {len(s.facts) for s in evidence.page_series} | {len(s.labels) for s in evidence.sheets}
    in_records = {
        id(r.n_number)
        for r in records(evidence)
        if r.n_number is not None
        and (r.prior or (follows(r) is not None and not (r.p is not None and r.p.bound)))
        and not (not r.prior and _is_of_other_size(evidence, r))
    }  # from "all p < 0.01" no N follows
    correlated = {r.n for r in records(evidence)}
    stated = [
        (sentence, number)
        for passage in evidence.passages
        if is_claim(passage)
        for sentence in passage.sentences
        for number in sentence.numbers
        if number.role == "n" and number.decimals <= 0 and not number.bound
    ]

    sums = _sums_of_files(evidence) | sums_of_rows(evidence).keys()
    largest = max([*lengths, *_things(evidence)], default=0)

    def fine(sentence: Sentence, number: Number) -> bool:
        value = int(number.value)
        if value in known or value in lengths or counts.get(value, 0) >= 2 or value in _things(evidence):
            return True
        if _WITHOUT.search(sentence.between(sentence.start, number.start)) and _is_rest(value, known | counts.keys()):
            return True
        of = _OF_N.match(sentence.passage.plain, number.end)
        if of is not None and value * int(of[1]) in {*counts, *known, *sums}:
            return True
        if value in sums or _is_said_elsewhere(evidence, value, number):
            return True
        if value >= 5 and {value + 1, value + 2} & correlated:
            return True  # a fit without one or two
        if _is_of_all(evidence, value) or _are_of_groups(evidence, sentence, number):
            return True
        if _are_parts(sentence, number, largest):
            return True
        answers = number.label == "n" or _ANSWERS.match(sentence.between(number.end, number.end + 24)) is not None
        if not answers and evidence.triples:
            return _is_pair(value, sentence) or (
                value < largest and _SUBSET.search(_clause(sentence, number)) is not None
            )
        if value < largest and _SUBSET.search(_clause(sentence, number)):
            return True
        spoken = sentence if sentence.previous is None else sentence.previous
        factors = _factors(evidence)[number.label == "n"]
        return value in factors or _is_product(value, sentence) or _is_product(value, spoken)

    yield from _sizes_of_names(evidence, stated, known | sums)
    right = sum(fine(s, n) for s, n in stated)
    if right < max(1, 0.6 * len(stated) - 0.5):
        return
    for sentence, number in stated:
        value = int(number.value)
        if is_prior(sentence):
            continue
        if value < 2 or fine(sentence, number) or id(number) in in_records or _INFERRED.search(sentence.text):
            continue
        alike = {int(n.value) for _, n in stated if n.label == number.label} - {value}
        usual = [v for v in alike if counts.get(v, 0) >= 2 or v in lengths or _is_said_elsewhere(evidence, v, number)]
        if not evidence.datasets and not (usual if len(alike) <= 2 else any(_is_misprint(value, v) for v in usual)):
            continue  # sizes differ from thing to thing, and no table need hold them all
        if not evidence.datasets and any(v >= _FEW and value % v == 0 and value >= _FEW * v for v in counts):
            continue  # of 84 things, each with as many answers as no table says
        others = sorted(
            (v for v in counts if v != value and v > 3), key=lambda v: abs(math.log((v + 1) / (value + 1)))
        )[:3]
        nearest = ", ".join(f"{v:,}" for v in others)
        yield Clash(
            "size",
            sentence.passage.place(number.at, number.end),
            f"{number.label} = {value:,} is no sample size of the results or of the rest of the page (it "
            f"knows {nearest})",
            "state the same size everywhere",
        )


def _clause(sentence: Sentence, number: Number) -> str:
    """The words between the semicolons around a number: "the rest are dots; N = 14 towns" counts all of them."""
    before, after = sentence.between(sentence.start, number.at), sentence.between(number.end, sentence.end)
    return f"{before.rpartition(';')[2]}{number.text}{after.partition(';')[0]}"


def _is_of_other_size(evidence: Evidence, record: Record) -> bool:
    """True if both the coefficient and a p of some digits are those of known records, all of another size."""
    c, p = record.coefficient, record.p
    if c is None or p is None or len(p.text.strip("0.")) < 2 or record.unlabelled:
        return False
    same = [t for t in evidence.triples if t.p is not None and c.allows(t.coefficient.value) and p.allows(t.p.value)]
    return bool(same) and all(t.n is not None and t.n != record.n for t in same)


_FEW = 20
"""Answers of a thing, and things of a study, below which one count is a multiple of another by chance."""
_ANSWERS = regex(r"\s*(?:answers|completions|replies|responses|generations|samples|draws|questions)\b", re.IGNORECASE)
"""Behind an N: it is of answers, and of no pairs."""


def _is_of_all(evidence: Evidence, value: int) -> bool:
    """True for the answers of all things of a field, or of a group, together: so many times the trials of one."""
    if "sizes of all" not in evidence.cache:
        things = {len(s.distinct) for s in evidence.all_series if not s.role and s.fraction}
        things |= {len(g) for g in groups_of(evidence)}
        things |= {k - 1 for k in things}  # the others of each
        trials = frozenset().union(*(d.trials for d in evidence.datasets))
        trials |= {n for n, often in _counts_of_page(evidence).items() if often > 1}
        things |= {n for n in _counts_of_page(evidence) if n <= 200}
        evidence.cache["sizes of all"] = frozenset(k * n for k in things for n in trials if k > 1 and n >= 20)
    return value in evidence.cache["sizes of all"]


def _are_of_groups(evidence: Evidence, sentence: Sentence, number: Number) -> bool:
    """True for the sizes of two groups, each several times the usual one: "n = 150 and n = 100" of 50 a thing."""
    sizes = {int(x.value) for x in sentence.numbers if x.role == "n" and x.decimals <= 0}
    usual = [n for n, often in _counts_of_page(evidence).items() if often > 1 and n >= 20]
    several = len(sizes) > 1 or _GROUP.search(sentence.between(sentence.start, number.at).split(";")[-1]) is not None
    return several and any(all(v > n and v % n == 0 for v in sizes) for n in usual)


def _are_parts(sentence: Sentence, number: Number, whole: int) -> bool:
    """True for the units of groups one by one: "20% for the bakers (N = 4), 30% for the cooks (N = 6)"."""
    parts = [
        x
        for x in sentence.numbers
        if x.role == "n" and x.label == "N" and _GROUP_BEFORE.search(sentence.between(sentence.start, x.at))
    ]
    values = {int(x.value) for x in parts}
    return number in parts and len(values) == len(parts) > 1 and sum(values) <= whole


_OF_N = regex(r"\s+[a-z]+s (?:of|with) n\s*=\s*(\d{1,6})(?![\d,.])")
"""Behind a number of groups: "N = 4 lots of n = 80 each"."""
_GROUP_BEFORE = regex(r"\b(?:for|of|in|among|with|from) (?:the |its |our |these )?(?:[a-z-]+ ){0,2}[a-z-]+s\s*\(\s*$")
_GROUP = regex(
    r"\b(?:pair|trio|quartet|quintet|half|third|quarter|tercile|quartile|group|block|cluster|register|category|class)s?\b",
    re.IGNORECASE,
)


_WITHOUT = regex(r"(?<!\w)(?:w/o|without|excl(?:\.|uding)|except|minus)(?!\w)", re.IGNORECASE)


def _is_rest(value: int, known: Iterable[int]) -> bool:
    """True for some known size less one to three times another one: "w/o the cook and the clerk, N = 330"."""
    sizes = {v for v in known if v > 1}
    return any(a > value and (a - value) % k == 0 and (a - value) // k in sizes for a in sizes for k in (1, 2, 3))


_INFERRED = regex(
    r"\b(?:must (?:have|be)|presumabl\w+|apparently|infer\w*(?! from\b)|impl(?:y|ies|ied)|suggests?|"
    r"would (?:need|take|require))\b",
    re.IGNORECASE,
)
"""A size that is worked out from something is not one that was stated."""


def _is_misprint(value: int, meant: int) -> bool:
    """True if one whole number is another one with a digit more, less or changed, halved or doubled."""
    if value in (10 * meant, 2 * meant) or meant in (10 * value, 2 * value, 2 * value + 1):
        return True
    a, b = str(value), str(meant)
    return len(a) == len(b) > 1 and sum(x != y for x, y in zip(a, b, strict=True)) == 1


_WHOLE = regex(
    r"(?<![\w.,#=−–-])\d{1,3}(?:[,\u2009\u202f\u00a0 ]\d{3})+(?!\d|\.\d|%)|(?<![\w.,#])\d+(?![\d\w%]|[.,]\d)"
)


_TELLING = 20
"""A smaller whole number stands on most pages by chance."""


def _is_said_elsewhere(evidence: Evidence, value: int, number: Number) -> bool:
    """True if the page says a sample size again, or (without a file) the two numbers that it is made of.

    "90 lines per contact" explains n = 90, and with 45 contacts n = 4,050: what a page does not call n may well be one.
    """
    if "whole" not in evidence.cache:
        told: dict[int, int] = {}
        for text, scope in evidence.document.texts_with_digits():
            for match in _WHOLE.finditer(text.text[:4000]) if scope not in ("code", "quote") else ():
                found = int(regex(r"\D").sub("", match.group(0)))
                told[found] = told.get(found, 0) + 1
        sizes = {*_counts_of_page(evidence), *_things(evidence), *(len(s.labels) for s in evidence.sheets)}
        few = sorted(v for v in sizes if 2 <= v < 10_000)[:80]
        evidence.cache["whole"] = (told, frozenset(a * b for a in few for b in few))
    told, products = evidence.cache["whole"]
    made = not evidence.datasets and number.label == "n" and value in products
    return made or (value >= _TELLING and told.get(value, 0) >= 2)


_OF_EACH = regex(
    r"\s*(?:each\b|apiece\b|(?:on )?(?:each|either|every|a|per|both) (?:side|arm|condition|group|unit|model|"
    r"persona|source|voice|scheme|name)s?\b|\)|$)",
    re.IGNORECASE,
)


def _sizes_of_names(
    evidence: Evidence, stated: list[tuple[Sentence, Number]], known: frozenset[int]
) -> Iterator[Clash]:
    """ "n = 36 each" of things for all of which the files hold one other sample size, and 36 as none."""
    for sentence, number in stated:
        if number.label != "n" or is_prior(sentence):
            continue
        named = _named_behind(evidence, sentence, number)
        if _SUBSET.search(sentence.text) or not (
            named or _OF_EACH.match(sentence.between(number.end, number.end + 30))
        ):
            continue
        names = named or {m.name for m in sentence.names if m.name in evidence.page_names}
        if not names or (not named and any(n is not number and n.role == "n" for n in sentence.numbers)):
            continue
        sizes = [_trials_of(evidence, name) for name in names]
        value = int(number.value)
        if not all(len(s) == 1 for s in sizes) or len(frozenset().union(*sizes)) != 1:
            continue
        held = next(iter(sizes[0]))
        usual = not named and _counts_of_page(evidence).get(value, 0) > 1
        if value % held and value not in known and not usual:
            yield Clash(
                "size",
                sentence.passage.place(number.at, number.end),
                f"n = {value:,} is not the sample size of what the sentence names, for which the results hold {held:,}",
                "state the size that the results hold, or say whose it is",
            )


def _named_behind(evidence: Evidence, sentence: Sentence, number: Number) -> set[str]:
    """The things right behind a sample size, "n = 600 for the nurse and the judge"; empty where others may be meant."""
    after = [m for m in sentence.names if m.start >= number.end]
    if not after or not _FOR.fullmatch(sentence.between(number.end, after[0].start)):
        return set()
    out = [after[0]]
    for m in after[1:]:
        if not _AND.fullmatch(sentence.between(out[-1].end, m.start)):
            break
        out.append(m)
    names = {m.name for m in out}
    return names if names <= evidence.page_names else set()


_FOR = regex(r"\s+(?:[a-z]+ )?(?:for|of) (?:the )?[`\"'*]*")


_AND = regex(r"[`\"'*]*\s*(?:,|,?\s*and|&)\s*(?:for |of )?(?:the )?[`\"'*]*")


def _trials_of(evidence: Evidence, name: str) -> frozenset[int]:
    """The sample sizes that the results hold of a thing."""
    found = {
        int(value)
        for s, f in evidence.about.get(name, ())
        if s.origin == "data"
        and not s.role
        and (value := f.value) >= 5
        and value == int(value)
        and evidence.kind(s) == "size"
    }
    return frozenset(found)


_SUBSET = regex(
    r"\b(?:without|(?:leav|left|strik|struck)\w* (?:[\w`'’.-]+ ){0,5}out|"
    r"(?:throw|take|put|set|cast)\w* (?:\w+ )?(?:out|aside|away)|"
    r"dropp?\w*|exclud\w*|remov\w*|omit\w*|remain\w*|others|the rest|subset|except)\b",
    re.IGNORECASE,
)


def _sums_of_files(evidence: Evidence) -> frozenset[int]:
    """Totals of sample sizes over the records of a file."""
    if "size sums" not in evidence.cache:
        out = set()
        for series in evidence.data:
            facts = series.distinct if series.whole and not series.role else ()
            if len(facts) > 1 and all(f.value > 1 for f in facts):
                out.add(int(sum(f.value for f in facts)))
        evidence.cache["size sums"] = frozenset(out)
    found: frozenset[int] = evidence.cache["size sums"]
    return found


def _is_pair(value: int, sentence: Sentence) -> bool:
    """True if two counts of the passage make ``value``: sources and bystanders, for pairs."""
    found = {
        int(x.value)
        for x in sentence.passage.numbers
        if x.decimals <= 0 and 1 < x.value < 10_000 and not x.unit
        if not _OF_MODEL.search(sentence.passage.plain, max(0, x.start - 24), x.start)
    }
    found |= {v for v in spelled_numbers(sentence.passage.plain) if v > 1}
    return any(value % a == 0 and value // a in found for a in found - {value})


_OF_MODEL = regex(r"[A-Za-z][\w.-]*-$")
"""In front of the 8 of "Olive-8B" and of the 4 of "press-4"."""
_TIMES = regex(r"[×x*]\s?\d|\b(?:times|per|each|every|twice)\b", re.IGNORECASE)


def _is_product(value: int, sentence: Sentence) -> bool:
    """True if two or three counts of the sentence, in digits or words, make ``value``."""
    if value < 12 or _TIMES.search(sentence.text) is None:
        return False
    whole = (x for x in sentence.numbers if x.decimals <= 0 and (not x.unit or x.role == "fold"))
    found = {int(x.value) for x in whole if 1 < x.value < 100_000}
    found |= {v for v in spelled_numbers(sentence.text) if v > 1}
    if "twice" in sentence.text:
        found.add(2)
    few = sorted(found - {value})[:16]
    return any(a * b == value or (a < b and any(a * b * c == value for c in few)) for a in few for b in few)


_PRODUCT = regex(
    r"(\d(?<![\d,]\d)[\d,]{0,14})(?!\d)\s*(?:[a-z][\w-]*\s+){0,3}[×x]\s*(\d[\d,]{0,14})(?!\d)", re.IGNORECASE
)


def _factors(evidence: Evidence) -> tuple[frozenset[int], frozenset[int]]:
    """The products that the page writes out times its counts of things, for N; the products alone, for n."""
    if "factors of sizes" not in evidence.cache:
        evidence.cache["factors of sizes"] = _read_factors(evidence)
    found: tuple[frozenset[int], frozenset[int]] = evidence.cache["factors of sizes"]
    return found


def _read_factors(evidence: Evidence) -> tuple[frozenset[int], frozenset[int]]:
    products = set()
    for text, _ in evidence.document.texts_with_products():
        for match in _PRODUCT.finditer(text.text[:2000]):
            a, b = (int(g.replace(",", "")) for g in match.groups())
            products.add(a * b)
    small = [v for v in {*_counts_of_page(evidence), *_things(evidence)} if 2 <= v <= 500][:60]
    units = [len(s.labels) for s in evidence.sheets]
    in_panels = {int(x.value) for p in evidence.passages for x in p.numbers if x.role == "n" and x.label == "N"}
    crossed = {*units, *in_panels, *_things(evidence, _UNITS)}
    crossed_over = frozenset(
        {
            *products,
            *(p * v for p in products for v in small),
            *(v * u for v in small for u in units),
            *(a * b for a in crossed for b in crossed),
        }
    )
    return crossed_over, frozenset({*products, *(p * v for p in products for v in crossed)})
