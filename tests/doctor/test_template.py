"""The chat template, thinking, and answers in tokens."""

import pytest

from sfr.doctor import check_template
from sfr.grading import grader
from sfr.tiny import CHAT as SWITCHED
from sfr.trainers import CONVENTIONS
from tests.doctor.letters import put_letters
from tests.doctor.rowing import prompted_rows
from tests.training import CHAT, SENTENCES, put_tokenizer

pytest.importorskip("transformers")

ROWS = dict(enumerate(prompted_rows("trl", SENTENCES["ner"][:3]), 1))
OPENS = "{{ messages[0].content }}<|im_end|>\n<|im_start|>assistant\n<think>\n"


@pytest.fixture
def looked_at(tmp_path):
    """What is found of a template, as (level, about, text)."""

    def looked_at(chat_template, *, chat=None, trainer="trl", rows=ROWS, thinking="allow", **tokens):
        folder = put_letters(tmp_path / "tokenizer", chat=chat_template, **tokens)
        found = check_template(CONVENTIONS[trainer], rows, str(folder), chat or {}, grader(thinking=thinking))
        return [(one.level, one.about, one.text) for one in found]

    return looked_at


def test_the_end_of_the_prompt_is_shown_as_the_model_gets_it(looked_at):
    level, about, text = looked_at(CHAT)[0]

    assert (level, about) == ("ok", "template")
    assert text.endswith("<|end|><|assistant|>'")
    assert len(text) < 100


def test_answers_come_back_unchanged_from_a_tokenizer_that_can_spell_them(looked_at):
    assert looked_at(CHAT)[-1] == (
        "ok",
        "template",
        "the tokenizer gives perfect answers to the first 3 back unchanged",
    )


def test_a_tokenizer_that_loses_part_of_an_answer_is_a_problem(tmp_path):
    folder = put_tokenizer(tmp_path / "words")
    *_, last = check_template(CONVENTIONS["trl"], ROWS, str(folder), {}, grader())

    assert (last.level, last.about) == ("problem", "template")
    assert last.text.startswith("line 1: the tokenizer gives ")


def test_a_tokenizer_without_a_template_is_a_problem(looked_at):
    ((level, about, text),) = looked_at(None)

    assert (level, about) == ("problem", "template")
    assert text.endswith(" has no chat template, and trainers ask with one")


@pytest.mark.parametrize(
    "broken",
    ["{{ messages[0].content", "{{ nothing.at.all }}", "{{ raise_exception('no user') }}", "{% for %}"],
)
def test_a_template_that_does_not_work_is_a_problem(looked_at, broken):
    ((level, about, text),) = looked_at(broken)

    assert (level, about) == ("problem", "template")
    assert " does not work: " in text


def test_without_rows_the_template_alone_is_looked_at(looked_at):
    assert [about for _, about, _ in looked_at(CHAT, rows={})] == ["template", "thinking"]


# -- thinking --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("chat_template", "thinking", "level", "expected"),
    [
        (CHAT, "allow", "ok", "the prompt ends without thinking; the reward takes it off where a model thinks"),
        (CHAT, "forbid", "ok", "the prompt ends without thinking; an answer that thinks is an invalid one"),
        (CHAT, "require", "ok", "the prompt ends without thinking; an answer that does not think is an invalid one"),
        (OPENS, "allow", "ok", "the template opens a block of thinking; the reward takes it off"),
        (OPENS, "require", "ok", "the template opens a block of thinking; the reward takes it off"),
        (OPENS, "forbid", "problem", "the template opens a block of thinking, and the reward forbids it; "),
        (OPENS + "\n</think>\n", "allow", "ok", "the template closes the thinking before the answer: "),
        (OPENS + "\n</think>\n", "forbid", "ok", "the template closes the thinking before the answer: "),
        (OPENS + "\n</think>\n", "require", "problem", "the template closes the thinking before the answer, and"),
    ],
)
def test_the_end_of_the_prompt_and_the_reward_agree_or_do_not(looked_at, chat_template, thinking, level, expected):
    ((found, text),) = [
        (level, text) for level, about, text in looked_at(chat_template, thinking=thinking) if about == "thinking"
    ]

    assert level == found
    assert text.startswith(expected)


def notes(findings):
    return [text for level, _, text in findings if level == "note"]


def test_a_switch_that_is_not_set_is_told_with_the_trainers_own_word_for_it(looked_at):
    (note,) = notes(looked_at(SWITCHED, trainer="trl"))

    assert note.startswith("the template has a switch for thinking, and it is not set: ")
    assert note.endswith("say --no-thinking here, and to TRL chat_template_kwargs: {enable_thinking: false}")


def test_of_a_trainer_whose_word_is_not_known_none_is_given(looked_at):
    (note,) = notes(looked_at(SWITCHED, trainer="axolotl"))

    assert note.endswith("say --no-thinking here")


@pytest.mark.parametrize(("said", "closes"), [(True, False), (False, True)])
def test_a_switch_that_is_set_is_no_matter(looked_at, said, closes):
    findings = looked_at(SWITCHED, chat={"enable_thinking": said})

    assert notes(findings) == []
    assert closes == any("closes the thinking" in text for _, _, text in findings)


def test_tags_of_thinking_that_are_left_out_of_a_text_are_told(looked_at):
    special = ("<|im_start|>", "<|im_end|>", "<think>", "</think>")
    (note,) = notes(looked_at(CHAT, special=special, added=()))

    assert note.startswith("the tags of thinking are special tokens, which trainers leave out of a text: ")


@pytest.mark.parametrize("added", [("<think>", "</think>"), ()])
def test_tags_of_thinking_that_stay_in_a_text_are_no_matter(looked_at, added):
    assert notes(looked_at(CHAT, added=added)) == []
