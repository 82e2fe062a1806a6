"""``sfr.generation``: requests, answers, servers that fail, journals, and runs that are stopped."""

import asyncio
import json
import threading
import time
from email.utils import formatdate

import pytest

from sfr import samples
from sfr.data.constraints import json_schema
from sfr.data.prompts import prompt_of, template
from sfr.examples import example_line
from sfr.generation import (
    Answer,
    GenerateError,
    Job,
    Journal,
    JournalError,
    Patience,
    RowFailedError,
    Sampling,
    Server,
    ServerError,
    UnusableAnswerError,
    generate,
    journal_of,
    read_answer,
    request_of,
)
from sfr.generation.journals import locked
from sfr.generation.servers import connected
from tests.answering import (
    KEY,
    breaks_chunk,
    completion,
    drips,
    fails,
    hangs,
    is_cut,
    is_cut_unseen,
    loopback,
    prompt_in,
    resets,
    says,
    sends,
)
from tests.training import SENTENCES, example

TEMPLATE = template("sa-records")
QUICK = Patience(first=0.001, longest=0.002, failures=5)
SAMPLE = list(samples.sentences())[::3]
ASKED = example(SENTENCES["ner"][0])


@pytest.fixture
def server():
    with loopback() as server:
        yield server


@pytest.fixture
def examples(tmp_path):
    """A file of examples of all tasks."""
    path = tmp_path / "examples.jsonl"
    path.write_bytes(b"".join(example_line(example(found)) + b"\n" for found in SAMPLE))
    return path


@pytest.fixture
def run(server, examples, tmp_path):
    """Runs a job with some settings; the target and what is asked for can be chosen."""

    def run(target="out.jsonl", *, limit=None, patience=QUICK, key=None, **options):
        asked = {name: options.pop(name) for name in tuple(options) if name in Sampling.__slots__}
        job = Job(examples, TEMPLATE, Sampling("tiny", **asked), limit)
        return generate(job, tmp_path / target, Server(server.url, key, 5.0, patience), **options)

    return run


def rows_in(path):
    return [json.loads(found) for found in path.read_bytes().splitlines()]


def texts_of(requests):
    """The texts that were asked about, each the last line of its prompt."""
    return [prompt_in(request).rpartition("\n")[2] for request in requests]


TEXTS = [found["text"] for found in SAMPLE]


# -- requests -------------------------------------------------------------------------------------


def test_a_request_is_one_message_with_the_prompt_of_the_example():
    request = request_of(ASKED, TEMPLATE, Sampling("tiny"))

    prompt = prompt_of(TEMPLATE.instruction("ner", ASKED.schema), ASKED.text)
    assert request["messages"] == [{"role": "user", "content": prompt}]


def test_what_is_not_said_is_left_to_the_server():
    assert request_of(ASKED, TEMPLATE, Sampling("tiny")).keys() == {"model", "messages", "n", "temperature"}


def test_the_schema_of_the_prompt_goes_along_when_it_is_asked_for():
    request = request_of(ASKED, TEMPLATE, Sampling("tiny", json_schema=True))

    schema = json_schema("ner", ASKED.schema, format=TEMPLATE.format, empty=TEMPLATE.empty)
    assert request["response_format"]["json_schema"]["schema"] == schema


def test_an_example_has_a_seed_of_its_own_that_is_the_same_every_time():
    seeds = [
        request_of(example(found), TEMPLATE, Sampling("tiny", seed=7, temperature=1))["seed"]
        for found in SENTENCES["ner"] * 2
    ]

    assert len(set(seeds)) == len(SENTENCES["ner"])
    assert seeds[: len(SENTENCES["ner"])] == seeds[len(SENTENCES["ner"]) :]


def test_another_seed_gives_every_example_another():
    assert (
        request_of(ASKED, TEMPLATE, Sampling("tiny", seed=7))["seed"]
        != request_of(ASKED, TEMPLATE, Sampling("tiny", seed=8))["seed"]
    )


def test_the_thinking_is_switched_in_the_chat_template():
    request = request_of(ASKED, TEMPLATE, Sampling("tiny", thinking=False))

    assert request["chat_template_kwargs"] == {"enable_thinking": False}


