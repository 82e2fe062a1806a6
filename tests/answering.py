"""A server on this machine that answers like one of a language model, and fails in the ways that servers fail."""

import json
import socket
import struct
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = "sk-0123456789abcdef"


def completion(*texts, finish="stop", tokens=7):
    """A whole answer."""
    choices = [
        {"index": index, "message": {"role": "assistant", "content": text}, "finish_reason": finish}
        for index, text in enumerate(texts)
    ]
    return {"object": "chat.completion", "choices": choices, "usage": {"completion_tokens": tokens}}


def says(*texts, **more):
    return sends(completion(*texts, **more))


def sends(value, status=200, **headers):
    """Sends JSON, or bytes as they are."""
    body = value if isinstance(value, bytes) else json.dumps(value).encode()

    def reply(handler):
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", str(len(body)))
        for name, content in headers.items():
            handler.send_header(name.replace("_", "-"), content)
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def fails(status, message="no", **headers):
    return sends({"error": {"message": message, "code": status}}, status, **headers)


def is_cut(handler):
    """Promises more than it sends."""
    whole = json.dumps(completion("whole")).encode()
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(whole)))
    handler.end_headers()
    handler.wfile.write(whole[:-10])
    handler.close_connection = True


def is_cut_unseen(handler):
    """Promises nothing, and ends before its JSON does."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(json.dumps(completion("whole")).encode()[:-10])


def breaks_chunk(handler):
    """Ends in the middle of a chunk."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    handler.wfile.write(b'40\r\n{"choices": [')
    handler.close_connection = True


def resets(handler):
    """Hangs up without a word."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.close_connection = True


def hangs(handler):
    """Says nothing until the server ends."""
    handler.server.ended.wait(5)
    handler.close_connection = True


def drips(handler):
    """Says a little again and again, but never all."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000000")
    handler.end_headers()
    while not handler.server.ended.wait(0.02):
        handler.wfile.write(b" ")


class Loopback(ThreadingHTTPServer):
    """Answers what is in ``replies`` for a prompt that holds its key, one after another, and else ``reply``."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self):
        super().__init__(("127.0.0.1", 0), _Handler)
        self.ended = threading.Event()
        self.models = sends({"data": [{"id": "tiny"}, {"id": "other"}]})
        self.replies = defaultdict(list)
        self.reply = lambda request: says(*[f"answer to {prompt_in(request)}"] * request.get("n", 1))
        self.pause = 0.0
        self.wait = lambda: time.sleep(self.pause)
        self.requests = []
        self.headers = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_port}/v1"

    def chosen(self, request):
        for key, replies in self.replies.items():
            if key in prompt_in(request) and replies:
                return replies.pop(0)
        return self.reply(request)

    def handle_error(self, request, client_address):
        """A client that hangs up is no error of the server's."""


def prompt_in(request):
    return request["messages"][0]["content"]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # or every answer takes 40 ms

    def do_GET(self):
        self.server.headers.append(self.headers)
        self.server.models(self)

    def do_POST(self):
        server = self.server
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        with server.lock:
            server.requests.append(request)
            server.headers.append(self.headers)
            server.at_once += 1
            server.most_at_once = max(server.most_at_once, server.at_once)
            reply = server.chosen(request)
        server.wait()
        with server.lock:
            server.at_once -= 1
        reply(self)

    def log_message(self, *_):
        """Nothing is logged."""


@contextmanager
def loopback():
    """A server for as long as it is wanted."""
    with Loopback() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.ended.set()
            server.shutdown()
            thread.join()
