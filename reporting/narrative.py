"""The author's file: YAML front matter, then one block of Markdown for each section id."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leakstats.errors import ContractError, InputError, LeakstatsError, Violation
from leakstats.files import read_bytes, read_text, sha256_of
from leakstats.phrases.escape import visible
from leakstats.phrases.registry import suggest
from leakstats.template import Template

from .expressions import Expression, read_pieces
from .markup import structure_problems

__all__ = ["Block", "FrontMatter", "Narrative", "SourceIssue", "load_narrative", "template_named"]

_BLOCK = re.compile(r"<!--\s*section:\s*([^:]*?)\s*(?::\s*(.*?)\s*)?-->\s*")
_LONGEST_FILE = 131_072
_LONGEST_LINE = 10_000


@dataclass(frozen=True, slots=True)
class SourceIssue:
    """An issue that the result distils, with what it was for."""

    ref: str
    title: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class FrontMatter:
    """What the author says about the page as a whole."""

    claim: list[str | Expression]
    confidence: str
    id: str = ""
    template: str = ""
    """The version that the narrative was written for."""
    kind: str = "experiment"
    status: str = ""
    created: str = ""
    hero: str = ""
    """The figure shown first."""
    reason: list[str | Expression] = field(default_factory=list)
    """The author's own reason for the confidence, printed before the computed one."""
    lines: Mapping[str, int] = field(default_factory=dict)
    """The line of each key."""
    parents: list[str] = field(default_factory=list)
    source_issues: list[SourceIssue] = field(default_factory=list)
    consumers: list[str] = field(default_factory=list)
    supersedes: list[str] = field(default_factory=list)
    superseded_by: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Block:
    """The author's text of one section; ``line`` is that of its first line."""

    section: str
    line: int
    pieces: list[str | Expression]
    title: list[str | Expression] = field(default_factory=list)
    """What continues the heading: ``<!-- section: result: A claim -->`` gives "Result: A claim"."""

    @property
    def empty(self) -> bool:
        return all(isinstance(p, str) and not p.strip() for p in self.pieces)


@dataclass(frozen=True, slots=True)
class Narrative:
    """A parsed narrative; every problem of its form was refused when it was read."""

    path: Path
    sha256: str
    front: FrontMatter
    blocks: Mapping[str, tuple[Block, ...]]
    """By section id; several only where the template says that a section repeats."""


def load_narrative(path: Path | str, template: Template) -> Narrative:
    """Read a narrative for a template.

    Raises
    ------
    ContractError
        With every problem of form, each at its line: unknown or missing sections, statements, headings, markup that
        would swallow what follows, control characters.
    """
    text = read_text(path).replace("\r\n", "\n")
    if len(text) > _LONGEST_FILE:
        raise LeakstatsError(
            f"{path}: has {len(text):,} characters; a narrative holds at most {_LONGEST_FILE:,} (an issue holds 65,536)"
        )
    problems: list[Violation] = []
    for number, line in enumerate(text.split("\n"), 1):
        if len(line) > _LONGEST_LINE:
            problems.append(Violation(f"line {number}", f"has {len(line):,} characters; break it"))
        elif not line.isascii() or not line.isprintable():
            plain = line.replace("\t", " ")
            if visible(plain) != plain:
                shown = sorted({m[0] for m in re.finditer(r"⟨U\+[0-9A-F]+⟩", visible(plain))})
                problems.append(
                    Violation(f"line {number}", f"holds invisible characters {', '.join(shown)}; delete them")
                )
    if problems:
        raise ContractError(str(path), problems)
    front_text, body, body_line = _split(text, path)
    front = _front_matter(front_text, problems)
    blocks = _blocks(body, body_line, template, problems)
    if problems or front is None:
        raise ContractError(str(path), problems)
    return Narrative(Path(path), sha256_of(read_bytes(path)), front, blocks)


def template_named(path: Path | str) -> str:
    """The template that a narrative's front matter names; "" where it names none or cannot be read yet."""
    found = re.match(r"---[^\n]*\n(?:(?!---)[^\n]*\n)*?template:[ \t]*([\w./-]+)[ \t]*\n", read_text(path)[:16_384])
    return found[1] if found else ""


def _split(text: str, path: Path | str) -> tuple[str, str, int]:
    lines = text.split("\n")
    if lines[0].rstrip() != "---":
        raise LeakstatsError(
            f"{path}: a narrative opens with front matter: a line ---, then claim: and confidence:, then a line ---"
        )
    for i, line in enumerate(lines[1:], 1):
        if line.rstrip() == "---":
            return "\n".join(lines[1:i]), "\n".join(lines[i + 1 :]), i + 2
    raise LeakstatsError(f"{path}: the front matter opened at line 1 is not closed with a line ---")


# -- front matter -----------------------------------------------------------------------------------------------------

_TEXTS = ("id", "template", "kind", "status", "created", "hero", "reason", "confidence", "claim")
_LISTS = ("parents", "consumers", "supersedes", "superseded_by")