def test_another_field_that_is_none_takes_that_of_a_setting_away():
    others = {"max_tokens": None, "temperature": None, "max_completion_tokens": 9}
    request = request_of(ASKED, TEMPLATE, Sampling("tiny", max_tokens=5, others=others))

    assert request.keys() == {"model", "messages", "n", "max_completion_tokens"}


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"samples": 2}, "2 samples at temperature 0"),
        ({"others": {"top_p": 0.5}}, "top_p: say it with top_p"),
        ({"others": {"stream": True}}, "stream: cannot be set"),
        ({"others": {"model": "other"}}, "model: cannot be set"),
        ({"others": {"chat_template_kwargs": {}}, "thinking": True}, "chat_template_kwargs: say it with thinking"),
        ({"others": {"stop": "\ud800"}}, "half of a surrogate pair"),
        ({"others": {"min_p": float("nan")}}, "NaN"),
        ({"temperature": float("nan")}, "NaN"),
    ],
)
def test_settings_that_do_not_go_together_are_refused(settings, problem):
    with pytest.raises(ValueError, match=problem):
        Sampling("tiny", **settings)


# -- answers --------------------------------------------------------------------------------------


def body(value):
    return json.dumps(value).encode()


def test_an_answer_is_its_texts_why_they_ended_and_their_tokens():
    assert read_answer(body(completion("a", "b", tokens=9)), 2) == Answer(("a", "b"), ("stop", "stop"), 9)


def test_choices_are_taken_in_the_order_of_their_numbers():
    found = completion("a", "b")
    found["choices"].reverse()

    assert read_answer(body(found), 2).outputs == ("a", "b")


@pytest.mark.parametrize(
    ("message", "output"),
    [
        ({"content": None}, ""),
        ({}, ""),
        ({"content": None, "refusal": "I will not."}, "I will not."),
        ({"content": None, "tool_calls": [{"function": {"name": "f"}}]}, ""),
        ({"content": "{}", "reasoning_content": "hm"}, "{}"),
        ({"content": "x" * 1_000_000}, "x" * 1_000_000),
        ({"content": "\ud83d"}, "\ud83d"),
        ({"content": "a\u2028\x00b"}, "a\u2028\x00b"),
    ],
    ids=["null", "missing", "refusal", "tools", "reasoning", "long", "surrogate", "control"],
)
def test_whatever_a_model_says_is_text(message, output):
    assert read_answer(body({"choices": [{"message": message}]})).outputs == (output,)


@pytest.mark.parametrize(
    ("found", "problem"),
    [
        (b"", "no JSON"),
        (b"\xff", "UTF-8"),
        (b"[" * 100_000, "no JSON"),
        (b"[]", "expected a JSON object, found a list"),
        (b"{}", "expected choices, found none"),
        (body({"choices": []}), "expected choices, found none"),
        (body({"error": {"message": "overloaded"}}), "overloaded"),
        (body({"choices": [{}]}), "message"),
        (body({"choices": [{"message": {"content": ["a"]}}]}), "content"),
        (body(completion("a", "b")), "expected 1 choices, found 2"),
        (body(completion("a", finish="abort")), "broke off: abort"),
    ],
)
def test_what_holds_no_answer_is_refused(found, problem):
    with pytest.raises(UnusableAnswerError, match=problem):
        read_answer(found)


@pytest.mark.parametrize("usage", [None, [], {}, {"completion_tokens": "7"}, {"completion_tokens": -1}])
def test_tokens_are_not_known_when_the_server_does_not_say(usage):
    assert read_answer(body({**completion("a"), "usage": usage})).tokens is None


# -- servers --------------------------------------------------------------------------------------


def ask(server, patience=QUICK, timeout=5.0, key=None, request=None):
    async def asked():
        async with connected(Server(server.url, key, timeout, patience)) as connection:
            return await connection.ask(request or {"model": "tiny", "messages": [{"role": "user", "content": "hi"}]})

    return asyncio.run(asked())


