"""The definition of a page: ``template.toml`` read once, for the renderer, the linter and the documentation alike.

Pure standard library, since the linter reads it at every start. A broken definition is a :class:`ContractError` that
lists every violation with its JSON pointer.

The annotations are types and no texts here (no ``from __future__ import annotations``): they say what the file may
hold, and to evaluate texts would take half of the time of reading it.
"""

import dataclasses
import functools
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

from leakstats.contracts import builtin_template
from leakstats.errors import ContractError, InputError, LeakstatsError, Violation
from leakstats.files import sha256_of
from leakstats.keeping import Store, kept_file
from leakstats.lazy import cached_property
from leakstats.records import replace, struct

__all__ = [
    "BulletSpec",
    "ConfidenceSpec",
    "FigureSpec",
    "FigureUrls",
    "Phrases",
    "Profile",
    "RowSpec",
    "SampleSpec",
    "Section",
    "TableSpec",
    "Template",
    "TitleSpec",
    "VersionLine",
    "fold",
    "load_template",
]

Severity = Literal["error", "warning", "note", "off"]
Status = Literal["required", "expected"]


@struct(kw_only=True)
class TitleSpec:
    """What a title must be."""

    purpose: str
    marker: str
    """How it ends; ``{level}`` stands for the confidence level."""
    min_words: int = 1

    def ending(self, level: str) -> str:
        """The marker of ``level``: ``(LOW confidence)``."""
        return self.marker.replace("{level}", level)


@struct(kw_only=True)
class ConfidenceSpec:
    """The line ``**Confidence: LEVEL** — reason``."""

    purpose: str
    section: str
    """Id of the section that holds the line."""
    label: str
    levels: tuple[str, ...]
    """Highest first."""
    min_reason_words: int = 1

    def line(self, level: str, reason: str) -> str:
        """The line as the renderer prints it."""
        return f"**{self.label}: {level}** — {reason}"


@struct(kw_only=True)
class FigureSpec:
    """The hero figure of a section and the paragraph below it."""

    required: bool = False
    pinned: bool = False
    """Its URL must name a commit."""
    caption_min_words: int = 0
    """0: no caption is asked for."""
    caption_sample_size: bool = False


@struct(kw_only=True)
class BulletSpec:
    """A bullet list, under a bold label or, without one, straight in the section."""

    min: int
    max: int | None = None
    label: str = ""
    aliases: tuple[str, ...] = ()
    bold_lead: bool = False
    """Each bullet opens with its claim in bold."""
    sample_size: bool = False
    """Together they state at least one sample size."""
    issue: bool = False
    """Each bullet names an issue."""
    costed: bool = False
    """Each bullet says what it costs."""
    ranks: tuple[str, ...] = ()
    """Each bullet opens with one of these words, the worst first."""
    labels: tuple[str, ...] = ()
    """Each opens one of the bullets: "Design", "Training"."""

    @property
    def names(self) -> tuple[str, ...]:
        """The label and what else it may be called; empty where there is none."""
        return (self.label, *self.aliases) if self.label else ()


@struct(kw_only=True, slots=False)
class RowSpec:
    """One row of a setup table."""

    label: str
    status: Status
    help: str
    aliases: tuple[str, ...] = ()
    said_as: tuple[str, ...] = ()
    """Words in any cell of the table that answer the row too; "# rows" asks for a number of rows."""
    suffix: bool = False
    """A longer label that ends in one of the names is the row too ("Marker source")."""
    not_applicable: bool = False
    """``N/A — reason`` answers it."""
    may_be_none: bool = False
    """"none" by itself answers it: no clipping, no adapter."""
    product: bool = False
    """The value is a product of factors that must come out."""
    seeds: bool = False
    """The value lists training seeds."""
    versions: bool = False
    """The value names packages with their versions."""
    commit: bool = False
    """The value is a commit hash."""
    example: bool = False
    """The value is an example of the data with a link to the rest; a fenced block of the section may stand for it."""

    @cached_property
    def names(self) -> tuple[str, ...]:
        return (self.label, *self.aliases)

    @cached_property
    def folded(self) -> frozenset[str]:
        """Its names as they are compared."""
        return frozenset(map(fold, self.names))

    @cached_property
    def endings(self) -> tuple[str, ...]:
        """How a longer label ends that is the row too; empty where none is."""
        return tuple(f" {name}" for name in self.folded) if self.suffix else ()

    @property
    def required(self) -> bool:
        return self.status == "required"


