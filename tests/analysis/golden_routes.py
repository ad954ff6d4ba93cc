"""How each published quantity is found in an analysis: small patterns on its wording, and what they lead to.

A golden row says in words what was recomputed ("Wilson 95% lower %, villain"). A route matches such words and gives the
value of this library with the place it came from: the id of an estimate, a cell of a table of the analysis, a value of
results.json, or a public function. Nothing here knows a study's numbers: levels are looked up in its results file.
"""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from scipy.stats import rankdata

from leakstats.analysis.document import AnalysisDocument, Entry
from leakstats.estimate import Estimate
from leakstats.results import Level, Results
from leakstats.stats import drop_one, influence, partial_correlation, pearson, spearman, variance_inflation
from leakstats.stats.crossed import ROWS_INDEPENDENT
from leakstats.tails import correlation_p

__all__ = ["EXCEPTIONS", "Found", "Study", "find"]

EXCEPTIONS: dict[str, str] = {
    r"ICC across \d+ .*seeds": "data missing: the rates of single seeds were never published",
    r"anchor drift max, pp": "data missing: the page's maximum is over single seeds, which were never published",
}
"""Quantities that cannot be recomputed from what is published, by pattern, and why."""


@dataclass(frozen=True)
class Found:
    """A value of this library and where it came from."""

    value: float | bool
    where: str
    kind: str
    """"estimate", "table", "results" or "function"."""


class Study:
    """An analysis with the results it was made from."""

    def __init__(self, document: AnalysisDocument, results: Results, source: Path | None = None) -> None:
        self.document = document
        self.results = results
        self.source = source
        """Folder of the published files, for rows that compare the results file with them."""

    def get(self, analysis: str, statistic: str, **facets: Any) -> Entry:
        """The one estimate with exactly these facets."""
        hits = [
            e
            for e in self.document.select(analysis=analysis, statistic=statistic, **facets)
            if dict(e.id.facets) == facets
        ]
        if len(hits) != 1:
            raise LookupError(f"{len(hits)} estimates are {analysis}.{statistic} with {facets}")
        return hits[0]

    def level(self, factor: str, name: str) -> Level:
        """The level that a name in words means: itself, or the one level that begins with it ("E0", "benign SFT")."""
        word = name.strip().replace(" ", "_")
        levels = self.results.factors[factor].levels
        if word in levels:
            return word
        begins = [v for v in levels if str(v).lower().startswith((word + "_").lower())]
        if len(begins) != 1:
            raise LookupError(f"{name!r} is no level of {factor}")
        return begins[0]

    @cached_property
    def layer(self) -> int:
        """The layer of the headline."""
        primary = self.results.plan.primary
        if primary is not None and primary.layer is not None:
            return primary.layer
        layers = {e.id.facets["layer"] for e in self.document.select(analysis="similarity", statistic="spearman")}
        (only,) = layers
        return int(only)

    @cached_property
    def points(self) -> tuple[list[str], np.ndarray, np.ndarray]:
        """Units, rates and similarities at the headline layer, from the results file."""
        plan = self.results.plan.primary
        assert plan is not None
        table = self.results.table(plan.outcome)
        similarity = next(s for s in self.results.similarity if s.id == plan.predictor)
        values = similarity.values_for(table, layer=self.layer)
        return [str(u) for u in table.column(self.results.design.unit)], table.rate, values

    def covariates(self, names: list[str]) -> np.ndarray:
        """Covariates of the headline's units, shape (units, covariates)."""
        at = {name: i for i, name in enumerate(self.results.personas.name)}
        rows = [at[name] for name in self.points[0]]
        return np.column_stack([self.results.personas.covariate(name)[rows] for name in names])


Route = Callable[[Study, re.Match[str]], Found]
_ROUTES: list[tuple[re.Pattern[str], Route]] = []


def _route(pattern: str) -> Callable[[Route], Route]:
    def keep(function: Route) -> Route:
        _ROUTES.append((re.compile(pattern), function))
        return function

    return keep


def find(study: Study, quantity: str) -> Found | None:
    """The value of a published quantity, or ``None`` where no route matches its words."""
    for pattern, route in _ROUTES:
        match = pattern.fullmatch(quantity)
        if match is not None:
            return route(study, match)
    return None


def _of(entry: Entry, what: str = "", value: float | bool | None = None) -> Found:
    shown = str(entry.id) + (f" {what}" if what else "")
    return Found(entry.estimate.value if value is None else value, shown, "estimate")


def _percent(entry: Entry) -> Found:
    return _of(entry, value=100.0 * entry.estimate.value)


def _detail(entry: Entry, name: str) -> Found:
    return _of(entry, f"details.{name}", float(entry.estimate.details[name]))


