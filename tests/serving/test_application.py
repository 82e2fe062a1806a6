"""The application that ``sfr serve`` serves, asked within this process."""

import asyncio
import base64
import json
import math
import os
import random
import re
import signal

import pytest

import sfr
from sfr import samples
from sfr.serving import Limits, TokenError, Workers, application, as_token
from sfr.serving.refusals import Refused, as_json
from sfr.serving.work import Answer
from tests.adapters.driving import broken, truth_of
from tests.serving.asking import TOKEN, Within, ask_async, batch_of, request_of, within

SAMPLE = list(samples.rows())
GOOD = '{"task": "ner", "gold": {"person": ["Kevin"]}}'
WORK = ("/score", "/batch", "/openrlhf", "/slime")


# -- rewards ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", ["paper", "bounded"])
def test_a_score_is_that_of_the_grader_to_the_last_bit(profile):
    grader = sfr.grader(profile=profile)
    with within(grader) as app:
        for row in SAMPLE[::11]:
            value, terms, task = grader.grade(truth_of(row), row["output"])

            assert {"value": value, "terms": terms, "task": task} == app.post("/score", request_of(row)).json


def test_a_batch_is_that_of_the_grader_to_the_last_bit(app):
    rows = SAMPLE[:64]
    asked = batch_of(rows)
    grades = sfr.grader().grade_batch(asked["ground_truth"], asked["output"])

    found = app.post("/batch", asked)

    assert {
        "value": [grade.value for grade in grades],
        "terms": [grade.terms for grade in grades],
        "groups": sfr.group_shares(asked["ground_truth"], grades),
    } == found.json
    assert found.headers["content-type"] == "application/json"


def test_a_ground_truth_may_be_an_object(app):
    row = SAMPLE[3]
    asked = {"ground_truth": json.loads(truth_of(row)), "output": row["output"]}

    assert app.post("/score", request_of(row)).json == app.post("/score", asked).json


def test_a_batch_of_nothing_has_nothing_in_it(app):
    shares = {"groups_alike": 0.0, "groups_unparsable": 0.0, "groups_perfect": 0.0}

    found = app.post("/batch", {"ground_truth": [], "output": []})

    assert {"value": [], "terms": [], "groups": shares} == found.json


def test_no_text_of_a_model_is_an_error(app):
    rng = random.Random(11)
    garbage = ["".join(rng.choices('{}[]":,\\ \n\x00\ud800é<think>/', k=rng.randrange(200))) for _ in range(100)]
    for output in [*broken(), *garbage, "\udfff" * 3, "]" * 100_000, '{"person": [' * 8_000]:
        found = app.post("/score", {"ground_truth": GOOD, "output": output})

        assert (found.status, found.json["task"]) == (200, "ner")
        assert sfr.grader().grade(GOOD, output).value == found.json["value"]
        assert all(math.isfinite(term) for term in found.json["terms"].values())


def test_what_is_no_number_is_never_sent():
    with pytest.raises(ValueError, match="float"):
        as_json({"value": math.nan})


def test_half_a_surrogate_pair_may_come_as_bytes(app):
    body = json.dumps({"ground_truth": GOOD, "output": '{"person": ["\ud800"]}'}, ensure_ascii=False)

    found = app.post("/score", body.encode("utf-8", "surrogatepass"))

    assert found.status == 200
    assert sfr.grader().grade(GOOD, '{"person": ["\ud800"]}').value == found.json["value"]


def test_settings_are_those_of_the_grader():
    with within(sfr.grader(thinking="forbid", invalid=-3.0)) as app:
        found = app.post("/score", {"ground_truth": GOOD, "output": "<think>Kevin?</think>{}"})

    assert found.json["value"] == -3.0


def test_bad_gold_can_be_skipped():
    with within(sfr.grader(bad_gold="skip")) as app:
        found = app.post("/score", {"ground_truth": "no JSON", "output": "{}"})
        counted = app.ask("GET", "/metrics").body.decode()

    assert (found.status, found.json["value"], found.json["task"]) == (200, 0.0, None)
    assert found.json["terms"]["bad_gold"] == 1.0
    assert 'sfr_outputs_total{task="none"} 1.0' in counted


def test_processes_give_the_same_numbers_as_a_thread(app):
    asked = batch_of(SAMPLE[::30])
    with within(sfr.grader(), processes=2) as other:
        assert app.post("/batch", asked).json == other.post("/batch", asked).json
        for row in SAMPLE[:4]:
            assert app.post("/score", request_of(row)).json == other.post("/score", request_of(row)).json


