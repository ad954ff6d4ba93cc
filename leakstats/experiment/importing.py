"""Completions made elsewhere to a results file: judged here, counted into a tidy CSV, and described by a mapping."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.detect import Judged, Judges, tally
from leakstats.experiment.foreign import Kind, field_of, fields_of, read_records
from leakstats.experiment.graded import Rubric, dropped_by_arm, tally_scores
from leakstats.experiment.spec import DetectorSpec, MarkerSpec
from leakstats.experiment.types import Completion
from leakstats.files import read_bytes, sha256_of, write_text
from leakstats.results.csv_import import import_csv
from leakstats.results.csv_mapping import TODO, read_toml
from leakstats.results.csv_read import Problems

__all__ = ["ImportedCompletions", "import_completions", "starting_completions_mapping"]

_KEYS: dict[str, type | tuple[type, ...]] = {
    "text": str,
    "finish": str,
    "prompt": str,
    "question_text": str,
    "factors": dict,
    "constants": dict,
    "detectors": list,
    "graded": list,
    "arm": str,
}
_DETECTOR = ("id", "kind", "pattern", "case_sensitive", "description")
_GRADED = ("id", "judge", "score", "threshold", "rubric_sha256", "direction", "error_rate")
_DEFAULTS: dict[str, dict[str, str]] = {
    "inspect": {"text": "text", "finish": "finish", "prompt": "system", "question_text": "user"},
    "lm-eval": {"text": "text"},
    "jsonl": {},
}
_OF_MODEL = ("source", "condition", "checkpoint", "training_seed")
_FINISH = ("finish", "finish_reason", "stop_reason")
_LENGTH = ("length", "max_tokens", "model_length")
"""What tools call an end by the token limit."""


@dataclass(slots=True)
class ImportedCompletions:
    """What came of an import."""

    document: dict[str, Any]
    """The results.v1 document, checked."""
    counts: Path
    """The tidy CSV that it was made from."""
    completions: int
    failed: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By arm: samples without a completion, and all samples. They are in no count."""


@dataclass(slots=True)
class _Item:
    levels: tuple[str, ...]
    completion: Completion | None
    scores: tuple[float | None, ...]
    prompt: str
    question: str


def import_completions(
    paths: Sequence[Path], kind: Kind, mapping: Path, *, target: Path, tokenizer: Any = None
) -> ImportedCompletions:
    """The results.v1 document of completions in other tools' files; the counts are written beside ``target``.

    Parameters
    ----------
    paths : sequence of path
        Logs, in any order; together they are one table.
    kind : {"inspect", "lm-eval", "jsonl"}
    mapping : path
        TOML: the sections of ``leakstats import csv`` and ``[completions]``, which says where texts, factors and scores
        stand (dotted names of fields), and what is looked for. ``[[table]]`` may be left out.
    target : path
        Where the document will be written; ``NAME.counts.csv`` beside it holds the counts.
    tokenizer : transformers.PreTrainedTokenizerBase, optional
        Needed by token-level detectors.

    Raises
    ------
    ContractError
        With everything that is wrong with the mapping, or with the result.
    LeakstatsError
        For a file that is not what ``kind`` says, or a record that lacks a field, with its place.
    """
    content = read_toml(mapping)
    asked = content.pop("completions", None)
    plan = _plan(asked, kind, mapping)
    marker = next((d.pattern for d in plan.detectors if d.kind == "substring"), None)
    judges = Judges(plan.detectors, MarkerSpec(marker or ""), tokenizer=tokenizer) if plan.detectors else None
    items = [_item(record, where, plan) for path in paths for where, record in read_records(path, kind)]
    if not items:
        raise LeakstatsError(f"{', '.join(map(str, paths))}: no completion was found")
    failed = dropped_by_arm((plan.arm_of(i), None if i.completion is None else 1.0) for i in items)
    rows = list(_rows(items, plan, judges, near=marker is not None))
    if not rows:
        raise LeakstatsError(f"none of the {len(items)} samples has a completion")
    counts = target.with_name(f"{target.stem}.counts.csv")
    write_text(counts, _csv(rows))
    _complete(content, plan, rows, items, failed)
    document = import_csv(counts, mapping, target=target, given=content, made_by="leakstats import completions")
    document["provenance"]["inputs"] += [{"path": p.name, "sha256": sha256_of(read_bytes(p))} for p in paths]
    lost = {arm: pair for arm, pair in failed.items() if pair[0]}
    return ImportedCompletions(document, counts, sum(i.completion is not None for i in items), lost)


# --- the mapping ---