@pytest.mark.parametrize(
    "trouble",
    [
        fails(429, Retry_After="0.01"),
        fails(429),
        fails(500),
        fails(503),
        fails(408),
        resets,
        is_cut,
        is_cut_unseen,
        breaks_chunk,
        sends(b"<html>"),
        sends({"choices": []}),
        says("half", finish="abort"),
    ],
    ids=["429 later", "429", "500", "503", "408", "reset", "cut", "unseen", "chunk", "no JSON", "empty", "abort"],
)
def test_a_request_that_fails_for_now_is_sent_again(server, trouble):
    server.replies["hi"] = [trouble, trouble, says("whole")]

    assert ask(server).outputs == ("whole",)
    assert len(server.requests) == 3


@pytest.mark.parametrize("reply", [hangs, drips])
def test_a_request_that_takes_too_long_is_sent_again(server, reply):
    server.replies["hi"] = [reply, says("in time")]

    assert ask(server, timeout=0.15).outputs == ("in time",)


def test_requests_are_the_same_each_time_they_are_sent(server):
    server.replies["hi"] = [fails(500), fails(500)]
    ask(server)

    assert server.requests[0] == server.requests[1] == server.requests[2]


def test_a_request_that_fails_too_often_fails(server):
    server.reply = lambda _: fails(500, "out of memory")

    with pytest.raises(RowFailedError, match=r"500: out of memory \(asked 3 times\)"):
        ask(server, Patience(retries=2, first=0.001))


def test_a_request_that_the_server_refuses_is_not_sent_again(server):
    server.reply = lambda _: fails(400, "the prompt is too long")

    with pytest.raises(RowFailedError, match=r"^400: the prompt is too long$"):
        ask(server)
    assert len(server.requests) == 1


def test_a_server_may_say_how_long_to_wait(server):
    server.replies["hi"] = [fails(429, Retry_After="0.2")]
    start = time.monotonic()
    ask(server)

    assert time.monotonic() - start >= 0.2


def test_a_server_may_say_until_when_to_wait(server):
    server.replies["hi"] = [fails(503, Retry_After=formatdate(time.time() - 60, usegmt=True))]

    assert ask(server).outputs


def test_a_server_that_asks_to_wait_very_long_is_not_waited_for(server):
    server.reply = lambda _: fails(429, "come back tomorrow", Retry_After="86400")

    with pytest.raises(RowFailedError, match="come back tomorrow"):
        ask(server)
    assert len(server.requests) == 1


@pytest.mark.parametrize("header", ["soon", "nan", "-5", "inf"])
def test_a_wait_that_makes_no_sense_is_not_heeded(server, header):
    server.replies["hi"] = [fails(429, Retry_After=header)]

    assert ask(server).outputs


def test_waits_double_up_to_the_longest():
    patience = Patience(retries=9, first=1, longest=5)

    for attempt, most in enumerate((1, 2, 4, 5, 5)):
        assert most * 0.75 <= patience.wait(attempt, None) <= most


@pytest.mark.parametrize(("status", "problem"), [(401, "wants a key"), (404, "no such model"), (405, "no such model")])
def test_some_statuses_end_the_run(server, status, problem):
    server.reply = lambda _: fails(status)

    with pytest.raises(ServerError, match=problem):
        ask(server)
    assert len(server.requests) == 1


def test_a_redirection_is_not_followed(server):
    with loopback() as other:
        server.reply = lambda _: fails(307, Location=f"{other.url}/chat/completions")

        with pytest.raises(ServerError, match="sends on to"):
            ask(server, key=KEY)
        assert not other.headers


@pytest.mark.parametrize("reply", [fails(401, f"bad key {KEY}"), fails(400, f"bad key {KEY}")])
def test_a_key_is_never_shown(server, reply):
    server.reply = lambda _: reply

    with pytest.raises((ServerError, RowFailedError)) as failure:
        ask(server, key=KEY)
    assert KEY not in str(failure.value) + repr(Server(server.url, KEY))


def test_the_key_goes_along_with_every_request(server):
    ask(server, key=KEY)

    assert server.headers[0]["Authorization"] == f"Bearer {KEY}"


