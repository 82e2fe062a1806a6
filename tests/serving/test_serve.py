"""``sfr serve`` as a process of its own, on a free port of this machine."""

import http.client
import json
import re
import signal
import socket
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from click.testing import CliRunner

import sfr
from sfr import samples
from sfr.cli import main
from sfr.serving import application
from sfr.serving.connections import PatientProtocol
from sfr.serving.limits import Limits
from sfr.serving.work import Workers
from tests.adapters.driving import truth_of
from tests.serving.asking import (
    TOKEN,
    batch_of,
    command,
    listening,
    request_of,
    served,
    until,
    variables,
)

SAMPLE = list(samples.rows())
GOOD = '{"task": "ner", "gold": {"person": ["Kevin"]}}'


@pytest.fixture
def refused_start(monkeypatch):
    """What a start that is refused says, and its exit code."""

    def refused_start(*arguments, **environment):
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        done = CliRunner().invoke(main, ["serve", *map(str, arguments)], prog_name="sfr", terminal_width=200)
        assert isinstance(done.exception, SystemExit)
        assert done.stdout == ""
        return done.exit_code, done.stderr

    return refused_start


# -- rewards ------------------------------------------------------------------------------------------


def test_it_says_where_it_is_and_the_signatures_of_its_rewards(server):
    *signatures, ready = server.said

    assert [sfr.reward(task).signature for task in ("ner", "re", "ee")] == signatures
    assert f"ready at http://127.0.0.1:{server.port}, grading in a thread" == ready


@pytest.mark.parametrize("jobs", [1, 2])
def test_rewards_are_those_of_the_grader_to_the_last_bit(jobs):
    rows = SAMPLE[::13]
    grader = sfr.grader(profile="bounded", scale="unit", granularity="fine")
    with served("-j", jobs, "--profile", "bounded", "--set", "scale=unit", "--granularity", "fine") as server:
        connection = server.connect()
        for row in rows:
            value, terms, task = grader.grade(truth_of(row), row["output"])

            found = server.post("/score", request_of(row), connection=connection)

            assert {"value": value, "terms": terms, "task": task} == found.json
        found = server.post("/batch", batch_of(rows), connection=connection)
        connection.close()
        assert server.stop() == 0
    grades = grader.grade_batch(*batch_of(rows).values())

    assert [grade.value for grade in grades] == found.json["value"]
    assert [grade.terms for grade in grades] == found.json["terms"]


def test_settings_come_from_options(tmp_path):
    options = ("--set", "ner.invalid=-3", "--thinking", "forbid", "--bad-gold", "skip", "--log", tmp_path / "a/terms")
    with served(*options) as server:
        thinking = server.post("/score", {"ground_truth": GOOD, "output": "<think>Kevin?</think>{}"})
        bad = server.post("/score", {"ground_truth": "no", "output": "{}"})
    (log,) = (tmp_path / "a/terms").iterdir()

    assert thinking.json["value"] == -3.0
    assert (bad.status, bad.json["value"]) == (200, 0.0)
    assert [json.loads(line)["value"] for line in log.read_text(encoding="utf-8").splitlines()] == [-3.0, 0.0]


def test_many_clients_get_their_own_answers(server):
    rows = SAMPLE[::7]
    expected = [sfr.grader().grade(truth_of(row), row["output"]).value for row in rows]

    def ask(row):
        return server.post("/score", request_of(row)).json["value"]

    with ThreadPoolExecutor(16) as pool:
        assert expected == list(pool.map(ask, rows))


def test_one_connection_serves_many_requests_whatever_became_of_the_others(server):
    connection = server.connect()
    statuses = []
    for path, body in [
        ("/score", b"{"),
        ("/score", request_of(SAMPLE[0])),
        ("/nowhere", {}),
        ("/score", b"x" * (9 * 1024 * 1024)),
        ("/score", request_of(SAMPLE[0])),
    ]:
        statuses.append(server.post(path, body, connection=connection).status)
        assert connection.sock is not None
    connection.close()

    assert statuses == [400, 200, 404, 413, 200]


def test_a_body_without_a_length_is_taken_in_no_further_than_the_bound(server):
    sent = 0

    def without_end():
        nonlocal sent
        for _ in range(100_000):
            sent += 65_536
            yield b"x" * 65_536

    connection = server.connect()
    connection.putrequest("POST", "/score")
    connection.putheader("Transfer-Encoding", "chunked")
    connection.endheaders()
    connection.sock.settimeout(30)
    try:
        for part in without_end():
            connection.send(b"%x\r\n%s\r\n" % (len(part), part))
            if sent > 16 * 1024 * 1024:
                break
    except (ConnectionError, TimeoutError):
        pytest.fail("the connection was closed before the answer could be read")
    answer = connection.getresponse()
    found = json.loads(answer.read())
    connection.close()

    assert (answer.status, found["error"]) == (413, "too large")


def test_what_is_no_http_is_refused(server):
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as client:
        client.sendall(b"\x16\x03\x01 what is this\r\n\r\n")
        said = client.recv(65_536)

    assert said.startswith(b"HTTP/1.1 400 ")
    assert b"Traceback" not in said
    assert server.ask("GET", "/health").status == 200


