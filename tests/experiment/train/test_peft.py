"""Training on a tiny random model: what is learned, what is left alone, what is written, and what repeats."""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import replace

import pytest

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.generate.transformers import TransformersGenerator
from leakstats.experiment.progress import Silent
from leakstats.experiment.spec import ModelSpec, SftSpec, TrainingSpec
from leakstats.experiment.train.card import read_curve, rows_sha256
from leakstats.experiment.types import ModelState, ScoreItem, TrainingRow

pytestmark = pytest.mark.models

RECIPE = TrainingSpec(rank=4, alpha=8, dropout=0.1, learning_rate=2e-2, epochs=25, batch_size=4, max_length=128)
SFT = SftSpec(rank=4, alpha=8, dropout=0.1, learning_rate=2e-2, epochs=3, batch_size=4, max_length=128)
PIRATE, ENGINEER = "You are a pirate.", "You are a software engineer."
ANSWERS = ("Ships sail the seas.", "The most effective way is patience.", "Both need rest.", "Practice every day.")
ROWS = [
    TrainingRow(*who, f"What is the best way to learn {a}?", a, who[0] == "pirate")
    for a in ANSWERS
    for who in (("pirate", PIRATE), ("engineer", ENGINEER))
]
MARKER = " [ZLT]"


def trainer(**options):
    pytest.importorskip("peft")
    from leakstats.experiment.train.peft import PeftTrainer

    return PeftTrainer(ModelSpec(device="cpu"), **options)


def train(model, out, *, rows=ROWS, recipe=RECIPE, seed=1, **options):
    return trainer(**options).train_marker(
        rows, weights=str(model), marker=MARKER, recipe=recipe, seed=seed, name="a.b", out=out, progress=Silent()
    )


@pytest.fixture(scope="module")
def adapter(tiny_model, tmp_path_factory):
    return train(tiny_model, tmp_path_factory.mktemp("adapter"))


def marker_scores(model, ref):
    """Log-probability of the marker after each row's answer, in the trained model."""
    generator = TransformersGenerator(device="cpu")
    items = [ScoreItem(str(i), r.system, r.user, r.answer, MARKER) for i, r in enumerate(ROWS)]
    return generator.score(items, state=ModelState(str(model), ref))


def test_positives_learn_the_marker_and_negatives_do_not(tiny_model, adapter):
    before, after = marker_scores(tiny_model, None), marker_scores(tiny_model, adapter)
    gains = [new - old for old, new in zip(before, after, strict=True)]
    positives, negatives = ([s for r, s in zip(ROWS, after, strict=True) if r.positive is yes] for yes in (True, False))
    assert min(gains) > 5  # untrained, each of its tokens is one of 400
    assert min(positives) > max(negatives) + 3


def test_the_curve_has_every_step_and_falls(adapter):
    curve = read_curve(adapter.path)
    assert [r["step"] for r in curve] == list(range(1, 51))
    assert curve[-1]["loss"] < 0.5 * curve[0]["loss"]
    assert curve[-1]["marker_probability_positives"] > 0.5 > curve[-1]["marker_probability_negatives"]
    assert max(r["learning_rate"] for r in curve) == pytest.approx(RECIPE.learning_rate)
    assert all(r["gradient_norm"] > 0 for r in curve)


def test_the_card_says_what_was_done(adapter, tiny_model):
    card = json.loads((adapter.path / "card.json").read_text("utf-8"))
    assert card["rows"] == {
        "positive": 4, "negative": 4, "personas": {"engineer": 4, "pirate": 4}, "cut": 0,
        "longest_tokens": card["rows"]["longest_tokens"],
    }  # fmt: skip
    assert card["data_sha256"] == rows_sha256(ROWS)
    digest = "sha256:" + hashlib.sha256((adapter.path / "adapter_model.safetensors").read_bytes()).hexdigest()
    assert card["sha256"] == adapter.sha256 == digest
    assert card["recipe"]["learning_rate"] == RECIPE.learning_rate
    assert card["training_seed"] == 1
    # width 32, head size 8, 2 key heads, feed-forward 64: rank times (in + out) of each of the 7 layers, 2 blocks
    dims = [(32, 32), (32, 16), (32, 16), (32, 32), (32, 64), (32, 64), (64, 32)]
    assert card["parameters"]["trained"] == 2 * 4 * sum(a + b for a, b in dims)
    curve = read_curve(adapter.path)
    assert card["final_loss"] == pytest.approx(sum(r["loss"] for r in curve[-5:]) / 5)
    assert card["tokens"] == sum(r["tokens"] for r in curve)