def _p(entry: Entry, method: str) -> Found:
    return _of(entry, f"p by {method}", entry.estimate.p_by(method).value)


def _where(entries: list[Entry], what: str) -> str:
    first = entries[0].id
    return f"{what} of the {len(entries)} {first.analysis}.{first.statistic}"


# -- correlations of similarity and rate ------------------------------------------------------------------------------

_STAT = r"(?P<stat>spearman|pearson|kendall)"


@_route(rf"{_STAT} (?:rho|r|tau-b),? layer (?P<layer>\d+), (?P<source>\w+)")
def _by_source(study: Study, m: re.Match[str]) -> Found:
    source = study.level("source", m["source"])
    return _of(study.get("similarity", m["stat"], layer=int(m["layer"]), source=source))


@_route(rf"{_STAT} p,? layer (?P<layer>\d+), (?P<source>\w+)")
def _p_by_source(study: Study, m: re.Match[str]) -> Found:
    source = study.level("source", m["source"])
    return _p(study.get("similarity", m["stat"], layer=int(m["layer"]), source=source), "t")


@_route(rf"pooled {_STAT} (?:rho|r), layer (?P<layer>\d+)")
def _pooled(study: Study, m: re.Match[str]) -> Found:
    return _of(study.get("similarity", m["stat"], layer=int(m["layer"]), scope="pooled"))


@_route(rf"pooled (?:{_STAT} )?p(?: < [\d.e-]+)?, layer (?P<layer>\d+)")
def _pooled_p(study: Study, m: re.Match[str]) -> Found:
    entry = study.get("similarity", m["stat"] or "spearman", layer=int(m["layer"]), scope="pooled")
    return _p(entry, ROWS_INDEPENDENT)


@_route(rf"pooled {_STAT} r N")
def _pooled_n(study: Study, m: re.Match[str]) -> Found:
    entry = study.get("similarity", m["stat"], layer=study.layer, scope="pooled")
    return _of(entry, "n_rows", float(entry.estimate.n_rows or 0))


@_route(r"layer with the best pooled rho")
def _best_pooled(study: Study, m: re.Match[str]) -> Found:
    return _detail(study.get("selection", "spearman", scope="pooled"), "layer")


@_route(r"sources whose best layer is (?P<layer>\d+)")
def _best_layers(study: Study, m: re.Match[str]) -> Found:
    entries = [e for e in study.document.select(analysis="selection", statistic="spearman") if "source" in e.id.facets]
    count = sum(e.estimate.details["layer"] == int(m["layer"]) for e in entries)
    return Found(float(count), _where(entries, "details.layer"), "estimate")


@_route(r"all \w+ per-source p < (?P<limit>[\d.e-]+)")
def _all_p(study: Study, m: re.Match[str]) -> Found:
    entries = _sources(study, study.layer)
    held = all(e.estimate.p_by("t").value < float(m["limit"]) for e in entries)
    return Found(held, _where(entries, "p by t"), "estimate")


def _sources(study: Study, layer: int) -> list[Entry]:
    found = study.document.select(analysis="similarity", statistic="spearman", layer=layer)
    return [e for e in found if set(e.id.facets) == {"layer", "source"}]


@_route(r"mean of the \w+ per-source rho, layer (?P<layer>\d+)")
def _mean_rho(study: Study, m: re.Match[str]) -> Found:
    entries = _sources(study, int(m["layer"]))
    return Found(float(np.mean([e.estimate.value for e in entries])), _where(entries, "plain mean"), "estimate")


@_route(r"source-level 95% (?P<end>lower|upper) \(t on Fisher z, \d+ sources\)")
def _source_level(study: Study, m: re.Match[str]) -> Found:
    entry = study.get("similarity", "spearman", layer=study.layer, method="t-over-sources", scope="combined")
    return _end(entry, m["end"], entry.estimate.interval)


def _end(entry: Entry, end: str, interval: Any) -> Found:
    return _of(entry, f"interval.{'low' if end == 'lower' else 'high'}", _low_high(interval, end))


def _low_high(interval: Any, end: str) -> float:
    return float(interval.low if end == "lower" else interval.high)


@_route(r"spearman of leakage between sources (?P<a>\w+) and (?P<b>\w+)")
def _between(study: Study, m: re.Match[str]) -> Found:
    for a, b in ((m["a"], m["b"]), (m["b"], m["a"])):
        entry = study.document.find(f"agreement.spearman[source={a},versus={b}]")
        if entry is not None:
            return _of(entry)
    raise LookupError(m[0])


