"""``leakstats validate`` and ``leakstats import``."""

from __future__ import annotations

from pathlib import Path

import click

from leakstats.command_line import CONTEXT_SETTINGS, EXIT_ERROR, EXIT_OK

__all__ = ["import_", "validate"]


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.pass_context
def validate(context: click.Context, files: tuple[Path, ...]) -> None:
    """List every way in which results FILES break the contract results.v1.

    Each violation has its JSON pointer, the value seen, and what to do. Array files named in a results file are
    compared with their hash where they are present. Exit status 0: all keep the contract; 2: some do not.

    \b
    Examples:
      leakstats validate results.json
      leakstats validate examples/*/results.json
    """
    from leakstats.results.store import validate_file

    broken = 0
    for path in files:
        violations = validate_file(path)
        if not violations:
            click.echo(f"{path}: valid")
            continue
        broken += 1
        n = len(violations)
        click.echo(f"{path}: {n} violation{'s' if n > 1 else ''}")
        for v in violations:
            click.echo(f"  {v}")
    if len(files) > 1 and broken:
        click.echo(f"{broken} of {len(files)} files break the contract", err=True)
    context.exit(EXIT_ERROR if broken else EXIT_OK)


@click.group("import", context_settings=CONTEXT_SETTINGS)
def import_() -> None:
    """Make results.json from other files.

    \b
    Examples:
      leakstats import csv --init rates.csv -o rates.toml
      leakstats import csv rates.csv --map rates.toml -o results.json
    """