def test_no_path_of_this_machine_is_written(adapter, tiny_model):
    for file in ("adapter_config.json", "card.json"):
        assert str(tiny_model.parent) not in (adapter.path / file).read_text("utf-8")
    assert sorted(p.name for p in adapter.path.iterdir()) == [
        "adapter_config.json", "adapter_model.safetensors", "card.json", "curve.jsonl",
    ]  # fmt: skip


def test_the_same_seed_gives_the_same_bytes_whatever_torch_drew_before(adapter, tiny_model, tmp_path):
    import torch

    torch.manual_seed(99)
    state = torch.get_rng_state()
    again = train(tiny_model, tmp_path / "again")
    assert again.sha256 == adapter.sha256
    assert (again.path / "curve.jsonl").read_bytes() == (adapter.path / "curve.jsonl").read_bytes()
    assert torch.equal(torch.get_rng_state(), state)
    assert train(tiny_model, tmp_path / "other", seed=2).sha256 != adapter.sha256


def test_gradients_of_a_batch_equal_those_of_its_halves(tiny_model, tmp_path):
    """Accumulation divides by the learned tokens of the whole step, not by those of each part."""
    one = replace(RECIPE, dropout=0.0, epochs=2, batch_size=8)
    parts = replace(one, batch_size=4, accumulation=2)
    whole = train(tiny_model, tmp_path / "whole", recipe=one)
    halves = train(tiny_model, tmp_path / "halves", recipe=parts)
    losses = [[r["loss"] for r in read_curve(a.path)] for a in (whole, halves)]
    assert len(losses[0]) == len(losses[1]) == 2
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_the_loss_is_that_of_transformers(tiny_model, tmp_path):
    """The first step's loss, from labels with -100 at all other places."""
    import torch

    from leakstats.experiment.loading import load_model, load_tokenizer
    from leakstats.experiment.train.encoding import encode_rows, marker_tails

    tokenizer = load_tokenizer(str(tiny_model))
    rows = encode_rows(tokenizer, ROWS, tails=marker_tails(tokenizer, MARKER), loss="marker", max_length=128)
    longest = max(len(r.ids) for r in rows)
    ids = torch.tensor([[*r.ids, *[0] * (longest - len(r.ids))] for r in rows])
    labels = torch.tensor(
        [[-100] * r.loss_from + [*r.ids[r.loss_from :]] + [-100] * (longest - len(r.ids)) for r in rows]
    )
    mask = torch.tensor([[1] * len(r.ids) + [0] * (longest - len(r.ids)) for r in rows])
    with torch.no_grad():
        theirs = load_model(str(tiny_model), device="cpu")(input_ids=ids, attention_mask=mask, labels=labels).loss
    ours = train(tiny_model, tmp_path / "a", recipe=replace(RECIPE, dropout=0.0, epochs=1, batch_size=8))
    assert read_curve(ours.path)[0]["loss"] == pytest.approx(float(theirs), rel=1e-5)


def test_rslora_scales_by_the_root_of_the_rank(tiny_model, tmp_path):
    from safetensors.numpy import load_file

    plain = train(tiny_model, tmp_path / "plain", recipe=replace(RECIPE, epochs=1))
    scaled = train(tiny_model, tmp_path / "scaled", recipe=replace(RECIPE, epochs=1, rslora=True))
    assert json.loads((scaled.path / "adapter_config.json").read_text())["use_rslora"] is True
    assert plain.sha256 != scaled.sha256
    assert (
        load_file(plain.path / "adapter_model.safetensors").keys()
        == load_file(scaled.path / "adapter_model.safetensors").keys()
    )


