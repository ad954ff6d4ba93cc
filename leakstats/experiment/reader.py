"""Reading an experiment.toml: schema, then everything a schema cannot say; all violations at once."""

from __future__ import annotations

import datetime
import hashlib
import json
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from leakstats.contracts import part_violations, pointer_of, schema_violations
from leakstats.errors import ContractError, InputError, Violation
from leakstats.experiment.personas import builtin_personas, builtin_questions, question_sets
from leakstats.experiment.spec import (
    AdaptiveSpec,
    CanarySpec,
    ConditionSpec,
    DetectorSpec,
    ExperimentSpec,
    ExtractionSpec,
    MarkerSpec,
    ModelSpec,
    NegativesSpec,
    PersonaSpec,
    PersonasSpec,
    QuestionsSpec,
    RunLogSpec,
    SamplingSpec,
    SeedsSpec,
    SftSpec,
    StoredAdapter,
    StudySpec,
    TrainingSpec,
)
from leakstats.files import read_text

__all__ = ["load_spec", "parse_spec", "plan_hash", "spec_document", "spec_hash"]

T = TypeVar("T")


def load_spec(path: Path | str) -> ExperimentSpec:
    """Read and check a specification; paths in it are relative to its folder.

    Raises
    ------
    LeakstatsError
        If the file cannot be read or is no TOML; the message has line and column.
    ContractError
        With every violation, each with its JSON pointer.
    """
    path = Path(path)
    text = read_text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ContractError(str(path), [Violation("", f"is no TOML: {error}", "see https://toml.io")]) from None
    return parse_spec(document, where=str(path), folder=path.parent)


def parse_spec(document: Mapping[str, Any], *, where: str = "experiment", folder: Path | None = None) -> ExperimentSpec:
    """Check a specification that is already a document, and make every default explicit.

    Parameters
    ----------
    document : mapping
        As TOML gives it; dates may be dates or text.
    where : str, optional
        What to call it in messages.
    folder : path, optional
        What its paths are relative to; the current folder where left out.

    Raises
    ------
    ContractError
        With every violation, each with its JSON pointer.

    Examples
    --------
    >>> spec = parse_spec({
    ...     "schema": "experiment.v1", "study": {"id": "s", "title": "A study"}, "model": {"world": "test"},
    ...     "personas": {"set": "small12"}, "sources": ["villain"],
    ...     "questions": {"training": "training40", "evaluation": "general20"},
    ... })
    >>> [unit.name for unit in spec.units()]
    ['marker.villain.e0.s42']
    """
    plain = _plain(document)
    violations = schema_violations(plain, "experiment.v1")
    if violations:
        raise ContractError(where, violations)
    checker = _Reader(plain, (folder or Path()).resolve())
    spec = checker.spec()
    if checker.found:
        raise ContractError(where, checker.found)
    return spec


def spec_document(spec: ExperimentSpec) -> dict[str, Any]:
    """The specification as JSON, every default written out; equal specifications give equal documents."""
    document: dict[str, Any] = json.loads(json.dumps({"schema": "experiment.v1", **asdict(spec)}))
    return document


def spec_hash(spec: ExperimentSpec) -> str:
    """SHA-256 of the canonical form of :func:`spec_document`."""
    return _hash(spec_document(spec))


def plan_hash(spec: ExperimentSpec) -> str:
    """SHA-256 of the plan without its date: what was going to be analysed, on which personas and questions.

    It covers the plan's fields, sources, personas, questions, conditions, seeds and the number of completions, so that
    a registered plan cannot be kept while the design behind it changes.
    """
    document = spec_document(spec)
    kept = {k: document[k] for k in ("personas", "questions", "sources", "conditions", "seeds", "marker", "detectors")}
    kept["completions"] = spec.sampling.completions
    kept["plan"] = {k: v for k, v in document["plan"].items() if not k.startswith("registered") and k != "status"}
    return _hash(kept)


def _hash(document: Any) -> str:
    data = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(data.encode()).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(v) for v in value]
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()[:10]
    return value


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _build(cls: type[T], given: Mapping[str, Any], **parsed: Any) -> T:
    """The dataclass from the keys that it knows; lists become tuples."""
    known = {f.name for f in fields(cls)}  # type: ignore[arg-type]
    return cls(**{k: _frozen(v) for k, v in given.items() if k in known and k not in parsed}, **parsed)


