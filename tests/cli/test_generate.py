"""``sfr generate``."""

import ast
import json
import signal
import subprocess
import sys
import time
from collections import Counter

import pytest

from sfr import samples
from sfr.data.storage import example_writer
from sfr.examples import example_line
from sfr.generation import journal_of
from tests.answering import KEY, fails, loopback, prompt_in, says
from tests.training import example

SAMPLE = list(samples.sentences())[::3]
TEXTS = [found["text"] for found in SAMPLE]


@pytest.fixture
def server():
    with loopback() as server:
        yield server


@pytest.fixture
def examples(tmp_path):
    path = tmp_path / "examples.jsonl"
    path.write_bytes(b"".join(example_line(example(found)) + b"\n" for found in SAMPLE))
    return path


@pytest.fixture
def out(tmp_path):
    return tmp_path / "predictions.jsonl"


@pytest.fixture
def asks(sfr, server, examples, out):
    """Asks the server, with more options."""

    def asks(*options, model="tiny"):
        return sfr("generate", examples, "-o", out, "--url", server.url, "--model", model, *options)

    return asks


def rows_in(path):
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def texts_of(requests):
    return [prompt_in(request).rpartition("\n")[2] for request in requests]


def test_predictions_are_rows_that_can_be_scored(asks, sfr, out):
    result = asks()

    assert (result.exit_code, result.stdout) == (0, f"wrote {len(TEXTS)} predictions to {out}\n")
    assert sfr("score", out).exit_code == 0


def test_right_answers_get_the_best_score(asks, sfr, server, out, tmp_path):
    golds = {found["text"]: json.dumps(found["gold"]) for found in SAMPLE}
    server.reply = lambda request: says(golds[prompt_in(request).rpartition("\n")[2]])
    asks()
    sfr("score", out, "-o", tmp_path / "scores.jsonl", "--profile", "bounded")

    assert {found["value"] for found in rows_in(tmp_path / "scores.jsonl")} == {1.0}


def test_parquet_is_read_like_lines(asks, server, sfr, out):
    asks()
    lines = out.read_bytes()
    parquet = out.with_name("examples.parquet")
    with example_writer(parquet) as write:
        for found in SAMPLE:
            write(example_line(example(found)))
    result = sfr("generate", parquet, "-o", out, "--url", server.url, "--model", "tiny", "--again")

    assert (result.exit_code, out.read_bytes()) == (0, lines)


def test_the_options_are_in_the_request(asks, server):
    result = asks(
        *("-n", 2, "--temperature", 0.5, "--top-p", 0.9, "--max-tokens", 99, "--seed", 1, "--limit", 1),
        *("--json-schema", "--no-thinking", "--set", "top_k=20", "--set", 'stop=["x"]'),
    )

    assert result.exit_code == 0
    (request,) = server.requests
    seed, form = request.pop("seed"), request.pop("response_format")
    assert (isinstance(seed, int), form["type"]) == (True, "json_schema")
    del request["messages"]
    assert request == {
        "model": "tiny",
        "n": 2,
        "temperature": 0.5,
        "top_p": 0.9,
        "max_tokens": 99,
        "chat_template_kwargs": {"enable_thinking": False},
        "top_k": 20,
        "stop": ["x"],
    }


