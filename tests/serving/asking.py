"""Asks an application for rewards: within this process, or over a real connection."""

import asyncio
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvicorn

from sfr.serving import Limits, Workers, application
from tests.adapters.driving import truth_of

TOKEN = "a-token-for-tests-0123456789"
SECONDS = 60


@dataclass(frozen=True)
class Reply:
    status: int
    body: bytes
    headers: dict = field(default_factory=dict)

    @property
    def json(self):
        """The JSON of the body; a constant that JSON does not know is an error."""
        return json.loads(self.body, parse_constant=_refuse)


def _refuse(constant):
    raise AssertionError(f"not JSON: {constant}")


def as_bytes(body):
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def request_of(row):
    """The request for the reward of a row of the sample."""
    return {"ground_truth": truth_of(row), "output": row["output"]}


def batch_of(rows):
    return {"ground_truth": [truth_of(row) for row in rows], "output": [row["output"] for row in rows]}


# -- within this process ------------------------------------------------------------------------------


async def ask_async(app, method, path, parts=(), headers=()):
    """What an application answers to a body in parts; without a length in the headers, as for a chunked one."""
    waiting = list(parts) or [b""]
    sent = []

    async def receive():
        if not waiting:
            return {"type": "http.disconnect"}
        part = waiting.pop(0)
        if callable(part):
            await part()
            part = b""
        return {"type": "http.request", "body": part, "more_body": bool(waiting)}

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in dict(headers).items()],
    }
    try:
        await app(scope, receive, send)
    except RuntimeError as error:  # as a server does: it notes what the application did not expect, and goes on
        if not sent:
            raise AssertionError("no answer") from error
    start, *bodies = sent
    answered = {name.decode(): value.decode() for name, value in start["headers"]}
    return Reply(start["status"], b"".join(message.get("body", b"") for message in bodies), answered)


class Within:
    """An application in this process, and short ways to ask it."""

    def __init__(self, app):
        self.app = app

    def ask(self, method, path, *parts, **headers):
        return asyncio.run(ask_async(self.app, method, path, parts, _named(headers)))

    def post(self, path, body, **headers):
        data = as_bytes(body)
        return self.ask("POST", path, data, content_length=str(len(data)), **headers)


def _named(headers):
    return {name.replace("_", "-"): value for name, value in headers.items()}


@contextmanager
def within(grader, *, token=None, processes=1, **limits):
    bounds = Limits(**limits)
    workers = Workers(grader, processes=processes, max_batch=bounds.batch)
    try:
        yield Within(application(workers, bounds, token=token))
    finally:
        workers.close()


@contextmanager
def listening(app, protocol):
    """The application behind a real socket, in a thread of this process; its port."""
    server = uvicorn.Server(
        uvicorn.Config(app, http=protocol, ws="none", lifespan="off", log_config=None, access_log=False)
    )
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(SECONDS)


# -- the command, in a process of its own -------------------------------------------------------------


class Served:
    """A running ``sfr serve``."""

    def __init__(self, process, port, said):
        self.process = process
        self.port = port
        self.said = said

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=SECONDS)

    def ask(self, method, path, body=None, *, connection=None, **headers):
        own = connection or self.connect()
        try:
            own.request(method, path, body, _named(headers))
            answer = own.getresponse()
            return Reply(answer.status, answer.read(), {name.lower(): value for name, value in answer.getheaders()})
        finally:
            if connection is None:
                own.close()

    def post(self, path, body, **more):
        return self.ask("POST", path, as_bytes(body), **more)

    def metric(self, line):
        """The number behind a name with its labels."""
        text = self.ask("GET", "/metrics").body.decode()
        found = re.findall(rf"^{re.escape(line)} (.+)$", text, re.MULTILINE)
        return float(found[0]) if found else 0.0

    def stop(self, number=signal.SIGTERM):
        """End it: by SIGINT as a terminal does, which sends it to all processes, else as a service manager does."""
        if number == signal.SIGINT:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        return self.process.wait(SECONDS)


def command(*arguments):
    return [sys.executable, "-m", "sfr", "serve", *map(str, arguments)]


def variables(**more):
    return {**os.environ, "PYTHONWARNINGS": "error", "PYTHONUTF8": "1", **more}


@contextmanager
def served(*arguments, **environment):
    """A server on a port that is free, until the end of the block."""
    process = subprocess.Popen(
        command("--port", 0, *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=variables(**environment),
        start_new_session=True,
    )
    said = []
    try:
        for line in process.stdout:
            said.append(line.rstrip("\n"))
            if line.startswith("ready"):
                break
        else:
            raise AssertionError(f"it did not start: {process.stderr.read()}")
        yield Served(process, int(re.search(r":(\d+),", said[-1])[1]), said)
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        process.stdout.close()
        process.stderr.close()
        process.wait()


def until(condition):
    """Wait for something to be true."""
    end = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < end, "it never was"
        time.sleep(0.005)
