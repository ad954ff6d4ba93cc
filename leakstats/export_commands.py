"""``leakstats export``: the data behind a page as a table for other tools."""

from __future__ import annotations

from pathlib import Path

import click

from leakstats.command_line import CONTEXT_SETTINGS

__all__ = ["export"]

_OUTPUT = click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False), help="A .csv or .parquet file."
)
_FORCE = click.option("--force", is_flag=True, help="Replace OUTPUT where it exists.")


@click.group(context_settings=CONTEXT_SETTINGS)
def export() -> None:
    """Write counts or completions as CSV or Parquet.

    \b
    Examples:
      leakstats export cells results.json -o cells.csv
      leakstats export completions experiment.toml -o completions.parquet
    """


@export.command("cells", context_settings=CONTEXT_SETTINGS)
@click.argument("results", type=click.Path(path_type=Path))
@_OUTPUT
@_FORCE
def cells(results: Path, output: Path, force: bool) -> None:
    """Every table of rates in RESULTS, one below the other; a column a factor.

    \b
    Examples:
      leakstats export cells results.json -o cells.csv
    """
    from leakstats.export import cells_to_pandas, write_table
    from leakstats.results import load

    _free(output, force)
    write_table(cells_to_pandas(load(results)), output)
    click.echo(output)


@export.command("completions", context_settings=CONTEXT_SETTINGS)
@click.argument("experiment", type=click.Path(path_type=Path, dir_okay=False))
@click.option(
    "--run",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The run folder.  [default: runs/STEM, beside EXPERIMENT]",
)
@_OUTPUT
@_FORCE
def completions(experiment: Path, folder: Path | None, output: Path, force: bool) -> None:
    """Every stored completion of EXPERIMENT with what its detectors find; the run may still go on.

    \b
    Examples:
      leakstats export completions experiment.toml -o completions.parquet
    """
    from leakstats.experiment.exporting import completions_to_pandas
    from leakstats.experiment.reader import load_spec
    from leakstats.experiment.weights import tokenizer_of
    from leakstats.export import write_table

    _free(output, force)
    spec = load_spec(experiment)
    place = experiment.parent / "runs" / experiment.stem if folder is None else folder
    tokenizer = tokenizer_of(spec) if any(d.kind == "token" for d in spec.detectors) else None
    write_table(completions_to_pandas(spec, place / "journal.jsonl", tokenizer=tokenizer), output)
    click.echo(output)


def _free(output: Path, force: bool) -> None:
    from leakstats.errors import LeakstatsError

    if output.exists() and not force:
        raise LeakstatsError(f"{output}: exists already; name another file with -o, or give --force to replace it")