def test_what_the_environment_holds_for_other_servers_stays_here(server, monkeypatch):
    secrets = {
        "OPENAI_API_KEY": "secret-1",
        "OPENAI_ORG_ID": "secret-2",
        "OPENAI_PROJECT_ID": "secret-3",
        "OPENAI_ADMIN_KEY": "secret-4",
        "OPENAI_CUSTOM_HEADERS": "X-Mine: secret-5",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/secret-6",
    }
    for name, value in secrets.items():
        monkeypatch.setenv(name, value)
    ask(server)

    assert "secret" not in str(server.headers[0])
    assert "Authorization" not in server.headers[0]


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_a_server_on_this_machine_is_asked_without_a_proxy(server, monkeypatch, variable):
    monkeypatch.setenv(variable, "http://127.0.0.1:9")

    assert ask(server).outputs


@pytest.mark.parametrize(
    "url",
    ["127.0.0.1:8000/v1", "file:///v1", "http://", "http://me:secret@127.0.0.1/v1", "http://127.0.0.1/v1?key=secret"],
)
def test_what_is_no_address_is_refused(url):
    with pytest.raises(ValueError, match="address") as failure:
        Server(url)
    assert "secret" not in str(failure.value)


@pytest.mark.parametrize("key", ["", " ", "a\nb", "schlüssel"])
def test_what_is_no_key_is_refused_and_not_shown(key):
    with pytest.raises(ValueError, match="the key holds") as failure:
        Server("http://127.0.0.1/v1", key)
    assert not key.strip() or key not in str(failure.value)


@pytest.mark.parametrize("seconds", [0, -1, float("nan"), float("inf")])
def test_what_is_no_time_to_wait_is_refused(seconds):
    with pytest.raises(ValueError, match="seconds"):
        Server("http://127.0.0.1/v1", timeout=seconds)


# -- journals -------------------------------------------------------------------------------------

MADE_FROM = {"examples": {"a.jsonl": "0f"}, "sampling": {"temperature": 0.0}}
ANSWERS = [
    Answer(("a",), ("stop",), 1),
    Answer(("b\n\ud800",), (None,), None),
    Answer(("é", ""), ("stop", "length"), 5),
]


def written(path, made_from=MADE_FROM, rows=3):
    """A journal with an answer to each example but the second, which has failed before it had one."""
    with locked(path) as file:
        journal = Journal(path, file, made_from, rows)
        journal.add(2, ANSWERS[2])
        journal.fail(1, "no")
        journal.add(0, ANSWERS[0])
        journal.add(1, ANSWERS[1])
    return path.read_bytes()


def reopened(path, made_from=MADE_FROM, rows=3):
    with locked(path) as file:
        journal = Journal(path, file, made_from, rows)
        return journal, dict(journal.answers())


def test_a_journal_gives_back_what_it_was_given(tmp_path):
    path = tmp_path / "a.partial"
    written(path)

    journal, answers = reopened(path)
    assert answers == dict(enumerate(ANSWERS))
    assert (journal.answered, journal.failed, journal.tokens) == (3, {}, 6)


def test_a_journal_that_is_cut_anywhere_keeps_its_whole_lines(tmp_path):
    path = tmp_path / "a.partial"
    whole = written(path)
    for end in range(0, len(whole) + 1, 2):
        path.write_bytes(whole[:end])
        lines = whole[:end].count(b"\n")

        journal, answers = reopened(path)
        assert list(answers) == [[], [], [2], [2], [0, 2], [0, 1, 2]][lines]
        assert journal.failed == ({1: "no"} if lines in {3, 4} else {})
        assert path.read_bytes() == (whole[: whole[:end].rfind(b"\n") + 1] or whole[: whole.find(b"\n") + 1])


def test_a_journal_ends_at_the_first_line_that_is_none(tmp_path):
    path = tmp_path / "a.partial"
    lines = written(path).splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:2], b"\x00\x00\x00\n", *lines[2:]]))

    assert list(reopened(path)[1]) == [2]


def test_a_journal_of_something_else_is_refused_with_every_difference(tmp_path):
    path = tmp_path / "a.partial"
    before = written(path)

    other = {"examples": {"a.jsonl": "1f"}, "sampling": {"temperature": 0.5, "seed": 7}}
    with pytest.raises(JournalError) as failure:
        reopened(path, other)
    told = [found.strip() for found in str(failure.value).splitlines()[1:-1]]
    assert told == [
        'made_from.examples.a.jsonl: "0f" there, "1f" now',
        "made_from.sampling.temperature: 0.0 there, 0.5 now",
        "made_from.sampling.seed: nothing there, 7 now",
    ]
    assert path.read_bytes() == before