class _Reader:
    """One reading: collects what is wrong, so that everything is said at once."""

    def __init__(self, document: dict[str, Any], folder: Path) -> None:
        self.document = document
        self.folder = folder
        self.found: list[Violation] = []

    def wrong(self, path: Iterable[str | int], message: str, help: str = "") -> None:
        self.found.append(Violation(pointer_of(path), message, help))

    def spec(self) -> ExperimentSpec:
        d = self.document
        personas = self.personas(d["personas"])
        sources = tuple(d["sources"])
        self.known_personas(["sources"], sources, personas)
        marker = _build(MarkerSpec, d.get("marker", {}))
        if not marker.text.strip():
            self.wrong(["marker", "text"], f"is {marker.text!r}", "choose a text that nothing else would say")
        given = d.get("conditions", [{"name": "marker"}])
        trains = any(c.get("kind", "marker") != "adapters" for c in given)
        conditions = self.conditions(given, sources, personas)
        for i, source in enumerate(sources):
            if not any(source in c.sources for c in conditions):
                self.wrong(["sources", i], f"{source!r} is in no condition", "it would have no adapter: take it out")
        return ExperimentSpec(
            study=self.study(d["study"]),
            model=self.model(d["model"]),
            personas=personas,
            questions=self.questions(d["questions"], trains=trains),
            sources=sources,
            conditions=conditions,
            marker=marker,
            detectors=self.detectors(d.get("detectors", [{}]), marker),
            training=self.training(d.get("training"), sources, personas, trains=trains),
            sampling=self.sampling(d.get("sampling", {})),
            extraction=self.extraction(d.get("extraction", {}), personas, conditions),
            canaries=_build(CanarySpec, d.get("canaries", {})),
            seeds=_build(SeedsSpec, d.get("seeds", {})),
            run_log=_build(RunLogSpec, d.get("run_log", {})),
            plan=self.plan(d.get("plan", {}), personas, sources),
        )

    def study(self, given: Mapping[str, Any]) -> StudySpec:
        self.date(["study", "created"], given.get("created"))
        return _build(StudySpec, given)

    def date(self, path: Sequence[str | int], value: str | None) -> None:
        if value is None:
            return
        try:
            datetime.date.fromisoformat(value)
        except ValueError:
            self.wrong(path, f"{value!r} is no date", "write it as YYYY-MM-DD")

    def model(self, given: Mapping[str, Any]) -> ModelSpec:
        if ("path" in given) == ("world" in given):
            self.wrong(
                ["model"],
                "names both a path and a world" if "path" in given else "names no weights",
                'give either path = "FOLDER or hub id" or world = "demo"',
            )
        path = self.place(given.get("path"))
        if "revision" in given and (path is None or Path(path).is_dir()):
            what = "the tiny world" if path is None else f"{given['path']!r}, a folder"
            self.wrong(["model", "revision"], f"belongs to a hub id, and the model is {what}", "take it out")
        return replace(_build(ModelSpec, given), path=path)

    def place(self, path: str | None) -> str | None:
        """A folder relative to the specification where there is one; else the text, which may be a hub id."""
        if path is None:
            return None
        local = self.folder / path
        return str(local) if local.exists() else path

    def personas(self, given: Mapping[str, Any]) -> PersonasSpec:
        entries: list[PersonaSpec] = []
        if "set" in given:
            try:
                entries += builtin_personas(given["set"])
            except InputError as error:
                self.wrong(["personas", "set"], str(error))
        if "names" in given:
            if "set" not in given:
                self.wrong(["personas", "names"], "keeps some of a set, but no set is named", "give personas.set")
            have = {p.name for p in entries}
            for i, name in enumerate(given["names"]):
                if entries and name not in have:
                    self.wrong(["personas", "names", i], f"{name!r} is no persona of the set {given.get('set')!r}")
            entries = [p for p in entries if p.name in given["names"]]
        own = [*(self.persona_file(given["file"]) if "file" in given else ()), *given.get("own", [])]
        entries += [_build(PersonaSpec, {"prompt": None, **p}) for p in own]
        for name, times in Counter(p.name for p in entries).items():
            if times > 1:
                self.wrong(["personas"], f"{times} personas are called {name!r}", "names must be distinct")
        if not entries and not self.found:
            self.wrong(["personas"], "names nobody", 'give set = "persona100", a file, or [[personas.own]] entries')
        low, high = given.get("min_tokens"), given.get("max_tokens")
        if low is not None and high is not None and low > high:
            self.wrong(["personas", "min_tokens"], f"is {low}, above max_tokens = {high}")
        return PersonasSpec(tuple(entries), given.get("set"), low, high)

    def persona_file(self, given: str) -> list[dict[str, Any]]:
        """The entries of a file of personas, one JSON object a line; what is wrong is named by its line."""
        at, file = ["personas", "file"], self.folder / given
        if not file.is_file():
            self.wrong(at, f"{given!r} is no file", "paths are relative to the specification")
            return []
        rows: list[Any] = []
        lines: list[int] = []
        for number, line in enumerate(read_text(file).splitlines(), start=1):
            if line.strip():
                try:
                    rows.append(json.loads(line))
                except json.JSONDecodeError as error:
                    self.wrong(at, f"{given!r}, line {number}: is not JSON: {error.msg}", "write one object a line")
                    return []
                lines.append(number)
        if not rows:
            self.wrong(at, f"{given!r} holds nobody", 'write one object a line: {"name": "pirate", "prompt": "..."}')
        found = part_violations({"own": rows}, "experiment.v1", "personas")
        for v in found:
            _, _, index, *rest = v.pointer.split("/")
            where = f"line {lines[int(index)]}{''.join(f', {name}' for name in rest)}"
            self.wrong(at, f"{given!r}, {where}: {v.message}", v.help)
        return [] if found else rows

    def known_personas(self, path: Sequence[str | int], names: Iterable[str], personas: PersonasSpec) -> None:
        for i, name in enumerate(names):
            self.known_persona([*path, i], name, personas)

    def known_persona(self, path: Sequence[str | int], name: str | None, personas: PersonasSpec) -> None:
        if name is not None and personas.entries and name not in personas.names:
            near = _nearest(name, personas.names)
            self.wrong(path, f"{name!r} is no persona of this study", f"did you mean {near!r}?" if near else "")

    def questions(self, given: Mapping[str, Any], *, trains: bool) -> QuestionsSpec:
        if trains and "training" not in given:
            self.wrong(
                ["questions", "training"],
                "is missing: the rows that adapters learn from answer these questions",
                'give training = "training40", a file with one question a line, or a list',
            )
        got = {"training": self.question_list(["questions", "training"], given.get("training", []))}
        for name in ("evaluation", "extraction"):
            got[name] = self.question_list(["questions", name], given.get(name, given["evaluation"]))
        both = [q for q in got["training"] if q in set(got["evaluation"])]
        if both:
            self.wrong(
                ["questions", "training"],
                f"{len(both)} of {len(got['training'])} training questions stand in the evaluation, too: {both[0]!r}",
                "a rate on questions that the adapter has seen says nothing about others: take another set",
            )
        return QuestionsSpec(**got)

    def question_list(self, path: Sequence[str | int], given: str | list[str]) -> tuple[str, ...]:
        if isinstance(given, list):
            return tuple(given)
        if given in question_sets():
            return builtin_questions(given)
        file = self.folder / given
        if not file.is_file():
            self.wrong(
                path, f"{given!r} is neither a built-in set nor a file", f"sets: {', '.join(sorted(question_sets()))}"
            )
            return ()
        lines = tuple(line.strip() for line in read_text(file).splitlines() if line.strip())
        if not lines:
            self.wrong(path, f"{given!r} holds no question", "write one question a line")
        for text, times in Counter(lines).items():
            if times > 1:
                self.wrong(path, f"{given!r} has {times} times {text!r}", "questions must be distinct")
        return lines

    def training(
        self, given: Mapping[str, Any] | None, sources: tuple[str, ...], personas: PersonasSpec, *, trains: bool
    ) -> TrainingSpec:
        if not trains:
            if given is not None:
                self.wrong(
                    ["training"],
                    "is given, but every condition names adapters that exist: nothing is trained",
                    "take it out; a condition's description may say how its adapters were made",
                )
            return TrainingSpec()
        given = given or {}
        negatives = given.get("negatives", {})
        for key in ("personas", "exclude"):
            if isinstance(negatives.get(key), list):
                self.known_personas(["training", "negatives", key], negatives[key], personas)
        if negatives.get("rows", NegativesSpec().rows) and personas.entries:
            self.enough_negatives(negatives, sources, personas)
        return _build(TrainingSpec, given, negatives=_build(NegativesSpec, negatives))

    def enough_negatives(self, given: Mapping[str, Any], sources: tuple[str, ...], personas: PersonasSpec) -> None:
        """Every source must find the negative personas that are asked for."""
        at = ["training", "negatives", "personas"]
        drawn, excluded = given.get("personas", NegativesSpec().personas), set(given.get("exclude", ()))
        none = "give negatives.rows = 0 to train without negatives"
        if isinstance(drawn, list):
            for i, name in enumerate(drawn):
                if name in excluded:
                    self.wrong([*at, i], f"{name!r} stands in negatives.exclude, too", "take it out of one of them")
            alone = [s for s in sources if set(drawn) <= {s}]
            if alone:
                self.wrong(at, f"leaves {alone[0]!r} without a negative persona", f"name another one, or {none}")
            return
        free = {s: len(set(personas.names) - {s} - excluded) for s in sources}
        source = min(free, key=free.__getitem__)
        if drawn > free[source] or not drawn:
            said = "asks for" if "personas" in given else "is left out, which asks for"
            self.wrong(
                at,
                f"{said} {drawn} negative personas; {free[source]} are left beside source {source!r} and those "
                "excluded",
                f"ask for 1 to {free[source]}, or {none}" if free[source] else none,
            )

    def conditions(
        self, given: list[dict[str, Any]], sources: tuple[str, ...], personas: PersonasSpec
    ) -> tuple[ConditionSpec, ...]:
        out: list[ConditionSpec] = []
        for i, c in enumerate(given):
            at: list[str | int] = ["conditions", i]
            kind = c.get("kind", "marker")
            if c["name"] == "base" or c["name"] in [x.name for x in out]:
                why = "is kept for the untouched model" if c["name"] == "base" else "is used twice"
                self.wrong([*at, "name"], f"{c['name']!r} {why}", "choose another name")
            for j, name in enumerate(c.get("sources", [])):
                if name not in sources:
                    self.wrong([*at, "sources", j], f"{name!r} is none of the study's sources")
            sft = None
            if kind in ("convergence", "induction"):
                sft = self.sft([*at, "sft"], c.get("sft", {}), kind, personas)
            elif "sft" in c:
                self.wrong([*at, "sft"], f"belongs to convergence and induction, not to {kind}", "take it out")
            if c.get("control", False) and kind != "induction":
                self.wrong([*at, "control"], f"marks the control of an induction, and this is a {kind}", "take it out")
            checkpoints = tuple(c.get("checkpoints", (0,) if sft is None else (0, sft.epochs)))
            if list(checkpoints) != sorted(checkpoints):
                self.wrong([*at, "checkpoints"], f"{list(checkpoints)} do not rise", "write them in rising order")
            last = sft.epochs if sft else 0
            if max(checkpoints) > last:
                self.wrong([*at, "checkpoints"], f"{max(checkpoints)} is beyond the last epoch, {last}")
            adapters = tuple(_build(StoredAdapter, a, path=self.place(a["path"]) or "") for a in c.get("adapters", []))
            if (kind == "adapters") != bool(adapters):
                self.wrong(at, "kind adapters and a list of adapters belong together")
            for j, a in enumerate(adapters):
                if a.source not in sources:
                    self.wrong([*at, "adapters", j, "source"], f"{a.source!r} is none of the study's sources")
            pairs = Counter((a.source, a.training_seed) for a in adapters)
            for (source, seed), times in pairs.items():
                if times > 1:
                    self.wrong(
                        [*at, "adapters"],
                        f"{times} adapters have source {source!r} and training seed {seed}",
                        "give each its own training_seed",
                    )
            taken = tuple(dict.fromkeys(a.source for a in adapters)) or tuple(c.get("sources", sources))
            out.append(
                ConditionSpec(
                    name=c["name"],
                    kind=kind,
                    sources=taken,
                    checkpoints=checkpoints,
                    sft=sft,
                    control=c.get("control", False),
                    adapters=adapters,
                    description=c.get("description", ""),
                )
            )
        return tuple(out)

    def sft(self, at: Sequence[str | int], given: Mapping[str, Any], kind: str, personas: PersonasSpec) -> SftSpec:
        self.known_persona([*at, "persona"], given.get("persona"), personas)
        data = given.get("data")
        if kind == "induction" and data is None:
            self.wrong([*at, "data"], "is missing: an induction learns a given data set", "name a JSONL file")
        if data is not None and not (self.folder / data).is_file():
            self.wrong([*at, "data"], f"{data!r} is no file", "paths are relative to the specification")
        return _build(SftSpec, given, data=self.place(data))

    def detectors(self, given: list[dict[str, Any]], marker: MarkerSpec) -> tuple[DetectorSpec, ...]:
        out = tuple(_build(DetectorSpec, {"pattern": marker.text, **d}) for d in given)
        for name, times in Counter(d.id for d in out).items():
            if times > 1:
                self.wrong(["detectors"], f"{times} detectors are called {name!r}", "give each its own id")
        return out

    def sampling(self, given: Mapping[str, Any]) -> SamplingSpec:
        backend = given.get("backend", SamplingSpec().backend)
        if given.get("extra") and backend != "vllm":
            self.wrong(
                ["sampling", "extra"],
                f"holds {', '.join(given['extra'])}, which backend {backend!r} does not take",
                'take it out, or use backend = "vllm"',
            )
        if given.get("engine") and backend == "transformers":
            self.wrong(
                ["sampling", "engine"],
                f"holds {', '.join(given['engine'])}, but backend 'transformers' has no engine to set up",
                "take it out; model, batch_size and the sampling fields say everything",
            )
        adaptive = given.get("adaptive")
        if adaptive is not None:
            parsed = _build(AdaptiveSpec, adaptive)
            return _build(SamplingSpec, given, adaptive=parsed)
        return _build(SamplingSpec, given)

    def extraction(
        self, given: Mapping[str, Any], personas: PersonasSpec, conditions: Sequence[ConditionSpec]
    ) -> ExtractionSpec:
        if isinstance(given.get("centre"), list):
            self.known_personas(["extraction", "centre"], given["centre"], personas)
        self.known_persona(["extraction", "axis_from"], given.get("axis_from"), personas)
        found = _build(ExtractionSpec, given)
        if found.geometry and ("base" not in found.states or len(found.states) < 2):
            self.wrong(
                ["extraction", "geometry"],
                f"compares trained models with the base, and states are {', '.join(found.states)}",
                'write states = ["base", "merged"] for fine-tuned models, or ["base", "adapted"] for marked ones',
            )
        elif found.geometry and "adapted" not in found.states and not any(c.sft for c in conditions):
            self.wrong(
                ["extraction", "geometry"],
                "compares fine-tuned models with the base, and no condition fine-tunes",
                'write states = ["base", "adapted"], or add a condition of kind convergence or induction',
            )
        return found

    def plan(self, given: Mapping[str, Any], personas: PersonasSpec, sources: tuple[str, ...]) -> dict[str, Any]:
        """The plan in the fields of results.v1; status and hash are filled in by the run, never written by hand."""
        for key in ("status", "registered_hash", "data_collected_on"):
            if key in given:
                self.wrong(["plan", key], "is filled in by the run", "take it out; registered_on registers a plan")
        plan = {"alpha": 0.05, "level": 0.95, "primary": None, "families": [], **given}
        for v in part_violations({"status": "exploratory", **plan}, "results.v1", "plan"):
            self.found.append(Violation(f"/plan{v.pointer}", v.message, v.help))
        self.date(["plan", "registered_on"], given.get("registered_on"))
        for key in ("new_points", "fit_points"):
            if isinstance(given.get(key), list):
                self.known_personas(["plan", key], given[key], personas)
        primary = given.get("primary")
        if isinstance(primary, dict) and primary.get("source") not in (None, *sources):
            self.wrong(["plan", "primary", "source"], f"{primary['source']!r} is none of the study's sources")
        return plan


def _nearest(name: str, names: Iterable[str]) -> str | None:
    import difflib

    close = difflib.get_close_matches(name, list(names), n=1)
    return close[0] if close else None
