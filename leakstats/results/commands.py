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
      leakstats import completions --kind inspect --init logs/a.eval -o completions.toml
      leakstats import completions --kind inspect logs/*.eval --map completions.toml
    """


@import_.command("csv", context_settings=CONTEXT_SETTINGS)
@click.argument("data", type=click.Path(path_type=Path))
@click.option("--init", is_flag=True, help="Write a mapping to start from, guessed from the header of DATA.")
@click.option("--map", "mapping", type=click.Path(path_type=Path), help="The mapping (TOML): which column is what.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Where to write.  [default: results.json; with --init: standard output]",
)
@click.option("--force", is_flag=True, help="Replace OUTPUT where it exists.")
def import_csv_command(data: Path, init: bool, mapping: Path | None, output: Path | None, force: bool) -> None:
    """Turn the tidy CSV file DATA into results.json.

    A mapping file says which columns are factors, counts and similarities, and what is independent of what. Problems
    are listed all at once, with file, line and column. The result keeps the contract or is not written.

    \b
    Examples:
      leakstats import csv --init rates.csv -o rates.toml
      leakstats import csv rates.csv --map rates.toml -o results.json
      leakstats validate results.json
    """
    from leakstats.errors import LeakstatsError
    from leakstats.files import write_json, write_text

    if init == (mapping is not None):
        raise click.UsageError("give --map MAPPING.toml to import, or --init to write a mapping to start from")
    target = output if output is not None else None if init else Path("results.json")
    if target is not None and target.exists() and not force:
        raise LeakstatsError(f"{target}: exists already; name another file with -o, or give --force to replace it")
    if mapping is None:
        from leakstats.results.csv_init import starting_mapping

        text = starting_mapping(data)
        if target is None:
            click.echo(text, nl=False)
            return
        write_text(target, text)
    else:
        from leakstats.results.csv_import import import_csv

        target = target or Path("results.json")
        write_json(target, import_csv(data, mapping, target=target))
    click.echo(target)


@import_.command("completions", context_settings=CONTEXT_SETTINGS)
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--kind",
    required=True,
    type=click.Choice(["inspect", "lm-eval", "jsonl"]),
    help="inspect_ai logs (.eval, .json), lm-evaluation-harness samples, or any JSON lines.",
)
@click.option("--init", is_flag=True, help="Write a mapping to start from, with the fields that the first file has.")
@click.option("--map", "mapping", type=click.Path(path_type=Path), help="The mapping (TOML): where things stand.")
@click.option("--tokenizer", help="Model folder or hub id, for token-level detectors.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Where to write.  [default: results.json; with --init: standard output]",
)
@click.option("--force", is_flag=True, help="Replace OUTPUT where it exists.")
def import_completions_command(
    files: tuple[Path, ...],
    kind: str,
    init: bool,
    mapping: Path | None,
    tokenizer: str | None,
    output: Path | None,
    force: bool,
) -> None:
    """Judge completions that another tool stored in FILES, count them, and write results.json.

    The mapping names the fields that hold text, persona and question, and the detectors. The counts are written beside
    OUTPUT as NAME.counts.csv, a line a cell. Samples without a completion are reported by condition.

    \b
    Examples:
      leakstats import completions --kind inspect --init logs/a.eval -o completions.toml
      leakstats import completions --kind inspect logs/*.eval --map completions.toml
      leakstats import completions --kind lm-eval samples_*.jsonl --map completions.toml -o results.json
    """
    from leakstats.errors import LeakstatsError
    from leakstats.experiment.importing import import_completions, starting_completions_mapping
    from leakstats.files import write_json, write_text

    if init == (mapping is not None):
        raise click.UsageError("give --map MAPPING.toml to import, or --init to write a mapping to start from")
    target = output if output is not None else None if init else Path("results.json")
    if target is not None and target.exists() and not force:
        raise LeakstatsError(f"{target}: exists already; name another file with -o, or give --force to replace it")
    if mapping is None:
        text = starting_completions_mapping(files[0], kind)  # type: ignore[arg-type]
        if target is None:
            click.echo(text, nl=False)
            return
        write_text(target, text)
        click.echo(target)
        return
    target = target or Path("results.json")
    loaded = None
    if tokenizer is not None:
        from leakstats.experiment.loading import load_tokenizer

        loaded = load_tokenizer(tokenizer)
    found = import_completions(files, kind, mapping, target=target, tokenizer=loaded)  # type: ignore[arg-type]
    write_json(target, found.document)
    click.echo(f"{found.completions:,} completions counted in {found.counts}", err=True)
    for arm, (lost, total) in sorted(found.failed.items()):
        click.echo(f"{arm}: {lost} of {total} samples have no completion and are in no count", err=True)
    click.echo(target)