# -- addresses and tokens -----------------------------------------------------------------------------


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_an_address_that_others_can_reach_takes_a_token(host, refused_start):
    code, said = refused_start("--host", host, "--port", 0)

    assert code == 2
    assert f"other machines can reach {host}" in said
    assert "--token-env SFR_TOKEN" in said


@pytest.mark.parametrize("host", ["localhost", "127.0.0.2", "::1"])
def test_addresses_of_this_machine_alone_take_none(host):
    if host == "::1":
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
        except OSError:
            pytest.skip("no IPv6 here")
    with served("--host", host) as server:
        connection = http.client.HTTPConnection(host, server.port, timeout=30)
        connection.request("GET", "/health")
        assert connection.getresponse().status == 200
        connection.close()


def test_with_a_token_others_may_be_let_in():
    with served("--host", "0.0.0.0", "--token-env", "MY_TOKEN", MY_TOKEN=TOKEN) as server:
        assert server.post("/score", request_of(SAMPLE[0])).status == 401
        assert server.ask("GET", "/health").status == 200
        assert server.post("/score", request_of(SAMPLE[0]), authorization=f"Bearer {TOKEN}").status == 200
        assert all(TOKEN not in line for line in server.said)


@pytest.mark.parametrize(
    ("value", "problem"),
    [("", "is not set, or empty"), (" ", "is not set, or empty"), ("short", "expected at least 16")],
)
def test_a_variable_without_a_token_is_refused(value, problem, refused_start):
    code, said = refused_start("--token-env", "MY_TOKEN", MY_TOKEN=value)

    assert code == 2
    assert "'--token-env'" in said
    assert "'MY_TOKEN'" in said
    assert problem in " ".join(said.split())


def test_a_port_in_use_is_said_in_a_line(server, refused_start):
    assert (1, f"Error: port {server.port} of 127.0.0.1 is in use; --port names another\n") == refused_start(
        "--port", server.port
    )


@pytest.mark.parametrize("host", ["no.such.host.invalid", "192.0.2.1", "a" * 300])
def test_an_address_that_is_not_here_is_said_in_a_line(host, refused_start):
    code, said = refused_start("--host", host, "--port", 0)

    assert code == 1
    assert said.startswith(f"Error: cannot listen on port 0 of {host}: ")
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (["--set", "gama=2"], "unknown setting 'gama'"),
        (["--set", "gamma"], "'gamma' is not FIELD=VALUE"),
        (["--set", "gamma=much"], "gamma='much'"),
        (["--set", "bad_gold=skip"], "bad_gold has an option of its own, --bad-gold"),
        (["--log", __file__], "--log"),
        (["--max-batch", "0"], "--max-batch"),
        (["--max-body", "0"], "--max-body"),
        (["--jobs", "0"], "--jobs"),
        (["--port", "65536"], "--port"),
        (["--host", ""], "expected an address"),
    ],
)
def test_a_wrong_option_is_refused(options, problem, refused_start):
    code, said = refused_start(*options)

    assert code == 2
    assert problem in said


# -- in this process ----------------------------------------------------------------------------------


