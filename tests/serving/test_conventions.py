"""The conventions of trainers, by clients that ask as they do.

OpenRLHF 0.11.0: ``SingleTurnAgentExecutor`` in openrlhf/utils/agent.py, and what
openrlhf/trainer/ppo_utils/samples_generator.py makes of the answer.
slime 0.3.1: ``remote_rm`` in slime/rollout/rm_hub/__init__.py, ``Sample.get_reward_value`` in slime/utils/types.py.
"""

import asyncio

import pytest

import sfr
from sfr import samples
from tests.adapters.driving import broken, truth_of
from tests.serving.asking import within

SAMPLE = list(samples.rows())
PROMPT = '<|im_start|>user\nLike {"person": ["Ann"]}: <b></b>\n<|im_end|>\n<|im_start|>assistant\n'
GOOD = '{"task": "ner", "gold": {"person": ["Kevin"]}}'


class OpenRLHF:
    """Asks about one query at a time, of each address its share, and takes the first answer."""

    def __init__(self, *apps):
        self.apps = apps

    def fetch(self, query, prompt, label):
        """What becomes of a sample: reward, score and what is logged."""
        columns = {"query": [query], "prompts": [prompt], "labels": [label]}
        share = (1 + len(self.apps) - 1) // len(self.apps)
        answers = []
        for i, app in enumerate(self.apps):
            payload = {name: column[i * share : (i + 1) * share] for name, column in columns.items()}
            found = app.post("/openrlhf", payload)
            assert found.status < 400
            answers.append(found.json)
        first = answers[0]
        score = first["rewards"] if first.get("scores") is None else first["scores"]
        return first["rewards"], score, first.get("extra_logs") or {}


class Slime:
    """Asks about one sample, and takes its reward out of the answer by the name that it was told."""

    def __init__(self, app, reward_key="score"):
        self.app = app
        self.reward_key = reward_key

    def reward(self, prompt, response, label):
        found = self.app.post("/slime", {"prompt": prompt, "response": response, "label": label})
        assert found.status < 400
        return found.json[self.reward_key], found.json


@pytest.mark.parametrize("end", ["", "<|im_end|>", "<|im_end|>\n", "</s>", "<|im_end|><|endoftext|>"])
def test_openrlhf_gets_numbers_for_the_answer_behind_the_prompt(app, end):
    for row in SAMPLE[::97]:
        grade = sfr.grader().grade(truth_of(row), row["output"])

        reward, score, logs = OpenRLHF(app).fetch(PROMPT + row["output"] + end, PROMPT, truth_of(row))

        terms = {name.removeprefix("sfr/"): value for name, value in logs.items()}
        assert (grade.value, min(max(grade.value, 0.0), 1.0), grade.terms) == (reward, score, terms)
        assert {float} == {type(number) for number in (reward, score, *logs.values())}


def test_openrlhf_may_have_several_addresses(app):
    with within(sfr.grader()) as other:
        reward, _, logs = OpenRLHF(app, other).fetch(PROMPT + '{"person": ["Kevin"]}', PROMPT, GOOD)

    assert (reward, logs["sfr/perfect"]) == (1.0, 1.0)


def test_openrlhf_may_ask_about_several_queries(app):
    queries = [PROMPT + output for output in ('{"person": ["Kevin"]}', "?")]

    found = app.post("/openrlhf", {"query": queries, "prompts": [PROMPT] * 2, "labels": [GOOD] * 2}).json

    assert (found["rewards"], found["scores"]) == ([1.0, -1.0], [1.0, 0.0])
    assert found["extra_logs"]["sfr/unparsable"] == [0.0, 1.0]
    assert len(sfr.grader().names) == len(found["extra_logs"])


@pytest.mark.parametrize("cut", [1, 10, len(PROMPT) - 64])
def test_a_prompt_that_was_cut_off_to_fit_is_found_in_the_query(app, cut):
    query = PROMPT[cut:] + '{"person": ["Kevin"]}<|im_end|>'

    assert OpenRLHF(app).fetch(query, PROMPT, GOOD)[0] == 1.0


def test_a_prompt_in_another_form_of_unicode_is_found_in_the_query(app):
    prompt = "Cafe\u0301?\n"

    assert OpenRLHF(app).fetch('Caf\u00e9?\n{"person": ["Kevin"]}', prompt, GOOD)[0] == 1.0


def test_a_query_without_its_prompt_is_refused_rather_than_graded(app):
    asked = {"query": ["a{}", "{}"], "prompts": ["a", "What?"], "labels": [GOOD] * 2}

    found = app.post("/openrlhf", asked)

    assert found.status == 422
    assert found.json["problems"] == ["query[1]: the query does not hold its prompt, which ends with 'What?'"]


def test_the_adapter_and_the_server_make_the_same_of_a_sample(app):
    from sfr.adapters.openrlhf import reward_func

    for row in SAMPLE[::97]:
        query = PROMPT + row["output"] + "<|im_end|>"
        reward, score, logs = OpenRLHF(app).fetch(query, PROMPT, truth_of(row))

        expected = {"rewards": reward, "scores": score, "extra_logs": logs}
        assert expected == reward_func([query], [PROMPT], [truth_of(row)])


def test_no_text_of_a_model_is_an_error_for_a_trainer(app):
    for output in [*broken(), "</s>" * 20_000, "<|im_end|>", " <eos>"]:
        reward, _, logs = OpenRLHF(app).fetch(PROMPT + output, PROMPT, GOOD)
        value, terms = Slime(app).reward(PROMPT, output, GOOD)

        assert reward == value
        assert logs == {f"sfr/{name}": term for name, term in terms.items() if name != "score"}


@pytest.mark.parametrize("end", ["", "<|im_end|>"])
def test_slime_finds_the_reward_under_its_key_and_the_terms_beside_it(app, end):
    for row in SAMPLE[::97]:
        grade = sfr.grader().grade(truth_of(row), row["output"])

        reward, found = Slime(app).reward([{"role": "user", "content": "?"}], row["output"] + end, truth_of(row))

        assert grade.value == reward
        assert {"score": grade.value, **grade.terms} == found


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/openrlhf", {"query": ["a"], "prompts": ["a"], "labels": [None]}, "labels[0]"),
        ("/openrlhf", {"query": ["a"], "prompts": ["a"], "labels": ["Kevin"]}, "labels[0]"),
        ("/slime", {"prompt": "a", "response": "b", "label": None}, "label"),
    ],
)
def test_a_bad_label_is_refused_under_its_name(app, path, body, field):
    found = app.post(path, body)

    assert (found.status, found.json["error"]) == (422, "bad ground truth")
    assert [problem.startswith(f"{field}: ") for problem in found.json["problems"]] == [True]


def test_the_clients_of_several_trainers_may_ask_at_once(app):
    async def both():
        return await asyncio.gather(
            asyncio.to_thread(OpenRLHF(app).fetch, PROMPT + "{}", PROMPT, GOOD),
            asyncio.to_thread(Slime(app).reward, PROMPT, "{}", GOOD),
        )

    (reward, _, _), (value, _) = asyncio.run(both())

    assert reward == value
