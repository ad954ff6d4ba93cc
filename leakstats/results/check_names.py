"""Violations in declarations, design, plan and samples: names that do not resolve, and contradictions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from leakstats.results.check_tables import Known, Path
from leakstats.results.found import Found, listed, shown

__all__ = ["check_canaries", "check_declarations", "check_design", "check_plan", "check_samples"]

_INTEGER_FACTORS = ("layer", "training_seed", "sampling_seed")
_VALUE_COLUMNS = ("successes", "trials", "rate", "printed", "low", "high")
_TEXT_FACTORS = ("source", "persona", "condition")


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _dicts(value: Any) -> list[tuple[int, dict[str, Any]]]:
    return [(i, v) for i, v in enumerate(value) if isinstance(v, dict)] if isinstance(value, list) else []


def check_declarations(found: Found, document: Mapping[str, Any], known: Known) -> None:
    """Note everything wrong in ``personas``, ``questions`` and ``factors``, and fill ``known`` with their names."""
    if isinstance(document.get("personas"), dict):
        _personas(found, document["personas"], known)
    if isinstance(document.get("questions"), dict):
        _questions(found, document["questions"], known)
    if isinstance(document.get("factors"), dict):
        known.levels = {}
        for name, info in document["factors"].items():
            if isinstance(info, dict):
                _factor(found, name, info, known, has_questions="questions" in document)


def _personas(found: Found, personas: dict[str, Any], known: Known) -> None:
    path: Path = ("personas",)
    names = found.texts((*path, "name"), personas.get("name"), null=False)
    if names is None:
        return
    found.repeats((*path, "name"), names, "persona names")
    known.personas = names
    columns = ("prompt", "category", "related_to", "role")
    lengths = {c: len(personas[c]) for c in columns if isinstance(personas.get(c), list)}
    for column in ("prompt", "category", "role"):
        found.texts((*path, column), personas.get(column))
    related = personas.get("related_to")
    for i, sources in enumerate(related if isinstance(related, list) else []):
        place = (*path, "related_to", i)
        if not isinstance(sources, list):
            found.add(place, f"is {shown(sources)}; expected a list of persona names", "write [] for none")
            continue
        for s in sources:
            if s not in names:
                found.add(place, f"names {shown(s)}, no persona of this file", "add it to personas.name")
    known.covariates = {}
    for name, column in _dict(personas.get("covariates")).items():
        place = (*path, "covariates", name, "values")
        values = _dict(column).get("values")
        known.covariates[name] = found.numbers(place, values)
        if isinstance(values, list):
            lengths[f"covariates/{name}/values"] = len(values)
    found.lengths(path, lengths, rows=len(names), of="personas.name")


def _questions(found: Found, questions: dict[str, Any], known: Known) -> None:
    ids = found.texts(("questions", "id"), questions.get("id"), null=False, integers=True)
    texts = found.texts(("questions", "text"), questions.get("text"))
    if ids is None:
        return
    found.repeats(("questions", "id"), ids, "question ids")
    known.questions = ids
    if texts is not None:
        found.lengths(("questions",), {"text": len(texts)}, rows=len(ids), of="questions.id")


def _factor(found: Found, name: str, info: dict[str, Any], known: Known, *, has_questions: bool) -> None:
    path: Path = ("factors", name)
    levels = found.texts((*path, "levels"), info.get("levels"), null=False, integers=True)
    if levels is None:
        return
    place = (*path, "levels")
    if known.levels is not None:
        known.levels[name] = levels
    found.repeats(place, levels, "levels")
    if name in _VALUE_COLUMNS:
        found.add(path, f"is called {name}, as a column of values is", "give the factor another name")
    wanted = int if name in _INTEGER_FACTORS else str if name in _TEXT_FACTORS else None
    if wanted is not None:
        bad = [i for i, v in enumerate(levels) if type(v) is not wanted]
        noun = "whole numbers" if wanted is int else "text"
        found.rows(place, bad, lambda r: f"is {shown(levels[r])}; levels of {name} are {noun}")
    if name in ("source", "persona") and known.personas is not None:
        names = set(known.personas)
        bad = [i for i, v in enumerate(levels) if isinstance(v, str) and v not in names]
        found.rows(place, bad, lambda r: f"is {shown(levels[r])}, no persona of this file", "add it to personas.name")
    if name == "question":
        if not has_questions:
            found.add(place, "there is a factor question but no questions", "list the questions in questions.id")
        elif known.questions is not None:
            ids = {(type(q), q) for q in known.questions}
            bad = [i for i, v in enumerate(levels) if (type(v), v) not in ids]
            found.rows(
                place, bad, lambda r: f"is {shown(levels[r])}, no question of this file", "add it to questions.id"
            )
    for attribute, facts in _dict(info.get("attributes")).items():
        values = _dict(facts).get("values")
        if isinstance(values, list):
            spot = (*path, "attributes", attribute, "values")
            found.lengths((), {"/".join(map(str, spot)): len(values)}, rows=len(levels), of=f"factors.{name}.levels")
            bad = [i for i, v in enumerate(values) if type(v) not in (str, int, float, type(None))]
            found.rows(spot, bad, lambda r, v=values: f"is {shown(v[r])}; expected text, a number or null")  # type: ignore[misc]


# --- design ---------------------------------------------------------------------------------------------------------


def check_design(found: Found, document: Mapping[str, Any], known: Known) -> None:
    """Note names in ``design`` that do not resolve, nesting that the tables contradict, and replication."""
    design = _dict(document.get("design"))
    path: Path = ("design",)
    if known.levels is not None:
        summed = {n for t in known.tables.values() for n in _dict(t.get("summed_over"))}
        _design_names(found, path, design, [*known.levels], summed)
    crossed = [frozenset(pair) for _, pair in _pairs(design.get("crossed"))]
    for i, pair in _pairs(design.get("nested")):
        place = (*path, "nested", i)
        _nesting(found, place, pair, known)
        if frozenset(pair) in crossed:
            found.add(place, f"{' and '.join(pair)} are declared crossed as well", "they are one or the other")
    for name, rep in _dict(design.get("replication")).items():
        if isinstance(rep, dict):
            _replication(found, (*path, "replication", name), name, rep, known)


def _pairs(value: Any) -> list[tuple[int, tuple[str, str]]]:
    """The usable pairs of names in a list, with their positions."""
    pairs = enumerate(value if isinstance(value, list) else [])
    usable = ((i, p) for i, p in pairs if isinstance(p, list) and len(p) == 2)
    return [(i, (p[0], p[1])) for i, p in usable if isinstance(p[0], str) and isinstance(p[1], str)]


def _design_names(found: Found, path: Path, design: dict[str, Any], factors: list[str], summed: set[str]) -> None:
    def resolve(place: Path, name: Any, *, also_summed: bool) -> None:
        if isinstance(name, str) and name not in factors and not (also_summed and name in summed):
            extra = f"; trials sum over {listed(sorted(summed))}" if also_summed else ""
            found.add(place, f"is {shown(name)}, no factor of this file", f"there are {listed(factors)}{extra}")

    resolve((*path, "unit"), design.get("unit"), also_summed=False)
    for key in ("clusters", "paired"):
        for i, name in enumerate(design[key] if isinstance(design.get(key), list) else []):
            resolve((*path, key, i), name, also_summed=True)
    for key in ("crossed", "nested"):
        for i, pair in enumerate(design[key] if isinstance(design.get(key), list) else []):
            for j, name in enumerate(pair if isinstance(pair, list) else []):
                resolve((*path, key, i, j), name, also_summed=True)
            if isinstance(pair, list) and len(pair) == 2 and pair[0] == pair[1]:
                found.add((*path, key, i), f"names {shown(pair[0])} twice", "give two factors")


def _nesting(found: Found, path: Path, pair: tuple[str, str], known: Known) -> None:
    inner, outer = pair
    for table, codes in known.codes.items():
        if inner not in codes or outer not in codes or known.levels is None:
            continue
        if known.tables.get(table, {}).get("role") not in ("leakage", "own_rate"):
            continue
        seen = np.unique(np.stack([codes[inner], codes[outer]]), axis=1)
        level, times = np.unique(seen[0], return_counts=True)
        for code in level[times > 1][:3].tolist():
            outers = [known.levels[outer][c] for c in seen[1][seen[0] == code].tolist()]
            found.add(
                path,
                f"{inner} {shown(known.levels[inner][code])} occurs under {len(outers)} levels of {outer} "
                f"({listed(outers)}) in table {shown(table)}",
                "declare them crossed, or correct the table",
            )


def _replication(found: Found, path: Path, name: str, rep: dict[str, Any], known: Known) -> None:
    n, values = rep.get("n"), rep.get("values")
    if n is None and not rep.get("reason"):
        found.add((*path, "reason"), "is missing although n is null", "say why the number is unknown")
    if isinstance(values, list):
        found.repeats((*path, "values"), [v for v in values if isinstance(v, str | int)], "seeds")
        if type(n) is int and n != len(values):
            found.add((*path, "n"), f"is {n}; values lists {len(values)}", "one value a replicate")
    levels = (known.levels or {}).get(name)
    if type(n) is int and levels is not None and (n > len(levels) or (n == 1 < len(levels))):
        found.add((*path, "n"), f"is {n}; factor {name} has {len(levels)} levels", "the two must agree")


# --- plan -----------------------------------------------------------------------------------------------------------


def check_plan(found: Found, document: Mapping[str, Any], known: Known) -> None:
    """Note names in ``plan`` that do not resolve, and a registration without date or hash."""
    plan = _dict(document.get("plan"))
    path: Path = ("plan",)
    _registration(found, path, plan)
    if isinstance(plan.get("primary"), dict):
        _primary(found, (*path, "primary"), plan["primary"], known)
    names = [f.get("name") for _, f in _dicts(plan.get("families"))]
    for i, name in enumerate(names):
        if isinstance(name, str) and name in names[:i]:
            found.add((*path, "families", i, "name"), f"is {shown(name)} again", "family names must be distinct")
    _plan_covariates(found, (*path, "covariates"), plan, known)
    for key in ("new_points", "fit_points"):
        for i, name in enumerate(plan[key] if isinstance(plan.get(key), list) else []):
            _persona(found, (*path, key, i), name, known)
    if isinstance(plan.get("fit_points"), list) and isinstance(plan.get("new_points"), list):
        for i, name in enumerate(plan["new_points"]):
            if name in plan["fit_points"]:
                found.add((*path, "new_points", i), f"{shown(name)} is a fit point too", "a new point is not fitted")
    for i, item in _dicts(plan.get("exclusions")):
        _persona(found, (*path, "exclusions", i, "persona"), item.get("persona"), known)
    for i, item in _dicts(plan.get("controls")):
        table = item.get("table")
        if isinstance(table, str) and table not in known.tables:
            found.add(
                (*path, "controls", i, "table"),
                f"is {shown(table)}, no table of rates",
                f"there are {listed(known.tables)}",
            )
        _source(found, (*path, "controls", i, "source"), item.get("source"), known)


def _registration(found: Found, path: Path, plan: dict[str, Any]) -> None:
    if plan.get("status") != "registered":
        return
    for key in ("registered_on", "registered_hash"):
        if not plan.get(key):
            found.add(
                (*path, key),
                'is missing although status is "registered"',
                'a plan without date and hash is no registration: write "exploratory" and the reason',
            )
    on, data = plan.get("registered_on"), plan.get("data_collected_on")
    if isinstance(on, str) and isinstance(data, str) and on > data:
        found.add(
            (*path, "registered_on"), f"is {on}, later than the data ({data})", 'write "exploratory" and the reason'
        )


def _primary(found: Found, path: Path, primary: dict[str, Any], known: Known) -> None:
    outcome, predictor, layer = primary.get("outcome"), primary.get("predictor"), primary.get("layer")
    if isinstance(outcome, str) and outcome not in known.tables:
        found.add((*path, "outcome"), f"is {shown(outcome)}, no table of rates", f"there are {listed(known.tables)}")
    candidates = [*known.similarity, *known.geometry, *(known.covariates or {})]
    if isinstance(predictor, str) and predictor not in candidates:
        found.add(
            (*path, "predictor"),
            f"is {shown(predictor)}, no similarity, geometry or persona covariate",
            f"there are {listed(candidates)}",
        )
    if type(layer) is int and known.levels is not None:
        _primary_layer(found, (*path, "layer"), layer, predictor, known)
    _source(found, (*path, "source"), primary.get("source"), known)
    for factor in ("condition", "checkpoint"):
        level = primary.get(factor)
        levels = (known.levels or {}).get(factor, [])
        if level is not None and known.levels is not None and level not in levels:
            found.add(
                (*path, factor), f"is {shown(level)}, no level of the factor {factor}", f"there are {listed(levels)}"
            )


def _primary_layer(found: Found, path: Path, layer: int, predictor: Any, known: Known) -> None:
    levels = (known.levels or {}).get("layer", [])
    if layer not in levels:
        found.add(path, f"is {layer}, no level of the factor layer", f"there are {listed(levels)}")
        return
    codes = known.codes.get(predictor, {}) if isinstance(predictor, str) else {}
    if "layer" in codes:
        used = [levels[c] for c in np.unique(codes["layer"]).tolist()]
        if layer not in used:
            found.add(path, f"is {layer}, for which {shown(predictor)} has no values", f"it has {listed(used)}")


def _plan_covariates(found: Found, path: Path, plan: dict[str, Any], known: Known) -> None:
    for i, item in _dicts(plan.get("covariates")):
        name = item.get("from")
        if known.covariates is None or not isinstance(name, str):
            continue
        if name not in known.covariates:
            found.add(
                (*path, i, "from"), f"is {shown(name)}, no persona covariate", f"there are {listed(known.covariates)}"
            )
            continue
        values = known.covariates[name]
        if item.get("transform") == "log" and values is not None:
            with np.errstate(invalid="ignore"):
                bad = np.flatnonzero(values <= 0)
            if bad.size:
                r = int(bad[0])
                who = (known.personas or ["?"] * (r + 1))[r]
                found.add(
                    (*path, i, "transform"),
                    f'is "log", but {name} of {shown(who)} is {values[r]:g}',
                    'the logarithm needs values above 0; use "identity"',
                )


def _persona(found: Found, path: Path, name: Any, known: Known) -> None:
    if isinstance(name, str) and known.personas is not None and name not in known.personas:
        found.add(path, f"is {shown(name)}, no persona of this file", "check the spelling against personas.name")


def _source(found: Found, path: Path, name: Any, known: Known) -> None:
    if not isinstance(name, str) or known.levels is None:
        return
    sources = known.levels.get("source", [])
    if name not in sources:
        found.add(path, f"is {shown(name)}, no level of the factor source", f"there are {listed(sources)}")


# --- canaries ---------------------------------------------------------------------------------------------------------


def check_canaries(found: Found, document: Mapping[str, Any]) -> None:
    """Note a failed structural check, and rate controls whose verdict cannot be checked for want of numbers."""
    for i, item in _dicts(document.get("canaries")):
        place: Path = ("canaries", i)
        if item.get("kind") == "structural" and item.get("status") == "failed":
            found.add(
                (*place, "status"),
                'is "failed" although the check is structural: the numbers of such a run mean nothing',
                "mend what the check found and run again",
            )
        if item.get("kind") == "rate" and item.get("status") != "not_applicable":
            for key in ("value", "threshold"):
                if item.get(key) is None:
                    found.add((*place, key), "is missing from a rate control", "give the rate and its limit")


# --- samples --------------------------------------------------------------------------------------------------------


def check_samples(found: Found, document: Mapping[str, Any], known: Known) -> None:
    """Note samples whose names do not resolve or whose verdict is not the detector's, and the detector itself."""
    detector = _dict(document.get("detector"))
    pattern = _detector(found, detector)
    for i, sample in _dicts(document.get("samples")):
        path: Path = ("samples", i)
        _persona(found, (*path, "persona"), sample.get("persona"), known)
        _source(found, (*path, "source"), sample.get("source"), known)
        condition, question = sample.get("condition"), sample.get("question")
        conditions = (known.levels or {}).get("condition", [])
        if isinstance(condition, str) and known.levels is not None and condition not in conditions:
            found.add(
                (*path, "condition"), f"is {shown(condition)}, no level of condition", f"there are {listed(conditions)}"
            )
        if question is not None and known.questions is not None and question not in known.questions:
            found.add((*path, "question"), f"is {shown(question)}, no question of this file", "add it to questions.id")
        text, marker = sample.get("text"), sample.get("marker")
        if pattern is not None and isinstance(text, str) and isinstance(marker, bool) and sample.get("note") is None:
            hit = pattern.search(text) is not None
            if hit != marker:
                found.add(
                    (*path, "marker"),
                    f"is {shown(marker)}, but the detector's pattern {'is' if hit else 'is not'} in the text",
                    "correct marker, or say in note why they differ (a text that was cut)",
                )


def _detector(found: Found, detector: dict[str, Any]) -> re.Pattern[str] | None:
    """The detector as a pattern, where it is one."""
    path: Path = ("detector",)
    kind, pattern = detector.get("kind"), detector.get("pattern")
    if "pattern" in detector and kind in ("substring", "regex") and not pattern:
        found.add((*path, "pattern"), f"is {shown(pattern)} although kind is {shown(kind)}", "give what is looked for")
    if detector and detector.get("error_rate") is None and not detector.get("error_reason"):
        found.add(
            (*path, "error_reason"), "is missing although no error_rate is given", 'say why, such as "not measured"'
        )
    if not isinstance(pattern, str) or not pattern or kind not in ("substring", "regex"):
        return None
    flags = re.IGNORECASE if detector.get("case_sensitive") is False else 0
    try:
        return re.compile(pattern if kind == "regex" else re.escape(pattern), flags)
    except re.error as error:
        found.add((*path, "pattern"), f"is {shown(pattern)}, no regular expression: {error}")
        return None
