"""Runs the rules over a page: reads it, finds its template and its sidecar, and collects a report."""

from __future__ import annotations

import gc
import os
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Protocol

from leakstats.contracts import template_versions
from leakstats.errors import InputError
from leakstats.records import replace, struct
from leakstats.template import Profile, Template, VersionLine, load_template
from leakstats.template import Severity as TemplateSeverity

from .coverage.accounts import account
from .document import Document, Html
from .finding import Finding, Severity
from .gather import expand, is_stream, why_not_a_page
from .kept import KEPT
from .page import Page, WrittenVersion
from .parsing import parse_document, too_complex
from .registry import all_names, all_rules, rules_in_turn
from .report import Coverage, NotRun, PageReport, Report, Unread
from .repository import checkout_of
from .results import load_results
from .rule import Rule, ToolRule
from .rules.too_large import TooLarge
from .rules.unexplained_number import UnexplainedNumber
from .rules.unreadable_file import UnreadableFile
from .rules.unused_allow import UnusedAllow
from .sidecar import Grounding, NotFound, load_grounding
from .source import Source
from .subjects import missing_subject
from .suppress import Allow, read_allows, suppress
from .unread import unread_parts

__all__ = ["DEFAULT_MAX_BYTES", "KIND", "STDIN_NAME", "Options", "judge_page", "lint_paths", "lint_text"]

KIND = "clean_result"
DEFAULT_VERSION = "v1"
DEFAULT_MAX_BYTES = 256 * 1024
"""Four times the most that GitHub stores for an issue."""
STDIN_NAME = "<stdin>"
"""What a page from standard input is called in reports."""


@struct
class Options:
    """How a run judges."""

    profile: str = ""
    """Name of a profile of the template; "" is its default."""
    template: Path | None = None
    """A folder with a template of one's own, for the pages that name its version."""
    root: Path | None = None
    """Folder from which paths on a page are looked for, beside the page's own."""
    analysis: Path | None = None
    """An analysis.json that takes the place of the one that the sidecar names."""
    codes: frozenset[str] | None = None
    """The rules that run; ``None`` is all."""
    results: tuple[Path, ...] = ()
    """Results files (JSON, CSV) to compare with, in place of those that the page names."""
    no_results: bool = False
    """Judge the page alone, even where it names a results file that exists."""
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Code of a rule that does not run, to the reason that the report gives."""
    severity: Mapping[str, TemplateSeverity] = field(default_factory=dict)
    """Rule code to severity, before the profile's."""
    max_bytes: int = DEFAULT_MAX_BYTES
    today: date = field(default_factory=date.today)
    """The day on which comments that allow something may have expired."""

    def here(self) -> Options:
        """For a page that stands in no folder (standard input, an event): paths on it start from the current one."""
        return self if self.root is not None else replace(self, root=Path())


class Readable(Protocol):
    """Something that gives bytes: standard input."""

    def read(self, size: int = -1, /) -> bytes: ...


_POOL_FROM = 3
"""Pages from which further processes are worth their start."""
_CHUNK = 8
"""Pages that a process takes at a time: the last process is soon done too."""
_MOST_OBJECTS = 250_000
"""Objects that have come and not gone before a process looks for garbage among them: pages leave next to none."""


def lint_paths(
    paths: Iterable[str], options: Options, *, stdin: Readable, fail_on: Severity = "error", jobs: int | None = None
) -> Report:
    """Judge files and folders; ``-`` is standard input. A file that cannot be read is a finding of its own.

    ``jobs`` is the number of processes for many pages, by default one for each processor of this machine.

    Raises
    ------
    InputError
        If the profile does not exist in a page's template.
    """
    names = expand(paths)
    streams = [name for name in names if is_stream(name)]  # which are open in this process only
    files = [name for name in names if name != "-" and not is_stream(name)]
    jobs = _processors() if jobs is None else jobs
    if len(files) < _POOL_FROM or jobs < 2:
        with _resting():
            judged = dict(zip(files, _lint_chunk(files, options), strict=True))
    else:
        judged = dict(zip(files, _in_parallel(files, options, jobs), strict=True))
    judged |= zip(streams, _lint_chunk(streams, options), strict=True)
    if "-" in names:
        judged["-"] = _lint_bytes(stdin.read(options.max_bytes + 1), STDIN_NAME, None, options.here())
    return Report(tuple(judged[name] for name in names), options.profile, fail_on)


def _processors() -> int:
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