@_route(rf"{_STAT} (?P<what>r|rho|p) N=(?P<n>\d+) L(?P<layer>\d+)(?: without (?P<without>\w+))?")
def _by_layer(study: Study, m: re.Match[str]) -> Found:
    """The whole, the points of the line, or the whole without the reference: told apart by their number."""
    candidates = study.document.select(analysis="similarity", statistic=m["stat"], layer=int(m["layer"]))
    entries = [
        e
        for e in candidates
        if set(e.id.facets) <= {"layer", "points"} and isinstance(e.result, Estimate) and e.result.n == int(m["n"])
    ]
    (entry,) = entries
    if m["without"]:
        references = [s.reference for s in study.results.similarity]
        assert entry.id.facets.get("points") == "without_reference"
        assert m["without"] in references
    return _p(entry, "t") if m["what"] == "p" else _of(entry)


@_route(rf"layers with {_STAT} p (?P<sign><=|<) (?P<limit>[\d.]+)")
def _layers_below(study: Study, m: re.Match[str]) -> Found:
    found = study.document.select(analysis="similarity", statistic=m["stat"])
    entries = [e for e in found if set(e.id.facets) == {"layer"}]
    p_values, limit = [e.estimate.p_by("t").value for e in entries], float(m["limit"])
    count = sum(p < limit or (m["sign"] == "<=" and p == limit) for p in p_values)
    return Found(float(count), _where(entries, "p by t"), "estimate")


@_route(rf"layer order by \|{_STAT} r\| N=\d+: L(?P<a>\d+) is weaker than L(?P<b>\d+)")
def _layer_order(study: Study, m: re.Match[str]) -> Found:
    a, b = (study.get("similarity", m["stat"], layer=int(m[name])) for name in "ab")
    return Found(abs(a.estimate.value) < abs(b.estimate.value), f"{a.id} and {b.id}", "estimate")


@_route(rf"within-category {_STAT} (?P<what>r|rho|p)(?: layer (?P<layer>\d+))?, (?P<category>\w+)")
def _category(study: Study, m: re.Match[str]) -> Found:
    layer = int(m["layer"]) if m["layer"] else study.layer
    entry = study.get("similarity", m["stat"], category=m["category"], layer=layer)
    return _p(entry, "t") if m["what"] == "p" else _of(entry)


@_route(rf"drop-(?P<name>\w+) {_STAT} (?P<what>r|p)(?: \(N=\d+\))?")
def _dropped(study: Study, m: re.Match[str]) -> Found:
    names, rate, similarity = study.points
    assert m["stat"] == "pearson"
    drops = drop_one(lambda y, x: pearson(x, y, method="t"), rate, similarity, labels=names).drops
    row = names.index(m["name"])
    return Found(float(drops["p_value" if m["what"] == "p" else "value"][row]), "leakstats.stats.drop_one", "function")


@_route(r"p for rho=(?P<rho>[\d.]+), N=(?P<n>\d+) \(quoted prior result\)")
def _quoted(study: Study, m: re.Match[str]) -> Found:
    return Found(correlation_p(float(m["rho"]), int(m["n"])), "leakstats.tails.correlation_p", "function")


# -- partial correlations ---------------------------------------------------------------------------------------------


def _log_covariate(study: Study) -> str:
    (spec,) = study.results.plan.covariates
    assert spec.transform == "log"
    return spec.name


@_route(r"VIF\(cosine, (?P<log>log )?token length\)")
def _inflation(study: Study, m: re.Match[str]) -> Found:
    given = _log_covariate(study)
    if m["log"]:
        return _of(study.get("partial", "vif", column="similarity", given=given, layer=study.layer))
    (spec,) = study.results.plan.covariates
    columns = np.column_stack([study.points[2], study.covariates([spec.source])])
    return Found(float(variance_inflation(columns)["vif"][0]), "leakstats.stats.variance_inflation", "function")


@_route(r"partial spearman (?P<what>rho|p) \(standard(?:, df=.*)?\)")
def _standard_partial(study: Study, m: re.Match[str]) -> Found:
    entry = study.get("partial", "spearman", given=_log_covariate(study), layer=study.layer)
    return _p(entry, "t") if m["what"] == "p" else _of(entry)


@_route(r"length-partial spearman (?P<what>rho|p) \(the page's definition\)")
def _reranked_partial(study: Study, m: re.Match[str]) -> Found:
    """Residuals of ranks ranked again, with df = n - 2: not what this library calls a partial correlation."""
    (spec,) = study.results.plan.covariates
    z = rankdata(study.covariates([spec.source])[:, 0])
    residuals = [np.round(influence(rankdata(v), z)["residual"], 10) for v in study.points[2:0:-1]]
    found = spearman(*residuals, method="t")
    value = found.p_by("t").value if m["what"] == "p" else found.value
    return Found(value, "leakstats.stats.influence (residuals of ranks), then leakstats.stats.spearman", "function")


