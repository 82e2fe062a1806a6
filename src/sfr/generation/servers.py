"""Servers that speak the OpenAI API: how they are reached, how long one waits for them, and what goes wrong."""

from __future__ import annotations

import asyncio
import math
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from itertools import count
from typing import Any
from urllib.parse import urlsplit

from sfr.files import RowError, decode_line
from sfr.generation.answers import Answer, UnusableAnswerError, read_answer

__all__ = ["Connection", "Patience", "RowFailedError", "Server", "ServerError", "connected"]

_UNAUTHORIZED = 401
_NOT_FOUND = (404, 405)
_PASSING = {408, 409, 425, 429}
_OWN_FAULT = 500
_REDIRECTION = range(300, 400)
_GREETING = 30.0
_SHOWN = 300
_HEADERS = {
    "accept",
    "accept-encoding",
    "connection",
    "content-length",
    "content-type",
    "host",
    "transfer-encoding",
    "user-agent",
}
_CLIENT = "x-stainless-"  # what the client says about itself, and reads again when the response is there


class ServerError(Exception):
    """Something is wrong with the server, or with how it is asked, that would be wrong with every example."""


class RowFailedError(Exception):
    """An example has no answer, for a reason of its own or because the server failed too often."""


class _TroubleError(Exception):
    """Something went wrong that may not go wrong again; ``after`` is how many seconds the server asks to wait."""

    def __init__(self, what: str, after: float | None = None) -> None:
        super().__init__(what)
        self.after = after


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to put up with a server, in seconds and in numbers.

    A request is tried again up to ``retries`` times, after ``first`` seconds and then twice as many
    each time up to ``longest``, or after as many as the server asks for up to ``asked``. A run ends
    when ``failures`` examples have failed one after another.
    """

    retries: int = 5
    first: float = 0.5
    longest: float = 30.0
    asked: float = 120.0
    failures: int = 50

    def wait(self, attempt: int, after: float | None) -> float | None:
        """How long to wait after an attempt, counted from 0; None if there is to be no other."""
        if attempt >= self.retries or (after is not None and after > self.asked):
            return None
        if after is not None:
            return after
        most = min(self.first * 2.0 ** min(attempt, 60), self.longest)
        return most * random.uniform(0.75, 1)  # noqa: S311 - so that requests that failed together do not return together


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server is, the key to it, and how many seconds an answer may take.

    Raises ValueError when the address, the key or the seconds cannot be; the key is never shown.
    """

    url: str
    key: str | None = field(default=None, repr=False)
    timeout: float = 600.0
    patience: Patience = Patience()

    def __post_init__(self) -> None:
        parts = urlsplit(self.url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("expected an address such as http://127.0.0.1:8000/v1")
        if parts.username is not None or parts.password is not None:
            raise ValueError("an address holds no password here: put the key into an environment variable")
        if parts.query or parts.fragment:
            raise ValueError("expected an address without ? and #, such as http://127.0.0.1:8000/v1")
        if not 0 < self.timeout < math.inf:
            raise ValueError(f"expected a number of seconds to wait, found {self.timeout}")
        if self.key is not None and not (self.key.isascii() and self.key.isprintable() and self.key.strip()):
            raise ValueError("the key holds spaces alone, or characters that no key has")

    @property
    def is_here(self) -> bool:
        """Whether the server runs on this machine, so that no proxy leads to it."""
        host = urlsplit(self.url).hostname or ""
        try:
            return ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"

    def said(self, text: object) -> str:
        """What the server said, short and without the key."""
        shown = str(text)
        return (shown.replace(self.key, "***") if self.key else shown)[:_SHOWN]


class Connection:
    """A way to ask a server."""

    def __init__(self, server: Server, client: Any) -> None:
        self._server = server
        self._client = client
        self._models: list[str] = []

    async def greet(self) -> None:
        """See that the server is there and takes the key, and which models it has.

        Raises ServerError when it does not answer, at once and not after many attempts.
        """
        import openai

        server = self._server
        try:
            response = await asyncio.wait_for(
                self._client.models.with_raw_response.list(), min(_GREETING, server.timeout)
            )
        except (openai.APIConnectionError, asyncio.TimeoutError) as error:
            why = server.said(error.__cause__ or "no answer")
            raise ServerError(f"cannot reach {server.url}: {why}; is the server up, and that its address?") from None
        except openai.APIStatusError as error:
            if error.status_code == _UNAUTHORIZED or error.status_code in _REDIRECTION:
                raise self._refusal(error) from None
            return  # it need not have a list
        self._models = _names(response.content)

    async def ask(self, request: dict[str, Any], samples: int = 1) -> Answer:
        """The answer to a request for some samples, which is tried again while there is hope.

        Raises RowFailedError when there is none for this request, ServerError when there is none for any.
        """
        for attempt in count():
            try:
                return read_answer(await self._post(request), samples)
            except (_TroubleError, UnusableAnswerError) as trouble:
                wait = self._server.patience.wait(attempt, getattr(trouble, "after", None))
                if wait is None:
                    times = f" (asked {attempt + 1} times)" if attempt else ""
                    raise RowFailedError(self._server.said(trouble) + times) from None
            await asyncio.sleep(wait)
        raise AssertionError

    async def _post(self, request: dict[str, Any]) -> bytes:
        """The body of the response to a request."""
        import openai

        create = self._client.chat.completions.with_raw_response.create
        question = create(model=request["model"], messages=request["messages"], extra_body=request)
        try:
            response = await asyncio.wait_for(question, self._server.timeout)
        except (openai.APITimeoutError, asyncio.TimeoutError):
            raise _TroubleError(f"no answer within {self._server.timeout:g} s") from None
        except openai.APIConnectionError as error:
            raise _TroubleError(f"the connection failed: {error.__cause__ or error}") from None
        except openai.APIStatusError as error:
            raise self._refusal(error) from None
        return bytes(response.content)

    def _refusal(self, error: Any) -> Exception:
        """What a status that is not 200 means: the end of the run, of the example, or of the attempt."""
        server, status = self._server, error.status_code
        what = server.said(_message(error))
        if status == _UNAUTHORIZED:
            if server.key is None:
                return ServerError(f"{server.url} wants a key: put it into an environment variable and name that")
            return ServerError(f"{server.url} does not take the key: {what}; see that the variable holds the right one")
        if status in _NOT_FOUND:
            models = f"; it has: {server.said(', '.join(self._models))}" if self._models else ""
            return ServerError(f"{server.url} has no such model, or is not the address ({status}: {what}){models}")
        if status in _REDIRECTION:
            place = server.said(error.response.headers.get("location", "elsewhere"))
            return ServerError(f"{server.url} sends on to {place}; name that address if it is the right one")
        if status in _PASSING or status >= _OWN_FAULT:
            return _TroubleError(f"{status}: {what}", _asked_wait(error.response.headers.get("retry-after")))
        return RowFailedError(f"{status}: {what}")


@asynccontextmanager
async def connected(server: Server) -> AsyncIterator[Connection]:
    """A connection to a server.

    Nothing goes along with a request but the key that was named, whatever the environment holds for
    other servers, and no redirection is followed. A server on this machine is asked without a proxy.

    Raises ValueError when openai is not there.
    """
    try:
        import openai
    except ImportError:
        msg = "asking a server takes openai: python -m pip install 'sfr[generate]'"
        raise ValueError(msg) from None

    async def strip(request: Any) -> None:
        for name in set(request.headers) - _HEADERS:
            if not name.startswith(_CLIENT):
                del request.headers[name]
        if server.key is not None:
            request.headers["Authorization"] = f"Bearer {server.key}"

    transport = openai.DefaultAsyncHttpxClient(
        trust_env=not server.is_here, follow_redirects=False, event_hooks={"request": [strip]}
    )
    async with openai.AsyncOpenAI(
        api_key="none", base_url=server.url, max_retries=0, timeout=server.timeout, http_client=transport
    ) as client:
        yield Connection(server, client)


def _message(error: Any) -> object:
    """What a server says about a status: the message in its JSON, or all of its text."""
    body = error.body
    if isinstance(body, dict):
        return body.get("message") or body.get("detail") or body
    return error.response.text.strip() or error.response.reason_phrase


def _names(body: bytes) -> list[str]:
    """The models in a server's list; none if it is not as it should be."""
    try:
        return [str(model["id"]) for model in decode_line(body)["data"]]
    except (RowError, TypeError, KeyError):
        return []


def _asked_wait(header: str | None) -> float | None:
    """The seconds of a Retry-After, which is a number of them or a date."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(header).timestamp() - time.time()
        except (ValueError, OverflowError):
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None
