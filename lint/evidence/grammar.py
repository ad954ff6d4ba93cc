"""The numbers of a stretch of text, each with its unit, its digits' interval, its bound and the part it plays.

Reading is one pass of one expression over the text, and a short look at what stands on either side of each hit.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import inf, isfinite
from typing import Literal, TypeAlias

from leakstats.numerals import parse_number
from leakstats.records import replace, struct

from ..regex import regex
from .word_numbers import SPELLED, WORD_NUMBERS, spells_a_number

__all__ = ["Number", "Role", "read_numbers"]

Role: TypeAlias = Literal["coefficient", "p", "n", "percent", "points", "fold", "count", "value", "index", "none"]
"""What a number is: ``index`` names a layer or an epoch, ``none`` is no claim (a version, an issue, a setting)."""

_NUMBER = regex(
    r"(?P<sign>[-+\u2212\u2013\u2010\u2011])?"
    r"(?P<body>\d{1,3}(?:[,\u2009\u202f\u00a0]\d{3})+(?![\d])(?:\.\d+)?|[1-9]\d{0,2}(?: "
    r"\d{3})+(?!\d|[.,]\d|%)|\d+(?:\.\d+)?|(?<![\w.])\.\d+)"
    r"(?P<power>[eE][-+\u2212\u2013]?\d{1,4}(?![\w])|"
    r"\s?[x×·]\s?10(?:\^(?:\{\(?[-+\u2212\u2013]?\d{1,4}\)?\}|\([-+\u2212\u2013]?\d{1,4}\)|[-+\u2212\u2013]?\d{1,4})"
    r"|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+)"
    r"|\^(?:\{\(?[-+\u2212\u2013]\d{1,4}\)?\}|\([-+\u2212\u2013]\d{1,4}\)|[-+\u2212\u2013]\d{1,4})|[⁻⁺][⁰¹²³⁴⁵⁶⁷⁸⁹]+)?"
    r"(?P<unit>\s?%(?:[- ]points?\b)?|\s?percent(?:age)?[- ]points?\b|\s?(?:percent|per cent)\b(?![- ]point)"
    r"|\s?(?:pp|p\.p\.|pts?|ppts?)(?![A-Za-z])|[ -]points?\b|[- ]?fold\b|[- ]times\b|\s?[×x](?![\w×]|\s?\d))?"
)
_BARE = regex(r"(?:\d{1,6}(?:\.\d{1,9})?|\.\d{1,9})(?P<unit>%)?")
_WORDS = regex(
    rf"\b(?<!-)(?<!hundred )(?<!hundred and )(?<!thousand )({SPELLED})"
    r"(?=(?: out)? of (?:the |all |its |these |those |our )?(?:\w+)\b"
    rf"| in (?:{SPELLED})\b"
    rf"| (?:[a-z-]+ ){{1,2}}out of (?:the |all )?(?:{SPELLED}|\d+)\b"
    rf"| (?:[a-z-]+ ){{1,2}}of (?:{SPELLED})(?:[,.;:)]|$))",
    re.IGNORECASE,
)
_WORD_POINTS = regex(rf"\b({SPELLED})[ -](?P<of>percentage[- ])?points?\b", re.IGNORECASE)
_OR_MORE = regex(r"\s+(?:or (?:more|less|fewer|better|higher)|up|down|above|below|more|less|higher|lower)\b")
_WORDS_TAIL = regex(
    r"(?:(?: (?:[a-z-]+ ){1,2}out| [a-z-]+(?: [a-z-]+)?| out)? of (?:the |all |its |these |those |our )?| in )([\w-]+)"
)

_EQ = (
    r"\s*(?:=|:|≈|~|<|>|≤|≥|≪|<=|>=|\b(?:it |that )?(?:is|was|being)\b|\bof\b|\bfrom\b|\bto\b|\bequal(?:s|ling)?\b|"
    r"\b(?:amount|com)(?:s|es|ed|ing|e)? to\b|\bst(?:ands|anding|ood) at\b)?\s*"
    r"(?:about |roughly |around )?~?\s*$"
)
_COEFFICIENT = regex(
    r"(?:(?<![\w])(?:ρ|ϱ|rho|r_?s|r|R|τ|tau|rs)(?:_\w+|\([^()]{0,30}\))?|\b(?:Spearman|Pearson|Kendall)(?:['’]s)?"
    r"(?:\s+(?:ρ|rho|r|τ|tau|correlation|coefficient|rank correlation))?"
    r"|\bcorrelat(?:ion|es|ed)(?:\s+coefficient)?(?:\s+at)?|\bcoefficients?|\bassociation(?=\s+of\b))"
    + _EQ
    + r"|(?<!\w)(?:ρ|ϱ|rho|r_?s|r)\s+(?:in|within|between)\s+(?:the\s+range\s+(?:of\s+|from\s+)?)?(?=[-−–+]?0?\.\d|$)$"
    + r"|\b(?:coefficients?|correlations?)\s+(?:with|of|for|at|on|over|against|between)\s+(?:[\w'-]+\s+){1,4}"
    + r"(?:is|was|=)\s*$"
)
_P = regex(
    r"(?<![\w])[pP](?:[- ]?val(?:ue)?s?)?\s*(?:=|<|>|≤|≥|≪|≈|~|:|<=|>=|\bof\b|\bis\b|\bwas\b|"
    r"(?:\b(?:is|are|was|were|lies|stays|falls|remains)\s+(?:well |always )?)?\b(?:below|above|under)\b)\s*$"
)
_P_BARE = regex(r"(?<![\w.'’/-])[pP][\s\u00a0\u2009\u202f]$")
"""A p without a sign behind it, "p .12"; the number must look like one."""
_N = regex(r"(?<![\w])[nN](?:_\w+)?\s*(?:=|≈|~|:|\bis\b|\bof\b)\s*~?\s*$")
_TIMES_MORE = regex(r"\s+(?:[a-z-]+\s+){1,3}[×x·]\s*\d")
"""Behind the first factor of "n is 16 riddles × 9 tries = 144"."""
_SETTING = regex(r"(?:[A-Za-zα-ωΑ-Ω_][\w.@]*=|['\"`\)]=|(?<![\w])(?:[α-γε-ωΑ-ΓΕ-ΩTk]|lr|\w+_\w+) = )[\[\(]?$")
_INDEX = regex(
    r"(?<![A-Za-z])(L|[Ll]ayers?|[Bb]locks?|[Dd]epths?|[Ee]pochs?|[Ee]p\.?|[Ss]teps?|[Cc]heckpoints?|"
    r"[Cc]kpts?|[Ss]eeds?|[Ff]igures?"
    r"|[Ff]ig\.?|[Tt]ables?|[Ss]ections?|[Rr]uns?|[Vv]ersions?|v|[Ii]ssues?|[Qq]uestions? no\.?|[Aa]ppendix|[Rr]ounds?"
    r"|[Dd]ays?|[Ww]eeks?|[Pp]ython|[Aa]ims?|[Pp]hases?|[Cc]ommits?|PR|[Tt]urns?|[Ii]terations?|"
    r"[Rr]ank|[Tt]op|temperature"
    r"|[Ss]tages?|[Cc]ategory|[Gg]roup|[Ll]evel|[Bb]in|[Vv]ariant|[Aa]rms?)[\s_-]?(?:\(|#|no\.? )?\s*$"
)
_AXIS_POINT = regex(r"\b(?:layer|epoch|step|round|checkpoint|iteration|stage|turn)-$", re.IGNORECASE)
""" "Its epoch-1 rate", and no part of a name, "GPT-2"."""
_ISSUE = regex(r"(?:#|GH-|(?<![\d\s])/|@|\$|\\)$")
_BOUND = regex(
    r"(?:(?=[≥>≤<≪~≈])|\b(?=\w))"  # so that no words are tried inside a word
    r"(?:(?P<ge>≥|>=|\bat least|\bno (?:less|fewer|lower|smaller|weaker|worse) than|\bor more than|"
    r"(?<!after )(?<!from )\ba minimum of)"
    r"|(?P<gt>(?<![-=–—])>|\b(?:more|greater|higher|larger|bigger|better) than|\bin excess of|\bupwards of|"
    r"\bnorth of|\bover|\babove|\bexceed(?:s|ed|ing)?|\bbeyond|\bpast|\btop(?:s|ped))"
    r"|(?P<le>≤|<=|\bat most|\bno (?:more|higher|greater|larger|bigger|stronger|better) than|"
    r"(?<!add )(?<!adds )(?<!added )"
    r"(?<!went )(?<!goes )(?<!gone )(?<!moves )(?<!moved )(?<!climbs )(?<!rises )(?<!rose )(?<!jumps )(?<![\d%] )"
    r"\bup to|(?<!after )(?<!from )\ba maximum of)"
    r"|(?P<lt><|≪|\b(?:less|fewer|lower|smaller|weaker) than|\bunder|\bbelow)"
    r"|(?P<ca>~|≈|\babout|\baround|\broughly|\bnearly|\balmost|\bapproximately|\bapprox\.?|\bclose to|\bmore or less|"
    r"\bgive or take|\bcall it|\bsomething like|\b(?:on|in|of) the order of|"
    r"\bin the (?:region|neighbou?rhood|vicinity) of|"
    r"\bca\.?|\bsome|\bnear|\bjust (?:over|under)|\bwell (?:over|under|above|below)))\s*[\(]?$",
    re.IGNORECASE,
)
_FROM_ENDS = regex(
    r"\bfrom\s+[-−–+]?[\d.]+\s?%?\s*(?:\([^()\d]*\)\s*|(?:for|in|at|of|with)\s[^()\d.,;:]{1,40}\s)?$", re.IGNORECASE
)
_HAS_P = regex(r"\s*[,;(]\s*[pP]\s*[=<]")
_TO_ANOTHER = regex(r"\s?(?:[–—-]|to\b)\s?[-−–+]?\.?\d")
"""Behind the first of two ends: what lies over a range is above neither."""
_LONGEST_BOUND = 32
"""Characters of "in the neighbourhood of (", and some blanks."""
_BOUND_ENDS = "≥>≤<≪=~≈."
_BOUND_WORD = regex(
    r"least|than|of|over|above|exceed(?:s|ed|ing)?|beyond|past|top(?:s|ped)|most|to|under|below|about|around|roughly|"
    r"nearly|almost|approximately|approx|less|take|it|like|ca|some|near",
    re.IGNORECASE,
)
"""What a bound ends in: a character, or a word. Few numbers have one before them, and need not be searched for it."""
_AFTER_BOUND = regex(
    r"\s*(?:percentage points |points |pp )?(?:or (?P<ge>more|above|higher|greater|better)|or "
    r"(?P<le>less|fewer|below|lower))\b"
)
_LATER_POINTS = regex(r"\s+or (?:more|less|fewer|better|higher)\s+(?:percentage[- ])?(?:points?|pp)\b")
_LEVEL_AFTER = regex(
    r"[\s-]*(?:two-sided |percentile |Wilson |bootstrap |binomial |BCa |exact |Clopper-Pearson )*"
    r"(?:CIs?\b|PIs?\b|confidence|[\w-]*interval|credible|prediction|bands?\b|HDI|error bars|coverage|"
    r"quantile|bounds?\b|limits?\b|levels?\b|significance|\(?Wilson)",
    re.IGNORECASE,
)
_LEVEL_BEFORE = regex(
    r"\b(?:Wilson|CIs?|confidence|intervals?|level|Clopper-Pearson|bootstrap|bars?)\s*[\(:,]?\s*(?:at "
    r"|of |are |with )?$",
    re.IGNORECASE,
)
_SIZE_AFTER = regex(
    r"\s?(?:[kKMBGT]?i?B\b|[BMKk]\b(?!\s?=)|GiB|GPUs?\b|[GHAV]\d{2,3}|ms\b|s\b|sec(?:onds?)?\b|"
    r"min(?:utes?)?\b|h\b|hrs?\b|hours?\b|days?\b|weeks?\b|GPU|tokens?\b|"
    r"M parameters|parameters|dollars|USD|cores?\b|bits?\b|°|g\b|kg\b|ml\b|nats?\b|dim\b|%-)"
)
_LEVELS = (1, 5, 10, 50, 66, 67, 68, 80, 83, 84, 85, 89, 90, 94, 95, 97, 97.5, 98, 99, 99.5, 99.9, 99.99)
"""Usual levels of intervals and tests; another percentage before "CI" is the estimate."""
_LEVEL_OF_RANGE = regex(r"\s?:?\s[-−+]?\d[\d.]*\s?%?\s?(?:to|,|–|—|-)\s?[-−+]?\d[\d.]*\s?%?\s?[)\],;]")
"""Behind the level in "(95% 50.2–67.5)"."""
_RANGED = regex(r"\s*(?:to|,|;|–|—|-|\.\.|…)\s*[-−+]?\.?\d")
_NEXT = regex(r"/[pPnN]\s?[=<]")
_RELATIONS = "=:≈~<>≤≥≪"
_VERSION = regex(r"[.:]\d")
_CLOCK = regex(r"\d[.:]$")
_DATE = regex(r"\d{4}-\d{2}(?:-\d{2})?")
_JOIN = regex(r"\s*(?:,|/|,?\s*(?:and|or|to|through|versus|vs\.?)|-|–|—|&|→|->|\+)\s*(?:the\s|L|ep(?:och)?s?\s)?$")


@struct
class Number:
    """A number of a text: offsets are into the visible text, values as printed ("12.3%" is 12.3)."""

    start: int
    """Offset of its first character, the sign included."""
    end: int
    """Offset behind it and its unit."""
    text: str
    value: float
    low: float
    high: float
    decimals: int
    role: Role
    bound: str = ""
    """"", "<", "<=", ">", ">=" or "~"."""
    label: str = ""
    """What named it: ``ρ``, ``N``, ``epoch``."""
    at: int = 0
    """Offset of its label, or of itself."""
    signed: bool = False
    unit: str = ""
    """As printed: "%", "pp", "x" or "". """

    def scaled(self) -> tuple[float, float]:
        """The interval its digits allow, percentages and points as fractions."""
        if self.role in ("percent", "points"):
            return self.low / 100, self.high / 100
        return self.low, self.high

    def allows(self, value: float, *, scale: float = 1.0) -> bool:
        """True if ``value`` (times ``scale``) prints as this number, ties either way; "about" widens it."""
        low, high = self.printed
        return low <= value * scale <= high

    def admits(self, value: float, *, scale: float = 1.0) -> bool:
        """True if ``value`` (times ``scale``) prints as this number, or keeps to it where it is a bound."""
        low, high = self.admitted
        return low <= value * scale <= high

    def allows_rate(self, rate: float) -> bool:
        """True if a fraction of one prints as this number, a percentage or a decimal."""
        return self.allows(rate, scale=100.0 if self.role == "percent" else 1.0)

    @property
    def digits(self) -> int:
        """How many digits it shows, without the zeros in front: three tell one rate from another, one tells little."""
        return sum(c.isdigit() for c in self.text.lstrip("+-−–.0"))

    @property
    def powered(self) -> bool:
        """It is printed with a power of ten: "5e-6"."""
        return _POWER.search(self.text) is not None

    @property
    def room(self) -> float:
        """How far "about" may be from the truth beyond its digits: a twentieth, or a step of five in its last place."""
        step = self.high - self.low
        fives = self.decimals >= 0 and round(abs(self.value) * 10**self.decimals) % 5 == 0
        return max(0.05 * abs(self.value), (2.0 if fives else 0.5) * step)

    @property
    def printed(self) -> tuple[float, float]:
        """The lowest and the highest value that prints as this number, ties either way; "about" widens it."""
        low, high = self.low, self.high
        if self.bound == "~":
            low, high = low - self.room, high + self.room
        slack = 1e-9 * max(abs(low), abs(high), 1e-300)
        return low - slack, high + slack

    @property
    def admitted(self) -> tuple[float, float]:
        """The lowest and the highest value that prints as this number, or keeps to it where it is a bound."""
        low, high = self.printed
        return -inf if self.bound in ("<", "<=") else low, inf if self.bound in (">", ">=") else high


_POWER = regex(r"[eE×^⁻]")
_NO_BRACKETS = str.maketrans("", "", "(){}^ ")


def _ascii(text: str) -> str:
    return text.replace("\u2212", "-").replace("\u2013", "-").replace("\u2010", "-").replace("\u2011", "-")


def read_numbers(text: str, hidden: tuple[tuple[int, int], ...] = ()) -> list[Number]:
    """Every number of ``text`` in order; digits inside ``hidden`` stretches (code) are left out.

    >>> [(n.role, n.value) for n in read_numbers("ρ = −0.74, p = 2.0e-55, N=12 at L20 (31%, #232)")]
    [('coefficient', -0.74), ('p', 2e-55), ('n', 12.0), ('index', 20.0), ('percent', 31.0), ('none', 232.0)]
    """
    if not hidden and (cell := _BARE.fullmatch(text)) is not None:
        return _bare(text, cell["unit"])
    out: list[Number] = []
    position, next_hidden = 0, 0
    for match in _NUMBER.finditer(text) if _DIGIT.search(text) else ():
        start, end = match.span()
        if start < position:
            continue
        while next_hidden < len(hidden) and hidden[next_hidden][1] <= start:
            next_hidden += 1
        if next_hidden < len(hidden) and hidden[next_hidden][0] < end:
            continue
        number = _read(text, match, out[-1] if out else None)
        if number is not None:
            out.append(number)
            position = number.end
    _words(text, out)
    return _inherit(text, out)


def _bare(text: str, unit: str | None) -> list[Number]:
    """The number that is all of a text, as of most cells of tables: what stands on its sides need not be asked."""
    body = text.removesuffix("%")
    parsed = _parse("", body, "")
    if parsed is None:
        return []
    value, low, high, decimals = parsed
    if unit:
        return [Number(0, len(text), body, value, low, high, decimals, "percent", unit="%")]
    role: Role = "value" if decimals > 0 else "none" if _is_year(body) else "count"
    return [Number(0, len(text), text, value, low, high, decimals, role, label="year" if role == "none" else "")]


def _read(text: str, match: re.Match[str], previous: Number | None) -> Number | None:
    start, end = match.span()
    sign, body, power, said = match.group("sign", "body", "power", "unit")
    body_at = match.start("body")
    if sign:
        before = text[start - 1] if start else " "
        if (
            before.isalnum()
            or before in "%)]_."
            or (
                sign in "\u2013"
                and before == " "
                and previous is not None
                and text[previous.end : start].strip() == ""
                and previous.end >= start - 1
            )
        ):
            # a hyphen or a range's dash, not a sign
            glued = (before.isalpha() or before == "_") and not _AXIS_POINT.search(text[max(0, start - 12) : body_at])
            sign, start = "", body_at
            if glued:
                return _plain(text, match, start, "none")
    raw = text[body_at : match.end("power") if power else match.end("body")]
    parsed = _parse(sign or "", body, power or "")
    if parsed is None:
        return None
    value, low, high, decimals = parsed
    unit = said.strip(" -\u2009\u202f\u00a0") if said else ""
    before = text[max(0, start - 40) : start]
    after = text[end : end + 40]
    role, label, at = _role(before, after, body, unit, decimals, previous, text, start)
    if before[-1:].isalpha() and role != "index":
        role = "none"
    if said is None and after[:1].isalpha() and role != "index":
        role = "none"
    bound = _bound(text[max(0, at - 30) : at], before, role, label, after)
    kind = "%" if role == "percent" else "pp" if role == "points" else "x" if role == "fold" else ""
    return Number(start, end, (sign or "") + raw, value, low, high, decimals, role, bound, label, at, bool(sign), kind)


def _plain(text: str, match: re.Match[str], start: int, role: Role) -> Number | None:
    parsed = _parse("", match["body"], match["power"] or "")
    if parsed is None:
        return None
    value, low, high, decimals = parsed
    return Number(start, match.end(), text[start : match.end()], value, low, high, decimals, role, at=start)


@lru_cache(maxsize=4096)  # tables and sentences print the same numbers
def _parse(sign: str, body: str, power: str) -> tuple[float, float, float, int] | None:
    if len(body) > 60:
        return None
    bare_power = body == "10" and power[:1] in ("^", "⁻", "⁺")
    if bare_power:
        body, power = "1", "x10" + power
    elif power[:1] in ("^", "⁻", "⁺"):
        return None
    power = _ascii(power).translate(_NO_BRACKETS)
    spelled = (
        ("-" if sign and _ascii(sign) == "-" else "")
        + body.replace("\u2009", ",").replace("\u202f", ",").replace("\u00a0", ",").replace(" ", ",")
        + power
    )
    printed = parse_number(spelled)
    if printed is None or not (isfinite(printed.low) and isfinite(printed.high)):
        return None  # "1e999" is beyond every quantity
    if bare_power:  # a bound, and exact
        return printed.value, printed.value, printed.value, printed.decimals
    return printed.value, printed.low, printed.high, printed.decimals


_SAYS_P = ("of", "is", "was", "below", "above", "under")
"""The words behind which p has its value, where no sign says so."""
_LONGEST_INDEX = 24
"""Characters of "checkpoints no. (" in front of a number, and some blanks."""
_ENDS_OF_NAME = (")", "_")
_ENDS_OF_ISSUE = ("#", "-", "/", "@", "$", "\\")
_COLONS = (".", ":")
_NO_UNIT = ("", ",", ".", ";", ")", ":")
"""Behind a number: no unit of a size follows."""


def _role(
    before: str, after: str, body: str, unit: str, decimals: int, previous: Number | None, text: str, start: int
) -> tuple[Role, str, int]:
    # Most numbers are neither of these; a look at what stands right in front saves the search through all of it.
    mark = before.rstrip()[-1:]
    named = mark.isalpha() or mark in _RELATIONS
    left, right = before[-1:], after[:1]
    if (left in _ENDS_OF_ISSUE and _ISSUE.search(before[-4:])) or (
        right in ("/", "@") and after[1:2].isalpha() and not _NEXT.match(after)
    ):
        return "none", "", start
    if (
        (right in _COLONS and _VERSION.match(after))
        or (left in _COLONS and _CLOCK.search(before[-3:]))
        or ((body + after)[4:5] == "-" and _DATE.match(body + after))
        or (left == "-" and len(body) == 2 and regex(r"\d{4}-(?:\d\d-)?$").search(before))
    ):
        return "none", "", start  # a version, a time, a date
    spoken = before.rstrip().endswith(_SAYS_P) if mark.isalpha() else named
    if spoken and (hit := _P.search(before)) is not None:
        return "p", "p", start - len(before) + hit.start()
    if named and not unit and _P_BARE.search(before[-3:]) and (body == "0" or _is_small(body, decimals)):
        return "p", "p", start - 2
    if (
        named
        and (hit := _N.search(before)) is not None
        and unit in ("", "point", "points")
        and not _TIMES_MORE.match(after)
    ):
        return "n", before[hit.start()], start - len(before) + hit.start()
    if not unit and "or " in after and _LATER_POINTS.match(after):
        return "points", "", start
    if unit in ("%", "percent", "per cent"):
        end = (previous is not None and previous.label == "level") or _RANGED.match(after)  # of an interval
        levelled = (
            _LEVEL_AFTER.match(after)
            or (not end and _LEVEL_BEFORE.search(before))
            or (before[-1:] in "([" and _LEVEL_OF_RANGE.match(after))
        )
        if levelled and _size(body) in _LEVELS:
            return "none", "level", start
        return "percent", "", start
    if unit in ("pp", "p.p.", "pt", "pts", "ppt", "ppts") or "point" in unit:
        return "points", "", start
    if unit in ("fold", "times", "×", "x"):
        if unit == "×" and regex(r"\s?[A-Z]\w*\d").match(after):
            return "none", "", start
        return "fold", "", start
    if (
        (decimals > 0 or body in ("0", "1"))
        and (named or mark in _ENDS_OF_NAME or mark.isdigit())
        and (hit := _COEFFICIENT.search(before)) is not None
    ):
        return "coefficient", _coefficient_name(hit.group(0)), start - len(before) + hit.start()
    if "=" in before[-4:] and _SETTING.search(before):
        hit = regex(r"[A-Za-z_α-ωΑ-Ω]+(?=\s?=\s?[\[\(]?$)").search(before)
        name = hit.group(0) if hit else ""
        if name.lower() in ("cos", "cosine", "sim", "similarity", "mean", "median", "rate", "share", "k"):
            return ("count" if decimals <= 0 else "value"), name, start - len(before) + hit.start() if hit else start
        return "none", "setting", start
    if (
        decimals <= 0
        and (hit := _INDEX.search(before, max(0, len(before) - _LONGEST_INDEX))) is not None
        and not regex(r"\s*(?:(?:out of|of|/)\s|/\d)").match(after)
    ):
        return "index", _index_word(hit.group(1)), start - len(before) + hit.start()
    if previous is not None and previous.role == "index" and decimals <= 0:
        between = text[previous.end : start]
        if len(between) < 12 and _JOIN.match(between):
            return "index", previous.label, start
    if right not in _NO_UNIT and _SIZE_AFTER.match(after):
        return "none", "size", start
    if decimals <= 0:
        year = _is_year(body) and not (_OF_WHOLE.match(after) or _WHOLE_OF.search(before[-20:]))
        return ("none", "year", start) if year else ("count", "", start)
    return "value", "", start


def _is_year(body: str) -> bool:
    return len(body) == 4 and body[:2] in ("19", "20")


def _size(body: str) -> float:
    """What written digits are, whatever parts their thousands: a comma, or one of the narrow spaces."""
    return float(_NO_DIGIT.sub("", body) or 0)


_DIGIT = regex(r"\d")
_NO_DIGIT = regex(r"[^\d.]")


def _is_small(body: str, decimals: int) -> bool:
    """True for a decimal below 1 and for a number with a negative power."""
    return decimals >= 3 or (decimals > 0 and _size(body) < 1)


_OF_WHOLE = regex(r"\s*(?:/|(?:out )?of(?: the| all| its| these)?)\s*\d")
_WHOLE_OF = regex(r"\d\s*(?:/|(?:out )?of(?: the| all| its| these)?)\s*$")
"""Around "1903 of 3200", which is no year."""


def _coefficient_name(label: str) -> str:
    low = label.lower()
    if low.startswith(("ρ", "ϱ", "rho", "r_s", "rs", "spearman")) or "ρ" in low or "rho" in low:
        return "ρ"
    if low.startswith(("τ", "tau", "kendall")):
        return "τ"
    return "r" if low.startswith(("r", "pearson")) else "correlation"


def _index_word(word: str) -> str:
    low = word.lower().rstrip("s.")
    return {"l": "layer", "block": "layer", "depth": "layer", "ep": "epoch", "ckpt": "checkpoint"}.get(low, low)


def _bound(lead: str, before: str, role: Role, label: str, after: str) -> str:
    """The comparison in front of a number, or behind its name ("p < 0.05", "ρ ≥ 0.75")."""
    if label and role in ("p", "coefficient", "n"):
        tail = before[-4:]
        for mark, name in (
            ("<=", "<="),
            (">=", ">="),
            ("≤", "<="),
            ("≥", ">="),
            ("≪", "<"),
            ("<", "<"),
            (">", ">"),
            ("≈", "~"),
            ("~", "~"),
        ):
            if mark in tail:
                return name
        if role == "p" and regex(r"\b(?:below|under)\s*$").search(before):
            return "<"
        if role == "p" and regex(r"\babove\s*$").search(before):
            return ">"
        lead = lead if role != "p" else ""
    front = before if not label else lead
    last = front.rstrip().rstrip("(").rstrip().rpartition(" ")[2]
    ends = _BOUND_WORD.fullmatch(last) if last.isalpha() else last[-1:].isalpha() or last[-1:] in _BOUND_ENDS
    hit = _BOUND.search(front, max(0, len(front) - _LONGEST_BOUND)) if ends and front else None
    if hit is not None and last == "to" and _FROM_ENDS.search(front, 0, hit.start()):
        return ""  # "from 0.56 (the nun) up to"
    if hit is not None and last == "to" and role == "coefficient" and _HAS_P.match(after):
        return ""  # "it extends up to ρ = 0.87, p = 1e-30": what has a p is no bound
    if hit is not None and last.lower() == "over" and (label or _TO_ANOTHER.match(after)):
        return ""  # "they extend over 0.59–0.77", "all we have, over n = 40"
    if hit is not None:
        return {"ge": ">=", "gt": ">", "le": "<=", "lt": "<", "ca": "~"}[hit.lastgroup or "ca"]
    later = _AFTER_BOUND.match(after) if "or " in after else None
    if later is not None:
        return ">=" if later["ge"] else "<="
    return ""


def _words(text: str, out: list[Number]) -> None:
    """Counts that are spelled out: "four of seven"."""
    if not spells_a_number(text):
        return
    found = []
    for match in _WORDS.finditer(text):
        tail = _WORDS_TAIL.match(text[match.end() : match.end() + 40])
        value = WORD_NUMBERS[match.group(1).lower()]
        found.append((match.start(), match.end(), value))
        if tail is not None and tail.group(1).lower() in WORD_NUMBERS:
            found.append((match.end() + tail.start(1), match.end() + tail.end(1), WORD_NUMBERS[tail.group(1).lower()]))
    points = []
    for match in _WORD_POINTS.finditer(text):
        start, end = match.span()
        before, after = text[max(0, start - 30) : start], text[end : end + 40]
        bound = _bound("", before, "points", "", after)
        if match["of"] or bound or _OR_MORE.match(after):  # "nine points" may be points in time
            size = float(WORD_NUMBERS[match.group(1).lower()])
            points.append(Number(start, end, match.group(1), size, size, size, 0, "points", bound, at=start, unit="pp"))
    out += points
    for start, end, value in found:
        out.append(Number(start, end, text[start:end], value, value, value, 0, "count", at=start))
    if found or points:
        out.sort(key=lambda n: n.start)


_LIST = regex(r"\s*(?:,|,?\s*(?:and|or|to|versus|vs\.?)|-|–|—|/|→|->|=>|⟶|➔|±|…|\.{2,3}|\s)\s*$")


_PART_OF = regex(
    rf"(?:\d|\bout|\b{SPELLED})\s*(?:\bof|/)\s*(?:the |all |its |these |those )*$",
    re.IGNORECASE,
)


_MULTIPLIER = regex(
    r"\b(?:(?:multipl|divid)\w+\s+(?:[\w-]+\s+){0,2}by|factors?\s+of)\s+(?:about\s+|roughly\s+|some\s+|nearly\s+)?$",
    re.IGNORECASE,
)
""" "Multiplies it by 1.6 and 20% …": a factor, which has no unit of its own to share."""


def _inherit(text: str, numbers: list[Number]) -> list[Number]:
    """Give "0→73.2%", "15.8–32.2%" and "31, 32 and 67%" their common unit."""
    if len(numbers) < 2:
        return numbers
    for i in range(len(numbers) - 2, -1, -1):
        here, after = numbers[i], numbers[i + 1]
        if here.role in ("count", "value") and after.role in ("percent", "points") and not here.label:
            between = text[here.end : after.start]
            comma = "," in between and (after.signed or after.role == "points" or here.decimals != after.decimals)
            fraction = here.value < 1 and here.decimals > after.decimals  # "0.118 and 53.8%" are of two scales
            if (
                not fraction
                and 0 < len(between) <= 6
                and between.strip()
                and _LIST.match(between)
                and not comma
                and not _PART_OF.search(text, max(0, here.start - 24), here.start)  # "12 of 100, 12%"
                and not _MULTIPLIER.search(text, max(0, here.start - 48), here.start)
            ):
                numbers[i] = replace(here, role=after.role, unit=after.unit)
    if any(n.role == "points" for n in numbers[:-1]):
        _carry_points(text, numbers)
    for i in range(1, len(numbers)):
        here, before = numbers[i], numbers[i - 1]
        if here.role == "value" and before.role == "coefficient" and not here.label:
            between = text[before.end : here.start]
            if 0 < len(between) <= 6 and _LIST.match(between):
                numbers[i] = replace(here, role="coefficient", label=before.label)
    return numbers


_GOES_ON = regex(
    r"[^.;:()]*(?:\([^()]*\)[^.;:()]*)?(?:,|\band|\bto)\s+(?:(?:is|are|was|were|only|just|about|almost|nearly|by)\s+)*"
)
_GOES_BACK = regex(
    r"\s*(?:(?:for|in|at|by|once|after|under|with|on|apart|between|now|behind|ahead)\b|[,;)]|\.(?!\d)|$)"
)


def _carry_points(text: str, numbers: list[Number]) -> None:
    """Give "34.4 points apart in May and 38.2 in June" the unit that its second number leaves out."""
    last: Number | None = None
    for i, here in enumerate(numbers):
        if here.role == "points":
            last = here
        elif here.role not in ("n", "index", "none"):
            alike = last is not None and here.role == "value" and here.decimals == last.decimals > 0
            if not alike or last is None or here.label or here.signed or here.bound:
                last = None
            elif (
                here.start - last.end <= _NEAR
                and _GOES_ON.fullmatch(text, last.end, here.start)
                and _GOES_BACK.match(text, here.end)
            ):
                numbers[i] = last = replace(here, role="points", unit=last.unit)
            else:
                last = None


_NEAR = 80
"""Characters between two differences of one statement."""
