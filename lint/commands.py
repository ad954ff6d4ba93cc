"""The commands ``clean-result lint``, ``explain`` and ``rules``."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import click

from .config import find_config, read_config
from .engine import DEFAULT_MAX_BYTES, Options, lint_paths
from .finding import SEVERITIES, Severity
from .gather import is_stream
from .page_options import ANALYSIS, FILE, ROOT, TEMPLATE
from .registry import all_rules, rule_by_code, select_rules
from .report import Report

__all__ = ["FORMATS", "explain", "lint", "rules"]

FORMATS: dict[str, str] = {
    "text": "to_text",
    "table": "to_table",
    "json": "to_json",
    "github": "to_github",
    "sarif": "to_sarif",
    "markdown": "to_markdown",
}
"""Name of a format to the function in its module under ``formats``."""


def _format(name: str, report: Report) -> str:
    function: Callable[[Report], str] = getattr(import_module(f"{__package__}.formats.{name}"), FORMATS[name])
    return function(report)


@click.command()
@click.argument("pages", nargs=-1, metavar="[PAGE]...")
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="text", show_default=True, help="How to print."
)
@click.option(
    "--profile",
    default="",
    help="How strictly to judge: draft, review (the default), publish, rigorous or p-values-only.",
)
@TEMPLATE
@ROOT
@ANALYSIS
@click.option(
    "--results",
    multiple=True,
    type=FILE,
    metavar="FILE",
    help="A results file (JSON, CSV) to compare with, in place of those that the page names; may be repeated.",
)
@click.option("--no-results", is_flag=True, help="Judge the page alone, even where it names a results file.")
@click.option("--select", multiple=True, metavar="CODES", help="Run only these rules (codes, names, families as CR1).")
@click.option("--ignore", multiple=True, metavar="CODES", help="Leave these rules out.")
@click.option(
    "--fail-on",
    type=click.Choice(SEVERITIES),
    help="The mildest finding that makes the exit status 1.  [default: error]",
)
@click.option(
    "--max-bytes", type=click.IntRange(min=1), help=f"A larger page is not parsed.  [default: {DEFAULT_MAX_BYTES}]"
)
@click.option("--config", "config_path", type=FILE, help="Settings, in place of those of the current folder.")
@click.option("--event", type=FILE, help="A GitHub issue event (JSON): judge its title and body.")
@click.option("--baseline", "baseline_path", type=FILE, help="Known findings, which are not shown and fail nothing.")
@click.option(
    "--update-baseline",
    is_flag=True,
    help="Write the baseline: a new one with all findings, an old one less what no longer occurs.",
)
@click.option("--fix", is_flag=True, help="Show as a diff what can be repaired safely; nothing is written.")
@click.option("--write", is_flag=True, help="With --fix: write the repairs, then judge the pages again.")
@click.option("--jobs", type=click.IntRange(min=1), help="Processes for many pages.  [default: one a processor]")
@click.pass_context
def lint(
    ctx: click.Context,
    pages: tuple[str, ...],
    form: str,
    profile: str,
    template: Path | None,
    root: Path | None,
    analysis: Path | None,
    results: tuple[Path, ...],
    no_results: bool,
    select: tuple[str, ...],
    ignore: tuple[str, ...],
    fail_on: Severity | None,
    max_bytes: int | None,
    config_path: Path | None,
    event: Path | None,
    baseline_path: Path | None,
    update_baseline: bool,
    fix: bool,
    write: bool,
    jobs: int | None,
) -> None:
    """Judge clean-result pages: structure, figures, samples, and every number, re-derived.

    PAGE is a Markdown file, a folder of them, or - for standard input; without one it is issue.md in the current
    folder. A page that was rendered has a sidecar (issue.provenance.json) beside it; each of its numbers is printed
    again from analysis.json and compared with the page. Every other number is compared with the results files that the
    page names (from its folder, those above, and --root) or that are given, and with the rest of the page. What there
    is nothing to compare with is counted as not checked.

    --fix prints a unified diff and no report; --fix --write makes the changes and then reports what is left. A baseline
    knows findings by rule and text, not by line; --update-baseline never adds to an old one.

    A comment beside a line allows a finding:
    <!-- clean-result: allow CR121 because REASON [until 2026-01-31] -->

    Settings stand in .clean-result.toml, or under [tool.clean-result] in pyproject.toml, of this folder or one above:
    profile, select, ignore (a table from rule to reason), severity, fail-on, max-bytes, template, root. Options go
    before them.

    \b
    Exit status: 0 no errors, 1 errors (see --fail-on), 2 could not run or read.

    \b
    Examples:
      clean-result lint
      clean-result lint issue.md --profile draft
      clean-result lint pages/*.md --format json > report.json
      clean-result lint issue.md --results results.json
      clean-result lint issue.md --select CR3
      clean-result lint pages --baseline known.json
      clean-result lint issue.md --fix
      clean-result lint --event "$GITHUB_EVENT_PATH" --format github
      gh issue view 12 --json body --jq .body | clean-result lint -
    """
    config = read_config(config_path) if config_path is not None else find_config(Path.cwd())
    # An empty variable of a CI job is an option that was not given.
    chosen = _given(select) or config.select
    ignored = select_rules(_given(ignore)) if _given(ignore) else frozenset()
    left_out = config.left_out | dict.fromkeys(ignored, "left out by --ignore")
    options = Options(
        profile=profile or config.profile,
        template=template or config.template,
        root=root or config.root,
        analysis=analysis,
        results=results,
        no_results=no_results,
        codes=select_rules(chosen) if chosen else None,
        left_out=left_out,
        severity=config.severity,
        max_bytes=max_bytes or config.max_bytes or DEFAULT_MAX_BYTES,
    )
    failing: Severity = fail_on or config.fail_on or "error"
    _check_usage(pages, event=event, baseline=baseline_path, update=update_baseline, fix=fix, write=write)
    if no_results and results:
        raise click.UsageError("--no-results judges the page alone; give no --results beside it")

    def judge() -> Report:
        if event is not None:
            from .event import lint_event  # late, as all that most runs do without

            return Report((lint_event(event, options),), options.profile, failing)
        return lint_paths(pages or ("issue.md",), options, stdin=sys.stdin.buffer, fail_on=failing, jobs=jobs)

    report = judge()
    if fix and not _repair(report, write=write):
        _say_unread(report)
        ctx.exit(report.status)
    report = judge() if fix else report
    if baseline_path is not None:
        folders = [Path(name) for name in pages if Path(name).is_dir()]
        report = _less_known(report, baseline_path, folders, update=update_baseline)
    click.echo(_format(form, report), nl=False)
    _say_unread(report)
    ctx.exit(report.status)


def _given(items: tuple[str, ...]) -> tuple[str, ...]:
    """The items of an option that name something."""
    return tuple(item for item in items if item.replace(",", " ").strip())


def _say_unread(report: Report) -> None:
    """Name what made the exit status 2, whatever the format was."""
    for file in {u.name: u for page in report.pages for u in page.unread if u.given}.values():
        click.echo(f"clean-result lint: {file.name} cannot be read, so it is not checked: {file.reason}", err=True)
    for page in report.pages:
        if not page.readable:
            click.echo(f"clean-result lint: {page.path}: {page.findings[0].message}", err=True)


def _check_usage(
    pages: tuple[str, ...], *, event: Path | None, baseline: Path | None, update: bool, fix: bool, write: bool
) -> None:
    """Refuse options that contradict each other."""
    if event is not None and pages:
        raise click.UsageError("--event judges the event's issue; name no page beside it")
    if update and baseline is None:
        raise click.UsageError("--update-baseline needs --baseline FILE")
    if write and not fix:
        raise click.UsageError("--write goes with --fix")
    if fix and (event is not None or any(page == "-" or is_stream(page) for page in pages)):
        raise click.UsageError("--fix repairs files; it has none to write here")


def _repair(report: Report, *, write: bool) -> bool:
    """Show what can be repaired, and write it if asked to; True if something was written."""
    from .fixes import repair

    repaired = [r for page in report.pages if page.lines and (r := repair(page)).count]
    click.echo("".join(r.diff for r in repaired), nl=False, err=write)
    count = sum(r.count for r in repaired)
    said = f"{count} repair{'s' * (count != 1)} in {len(repaired)} page{'s' * (len(repaired) != 1)}"
    click.echo(f"clean-result lint: {said}{'' if write or not count else '; --fix --write makes them'}", err=True)
    if not write:
        return False
    for page in repaired:
        page.write()
    return True


def _less_known(report: Report, path: Path, folders: Iterable[Path], *, update: bool) -> Report:
    """The report without the findings of the baseline; with ``update`` the file is made or shrunk first."""
    from .baseline import Baseline

    if update and not path.exists():
        baseline = Baseline.of(path, report.pages)
        baseline.write()
    else:
        baseline = Baseline.load(path)
    pages, gone = baseline.hide(report.pages, folders=folders)
    if gone and update:
        baseline.without(gone).write()
    elif gone:
        count = sum(gone.values())
        verb = "occurs" if count == 1 else "occur"
        said = f"{count} known finding{'s' * (count != 1)} no longer {verb}; --update-baseline drops them from {path}"
        click.echo(f"clean-result lint: {said}", err=True)
    return replace(report, pages=pages)


@click.command()
@click.argument("code")
def explain(code: str) -> None:
    """Say why a rule exists, with a page that fails it and one that passes.

    \b
    Examples:
      clean-result explain CR101
      clean-result explain missing-caption
    """
    rule = rule_by_code(code)
    doc = type(rule).doc()
    profile = f"\nSpeaks only in the profile {rule.profile} (or one that asks the same).\n" if rule.profile else ""
    needs = f"\nNeeds: {', '.join(sorted(rule.needs))}. Without it the rule does not run.\n" if rule.needs else ""
    parts = [
        f"{rule.code} {rule.name} ({rule.severity})",
        "",
        doc.summary,
        profile + needs,
        "Why is this bad?",
        _indent(doc.why),
        "",
        "Fails:",
        _indent(doc.fails),
        "Passes:",
        _indent(doc.passes),
    ]
    click.echo("\n".join(parts).rstrip())


def _indent(text: str) -> str:
    return "\n".join(f"    {line}" if line else "" for line in text.rstrip("\n").split("\n")) + "\n"


@click.command()
@click.argument("families", nargs=-1, metavar="[FAMILY]...")
def rules(families: tuple[str, ...]) -> None:
    """List the rules: code, severity, name, and what each looks for.

    \b
    Examples:
      clean-result rules
      clean-result rules CR1 CR6
    """
    codes = select_rules(families)
    for rule in all_rules():
        if rule.code in codes:
            summary = type(rule).doc().summary.split("\n\n")[0].replace("\n", " ")
            click.echo(f"{rule.code}  {rule.severity:7}  {rule.name:27}  {summary}")
