"""Numbers of a recipe, by hand."""

from __future__ import annotations

import pytest

from leakstats.errors import InputError
from leakstats.recipe import effective_batch, lora_parameters, read_shapes

QWEN_7B = (
    "q_proj 28 x 3584 -> 3584, k_proj 28 x 3584 -> 512, v_proj 28 x 3584 -> 512, o_proj 28 x 3584 -> 3584,"
    " gate_proj 28 x 3584 -> 18944, up_proj 28 x 3584 -> 18944, down_proj 28 x 18944 -> 3584"
)


def test_a_batch_is_a_product() -> None:
    assert effective_batch(per_device=4, accumulation=4, devices=1) == 16
    assert effective_batch(per_device=1, accumulation=1, devices=8) == 8


@pytest.mark.parametrize("wrong", [0, -1, 2.0, True, "4"])
def test_a_batch_of_no_whole_number_is_refused(wrong: object) -> None:
    with pytest.raises(InputError, match="accumulation must be a whole number"):
        effective_batch(per_device=4, accumulation=wrong, devices=1)  # type: ignore[arg-type]


def test_an_adapter_of_a_7b_model() -> None:
    shapes = read_shapes(QWEN_7B)
    assert len(shapes) == 7 * 28
    by_hand = 28 * 32 * (2 * (3584 + 3584) + 2 * (3584 + 512) + 3 * (3584 + 18944))
    assert lora_parameters(shapes, rank=32) == by_hand == 80_740_352


@pytest.mark.parametrize("text", ["q_proj", "3584", "3584 by 512", "28 x 28 x 3 -> 4", "9" * 400 + " -> 1", "-3 -> 4"])
def test_shapes_that_cannot_be_read_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="a shape is written"):
        read_shapes(text)


@pytest.mark.parametrize("text", ["999999999 x 1 -> 1", "600000 x 1 -> 1; 600000 x 1 -> 1"])
def test_absurd_counts_are_refused_at_once(text: str) -> None:
    with pytest.raises(InputError, match="a million"):
        read_shapes(text)


def test_an_empty_adapter_has_no_parameters_to_count() -> None:
    assert read_shapes(" , ; ") == []
    with pytest.raises(InputError, match="at least one matrix"):
        lora_parameters([], rank=8)
    with pytest.raises(InputError, match="rank must be"):
        lora_parameters([(4, 4)], rank=0)