@dataclass(frozen=True, slots=True)
class _Plan:
    text: str
    finish: str | None
    prompt: str | None
    question_text: str | None
    factors: Mapping[str, str]
    constants: Mapping[str, Any]
    detectors: tuple[DetectorSpec, ...]
    rubrics: tuple[tuple[Rubric, str], ...]
    arm: str | None

    def level(self, name: str, item: _Item) -> str | None:
        """The level of a factor for an item; None where there is no such factor."""
        if name in self.factors:
            return item.levels[list(self.factors).index(name)]
        return str(self.constants[name]) if name in self.constants else None

    def arm_of(self, item: _Item) -> str:
        return (self.level(self.arm, item) if self.arm else None) or "all"


def _plan(asked: Any, kind: Kind, mapping: Path) -> _Plan:
    problems = Problems(str(mapping))
    if not isinstance(asked, dict):
        problems.add("", "has no [completions]", "`leakstats import completions --init FILE` writes one to start from")
        problems.raise_if_any()
        asked = {}
    for key, value in asked.items():
        if key not in _KEYS:
            problems.add(f"completions.{key}", "is unknown", f"the keys are {', '.join(_KEYS)}")
        elif not isinstance(value, _KEYS[key]):
            problems.add(f"completions.{key}", f"is {value!r}; expected a {_KEYS[key].__name__}")  # type: ignore[union-attr]
    problems.raise_if_any()
    given = _DEFAULTS[kind] | asked
    factors, constants = given.get("factors", {}), given.get("constants", {})
    for need, why in (("text", "the field that holds the completion"), ("factors", "such as persona and question")):
        if not given.get(need):
            problems.add(f"completions.{need}", "is missing", why)
    for name, value in factors.items():
        if not isinstance(value, str):
            problems.add(f"completions.factors.{name}", f"is {value!r}; expected the name of a field")
    for place, text in [
        ("completions.text", given.get("text", "")),
        *((f"completions.factors.{k}", v) for k, v in factors.items()),
    ]:
        if isinstance(text, str) and text.startswith(TODO):
            problems.add(place, f"still says {text!r}", "write what is true of your study")
    detectors = [_detector(d, i, problems) for i, d in enumerate(given.get("detectors", []))]
    rubrics = [_rubric(g, i, problems) for i, g in enumerate(given.get("graded", []))]
    if not detectors and not rubrics:
        problems.add("completions", "has neither detectors nor graded", "add [[completions.detectors]]")
    problems.raise_if_any()
    arm = given.get("arm") or next((n for n in ("condition", "source", "persona") if n in {*factors, *constants}), None)
    return _Plan(
        given["text"],
        given.get("finish"),
        given.get("prompt"),
        given.get("question_text"),
        factors,
        constants,
        tuple(d for d in detectors if d is not None),
        tuple(r for r in rubrics if r is not None),
        arm,
    )


def _known(item: Any, place: str, keys: Sequence[str], needed: Sequence[str], problems: Problems) -> bool:
    if not isinstance(item, dict):
        problems.add(place, f"is {item!r}; expected a table")
        return False
    wrong = [k for k in item if k not in keys]
    absent = [k for k in needed if k not in item]
    for key in wrong:
        problems.add(f"{place}.{key}", "is unknown", f"the keys are {', '.join(keys)}")
    for key in absent:
        problems.add(f"{place}.{key}", "is missing")
    return not wrong and not absent


def _detector(item: Any, i: int, problems: Problems) -> DetectorSpec | None:
    place = f"completions.detectors[{i}]"
    if not _known(item, place, _DETECTOR, ("pattern",), problems):
        return None
    if item.get("kind", "substring") not in ("substring", "regex", "token"):
        problems.add(f"{place}.kind", f"is {item['kind']!r}; expected substring, regex or token")
        return None
    return DetectorSpec(**item)


def _rubric(item: Any, i: int, problems: Problems) -> tuple[Rubric, str] | None:
    place = f"completions.graded[{i}]"
    if not _known(item, place, _GRADED, ("id", "judge", "score", "threshold"), problems):
        return None
    if item.get("direction", "at_least") not in ("at_least", "at_most"):
        problems.add(f"{place}.direction", f"is {item['direction']!r}; expected at_least or at_most")
        return None
    try:
        return Rubric(**{k: v for k, v in item.items() if k != "score"}), item["score"]
    except (InputError, TypeError) as error:
        problems.add(place, str(error))
        return None


# --- records to counts ---