@struct(kw_only=True)
class TableSpec:
    """A setup table of two columns, label and value."""

    rows: tuple[RowSpec, ...]


@struct(kw_only=True)
class SampleSpec:
    """Verbatim completions: one sub-heading a condition, fenced blocks below it."""

    heading: str
    level: int
    min_fences: int
    aliases: tuple[str, ...] = ()
    polarities: bool = False
    """Positive and negative ones are both shown."""

    @property
    def names(self) -> tuple[str, ...]:
        return (self.heading, *self.aliases)


@struct(kw_only=True)
class Section:
    """One heading of the page and what must stand below it."""

    id: str
    heading: str
    level: int
    purpose: str
    required: bool
    parent: str = ""
    aliases: tuple[str, ...] = ()
    expected: bool = False
    """Not required, but its absence is worth a note."""
    repeatable: bool = False
    not_applicable: bool = False
    """``N/A — reason`` may stand in place of its content."""
    min_words: int = 0
    min_tables: int = 0
    inline_samples: int = 0
    """Verbatim completions that stand beside the result itself: fewest fenced blocks in each occurrence."""
    prior_issue: bool = False
    """Its text names at least one earlier issue."""
    label: str = ""
    """A bold label that opens its text."""
    label_aliases: tuple[str, ...] = ()
    bullets: BulletSpec | None = None
    figure: FigureSpec | None = None
    table: TableSpec | None = None
    samples: SampleSpec | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The heading and what else it may be called."""
        return (self.heading, *self.aliases)

    @property
    def markup(self) -> str:
        """The heading line: ``## TL;DR``."""
        return f"{'#' * self.level} {self.heading}"


@struct(kw_only=True)
class Phrases:
    """Word lists, compared without regard to case."""

    sentinel_words: tuple[str, ...]
    sentinel_marks: tuple[str, ...]
    unfilled_cells: tuple[str, ...]
    sample_placeholders: tuple[str, ...]
    acronyms: tuple[str, ...]
    seed_words: tuple[str, ...]
    costs: tuple[str, ...]
    lock_files: tuple[str, ...]
    selections: tuple[str, ...]
    sample_outputs: tuple[str, ...]
    positives: tuple[str, ...]
    negatives: tuple[str, ...]
    other_levels: tuple[str, ...]


@struct(kw_only=True)
class FigureUrls:
    """When the address of a picture can never change its content."""

    pinned: tuple[str, ...]
    """Forms of such addresses: ``{commit}`` is a full commit hash, ``*`` one part of the path, ``**`` any number."""
    commit_hex: int
    """Hexadecimal digits of a full commit hash."""


@struct(kw_only=True, slots=False)
class Profile:
    """How strictly a page is judged."""

    purpose: str
    default: bool = False
    relative_figures: bool = False
    """A picture may be a file beside the page."""
    severity: Mapping[str, Severity] = field(default_factory=dict)
    """Rule code, or start of codes (``CR5``), to severity, where it is not the rule's own."""
    banned: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """House style: what may not stand in prose (``name of a test``) to the words that say it."""
    bracketed_intervals: bool = True
    """An interval such as ``[0.2, 0.4]`` may stand in prose."""

    def severity_of(self, code: str, default: Severity) -> Severity:
        """The severity of the rule ``code``, whose own is ``default``; the longest key that fits goes before others.

        >>> load_template("v1").profiles["rigorous"].severity_of("CR501", "note")
        'error'
        """
        for end in self._key_lengths:
            if code[:end] in self.severity:
                return self.severity[code[:end]]
        return default

    @cached_property
    def _key_lengths(self) -> tuple[int, ...]:
        """The lengths of the keys of ``severity``, the longest first."""
        return tuple(sorted({len(key) for key in self.severity if key}, reverse=True))