def test_grades_are_logged_with_the_path_they_were_asked_by(tmp_path):
    with within(sfr.grader(log=str(tmp_path / "terms"))) as app:
        app.post("/score", request_of(SAMPLE[0]))
    (file,) = (tmp_path / "terms").iterdir()
    line = json.loads(file.read_text(encoding="utf-8"))

    assert (line["via"], line["task"]) == ("/score", "ner")


# -- what is refused ----------------------------------------------------------------------------------


def refused(found, status):
    """The problems of an answer that has this status and is otherwise as every such answer."""
    assert status == found.status, found.body
    assert {"error", "problems"} == set(found.json)
    assert found.json["error"]
    assert found.headers["content-type"] == "application/json"
    assert b"Traceback" not in found.body
    return found.json["problems"]


def test_a_bad_ground_truth_is_refused_with_all_that_is_wrong(app):
    truth = {"task": "ner", "gold": {"person": ["Kevin", 7], "location": "Oslo"}}

    problems = refused(app.post("/score", {"ground_truth": truth, "output": "{}"}), 422)

    assert problems == [
        "ground_truth: gold: not-a-string @ person[1]: expected a string, found '7'",
        "ground_truth: gold: not-a-list @ location: expected a list, found 'Oslo'",
    ]


def test_every_bad_ground_truth_of_a_batch_is_named_once(app):
    bad = {"task": "ner", "gold": {"person": [7]}}
    truths = [GOOD, bad, bad, GOOD, {"task": "kg", "gold": {}}, None, 5]

    problems = refused(app.post("/batch", {"ground_truth": truths, "output": ["{}"] * 7}), 422)

    assert [re.match(r"ground_truth(\[\d\]): ", problem)[1] for problem in problems] == ["[1]", "[4]", "[5]", "[6]"]


@pytest.mark.parametrize("path", WORK)
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"no",
        b'{"output": NaN}',
        b'{"output": -Infinity}',
        b'{"output": "a", "output": "b"}',
        b"{} {}",
        b"\xff\xfe",
        b'{"output": "\xff"}',
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b'{"output": ' + b"9" * 5_000 + b"}",
    ],
    ids=lambda body: body[:20],
)
def test_what_is_no_json_is_refused(app, path, body):
    (problem,) = refused(app.post(path, body), 400)

    assert problem.startswith("expected ")
    assert len(problem) < 300


@pytest.mark.parametrize("path", WORK)
@pytest.mark.parametrize("body", ["null", "[]", "7", '"text"', "{}", '{"ground_truths": 1, "outputs": 2}'])
def test_what_is_not_the_object_that_is_expected_is_refused(app, path, body):
    assert refused(app.post(path, body.encode()), 422)


@pytest.mark.parametrize(
    ("path", "body", "problems"),
    [
        ("/score", {"ground_truth": GOOD}, ["output: missing; found ground_truth"]),
        ("/score", {"ground_truth": GOOD, "output": 7}, ["output: expected a string, found the number 7"]),
        ("/score", {"ground_truth": GOOD, "output": None}, ["output: expected a string, found nothing"]),
        (
            "/score",
            {"output": ["{}"]},
            ["ground_truth: missing; found output", "output: expected a string, found a list"],
        ),
        ("/slime", {"label": GOOD, "response": {}}, ["response: expected a string, found an object"]),
        ("/batch", {"ground_truth": GOOD, "output": "{}"}, 2),
        (
            "/batch",
            {"ground_truth": [GOOD] * 3, "output": ["{}", 1, None]},
            ["output[1]: expected a string, found the number 1", "output[2]: expected a string, found nothing"],
        ),
        (
            "/batch",
            {"ground_truth": [GOOD], "output": ["{}"] * 2},
            ["expected lists of one length; ground_truth has 1, output has 2"],
        ),
        ("/openrlhf", {"query": ["a"], "prompts": ["a"]}, ["labels: missing; found query, prompts"]),
        ("/openrlhf", {"query": ["a"], "prompts": [["a"]], "labels": [GOOD]}, 1),
    ],
)
def test_wrong_types_are_refused_one_by_one(app, path, body, problems):
    found = refused(app.post(path, body), 422)

    assert problems in (found, len(found))


