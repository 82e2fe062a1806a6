"""Rewards over HTTP on this machine: requests and outputs a second beside those without a server, and overload."""

import http.client
import json
import re
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass

from rich.table import Table

import sfr

from .make_outputs import TASKS, make_groups

GROUPS = 96  # of each task
OUTPUTS = 8
BATCH = 64
SECONDS = 3.0  # of each row
CONCURRENCIES = (1, 4, 16)
BOUND = 8  # requests in flight, when there are four times as many clients
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Case:
    """A request, and the values that its answer must have."""

    path: str
    body: bytes
    values: list[float]


@dataclass(frozen=True, slots=True)
class Load:
    """What became of the requests of some clients."""

    seconds: float
    waits: list[float]  # of the answers with rewards, in order
    outputs: int
    statuses: Counter[int]
    wrong: int

    def wait(self, share: float) -> float:
        return self.waits[min(len(self.waits) - 1, int(share * len(self.waits)))]


def table() -> Table:
    """Wall-clock rates; clients and server share the cores."""
    truths, outputs = _pairs()
    singles = list(_singles(truths, outputs))
    batches = list(_batches(truths, outputs))
    found = Table(
        title=f"Rewards over HTTP, {len(outputs):,} different outputs of three tasks",
        caption="Wall-clock time. Clients and server share the cores of the machine.",
    )
    found.add_column("way")
    for name in (
        "clients",
        "requests/s",
        "outputs/s",
        "share",
        "median ms",
        "99 % ms",
        "200",
        "429",
        "other or lost",
        "wrong",
    ):
        found.add_column(name, justify="right")
    alone, together = _alone(singles), _alone(batches)
    found.add_row("no server, one at a time", "", "", f"{alone:,.0f}", "1.00")
    found.add_row(f"no server, {BATCH} at a time", "", "", f"{together:,.0f}", "1.00")
    for jobs in (1, 2):
        found.add_section()
        with _served("-j", str(jobs)) as port:
            for name, cases, rate in (("/score", singles, alone), (f"/batch of {BATCH}", batches, together)):
                for clients in CONCURRENCIES:
                    _add(found, f"{name}, -j {jobs}", clients, _load(port, cases, clients), rate)
    found.add_section()
    with _served("--max-waiting", str(BOUND)) as port:
        for name, cases, rate in (("/score", singles, alone), (f"/batch of {BATCH}", batches, together)):
            _add(found, f"{name}, at most {BOUND} in flight", 4 * BOUND, _load(port, cases, 4 * BOUND), rate)
    return found


def _pairs() -> tuple[list[str], list[str]]:
    """Ground truths and outputs, side by side; the outputs of a group stand together."""
    truths: list[str] = []
    outputs: list[str] = []
    for task in TASKS:
        for group in make_groups(task, GROUPS, OUTPUTS):
            truth = json.dumps({"task": task, "text": group.text, "gold": group.gold})
            truths += [truth] * OUTPUTS
            outputs += group.outputs
    return truths, outputs


def _singles(truths: list[str], outputs: list[str]) -> Iterator[Case]:
    grader = sfr.grader()
    for truth, output in zip(truths, outputs, strict=True):
        body = json.dumps({"ground_truth": truth, "output": output}).encode()
        yield Case("/score", body, [grader.grade(truth, output).value])


def _batches(truths: list[str], outputs: list[str]) -> Iterator[Case]:
    grader = sfr.grader()
    for i in range(0, len(outputs), BATCH):
        part = truths[i : i + BATCH], outputs[i : i + BATCH]
        body = json.dumps(dict(zip(("ground_truth", "output"), part, strict=True))).encode()
        yield Case("/batch", body, [grade.value for grade in grader.grade_batch(*part)])


def _alone(cases: list[Case]) -> float:
    """Outputs a second without a server: the same requests, decoded beforehand, in the same order."""
    requests = [json.loads(case.body) for case in cases]
    grader = sfr.grader()
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < SECONDS:
        for request in requests:
            truth, output = request["ground_truth"], request["output"]
            if isinstance(output, str):
                grader.grade(truth, output)
                done += 1
            else:
                done += len(grader.grade_batch(truth, output))
    return done / (time.perf_counter() - start)


@contextmanager
def _served(*options: str) -> Iterator[int]:
    """A server in a process of its own, on a free port of this machine."""
    command = [sys.executable, "-m", "sfr", "serve", "--port", "0", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            ready = next(line for line in process.stdout or () if line.startswith("ready"))
            yield int(re.findall(r":(\d+),", ready)[0])
        finally:
            process.terminate()


def _load(port: int, cases: list[Case], clients: int) -> Load:
    """So many clients ask for some seconds, each over a connection of its own; every answer is checked."""
    end = time.perf_counter() + SECONDS
    waits: list[float] = []
    statuses: Counter[int] = Counter()
    counts = Counter[str]()
    lock = threading.Lock()

    def client(number: int) -> None:
        place = number * len(cases) // clients
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
            while time.perf_counter() < end:
                case = cases[place % len(cases)]
                place += 1
                start = time.perf_counter()
                status, body = _answer(connection, case)
                wait = time.perf_counter() - start
                right = status != 200 or _values(body) == case.values
                with lock:
                    statuses[status] += 1
                    counts["wrong"] += not right
                    if status == 200:
                        waits.append(wait)
                        counts["outputs"] += len(case.values)

    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(client, range(clients)))
    return Load(time.perf_counter() - start, sorted(waits), counts["outputs"], statuses, counts["wrong"])


def _answer(connection: http.client.HTTPConnection, case: Case) -> tuple[int, bytes]:
    """Status and body; status 0 where there was no answer."""
    try:
        connection.request("POST", case.path, case.body)
        answer = connection.getresponse()
        return answer.status, answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0, b""


def _values(body: bytes) -> list[float]:
    value = json.loads(body)["value"]
    return value if isinstance(value, list) else [value]


def _add(found: Table, name: str, clients: int, load: Load, alone: float) -> None:
    good, many = load.statuses[200], load.statuses[429]
    lost = sum(load.statuses.values()) - good - many
    rate = load.outputs / load.seconds
    found.add_row(
        name,
        str(clients),
        f"{good / load.seconds:,.0f}",
        f"{rate:,.0f}",
        f"{rate / alone:.2f}",
        f"{1_000 * load.wait(0.5):.1f}",
        f"{1_000 * load.wait(0.99):.1f}",
        f"{good:,}",
        f"{many:,}",
        f"[red]{lost:,}[/red]" if lost else "0",
        f"[red]{load.wrong:,}[/red]" if load.wrong else "0",
    )
