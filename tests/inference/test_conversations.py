"""``sfr.inference.conversations``: where targets begin and end, under chat templates that differ."""

import pytest

from sfr.data.prompts import template
from sfr.generation import Sampling
from sfr.generation.requests import prompt_for
from sfr.inference import InferenceError, find_model
from sfr.inference.conversations import Conversation, conversation_of
from sfr.inference.questions import question_of
from sfr.structures import TASKS
from sfr.tiny import CHAT
from sfr.tokenizers import tokenizer_of
from tests.models import END, START, model_folder
from tests.training import SENTENCES, example, many

TEMPLATE = template("sa-records")
ALL = [example(found) for task in TASKS for found in SENTENCES[task]]
ONE = ALL[0]
PLAIN = (
    "{% for message in messages %}{{ message.role }}: {{ message.content }}<|im_end|>{% endfor %}"
    "{% if add_generation_prompt %}assistant: {% endif %}"
)
THINKS = CHAT.replace(
    "{{ message.content }}",
    "{% if message.role == 'assistant' %}<think>\n\n</think>\n\n{% endif %}{{ message.content }}",
)
"""A template that puts an empty block of thinking before every answer, as that of Qwen3 does for the last one."""


@pytest.fixture
def model_with(tmp_path):
    """A model with a chat template."""

    def model_with(chat=CHAT, **options):
        tokenizer_of.cache_clear()
        return find_model(str(model_folder(tmp_path / "model", template=chat, **options)))

    return model_with


def read(model, conversation):
    """Prompt and target as text."""
    tokens, start = list(conversation.tokens), conversation.start
    return model.tokenizer.decode(tokens[:start]), model.tokenizer.decode(tokens[start:])


def target_of(found):
    return TEMPLATE.target(found.gold, found.task, found.schema)


@pytest.mark.parametrize("thinking", [None, False, True])
@pytest.mark.parametrize("chat", [CHAT, PLAIN])
def test_a_target_follows_its_prompt_as_it_is_asked_and_ends_with_the_end_token(model_with, chat, thinking):
    model = model_with(chat)
    for found in ALL:
        conversation = conversation_of(found, TEMPLATE, model, thinking=thinking)
        question = question_of(found, TEMPLATE, Sampling("tiny", thinking=thinking), model)

        assert question.tokens == conversation.tokens[: conversation.start]
        assert read(model, conversation)[1] == f"{target_of(found)}{END}"
        assert conversation.target_tokens == len(f"{target_of(found)}".encode()) + 1  # a token for each byte


def test_what_the_template_puts_before_an_answer_is_in_the_prompt_or_has_to_be_written(model_with):
    model = model_with(THINKS)
    asked = f"{START}user\n{prompt_for(ONE, TEMPLATE)}{END}\n{START}assistant\n"
    empty = "<think>\n\n</think>\n\n"

    assert read(model, conversation_of(ONE, TEMPLATE, model)) == (asked, f"{empty}{target_of(ONE)}{END}")
    for chat in (THINKS, CHAT):  # which says it, and which leaves it out of a conversation
        again = model_with(chat)
        without = conversation_of(ONE, TEMPLATE, again, thinking=False)
        assert read(again, without) == (f"{asked}{empty}", f"{target_of(ONE)}{END}")


def test_a_token_over_the_boundary_is_the_targets(model_with):
    """Tokenised apart, the prompt would end with a blank and the target begin with a brace."""
    model = model_with(PLAIN, merges=[("Ġ", "{")])
    conversation = conversation_of(ONE, TEMPLATE, model)
    prompt, target = read(model, conversation)

    assert prompt.endswith(f"{END}assistant:")
    assert target == f" {target_of(ONE)}{END}"
    assert conversation.tokens[conversation.start] == model.tokenizer.convert_tokens_to_ids("Ġ{")


def test_end_tokens_within_a_prompt_end_nothing(model_with):
    found = example({**SENTENCES["ner"][0], "text": f"{SENTENCES['ner'][0]['text']} {END} {{}}"})
    model = model_with()

    assert read(model, conversation_of(found, TEMPLATE, model))[1] == f"{target_of(found)}{END}"


def test_a_target_that_stands_in_its_prompt_is_found_behind_it(model_with):
    sentence = many("ner", 1)[0]
    found = example({**sentence, "text": "Say {} twice: {}", "gold": {}, "id": "empty"})
    model = model_with()

    assert target_of(found) == "{}"
    assert read(model, conversation_of(found, TEMPLATE, model))[1] == f"{{}}{END}"


@pytest.mark.parametrize(
    "content", ["message.content | replace('{', '(')", "'' if message.role == 'assistant' else message.content"]
)
def test_a_template_that_changes_targets_is_refused(model_with, content):
    found = example({**SENTENCES["ner"][0], "text": "Say {}", "gold": {}})
    model = model_with(CHAT.replace("message.content", content))

    with pytest.raises(ValueError, match=r"does not leave the target as it is: '\{\}'"):
        conversation_of(found, TEMPLATE, model)


def test_a_template_without_an_end_is_refused(model_with):
    model = model_with(CHAT.replace(END, ""))

    with pytest.raises(InferenceError, match=r"ends an answer with none of the model's end tokens: .*'<\|im_end\|>'"):
        conversation_of(ONE, TEMPLATE, model)


def test_a_tokenizer_that_cannot_tell_places_is_refused(model_with, monkeypatch):
    model = model_with()
    monkeypatch.setattr(type(model.tokenizer), "is_fast", False)

    with pytest.raises(InferenceError, match=r"it takes a tokenizer\.json"):
        conversation_of(ONE, TEMPLATE, model)


def test_what_does_not_fit_says_how_long_it_is(model_with):
    length = len(conversation_of(ONE, TEMPLATE, model_with()).tokens)
    just, less = (model_with(positions=positions) for positions in (length, length - 1))

    assert len(conversation_of(ONE, TEMPLATE, just).tokens) == length
    with pytest.raises(ValueError, match=rf"prompt and target have {length} tokens, \d+ of them .* for {length - 1}$"):
        conversation_of(ONE, TEMPLATE, less)


@pytest.mark.parametrize("start", [0, 3, 4])
def test_a_conversation_has_a_prompt_and_a_target(start):
    with pytest.raises(ValueError, match=f"expected a prompt and a target, found {start} of 3"):
        Conversation((7, 8, 9), start)
