"""The command ``clean-result review``."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from leakstats.errors import LeakstatsError
from leakstats.files import decode_text, read_text

from .config import find_config
from .engine import DEFAULT_MAX_BYTES, STDIN_NAME, Options, judge_page
from .formats.review import review_to_text
from .gather import is_stream, why_not_a_page
from .page_options import ANALYSIS, FILE, ROOT, TEMPLATE
from .review import review

__all__ = ["review_page"]


@click.command("review")
@click.argument("page", type=FILE)
@click.option("--profile", default="", help="How strictly to judge, as for lint.")
@TEMPLATE
@ROOT
@ANALYSIS
@click.option(
    "--results", multiple=True, type=FILE, metavar="FILE", help="A results file to compare with; may be repeated."
)
@click.pass_context
def review_page(
    ctx: click.Context,
    page: Path,
    profile: str,
    template: Path | None,
    root: Path | None,
    analysis: Path | None,
    results: tuple[Path, ...],
) -> None:
    """Say what a reviewer would: PASS, CONCERNS or FAIL, with every claim quoted beside its evidence.

    PAGE is a Markdown file, or - for standard input.

    The template as a checklist; the reproducibility card with its missing fields counted; then the title, each
    takeaway and each caption: supported, overclaimed, contradicted, or not checkable and why. A claim is supported
    only if each of its numbers is found where its words say. FAIL: an error, a contradicted claim, or four missing
    fields. CONCERNS: a warning, an overclaimed claim, or a missing field.

    \b
    Exit status: 0 PASS or CONCERNS, 1 FAIL, 2 could not run or read.

    \b
    Examples:
      clean-result review issue.md
      clean-result review issue.md --results results.json
      gh issue view 12 --json body --jq .body | clean-result review -
    """
    config = find_config(Path.cwd())
    options = Options(
        profile=profile or config.profile,
        template=template or config.template,
        root=root or config.root,
        analysis=analysis,
        results=results,
        left_out=config.left_out,
        severity=config.severity,
        max_bytes=config.max_bytes or DEFAULT_MAX_BYTES,
    )
    if str(page) == "-":
        text = decode_text(sys.stdin.buffer.read(), STDIN_NAME)
        judged, report = judge_page(text, options.here(), path=STDIN_NAME)
    else:
        reason = why_not_a_page(str(page))
        if reason:
            raise LeakstatsError(f"{page}: cannot be read: {reason}")
        text = read_text(page)
        stream = is_stream(str(page))
        judged, report = judge_page(
            text, options.here() if stream else options, path=str(page), file=None if stream else page
        )
    done = review(judged, report)
    click.echo(review_to_text(done), nl=False)
    unread = [u for u in report.unread if u.given]
    for file in unread:
        click.echo(f"clean-result review: {file.name} cannot be read, so it is not checked: {file.reason}", err=True)
    ctx.exit(2 if unread else 1 if done.verdict == "FAIL" else 0)