def _front_matter(text: str, problems: list[Violation]) -> FrontMatter | None:
    import yaml  # late: only rendering reads narratives

    before = len(problems)
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        if any(isinstance(token, yaml.AliasToken) for token in yaml.scan(text)):
            problems.append(Violation("front matter", "uses an alias (*name); write the value out"))
            return None
        data = yaml.load(text, Loader=_plain_loader())
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 2}" if mark is not None else "front matter"
        problems.append(Violation(where, f"is no YAML: {getattr(error, 'problem', None) or error}"))
        return None
    except RecursionError:
        problems.append(Violation("front matter", "is nested too deeply"))
        return None
    if not isinstance(data, dict) or not isinstance(node, yaml.MappingNode):
        problems.append(Violation("front matter", f"is {type(data).__name__}; expected claim:, confidence: and so on"))
        return None
    lines = {key.value: key.start_mark.line + 2 for key, _ in node.value if isinstance(key, yaml.ScalarNode)}
    known = (*_TEXTS, *_LISTS, "source_issues")
    for key in data:
        if key not in known:
            hint = suggest(str(key), known, n=1)
            problems.append(
                Violation(f"line {lines.get(key, 2)}", f"unknown key {key!r}{hint} (known: {', '.join(known)})")
            )
    values: dict[str, Any] = {}
    for key in _TEXTS:
        value = data.get(key)
        if value is None:
            continue
        if isinstance(value, dict | list):
            problems.append(Violation(f"line {lines[key]}", f"{key} is a {type(value).__name__}; expected text"))
            continue
        values[key] = str(value)
    for key in ("claim", "confidence"):
        if not values.get(key):
            problems.append(Violation("front matter", f"misses {key!r}"))
    for key in _LISTS:
        value = data.get(key) or []
        value = [value] if isinstance(value, str) else value
        if not isinstance(value, list) or any(isinstance(v, dict | list) for v in value):
            problems.append(Violation(f"line {lines[key]}", f"{key} is {value!r}; expected a list of texts"))
            continue
        values[key] = [" ".join(str(v).split()) for v in value]
    values["source_issues"] = _source_issues(data.get("source_issues") or [], lines.get("source_issues", 2), problems)
    for key, texts in (
        *((name, [values[name]]) for name in ("claim", "reason") if name in values),
        *((name, values.get(name, [])) for name in _LISTS),
        ("source_issues", [text for issue in values["source_issues"] for text in (issue.ref, issue.title, issue.role)]),
    ):
        for text in texts:
            problems += [Violation(f"line {lines[key]}", f"{key}: {why}") for why in _line_problems(text, key)]
    if len(problems) > before:
        return None
    try:
        for key in ("claim", "reason"):
            if key in values:
                values[key] = read_pieces(" ".join(values[key].split()), first_line=lines[key])
    except InputError as error:
        problems.append(_located(str(error)))
        return None
    return FrontMatter(**values, lines=lines)


def _line_problems(text: str, key: str) -> list[str]:
    """What is wrong with a text that will stand inside one line of the page."""
    try:
        pieces = read_pieces(text)
    except InputError as error:
        return [] if key in ("claim", "reason") else [_located(str(error)).message]  # these are read again, with lines
    if key not in ("claim", "reason") and any(isinstance(p, Expression) for p in pieces):
        return ["holds an expression; those stand in claim, reason and the text"]
    shape = "".join(p if isinstance(p, str) else "x" for p in pieces)
    return [why for _, why in structure_problems(f"x {shape}", 1, 6)]


def _plain_loader() -> Any:
    import yaml

    class Plain(yaml.SafeLoader):  # type: ignore[misc]
        """Dates stay text: the page prints what the author wrote."""

    Plain.yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in found if tag != "tag:yaml.org,2002:timestamp"]
        for first, found in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    return Plain


def _source_issues(found: Any, line: int, problems: list[Violation]) -> list[SourceIssue]:
    out = []
    for item in found if isinstance(found, list) else [found]:
        if not isinstance(item, dict) or not item.get("ref") or set(item) - {"ref", "title", "role"}:
            problems.append(Violation(f"line {line}", f"source_issues holds {item!r}; expected ref, title and role"))
            continue
        out.append(SourceIssue(**{k: " ".join(str(v).split()) for k, v in item.items()}))
    return out


# -- blocks -----------------------------------------------------------------------------------------------------------


def _blocks(body: str, first_line: int, template: Template, problems: list[Violation]) -> dict[str, tuple[Block, ...]]:
    ids = [s.id for s in template.sections]
    repeatable = {s.id for s in template.sections if s.repeatable}
    found: dict[str, list[tuple[int, str, list[str]]]] = {}
    current: list[str] | None = None
    for number, line in enumerate(body.split("\n"), first_line):
        match = _BLOCK.fullmatch(line)
        if match is None:
            if current is not None:
                current.append(line)
            elif line.strip():
                problems.append(Violation(f"line {number}", "text before the first <!-- section: ID --> line"))
                current = []  # said once
            continue
        name = match[1]
        current = []
        if name not in ids:
            hint = suggest(name, ids, n=1)
            problems.append(
                Violation(f"line {number}", f"no section is called {name!r}{hint} (there are {', '.join(ids)})")
            )
        elif name in found and name not in repeatable:
            began = found[name][0][0] - 1
            problems.append(Violation(f"line {number}", f"section {name!r} was already begun at line {began}"))
        else:
            found.setdefault(name, []).append((number + 1, match[2] or "", current))
    blocks: dict[str, tuple[Block, ...]] = {}
    deepest = max(s.level for s in template.sections)
    for name, several in found.items():
        for begin, title, lines in several:
            try:
                pieces = read_pieces("\n".join(lines), first_line=begin)
                block = Block(name, begin, pieces, read_pieces(title, first_line=begin - 1))
            except InputError as error:
                problems.append(_located(str(error)))
                continue
            blocks[name] = (*blocks.get(name, ()), block)
            problems += [Violation(f"line {begin - 1}", why) for why in _line_problems(title, "claim")]
            shape = "".join(p if isinstance(p, str) else "x" + "\n" * p.breaks for p in pieces)
            problems += [Violation(f"line {n}", why) for n, why in structure_problems(shape, begin, deepest)]
    return blocks


def _located(message: str) -> Violation:
    where, _, rest = message.partition(": ")
    return Violation(where, rest)