def test_a_batch_that_is_too_large_is_refused(app):
    (problem,) = refused(app.post("/batch", {"ground_truth": [GOOD] * 65, "output": ["{}"] * 65}), 413)

    assert problem == "expected at most 64 outputs, found 65; ask in parts"
    assert app.post("/batch", {"ground_truth": [GOOD] * 64, "output": ["{}"] * 64}).status == 200


def test_a_body_that_is_too_large_is_refused_by_its_length_before_it_is_read(app):
    async def never():
        raise AssertionError("the body was read")

    found = app.ask("POST", "/score", never, content_length="200001")

    assert refused(found, 413) == ["expected at most 200,000 bytes"]


@pytest.mark.parametrize("length", [{}, {"content_length": "10"}])
def test_a_body_that_is_too_large_is_refused_whatever_its_length_says(app, length):
    parts = [b"x" * 1_000] * 10_000

    found = app.ask("POST", "/score", *parts, **length)

    assert refused(found, 413) == ["expected at most 200,000 bytes"]


def test_a_body_may_come_in_parts(app):
    data = json.dumps(request_of(SAMPLE[0])).encode()

    found = app.ask("POST", "/score", *(data[i : i + 7] for i in range(0, len(data), 7)))

    assert app.post("/score", data).json == found.json


def test_a_body_that_takes_too_long_is_refused():
    async def late():
        await asyncio.sleep(30)

    with within(sfr.grader(), seconds=0.05) as app:
        found = app.ask("POST", "/score", b"{", late)

    assert refused(found, 408) == ["expected the whole request within 0.05 s"]
    assert found.headers["connection"] == "close"


def test_a_client_that_goes_away_is_no_failure(app):
    async def gone():
        async def receive():
            return {"type": "http.disconnect"}

        async def send(message):
            sent.append(message["type"])

        sent = []
        scope = {"type": "http", "method": "POST", "path": "/score", "query_string": b"", "headers": []}
        await app.app({**scope, "root_path": "", "raw_path": b"/score"}, receive, send)
        return sent

    assert asyncio.run(gone()) == ["http.response.start", "http.response.body"]
    assert 'sfr_requests_total{path="/score",status="499"} 1.0' in app.ask("GET", "/metrics").body.decode()


def test_a_packed_body_is_refused(app):
    assert refused(app.post("/score", b"\x1f\x8b", content_encoding="gzip"), 415)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/score", 405),
        ("PUT", "/batch", 405),
        ("POST", "/health", 405),
        ("DELETE", "/metrics", 405),
        ("GET", "/", 404),
        ("POST", "/scores", 404),
        ("POST", "/score/", 404),
        ("POST", "/score/../batch", 404),
    ],
)
def test_other_paths_and_methods_are_refused(app, method, path, status):
    found = app.ask(method, path)

    assert len(refused(found, status)) == 1
    assert (status == 405) == ("allow" in found.headers)


class Failing:
    """Workers that fail."""

    async def answer(self, path, body):
        raise RuntimeError("a secret of the server")


def test_a_failure_within_shows_nothing_of_it():
    app = Within(application(Failing()))

    found = app.post("/score", {})

    assert refused(found, 500) == []
    assert found.json == {"error": "internal error", "problems": []}
    assert 'sfr_requests_total{path="/score",status="500"} 1.0' in app.ask("GET", "/metrics").body.decode()
    assert "sfr_in_flight 0.0" in app.ask("GET", "/metrics").body.decode()


# -- tokens -------------------------------------------------------------------------------------------


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.fixture(scope="module")
def guarded():
    with within(sfr.grader(), token=TOKEN) as found:
        yield found


@pytest.mark.parametrize(
    "authorization", [f"Bearer {TOKEN}", f"bearer  {TOKEN} ", basic("sfr", TOKEN), basic("", TOKEN)]
)
def test_the_token_lets_in(guarded, authorization):
    assert guarded.post("/score", request_of(SAMPLE[0]), authorization=authorization).status == 200
    assert guarded.ask("GET", "/metrics", authorization=authorization).status == 200


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN.upper()}",
        f"Bearer {TOKEN}é",
        TOKEN,
        f"Token {TOKEN}",
        "Basic !",
        "Basic éé",
        basic(TOKEN, ""),
        basic("sfr", "other"),
        f"Basic {TOKEN}",
    ],
)
@pytest.mark.parametrize(("method", "path"), [("POST", "/score"), ("GET", "/metrics"), ("GET", "/nowhere")])
def test_without_the_token_nothing_is_told(guarded, method, path, authorization):
    found = guarded.ask(method, path, authorization=authorization)

    assert len(refused(found, 401)) == 1
    assert found.headers["www-authenticate"] == "Bearer"
    assert TOKEN.encode() not in found.body