_GIVEN = {
    "prompt chars, word count, Jaccard": ["n_chars", "n_words", "jaccard_with_source_prompt"],
    "prompt chars only": ["n_chars"],
    "chars and words": ["n_chars", "n_words"],
}
"""Covariates in a page's words, as the results file names them."""


@_route(r"partial spearman rho layer (?P<layer>\d+) \| (?P<given>.*?) \((?P<of>ranks|raw values)\)")
def _given(study: Study, m: re.Match[str]) -> Found:
    names = _GIVEN[m["given"]]
    entry = study.document.find(f'partial.spearman[given="{"+".join(names)}",layer={int(m["layer"])},scope=pooled]')
    if entry is not None and m["of"] == "ranks":
        return _of(entry)
    assert int(m["layer"]) == study.layer
    _, rate, similarity = study.points
    if m["of"] == "ranks":
        found = partial_correlation(rate, similarity, study.covariates(names), kind="spearman", method="t")
    else:
        found = partial_correlation(rankdata(rate), rankdata(similarity), study.covariates(names), method="t")
    return Found(found.value, "leakstats.stats.partial_correlation", "function")


@_route(r"partial spearman rho layer (?P<layer>\d+) \| source dummies")
def _given_source(study: Study, m: re.Match[str]) -> Found:
    assert int(m["layer"]) == study.layer
    assert study.results.plan.primary is not None
    source = study.results.table(study.results.plan.primary.outcome).column("source")
    dummies = np.column_stack([source == level for level in list(dict.fromkeys(source))[1:]]).astype(float)
    found = partial_correlation(study.points[1], study.points[2], dummies, kind="spearman", method="t")
    return Found(found.value, "leakstats.stats.partial_correlation", "function")


# -- rates ------------------------------------------------------------------------------------------------------------


@_route(r"source (?:marker|rate) %, (?P<source>\w+)")
def _own_rate(study: Study, m: re.Match[str]) -> Found:
    return _percent(study.get("rates", "own_rate", source=m["source"]))


@_route(r"(?P<persona>\w+) source rate %, (?P<condition>\w+)")
def _own_rate_of_condition(study: Study, m: re.Match[str]) -> Found:
    condition = study.level("condition", m["condition"])
    return _percent(study.get("rates", "own_rate", persona=m["persona"], condition=condition))


@_route(r"Wilson 95% (?P<end>lower|upper) %, (?P<source>\w+)")
def _wilson(study: Study, m: re.Match[str]) -> Found:
    entry = study.get("rates", "own_rate", source=m["source"])
    found = _end(entry, m["end"], entry.estimate.interval_by("wilson"))
    return Found(100.0 * float(found.value), found.where, "estimate")


@_route(r"mean bystander leak %, (?P<source>\w+)")
def _mean_rate(study: Study, m: re.Match[str]) -> Found:
    return _percent(study.get("rates", "mean_rate", source=m["source"]))


@_route(r"mean bystander %, (?P<condition>\w+)")
def _mean_of_condition(study: Study, m: re.Match[str]) -> Found:
    return _percent(study.get("contrast", "mean_rate", condition=study.level("condition", m["condition"])))


@_route(r"tie share at rate 0, (?P<source>\w+)")
def _at_zero(study: Study, m: re.Match[str]) -> Found:
    return _of(study.get("rates", "share_at_zero", source=m["source"]))


@_route(r"bystanders per source")
def _bystanders(study: Study, m: re.Match[str]) -> Found:
    entries = study.document.select(analysis="rates", statistic="share_at_zero")
    (n,) = {e.estimate.n for e in entries}
    return Found(float(n), _where(entries, "n"), "estimate")


@_route(r"(?P<what>prompts|completions|generations) per (?:adapter|condition)|total generations")
def _sizes(study: Study, m: re.Match[str]) -> Found:
    statistic = "prompts" if m["what"] == "prompts" else "completions"
    if m["what"] is None:
        return _of(study.get("description", statistic))
    entries = [e for e in study.document.select(analysis="description", statistic=statistic) if e.id.facets]
    (value,) = {e.estimate.value for e in entries}
    return Found(value, _where(entries, "each"), "estimate")


@_route(r"cos to assistant L(?P<layer>\d+), (?P<source>\w+)")
def _stored_cosine(study: Study, m: re.Match[str]) -> Found:
    (table,) = study.results.similarity
    (value,) = table.select(layer=int(m["layer"]), source=m["source"]).values
    return Found(float(value), f"results.json {table.id}", "results")