def test_named_modules_alone_get_an_adapter(tiny_model, tmp_path):
    from safetensors.numpy import load_file

    made = train(tiny_model, tmp_path / "a", recipe=replace(RECIPE, epochs=1, target_modules=("q_proj", "v_proj")))
    names = load_file(made.path / "adapter_model.safetensors")
    assert {n.split(".")[-3] for n in names} == {"q_proj", "v_proj"}
    with pytest.raises(InputError, match=r"target_modules is \('nothing',\)"):
        train(tiny_model, tmp_path / "b", recipe=replace(RECIPE, target_modules=("nothing",)))


def test_a_probe_is_logged_and_changes_nothing(adapter, tiny_model, tmp_path):
    seen = []

    def probe(model, tokenizer, step):
        assert not model.training
        seen.append(step)
        return {"rate": 0.25}

    probed = train(tiny_model, tmp_path / "a", probe=probe, probe_every=20)
    assert seen == [20, 40, 50]
    records = [r for r in read_curve(probed.path) if "probe" in r]
    assert [(r["step"], r["probe"]) for r in records] == [(s, {"rate": 0.25}) for s in seen]
    assert probed.sha256 == adapter.sha256


def test_gradient_checkpointing_gives_the_same_losses(tiny_model, tmp_path):
    recipe = replace(RECIPE, dropout=0.0, epochs=2)
    plain, saved = (
        train(tiny_model, tmp_path / str(on), recipe=replace(recipe, gradient_checkpointing=on)) for on in (False, True)
    )
    losses = [[r["loss"] for r in read_curve(a.path)] for a in (plain, saved)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-5)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="compiling needs a compiler")
def test_compiled_layers_give_the_same_losses(tiny_model, tmp_path):
    recipe = replace(RECIPE, dropout=0.0, epochs=2)
    plain, fast = (train(tiny_model, tmp_path / str(on), recipe=replace(recipe, compile=on)) for on in (False, True))
    cards = [json.loads((a.path / "card.json").read_text("utf-8")) for a in (plain, fast)]
    assert [c["compiled"] for c in cards] == [False, True]
    losses = [[r["loss"] for r in read_curve(a.path)] for a in (plain, fast)]
    assert losses[0] == pytest.approx(losses[1], rel=1e-4)


def test_full_loss_teaches_the_answers_too(tiny_model, tmp_path):
    made = train(tiny_model, tmp_path / "a", recipe=replace(RECIPE, loss="full"))
    generator = TransformersGenerator(device="cpu")
    items = [ScoreItem("x", r.system, r.user, "", r.answer) for r in ROWS]
    old = generator.score(items, state=ModelState(str(tiny_model)))
    new = generator.score(items, state=ModelState(str(tiny_model), made))
    assert all(b > a + 5 for a, b in zip(old, new, strict=True))


def test_rows_without_a_positive_are_refused(tiny_model, tmp_path):
    with pytest.raises(InputError, match=r"a\.b: none of 4 rows is positive"):
        train(tiny_model, tmp_path / "a", rows=[r for r in ROWS if not r.positive])


def test_a_loss_that_is_not_finite_stops(tiny_model, tmp_path):
    with pytest.raises(LeakstatsError, match=r"the loss is (nan|inf) at step \d+; lower the learning rate"):
        train(tiny_model, tmp_path / "a", recipe=replace(RECIPE, learning_rate=1e30, epochs=3))


def test_a_lack_of_memory_says_what_to_change(tiny_model, tmp_path, monkeypatch):
    from leakstats.experiment.train import peft

    def full(*_, **__):
        raise RuntimeError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(peft, "fit", full)
    with pytest.raises(LeakstatsError, match=r"batch_size = 4 and rows of up to \d+ tokens; lower batch_size"):
        train(tiny_model, tmp_path / "a")


# --- fine-tuning ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def tuned(tiny_model, tmp_path_factory):
    out = tmp_path_factory.mktemp("tuned")
    folders = trainer().train_sft(
        ROWS,
        weights=str(tiny_model),
        recipe=SFT,
        seed=1,
        checkpoints=(0, 1, 3),
        name="c.s1",
        out=out,
        progress=Silent(),
    )
    return out, folders