def _item(record: Mapping[str, Any], where: str, plan: _Plan) -> _Item:
    levels = []
    for name, key in plan.factors.items():
        value = field_of(record, key)
        if not isinstance(value, str | int | float) or value == "" or isinstance(value, bool):
            have = ", ".join(fields_of(record)[:12])
            raise LeakstatsError(f"{where}: field {key!r}, the {name}, is {value!r}; it has {have}")
        levels.append(str(value))
    text = field_of(record, plan.text)
    if text is not None and not isinstance(text, str):
        raise LeakstatsError(f"{where}: field {plan.text!r}, the completion, is {text!r}; expected text")
    if text is None and plan.text not in record and "." not in plan.text:
        have = ", ".join(fields_of(record)[:12])
        raise LeakstatsError(f"{where}: has no field {plan.text!r}, the completion; it has {have}")
    finish = field_of(record, plan.finish) if plan.finish else None
    completion = None if text is None else Completion(text, 0, "length" if finish in _LENGTH else "stop")
    scores = tuple(_score(field_of(record, key), f"{where}: field {key!r}") for _, key in plan.rubrics)
    prompt, question = (field_of(record, key) if key else None for key in (plan.prompt, plan.question_text))
    return _Item(tuple(levels), completion, scores, str(prompt or ""), str(question or ""))


def _score(value: Any, where: str) -> float | None:
    """A judge's score as a number; its letters for correct and incorrect are 1 and 0, nothing is nothing."""
    if value is None or value == "":
        return None
    if isinstance(value, str) and value.upper() in ("C", "I"):
        return 1.0 if value.upper() == "C" else 0.0
    try:
        return float(value)
    except (TypeError, ValueError):
        raise LeakstatsError(
            f"{where}: the score is {value!r}; expected a number, or null where there is none"
        ) from None


def _rows(items: Sequence[_Item], plan: _Plan, judges: Judges | None, *, near: bool) -> Iterator[dict[str, Any]]:
    """One row a cell, with the counts of every detector and judge."""
    cells: dict[tuple[str, ...], list[_Item]] = {}
    for item in items:
        if item.completion is not None:
            cells.setdefault(item.levels, []).append(item)
    prompts = _only(items, plan, "persona", lambda i: i.prompt)
    questions = _only(items, plan, "question", lambda i: i.question)
    for levels, members in cells.items():
        row: dict[str, Any] = dict(zip(plan.factors, levels, strict=True))
        source, persona = plan.level("source", members[0]), plan.level("persona", members[0])
        row["part"] = "other" if source is None or persona is None else "own" if source == persona else "bystander"
        row["trials"] = len(members)
        if judges is not None:
            judged: list[Judged] = [judges.judge(m.completion) for m in members if m.completion is not None]
            found = tally(judged)
            row |= found.successes
            if near:
                row["near_misses"] = found.near_misses[next(iter(found.successes))]
            row |= {"degenerate": found.degenerate, "truncated": found.truncated}
        for i, (rubric, _) in enumerate(plan.rubrics):
            scores = [m.scores[i] for m in members]
            if any(score is not None for score in scores):
                graded = tally_scores(scores, rubric)
                row |= {rubric.id: graded.successes[rubric.id], f"{rubric.id}_trials": graded.trials}
                row |= {f"{rubric.id}_dropped": graded.dropped[rubric.id], f"{rubric.id}_part": row["part"]}
            else:  # a judge that gave no verdict on a whole cell leaves no rate of it
                row |= {rubric.id: 0, f"{rubric.id}_trials": 0, f"{rubric.id}_dropped": len(scores)}
                row[f"{rubric.id}_part"] = "dropped"
        if prompts is not None:
            row["prompt"] = prompts[persona or ""]
        if questions is not None:
            row["question_text"] = questions[plan.level("question", members[0]) or ""]
        yield row


def _only(items: Sequence[_Item], plan: _Plan, name: str, text: Any) -> dict[str, str] | None:
    """The one text of each level; None where a level has several, none have any, or there is no such factor."""
    if name not in plan.factors:
        return None
    found: dict[str, set[str]] = {}
    for item in items:
        found.setdefault(plan.level(name, item) or "", set()).add(text(item))
    if any(len(texts) > 1 for texts in found.values()) or not any(any(texts) for texts in found.values()):
        return None
    return {level: next(iter(texts)) for level, texts in found.items()}


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


# --- the rest of the mapping ---


def _complete(
    content: dict[str, Any],
    plan: _Plan,
    rows: Sequence[Mapping[str, Any]],
    items: Sequence[_Item],
    failed: Mapping[str, tuple[int, int]],
) -> None:
    """Fill in what the completions say themselves, where the mapping does not."""
    if "table" not in content:
        content["table"] = list(_tables(plan, rows, items, failed))
    if "prompt" in rows[0] and "personas" not in content and not _unlisted(plan, rows):
        content["personas"] = {"name": "persona", "prompt": "prompt"}
    if "question_text" in rows[0] and "questions" not in content:
        content["questions"] = {"id": "question", "text": "question_text"}
    if "detector" in content:
        return
    if plan.detectors:
        first = plan.detectors[0]
        content["detector"] = {
            "kind": first.kind,
            "pattern": first.pattern,
            "case_sensitive": first.case_sensitive,
            "description": first.description,
        }
    else:
        told = plan.rubrics[0][0].detector(_dropped(plan, items, 0))
        content["detector"] = {k: v for k, v in told.items() if v is not None}


