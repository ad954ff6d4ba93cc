"""``clean-result render`` and its neighbours."""

from __future__ import annotations

import os
import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leakstats.command_line import CONTEXT_SETTINGS
from leakstats.errors import LeakstatsError

if TYPE_CHECKING:
    from leakstats.template import Template

__all__ = ["migrate", "new", "render"]


def _existing(what: str, places: list[Path], how: str) -> Path:
    """The first of ``places`` that is a file."""
    for place in places:
        if place.is_file():
            return place
    looked = ", ".join(dict.fromkeys(str(p) for p in places))
    raise LeakstatsError(f"no {what} here (looked for {looked}); {how}")


def _analysis_path(given: Path | None) -> Path:
    if given is not None:
        return given
    places = [Path("analysis.json"), Path("out/analysis.json")]
    return _existing("analysis", places, "name it, or make one with: leakstats analyze results.json")


def _from(folder: Path, path: Path) -> str:
    """``path`` as seen from ``folder``, with forward slashes."""
    return Path(os.path.relpath(path.resolve(), folder.resolve())).as_posix()


def _template(which: str) -> Template:
    from leakstats.template import load_template

    return load_template(Path(which) if "/" in which or Path(which).is_dir() else which)


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("analysis", required=False, type=click.Path(path_type=Path))
@click.option(
    "--narrative",
    type=click.Path(path_type=Path),
    help="The author's words.  [default: narrative.md here, beside ANALYSIS, or one folder above it]",
)
@click.option(
    "-o", "--output", default="issue.md", show_default=True, type=click.Path(path_type=Path), help="The page to write."
)
@click.option(
    "--template",
    "which",
    help="A built-in version, or a template folder.  [default: what the narrative's front matter names, else v1]",
)
@click.option(
    "--figure-base",
    metavar="URL",
    help="What stands before the figures' paths.  [default: the raw GitHub address at HEAD where the figures are"
    " committed there, else the relative path, which only a draft may have]",
)
@click.option("--commit", default="uncommitted", show_default=True, help="The commit that will hold the provenance.")
@click.option("--html", is_flag=True, help="Write one self-contained HTML page too, beside the page.")
@click.option("-q", "--quiet", is_flag=True, help="Say nothing about the numbers and the figures.")
def render(
    analysis: Path | None,
    narrative: Path | None,
    output: Path,
    which: str | None,
    figure_base: str | None,
    commit: str,
    html: bool,
    quiet: bool,
) -> None:
    """Render ANALYSIS and the author's words into a page.

    ANALYSIS is analysis.json [default: analysis.json here, or out/analysis.json]. Beside the page stands its
    provenance: every printed number with its id and its place. Rendering refuses an unknown name, a statement, a
    confidence above what the analysis allows, and an assertion that became false; nothing is written then.

    \b
    Examples:
      clean-result render
      clean-result render out/analysis.json --narrative narrative.md -o issue.md
      clean-result render --html
    """
    from leakstats.analysis.document import AnalysisDocument
    from leakstats.files import dump_json

    from .narrative import load_narrative, template_named
    from .pinned import Base, listed_path
    from .pinned import figure_base as pinned_base
    from .render import PAGE_LIMIT, Place
    from .render import render as render_page
    from .sidecar import sidecar_of, write_together

    analysis = _analysis_path(analysis)
    document = AnalysisDocument.load(analysis)
    if narrative is None:
        places = [Path("narrative.md"), analysis.parent / "narrative.md", analysis.parent.parent / "narrative.md"]
        how = f"write one, or begin with: clean-result new {analysis}"
        narrative = _existing("narrative", places, how)
    template = _template(which or template_named(narrative) or "v1")
    words = load_narrative(narrative, template)

    folder = output.parent
    inside = _from(folder, analysis.parent)
    here = "" if inside == "." else f"{inside}/"
    if figure_base is None:
        base = pinned_base(
            analysis.parent, [f["path"] for g in document.figures for f in g.files.values()], relative=here
        )
    else:
        base = Base(figure_base if figure_base.endswith("/") or not figure_base else f"{figure_base}/")
    sidecar = output.with_name(f"{output.stem}.provenance.json")
    here_listed = posixpath.dirname(listed_path(analysis, folder))
    results = analysis.parent / document.raw["inputs"]["results"]["path"]
    place = Place(
        figure_base=base.prefix,
        here=f"{here_listed}/" if here_listed else "./",
        files=(("Analysis", listed_path(analysis, folder)), ("Narrative", listed_path(narrative, folder))),
        results=listed_path(results, folder),
        sidecar=sidecar.name,
        commit=commit,
        attachment=f"{output.stem}.tables.md",
    )
    page = render_page(document, words, template, place=place)
    provenance = sidecar_of(
        page,
        page=output.name,
        template=template,
        analysis={"path": _from(folder, analysis), "sha256": document.sha256},
        narrative={"path": _from(folder, narrative), "sha256": words.sha256},
        front=words.front,
    )
    files = {sidecar: dump_json(provenance), output: page.text}
    if page.attachment:
        files[output.with_name(place.attachment)] = page.attachment
    if html:
        from .html import html_page

        files[output.with_suffix(".html")] = html_page(document, words, template)
    write_together(files)
    for path in [output, sidecar, *list(files)[2:]]:
        click.echo(str(path))
    if quiet:
        return
    counts = page.counts
    click.echo(f"{counts.printed} numbers: {counts.grounded} grounded, {len(counts.typed)} typed", err=True)
    for line, number in counts.typed:
        click.echo(f"  {narrative}:{line}: {number} was typed", err=True)
    if base.why_not:
        click.echo(
            f"figures are linked by relative path: {base.why_not}; --figure-base gives a pinned address", err=True
        )
    if page.attachment:
        said = f"tables were moved to {place.attachment}: a GitHub issue holds {PAGE_LIMIT:,} characters"
        click.echo(said, err=True)
    if len(page.text) > PAGE_LIMIT:
        said = f"the page has {len(page.text):,} characters; a GitHub issue holds {PAGE_LIMIT:,}: shorten the narrative"
        click.echo(said, err=True)


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("analysis", required=False, type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", default="narrative.md", show_default=True, type=click.Path(path_type=Path), help="File to write."
)
@click.option("--template", "which", default="v1", show_default=True, help="A built-in version, or a template folder.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def new(analysis: Path | None, output: Path, which: str, force: bool) -> None:
    """Write a starting narrative for ANALYSIS: every section that wants words, with sensible ones to begin from.

    \b
    Examples:
      clean-result new
      clean-result new out/analysis.json -o narrative.md
    """
    from leakstats.analysis.document import AnalysisDocument
    from leakstats.files import write_text

    from .starting import starting_narrative

    if output.exists() and not force:
        raise LeakstatsError(f"{output}: exists already; choose another name with -o, or overwrite it with --force")
    document = AnalysisDocument.load(_analysis_path(analysis))
    write_text(output, starting_narrative(document, _template(which)))
    click.echo(str(output))


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("narrative", type=click.Path(path_type=Path))
@click.option("--to", "to", required=True, help="The version to move to, or its folder.")
@click.option("--from", "source", default="v1", show_default=True, help="The version that NARRATIVE was written for.")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path), help="File to write.")
@click.option("--force", is_flag=True, help="Overwrite an existing file.")
def migrate(narrative: Path, to: str, source: str, output: Path, force: bool) -> None:
    """Move NARRATIVE to another template version; no sentence is lost.

    \b
    Example:
      clean-result migrate narrative.md --to v2 -o narrative.v2.md
    """
    from leakstats.files import read_text, write_text

    from .migrate import migrated

    if output.exists() and not force:
        raise LeakstatsError(f"{output}: exists already; choose another name with -o, or overwrite it with --force")
    write_text(output, migrated(read_text(narrative), source=source, to=_template(to)))
    click.echo(str(output))
