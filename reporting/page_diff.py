"""Compares two rendered pages sentence by sentence and says why each change came about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from leakstats.errors import LeakstatsError
from leakstats.files import read_json, read_text

from .sidecar import SCHEMA

__all__ = ["Change", "compare", "pages_that_build_on"]

_SENTENCE = re.compile(r"(?:(?<=[.!?])|(?<=[.!?]\*)|(?<=[.!?]\*\*))\s+(?=[A-Z*\[(])")


@dataclass(frozen=True, slots=True)
class Change:
    """One sentence (or table row) that differs; an absent side is ""."""

    line: int
    """Where it stands on the newer page, or stood on the older one."""
    old: str
    new: str
    why: tuple[str, ...]

    def __str__(self) -> str:
        lines = [f"line {self.line}:"]
        lines += [f"  - {self.old}"] if self.old else []
        lines += [f"  + {self.new}"] if self.new else []
        return "\n".join([*lines, *(f"    {reason}" for reason in self.why)])


@dataclass(frozen=True, slots=True)
class _Sentence:
    text: str
    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Page:
    sentences: tuple[_Sentence, ...]
    spans: tuple[tuple[int, int, Mapping[str, Any]], ...]

    def said_in(self, sentences: Sequence[_Sentence]) -> list[Mapping[str, Any]]:
        """The printed pieces that stand in (or around) the sentences."""
        return [s for a, b, s in self.spans if any(a < q.end and q.start < b for q in sentences)]


def compare(old: Path, new: Path) -> list[Change]:
    """The sentences that changed, in the order of the newer page.

    Raises
    ------
    LeakstatsError
        If a page or its provenance is missing or unreadable.
    """
    before, after = _read(old), _read(new)
    texts = [s.text for s in before.sentences], [s.text for s in after.sentences]
    out = []
    for tag, a, b, c, d in SequenceMatcher(None, *texts, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        left, right = before.sentences[a:b], after.sentences[c:d]
        if len(left) == len(right):
            out += [_change(before, after, [x], [y]) for x, y in zip(left, right, strict=True)]
        else:
            out.append(_change(before, after, left, right))
    return out


def _change(before: _Page, after: _Page, old: Sequence[_Sentence], new: Sequence[_Sentence]) -> Change:
    line = (new or old)[0].line
    said, says = before.said_in(old), after.said_in(new)
    return Change(line, " ".join(s.text for s in old), " ".join(s.text for s in new), tuple(_reasons(said, says)))


def _reasons(said: Sequence[Mapping[str, Any]], says: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Which expressions print something else now; what is left is the author's or the template's own change."""
    earlier: dict[str, list[str]] = {}
    for span in said:
        earlier.setdefault(_call(span), []).append(span["text"])
    found = False
    for span in says:
        texts = earlier.get(_call(span))
        if texts and span["text"] not in texts:
            found = True
            if "\n" in span["text"]:
                yield f"{_name(span)} prints other values"
            else:
                yield f"{_name(span)} printed {_short(texts[0])}, prints {_short(span['text'])}"
    gone = {_call(s): s for s in said}.keys() - {_call(s) for s in says}
    if gone or not found:
        yield "the words around the numbers changed"


def _call(span: Mapping[str, Any]) -> str:
    kwargs = {k: v for k, v in span["kwargs"].items() if k != "base"}
    return f"{span['function']}{span['args']}{sorted(kwargs.items())}"


def _name(span: Mapping[str, Any]) -> str:
    expression = str(span["expression"])
    return expression if not expression.startswith("template:") else f"{span['function']} of {span['section']}"


def _short(text: str) -> str:
    text = " ".join(text.split())
    return repr(text if len(text) <= 80 else f"{text[:79]}…")


def _read(path: Path) -> _Page:
    text = read_text(path)
    sidecar = path.with_name(f"{path.stem}.provenance.json")
    if not sidecar.is_file():
        raise LeakstatsError(
            f"{path}: its provenance {sidecar.name} is not beside it; only rendered pages are compared"
        )
    raw = read_json(sidecar)
    if not isinstance(raw, dict) or raw.get("schema") != SCHEMA:
        raise LeakstatsError(f"{sidecar}: is no {SCHEMA} file")
    spans = []
    position = 0
    for span in raw["spans"]:
        # The page may have been edited since; a piece that is no longer there explains nothing.
        start = text.find(span["text"], position) if span["text"] else -1
        if start >= 0:
            spans.append((start, start + len(span["text"]), span))
            position = start
    return _Page(tuple(_sentences(text)), tuple(spans))


def _sentences(text: str) -> Iterator[_Sentence]:
    position = 0
    for number, line in enumerate(text.split("\n"), 1):
        start = position
        whole = line.startswith(("|", "<!--", "!", "`", "#"))
        for part in [line] if whole else _SENTENCE.split(line):
            at = text.index(part, start) if part else start
            if part.strip() and not part.startswith("<!-- "):
                yield _Sentence(part.strip(), number, at, at + len(part))
            start = at + len(part)
        position += len(line) + 1


def pages_that_build_on(page: Path, folder: Path) -> list[tuple[Path, str]]:
    """Rendered pages below ``folder`` whose source issues or parents name the issue of ``page``; with that issue."""
    own = _issue(page).get("id", "")
    if not own:
        return []
    out = []
    for sidecar in sorted(folder.rglob("*.provenance.json")):
        other = sidecar.with_name(sidecar.name.removesuffix(".provenance.json") + ".md")
        if other.is_file() and other.resolve() != page.resolve() and own in _issue(other).get("builds_on", []):
            out.append((other, own))
    return out


def _issue(page: Path) -> Mapping[str, Any]:
    """The issue of a rendered page and those it builds on, from its provenance; empty where there is none."""
    sidecar = page.with_name(f"{page.stem}.provenance.json")
    try:
        raw = read_json(sidecar)
    except LeakstatsError:
        return {}
    found = raw.get("issue") if isinstance(raw, dict) else None
    return found if isinstance(found, dict) else {}