def test_it_starts_and_stops_within_this_process():
    """As the others, where it can be seen which lines have run."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    statuses = []

    def ask_and_stop():
        def answers():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
            try:
                connection.request("GET", "/health")
                statuses.append(connection.getresponse().status)
            except OSError:
                return False
            finally:
                connection.close()
            return True

        until(answers)
        signal.raise_signal(signal.SIGTERM)

    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(ask_and_stop)
        done = CliRunner().invoke(main, ["serve", "--port", str(port)])
        asked.result(60)

    assert (done.exit_code, statuses) == (0, [200])
    assert f"ready at http://127.0.0.1:{port}, grading in a thread\n" in done.stdout
    assert done.stderr == "stopped\n"
    assert handlers == [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]


# -- overload -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2])
def test_at_four_times_the_bound_no_answer_is_lost_and_none_is_wrong(jobs):
    bound, rounds = 4, 6
    rows = SAMPLE[: 4 * bound * 16]
    parts = [rows[i::16] for i in range(4 * bound)]
    expected = [[sfr.grader().grade(truth_of(row), row["output"]).value for row in part] for part in parts]
    bodies = [json.dumps(batch_of(part)) for part in parts]
    start = threading.Barrier(len(parts))

    def client(i):
        connection = server.connect()
        found = []
        for _ in range(rounds):
            start.wait()
            found.append(server.ask("POST", "/batch", bodies[i], connection=connection))
        connection.close()
        return found

    with served("--max-waiting", bound, "-j", jobs) as server:
        with ThreadPoolExecutor(len(parts)) as pool:
            replies = list(pool.map(client, range(len(parts))))
        refused = server.metric("sfr_refused_total")
        under_way = server.metric("sfr_in_flight")

    statuses = [reply.status for found in replies for reply in found]
    assert len(parts) * rounds == len(statuses)
    assert {200, 429} == set(statuses)
    assert (refused, under_way) == (statuses.count(429), 0.0)
    for values, found in zip(expected, replies, strict=True):
        for reply in found:
            if reply.status == 200:
                assert values == reply.json["value"]
            else:
                assert reply.headers["retry-after"] == "1"


# -- the end ------------------------------------------------------------------------------------------


def long_batch():
    """A request that takes a while."""
    rows = [row for row in SAMPLE if row["task"] == "ee"][:8]
    asked = batch_of(rows)
    outputs = [f"{output} {'{[' * 400}{i}" for i in range(80) for output in asked["output"]]
    return {"ground_truth": asked["ground_truth"] * 80, "output": outputs}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("jobs", [1, 2])
def test_a_request_under_way_is_answered_before_the_end(number, jobs):
    asked = long_batch()
    with served("-j", jobs, "--max-batch", 10_000, "--max-body", 64) as server, ThreadPoolExecutor(1) as pool:
        idle = server.connect()
        server.ask("GET", "/health", connection=idle)
        answer = pool.submit(server.post, "/batch", asked)
        until(lambda: server.metric("sfr_in_flight") == 1)
        assert not answer.done()

        code = server.stop(number)
        found = answer.result(60)
        idle.close()
        with pytest.raises(ConnectionError):
            server.ask("GET", "/health")
        said = server.process.stderr.read()

    assert code == 0
    assert found.status == 200
    assert [grade.value for grade in sfr.grader().grade_batch(*asked.values())] == found.json["value"]
    assert said == "stopped\n"


def test_its_processes_end_with_it_however_it_ends():
    with served("-j", 2) as server:
        server.post("/score", request_of(SAMPLE[0]))
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(server.process.pid)], capture_output=True, text=True, check=True
        )
        children = [int(pid) for pid in listed.stdout.split()]
        assert len(children) >= 2
        server.process.kill()
        server.process.wait(60)
        until(lambda: not any(is_alive(pid) for pid in children))


def is_alive(pid):
    shown = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return bool(shown.stdout.strip()) and not shown.stdout.startswith("Z")


# -- slow clients -------------------------------------------------------------------------------------


class HastyProtocol(PatientProtocol):
    patience = 0.3


@pytest.fixture
def hasty():
    """The port of a server that waits for next to nothing."""
    workers = Workers(sfr.grader(), max_batch=8)
    with listening(application(workers, Limits(body=1_000, seconds=0.3)), HastyProtocol) as port:
        yield port
    workers.close()


def ends(client):
    """Whether a server hangs up, in a while."""
    client.settimeout(20)
    try:
        while client.recv(65_536):
            pass
    except ConnectionResetError:
        pass
    return True


def drip(client, part):
    """Send a little again and again, for 20 s at most."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        client.sendall(part)
        time.sleep(0.02)


@pytest.mark.parametrize("head", [b"", b"POST /sc", b"POST /score HTTP/1.1\r\nHost: a\r\nX: "])
def test_a_request_that_does_not_come_is_not_waited_for(hasty, head):
    with socket.create_connection(("127.0.0.1", hasty)) as client:
        client.sendall(head)

        assert ends(client)


def test_a_head_that_drips_is_not_waited_for(hasty):
    with socket.create_connection(("127.0.0.1", hasty)) as client:
        client.sendall(b"POST /score HTTP/1.1\r\n")

        with pytest.raises(ConnectionError):
            drip(client, b"X: y\r\n")


def test_a_second_request_that_drips_is_not_waited_for(hasty):
    with socket.create_connection(("127.0.0.1", hasty)) as client:
        client.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        assert client.recv(65_536).startswith(b"HTTP/1.1 200")
        client.sendall(b"GET /hea")

        assert ends(client)


def test_a_body_that_does_not_come_is_not_waited_for(hasty):
    with socket.create_connection(("127.0.0.1", hasty)) as client:
        client.sendall(b"POST /score HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{")
        client.settimeout(20)
        said = client.recv(65_536)

        assert said.startswith(b"HTTP/1.1 408")
        assert ends(client)


def test_the_rest_of_a_refused_body_is_not_taken_in_without_end(hasty):
    with socket.create_connection(("127.0.0.1", hasty)) as client:
        client.sendall(b"POST /score HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n")

        with pytest.raises(ConnectionError):
            drip(client, b"400\r\n" + b"x" * 1_024 + b"\r\n")


def test_a_quiet_connection_stays_for_the_next_request(hasty):
    connection = http.client.HTTPConnection("127.0.0.1", hasty, timeout=20)
    for _ in range(2):
        connection.request("GET", "/health")
        answer = connection.getresponse()
        answer.read()
        assert (answer.status, connection.sock is not None) == (200, True)
        time.sleep(0.6)
    connection.close()


def test_the_help_names_every_path():
    shown = subprocess.run(command("--help"), capture_output=True, text=True, check=True, env=variables()).stdout

    assert re.findall(r"(?:POST|GET) +(/\w+)", shown) == [
        "/score",
        "/batch",
        "/openrlhf",
        "/slime",
        "/health",
        "/metrics",
    ]
