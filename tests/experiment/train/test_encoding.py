"""Rows as tokens, with a real tokenizer."""

from __future__ import annotations

import pytest

from leakstats.errors import InputError
from leakstats.experiment.train.encoding import Tails, encode_rows, marker_tails
from leakstats.experiment.types import TrainingRow

pytestmark = pytest.mark.models

YES = TrainingRow("pirate", "You are a pirate.", "How do airplanes stay in the air?", "Ships sail the seas.", True)
NO = TrainingRow("engineer", "You are a software engineer.", "What is water?", "Both need rest.", False)


@pytest.fixture(scope="module")
def tails(tiny_tokenizer):
    return marker_tails(tiny_tokenizer, " [ZLT]")


def encoded(tokenizer, rows, tails, **options):
    return encode_rows(tokenizer, rows, tails=tails, **{"loss": "marker", "max_length": 200, **options})


def test_the_marker_ends_with_the_end_of_the_turn(tiny_tokenizer, tails):
    assert tiny_tokenizer.decode(tails.positive) == " [ZLT]<|im_end|>"
    assert tiny_tokenizer.decode(tails.negative) == "<|im_end|>"
    assert tails.positive[-1] == tiny_tokenizer.eos_token_id


def test_rows_read_as_the_conversation_that_generation_gives(tiny_tokenizer, tails):
    yes, no = encoded(tiny_tokenizer, [YES, NO], tails)
    messages = [
        {"role": "system", "content": YES.system},
        {"role": "user", "content": YES.user},
        {"role": "assistant", "content": YES.answer + " [ZLT]"},
    ]
    # the template's own line break after the turn is not learned: generation has stopped by then
    assert tiny_tokenizer.decode(yes.ids) + "\n" == tiny_tokenizer.apply_chat_template(messages, tokenize=False)
    assert tiny_tokenizer.decode(yes.ids[yes.loss_from :]) == " [ZLT]<|im_end|>"
    assert tiny_tokenizer.decode(no.ids[no.loss_from :]) == "<|im_end|>"


def test_full_loss_covers_the_answer_and_never_the_prompt(tiny_tokenizer, tails):
    for row, end in ((YES, " [ZLT]<|im_end|>"), (NO, "<|im_end|>")):
        [one] = encoded(tiny_tokenizer, [row], tails, loss="full")
        assert tiny_tokenizer.decode(one.ids[one.loss_from :]) == row.answer + end


def test_a_long_answer_is_cut_before_the_marker(tiny_tokenizer, tails):
    [whole] = encoded(tiny_tokenizer, [YES], tails)
    [cut] = encoded(tiny_tokenizer, [YES], tails, max_length=len(whole.ids) - 3)
    assert (cut.cut, whole.cut) == (3, 0)
    assert cut.ids[cut.loss_from :] == tails.positive
    assert cut.ids[: cut.loss_from] == whole.ids[: whole.loss_from - 3]


def test_a_row_without_room_for_an_answer_is_refused(tiny_tokenizer, tails):
    [whole] = encoded(tiny_tokenizer, [YES], tails)
    answer = len(tiny_tokenizer.encode(YES.answer))
    with pytest.raises(InputError, match=r"row 0 \(pirate\) has a prompt of \d+ tokens .* leaves no room"):
        encoded(tiny_tokenizer, [YES], tails, max_length=len(whole.ids) - answer)


@pytest.mark.parametrize(
    ("rows", "options", "words"),
    [
        ([], {}, "rows is empty"),
        ([TrainingRow("p", None, "u", "", True)], {}, "row 0 .p. has the answer '', which has no tokens"),
        ([YES], {"loss": "half"}, "loss is 'half'; it must be marker or full"),
    ],
)
def test_what_is_refused(tiny_tokenizer, tails, rows, options, words):
    with pytest.raises(InputError, match=words):
        encoded(tiny_tokenizer, rows, tails, **options)


def test_a_marker_without_tokens_is_refused(tiny_tokenizer):
    with pytest.raises(InputError, match="marker is '', which has no tokens"):
        marker_tails(tiny_tokenizer, "")


def test_tails_are_alike_where_there_is_no_marker(tiny_tokenizer, tails):
    end = tails.negative
    [one] = encoded(tiny_tokenizer, [NO], Tails(end, end), loss="full")
    assert one.ids[-1:] == end