def test_a_template_can_be_chosen(asks, server):
    asks("--template", "sa-slots", "--limit", 1)
    first = prompt_in(server.requests[0])
    asks("--template", "sa-records", "--limit", 1, "--again")

    assert first != prompt_in(server.requests[1])


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["-n", 2], "temperature 0"),
        (["--set", "top_k"], "'top_k' is not FIELD=JSON"),
        (["--set", "top_k=x"], "expected JSON"),
        (["--set", "seed=1"], "seed: say it with seed"),
        (["--api-key-env", "SFR_NO_SUCH_VARIABLE"], "is not set"),
        (["--url", "ftp://127.0.0.1/"], "expected an address"),
        (["--template", "nonsense"], "unknown template"),
        (["--concurrency", 0], "--concurrency"),
        (["-o", "predictions.parquet"], "JSON lines"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_sent(asks, server, options, problem):
    result = asks(*options)

    assert result.exit_code == 2
    assert problem in result.stderr
    assert not server.headers


def test_the_file_of_examples_is_not_overwritten(sfr, server, examples):
    before = examples.read_bytes()
    result = sfr("generate", examples, "-o", examples, "--url", server.url, "--model", "tiny")

    assert result.exit_code == 2
    assert examples.read_bytes() == before


def test_failed_examples_are_named_and_the_next_step_with_them(asks, server, out):
    server.replies[TEXTS[3]] = [fails(400, "the prompt is too long")]
    result = asks()

    assert result.exit_code == 2
    assert f"examples.jsonl:4: {SAMPLE[3]['id']}: 400: the prompt is too long" in result.stderr
    assert f"1 example failed, {len(TEXTS) - 1} have an answer, and {out} is not written" in result.stderr
    assert "--skip-failed" in result.stderr


def test_failed_examples_are_asked_about_by_the_same_command(asks, server, out):
    server.replies[TEXTS[3]] = [fails(400)]
    asks()
    result = asks()

    assert result.exit_code == 0
    assert f"going on: {len(TEXTS) - 1} of {len(TEXTS)} examples done" in result.stderr
    assert [found["text"] for found in rows_in(out)] == TEXTS


def test_left_out_examples_are_told(asks, server, out):
    server.replies[TEXTS[3]] = [fails(400)]
    result = asks("--skip-failed")

    assert result.exit_code == 0
    assert "1 example left out" in result.stderr
    assert len(rows_in(out)) == len(TEXTS) - 1


def test_a_message_of_the_servers_is_shown_and_not_obeyed(asks, server):
    server.replies[TEXTS[3]] = [fails(400, "\x1b]0;owned\x07")]

    assert "\x1b" not in asks().stderr


def test_answers_that_were_cut_off_are_told(asks, server):
    server.replies[TEXTS[3]] = [says("{", finish="length")]

    assert "1 answer cut off at the limit of tokens" in asks().stderr


def test_predictions_that_stand_there_are_told(asks, out):
    asks()

    assert asks().stdout == f"{out} with {len(TEXTS)} predictions stood there already\n"


def test_other_settings_are_named_one_by_one(asks, server):
    server.replies[TEXTS[3]] = [fails(400)]
    asks()
    result = asks("--temperature", 0.5, model="other")

    assert result.exit_code == 1
    assert 'sampling.model: "tiny" there, "other" now' in result.stderr
    assert "sampling.temperature: 0.0 there, 0.5 now" in result.stderr


def test_a_server_that_is_not_there_is_told_with_the_next_step(asks, server):
    server.shutdown()
    server.server_close()
    result = asks()

    assert result.exit_code == 1
    assert f"cannot reach {server.url}" in result.stderr
    assert "is the server up" in result.stderr


def test_the_key_comes_from_a_variable_and_is_never_shown(asks, server, monkeypatch):
    monkeypatch.setenv("SFR_TEST_KEY", KEY)
    server.reply = lambda _: fails(401, f"wrong key: {KEY}")
    result = asks("--api-key-env", "SFR_TEST_KEY")

    assert server.headers[-1]["Authorization"] == f"Bearer {KEY}"
    assert result.exit_code == 1
    assert "does not take the key" in result.stderr
    assert KEY not in result.output


def test_without_openai_one_is_told_how_to_get_it(asks, monkeypatch):
    monkeypatch.setitem(sys.modules, "openai", None)
    result = asks()

    assert result.exit_code == 1
    assert "takes openai: python -m pip install 'sfr[generate]'" in result.stderr


def test_the_command_asks_nobody_else(environment, server, examples, out):
    script = (
        "import sys; seen = set()\n"
        "def hook(event, about):\n"
        "    if event == 'socket.connect': seen.add(about[1])\n"
        "    if event == 'socket.getaddrinfo': seen.add(about[:2])\n"
        "sys.addaudithook(hook)\n"
        "from sfr.cli._generate import generate_command\n"
        "generate_command(standalone_mode=False)\n"
        "print(sorted(seen))\n"
    )
    command = [sys.executable, "-c", script, examples, "-o", out, "--url", server.url, "--model", "tiny"]
    done = subprocess.run(command, capture_output=True, env=environment, timeout=60, check=True)

    assert ast.literal_eval(done.stdout.splitlines()[-1].decode()) == [("127.0.0.1", server.server_port)]


# -- runs that are stopped ------------------------------------------------------------------------


@pytest.fixture
def asking(environment, server, examples, out):
    """Starts the command in a process of its own."""
    options = [examples, "-o", out, "--url", server.url, "--model", "tiny", "--concurrency", 3]
    command = [sys.executable, "-m", "sfr", "generate", *map(str, options)]

    def asking():
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)

    return asking


def wait_for(condition):
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.002)


def killed(process, sign):
    process.send_signal(sign)
    out, errors = process.communicate(timeout=30)
    return process.returncode, errors.decode(), out.decode()


def test_a_run_that_is_killed_twice_loses_nothing_and_repeats_nothing(asking, asks, server, out):
    asks("-o", out.with_name("whole.jsonl"))
    server.requests.clear()
    server.pause = 0.02
    known = []
    for so_many in (8, 10):
        before = len(server.requests)
        process = asking()
        wait_for(lambda before=before, so_many=so_many: len(server.requests) >= before + so_many)
        killed(process, signal.SIGKILL)
        assert not out.exists()
        known.append(set(rows_of_journal(out)))
        asked = set(texts_of(server.requests[before:]))
        assert not known[:-1] or asked.isdisjoint(TEXTS[row] for row in known[-2])
    server.pause = 0.0
    server.requests, killed_requests = [], server.requests
    asks()

    assert out.read_bytes() == out.with_name("whole.jsonl").read_bytes()
    assert set(texts_of(server.requests)) == set(TEXTS) - {TEXTS[row] for row in known[-1]}
    assert max(Counter(texts_of(killed_requests + server.requests)).values()) <= 3


def rows_of_journal(out):
    """The examples that have whole lines in the journal."""
    lines = journal_of(out).read_bytes().split(b"\n")[1:-1]
    return [json.loads(line)["row"] for line in lines]


def test_a_run_that_is_interrupted_says_how_it_goes_on(asking, server, out):
    server.pause = 0.02
    process = asking()
    wait_for(lambda: len(server.requests) >= 8)
    code, errors, _ = killed(process, signal.SIGINT)

    assert code == 130
    assert f"of {len(TEXTS)} examples done; the same command goes on from there" in errors
    assert "Traceback" not in errors
    assert not out.exists()


def test_two_runs_at_once_are_refused(asking, asks, server):
    server.pause = 0.1
    process = asking()
    wait_for(lambda: len(server.requests) >= 1)
    result = asks()
    killed(process, signal.SIGKILL)

    assert result.exit_code == 1
    assert "another run" in result.stderr


def test_a_run_that_was_killed_leaves_no_lock(asking, asks, server):
    server.pause = 0.1
    process = asking()
    wait_for(lambda: len(server.requests) >= 1)
    killed(process, signal.SIGKILL)
    server.pause = 0.0

    assert asks().exit_code == 0
