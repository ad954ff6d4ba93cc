"""Write ``results.json`` of each example from the numbers beside it.

    python examples/make_results.py                 # all examples
    python examples/make_results.py persona100      # one

Each example is a folder with ``numbers/`` (copied facts) and ``study.py``, whose ``build(numbers)`` gives the results.
The output depends on nothing else, so running this again changes no byte.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from leakstats.results import Results, save

EXAMPLES = Path(__file__).resolve().parent


def build(folder: Path) -> Results:
    """The results of one example folder."""
    spec = importlib.util.spec_from_file_location(f"example_{folder.name}", folder / "study.py")
    if spec is None or spec.loader is None:
        raise SystemExit(f"{folder}/study.py cannot be imported")
    module = importlib.util.module_from_spec(spec)
    sys.path.insert(0, str(EXAMPLES))  # for common.py
    try:
        spec.loader.exec_module(module)
    finally:
        sys.path.remove(str(EXAMPLES))
    results: Results = module.build(folder / "numbers")
    return results


def main(names: list[str]) -> None:
    """Build and save the named examples, or all."""
    for study in sorted(EXAMPLES.glob("*/study.py")):
        if not names or study.parent.name in names:
            target = study.parent / "results.json"
            save(build(study.parent), target)
            print(f"examples/{study.parent.name}/{target.name}: {target.stat().st_size / 1024:.0f} KiB")


if __name__ == "__main__":
    main(sys.argv[1:])
