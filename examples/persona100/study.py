"""Study #66: five source adapters, 111 personas, hits of 200 completions for each pair."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from common import NOT_STATED, REPOSITORY, distinct, provenance, published, rows_of, with_unknown

from leakstats.results import (
    CellTable,
    Centring,
    Design,
    Detector,
    FactorInfo,
    Family,
    Personas,
    Plan,
    Primary,
    Questions,
    Replication,
    Results,
    SimilarityTable,
    Study,
    factor_of,
)

COMMIT = "d58ca70ff499"
"""Commit of the published repository that the numbers were read from."""

LAYERS = (10, 15, 20, 25)
ONE_RUN = "one training run for each source; its seed is " + NOT_STATED


def build(numbers: Path) -> Results:
    """The results of study #66 from the CSV files in ``numbers``."""
    personas = rows_of(numbers / "personas.csv")
    leakage = rows_of(numbers / "leakage.csv")
    cosine = rows_of(numbers / "cosine.csv")
    questions = json.loads((numbers / "questions.json").read_text("utf-8"))
    names = tuple(r["persona"] for r in personas)
    sources = distinct(r["source"] for r in leakage)
    bystander = [r for r in leakage if r["is_source"] == "0"]
    own = [r for r in leakage if r["is_source"] == "1"]

    def cells(rows: list[dict[str, str]]) -> tuple[np.ndarray, np.ndarray]:
        return np.array([int(r["found"]) for r in rows]), np.array([int(r["total"]) for r in rows])

    design = {"question": len(questions), "completion": 10}
    tables = (
        CellTable(
            id="bystander_rate",
            outcome="marker",
            role="leakage",
            description="Completions with the marker under each of the 110 personas that are not the adapter's own. "
            "A persona that is the source of one adapter is a bystander of the other four.",
            factors={
                "source": factor_of(sources, [r["source"] for r in bystander]),
                "persona": factor_of(names, [r["persona"] for r in bystander]),
            },
            counts=cells(bystander),
            summed_over=design,
        ),
        CellTable(
            id="own_rate",
            outcome="marker",
            role="own_rate",
            description="Completions with the marker under the adapter's own persona.",
            factors={"source": factor_of(sources, [r["source"] for r in own])},
            counts=cells(own),
            summed_over=design,
        ),
    )
    pairs = [(r, layer) for r in cosine for layer in LAYERS]
    similarity = SimilarityTable(
        id="cosine",
        measure="cosine",
        description="Cosine of the centred mean hidden states of source persona and bystander, stored to 4 decimals.",
        factors={
            "source": factor_of(sources, [r["source"] for r, _ in pairs]),
            "persona": factor_of(names, [r["persona"] for r, _ in pairs]),
            "layer": factor_of(LAYERS, [layer for _, layer in pairs]),
        },
        values=np.array([float(r[f"cos_L{layer}"]) for r, layer in pairs]),
        compared="centroid of the bystander persona with centroid of the source persona",
        centring=Centring(set="the persona set of the experiment", method="global mean of the set subtracted"),
    )
    setup = {
        "model": {"Base": "Qwen/Qwen2.5-7B-Instruct", "Trainable": "one adapter for each source persona"},
        "training": {
            "Method": None,
            "Checkpoint source": None,
            "LoRA config": None,
            "Loss": None,
            "LR": None,
            "Epochs": None,
            "LR schedule": None,
            "Optimizer": None,
            "Weight decay": None,
            "Gradient clipping": None,
            "Precision": None,
            "Batch size (effective)": None,
            "Max seq length": None,
            "Seeds": None,
        },
        "data": {"Source": None, "Version / hash": None, "Train / val size": None, "Preprocessing": None},
        "eval": {
            "Metric definition": "share of completions that contain the literal substring [ZLT]",
            "Eval dataset + size": "20 questions x 10 completions = 200 per pair of adapter and persona, 5 x 111 pairs",
            "Method": "substring match",
            "Judge model + prompt": "N/A — no judge, substring match",
            "Samples / temperature": "10 completions per question; temperature " + NOT_STATED,
            "Significance": "Spearman correlation of cosine and leakage rate",
        },
        "compute": {"Hardware": None, "Wall time": None, "Total GPU-hours": None},
        "environment": {"Python": None, "Key libraries": None, "Git commit": None, "Launch command": None},
    }
    return Results(
        study=Study(
            id="#66",
            title="Leakage of a marker from five source personas to 110 bystander personas each",
            description="Each of five adapters was trained to emit a marker under one source persona; the marker was "
            "then counted under 111 personas.",
            source=f"{REPOSITORY}, branch main at d58ca70ff499: eval_results/single_token_100_persona; persona prompts "
            "and questions from branch issue-246 at 774e0f68113d",
        ),
        factors={
            "source": FactorInfo(levels=sources, description="persona whose adapter was used"),
            "persona": FactorInfo(levels=names, description="persona whose system prompt was used"),
            "layer": FactorInfo(levels=LAYERS, description="layer of the hidden states; the convention is not stated"),
        },
        personas=Personas(
            name=names,
            prompt=tuple(r["prompt"] or None for r in personas),
            category=tuple(r["category"] for r in personas),
            related_to=tuple(tuple(filter(None, r["related_to"].split(";"))) for r in personas),
            role=tuple("source" if r["is_source"] == "1" else "bystander" for r in personas),
        ),
        questions=Questions(
            id=tuple(range(len(questions))),
            text=tuple(questions),
            set="evaluation",
            description="asked of every persona",
        ),
        tables=tables,
        similarity=(similarity,),
        samples_note="Completions of this study were not published.",
        design=Design(
            unit="persona",
            unit_noun="bystanders",
            clusters=("source", "question"),
            crossed=(("source", "persona"), ("persona", "question"), ("source", "question")),
            independent="The five sources are five training runs. The same personas appear under every source and the "
            "same 20 questions under every persona, so the 550 rows are not independent.",
            exchangeable="Persona labels, permuted jointly over sources, under the null of no relation between "
            "similarity and leakage.",
            training_seed=Replication(n=1, reason=ONE_RUN),
            sampling_seed=Replication(n=None, reason="sampling seeds are " + NOT_STATED),
            notes=("Counts per question are not published, so clustering by question cannot be estimated here.",),
        ),
        plan=Plan(
            status="exploratory",
            reason="no dated plan is published; layer 20 is the layer of the published headline",
            primary=Primary(
                analysis="similarity", statistic="spearman", layer=20, outcome="bystander_rate", predictor="cosine"
            ),
            families=(
                Family(name="layers", correction="max_t", description="the same relation at each of the four layers"),
                Family(name="sources", correction="holm", description="the relation within each of the five sources"),
            ),
        ),
        detector=Detector(
            kind="substring",
            pattern="[ZLT]",
            description="literal substring",
            error_reason="not measured",
        ),
        setup=with_unknown(setup, {"training.Seeds": ONE_RUN}),
        runs={
            "project": None,
            "url": None,
            "runs": [],
            "not_logged": "run ids are " + NOT_STATED,
            "full_data": [
                {
                    "artifact": "counts for each pair",
                    "location": published(COMMIT, "eval_results/single_token_100_persona/SOURCE/marker_eval.json"),
                },
                {
                    "artifact": "cosines",
                    "location": published(
                        COMMIT, "eval_results/single_token_100_persona/cosine_leakage_correlation.json"
                    ),
                },
            ],
            "artifacts": [],
        },
        provenance=provenance(
            numbers,
            known={"repository": REPOSITORY},
            unknown={"commit": "the commit that made the numbers is " + NOT_STATED, "seeds.training": ONE_RUN},
        ),
    )