@_route(r"prompt tokens, (?P<persona>\w+)")
def _tokens(study: Study, m: re.Match[str]) -> Found:
    return _cell(study, "description.covariates", "prompt_tokens", persona=m["persona"])


def _cell(study: Study, table: str, column: str, **facets: Any) -> Found:
    found = study.document.table(table)
    (row,) = found.rows(**facets)
    value = found.columns[column][row]
    assert value is not None
    return Found(float(value), f"table {table} {column}", "table")


@_route(r"the \w+ new prompts bracket the named-persona length range")
def _bracket(study: Study, m: re.Match[str]) -> Found:
    personas, new = study.results.personas, set(study.results.plan.new_points)
    ((name, column),) = personas.covariates.items()
    mine = [v for p, v in zip(personas.name, column.values, strict=True) if p in new]
    named = [v for p, v in zip(personas.name, column.values, strict=True) if p not in new]
    inside = min(mine) <= min(named) and max(mine) >= max(named)
    return Found(bool(inside), f"results.json covariate {name}", "results")


@_route(r"(?P<what>mean Jaccard with the source prompt|all Jaccard > [\d.]+)")
def _jaccard(study: Study, m: re.Match[str]) -> Found:
    """From the prompts of the results file; its covariate, which the analysis averages, is stored to 6 decimals."""
    personas = study.results.personas
    words = {n: set((p or "").lower().split()) for n, p in zip(personas.name, personas.prompt, strict=True)}
    pairs = [(words[n], words[of[0]]) for n, of in zip(personas.name, personas.related_to, strict=True) if of]
    overlaps = [len(a & b) / len(a | b) for a, b in pairs]
    mean = m["what"].startswith("mean")
    value = float(np.mean(overlaps) if mean else min(overlaps))
    statistic = "covariate_mean" if mean else "covariate_min"
    entry = study.get("description", statistic, covariate="jaccard_with_source_prompt")
    assert abs(entry.estimate.value - value) < 1e-6
    return Found(value, f"results.json prompts; {entry.id} to 6 decimals", "results")


# -- prediction -------------------------------------------------------------------------------------------------------


@_route(r"PI (?P<what>predicted %|observed %|half-width pp), (?P<persona>\w+)")
def _prediction(study: Study, m: re.Match[str]) -> Found:
    statistic = m["what"].split()[0].replace("-", "_")
    at = {} if statistic == "observed" else {"layer": study.layer}
    return _percent(study.get("prediction", statistic, persona=m["persona"], **at))


@_route(r"inside PI, (?P<persona>\w+)")
def _inside(study: Study, m: re.Match[str]) -> Found:
    entry = study.get("prediction", "predicted", persona=m["persona"], layer=study.layer)
    return _of(entry, "details.inside", bool(entry.estimate.details["inside"]))


@_route(
    r"(?P<what>LOO PI coverage \(the page's definition\)|drop-one-of-\w+ PI coverage.*|true leave-one-out PI coverage)"
)
def _coverage(study: Study, m: re.Match[str]) -> Found:
    if m["what"].startswith("true"):
        return _detail(study.get("prediction", "loo_coverage", layer=study.layer), "inside")
    drop = "any" if m["what"].startswith("LOO") else "fit"
    return _detail(study.get("prediction", "new_points_inside_drops", drop=drop, layer=study.layer), "inside")


@_route(r"(?P<what>Cook's D|leverage) L(?P<layer>\d+), (?P<source>\w+)")
def _influence(study: Study, m: re.Match[str]) -> Found:
    column = {"Cook's D": "cooks_distance", "leverage": "leverage"}[m["what"]]
    return _cell(study, f"influence.{m['layer']}", column, **{study.results.design.unit: m["source"]})


@_route(r"Cook's D threshold")
def _threshold(study: Study, m: re.Match[str]) -> Found:
    return _detail(study.get("prediction", "max_cooks_distance", layer=study.layer), "threshold")


@_route(r"highest-leverage point is (?P<source>\w+)")
def _highest_leverage(study: Study, m: re.Match[str]) -> Found:
    entry = study.get("prediction", "max_leverage", layer=study.layer)
    unit = study.results.design.unit
    return _of(entry, f"details.{unit}", entry.estimate.details[unit] == m["source"])


# -- checkpoints ------------------------------------------------------------------------------------------------------


@_route(r"(?P<what>baseline|peak|final) %, (?P<source>\w+)")
def _course(study: Study, m: re.Match[str]) -> Found:
    return _percent(study.get("trajectory", m["what"], source=m["source"]))


@_route(r"peak epoch, (?P<source>\w+)")
def _peak_epoch(study: Study, m: re.Match[str]) -> Found:
    return _of(study.get("trajectory", "peak_checkpoint", source=m["source"]))