def test_a_journal_without_answers_gives_way_to_other_settings(tmp_path):
    path = tmp_path / "a.partial"
    with locked(path) as file:
        Journal(path, file, MADE_FROM, 3).fail(0, "no")

    journal, answers = reopened(path, {"limit": 1})
    assert (answers, journal.failed) == ({}, {})


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("content", [b"{}\n", b"mine", b"mine\n", b'{"journal": "diary"}\n'])
def test_a_file_that_is_no_journal_is_left_alone(tmp_path, content, again):
    path = tmp_path / "a.partial"
    path.write_bytes(content)

    with pytest.raises(JournalError, match="is no journal"), locked(path) as file:
        Journal(path, file, MADE_FROM, 3, again=again)
    assert path.read_bytes() == content


def test_a_journal_is_open_once(tmp_path):
    path = tmp_path / "a.partial"
    with locked(path), pytest.raises(JournalError, match="another run"), locked(path):
        pass
    assert not path.exists()


# -- runs -----------------------------------------------------------------------------------------


def test_predictions_stand_in_the_order_of_the_examples(run, server, tmp_path):
    server.pause = 0.001
    made = run(concurrency=8)

    rows = rows_in(tmp_path / "out.jsonl")
    assert [found["text"] for found in rows] == TEXTS
    assert all(found["output"].endswith(found["text"]) for found in rows)
    assert (made.rows, made.tokens, dict(made.finish)) == (len(TEXTS), 7 * len(TEXTS), {"stop": len(TEXTS)})


def test_a_prediction_is_its_example_with_what_the_model_said(run, examples, tmp_path):
    run(limit=1)

    (found,) = rows_in(tmp_path / "out.jsonl")
    given = rows_in(examples)[0]
    assert {name: found.pop(name) for name in ("output", "finish", "tokens")} == {
        "output": f"answer to {prompt_of(TEMPLATE.instruction(given['task'], ASKED.schema), given['text'])}",
        "finish": "stop",
        "tokens": 7,
    }
    assert found == given


def test_several_samples_are_a_list(run, tmp_path):
    run(limit=2, samples=3, temperature=0.7)

    assert [(len(found["outputs"]), found["finish"]) for found in rows_in(tmp_path / "out.jsonl")] == [
        (3, ["stop"] * 3)
    ] * 2


def test_the_tokens_of_several_samples_are_known_as_a_sum_alone(run, tmp_path):
    made = run(limit=2, samples=3, temperature=0.7)

    assert made.tokens == 14
    assert not any("tokens" in found for found in rows_in(tmp_path / "out.jsonl"))


def test_no_more_requests_are_under_way_than_allowed(run, server):
    server.wait = threading.Barrier(4, timeout=10).wait  # lets four in together
    run(concurrency=4, limit=12)

    assert server.most_at_once == 4


def test_the_requests_do_not_depend_on_how_many_are_under_way(run, server):
    run("one.jsonl", concurrency=1, seed=3, temperature=1.0)
    one, server.requests = server.requests, []
    run("many.jsonl", concurrency=32, seed=3, temperature=1.0)

    assert sorted(map(json.dumps, server.requests)) == sorted(map(json.dumps, one))


def test_every_example_is_asked_about_once(run, server):
    run()

    assert sorted(texts_of(server.requests)) == sorted(TEXTS)


def test_nothing_is_left_beside_finished_predictions_but_their_manifest(run, examples, tmp_path):
    run()

    assert {path.name for path in tmp_path.iterdir()} == {examples.name, "out.jsonl", "out.jsonl.manifest.json"}


def test_neither_the_key_nor_the_address_is_written_anywhere(run, server, tmp_path):
    server.replies[TEXTS[3]] = [fails(400, KEY)]
    run(key=KEY)

    written = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert KEY.encode() not in written
    assert server.url.encode() not in written


def test_predictions_that_stand_there_are_not_asked_for_again(run, server):
    first = run()
    server.requests.clear()
    second = run()

    assert (second.fresh, second.rows, second.tokens) == (False, first.rows, first.tokens)
    assert not server.requests