def _in_parallel(files: list[str], options: Options, jobs: int) -> list[PageReport]:
    """The reports on ``files``, in order."""
    from concurrent.futures import ProcessPoolExecutor  # late: one page needs none

    all_rules()  # before the processes start, so that each inherits the rules
    size = max(1, min(_CHUNK, len(files) // (4 * jobs)))
    chunks = [files[i : i + size] for i in range(0, len(files), size)]
    with ProcessPoolExecutor(jobs, initializer=_rest) as pool:
        return [report for reports in pool.map(partial(_lint_chunk, options=options), chunks) for report in reports]


def _rest() -> None:
    """Keep the collector of garbage from looking through what lives as long as this process."""
    gc.freeze()
    gc.disable()


@contextmanager
def _resting() -> Iterator[None]:
    """The collector of garbage rests, and works afterwards if it did before."""
    works = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if works:
            gc.enable()


def _lint_chunk(files: list[str], options: Options) -> list[PageReport]:
    reports = []
    for name in files:
        reports.append(_lint_file(name, options))
        if gc.get_count()[0] > _MOST_OBJECTS:
            gc.collect(1)
    KEPT.save()
    return reports


def lint_text(text: str, options: Options | None = None, *, path: str = "<text>") -> PageReport:
    """Judge a page given as text.

    >>> lint_text("# A page (LOW confidence)").findings[0].rule
    'missing-section'
    """
    return _lint_bytes(text.encode("utf-8", "surrogatepass"), path, None, options or Options())


def _lint_file(name: str, options: Options) -> PageReport:
    reason = "a folder without Markdown files" if Path(name).is_dir() else why_not_a_page(name)
    try:
        if not reason:
            with Path(name).open("rb") as file:
                data = file.read(options.max_bytes + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
    except ValueError as error:  # a name with NUL
        reason = str(error)
    if reason:
        return _unjudged(Source.read(name, ""), UnreadableFile(), f"cannot be read: {reason}", readable=False)
    if is_stream(name):
        return _lint_bytes(data, name, None, options.here())
    return _lint_bytes(data, name, Path(name), options)


def _unjudged(source: Source, rule: ToolRule, message: str, *, readable: bool = True) -> PageReport:
    """The answer for a page that was not parsed: one finding, and no rule has passed."""
    finding = rule.raised(source, message)
    reason = f"{rule.code} {rule.name}: the page was not judged"
    idle = tuple(NotRun(r.code, r.name, reason) for r in all_rules() if r.code != rule.code)
    return PageReport(source.path, (finding,), (), idle, readable=readable)


def _lint_bytes(data: bytes, path: str, file: Path | None, options: Options) -> PageReport:
    if len(data) > options.max_bytes:
        message = f"the page is larger than {options.max_bytes} bytes, so it was not parsed"
        return _unjudged(Source.read(path, ""), TooLarge(), message)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        message = f"cannot be read: byte 0x{data[error.start]:02x} in line {line} is no UTF-8"
        return _unjudged(Source.read(path, ""), UnreadableFile(), message, readable=False)
    too_much = too_complex(text)
    if too_much is not None:
        return _unjudged(Source.read(path, ""), TooLarge(), f"the page was not parsed: {too_much}")
    page, unknown = _open(parse_document(text, path=path), file, options)
    report = _judge(page, unknown, options)
    page.evidence.release()
    return report


def judge_page(text: str, options: Options, *, path: str, file: Path | None = None) -> tuple[Page, PageReport]:
    """A page with the report on it, for those who ask more than the rules do.

    Raises
    ------
    InputError
        If the page is too large or too complex to be parsed.
    """
    too_much = too_complex(text)
    if too_much is not None or len(text.encode("utf-8", "surrogatepass")) > options.max_bytes:
        raise InputError(
            f"{path}: the page was not parsed: {too_much or f'it is larger than {options.max_bytes} bytes'}"
        )
    page, unknown = _open(parse_document(text, path=path), file, options)
    return page, _judge(page, unknown, options)


def _open(document: Document, file: Path | None, options: Options) -> tuple[Page, str]:
    """The page with its context, and why its template is unknown ("" where it is known)."""
    written = _version_line(document)
    version = written.line.version if written.line is not None else DEFAULT_VERSION
    own = load_template(options.template) if options.template is not None else None
    fits = own is not None and (own.kind, own.version) == (KIND, version)
    known = fits or version in template_versions(KIND)
    template = own if own is not None and fits else load_template(version if known else DEFAULT_VERSION)
    profile = _profile(template, options)
    unknown = "" if known else f"this installation has no template {KIND} {version}"
    missing: dict[str, str] = {}
    grounding: Grounding | None = None
    try:
        grounding = load_grounding(
            document.source, written.line, page=file, root=options.root, analysis=options.analysis
        )
    except NotFound as error:
        missing["provenance"] = missing["analysis"] = str(error)
    if grounding is not None and grounding.analysis is None:
        missing["analysis"] = grounding.analysis_problem
    allows = read_allows(document)
    results = load_results(document, given=options.results, page=file, root=options.root, read=not options.no_results)
    if not results.datasets:
        missing["results"] = results.reason
        if grounding is None or grounding.analysis is None:
            missing["numbers"] = results.reason
    folders = (file.parent if file is not None else None, options.root)
    repository, reason = checkout_of(folders, document)
    if repository is None:
        missing["repository"] = reason
    page = Page(
        document,
        template,
        profile,
        written,
        grounding,
        allows,
        all_names(),
        options.today,
        missing,
        results,
        repository,
    )
    return page, unknown


def _judge(page: Page, unknown: str, options: Options) -> PageReport:
    """Run the rules over a page."""
    document, template, profile, grounding = page.document, page.template, page.profile, page.grounding
    allows, missing = page.allows, page.missing
    values = () if grounding is None else grounding.values
    printed = sorted((v.start, v.end) for v in values if v.start is not None and v.untouched)
    findings: list[Finding] = []
    ran: list[Rule] = []
    not_run: list[NotRun] = []
    idle: list[NotRun] = []
    for rule in rules_in_turn():
        if options.codes is not None and rule.code not in options.codes:
            continue
        if rule.code in options.left_out:
            not_run.append(NotRun(rule.code, rule.name, options.left_out[rule.code]))
            continue
        lacking = sorted(rule.needs & missing.keys()) if rule.needs and missing else []
        severity = profile.severity_of(rule.code, rule.severity)
        if unknown and not rule.any_version:
            not_run.append(NotRun(rule.code, rule.name, unknown))
        elif lacking == ["repository"] and (reason := missing_subject(page, rule.subject)):
            idle.append(NotRun(rule.code, rule.name, reason))
        elif lacking:
            not_run.append(NotRun(rule.code, rule.name, missing[lacking[0]]))
        elif severity == "off":
            not_run.append(NotRun(rule.code, rule.name, "switched off by the profile or the settings"))
        else:
            ran.append(rule)
            found = [f.at(severity) for f in dict.fromkeys(rule.check(page))]
            if rule.code.startswith(_READINGS):
                found = [f for f in found if not _within(document, f, printed)]
            page.found.extend(found)
            findings.extend(found)
    counted = options.codes is None or UnexplainedNumber.code in options.codes
    own = [rule.code for rule in all_rules() if rule.code.startswith("CR9")]
    kept, hidden, used = suppress(findings, allows, today=options.today, protected=own)
    kept.extend(_unused(document, allows, used, ran, profile, options.today))
    return PageReport(
        document.source.path,
        tuple(_at_most(sorted(kept, key=lambda f: f.order))),
        tuple(rule.code for rule in ran),
        tuple(not_run),
        tuple(hidden),
        coverage=_coverage(grounding),
        numbers=account(page) if counted else None,
        data=_compared(page),
        unread=tuple(_unread(page, options)),
        unread_parts=unread_parts(page) if counted else (),
        template="" if unknown else f"{template.kind} {template.version}",
        lines=document.source.lines,
        idle=(*idle, *_idle(page, ran, findings)),
        profile=options.profile or template.default_profile,
    )


def _idle(page: Page, ran: list[Rule], findings: list[Finding]) -> Iterator[NotRun]:
    """The rules that are silent since the page has nothing of what they speak of."""
    spoke = {finding.code for finding in findings}
    for rule in ran:
        reason = missing_subject(page, rule.subject) if rule.code not in spoke else ""
        if reason:
            yield NotRun(rule.code, rule.name, reason)


def _unread(page: Page, options: Options) -> Iterator[Unread]:
    """The files that could not be read, those that the user gave among them."""
    for name, why in page.results.problems:
        yield Unread(name, why, bool(options.results))
    for name, why in page.results.empty:
        yield Unread(name, why, False)
    for dataset in page.results.datasets:
        if dataset.unread:
            yield Unread(dataset.name, dataset.unread, False)
    if options.analysis is not None and page.grounding is not None and page.grounding.analysis is None:
        yield Unread(str(options.analysis), page.grounding.analysis_problem, True)


def _compared(page: Page) -> tuple[str, ...]:
    """Names of the files with which the page's numbers were compared."""
    grounding = page.grounding
    own = (grounding.sidecar.analysis_path.name,) if grounding is not None and grounding.analysis is not None else ()
    return tuple(dict.fromkeys((*own, *(d.name for d in page.results.datasets))))


_READINGS = ("CR31", "CR4", "CR504", "CR51")
"""Rules that read numbers off the page and derive them again. What the analysis prints today in that very place needs
no reading: a permutation p need not follow from its coefficient, nor a clustered interval from its counts. Nor does
what stands as it was printed where the analysis is not at hand: then it is not checked."""


def _within(document: Document, finding: Finding, printed: list[tuple[int, int]]) -> bool:
    """Whether a finding speaks of a value that was printed from the analysis and that nobody has touched."""
    at = document.source.start_of(finding.place.line) + finding.place.column - 1
    i = bisect_right(printed, (at, len(document.source.text))) - 1
    return i >= 0 and printed[i][0] <= at < printed[i][1]


def _unused(
    document: Document, allows: tuple[Allow, ...], used: list[Allow], ran: list[Rule], profile: Profile, today: date
) -> Iterator[Finding]:
    """Comments that allow nothing although the rules that they name have run."""
    if not allows:
        return
    rule = UnusedAllow()
    severity = profile.severity_of(rule.code, rule.severity)
    names = {name for r in ran for name in (r.code, r.name)}
    if severity == "off" or rule.code not in names:
        return
    useful = frozenset(used)
    for allow in allows:
        past = allow.until is not None and allow.until < today  # which is a finding already
        if allow.reason and not past and allow not in useful and names.issuperset(allow.codes):
            place = document.source.line_place(document.source.place(allow.at).line)
            message = f"nothing here needs to be allowed: {', '.join(allow.codes)}"
            yield rule.raised(document.source, message, place, "remove the comment").at(severity)


_MOST_FINDINGS = 200
"""Of one rule on one page; more help nobody."""


def _at_most(findings: list[Finding]) -> list[Finding]:
    """The first findings of each rule; the last one kept says how many there are more."""
    total = Counter(f.code for f in findings)
    if max(total.values(), default=0) <= _MOST_FINDINGS:
        return findings
    seen: Counter[str] = Counter()
    out = []
    for finding in findings:
        seen[finding.code] += 1
        more = total[finding.code] - _MOST_FINDINGS + 1
        if more > 1 and seen[finding.code] == _MOST_FINDINGS:
            finding = replace(finding, message=f"{more} more findings of this rule stand from here on", help="")
        if seen[finding.code] <= _MOST_FINDINGS:
            out.append(finding)
    return out


def _profile(template: Template, options: Options) -> Profile:
    """The profile that was asked for, with the project's own severities."""
    name = options.profile or template.default_profile
    if name not in template.profiles:
        known = ", ".join(template.profiles)
        raise InputError(f"template {template.kind} {template.version} has no profile {name!r}; it has {known}")
    profile = template.profiles[name]
    return replace(profile, severity={**profile.severity, **options.severity}) if options.severity else profile


def _version_line(document: Document) -> WrittenVersion:
    """The version line: a comment before everything that a reader sees."""
    end = len(document.source.text)
    for block in document.blocks:
        if not isinstance(block, Html) or block.text.text.strip() or block.images:
            end = document.source.start_of(block.line)
            break
    for comment in document.comments:
        if comment.at >= end:
            break
        try:
            line = VersionLine.parse(comment.text, kind=KIND)
        except InputError as error:
            return WrittenVersion(None, comment.at, str(error))
        if line is not None:
            return WrittenVersion(line, comment.at)
    return WrittenVersion(None, 0)


def _coverage(grounding: Grounding | None) -> Coverage | None:
    if grounding is None:
        return None
    values = grounding.values
    lost = sum(v.start is None for v in values)
    confirmed = sum(v.confirmed for v in values)
    unchanged = sum(v.start is not None and v.fresh is None and not v.problem and not v.edited for v in values)
    return Coverage(len(values), confirmed, len(values) - lost - confirmed - unchanged, unchanged, lost)