@_route(r"epoch-(?P<at>\d+) (?P<what>level as % of peak|rise as % of total rise), (?P<source>\w+)")
def _share(study: Study, m: re.Match[str]) -> Found:
    statistic = f"{m['what'].split()[0]}_share"
    return _percent(study.get("trajectory", statistic, checkpoint=int(m["at"]), source=m["source"]))


@_route(r"(?P<a>[\w ]+) / (?P<b>[\w ]+) peak ratio")
def _peak_ratio(study: Study, m: re.Match[str]) -> Found:
    a, b = (study.get("trajectory", "peak", source=study.level("source", m[name])) for name in "ab")
    return Found(a.estimate.value / b.estimate.value, f"{a.id} / {b.id}", "estimate")


@_route(r"sources with increased leakage")
def _risen(study: Study, m: re.Match[str]) -> Found:
    return _detail(study.get("trajectory", "risen"), "successes")


@_route(r"sources with cosine data whose cosine increased")
def _similarity_risen(study: Study, m: re.Match[str]) -> Found:
    return _detail(study.get("trajectory", "similarity_rising"), "successes")


@_route(r"cosine epoch (?P<at>\d+), (?P<source>\w+)")
def _cosine_at(study: Study, m: re.Match[str]) -> Found:
    checkpoints = study.results.factors["checkpoint"].levels
    at = {checkpoints[0]: "similarity_baseline", checkpoints[-1]: "similarity_final"}
    return _of(study.get("trajectory", at[int(m["at"])], source=m["source"]))


@_route(r"tabulated baseline cosine agrees with trajectory epoch \d+, (?P<source>\w+)")
def _tabulated(study: Study, m: re.Match[str]) -> Found:
    (table,) = [t for t in study.document.tables if t.id.startswith("consistency.")]
    return _cell(study, table.id, "other", source=m["source"])


_PEAK = r"(?:spearman rho baseline cosine vs peak leakage|spearman rho using trajectory epoch-0 cosines \(N=\d+\))"


@_route(rf"{_PEAK}|spearman p|exact permutation p")
def _foretold(study: Study, m: re.Match[str]) -> Found:
    """The headline's similarity is the one without checkpoints; p-values without further words are the headline's."""
    course = "trajectory" in m[0]
    predictors = [s.id for s in study.results.similarity if ("checkpoint" in s.factors) == course]
    (predictor,) = predictors
    entry = study.get("trajectory", "spearman", of="peak", predictor=predictor)
    return _p(entry, {"spearman p": "t", "exact permutation p": "exact"}[m[0]]) if m[0].endswith(" p") else _of(entry)


@_route(r"cells reachable with n=(?P<n>\d+) completions \(GRIM\), (?P<source>\w+)")
def _reachable(study: Study, m: re.Match[str]) -> Found:
    entry = study.get("trajectory", "reachable_cells", source=m["source"])
    assert entry.estimate.details["declared_trials"] == int(m["n"])
    return _of(entry)


@_route(r"\d+x\d+ trajectory cells equal to the repository numbers")
def _cells_equal(study: Study, m: re.Match[str]) -> Found:
    assert study.source is not None
    with (study.source / "trajectory.csv").open(encoding="utf-8") as file:
        published = {(r["source"], int(r["epoch"])): float(r["assistant_leakage_pct"]) for r in csv.DictReader(file)}
    (table,) = study.results.tables
    keys = zip(table.column("source").tolist(), table.column("checkpoint").tolist(), strict=True)
    equal = [math.isclose(100.0 * r, published[k], abs_tol=1e-9) for k, r in zip(keys, table.rate, strict=True)]
    return Found(float(sum(equal)), f"results.json {table.id}", "results")


# -- conditions -------------------------------------------------------------------------------------------------------


@_route(r"completions with the literal \S+, (?:all \d+ conditions|(?P<condition>\w+) complete sample)")
def _literal(study: Study, m: re.Match[str]) -> Found:
    found = [t for t in study.document.tables if t.id in {f"rates.{t.id}" for t in study.results.tables}]
    only = {"condition": study.level("condition", m["condition"])} if m["condition"] else {}
    total = sum(int(t.columns["successes"][i] or 0) for t in found for i in t.rows(**only))
    return Found(float(total), f"sum of {' and '.join(t.id for t in found)} successes", "table")


@_route(r"H3 (?P<what>spearman rho|exact p)")
def _h3(study: Study, m: re.Match[str]) -> Found:
    entry = study.get("similarity", "spearman", layer=study.layer)
    return _p(entry, "exact") if m["what"] == "exact p" else _of(entry)