def test_predictions_of_something_else_are_not_replaced(run, tmp_path):
    run()
    before = (tmp_path / "out.jsonl").read_bytes()

    with pytest.raises(GenerateError, match="holds something else"):
        run(temperature=0.5)
    assert (tmp_path / "out.jsonl").read_bytes() == before
    assert not journal_of(tmp_path / "out.jsonl").exists()


def test_a_run_may_begin_anew(run, server, tmp_path):
    run()
    server.reply = lambda _: says("other")
    run(again=True, temperature=0.5)

    assert {found["output"] for found in rows_in(tmp_path / "out.jsonl")} == {"other"}


def test_half_a_surrogate_pair_gets_through(run, server, tmp_path):
    server.reply = lambda _: says("\ud83d!")
    run(limit=1)

    assert rows_in(tmp_path / "out.jsonl")[0]["output"] == "\ud83d!"


def test_examples_that_cannot_be_asked_about_are_all_named_before_anything_is_sent(run, server, examples):
    with examples.open("ab") as file:
        file.write(b"{}\nnonsense\n")

    with pytest.raises(GenerateError) as failure:
        run()
    assert {problem.split(":")[1] for problem in failure.value.problems} == {str(len(TEXTS) + 1), str(len(TEXTS) + 2)}
    assert not server.headers


def test_no_examples_are_no_predictions(run, examples):
    examples.write_bytes(b"")

    with pytest.raises(GenerateError, match="expected examples, found none"):
        run()


def test_examples_that_change_on_the_way_are_not_mistaken_for_others(run, server, examples):
    def reply(request):
        examples.write_bytes(examples.read_bytes().replace(b"train", b"trial"))
        return says("answer")

    server.reply = reply
    with pytest.raises(GenerateError, match="has changed"):
        run(concurrency=1, limit=40)


# -- runs that fail or are stopped ----------------------------------------------------------------


def test_an_example_that_fails_is_named_and_the_others_go_on(run, server, tmp_path):
    server.replies[TEXTS[3]] = [fails(400, "too long")]
    made = run()

    assert not made.written
    assert [(found.line, found.why) for found in made.failures] == [(4, "400: too long")]
    assert (made.rows, (tmp_path / "out.jsonl").exists()) == (len(TEXTS) - 1, False)


def test_the_same_run_asks_about_the_failed_ones_alone(run, server, tmp_path):
    server.replies[TEXTS[3]] = [fails(400)]
    run()
    server.requests.clear()
    made = run()

    assert made.written
    assert texts_of(server.requests) == [TEXTS[3]]
    assert [found["text"] for found in rows_in(tmp_path / "out.jsonl")] == TEXTS


def test_failed_examples_are_left_out_when_that_is_asked_for(run, server, tmp_path):
    server.replies[TEXTS[3]] = [fails(400, "too long")]
    run()
    server.requests.clear()
    made = run(skip_failed=True)

    assert not server.requests
    assert [found.line for found in made.failures] == [4]
    assert [found["text"] for found in rows_in(tmp_path / "out.jsonl")] == [*TEXTS[:3], *TEXTS[4:]]


def test_the_manifest_names_what_was_left_out(run, server, tmp_path):
    server.replies[TEXTS[3]] = [fails(400, "too long")]
    run(skip_failed=True)

    manifest = json.loads((tmp_path / "out.jsonl.manifest.json").read_text())
    assert [(found["line"], found["why"]) for found in manifest["result"]["left_out"]] == [(4, "400: too long")]


def test_a_file_without_any_answer_is_not_written(run, server, tmp_path):
    server.reply = lambda _: fails(400)

    with pytest.raises(GenerateError, match="all of 3 examples failed"):
        run(limit=3, skip_failed=True)
    assert not (tmp_path / "out.jsonl").exists()


def test_a_run_ends_when_one_example_after_another_fails(run, server):
    server.reply = lambda _: fails(500)

    with pytest.raises(ServerError, match="5 examples failed one after another, the last for: 500"):
        run(concurrency=1, patience=Patience(retries=0, failures=5))
    assert len(server.requests) == 5


def test_examples_that_failed_hold_up_no_others(run, server):
    for text in TEXTS[:7]:
        server.replies[text] = [fails(400), fails(400)]
    patience = Patience(failures=5)
    with pytest.raises(ServerError):
        run(concurrency=1, patience=patience)
    with pytest.raises(ServerError):
        run(concurrency=1, patience=patience)

    assert run(concurrency=1, patience=patience, skip_failed=True).rows == len(TEXTS) - 7