def test_without_a_header_there_is_no_token(guarded):
    assert refused(guarded.ask("POST", "/batch"), 401)


def test_health_asks_for_no_token(guarded):
    found = guarded.ask("GET", "/health")

    assert (200, {"status": "ok", "version": sfr.__version__}) == (found.status, found.json)


@pytest.mark.parametrize(
    "text", ["", "short", "with a space in it 0123", "mit-ümlaut-0123456789", "with\x00nul-0123456789"]
)
def test_a_poor_token_is_not_taken(text):
    with pytest.raises(TokenError, match="holds"):
        as_token(text)


def test_spaces_around_a_token_do_not_count():
    assert as_token(f" {TOKEN}\n") == TOKEN


# -- overload and counting ----------------------------------------------------------------------------


class Waiting:
    """Workers that answer when they are told to."""

    def __init__(self):
        self.at_work = 0
        self.may_go = None

    async def answer(self, path, body):
        self.at_work += 1
        await self.may_go.wait()
        return Answer(200, body)


def test_what_is_beyond_the_bound_is_refused_at_once_and_the_rest_answered():
    workers = Waiting()
    app = application(workers, Limits(waiting=5))

    async def overload():
        workers.may_go = asyncio.Event()
        asked = [asyncio.create_task(ask_async(app, "POST", "/score", [b"%d" % i])) for i in range(20)]
        done, pending = await asyncio.wait(asked, timeout=0.2)
        health = await ask_async(app, "GET", "/health")
        counted = await ask_async(app, "GET", "/metrics")
        workers.may_go.set()
        late = await asyncio.gather(*pending)
        again = await ask_async(app, "POST", "/score", [b"again"])
        return [task.result() for task in done], late, health, counted.body.decode(), again

    early, late, health, counted, again = asyncio.run(overload())

    assert (len(early), len(late)) == (15, 5)
    for found in early:
        assert refused(found, 429) == ["5 requests are under way; ask again later"]
        assert found.headers["retry-after"] == "1"
    assert {200} == {found.status for found in late}
    assert len({found.body for found in late}) == 5
    assert (health.status, again.status) == (200, 200)
    assert "sfr_in_flight 5.0" in counted
    assert "sfr_refused_total 15.0" in counted


def test_everything_is_counted():
    with within(sfr.grader()) as app:
        app.post("/score", {"ground_truth": GOOD, "output": "?"})
        app.post("/batch", batch_of([row for row in SAMPLE if row["task"] == "re"][:3]))
        app.post("/score", b"no")
        app.ask("GET", "/one")
        app.ask("GET", "/two")
        found = app.ask("GET", "/metrics")
    text = found.body.decode()

    assert found.headers["content-type"].startswith("text/plain")
    for line in (
        'sfr_requests_total{path="/score",status="200"} 1.0',
        'sfr_requests_total{path="/score",status="400"} 1.0',
        'sfr_requests_total{path="/batch",status="200"} 1.0',
        'sfr_requests_total{path="other",status="404"} 2.0',
        'sfr_outputs_total{task="ner"} 1.0',
        'sfr_outputs_total{task="re"} 3.0',
        "sfr_unparsable_total 1.0",
        "sfr_in_flight 0.0",
        "sfr_refused_total 0.0",
        'sfr_request_seconds_count{path="/score"} 2.0',
        'sfr_request_seconds_bucket{le="+Inf",path="/score"} 2.0',
    ):
        assert f"\n{line}\n" in text, line


async def ask_on(workers, body):
    """Ask until a pool has seen that its processes are no more."""
    while True:
        await workers.answer("/score", body)


def test_another_process_takes_the_place_of_one_that_died():
    async def several(workers):
        body = json.dumps(request_of(SAMPLE[0])).encode()
        first = await workers.answer("/score", body)
        for process in list(workers._pool._processes):
            os.kill(process, signal.SIGKILL)
        with pytest.raises(Refused) as died:
            await asyncio.wait_for(ask_on(workers, body), 60)
        return first, died.value, await workers.answer("/score", body)

    workers = Workers(sfr.grader(), processes=2, max_batch=1)
    try:
        first, died, again = asyncio.run(several(workers))
    finally:
        workers.close()

    assert (died.status, died.headers) == (503, {"Retry-After": "1"})
    assert first == again
