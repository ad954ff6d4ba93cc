"""Writes a folder of labelled pages: clean ones, correct rewrites of them, and copies with one error each.

The folder has the form of every lintbench set (docs/, labels/, eval_results/, manifest.json), so any scorer of that
form can measure a linter on it.

    python benchmarks/lintbench/generate.py --bank notebook --seed 1 --clean 12 --rewrites 12 --mutated 132 --out DIR
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
if __name__ == "__main__":
    sys.path.insert(0, str(HERE.parent))

from lintbench.families import FAMILIES  # noqa: E402
from lintbench.kinds import KINDS, mutate  # noqa: E402
from lintbench.rewrites import REWRITES, rewrite  # noqa: E402
from lintbench.shapes import results_files  # noqa: E402
from lintbench.writer import Absent, Page, write_page  # noqa: E402

__all__ = ["HELD_OUT", "banks", "build", "generate", "load_bank"]

HELD_OUT = ("essay",)
"""Banks that are only measured: nobody who works on the linter reads a page of them."""
BANK_NUMBER = {"notebook": 1, "academic": 2, "essay": 3, "patchwork": 4, "gallery": 5, "ledger": 6, "dispatch": 7}


def banks() -> list[str]:
    """Names of all banks."""
    return [b for b in BANK_NUMBER if (HERE / "banks" / f"{b}.toml").exists()]


def load_bank(name: str) -> dict[str, Any]:
    """Wording, casts and styles of one writer."""
    return tomllib.loads((HERE / "banks" / f"{name}.toml").read_text("utf-8"))


def _hex(rng: np.random.Generator, n: int) -> str:
    """A hash that holds a digit and a letter, so that nobody reads it as a word or a number."""
    middle = "".join(f"{v:x}" for v in rng.integers(0, 16, n - 2))
    return str(rng.integers(1, 10)) + middle + "abcdef"[int(rng.integers(6))]


def build(bank_name: str, seed: int, index: int) -> tuple[Page, dict[str, str]]:
    """Clean page ``index`` of a set with its results files; the same arguments give the same bytes."""
    bank = load_bank(bank_name)
    families = sorted(set(bank) & set(FAMILIES))
    family = families[index % len(families)]
    rng = np.random.default_rng([BANK_NUMBER[bank_name], seed, index])
    for _ in range(50):
        naming = str(rng.choice([s.get("naming", "name") for s in bank["styles"]]))
        chosen = {**bank, "styles": [s for s in bank["styles"] if s.get("naming", "name") == naming]}
        issue = int(rng.integers(60, 900))
        facts = {
            "seed": int(rng.choice([3, 7, 13, 17, 42, 137, 2024])),
            "commit": _hex(rng, 7),
            "hash": _hex(rng, 8),
            "issue": issue,
            "parent": issue - int(rng.integers(3, 50)),
            "epochs": int(rng.integers(1, 6)),
            "few": "three",
            "earlier_n": int(rng.choice([12, 20, 30, 64])),
        }
        book = FAMILIES[family](bank["cast"][family] | facts, rng, naming)
        as_csv = bool(rng.random() < 0.2)
        try:
            page = write_page(
                f"c{index:03d}", family, book, chosen, rng, results="results.csv" if as_csv else "results.json"
            )
        except Absent:
            continue
        return page, results_files(book, rng, csv_too=as_csv, habits=bank.get("json", {}))
    raise RuntimeError(f"no page of {bank_name}/{family} in 50 draws")


def _emit(out: Path, ident: str, text: str, label: dict[str, Any]) -> dict[str, str]:
    (out / "docs" / f"{ident}.md").write_text(text, encoding="utf-8", newline="\n")
    body = {"id": ident, **label}
    (out / "labels" / f"{ident}.json").write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", "utf-8")
    return {k: str(body[k]) for k in ("id", "parent", "kind")}


def generate(
    bank: str, seed: int, out: Path, *, clean: int, rewrites: int, mutated: int, kinds: Iterable[str] | None = None
) -> dict[str, Any]:
    """Write a set and return its manifest."""
    for sub in ("docs", "labels", "eval_results"):
        (out / sub).mkdir(parents=True, exist_ok=True)
    rows, pages = [], []
    for i in range(clean):
        page, files = build(bank, seed, i)
        pages.append(page)
        folder = out / "eval_results" / page.ident
        folder.mkdir(exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8", newline="\n")
        common = {"family": page.family, "results": f"eval_results/{page.ident}/{page.results}"}
        rows.append(
            _emit(
                out,
                page.ident,
                page.text(),
                {"parent": page.ident, "kind": "clean", "expect": None, "lines": [], **common},
            )
        )
    rng = np.random.default_rng([BANK_NUMBER[bank], seed, 1_000_003])
    seen = {p.text() for p in pages}
    made = 0
    for ident, maker, names, wanted in (
        ("r", rewrite, list(REWRITES), rewrites),
        ("m", mutate, list(kinds or KINDS), mutated),
    ):
        order = [names[int(i)] for i in rng.permutation(len(names))]
        made = turn = dry = 0
        while made < wanted and dry < 3 * len(order):
            name = order[turn % len(order)]
            turn += 1
            for i in rng.permutation(len(pages)):
                page = pages[int(i)]
                got = maker(page, name, np.random.default_rng([int(v) for v in rng.integers(1 << 30, size=2)]))
                if got is not None and got[0] not in seen:
                    break
            else:
                dry += 1
                continue
            dry = 0
            seen.add(got[0])
            extra = {"family": page.family, "results": f"eval_results/{page.ident}/{page.results}"}
            rows.append(_emit(out, f"{ident}{made:03d}", got[0], {"parent": page.ident, **got[1], **extra}))
            made += 1
    manifest = {
        "bank": bank,
        "seed": seed,
        "clean": clean,
        "rewrites": sum(r["id"][0] == "r" for r in rows),
        "mutated": made,
        "documents": rows,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=1) + "\n", "utf-8")
    return manifest


def main(argv: list[str] | None = None) -> int:
    """The command line."""
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--bank", choices=banks(), default="notebook")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--clean", type=int, default=12)
    ap.add_argument("--rewrites", type=int, default=12)
    ap.add_argument("--mutated", type=int, default=132)
    ap.add_argument("--out", type=Path, required=True)
    a = ap.parse_args(argv)
    m = generate(a.bank, a.seed, a.out, clean=a.clean, rewrites=a.rewrites, mutated=a.mutated)
    kinds = {r["kind"] for r in m["documents"]} - {"clean"}
    print(f"{m['clean']} clean pages, {m['rewrites']} rewrites, {m['mutated']} with one error, {len(kinds)} kinds")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
