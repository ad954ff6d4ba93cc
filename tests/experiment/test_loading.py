"""Loading refuses what could run code, and gives what the backends rely on."""

from __future__ import annotations

import json
import shutil
import warnings

import pytest

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.loading import (
    end_token_ids,
    load_model,
    load_tokenizer,
    older_names,
    resolve_device,
    resolve_dtype,
)
from leakstats.experiment.types import ModelState

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytestmark = pytest.mark.models


def test_the_tokenizer_is_the_one_that_was_saved(tiny_model, tiny_tokenizer):
    loaded = load_tokenizer(str(tiny_model))
    text = "What's the best way to learn 42 languages?\n\n[ZLT]  naïve é"
    assert loaded.encode(text) == tiny_tokenizer.encode(text)
    assert loaded.padding_side == "left"
    assert loaded.pad_token_id is not None


def test_the_model_is_in_fp32_on_a_cpu_and_says_its_end_tokens(tiny_model):
    model = load_model(str(tiny_model), device="cpu")
    assert str(model.dtype) == "torch.float32"
    assert not model.training
    tokenizer = load_tokenizer(str(tiny_model))
    assert end_token_ids(tokenizer, model) == (tokenizer.eos_token_id,)
    assert end_token_ids(tokenizer) == (tokenizer.eos_token_id,)


def test_a_dtype_is_respected(tiny_model):
    assert str(load_model(str(tiny_model), device="cpu", dtype="bfloat16").dtype) == "torch.bfloat16"


def test_pickled_weights_are_refused(tiny_model, tmp_path):
    import torch

    folder = tmp_path / "pickled"
    shutil.copytree(tiny_model, folder)
    (folder / "model.safetensors").unlink()
    torch.save({}, folder / "pytorch_model.bin")
    with pytest.raises(LeakstatsError, match=r"holds no \*\.safetensors"):
        load_model(str(folder), device="cpu")


def test_code_in_a_model_folder_does_not_run(tiny_model, tmp_path):
    folder = tmp_path / "hostile"
    shutil.copytree(tiny_model, folder)
    ran = tmp_path / "ran"
    (folder / "evil.py").write_text(f"open({str(ran)!r}, 'w')\nclass Evil: pass\n", "utf-8")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    config |= {"model_type": "evil", "auto_map": {"AutoConfig": "evil.Evil", "AutoModelForCausalLM": "evil.Evil"}}
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    with pytest.raises(LeakstatsError, match="cannot be loaded"):
        load_model(str(folder), device="cpu")
    assert not ran.exists()


def test_a_path_that_is_no_folder_is_said_before_any_network():
    with pytest.raises(LeakstatsError, match="no such folder"):
        load_model("./nowhere/at/all", device="cpu")
    with pytest.raises(LeakstatsError, match="no such folder"):
        load_tokenizer("/nowhere")


def test_a_folder_has_no_revision(tiny_model):
    with pytest.raises(InputError, match="which has none"):
        load_tokenizer(str(tiny_model), revision="abc")


def test_device_and_dtype_names():
    import torch

    assert resolve_device("cpu") == "cpu"
    if not torch.cuda.is_available():
        assert resolve_device() == "cpu"
        with pytest.raises(InputError, match="sees no GPU"):
            resolve_device("cuda:0")
    with pytest.raises(InputError, match="float32"):
        resolve_dtype("int8", "cpu")


def test_no_bar_is_drawn_and_the_switch_is_as_before(tiny_model, capfd):
    from transformers.utils import logging

    was = logging.is_progress_bar_enabled()
    load_model(str(tiny_model), device="cpu")
    assert capfd.readouterr().err == ""
    assert logging.is_progress_bar_enabled() is was


def test_an_adapter_is_loaded_without_a_warning(tiny_model, tiny_adapters, capfd):
    pytest.importorskip("peft")
    from leakstats.experiment.hosting import ModelHost
    from leakstats.experiment.reference import PlainModel

    state = ModelState(str(tiny_model), tiny_adapters[0])
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        with ModelHost(device="cpu").using(state):
            pass
        PlainModel(state, dtype="float32", device="cpu")
    assert capfd.readouterr().err == ""


def test_only_the_one_warning_is_held_back():
    with pytest.warns(FutureWarning, match="something else"), older_names():
        warnings.warn("something else", FutureWarning, stacklevel=1)