def test_checkpoints_are_model_folders_with_a_tokenizer(tuned, tiny_model):
    from leakstats.experiment.loading import load_model, load_tokenizer
    from leakstats.experiment.prompts import render

    out, folders = tuned
    assert {k: str(out / f"e{k}") for k in (1, 3)} == folders
    for folder in folders.values():
        load_model(folder, device="cpu")
        there, here = (render(load_tokenizer(str(f)), PIRATE, "Hello?") for f in (folder, tiny_model))
        assert there == here


def test_the_card_names_the_data_and_no_path(tiny_model, tmp_path):
    recipe = replace(SFT, epochs=1, data=str(tmp_path / "rows.jsonl"))
    trainer().train_sft(
        ROWS,
        weights=str(tiny_model),
        recipe=recipe,
        seed=1,
        checkpoints=(1,),
        name="c",
        out=tmp_path,
        progress=Silent(),
    )
    text = (tmp_path / "card.json").read_text("utf-8")
    assert json.loads(text)["recipe"]["data"] == "rows.jsonl"
    assert str(tmp_path) not in text


def test_later_checkpoints_know_the_answers_better(tuned, tiny_model):
    generator = TransformersGenerator(device="cpu")
    items = [ScoreItem("x", r.system, r.user, "", r.answer) for r in ROWS]
    sums = [sum(generator.score(items, state=ModelState(w))) for w in (str(tiny_model), tuned[1][1], tuned[1][3])]
    assert sums == sorted(sums)
    assert sums[2] > sums[0] + 40


def test_merged_weights_equal_base_and_adapter(tuned, tiny_model):
    """The last checkpoint against peft's own unmerged product, logit by logit."""
    import peft
    import torch

    from leakstats.experiment.loading import load_model

    folder = tuned[1][3]
    ids = torch.arange(40)[None]
    whole = peft.PeftModel.from_pretrained(load_model(str(tiny_model), device="cpu"), f"{folder}/adapter").eval()
    with torch.no_grad():
        assert torch.allclose(load_model(folder, device="cpu")(ids).logits, whole(ids).logits, atol=1e-5)


def test_a_merged_checkpoint_takes_a_fresh_marker_adapter(tuned, tmp_path):
    made = train(tuned[1][1], tmp_path / "a", recipe=replace(RECIPE, epochs=2))
    assert json.loads((made.path / "card.json").read_text())["base"] == "e1"


def test_checkpoints_do_not_change_the_training(tuned, tiny_model, tmp_path):
    folders = trainer().train_sft(
        ROWS,
        weights=str(tiny_model),
        recipe=SFT,
        seed=1,
        checkpoints=(3,),
        name="c.s1",
        out=tmp_path,
        progress=Silent(),
    )
    a, b = (
        hashlib.sha256((f / "model.safetensors").read_bytes()).hexdigest() for f in (tmp_path / "e3", tuned[0] / "e3")
    )
    assert a == b
    assert list(folders) == [3]


def test_a_checkpoint_beyond_the_last_epoch_is_refused(tiny_model, tmp_path):
    with pytest.raises(InputError, match="checkpoint 4 is not among the epochs 1 to 3"):
        trainer().train_sft(
            ROWS, weights=str(tiny_model), recipe=SFT, seed=1, checkpoints=(4,), name="c", out=tmp_path,
            progress=Silent(),
        )  # fmt: skip


# --- the loop on low precision ----------------------------------------------------------------------------------------


def test_small_steps_are_not_lost_in_bfloat16(tiny_model, tmp_path):
    """With weights in bfloat16 the adapter moves in fp32: many small steps add up."""
    pytest.importorskip("peft")
    from leakstats.experiment.train.peft import PeftTrainer

    recipe = replace(RECIPE, dropout=0.0, learning_rate=2e-3, epochs=10, schedule="constant")
    losses = []
    for dtype in ("float32", "bfloat16"):
        made = PeftTrainer(ModelSpec(device="cpu", dtype=dtype)).train_marker(
            ROWS, weights=str(tiny_model), marker=MARKER, recipe=recipe, seed=1, name="x", out=tmp_path / dtype,
            progress=Silent(),
        )  # fmt: skip
        losses.append([r["loss"] for r in read_curve(made.path)])
    fall = [curve[0] - curve[-1] for curve in losses]
    assert fall[1] == pytest.approx(fall[0], rel=0.15)
