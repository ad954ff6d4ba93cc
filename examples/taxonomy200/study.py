"""Study #77: 200 bystander personas, each made for one of five sources; hits of 600 completions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from common import NOT_STATED, REPOSITORY, distinct, provenance, published, rows_of, with_unknown

from leakstats.results import (
    CellTable,
    Centring,
    CovariateSpec,
    Design,
    Detector,
    Factor,
    FactorInfo,
    Family,
    NamedColumn,
    Personas,
    Plan,
    Primary,
    Replication,
    Reported,
    Results,
    SimilarityTable,
    Study,
    factor_of,
)
from leakstats.results.printed import printed_rate

COMMIT = "4e3dfc334751"
"""Commit of the published repository that the numbers were read from."""

LAYERS = (10, 15, 20, 25)
STATED_LAYER = 15
DESIGN = {"question": 20, "completion": 10, "sampling_seed": 3}
CENTRING = Centring(set="the persona set of the experiment", method="global mean of the set subtracted")
COVARIATES = {
    "n_chars": ("character", "characters of the system prompt"),
    "n_words": ("word", "words of the system prompt"),
    "jaccard_with_source_prompt": ("fraction", "Jaccard overlap of the words with those of the source's prompt"),
}


def build(numbers: Path) -> Results:
    """The results of study #77 from the CSV files in ``numbers``."""
    personas = rows_of(numbers / "personas.csv")
    pairs = rows_of(numbers / "pairs.csv")
    anchors = rows_of(numbers / "anchors.csv")
    page = rows_of(numbers / "page_table_check.csv")
    prompts = json.loads((numbers / "source_prompts.json").read_text("utf-8"))
    sources = distinct(r["source"] for r in personas)
    names = (*(r["persona_id"] for r in personas), *sources)

    def index(rows: list[dict[str, str]], source: str, persona: str) -> dict[str, Factor]:
        return {
            "source": factor_of(sources, [r[source] for r in rows]),
            "persona": factor_of(names, [r[persona] for r in rows]),
        }

    def reported(texts: list[str]) -> Reported:
        bounds = np.array([printed_rate(text, "percent") for text in texts])
        return Reported(
            printed=tuple(texts),
            unit="percent",
            value=bounds[:, 0],
            low=bounds[:, 1],
            high=bounds[:, 2],
            declared_trials=600,
            trials_status="declared",
            trials_reason=None,
        )

    earlier = np.array([round(float(r["persona100_single_seed_pct"]) * 2) for r in anchors])
    tables = (
        CellTable(
            id="bystander_rate",
            outcome="marker",
            role="leakage",
            description="Completions with the marker under each bystander, with the adapter of its related source.",
            factors=index(pairs, "source", "persona_id"),
            counts=(np.array([int(r["hits_of_600"]) for r in pairs]), np.full(len(pairs), 600)),
            summed_over=DESIGN,
        ),
        CellTable(
            id="anchor_rate",
            outcome="marker",
            role="other",
            description="Rates of five anchor personas (the five sources) under each adapter, as the page prints them: "
            "means of three seeds.",
            factors=index(anchors, "adapter", "anchor_persona"),
            reported=reported([r["seed_3seed_mean_pct"] for r in anchors]),
        ),
        CellTable(
            id="anchor_rate_earlier",
            outcome="marker",
            role="other",
            description="The same 25 pairs in study #66: one seed, hits of 200.",
            factors=index(anchors, "adapter", "anchor_persona"),
            counts=(earlier, np.full(earlier.size, 200)),
            summed_over={"question": 20, "completion": 10},
        ),
        CellTable(
            id="page_rate",
            outcome="marker",
            role="other",
            description="Rates of the 41 example personas as the page's tables print them.",
            factors=index(page, "source", "persona_id"),
            reported=reported([r["leakage_pct_printed"] for r in page]),
        ),
    )
    cells = [(r, layer) for r in pairs for layer in LAYERS]
    similarity = (
        SimilarityTable(
            id="cosine",
            measure="cosine",
            description="Cosine of the bystander and its related source, stored to 6 decimals.",
            factors={
                **index([r for r, _ in cells], "source", "persona_id"),
                "layer": factor_of(LAYERS, [layer for _, layer in cells]),
            },
            values=np.array([float(r[f"cos_L{layer}"]) for r, layer in cells]),
            compared="centroid of the bystander persona with centroid of its source persona",
            centring=CENTRING,
        ),
        SimilarityTable(
            id="page_cosine",
            measure="cosine",
            description="Cosines of the 41 example personas as the page's tables print them, for layer 15. Nine do not "
            "agree with the stored cosine of that layer.",
            factors=index(page, "source", "persona_id"),
            constants={"layer": STATED_LAYER},
            values=np.array([float(r["cos_printed"]) for r in page]),
            kind="reported",
            printed=tuple(r["cos_printed"] for r in page),
            compared="centroid of the bystander persona with centroid of its source persona",
            centring=CENTRING,
        ),
    )
    none = [np.nan] * len(sources)
    setup = {
        "model": {"Base": None, "Trainable": "one adapter for each of five source personas"},
        "eval": {
            "Metric definition": "share of completions that contain the literal substring [ZLT]",
            "Eval dataset + size": "20 questions x 10 completions x 3 seeds = 600 completions per bystander",
            "Samples / temperature": "10 completions per question and seed; temperature " + NOT_STATED,
        },
    }
    return Results(
        study=Study(
            id="#77",
            title="Leakage of a marker to 200 bystander personas of eight kinds of relation to their source",
            description="Forty bystanders were written for each of five sources, in eight categories of relation.",
            source=f"{REPOSITORY}, branch issue-70 at 4e3dfc334751: scripts/run_taxonomy_leakage.py (prompts), and "
            f"{published(COMMIT, 'eval_results/persona_taxonomy/cosine_analysis.json')}; published page of study #77",
            parents=("#66",),
        ),
        factors={
            "source": FactorInfo(levels=sources, description="persona whose adapter was used"),
            "persona": FactorInfo(levels=names, description="persona whose system prompt was used"),
            "layer": FactorInfo(levels=LAYERS, description="layer of the hidden states; the convention is not stated"),
        },
        personas=Personas(
            name=names,
            prompt=(*(r["prompt"] for r in personas), *(prompts[s] for s in sources)),
            category=(*(r["category"] for r in personas), *[None] * len(sources)),
            related_to=(*((r["source"],) for r in personas), *[()] * len(sources)),
            role=(*["bystander"] * len(personas), *["source"] * len(sources)),
            covariates={
                name: NamedColumn(
                    values=np.array([*(float(r[name]) for r in personas), *none]), unit=unit, description=description
                )
                for name, (unit, description) in COVARIATES.items()
            },
        ),
        tables=tables,
        similarity=similarity,
        samples_note="Completions of this study were not published.",
        design=Design(
            unit="persona",
            unit_noun="bystanders",
            clusters=("source", "question"),
            crossed=(("persona", "question"),),
            nested=(("persona", "source"),),
            independent="Each bystander was evaluated under one source's adapter; the 40 bystanders of a source share "
            "its training run, and all share the questions.",
            exchangeable="Bystanders within a source, under the null of no relation between similarity and leakage.",
            training_seed=Replication(n=1, reason="one training run for each source"),
            sampling_seed=Replication(n=3, reason="three seeds were summed; the counts of each are not published"),
            notes=(
                "The three seeds are sampling seeds of one trained model; they say nothing about training noise.",
                "The counts were recovered from rates stored to 4 decimals; every one is consistent with 600 trials.",
            ),
        ),
        plan=Plan(
            status="exploratory",
            reason="no dated plan is published; layer 15 is the layer of the published headline",
            primary=Primary(
                analysis="similarity",
                statistic="spearman",
                layer=STATED_LAYER,
                outcome="bystander_rate",
                predictor="cosine",
            ),
            families=(
                Family(name="layers", correction="max_t", description="the same relation at each of the four layers"),
                Family(name="categories", correction="holm", description="the relation within each category"),
            ),
            covariates=tuple(CovariateSpec(name=name, source=name, transform="identity") for name in COVARIATES),
        ),
        detector=Detector(
            kind="substring", pattern="[ZLT]", description="literal substring", error_reason="not measured"
        ),
        setup=with_unknown(setup, {}),
        runs={
            "project": None,
            "url": None,
            "runs": [],
            "not_logged": "run ids are " + NOT_STATED,
            "full_data": [
                {
                    "artifact": "rates and cosines",
                    "location": published(COMMIT, "eval_results/persona_taxonomy/cosine_analysis.json"),
                }
            ],
            "artifacts": [],
        },
        provenance=provenance(
            numbers,
            known={"repository": REPOSITORY},
            unknown={"commit": "the commit that made the numbers is " + NOT_STATED},
        ),
    )
