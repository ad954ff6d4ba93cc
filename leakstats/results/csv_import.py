"""Tidy CSV files to a results document, as a mapping file says."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leakstats.errors import ContractError
from leakstats.files import read_bytes, sha256_of
from leakstats.results.check import document_violations
from leakstats.results.codec import SCHEMA
from leakstats.results.csv_mapping import check_mapping, read_mapping
from leakstats.results.csv_read import Problems, Sheet, read_sheet
from leakstats.results.model import factor_of
from leakstats.results.printed import printed_rate, printed_value

__all__ = ["import_csv"]

_INTEGER_FACTORS = ("layer", "training_seed", "sampling_seed")
_MISSING = ("", "NA", "nan", "NaN")
_COUNT = re.compile(r"-?[0-9]{1,15}(\.0*)?")
_UNSAID = "not given in the mapping"
_PROVENANCE = ("commit", "dirty", "repository", "command", "python", "packages", "hardware", "wall_time_s", "gpu_hours")
_NAMED = {"personas": ("name", "prompt", "category", "role", "related_to"), "questions": ("id", "text")}
_SETUP = ("model", "training", "data", "eval", "compute", "environment")


def import_csv(
    data: Path,
    mapping: Path,
    *,
    target: Path,
    given: dict[str, Any] | None = None,
    made_by: str = "leakstats import csv",
) -> dict[str, Any]:
    """The results.v1 document of ``data`` as ``mapping`` describes it; checked, not written.

    Parameters
    ----------
    data : path
        The CSV file; tables of the mapping may name others with ``file``, relative to the folder of the mapping.
    mapping : path
        The mapping, TOML; ``leakstats import csv --init`` writes one to start from.
    target : path
        Where the document will be written; input paths in its provenance are relative to that folder.
    given : dict, optional
        The mapping's content where it was read and completed already; ``mapping`` then only names it.
    made_by : str
        The command, for the provenance.

    Raises
    ------
    ContractError
        With everything that is wrong with the mapping, the files (file, line and column) or the result (JSON pointer).
    """
    content = read_mapping(mapping) if given is None else check_mapping(given, str(mapping))
    return _Import(data, mapping, target, content, made_by).document()


class _Import:
    def __init__(self, data: Path, mapping: Path, target: Path, content: dict[str, Any], made_by: str) -> None:
        self.data, self.path, self.target = data, mapping, target
        self.map, self.made_by = content, made_by
        options = self.map.get("csv", {})
        self.delimiter: str = options.get("delimiter", ",")
        self.missing = set(options.get("missing", _MISSING))
        self.problems = Problems(str(data))
        self.sheets: dict[Path, Sheet] = {}
        self.texts: dict[str, list[str]] = {}
        """Of each factor: every text that stands for one of its levels."""
        self.whole_questions = False

    def document(self) -> dict[str, Any]:
        tables = [(f"table[{i}]", t) for i, t in enumerate(self.map["table"])]
        similarity = [(f"similarity[{i}]", t) for i, t in enumerate(self.map.get("similarity", []))]
        sheets = {place: self.sheet(place, item) for place, item in [*tables, *similarity]}
        self.problems.raise_if_any()
        for place, item in [*tables, *similarity]:
            self.collect(place, item, sheets[place])
        questions = self.questions()
        self.problems.raise_if_any()
        levels = self.levels()
        personas = self.personas(levels)
        rates = [self.cells(place, item, sheets[place], levels) for place, item in tables]
        cosines = [self.similarities(item, sheets[place], levels) for place, item in similarity]
        self.problems.raise_if_any()
        document = {
            "schema": SCHEMA,
            "study": self.map["study"],
            "factors": {name: {"levels": values} for name, values in levels.items()},
            "personas": personas,
            "tables": rates,
            "similarity": cosines,
            "design": self.design(),
            "plan": self.plan(),
            "detector": self.detector(),
            "provenance": self.provenance(),
        }
        if questions is not None:
            document["questions"] = questions
        if "setup" in self.map:
            document["setup"] = self.setup()
        if "runs" in self.map:
            document["runs"] = self.map["runs"]
        found = document_violations(document, folder=self.target.parent)
        if found:
            raise ContractError(f"{self.target.name} as {self.path.name} makes it", found)
        return document

    # --- files and columns ---

    def open(self, item: Mapping[str, Any]) -> Sheet:
        path = self.path.parent / item["file"] if "file" in item else self.data
        if path not in self.sheets:
            self.sheets[path] = read_sheet(path, delimiter=self.delimiter)
        return self.sheets[path]

    def sheet(self, place: str, item: Mapping[str, Any]) -> Sheet:
        """The rows that an item of the mapping is about; columns that are not there become problems."""
        sheet = self.open(item)
        columns: list[tuple[str, Any]] = [(f"{place}.factors.{k}", v) for k, v in item.get("factors", {}).items()]
        columns += [(f"{place}.where", k) for k in item.get("where", {})]
        columns += [(f"{place}.layers", k) for k in item.get("layers", {})]
        named: tuple[str, ...] = ("successes", "trials", "printed", "values")
        if place in _NAMED:
            named = _NAMED[place]
        for key in named:
            if isinstance(item.get(key), str):
                columns.append((f"{place}.{key}", item[key]))
        for where, column in columns:
            if column not in sheet.columns:
                have = ", ".join(sheet.columns)
                self.problems.add(
                    f"{self.path.name}, {where}", f"{sheet.path.name} has no column {column!r}", f"it has {have}"
                )
                return sheet
        kept = sheet.where(item.get("where", {}))
        if not len(kept):
            self.problems.add(
                f"{self.path.name}, {place}.where", f"no row of {sheet.path.name} fits", "check the texts"
            )
        return kept

    # --- levels ---

    def collect(self, place: str, item: Mapping[str, Any], sheet: Sheet) -> None:
        for name, column in item["factors"].items():
            for line, text in zip(sheet.lines, sheet.columns[column], strict=True):
                if text in self.missing:
                    self.problems.add(sheet.place(line, column), f"is {text!r}, no level of {name}", "name every level")
                    break
            self.texts.setdefault(name, []).extend(sheet.columns[column])
        for name, level in item.get("constants", {}).items():
            self.texts.setdefault(name, []).append(str(level))
        if "layers" in item:
            self.texts.setdefault("layer", []).extend(str(v) for v in item["layers"].values())

    def levels(self) -> dict[str, list[Any]]:
        """The levels of each factor: whole numbers sorted, text in order of first appearance."""
        out: dict[str, list[Any]] = {}
        for name, texts in self.texts.items():
            distinct = list(dict.fromkeys(texts))
            whole = name in _INTEGER_FACTORS or (name == "checkpoint" and all(map(_is_whole, distinct)))
            whole = whole or (name == "question" and self.whole_questions)
            bad = [t for t in distinct if whole and not _is_whole(t)]
            if bad:
                self.problems.add(f"factor {name}", f"has the level {bad[0]!r}", f"levels of {name} are whole numbers")
            out[name] = sorted(map(int, distinct)) if whole and not bad else distinct
        self.problems.raise_if_any()
        return out

    def factors(
        self, item: Mapping[str, Any], sheet: Sheet, levels: Mapping[str, list[Any]]
    ) -> tuple[dict[str, list[int]], dict[str, Any]]:
        def level(name: str, text: str) -> Any:
            return int(text) if isinstance(levels[name][0], int) else text

        codes = {
            name: factor_of(levels[name], (level(name, t) for t in sheet.columns[column])).codes.tolist()
            for name, column in item["factors"].items()
        }
        return codes, {name: level(name, str(v)) for name, v in item.get("constants", {}).items()}

    # --- tables ---

    def cells(
        self, place: str, item: Mapping[str, Any], sheet: Sheet, levels: Mapping[str, list[Any]]
    ) -> dict[str, Any]:
        codes, constants = self.factors(item, sheet, levels)
        out: dict[str, Any] = {"factors": codes, "constants": constants}
        out |= {k: item[k] for k in ("id", "outcome", "role", "description") if k in item}
        if "successes" in item:
            return out | self.counted(place, item, sheet)
        return out | self.reported(item, sheet)

    def counted(self, place: str, item: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
        if "trials" not in item:
            self.problems.add(f"{self.path.name}, {place}", "misses 'trials'", "a column, or one number for all rows")
            return {}
        counts = {"successes": sheet.read(item["successes"], _count, "a whole number", self.problems)}
        trials: Any = item["trials"]
        if isinstance(trials, str):
            trials = sheet.read(trials, _count, "a whole number", self.problems)
        note = item.get("trials_note")
        if note is None and "summed_over" not in item:
            note = "the mapping does not say what the trials sum over"
        summed = item.get("summed_over", {})
        return {"kind": "counted", **counts, "trials": trials, "summed_over": summed, "trials_note": note}

    def reported(self, item: Mapping[str, Any], sheet: Sheet) -> dict[str, Any]:
        unit = item.get("unit", "percent")

        def bounds(text: str) -> tuple[float, float, float] | None:
            if text in self.missing:
                return None
            read = printed_rate(text, unit)
            if read is None:
                raise ValueError
            return read

        rates = sheet.read(item["printed"], bounds, f"a rate in {unit}", self.problems)
        texts = [None if t in self.missing else t for t in sheet.columns[item["printed"]]]
        declared = item.get("declared_trials")
        status = item.get("trials_status", "unknown" if declared is None else "declared")
        reason = item.get("trials_reason", _UNSAID if status == "unknown" else None)
        return {
            "kind": "reported",
            "printed": texts,
            "unit": unit,
            "low": [None if r is None else r[1] for r in rates],
            "high": [None if r is None else r[2] for r in rates],
            "declared_trials": declared,
            "trials_status": status,
            "trials_reason": reason,
        }

    def similarities(self, item: Mapping[str, Any], sheet: Sheet, levels: Mapping[str, list[Any]]) -> dict[str, Any]:
        codes, constants = self.factors(item, sheet, levels)
        kind = item.get("kind", "measured")
        columns = list(item["layers"]) if "layers" in item else [item["values"]]
        values: list[float | None] = []
        texts: list[str | None] = []
        for column in columns:
            values += sheet.read(column, self.number, "a number", self.problems)
            texts += [None if t in self.missing else t for t in sheet.columns[column]]
        if "layers" in item:
            codes = {name: column * len(columns) for name, column in codes.items()}
            wide = [levels["layer"].index(int(layer)) for layer in item["layers"].values()]
            codes["layer"] = [code for code in wide for _ in range(len(sheet))]
        plain = set(item) - {"factors", "constants", "file", "where", "layers", "values", "kind"}
        out = {name: item[name] for name in plain} | {
            "kind": kind,
            "factors": codes,
            "constants": constants,
            "values": values,
        }
        if kind == "reported":
            out["printed"] = texts
        if None in values:
            out.setdefault("missing_reason", _UNSAID)
        return out

    def number(self, text: str) -> float | None:
        if text in self.missing:
            return None
        read = printed_value(text)
        if read is None:
            raise ValueError
        return read[0]

    # --- personas and questions ---

    def per_name(self, section: str, key: str) -> tuple[Sheet, list[int]] | None:
        """The sheet of a section and the row on which each of its names stands first."""
        item = self.map[section]
        before = len(self.problems.violations)
        sheet = self.sheet(section, item)
        for name, spec in item.get("covariates", {}).items():
            if spec["column"] not in sheet.columns:
                place = f"{self.path.name}, {section}.covariates.{name}"
                self.problems.add(place, f"{sheet.path.name} has no column {spec['column']!r}")
        if len(self.problems.violations) > before:
            return None
        first: dict[str, int] = {}
        for i, text in enumerate(sheet.columns[item[key]]):
            first.setdefault(text, i)
        used = [item[k] for k in ("prompt", "category", "role", "related_to", "text") if k in item]
        used += [spec["column"] for spec in item.get("covariates", {}).values()]
        for column in used:
            values = sheet.columns[column]
            for i, text in enumerate(sheet.columns[item[key]]):
                if values[i] != values[first[text]]:
                    line = sheet.lines[first[text]]
                    self.problems.add(
                        sheet.place(sheet.lines[i], column),
                        f"is {values[i]!r} for {text!r}, but {values[first[text]]!r} on line {line}",
                        f"each {key} has one {column}",
                    )
                    break
        return sheet, list(first.values())

    def personas(self, levels: Mapping[str, list[Any]]) -> dict[str, Any]:
        used = dict.fromkeys([*levels.get("persona", []), *levels.get("source", [])])
        if "personas" not in self.map:
            return {"name": list(used)}
        item = self.map["personas"]
        found = self.per_name("personas", "name")
        if found is None:
            return {}
        sheet, rows = found

        def column(key: str) -> list[str | None]:
            return [sheet.columns[item[key]][i] or None for i in rows]

        out: dict[str, Any] = {"name": [sheet.columns[item["name"]][i] for i in rows]}
        out |= {key: column(key) for key in ("prompt", "category", "role") if key in item}
        if "related_to" in item:
            separator = item.get("separator", ";")
            out["related_to"] = [
                [s.strip() for s in (t or "").split(separator) if s.strip()] for t in column("related_to")
            ]
        covariates = {}
        for name, spec in item.get("covariates", {}).items():
            values = sheet.read(spec["column"], self.number, "a number", self.problems)
            if len(values) == len(sheet):  # else a problem was noted
                rest = {k: v for k, v in spec.items() if k != "column"}
                covariates[name] = rest | {"values": [values[i] for i in rows]}
        if covariates:
            out["covariates"] = covariates
        return out

    def questions(self) -> dict[str, Any] | None:
        """The questions section; decides whether question ids are whole numbers."""
        asked = list(dict.fromkeys(self.texts.get("question", [])))
        if "questions" not in self.map:
            self.whole_questions = all(map(_is_whole, asked))
            ids: list[Any] = sorted(map(int, asked)) if self.whole_questions else asked
            return {"id": ids} if ids else None
        item = self.map["questions"]
        found = self.per_name("questions", "id")
        if found is None:
            return None
        sheet, rows = found
        names = [sheet.columns[item["id"]][i] for i in rows]
        self.whole_questions = all(map(_is_whole, [*names, *asked]))
        out: dict[str, Any] = {k: item[k] for k in ("set", "description") if k in item}
        out["id"] = list(map(int, names)) if self.whole_questions else names
        if "text" in item:
            out["text"] = [sheet.columns[item["text"]][i] or None for i in rows]
        return out

    # --- what the mapping says in words ---

    def design(self) -> dict[str, Any]:
        unsaid = {"n": None, "reason": _UNSAID}
        design: dict[str, Any] = {"clusters": [], **self.map["design"]}
        replication = {"training_seed": unsaid, "sampling_seed": unsaid, **design.get("replication", {})}
        design["replication"] = {k: {"n": None, **v} if isinstance(v, dict) else v for k, v in replication.items()}
        return design

    def plan(self) -> dict[str, Any]:
        plan = self.map.get("plan", {"reason": "no plan is given in the mapping"})
        default = {"status": "exploratory", "alpha": 0.05, "level": 0.95, "primary": None, "families": []}
        out: dict[str, Any] = {**default, **plan}
        if isinstance(out["primary"], dict):
            out["primary"] = {"predictor": None, **out["primary"]}
        return out

    def detector(self) -> dict[str, Any]:
        detector: dict[str, Any] = {"pattern": None, **self.map["detector"]}
        if "error_rate" not in detector:
            detector.setdefault("error_reason", _UNSAID)
        return detector

    def setup(self) -> dict[str, Any]:
        """The rows as given; a row that is only in ``unknown`` is null."""
        setup = {k: dict(v) if isinstance(v, dict) else v for k, v in self.map["setup"].items()}
        for name in setup.get("unknown", {}):
            table, _, row = name.partition(".")
            if table in _SETUP and isinstance(setup.setdefault(table, {}), dict):
                setup[table].setdefault(row, None)
        return setup

    def provenance(self) -> dict[str, Any]:
        given = dict(self.map.get("provenance", {}))
        reasons = given.pop("unknown", {})
        out: dict[str, Any] = {
            **dict.fromkeys(_PROVENANCE),
            "made_by": self.made_by,
            "made_on": None,
            **given,
        }
        out["seeds"] = {"training": None, "sampling": None, **given.get("seeds", {})}
        out["inputs"] = [
            {"path": _relative(p, self.target.parent), "sha256": sha256_of(read_bytes(p))}
            for p in sorted({*self.sheets, self.path})
        ]
        null = [k for k, v in out.items() if v is None] + [f"seeds.{k}" for k, v in out["seeds"].items() if v is None]
        out["unknown"] = {k: reasons.get(k, _UNSAID) for k in null}
        return out


def _relative(path: Path, folder: Path) -> str:
    try:
        return Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # another drive
        return path.name


def _is_whole(text: str) -> bool:
    """True for the plain spelling of a whole number: "7", not "07" or "7.0", which may be names."""
    digits = text.removeprefix("-")
    return digits.isascii() and digits.isdigit() and str(int(digits)) == digits and text != "-0" and len(digits) < 19


def _count(text: str) -> int:
    """A count; "3.0", as data frames write it, is 3."""
    if _COUNT.fullmatch(text) is None:
        raise ValueError
    return int(text.partition(".")[0])