@struct(kw_only=True)
class Template:
    """One version of a page's definition."""

    kind: str
    version: str
    name: str
    description: str
    heading_continuations: tuple[str, ...]
    not_applicable: tuple[str, ...]
    not_recorded: tuple[str, ...]
    """Words that open a card row whose value nobody kept: ``not recorded — the pod is gone``."""
    separators: tuple[str, ...]
    title: TitleSpec
    confidence: ConfidenceSpec
    sections: tuple[Section, ...]
    """In page order; a child stands behind its parent."""
    phrases: Phrases
    figures: FigureUrls
    profiles: Mapping[str, Profile]
    raw: bytes = field(default=b"", repr=False)
    """``template.toml`` as it was read."""
    folder: Path | None = None
    """Where it was read from; ``sections/<id>.md.j2`` stand there."""

    @property
    def sha256(self) -> str:
        """``sha256:`` and the digest of ``template.toml``."""
        return sha256_of(self.raw)

    def section(self, id: str) -> Section:
        """The section called ``id``.

        Raises
        ------
        InputError
            If the template has no such section; the message lists those it has.
        """
        for section in self.sections:
            if section.id == id:
                return section
        known = ", ".join(s.id for s in self.sections)
        raise InputError(f"template {self.kind} {self.version} has no section {id!r}; it has {known}")

    def children(self, id: str = "") -> tuple[Section, ...]:
        """The sections that stand directly under ``id``; with "" those that stand under nothing."""
        return tuple(s for s in self.sections if s.parent == id)

    def ancestors(self, section: Section) -> Iterator[Section]:
        """The sections above ``section``, the nearest first."""
        while section.parent:
            section = self.section(section.parent)
            yield section

    @property
    def default_profile(self) -> str:
        """The name of the profile that is used when none is asked for."""
        return next(name for name, profile in self.profiles.items() if profile.default)

    def names(self, heading: str, names: tuple[str, ...]) -> bool:
        """True if ``heading`` is one of ``names``, perhaps continued with ``— …``, ``: …`` or ``(…)``.

        >>> t = load_template("v1")
        >>> t.names("Full data (where it lives)", t.section("full_data").names)
        True
        >>> t.names("Database", t.section("setup_data").names)
        False
        """
        seen = fold(heading)
        alone, continued = _with_continuations(names, self.heading_continuations)
        return seen in alone or seen.startswith(continued)


@struct
class VersionLine:
    """The first line of a page: its template, the hash of its analysis, and where its provenance stands.

    >>> line = VersionLine("clean_result", "v1", "sha256:" + "0" * 64, "issue.provenance.json", "uncommitted")
    >>> VersionLine.parse(line.text) == line
    True
    >>> VersionLine.parse(" a remark ") is None
    True
    """

    kind: str
    version: str
    analysis: str = ""
    """``sha256:`` and 64 hexadecimal digits, or "" where the line does not say."""
    provenance: str = ""
    """Path of the sidecar."""
    commit: str = ""
    """Commit in which the sidecar stands, or ``uncommitted``."""

    @property
    def text(self) -> str:
        """What stands between ``<!--`` and ``-->``."""
        parts = [self.kind, self.version]
        if self.analysis:
            parts.append(f"analysis={self.analysis}")
        if self.provenance:
            parts.append(f"provenance={self.provenance}@{self.commit or 'uncommitted'}")
        return f" {' '.join(parts)} "

    def __str__(self) -> str:
        return f"<!--{self.text}-->"

    @classmethod
    def parse(cls, comment: str, *, kind: str = "clean_result") -> "VersionLine | None":
        """Read the inside of an HTML comment; ``None`` if it does not begin with ``kind``.

        Raises
        ------
        InputError
            If the comment begins with ``kind`` and does not go on as a version line.
        """
        head, _, rest = comment.strip().partition(" ")
        if head != kind:
            return None
        version, _, rest = rest.strip().partition(" ")
        form = f"<!-- {kind} v1 analysis=sha256:<64 hex digits> provenance=<path>@<commit> -->"
        if not re.fullmatch(r"v[0-9]{1,6}", version):
            raise InputError(f"the version line names no version but {version!r}; it reads {form}")
        found: dict[str, str] = {}
        # The provenance path comes last and may hold blanks.
        before, mark, provenance = rest.partition("provenance=")
        for item in before.split():
            name, equals, value = item.partition("=")
            if not equals or name != "analysis" or name in found:
                raise InputError(f"the version line has {item!r}; it reads {form}")
            found[name] = value
        analysis = found.get("analysis", "")
        if analysis and not re.fullmatch(r"sha256:[0-9a-f]{64}", analysis):
            raise InputError(f"the version line has analysis={analysis!r}, no SHA-256 hash; it reads {form}")
        path, at, commit = provenance.strip().rpartition("@")
        if mark and (not at or not path or not re.fullmatch(r"[0-9a-f]{7,64}|uncommitted", commit)):
            raise InputError(f"the version line has provenance={provenance.strip()!r}, no path@commit; it reads {form}")
        return cls(head, version, analysis, path, commit)


