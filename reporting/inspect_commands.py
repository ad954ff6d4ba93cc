"""``clean-result phrases``, ``template`` and ``diff``: looking at what there is."""

from __future__ import annotations

import inspect
from pathlib import Path

import click

from leakstats.command_line import CONTEXT_SETTINGS, EXIT_FINDINGS

__all__ = ["diff", "phrases", "template"]


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("name", required=False)
def phrases(name: str | None) -> None:
    """What a narrative may say: every function of {{ expressions }}, or all about the one called NAME.

    \b
    Examples:
      clean-result phrases
      clean-result phrases k_of_n
    """
    from leakstats.errors import InputError
    from leakstats.phrases import NAMES, signature_of
    from leakstats.phrases.registry import suggest

    if name is None:
        for each in sorted(NAMES):
            first = (inspect.getdoc(NAMES[each]) or "").split("\n\n")[0].replace("\n", " ")
            click.echo(f"{signature_of(each)}\n    {first}")
        return
    if name not in NAMES:
        raise InputError(f"no function is called {name!r}{suggest(name, list(NAMES))}")
    click.echo(f"{signature_of(name)}\n\n{inspect.getdoc(NAMES[name])}")


@click.group(context_settings=CONTEXT_SETTINGS)
def template() -> None:
    """Look at template folders."""


@template.command(context_settings=CONTEXT_SETTINGS)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_context
def check(ctx: click.Context, folder: Path) -> None:
    """Say what is wrong with the template in FOLDER: its definition, its bodies, its example.

    \b
    Example:
      clean-result template check my_template
    """
    from leakstats.template import load_template

    from .template_check import template_problems

    found = template_problems(load_template(folder), folder)
    for violation in found:
        click.echo(f"{folder}/{violation}")
    if found:
        ctx.exit(EXIT_FINDINGS)
    click.echo(f"{folder}: nothing wrong")


@template.command(context_settings=CONTEXT_SETTINGS)
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
def example(folder: Path) -> None:
    """Render the example of the template in FOLDER again, from its analysis.json and narrative.md.

    \b
    Example:
      clean-result template example my_template
    """
    from leakstats.template import load_template

    from .template_check import write_example

    for path in write_example(load_template(folder), folder):
        click.echo(str(path))


@template.command(context_settings=CONTEXT_SETTINGS)
@click.argument("which")
def show(which: str) -> None:
    """Say what a page of the template WHICH must hold: a built-in version, or a folder.

    \b
    Example:
      clean-result template show v2
    """
    from leakstats.template import load_template

    from .template_page import template_page

    named = load_template(Path(which) if "/" in which or Path(which).is_dir() else which)
    click.echo(template_page(named), nl=False)


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@click.option(
    "--among", type=click.Path(path_type=Path, exists=True, file_okay=False), help="Folder whose pages may build on it."
)
@click.pass_context
def diff(ctx: click.Context, old: Path, new: Path, among: Path | None) -> None:
    """Say which sentences changed from page OLD to page NEW, and why; exit status 1 if any did.

    Both pages stand beside their provenance. With --among, the pages that name this page's issue are listed: what they
    say rests on numbers that have changed.

    \b
    Example:
      clean-result diff issue.before.md issue.md --among results/
    """
    from .page_diff import compare, pages_that_build_on

    changes = compare(old, new)
    for change in changes:
        click.echo(str(change))
    stale = pages_that_build_on(new, among) if among is not None and changes else []
    for path, ref in stale:
        click.echo(f"stale: {path} builds on {ref}")
    if changes:
        click.echo(f"{len(changes)} sentences changed", err=True)
        ctx.exit(EXIT_FINDINGS)
    click.echo("no sentence changed", err=True)
