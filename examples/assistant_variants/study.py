"""Study #271: 12 personas, each trained as the source of its own adapter; cosine to the assistant against its rate."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from common import NOT_STATED, REPOSITORY, distinct, provenance, published, rows_of, with_unknown

from leakstats.results import (
    CellTable,
    Centring,
    Control,
    CovariateSpec,
    Design,
    Detector,
    FactorInfo,
    Family,
    NamedColumn,
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
REFERENCE = "helpful_assistant"


def build(numbers: Path) -> Results:
    """The results of study #271 from the CSV files in ``numbers``."""
    personas = rows_of(numbers / "personas.csv")
    base = rows_of(numbers / "base_model_baseline.csv")
    names = tuple(r["persona"] for r in personas)
    new = tuple(r["persona"] for r in personas if r["is_new"] == "1")
    questions = distinct(r["question"] for r in base)
    ids = tuple(range(len(questions)))
    tables = (
        CellTable(
            id="source_rate",
            outcome="marker",
            role="own_rate",
            description="Completions with the marker under the persona that the adapter was trained on.",
            factors={"source": factor_of(names, names)},
            counts=(np.array([int(r["hits"]) for r in personas]), np.array([int(r["n"]) for r in personas])),
            summed_over={"question": 20, "completion": 5},
        ),
        CellTable(
            id="base_model",
            outcome="marker",
            role="base",
            description="The untrained model under the two added personas.",
            factors={
                "persona": factor_of(names, [r["persona"] for r in base]),
                "question": factor_of(ids, [questions.index(r["question"]) for r in base]),
            },
            counts=(np.array([int(r["found"]) for r in base]), np.array([int(r["total"]) for r in base])),
            summed_over={"completion": 5},
        ),
    )
    pairs = [(r, layer) for r in personas for layer in LAYERS]
    similarity = SimilarityTable(
        id="cosine_to_assistant",
        measure="cosine",
        description="Cosine of each persona's centred mean hidden state with that of the reference persona, which is 1 "
        "with itself by construction.",
        factors={
            "source": factor_of(names, [r["persona"] for r, _ in pairs]),
            "layer": factor_of(LAYERS, [layer for _, layer in pairs]),
        },
        values=np.array([float(r[f"cos_to_assistant_L{layer}"]) for r, layer in pairs]),
        compared="centroid of the persona with centroid of helpful_assistant",
        reference=REFERENCE,
        centring=Centring(
            set="the 12 personas of the study", personas=names, n=len(names), method="global mean of the set, per layer"
        ),
        token_position="last input token, the final position before generation",
        model="Qwen/Qwen2.5-7B-Instruct",
    )
    setup = {
        "model": {"Base": "Qwen/Qwen2.5-7B-Instruct (28 layers)", "Trainable": "LoRA adapter, one per source persona"},
        "training": {
            "Method": "LoRA SFT",
            "Checkpoint source": "Qwen/Qwen2.5-7B-Instruct",
            "LoRA config": "r=32, alpha=64, dropout=0.05, use_rslora=True, targets q/k/v/o/gate/up/down",
            "Loss": None,
            "LR": "1e-5",
            "Epochs": 3,
            "LR schedule": "cosine, warmup_ratio=0.05",
            "Optimizer": "AdamW",
            "Weight decay": None,
            "Gradient clipping": None,
            "Precision": "bf16",
            "Batch size (effective)": "64, printed as 4 x 4 x 1",
            "Max seq length": 1024,
            "Seeds": "[42]",
        },
        "data": {
            "Source": "data/leakage_experiment/marker_<src>_asst_excluded_medium.jsonl",
            "Version / hash": None,
            "Train / val size": "600 rows: 200 source-positive, 400 bystander-negative / val not stated",
            "Preprocessing": None,
        },
        "eval": {
            "Metric definition": "source rate: share of completions with the substring [ZLT] under the trained persona",
            "Eval dataset + size": "20 questions x 5 completions = 100 completions per persona",
            "Method": "vLLM batched generation, substring match",
            "Judge model + prompt": "N/A — no judge, substring match",
            "Samples / temperature": "5 completions per question at temperature 1.0, top_p 0.95, max_new 512",
            "Significance": "Pearson and Spearman correlation of cosine and source rate, N = 12",
        },
        "compute": {
            "Hardware": "1x H100 80GB",
            "Wall time": "about 20 min training and evaluation, about 16 s centroid extraction",
            "Total GPU-hours": "about 0.4",
        },
        "environment": {"Python": None, "Key libraries": None, "Git commit": "43a303c", "Launch command": None},
    }
    return Results(
        study=Study(
            id="#271",
            title="Cosine to the assistant and the marker rate of 12 trained source personas",
            description="Twelve adapters, each trained to emit a marker under its own persona by the same recipe; ten "
            "named personas and two assistant variants added later.",
            source=f"{published(COMMIT, 'eval_results/issue_246/regression_results.json')}; "
            "published page of study #271",
            created="2026-05-05",
            parents=("#232", "#142", "#113", "#122", "#80", "#92", "#245", "#246"),
        ),
        factors={
            "source": FactorInfo(levels=names, description="persona that the adapter was trained on"),
            "persona": FactorInfo(levels=names, description="persona whose system prompt was used"),
            "question": FactorInfo(levels=ids, description="evaluation question"),
            "layer": FactorInfo(levels=LAYERS, description="layer of the hidden states; the convention is not stated"),
        },
        personas=Personas(
            name=names,
            prompt=tuple(r["prompt"] for r in personas),
            category=tuple(r["category"] for r in personas),
            role=tuple("new" if r["is_new"] == "1" else "source" for r in personas),
            covariates={
                "prompt_tokens": NamedColumn(
                    values=np.array([float(r["prompt_tokens"]) for r in personas]),
                    unit="token",
                    description="Qwen tokens of the system prompt",
                )
            },
        ),
        questions=Questions(id=ids, text=questions, set="evaluation", description="asked of every persona"),
        tables=tables,
        similarity=(similarity,),
        samples_note="Completions of this study were not published.",
        design=Design(
            unit="source",
            unit_noun="personas",
            clusters=("question",),
            crossed=(("source", "question"),),
            independent="Each persona has its own training run, so the 12 rates come from 12 runs. All were asked the "
            "same 20 questions, and all cosines share one reference and one centring mean.",
            exchangeable="Rates over personas, under the null of no relation between similarity and rate.",
            training_seed=Replication(n=1, values=(42,), reason="one seed for each persona"),
            sampling_seed=Replication(n=None, reason="sampling seeds are " + NOT_STATED),
            notes=(
                "The reference persona is itself one of the 12 points; its cosine is 1 by construction.",
                "Counts per question are not published for the trained models.",
            ),
        ),
        plan=Plan(
            status="exploratory",
            reason="the page calls layer 20 pre-registered, but no dated or hashed plan is published",
            primary=Primary(
                analysis="similarity",
                statistic="spearman",
                layer=20,
                outcome="source_rate",
                predictor="cosine_to_assistant",
            ),
            families=(
                Family(name="layers", correction="max_t", description="the same relation at each of the four layers"),
            ),
            covariates=(CovariateSpec(name="log_prompt_tokens", source="prompt_tokens", transform="log"),),
            new_points=new,
            controls=(Control(table="base_model", expected="zero", threshold=0.01),),
        ),
        detector=Detector(
            kind="substring",
            pattern="[ZLT]",
            case_sensitive=False,
            description="substring, case-insensitive as the page says",
            error_reason="not measured",
        ),
        setup=with_unknown(setup, {"data.Version / hash": "the data file is named without a hash"}),
        runs={
            "project": "leakage-experiment",
            "url": None,
            "runs": [
                {"id": f"marker_{name}_asst_excluded_medium_seed42", "note": "artifact of the added persona"}
                for name in new
            ],
            "not_logged": "run ids of the ten earlier personas are " + NOT_STATED,
            "full_data": [
                {
                    "artifact": "rates and cosines",
                    "location": published(COMMIT, "eval_results/issue_246/regression_results.json"),
                },
                *(
                    {
                        "artifact": f"{name} run_result.json",
                        "location": published(
                            COMMIT,
                            f"eval_results/leakage_experiment/marker_{name}_asst_excluded_medium_seed42/run_result.json",
                        ),
                    }
                    for name in new
                ),
            ],
            "artifacts": [
                {
                    "type": "Regression results",
                    "location": published(COMMIT, "eval_results/issue_246/regression_results.json"),
                },
                {"type": "Analysis script", "location": published(COMMIT, "scripts/analyze_issue246.py")},
                {"type": "Hero figure", "location": published(COMMIT, "figures/issue_246/hero_l20.png")},
            ],
        },
        provenance=provenance(
            numbers,
            known={
                "commit": "43a303c",
                "repository": REPOSITORY,
                "hardware": "1x H100 80GB",
                "gpu_hours": 0.4,
                "seeds": {"training": [42], "sampling": None},
            },
            unknown={"wall_time_s": "the page gives about 20 min, rounded"},
        ),
    )