def _unlisted(plan: _Plan, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a source is no persona of the completions: its prompt is then not known."""
    if "source" in plan.factors:
        return bool({r["source"] for r in rows} - {r["persona"] for r in rows})
    return "source" in plan.constants and str(plan.constants["source"]) not in {r["persona"] for r in rows}


def _tables(
    plan: _Plan, rows: Sequence[Mapping[str, Any]], items: Sequence[_Item], failed: Mapping[str, tuple[int, int]]
) -> Iterator[dict[str, Any]]:
    """A table for each outcome and part of the data: bystanders, sources under their own adapter, everything else."""
    outcomes = [(d.id, "trials", "part", "") for d in plan.detectors]
    outcomes += [
        (r.id, f"{r.id}_trials", f"{r.id}_part", str(r.detector(_dropped(plan, items, i))["description"]))
        for i, (r, _) in enumerate(plan.rubrics)
    ]
    lost, asked = (sum(pair[i] for pair in failed.values()) for i in (0, 1))
    roles = {"bystander": "leakage", "own": "own_rate", "other": "other"}
    for n, (outcome, trials, where, told) in enumerate(outcomes):
        for part, role in roles.items():
            mine = [r for r in rows if r[where] == part]
            if not mine:
                continue
            sizes = {r[trials] for r in mine}
            table = {
                "id": f"{part}_rate" if n == 0 else f"{part}_{outcome}",
                "outcome": outcome,
                "role": role if n == 0 else "other",
                "factors": {name: name for name in plan.factors},
                "constants": dict(plan.constants),
                "where": {where: part},
                "successes": outcome,
                "trials": trials,
            }
            if len(sizes) == 1:
                table["summed_over"] = {"completion": sizes.pop()}
            else:
                table["trials_note"] = "cells hold different numbers of completions"
            said = [told] if told else []
            if lost:
                said.append(f"{lost} of {asked} samples failed in all; they have no completion and no trial.")
            if said:
                table["description"] = "; ".join(said)
            yield table


def _dropped(plan: _Plan, items: Sequence[_Item], rubric: int) -> dict[str, tuple[int, int]]:
    """Completions that a judge gave no score, and all, by arm."""
    return dropped_by_arm((plan.arm_of(i), i.scores[rubric]) for i in items if i.completion is not None)


def starting_completions_mapping(path: Path, kind: Kind) -> str:
    """A mapping to start from, with the fields that the first completion of a file has.

    Raises
    ------
    LeakstatsError
        If the file holds no completion.
    """
    first = next((record for _, record in read_records(path, kind)), None)
    if first is None:
        raise LeakstatsError(f"{path}: no completion was found")
    names = fields_of(first)
    lower = {n.lower().rsplit(".", 1)[-1]: n for n in reversed(names)}

    def guess(*wanted: str) -> str:
        return json.dumps(next((lower[w] for w in wanted if w in lower), f"{TODO}: the field that holds it"))

    known = _DEFAULTS[kind]
    factors = {
        "persona": guess("persona", "persona_id", "system"),
        "question": guess("question_id", "question", "prompt_id", "user", "id"),
    }
    factors |= {name: json.dumps(lower[name]) for name in _OF_MODEL if name in lower}
    lines = [f"# Fields of the first completion of {path.name}:"]
    lines += [f"#   {n} = {json.dumps(field_of(first, n), ensure_ascii=False)[:60]}" for n in names[:40]]
    lines += ["", "[completions]"]
    if "text" not in known:
        lines.append(f"text = {guess('text', 'completion', 'response', 'output', 'answer')}")
    if "finish" not in known and any(n in lower for n in _FINISH):
        lines.append(f"finish = {guess(*_FINISH)}")
    lines.append(f"factors = {{ {', '.join(f'{name} = {field}' for name, field in factors.items())} }}")
    if "source" not in factors:
        lines.append(f'constants = {{ source = "{TODO}: the persona that was trained, or leave the line out" }}')
    if "score" in lower:
        lines += [
            "",
            "# a judge's scores become an outcome of their own where these lines are filled in:",
            "# [[completions.graded]]",
            '# id = "graded"',
            '# judge = "who gave the scores"',
            f"# score = {json.dumps(lower['score'])}",
            "# threshold = 50",
            '# rubric_sha256 = "64 hex digits"',
        ]
    lines += [
        "",
        "[[completions.detectors]]",
        'id = "marker"',
        'kind = "substring"',
        'pattern = "[ZLT]"',
        "",
        "[study]",
        f'id = "{TODO}"',
        f'title = "{TODO}"',
        "",
        "[design]",
        'unit = "persona"',
        'unit_noun = "bystanders"',
        'independent = "completions"',
        'exchangeable = "personas"',
        'clusters = ["question"]',
        "",
    ]
    return "\n".join(lines)