@_route(r"H1 (?P<what>p|difference), (?P<condition>\w+)")
def _h1(study: Study, m: re.Match[str]) -> Found:
    entry = study.get("contrast", "own_persona", condition=study.level("condition", m["condition"]))
    return _p(entry, "exact") if m["what"] == "p" else _of(entry)


@_route(r"H1 all p > (?P<limit>[\d.]+)")
def _h1_all(study: Study, m: re.Match[str]) -> Found:
    entries = study.document.select(analysis="contrast", statistic="own_persona")
    held = all(e.estimate.p_by("exact").value > float(m["limit"]) for e in entries)
    return Found(held, _where(entries, "p by exact"), "estimate")


def _range_of_conditions(study: Study, permuted: str, **more: str) -> Entry:
    return study.get("contrast", "range", permuted=permuted, **more)


@_route(r"behavioral range over conditions, pp")
def _range(study: Study, m: re.Match[str]) -> Found:
    return _percent(_range_of_conditions(study, "free"))


@_route(r"H2 (?P<what>\(invariance\)|blocked) p")
def _h2(study: Study, m: re.Match[str]) -> Found:
    return _p(_range_of_conditions(study, "within_personas" if m["what"] == "blocked" else "free"), "permutation")


@_route(r"Friedman (?P<what>chi2, conditions over \d+ personas|p)")
def _friedman(study: Study, m: re.Match[str]) -> Found:
    entry = _range_of_conditions(study, "within_personas", cells="all")
    return _p(entry, "friedman-chi2") if m["what"] == "p" else _detail(entry, "friedman_chi2")


@_route(r"(?P<which>median|largest) (?P<what>ICC\(1\)|design effect)(?: over \d+ .* cells)?")
def _over_cells(study: Study, m: re.Match[str]) -> Found:
    """Of the rates of single cells; the published design effect is 1 + (m - 1) ICC, one of two that are given."""
    name = "icc" if m["what"].startswith("ICC") else "design_effect_icc"
    entries = [e for s in ("rate", "own_rate") for e in study.document.select(analysis="rates", statistic=s)]
    values = [float(e.estimate.details[name]) for e in entries]
    value = float(np.median(values) if m["which"] == "median" else max(values))
    return Found(value, f"{m['which']} details.{name} of the {len(entries)} rates.rate and rates.own_rate", "estimate")


@_route(r"ICC\(1\), (?P<condition>\w+), (?P<persona>\w+)")
def _icc(study: Study, m: re.Match[str]) -> Found:
    condition = study.level("condition", m["condition"])
    for statistic in ("own_rate", "rate"):
        entry = study.document.find(f"rates.{statistic}[condition={condition},persona={m['persona']}]")
        if entry is not None:
            return _detail(entry, "icc")
    raise LookupError(m[0])


_ERRORS = {
    "naive": "se_binomial",
    "question-clustered": "se_question",
    "persona-clustered": "se_persona",
    "two-way clustered": "se_two_way",
}


@_route(rf"(?P<which>{'|'.join(_ERRORS)}) SE of mean bystander, (?P<condition>\w+)")
def _standard_error(study: Study, m: re.Match[str]) -> Found:
    entry = study.get("contrast", "mean_rate", condition=study.level("condition", m["condition"]))
    return _detail(entry, _ERRORS[m["which"]])


# -- stored geometry --------------------------------------------------------------------------------------------------

_MEASURE = r"M(?P<m>\d)"
_AT = r"L(?P<layer>\d+) (?P<method>[A-Z])"


def _stored(study: Study, m: re.Match[str], column: str, condition: Level) -> Entry:
    return study.get(
        "collapse",
        "stored",
        table=_geometry(m),
        column=column,
        condition=condition,
        layer=int(m["layer"]),
        method=m["method"],
    )


def _geometry(m: re.Match[str]) -> str:
    return f"geometry_m{m['m']}"


def _conditions(study: Study, control: bool) -> list[Level]:
    """The conditions without, or those with, a persona they were made with."""
    made_with = study.results.factors["condition"].attributes["induction_persona"].values
    levels = study.results.factors["condition"].levels
    return [v for v, persona in zip(levels, made_with, strict=True) if (persona is None) == control]


@_route(rf"{_MEASURE} base mean off-diagonal cos, {_AT}")
def _base(study: Study, m: re.Match[str]) -> Found:
    entries = [_stored(study, m, "base_mean_offdiag_cos", c) for c in _conditions(study, control=False)]
    (value,) = {e.estimate.value for e in entries}
    return Found(value, str(entries[0].id), "estimate")


