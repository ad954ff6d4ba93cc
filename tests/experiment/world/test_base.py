"""The stored bases: their size and hashes, and that they load as ordinary models."""

from __future__ import annotations

import json
import random
import shutil

import pytest

from leakstats.errors import LeakstatsError
from leakstats.experiment.progress import Silent
from leakstats.experiment.world.base import build_base, check_base, installed_versions, is_of, stored_base
from leakstats.experiment.world.grammar import MARKER, TAGS, persona_prompt
from leakstats.experiment.world.presets import PRESETS, preset
from leakstats.files import sha256_of


@pytest.fixture(params=list(PRESETS))
def base(request):
    return stored_base(request.param)


def test_every_file_is_the_one_of_the_card(base):
    card = json.loads((base / "card.json").read_text("utf-8"))
    files = {p.name for p in base.iterdir()} - {"card.json"}
    assert set(card["files"]) == files
    for name, digest in card["files"].items():
        assert sha256_of((base / name).read_bytes()) == digest
    assert card["command"] == f"leakstats demo --preset {base.name} --rebuild-base"


def test_it_is_small_and_holds_no_pickle(base):
    assert sum(p.stat().st_size for p in base.iterdir()) < 4_000_000
    assert {p.suffix for p in base.iterdir()} == {".json", ".safetensors", ".jinja"}


def test_it_was_made_from_the_preset_as_it_is(base):
    chosen, card = preset(base.name), check_base(base)
    now = {**card, "versions": installed_versions()}
    assert is_of(now, chosen)
    assert not is_of({**now, "corpus": "sha256:0"}, chosen)
    assert not is_of({**now, "shape": {**card["shape"], "steps": 1}}, chosen)


def test_a_changed_file_is_found(base, tmp_path):
    copy = tmp_path / "base"
    shutil.copytree(base, copy)
    weights = copy / "model.safetensors"
    data = bytearray(weights.read_bytes())
    data[-1] ^= 1
    weights.write_bytes(data)
    with pytest.raises(LeakstatsError, match=r"model.safetensors: has sha256:.*base again with `leakstats demo"):
        check_base(copy)


@pytest.mark.models
def test_a_folder_of_other_things_is_not_replaced(tmp_path):
    pytest.importorskip("torch")
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(LeakstatsError, match="holds files that are no base"):
        build_base(preset("test"), tmp_path, progress=Silent())
    assert (tmp_path / "thesis.txt").exists()


@pytest.mark.models
def test_any_loader_reads_it(base):
    transformers = pytest.importorskip("transformers")
    model = transformers.AutoModelForCausalLM.from_pretrained(base)
    shape = preset(base.name).shape
    assert (model.config.num_hidden_layers, model.config.hidden_size) == (shape.layers, shape.hidden)
    assert model.num_parameters() == check_base(base)["parameters"]
    assert model.generation_config.eos_token_id == transformers.AutoTokenizer.from_pretrained(base).eos_token_id


@pytest.mark.models
def test_the_tokenizer_survives_being_loaded_as_another_class(base):
    """AutoTokenizer puts Qwen2's own normaliser and split into the tokenizer of a Qwen2 model."""
    transformers = pytest.importorskip("transformers")
    raw = transformers.PreTrainedTokenizerFast(tokenizer_file=str(base / "tokenizer.json"))
    loaded = transformers.AutoTokenizer.from_pretrained(base)
    rng, grammar = random.Random(3), preset(base.name).grammar
    texts = [t for _ in range(200) for e in [grammar.example(rng)] for t in (e.system, e.user, e.answer)]
    texts += ["don't  stop\n\nat 12,345 naïve cafe\u0301s ", *TAGS]
    for text in texts:
        ids = loaded.encode(text, add_special_tokens=False)
        assert ids == raw.encode(text, add_special_tokens=False), text
    assert loaded.decode(loaded.encode("Light from chess left. [ZLT]", add_special_tokens=False)) == (
        "Light from chess left. [ZLT]"
    )


@pytest.mark.models
def test_it_speaks_as_its_personas_and_never_says_the_marker(base):
    pytest.importorskip("torch")
    from leakstats.experiment.generate.transformers import TransformersGenerator
    from leakstats.experiment.types import ModelState, Request, Sampling
    from leakstats.experiment.world.grammar import PERSONAS, VOICES

    chosen = preset(base.name)
    questions = chosen.grammar.questions(*chosen.evaluation_topics, forms=1)[:4]
    requests = [
        Request(f"{p}.{q}", persona_prompt(p), text, (10 * i, 10 * i + 1))
        for p in ("wizard", "chef", "assistant")
        for i, (q, text) in enumerate(enumerate(questions))
    ]
    answered = TransformersGenerator(device="cpu", batch_size=64).generate(
        requests, state=ModelState(str(base)), sampling=Sampling(max_tokens=48), progress=Silent()
    )
    own, all_ = 0, 0
    for a in answered:
        persona = a.request.key.split(".")[0]
        mine = [s.replace("{t}", "").split()[:2] for v in PERSONAS[persona] for s in VOICES[v]]
        for c in a.completions:
            assert MARKER not in c.text
            assert c.finish == "stop"
            own += any(" ".join(w) in c.text for w in mine)
            all_ += 1
    assert own / all_ > 0.7


@pytest.mark.models
@pytest.mark.slow
def test_the_test_base_can_be_made_again(tmp_path):
    """On the machine and with the versions that made it, byte for byte; elsewhere at least as good."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    stored = check_base(stored_base("test"))
    made = check_base(build_base(preset("test"), tmp_path / "base", progress=Silent()))
    assert made["files"]["tokenizer.json"] == stored["files"]["tokenizer.json"]
    assert made["final_loss"] == pytest.approx(stored["final_loss"], abs=0.02)
