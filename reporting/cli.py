"""The ``clean-result`` command."""

from __future__ import annotations

import gc

import click

from leakstats.command_line import CONTEXT_SETTINGS, LazyGroup, run, version_option

__all__ = ["cli", "main"]


@click.group(
    cls=LazyGroup,
    context_settings=CONTEXT_SETTINGS,
    lazy={
        "render": ("leakstats.reporting.commands:render", "Analysis and narrative to issue.md and its provenance."),
        "new": ("leakstats.reporting.commands:new", "A starting narrative for an analysis."),
        "migrate": ("leakstats.reporting.commands:migrate", "Move a narrative to another template version."),
        "phrases": ("leakstats.reporting.inspect_commands:phrases", "What a narrative's {{ expressions }} may say."),
        "diff": ("leakstats.reporting.inspect_commands:diff", "Which sentences changed between two pages, and why."),
        "template": ("leakstats.reporting.inspect_commands:template", "Check a template folder."),
        "lint": ("leakstats.lint.commands:lint", "Check a page: structure, numbers, provenance."),
        "review": ("leakstats.lint.review_command:review_page", "A reviewer's verdict, claim by claim."),
        "explain": ("leakstats.lint.commands:explain", "What a rule asks for, and why."),
        "rules": ("leakstats.lint.commands:rules", "The rules, each in one line."),
    },
)
@version_option
def cli() -> None:
    """Make and check the page of a result: no number on it is typed.

    \b
    Examples:
      clean-result new out/analysis.json
      clean-result render out/analysis.json --narrative narrative.md -o issue.md
      clean-result lint issue.md

    The analysis is made by the other command, leakstats.
    """


def main() -> None:
    """Entry point of the ``clean-result`` command.

    The collector of garbage rests: what a short command imports and reads is alive until it ends, and looking it
    through, above all at the very end, costs a tenth of the time of a lint. A long run calls it by itself.
    """
    gc.disable()
    try:
        run(cli, "clean-result")
    finally:
        gc.freeze()
        gc.enable()