@_route(rf"{_MEASURE} {_AT} mean, (?P<condition>[\w ]+)")
def _collapse_mean(study: Study, m: re.Match[str]) -> Found:
    return _of(_stored(study, m, "cond_mean_offdiag_cos", study.level("condition", m["condition"])))


@_route(rf"{_MEASURE} {_AT} delta, (?P<which>smallest|largest|benign)")
def _delta(study: Study, m: re.Match[str]) -> Found:
    if m["which"] == "benign":
        (control,) = _conditions(study, control=True)
        return _of(_stored(study, m, "delta", control))
    entries = [_stored(study, m, "delta", c) for c in _conditions(study, control=False)]
    pick = min if m["which"] == "smallest" else max
    return _of(pick(entries, key=lambda e: e.estimate.value))


def _over_states(study: Study, statistic: str, m: re.Match[str], **more: Level) -> Entry:
    at = {"layer": int(m["layer"]), "method": m["method"], "column": "delta"}
    (entry,) = (
        e
        for e in study.document.select(analysis="collapse", statistic=statistic, **at, **more)
        if "table" in e.id.facets
    )
    return entry


@_route(rf"range of {_MEASURE} {_AT} deltas over conditions < (?P<limit>[\d.]+)")
def _delta_range(study: Study, m: re.Match[str]) -> Found:
    entry = _over_states(study, "range", m, table=_geometry(m))
    return _of(entry, value=entry.estimate.value < float(m["limit"]))


@_route(rf"benign collapse as % of EM collapse, {_AT}")
def _ratio(study: Study, m: re.Match[str]) -> Found:
    return _percent(_over_states(study, "control_ratio", m))


@_route(rf"EM minus benign collapse, {_AT}, percentage points")
def _control_difference(study: Study, m: re.Match[str]) -> Found:
    return _percent(_over_states(study, "control_difference", m))


@_route(rf"{_MEASURE} cells with p < (?P<limit>[\d.]+)")
def _small_p(study: Study, m: re.Match[str]) -> Found:
    """From the results file: the analysis keeps no stored p of 0, and says how many there are."""
    table = next(t for t in study.results.geometry if t.id == _geometry(m))
    rows = np.isin(table.column("condition"), np.array(_conditions(study, control=False), dtype=object))
    small = table.columns["p_raw_reported"].values[rows] < float(m["limit"])
    return Found(float(small.sum()), f"results.json {table.id} p_raw_reported", "results")


@_route(rf"{_MEASURE} pairs per cell")
def _pairs(study: Study, m: re.Match[str]) -> Found:
    n = len({p for t in study.results.tables for p in t.levels("persona")})
    return Found(float(math.comb(n, 2)), "results.json personas", "results")


@_route(rf"{_MEASURE} obs_delta {_AT}, (?P<condition>\w+)")
def _shift(study: Study, m: re.Match[str]) -> Found:
    return _of(_stored(study, m, "obs_delta", study.level("condition", m["condition"])))


@_route(rf"{_MEASURE} {_AT} spread (?P<a>\w+) vs (?P<b>\w+), %")
def _spread(study: Study, m: re.Match[str]) -> Found:
    a, b = (_stored(study, m, "obs_delta", study.level("condition", m[name])) for name in "ab")
    value = 100.0 * (a.estimate.value - b.estimate.value) / a.estimate.value
    return Found(value, f"{a.id} and {b.id}", "estimate")


@_route(rf"{_MEASURE} base accuracy")
def _accuracy(study: Study, m: re.Match[str]) -> Found:
    values = study.document.table(f"geometry.{_geometry(m)}").columns["acc_base"]
    (value,) = set(values)
    assert value is not None
    return Found(float(value), f"table geometry.{_geometry(m)} acc_base", "table")


# -- printed tables ---------------------------------------------------------------------------------------------------


@_route(r"max \|\d+-seed mean - \w+\| over \d+ anchors, pp")
def _anchors(study: Study, m: re.Match[str]) -> Found:
    entries = [
        e
        for e in study.document.select(analysis="consistency", statistic="largest_difference")
        if str(e.id.facets["against"]).endswith("_earlier")
    ]
    (entry,) = entries
    return _percent(entry)


@_route(r"table (?P<what>cosine|leakage %), (?P<persona>\w+)")
def _page_table(study: Study, m: re.Match[str]) -> Found:
    kind = {"cosine": "cosine", "leakage %": "fraction"}[m["what"]]
    tables: Iterator[Any] = (
        t for t in study.document.tables if t.id.startswith("consistency.page_") and t.units.get("printed") == kind
    )
    (table,) = tables
    found = _cell(study, table.id, "other", persona=m["persona"])
    return found if kind == "cosine" else Found(100.0 * float(found.value), found.where, "table")
