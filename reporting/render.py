"""Puts a page together: headings from the template, bodies from its sections, words from the author."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jinja2
from jinja2.sandbox import SandboxedEnvironment

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import ContractError, InputError, LeakstatsError, Violation
from leakstats.phrases import NAMES, evaluate, is_block
from leakstats.phrases.registry import suggest
from leakstats.phrases.samples import conditions
from leakstats.template import Section, Template, VersionLine

from .expressions import Expression
from .leading import hero_of
from .markup import unwrapped
from .narrative import Block, Narrative
from .numbers_in_text import numbers_in
from .printing import Printer, Span
from .shape import other_tables_of, questions_of, rate_tables_of

__all__ = ["CONTEXT", "PAGE_LIMIT", "Counts", "Place", "Rendered", "render"]

CONTEXT = (
    "author",
    "author_bullets",
    "confidence",
    "confidence_line",
    "consumers",
    "figure_base",
    "has_samples",
    "here",
    "hero",
    "other_tables",
    "page_files",
    "parents",
    "questions",
    "rate_tables",
    "crosschecked",
    "reason",
    "results_file",
    "section",
    "shown",
    "source_issues",
    "superseded_by",
    "supersedes",
)
"""What a section body may use beside the phrases; ``shown`` only in the body of one condition."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the page will stand among its files."""

    figure_base: str = ""
    """Stands before a figure's path."""
    here: str = ""
    """The folder of analysis.json in the page's list of files, with a final slash, or ""."""
    files: tuple[tuple[str, str], ...] = (("Analysis", "analysis.json"), ("Narrative", "narrative.md"))
    """What the page was rendered from, for its list of files: kind and path."""
    results: str | None = None
    """The results file in that list; ``None`` where its path in the analysis leads there."""
    sidecar: str = "issue.provenance.json"
    commit: str = "uncommitted"
    attachment: str = "issue.tables.md"
    """Where tables go that make the page too long."""


PAGE_LIMIT = 65_536
"""Characters that a GitHub issue body holds."""
_MOVABLE = ("crosstab", "estimates", "estimates_by", "table")


@dataclass(frozen=True, slots=True)
class Counts:
    """The numbers that a reader sees: from the analysis, and typed by the author (line and text each)."""

    grounded: int
    typed: tuple[tuple[int, str], ...]

    @property
    def printed(self) -> int:
        return self.grounded + len(self.typed)


@dataclass(frozen=True, slots=True)
class Rendered:
    """A page and what it was printed from."""

    text: str
    spans: list[Span]
    counts: Counts
    attachment: str = ""
    """The tables that had to leave the page; "" where it holds all."""


def render(
    document: AnalysisDocument,
    narrative: Narrative,
    template: Template,
    *,
    place: Place | None = None,
    limit: bool = True,
) -> Rendered:
    """The page of an analysis in the author's words; ``limit`` keeps it within what an issue holds.

    Raises
    ------
    ContractError
        With every problem of the narrative: a missing section, an unknown name (near matches are suggested), an
        assertion that is false, a confidence above what the analysis allows; each with its line.
    """
    place = place or Place()
    page = _Renderer(document, narrative, template, place, frozenset()).run()
    if not limit or len(page.text) <= PAGE_LIMIT:
        return page
    # The longest tables leave first, until the rest fits; each leaves a line that says where it went.
    movable = sorted((s for s in page.spans if s.function in _MOVABLE), key=lambda s: -len(s.text))
    excess, moved = len(page.text) - PAGE_LIMIT, set()
    for span in movable:
        if excess <= 0:
            break
        moved.add(_call_key(span.function, span.args, span.kwargs))
        excess -= len(span.text) - 200
    return _Renderer(document, narrative, template, place, frozenset(moved)).run() if moved else page


