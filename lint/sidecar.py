"""What we printed on a page and from what: the sidecar of a rendered page, found again on the page as it is now.

The sidecar lists every value that the renderer printed, with the words around it. Authors edit pages, so a value is
looked up by its own text and by its neighbourhood, in page order; what stands there now is then compared with what
was printed and, where analysis.json is at hand, with what would be printed today.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from leakstats.errors import LeakstatsError
from leakstats.files import read_json
from leakstats.numerals import normalise
from leakstats.records import struct
from leakstats.template import VersionLine

from .finding import Edit
from .source import Place, Source

if TYPE_CHECKING:
    from leakstats.analysis.document import AnalysisDocument

from .regex import regex

__all__ = ["Difference", "Grounding", "NotFound", "Sidecar", "Span", "Value", "find_values", "load_grounding"]

SCHEMA = "provenance.v1"
_MOST_BYTES = 64 * 1024 * 1024


class NotFound(LeakstatsError):
    """A file that would ground the page is missing or unusable; the checks that need it are not run."""


@struct
class Span:
    """One thing that the renderer printed from the analysis."""

    section: str
    function: str
    args: tuple[Any, ...]
    kwargs: Mapping[str, Any]
    expression: str
    text: str
    before: str
    after: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Span:
        texts = {name: data[name] for name in ("section", "function", "expression", "text", "before", "after")}
        if not all(isinstance(value, str) for value in texts.values()):
            raise TypeError("a span holds text")
        return cls(**texts, args=tuple(data["args"]), kwargs=dict(data["kwargs"]))


@struct
class Sidecar:
    """A page's provenance file."""

    path: Path
    analysis_path: Path
    analysis_sha256: str
    spans: tuple[Span, ...]

    @classmethod
    def load(cls, path: Path) -> Sidecar:
        """Read a sidecar.

        Raises
        ------
        NotFound
            If it is missing, unreadable or no provenance.v1 file.
        """
        try:
            if path.stat().st_size > _MOST_BYTES:
                raise NotFound(f"{path}: larger than {_MOST_BYTES // 1024**2} MiB, so no sidecar of ours")
            raw = read_json(path)
        except OSError as error:
            raise NotFound(f"{path}: cannot be read: {error.strerror}") from None
        except NotFound:
            raise
        except LeakstatsError as error:
            raise NotFound(str(error).replace("\n", "; ")) from None
        if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
            said = raw.get("schema") if isinstance(raw, dict) else None
            raise NotFound(f"{path}: its schema is {said!r}; this version reads {SCHEMA}")
        try:
            spans = sorted(raw["spans"], key=lambda s: s["order"])
            analysis = raw["analysis"]
            return cls(
                path,
                path.parent / analysis["path"],
                str(analysis["sha256"]),
                tuple(Span.from_json(s) for s in spans),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise NotFound(f"{path}: not a complete {SCHEMA} file ({type(error).__name__}: {error})") from None


@struct
class Difference:
    """A stretch of a value that does not say what it should."""

    start: int
    """Offset in the page."""
    end: int
    shown: str
    wanted: str
    numeric: bool
    """Numbers differ; otherwise only words do."""

    @property
    def said(self) -> str:
        """What stands there, for a message."""
        return f"'{self.shown}'" if self.shown else "nothing"

    @property
    def meant(self) -> str:
        """What should stand there, for a message."""
        return f"'{self.wanted}'" if self.wanted else "nothing"

    @property
    def edits(self) -> tuple[Edit, ...]:
        """What restores it; nothing where something came or went, and the words around it may have to change too."""
        plain = self.shown and self.wanted and "\n" not in self.shown + self.wanted
        return (Edit(self.start, self.end, self.wanted),) if plain else ()


@struct
class Value:
    """A printed value as it stands on the page now."""

    span: Span
    start: int | None
    """Offset in the page; ``None`` where it is no longer found."""
    end: int
    shown: str
    fresh: str | None
    """What the analysis would print today; ``None`` without an analysis."""
    problem: str = ""
    """Why the analysis can no longer print it."""

    @property
    def confirmed(self) -> bool:
        """True if the page shows what the analysis says today."""
        return self.start is not None and self.fresh is not None and _same(self.shown, self.fresh)

    @property
    def edited(self) -> bool:
        """True if the page no longer shows what was printed (nor what would be printed today)."""
        return self.start is not None and not self.confirmed and not _same(self.shown, self.span.text)

    @property
    def untouched(self) -> bool:
        """True if the analysis confirms it, or if it stands as printed and there is no analysis to ask."""
        return self.confirmed or (self.start is not None and self.fresh is None and not self.edited)

    def differences(self) -> Iterator[Difference]:
        """Where the page differs from what it should show."""
        if self.start is not None:
            yield from _differences(self.shown, self.span.text if self.fresh is None else self.fresh, self.start)


@struct(slots=False)
class Grounding:
    """A rendered page's values against its analysis."""

    sidecar: Sidecar
    analysis: AnalysisDocument | None
    analysis_problem: str
    """Why there is no analysis; "" where there is one."""
    values: tuple[Value, ...]

    def edits(self) -> Iterator[tuple[Value, Difference]]:
        """What was changed by hand, with the value in which it stands."""
        for value in self.values:
            if value.edited:
                yield from ((value, difference) for difference in value.differences())


def load_grounding(
    source: Source, line: VersionLine | None, *, page: Path | None, root: Path | None, analysis: Path | None
) -> Grounding:
    """The sidecar of a page with its analysis.

    The sidecar is ``STEM.provenance.json`` beside the page, or the file that the page's first line names, looked for
    from the page's folder and from ``root``. ``analysis`` takes the place of the file that the sidecar names.

    Raises
    ------
    NotFound
        If there is no usable sidecar; the message says where it was looked for.
    """
    sidecar = Sidecar.load(_sidecar_path(line, page, root))
    path = analysis if analysis is not None else sidecar.analysis_path
    document, problem = None, ""
    try:
        from leakstats.analysis.document import AnalysisDocument  # late: only a rendered page has an analysis

        document = AnalysisDocument.load(path, check=False)
    except LeakstatsError as error:
        problem = str(error).replace("\n", "; ")
    return Grounding(sidecar, document, problem, tuple(find_values(source.text, sidecar.spans, _printer(document))))


def _sidecar_path(line: VersionLine | None, page: Path | None, root: Path | None) -> Path:
    tried: list[Path] = []
    if page is not None:
        tried.append(page.with_name(page.stem + ".provenance.json"))
    if line is not None and line.provenance:
        folders = [page.parent] if page is not None else []
        folders += [root] if root is not None else []
        for folder in folders:
            path = folder / line.provenance
            # A page may be hostile: its first line reaches no file outside the folders that the user named.
            if path.resolve().is_relative_to(folder.resolve()):
                tried.append(path)
    for path in tried:
        if path.is_file():
            return path
    if not tried:
        raise NotFound("the page names no sidecar in its first line and is no file beside which one could stand")
    names = list(dict.fromkeys(map(str, tried)))
    verb = "do" if len(names) > 1 else "does"
    raise NotFound(f"no sidecar: {' and '.join(names)} {verb} not exist; the page was not rendered here")


def _printer(analysis: AnalysisDocument | None) -> Callable[[Span], tuple[str | None, str]]:
    """What a span would print today, and why it cannot."""
    if analysis is None:
        return lambda span: (None, "")
    from leakstats.phrases import evaluate  # late: only a rendered page needs it

    def fresh(span: Span) -> tuple[str | None, str]:
        try:
            return evaluate(analysis, span.function, list(span.args), dict(span.kwargs)), ""
        except LeakstatsError as error:
            return None, str(error).replace("\n", "; ")

    return fresh


# -- finding values again ---------------------------------------------------------------------------------------------

_ANCHORS = (60, 40, 25, 15, 9, 5, 3, 2)
_LONGEST_ANCHOR = _ANCHORS[0]
_ENOUGH = 8
"""Characters of the neighbourhood that must still be there."""
_TOKEN = regex(r"[−+-]?\d+(?:[.,]\d+)*(?:e[−+-]?\d+)?|\w+|[^\w\s]", re.IGNORECASE)


def find_values(page: str, spans: tuple[Span, ...], fresh: Callable[[Span], tuple[str | None, str]]) -> Iterator[Value]:
    """Each span as it stands on ``page``, in order; a span that cannot be found has no start."""
    cursor, previous = 0, None
    for span in spans:
        printed, problem = fresh(span)
        stretch = _locate(page, span, cursor, previous)
        if stretch is None and cursor:
            stretch = _moved(page, span)
        if stretch is None:
            previous = None
            yield Value(span, None, 0, "", printed, problem)
            continue
        start, end = stretch
        yield Value(span, start, end, page[start:end], printed, problem)
        if end >= cursor:
            cursor, previous = end, span


def _verbatim(page: str, span: Span, begin: int) -> tuple[int, int] | None:
    """Where ``span`` stands with its whole neighbourhood."""
    at = page.find(span.before + span.text + span.after, begin)
    return None if at < 0 else (at + len(span.before), at + len(span.before) + len(span.text))


def _locate(page: str, span: Span, cursor: int, previous: Span | None) -> tuple[int, int] | None:
    """Where ``span`` stands in ``page`` from ``cursor`` on; ``previous`` is the span that ends there."""
    whole = _verbatim(page, span, max(cursor - len(span.before), 0))
    if whole is not None:
        return whole
    expected = _expected_start(page, span, cursor, previous)
    best: tuple[int, int] | None = None
    best_score = _ENOUGH - 1
    candidates = (_by_text(page, span, cursor, expected), _by_anchors(page, span, cursor, expected))
    for start, end, score in (c for found in candidates for c in found):
        if score > best_score:
            best, best_score = (start, end), score
    return best


def _moved(page: str, span: Span) -> tuple[int, int] | None:
    """Where ``span`` stands anywhere on the page, with more of its neighbourhood than chance would give."""
    hits = [(score, start, end) for start, end, score in _by_text(page, span, 0, None) if score >= 2 * _ENOUGH]
    return max(hits)[1:] if hits else None


def _expected_start(page: str, span: Span, cursor: int, previous: Span | None) -> int | None:
    """Where ``span`` begins if what stood between it and the span before it is still there."""
    if previous is None:
        return None
    at = span.before.rfind(previous.text)
    if at >= 0:
        gap = span.before[at + len(previous.text) :]
    else:  # a long span reaches over the recorded neighbourhood
        overlap = _overlap(previous.text, span.before)
        if not overlap:
            return None
        gap = span.before[overlap:]
    return cursor + len(gap) if page.startswith(gap, cursor) else None


def _overlap(left: str, right: str) -> int:
    """Length of the longest end of ``left`` that begins ``right``."""
    for length in range(min(len(left), len(right)), 0, -1):
        if right.startswith(left[-length:]):
            return length
    return 0


def _by_text(page: str, span: Span, cursor: int, expected: int | None) -> Iterator[tuple[int, int, int]]:
    """Occurrences of the printed text, scored by how much of their neighbourhood is the recorded one.

    A bare number occurs often; without its neighbourhood it is another one.
    """
    at = cursor - 1
    for _ in range(200):
        at = page.find(span.text, at + 1) if span.text else -1
        if at < 0:
            return
        end = at + len(span.text)
        if not _glued(page, at, end):
            left = _LONGEST_ANCHOR if at == expected else _common_suffix(page, at, span.before)
            yield at, end, left + _common_prefix(page, end, span.after)


def _by_anchors(page: str, span: Span, cursor: int, expected: int | None) -> Iterator[tuple[int, int, int]]:
    """What stands between recorded neighbours: scored by their length, less for another length than the printed one."""
    starts = {} if expected is None else {expected: _LONGEST_ANCHOR}
    for anchor in _ANCHORS:
        before = span.before[-anchor:]
        at = page.find(before, max(cursor - len(before), 0)) if before else -1
        if at >= 0:
            starts.setdefault(at + len(before), len(before))
    room = 2 * len(span.text) + 60
    for start, left in starts.items():
        if not span.after.strip():  # it ended the page, and perhaps still does
            end = len(page.rstrip())
            yield start, end, left - 2 * abs(end - start - len(span.text))
        for anchor in _ANCHORS:
            after = span.after[:anchor]
            end = page.find(after, start, start + room + len(after)) if after else -1
            if end >= start:
                yield start, end, left + len(after) - 2 * abs(end - start - len(span.text))


def _glued(page: str, start: int, end: int) -> bool:
    """True if the stretch is part of a longer number or word."""
    left, right = page[start - 1 : start], page[end : end + 1]
    inside_left = left.isalnum() and page[start].isalnum()
    inside_right = right.isalnum() and page[end - 1].isalnum()
    decimal = left == "." and page[start].isdigit() and page[start - 2 : start - 1].isdigit()
    decimal |= right == "." and page[end - 1].isdigit() and page[end + 1 : end + 2].isdigit()
    return inside_left or inside_right or decimal


def _common_suffix(page: str, end: int, text: str) -> int:
    count = 0
    while count < len(text) and count < end and page[end - 1 - count] == text[-1 - count]:
        count += 1
    return count


def _common_prefix(page: str, start: int, text: str) -> int:
    count = 0
    while count < len(text) and start + count < len(page) and page[start + count] == text[count]:
        count += 1
    return count


# -- comparing --------------------------------------------------------------------------------------------------------


def _plain(token: str) -> str:
    return normalise(token).casefold()


def _same(shown: str, wanted: str) -> bool:
    """True if both say the same, spacing and typography aside."""
    return shown == wanted or "".join(_plain(shown).split()) == "".join(_plain(wanted).split())


_MOST_TOKENS = 600


def _differences(shown: str, wanted: str, at: int) -> Iterator[Difference]:
    """The differing stretches of ``shown``, which stands at the page offset ``at``, token by token."""
    mine, theirs = list(_TOKEN.finditer(shown)), list(_TOKEN.finditer(wanted))
    a, b = [_plain(t[0]) for t in mine], [_plain(t[0]) for t in theirs]
    first = 0
    while first < min(len(a), len(b)) and a[first] == b[first]:
        first += 1
    last = 0
    while last < min(len(a), len(b)) - first and a[-1 - last] == b[-1 - last]:
        last += 1
    end_a, end_b = len(a) - last, len(b) - last
    if max(end_a, end_b) - first > _MOST_TOKENS:
        changes = [(0, end_a - first, 0, end_b - first)]
    else:
        from difflib import SequenceMatcher  # late, as above

        matcher = SequenceMatcher(None, a[first:end_a], b[first:end_b], autojunk=False)
        changes = [change for kind, *change in matcher.get_opcodes() if kind != "equal"]  # type: ignore[misc]
    for i, j, k, m in changes:
        i, j, k, m = i + first, j + first, k + first, m + first
        if j - i == m - k:  # token for token, each at its own place
            pairs = [(n, n + 1, k + n - i, k + n - i + 1) for n in range(i, j)]
        else:
            pairs = [(i, j, k, m)]
        for p, q, r, s in pairs:
            if a[p:q] == b[r:s]:
                continue
            start = mine[p].start() if p < len(mine) else len(shown)
            end = mine[q - 1].end() if q > p else start
            said, meant = shown[start:end], wanted[theirs[r].start() : theirs[s - 1].end()] if s > r else ""
            numeric = any(c.isdigit() for c in said + meant)
            yield Difference(at + start, at + max(end, start), said, meant, numeric)


def place_of(source: Source, start: int, end: int) -> Place:
    """The place of a stretch of the page, at least one character wide."""
    return source.place(start, max(end, start + 1))
