"""The options that the commands about a page share."""

from __future__ import annotations

from pathlib import Path

import click

__all__ = ["ANALYSIS", "FILE", "ROOT", "TEMPLATE"]

FILE = click.Path(path_type=Path)
TEMPLATE = click.option(
    "--template", type=FILE, metavar="FOLDER", help="A template of one's own, for the pages that name its version."
)
ROOT = click.option(
    "--root",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder in which paths on the page are looked for too.",
)
ANALYSIS = click.option("--analysis", type=FILE, help="The analysis.json to compare with, in place of the sidecar's.")