def _call_key(function: str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> str:
    return f"{function}{list(args)}{sorted(kwargs.items())}"


class _Renderer:
    def __init__(
        self,
        document: AnalysisDocument,
        narrative: Narrative,
        template: Template,
        place: Place,
        moved: frozenset[str],
    ) -> None:
        self.moved = moved
        self.attachments: list[str] = []
        self.document = document
        self.narrative = narrative
        self.template = template
        self.place = place
        self.printer = Printer(document)
        self.problems: list[Violation] = []
        self.typed: list[tuple[int, str]] = []
        self.used: set[str] = set()
        self.bullets: dict[str, list[str]] = {}
        self.environment = _environment(template)
        self.shape = {
            "rate_tables": rate_tables_of(document),
            "other_tables": other_tables_of(document),
            "questions": questions_of(document),
            "crosschecked": document.raw.get("crosscheck") is not None,
        }

    def run(self) -> Rendered:
        level = self._confidence()
        title = self._pieces("title", self.narrative.front.claim, line=self.narrative.front.lines["claim"])
        parts = [f"# {title} {self.template.title.ending(level)}"]
        for section in self.template.children():
            parts += self._section(section, level)
        for name, blocks in self.narrative.blocks.items():
            if name not in self.used and not all(b.empty for b in blocks):
                message = f"section {name!r} is generated and takes no text of yours; delete this block"
                self.problems.append(Violation(f"line {blocks[0].line - 1}", message))
        if self.problems:
            raise ContractError(str(self.narrative.path), sorted(self.problems, key=_line))
        first = VersionLine(
            self.template.kind, self.template.version, self.document.sha256, self.place.sidecar, self.place.commit
        )
        text, spans = self.printer.resolve("\n\n".join([str(first), *parts]) + "\n")
        grounded = sum(len(numbers_in(s.text)) for s in spans)
        counts = Counts(grounded, tuple(self.typed))
        attachment = "\n\n".join([f"# {self.printer.plain(title)}: tables", *self.attachments]) + "\n"
        return Rendered(text, spans, counts, attachment if self.attachments else "")

    # -- sections

    def _section(self, section: Section, level: str) -> list[str]:
        """The heading, the body and everything below, once for each of the author's blocks where it repeats."""
        blocks = self.narrative.blocks.get(section.id, ())
        return [part for block in blocks or (None,) for part in self._occurrence(section, block, level)]

    def _occurrence(self, section: Section, block: Block | None, level: str) -> list[str]:
        """One heading with what belongs to it; nothing where an optional section has no content."""
        body = self._template(section.id, section, level, block)
        if section.samples is not None and conditions(self.document):
            body = "\n\n".join(filter(None, [body, *self._samples(section, level, block)]))
        below = [part for child in self.template.children(section.id) for part in self._section(child, level)]
        if not body and not below and not section.required:
            return []
        heading = section.markup
        if block is not None and block.title:
            heading += f": {self._pieces(section.id, block.title, line=block.line - 1)}"
        # What a body opened around the sections below it (a fold) is closed behind them.
        end = self._template(f"{section.id}.end", section, level, block) if self._has(f"{section.id}.end") else ""
        return [heading, *filter(None, [body, *below, end])]

    def _has(self, name: str) -> bool:
        folder = self.template.folder
        return folder is not None and (folder / "sections" / f"{name}.md.j2").is_file()

    def _samples(self, section: Section, level: str, block: Block | None) -> list[str]:
        spec = section.samples
        if spec is None:
            return []
        out = []
        for name in conditions(self.document):
            shown = self.printer.say(section.id, "condition", [name], {}, "template: condition heading")
            out.append(f"{'#' * spec.level} {spec.heading}: {shown}")
            out.append(self._template(f"{section.id}_of_condition", section, level, block, shown=name))
        return out

    def _template(self, name: str, section: Section, level: str, block: Block | None, **more: Any) -> str:
        """The body template of that name, or the author's text alone where there is none."""

        def author(optional: bool = False) -> str:
            return self._author(section, block, optional=optional)

        if not self._has(name):
            optional = bool(self.template.children(section.id)) or not section.required
            return self._author(section, block, optional=optional)
        body = self.environment.get_template(f"{name}.md.j2")
        front = self.narrative.front
        context: dict[str, Any] = {
            "author": author,
            "author_bullets": lambda rank: self._author_bullets(section, block, rank),
            "section": section,
            "hero": front.hero or hero_of(self.document),
            "figure_base": self.place.figure_base,
            "here": self.place.here,
            "page_files": [list(pair) for pair in self.place.files],
            "results_file": self.place.results,
            **self.shape,
            "has_samples": bool(conditions(self.document)),
            "source_issues": front.source_issues,
            "parents": front.parents,
            "consumers": front.consumers,
            "supersedes": front.supersedes,
            "superseded_by": front.superseded_by,
            "confidence_line": lambda reason: self.template.confidence.line(level, reason),
            "confidence": level,
            "reason": self._reason(section),
            **more,
            **self._phrases(section, name),
        }
        try:
            text = body.render(context)
        except LeakstatsError as error:
            self.problems.append(Violation(f"section {section.id}", str(error)))
            self.used.add(section.id)
            return ""
        except jinja2.TemplateError as error:
            where = f"sections/{name}.md.j2"
            raise LeakstatsError(f"{where}: {type(error).__name__}: {error}") from None
        return text.strip("\n")

    def _say(self, section: str, function: str, args: Sequence[Any], kwargs: Mapping[str, Any], expression: str) -> str:
        """Print a phrase; a table that had to leave the page goes to the attachment and leaves word of it."""
        if _call_key(function, args, kwargs) not in self.moved:
            return self.printer.say(section, function, args, kwargs, expression)
        self.attachments.append(evaluate(self.document, function, args, kwargs))
        what = args[0] if args else kwargs.get("id") or kwargs.get("analysis")
        return self.printer.say(section, "attached", [what, self.place.attachment], {}, expression)

    def _reason(self, section: Section) -> str:
        """The author's reason for the confidence, in the section that prints it."""
        front = self.narrative.front
        if section.id != self.template.confidence.section or not front.reason:
            return ""
        return self._pieces(section.id, front.reason, line=front.lines["reason"])

    def _phrases(self, section: Section, name: str) -> dict[str, Callable[..., str]]:
        def bound(function: str) -> Callable[..., str]:
            def call(*args: Any, **kwargs: Any) -> str:
                return self._say(section.id, function, args, kwargs, f"template:sections/{name}.md.j2")

            return call

        return {function: bound(function) for function in NAMES}

    # -- the author's words

    def _author(self, section: Section, block: Block | None, *, optional: bool) -> str:
        self.used.add(section.id)
        if block is None or block.empty:
            if not optional:
                message = f"has no text for section {section.id!r} ({section.purpose})"
                self.problems.append(Violation("", message, f"add a line <!-- section: {section.id} --> and the text"))
            return ""
        return self._pieces(section.id, block.pieces, line=block.line).strip("\n")

    def _author_bullets(self, section: Section, block: Block | None, rank: str) -> str:
        """The author's bullets of one rank."""
        ranks = section.bullets.ranks if section.bullets else ()
        if section.id not in self.bullets:
            text = self._author(section, block, optional=True)
            self.bullets[section.id] = ("\n" + text).split("\n- ")[1:]
            if block is not None:
                self._check_ranked(block, ranks)
        return "\n".join(f"- {b.rstrip()}" for b in self.bullets[section.id] if b.startswith(rank))

    def _check_ranked(self, block: Block, ranks: Sequence[str]) -> None:
        line, begun = block.line, False
        for piece in block.pieces:
            if isinstance(piece, str):
                for offset, text in enumerate(piece.split("\n")):
                    begun = begun or text.startswith("- ")
                    if text.strip() and not begun:
                        message = f"{text[:30]!r} stands before the first bullet; caveats are bullets with a rank"
                        self.problems.append(Violation(f"line {line + offset}", message))
                    if text.startswith("- ") and not text[2:].startswith(tuple(ranks)):
                        message = f"a caveat opens with its rank ({', '.join(ranks)}), this with {text[2:30]!r}"
                        self.problems.append(Violation(f"line {line + offset}", message))
                line += piece.count("\n")

    def _pieces(self, section: str, pieces: Sequence[str | Expression], *, line: int = 0) -> str:
        out = []
        for i, piece in enumerate(pieces):
            if isinstance(piece, str):
                self.typed += [(line + piece.count("\n", 0, at), n) for at, n in numbers_in(piece)]
                line += piece.count("\n")
                out.append(piece)
            else:
                line = piece.line + piece.breaks
                out.append(self._expression(section, piece, pieces, i))
        return unwrapped("".join(out))

    def _expression(self, section: str, piece: Expression, pieces: Sequence[str | Expression], index: int) -> str:
        at = f"line {piece.line}"
        if piece.function in NAMES and is_block(piece.function) and not _stands_alone(pieces, index):
            message = f"{piece.function} prints whole lines; give {{{{ {piece.source} }}}} a paragraph of its own"
            self.problems.append(Violation(at, message))
            return ""
        if piece.function not in NAMES:
            message = f"no function is called {piece.function!r}{suggest(piece.function, list(NAMES))}"
            self.problems.append(Violation(at, f"{{{{ {piece.source} }}}}: {message}"))
            return ""
        kwargs = dict(piece.kwargs)
        if piece.function == "figure":
            kwargs.setdefault("base", self.place.figure_base)
        try:
            said = self._say(section, piece.function, piece.args, kwargs, piece.source)
            return f"\n{said}\n" if is_block(piece.function) else said
        except LeakstatsError as error:
            behind = f" (behind “{_last_words(pieces[:index])}”)" if piece.function == "require" else ""
            self.problems.append(Violation(at, f"{{{{ {piece.source} }}}}: {error}{behind}"))
            return ""

    # -- the claim's strength

    def _confidence(self) -> str:
        levels = self.template.confidence.levels  # highest first
        asked = self.narrative.front.confidence.upper()
        if asked not in levels:
            hint = suggest(asked, levels, n=1)
            self.problems.append(
                Violation("front matter", f"confidence is {asked!r}{hint}; expected one of {', '.join(levels)}")
            )
            return levels[-1]
        ceiling = self.document.raw["confidence"]["ceiling"]
        if levels.index(asked) < levels.index(ceiling):
            reasons = [r["detail"] for r in self.document.raw["confidence"]["reasons"] if r["ceiling"] == ceiling]
            said = "; ".join(reasons) or "the rules of the analysis"
            message = f"confidence is {asked}, the analysis allows {ceiling} at most: {said}"
            self.problems.append(Violation("front matter", message, f"write confidence: {ceiling}, or a lower one"))
        return asked


def _line(problem: Violation) -> tuple[int, str]:
    word = problem.pointer.rpartition(" ")[2]
    return (int(word) if word.isdigit() else 0, problem.pointer)


def _last_words(pieces: Sequence[str | Expression]) -> str:
    """The end of the author's text before an assertion: what it vouches for."""
    text = "".join(p if isinstance(p, str) else "…" for p in pieces)
    words = " ".join(text.split())
    return words if len(words) <= 120 else f"…{words[-119:]}"


def _stands_alone(pieces: Sequence[str | Expression], index: int) -> bool:
    before = pieces[index - 1] if index else "\n\n"
    after = pieces[index + 1] if index + 1 < len(pieces) else "\n\n"
    if not isinstance(before, str) or not isinstance(after, str):
        return False
    lead, tail = before.rsplit("\n", 1)[-1], after.split("\n", 1)[0]
    return not lead.strip() and not tail.strip()


_ENVIRONMENTS: dict[str, SandboxedEnvironment] = {}
"""By folder: reading a section body costs more than filling it, and a body that was edited is read again."""


def _environment(template: Template) -> SandboxedEnvironment:
    folder = template.folder
    if folder is None:
        raise InputError(f"template {template.kind} {template.version} was read from no folder, so it has no sections")
    if str(folder) not in _ENVIRONMENTS:

        def text_of(name: str) -> str | None:
            file = folder / "sections" / name
            return file.read_text("utf-8") if file.is_file() else None

        def load(name: str) -> tuple[str, None, Callable[[], bool]] | None:
            text = text_of(name)
            return None if text is None else (text, None, lambda: text_of(name) == text)

        _ENVIRONMENTS[str(folder)] = SandboxedEnvironment(
            loader=jinja2.FunctionLoader(load),
            undefined=jinja2.StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            autoescape=False,  # Markdown, not HTML; every phrase escapes what it prints
        )
    return _ENVIRONMENTS[str(folder)]