def test_a_server_that_is_not_there_ends_the_run_at_once(run, server, tmp_path):
    server.shutdown()
    server.server_close()
    start = time.monotonic()

    with pytest.raises(ServerError, match="cannot reach"):
        run(patience=Patience())
    assert time.monotonic() - start < 2
    assert not journal_of(tmp_path / "out.jsonl").exists()


def test_a_server_that_wants_another_key_ends_the_run_at_once(run, server):
    server.models = fails(401)

    with pytest.raises(ServerError, match="does not take the key"):
        run(key=KEY)
    assert not server.requests


def test_a_server_need_not_list_its_models(run, server):
    server.models = fails(404)

    assert run().written


def test_a_model_that_the_server_has_not_ends_the_run_and_those_it_has_are_named(run, server):
    server.reply = lambda _: fails(404, "no tiny here")

    with pytest.raises(ServerError, match=r"no tiny here.*it has: tiny, other"):
        run()


def test_a_run_that_is_stopped_goes_on_with_the_same_file_as_the_result(run, server, tmp_path):
    run("whole.jsonl", concurrency=1)
    whole = (tmp_path / "whole.jsonl").read_bytes()

    def stop(tally):
        if tally.answered == 10:
            raise KeyboardInterrupt

    server.requests.clear()
    with pytest.raises(KeyboardInterrupt):
        run(concurrency=1, progress=stop)
    run(concurrency=1)

    assert (tmp_path / "out.jsonl").read_bytes() == whole
    assert sorted(texts_of(server.requests)) == sorted(TEXTS)


def test_a_run_goes_on_from_wherever_its_journal_is_cut(run, server, tmp_path):
    partial = journal_of(tmp_path / "out.jsonl")
    run("whole.jsonl", limit=3)
    whole = (tmp_path / "whole.jsonl").read_bytes()
    server.replies[TEXTS[2]] = [fails(400)]
    run(limit=3)
    journal = partial.read_bytes()
    for end in (0, 9, journal.index(b"\n"), *range(journal.index(b"\n") + 1, len(journal), 60)):
        partial.write_bytes(journal[:end])
        (tmp_path / "out.jsonl").unlink(missing_ok=True)
        run(limit=3)

        assert (tmp_path / "out.jsonl").read_bytes() == whole


def test_what_is_known_is_written_without_the_server(run, server, tmp_path):
    run(limit=6)
    finished = (tmp_path / "out.jsonl").read_bytes()
    (tmp_path / "out.jsonl").unlink()
    server.replies[TEXTS[5]] = [fails(400)]
    run(limit=6)
    server.shutdown()
    server.server_close()

    assert run(limit=6, skip_failed=True).rows == 5
    assert finished.startswith((tmp_path / "out.jsonl").read_bytes())


def test_a_run_with_other_settings_does_not_go_on(run, server):
    server.replies[TEXTS[3]] = [fails(400)]
    run()

    with pytest.raises(JournalError, match=r"sampling\.temperature: 0\.0 there, 0\.5 now"):
        run(temperature=0.5)


def test_where_the_server_is_and_how_it_is_asked_may_change(run, server, examples, tmp_path):
    server.replies[TEXTS[3]] = [fails(400)]
    run()
    with loopback() as other:
        job = Job(examples, TEMPLATE, Sampling("tiny"))
        generate(job, tmp_path / "out.jsonl", Server(other.url, timeout=9.0), concurrency=2)

        assert texts_of(other.requests) == [TEXTS[3]]


def test_a_run_that_begins_anew_forgets_what_was_known(run, server):
    server.replies[TEXTS[3]] = [fails(400)]
    run(limit=6)
    server.requests.clear()
    run(limit=6, again=True, temperature=0.5)

    assert sorted(texts_of(server.requests)) == sorted(TEXTS[:6])


def test_two_runs_at_once_do_not_write_the_same_file(run, tmp_path):
    with locked(journal_of(tmp_path / "out.jsonl")), pytest.raises(JournalError, match="another run"):
        run()
