"""The application: paths, and what every request goes through."""

from __future__ import annotations

import time
from http import HTTPStatus
from typing import Any

from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sfr._version import __version__
from sfr.serving.conventions import CONVENTIONS
from sfr.serving.limits import Limits, check_token, read_body
from sfr.serving.metrics import Metrics
from sfr.serving.refusals import Refused, as_json, problem_body
from sfr.serving.work import Workers

__all__ = ["application"]

_OPEN = "/health"
_PATHS = frozenset({*CONVENTIONS, _OPEN, "/metrics"})
_JSON = "application/json"
_GONE = 499  # what servers note when nobody is there any more to read an answer


def application(workers: Workers, limits: Limits | None = None, *, token: str | None = None) -> Starlette:
    """The reward as an ASGI application; with a token, every path but ``/health`` asks for it."""
    bounds, metrics = limits or Limits(), Metrics()

    async def grade(request: Request) -> Response:
        try:
            body = await read_body(request, bounds)
        except ClientDisconnect:
            return Response(status_code=_GONE)
        answer = await workers.answer(request.url.path, body)
        metrics.graded(answer)
        return Response(answer.body, answer.status, media_type=_JSON)

    async def health(_: Request) -> Response:
        return Response(as_json({"status": "ok", "version": __version__}), media_type=_JSON)

    async def counted(_: Request) -> Response:
        return Response(metrics.text(), headers={"Content-Type": metrics.content_type})

    app = Starlette(
        routes=[
            *(Route(path, grade, methods=["POST"]) for path in CONVENTIONS),
            Route(_OPEN, health),
            Route("/metrics", counted),
        ],
        middleware=[Middleware(_Gate, limits=bounds, token=token, metrics=metrics)],
        exception_handlers={HTTPException: _no_such, Refused: _refused, Exception: _failed},
    )
    app.router.redirect_slashes = False
    return app


class _Gate:
    """Counts every request, asks for the token, and lets only so many in at a time."""

    def __init__(self, app: ASGIApp, *, limits: Limits, token: str | None, metrics: Metrics) -> None:
        self._app = app
        self._limits = limits
        self._token = token
        self._metrics = metrics
        self._inside = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        path = scope["path"] if scope["path"] in _PATHS else "other"
        status = HTTPStatus.INTERNAL_SERVER_ERROR.value

        async def noted(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._let_in(scope, receive, noted)
        finally:
            self._metrics.requests.labels(path, str(status)).inc()
            self._metrics.seconds.labels(path).observe(time.perf_counter() - start)

    async def _let_in(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._check(scope)
        except Refused as refused:
            await _problem(refused)(scope, receive, send)
            return
        if scope["path"] not in CONVENTIONS:
            await self._app(scope, receive, send)
            return
        self._inside += 1
        self._metrics.in_flight.set(self._inside)
        try:
            await self._app(scope, receive, send)
        finally:
            self._inside -= 1
            self._metrics.in_flight.set(self._inside)

    def _check(self, scope: Scope) -> None:
        """Refuse a request without the token, and one too many."""
        if scope["path"] != _OPEN:
            check_token(Headers(scope=scope).get("authorization"), self._token)
        if scope["path"] in CONVENTIONS and self._inside >= self._limits.waiting:
            self._metrics.refused.inc()
            problem = f"{self._limits.waiting:,} requests are under way; ask again later"
            raise Refused(429, "too many requests", [problem], {"Retry-After": "1"})


def _problem(refused: Refused) -> Response:
    body = problem_body(refused.error, refused.problems)
    return Response(body, refused.status, refused.headers, media_type=_JSON)


# Starlette would run handlers in a thread if they were no coroutines.


async def _refused(_: Request, refused: Any) -> Response:
    return _problem(refused)


async def _no_such(request: Request, error: Any) -> Response:
    problem = {
        HTTPStatus.NOT_FOUND: f"no path {request.url.path}; there are {', '.join(sorted(_PATHS))}",
        HTTPStatus.METHOD_NOT_ALLOWED: f"{request.method} is not for {request.url.path}",
    }.get(HTTPStatus(error.status_code), str(error.detail))
    phrase = HTTPStatus(error.status_code).phrase.lower()
    return Response(problem_body(phrase, [problem]), error.status_code, error.headers, media_type=_JSON)


async def _failed(request: Request, error: Exception) -> Response:
    """Nothing of what went wrong within is sent; the server writes it to standard error."""
    del request, error
    return Response(problem_body("internal error"), HTTPStatus.INTERNAL_SERVER_ERROR, media_type=_JSON)
