"""``leakstats run``, its stages alone, and ``leakstats status``."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import Any

import click

from leakstats.command_line import CONTEXT_SETTINGS, EXIT_FINDINGS

__all__ = ["detect", "extract", "generate", "run", "status", "train"]

INTERRUPTED = 130

_SPEC = click.argument("experiment", type=click.Path(path_type=Path, dir_okay=False))
_FOLDER = click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="The run folder.  [default: runs/STEM, beside EXPERIMENT]",
)
_REPAIR = click.option("--repair", is_flag=True, help="Mend a damaged journal first; the damaged file is kept.")
_QUIET = click.option("-q", "--quiet", is_flag=True, help="Print only the path of what was written.")


def _place(experiment: Path, folder: Path | None) -> Path:
    return experiment.parent / "runs" / experiment.stem if folder is None else folder


@contextlib.contextmanager
def _interruptible(folder: Path) -> Iterator[None]:
    """Turn Ctrl-C and SIGTERM into one message and exit status 130; what is finished is in the journal."""

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        from leakstats.experiment.journal import read_journal

        stored = len(read_journal(folder / "journal.jsonl").records)
        click.echo(
            f"\ninterrupted: {stored:,} records are stored in {folder}; the same command goes on from there",
            err=True,
        )
        raise click.exceptions.Exit(INTERRUPTED) from None
    finally:
        signal.signal(signal.SIGTERM, before)


def _reporter(quiet: bool) -> Any:
    import io

    from leakstats.experiment.progress import Reporter

    return Reporter(io.StringIO() if quiet else sys.stderr)


def _go(
    experiment: Path, folder: Path | None, stages: Sequence[str], *, assemble: bool, quiet: bool, **options: Any
) -> None:
    from leakstats.experiment.run import CanaryFailed, run_experiment

    place = _place(experiment, folder)
    with _interruptible(place):
        try:
            written = run_experiment(
                experiment,
                place,
                stages=stages,
                assemble=assemble,
                argv=["leakstats", *sys.argv[1:]],
                reporter=_reporter(quiet),
                **options,
            )
        except CanaryFailed as error:
            click.echo(f"leakstats: {error}", err=True)
            raise click.exceptions.Exit(EXIT_FINDINGS) from None
    click.echo(written)


@click.command(context_settings=CONTEXT_SETTINGS)
@_SPEC
@_FOLDER
@click.option("--strict", is_flag=True, help="Stop at a failed rate control too, with exit status 1.")
@_REPAIR
@_QUIET
def run(experiment: Path, folder: Path | None, strict: bool, repair: bool, quiet: bool) -> None:
    """Run EXPERIMENT (an experiment.toml) and write results.json.

    Rows, adapters, completions and hidden states are made in turn, each finished cell is stored at once. The same
    command goes on where an earlier one was interrupted, and the outcome is the same.

    \b
    Examples:
      leakstats plan experiment.toml
      leakstats run experiment.toml
      leakstats run experiment.toml -o runs/second --strict
      leakstats status runs/experiment

    Exit status: 0 done, 1 a check of the run failed, 2 could not run, 130 interrupted.
    """
    from leakstats.experiment.run import STAGES

    _go(experiment, folder, STAGES, assemble=True, strict=strict, repair=repair, quiet=quiet)


def _stage(name: str, what: str) -> Callable[..., Any]:
    """The command of one stage."""

    @click.command(name=name, context_settings=CONTEXT_SETTINGS, help=what)
    @_SPEC
    @_FOLDER
    @_REPAIR
    @_QUIET
    def command(experiment: Path, folder: Path | None, repair: bool, quiet: bool) -> None:
        _go(experiment, folder, [name], assemble=False, repair=repair, quiet=quiet)

    return command


train = _stage(
    "train",
    """Write the training rows of EXPERIMENT and train its adapters.

    What is trained already is kept. Adapters that the specification names are only checked.

    \b
    Examples:
      leakstats train experiment.toml
      leakstats train experiment.toml -o runs/second
    """,
)
generate = _stage(
    "generate",
    """Draw the completions of EXPERIMENT; its adapters must be trained.

    The base model answers too. Structural checks are made before the first completion of every model.

    \b
    Examples:
      leakstats generate experiment.toml
    """,
)
extract = _stage(
    "extract",
    """Read the hidden states that EXPERIMENT asks for; its adapters must be trained.

    \b
    Examples:
      leakstats extract experiment.toml
    """,
)


@click.command(context_settings=CONTEXT_SETTINGS)
@_SPEC
@_FOLDER
@click.option(
    "--results",
    "name",
    metavar="NAME",
    help="Also write results with these detectors, to this file of the run folder; they are exploratory.",
)
@_QUIET
def detect(experiment: Path, folder: Path | None, name: str | None, quiet: bool) -> None:
    """Judge the stored completions of EXPERIMENT with its detectors, which may have changed.

    Writes detections.jsonl (every detector, near misses, truncation and repetition of every cell) and prints the
    counts of every model. Nothing is drawn again, and results.json stays as it is.

    \b
    Examples:
      leakstats detect experiment.toml
      leakstats detect other_detectors.toml -o runs/experiment
      leakstats detect other_detectors.toml -o runs/experiment --results other.json
    """
    if name is not None and (Path(name).name != name or name == "results.json"):
        raise click.BadParameter(f"{name!r} must be the name of another file in the run folder", param_hint="--results")
    from leakstats.experiment.assemble import assemble_results, judge
    from leakstats.experiment.reader import load_spec
    from leakstats.experiment.run import open_run

    place = _place(experiment, folder)
    spec = load_spec(experiment)
    with (
        _interruptible(place),
        open_run(spec, place, reporter=_reporter(quiet), free=("detectors",), existing=True) as opened,
    ):
        cells = judge(opened)
        written = place / "detections.jsonl" if name is None else assemble_results(opened, name=name)
    if not quiet:
        from leakstats.experiment.status import print_detections

        print_detections(spec, cells)
    click.echo(written)


@click.command(context_settings=CONTEXT_SETTINGS)
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def status(folder: Path, form: str) -> None:
    """Say how far the run in FOLDER is, while it goes or after.

    Takes no lock and changes nothing.

    \b
    Examples:
      leakstats status runs/experiment
      leakstats status runs/experiment --format json
    """
    from leakstats.experiment.status import print_status, read_status
    from leakstats.files import dump_json

    found = read_status(folder)
    if form == "json":
        click.echo(dump_json(found.to_json()), nl=False)
    else:
        print_status(found)