@functools.lru_cache(maxsize=256)
def _with_continuations(names: tuple[str, ...], marks: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """Names for comparison, and what a heading begins with that continues one."""
    folded = [fold(name) for name in names]
    return frozenset(folded), tuple(name + mark for name in folded for mark in marks)


@functools.lru_cache(maxsize=4096)
def fold(text: str) -> str:
    """``text`` for comparison: no case, single blanks, one kind of dash and quote.

    >>> fold("  Setup  &  Hyper‑Parameters ")
    'setup & hyper-parameters'
    """
    out = text.replace("\u2010", "-").replace("\u2011", "-").replace("\u2019", "'").replace("\u00a0", " ")
    return " ".join(out.casefold().split())


# -- reading ----------------------------------------------------------------------------------------------------------


def load_template(which: str | Path = "v1", *, kind: str = "clean_result") -> Template:
    """The template of a built-in version, or of a folder that holds a ``template.toml``.

    Raises
    ------
    LeakstatsError
        If there is no such version or file.
    ContractError
        If the definition is broken; every violation is listed.

    >>> load_template("v1").section("results").markup
    '### Results'
    """
    return _load_folder(which) if isinstance(which, Path) else _load_builtin(which, kind)


@functools.cache
def _load_builtin(version: str, kind: str) -> Template:
    return _read(builtin_template(version, kind), Store(kept_file(f"{kind}.{version}")))


def _load_folder(folder: Path) -> Template:
    return _read(folder, Store(None))  # its author changes it


def _read(folder: Path, store: Store) -> Template:
    file = folder / "template.toml"
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise LeakstatsError(f"{file}: cannot be read: {error.strerror or type(error).__name__}") from None
    data = store.get(raw)
    if not isinstance(data, dict):
        data = _parsed(raw, file)
        store.add(raw, data)
        store.save()
    violations: list[Violation] = []
    said = data.get("schema")
    if said != "template.v1":
        violations.append(Violation("/schema", f'is {said!r}; expected "template.v1"', 'write schema = "template.v1"'))
    template = _build(Template, {k: v for k, v in data.items() if k != "schema"}, "", violations)
    if template is not None and not violations:
        violations.extend(_inconsistencies(template))
    if violations or template is None:
        raise ContractError(str(file), violations)
    return replace(template, raw=raw, folder=folder)


def _parsed(raw: bytes, file: Path) -> dict[str, Any]:
    import tomllib  # late: with the reading it takes 5 ms, so for our own templates what it reads is kept

    try:
        return tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ContractError(str(file), [Violation("", f"is no TOML: {error}")]) from None


_T = TypeVar("_T")
_NOT_IN_FILE = {"raw", "folder"}


def _build(cls: type[_T], data: Mapping[str, Any], pointer: str, violations: list[Violation]) -> _T | None:
    """``data`` as an instance of the dataclass ``cls``; ``None`` after a violation."""
    before = len(violations)
    fields = {f.name: f for f in dataclasses.fields(cls) if f.name not in _NOT_IN_FILE}  # type: ignore[arg-type]
    for key in data:
        if key not in fields:
            violations.append(Violation(f"{pointer}/{key}", "is an unknown key", f"known keys: {', '.join(fields)}"))
    values: dict[str, Any] = {}
    for name, spec in fields.items():
        place = f"{pointer}/{name}"
        if name in data:
            values[name] = _value(spec.type, data[name], place, violations)
        elif spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING:
            violations.append(Violation(place, "is missing"))
    return cls(**values) if len(violations) == before else None


def _value(wanted: Any, value: Any, pointer: str, violations: list[Violation]) -> Any:
    """``value`` as the annotated type ``wanted``; a mismatch is a violation and gives ``None``."""
    origin, args = get_origin(wanted), get_args(wanted)
    if origin in (Union, types.UnionType):
        wanted = next(a for a in args if a is not type(None))
        origin, args = get_origin(wanted), get_args(wanted)
    if origin is Literal:
        if value not in args:
            violations.append(Violation(pointer, f"is {value!r}; expected one of {', '.join(map(repr, args))}"))
        return value
    if origin is tuple:
        if not isinstance(value, list):
            violations.append(Violation(pointer, f"is {value!r}; expected a list"))
            return ()
        return tuple(_value(args[0], v, f"{pointer}/{i}", violations) for i, v in enumerate(value))
    if origin is not None:  # Mapping[str, X]
        if not isinstance(value, dict):
            violations.append(Violation(pointer, f"is {value!r}; expected a table"))
            return {}
        return MappingProxyType({k: _value(args[1], v, f"{pointer}/{k}", violations) for k, v in value.items()})
    if dataclasses.is_dataclass(wanted):
        if not isinstance(value, dict):
            violations.append(Violation(pointer, f"is {value!r}; expected a table"))
            return None
        return _build(wanted, value, pointer, violations)  # type: ignore[arg-type]
    if type(value) is not wanted:
        violations.append(Violation(pointer, f"is {value!r}; expected {wanted.__name__}"))
    elif wanted is int and value < 0:
        violations.append(Violation(pointer, f"is {value}; expected 0 or more"))
    return value


_ID = re.compile(r"[a-z][a-z0-9_]*")


def _inconsistencies(template: Template) -> Iterator[Violation]:
    """What the types cannot say."""
    if "{level}" not in template.title.marker:
        yield Violation("/title/marker", f"is {template.title.marker!r}; it must hold {{level}}")
    if len(set(template.confidence.levels)) != len(template.confidence.levels) or not template.confidence.levels:
        yield Violation("/confidence/levels", f"is {list(template.confidence.levels)}; expected distinct levels")
    if not any(s.id == template.confidence.section for s in template.sections):
        yield Violation("/confidence/section", f"is {template.confidence.section!r}; no section has that id")
    yield from _section_inconsistencies(template)
    defaults = [name for name, profile in template.profiles.items() if profile.default]
    if len(defaults) != 1:
        yield Violation("/profiles", f"has {len(defaults)} default profiles {defaults}; expected exactly one")


def _section_inconsistencies(template: Template) -> Iterator[Violation]:
    seen: dict[str, Section] = {}
    names: dict[tuple[str, str], str] = {}
    for i, section in enumerate(template.sections):
        at = f"/sections/{i}"
        if not _ID.fullmatch(section.id):
            yield Violation(f"{at}/id", f"is {section.id!r}; expected lower-case letters, digits and _")
        if section.id in seen:
            yield Violation(f"{at}/id", f"{section.id!r} is used twice")
        if not 1 <= section.level <= 6:
            yield Violation(f"{at}/level", f"is {section.level}; a heading has level 1 to 6")
        # A top-level section may have any level ("## TL;DR" stands beside "# Detailed report").
        if section.parent and section.parent not in seen:
            yield Violation(f"{at}/parent", f"is {section.parent!r}; no earlier section has that id")
        elif section.parent and seen[section.parent].level >= section.level:
            yield Violation(f"{at}/level", f"is {section.level}, not below its parent's {seen[section.parent].level}")
        for name in section.names:
            other = names.setdefault((section.parent, fold(name)), section.id)
            if other != section.id:
                yield Violation(f"{at}/aliases", f"{name!r} also names its sibling {other!r}")
        if section.required and section.expected:
            yield Violation(f"{at}/expected", "is true for a required section; drop it")
        bullets = section.bullets
        if bullets is not None and bullets.max is not None and bullets.max < bullets.min:
            yield Violation(f"{at}/bullets/max", f"is {bullets.max}, below min = {bullets.min}")
        rows: dict[str, str] = {}
        for j, row in enumerate(section.table.rows if section.table else ()):
            for name in row.names:
                if rows.setdefault(fold(name), row.label) != row.label:
                    yield Violation(f"{at}/table/rows/{j}", f"{name!r} also names the row {rows[fold(name)]!r}")
        seen[section.id] = section
