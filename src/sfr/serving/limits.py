"""What a client may do: with which token, how much at a time, and how slowly."""

from __future__ import annotations

import asyncio
import base64
import binascii
import hmac
from dataclasses import dataclass

from starlette.requests import Request

from sfr.serving.refusals import Refused

__all__ = ["Limits", "TokenError", "as_token", "check_token", "read_body"]

_MIN_TOKEN = 16


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of a request and of all: bytes of a body, outputs of a batch, requests in flight, seconds for a body."""

    body: int = 8 * 1024 * 1024
    batch: int = 1_024
    waiting: int = 512
    seconds: float = 30.0


class TokenError(ValueError):
    """A token that nobody should rely on."""


def as_token(text: str) -> str:
    """The token that an environment variable holds.

    Raises TokenError.
    """
    token = text.strip()
    if not (token.isascii() and token.isprintable() and " " not in token):
        raise TokenError("holds no token: expected printable ASCII characters without spaces")
    if len(token) < _MIN_TOKEN:
        raise TokenError(f"holds a token of {len(token)} characters; expected at least {_MIN_TOKEN}")
    return token


def check_token(authorization: str | None, token: str | None) -> None:
    """Refuse a request without the token that is asked for.

    It comes as ``Bearer TOKEN``, or as the password of ``Basic``, which clients that can send no header
    of their own make of an address such as ``http://sfr:TOKEN@host``.
    """
    if token is None:
        return
    scheme, _, credentials = (authorization or "").partition(" ")
    given = credentials.strip()
    if scheme.lower() == "basic":
        given = _password(given)
    if scheme.lower() not in {"bearer", "basic"} or not hmac.compare_digest(_bytes(given), _bytes(token)):
        problem = "expected the header Authorization: Bearer TOKEN, with the token of this server"
        raise Refused(401, "no valid token", [problem], {"WWW-Authenticate": "Bearer"})


def _password(credentials: str) -> str:
    try:
        text = base64.b64decode(credentials, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return ""
    return text.partition(":")[2]


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


async def read_body(request: Request, limits: Limits) -> bytes:
    """The body of a request; no more of it is read than is allowed, whatever its headers say.

    Raises Refused, and ClientDisconnect.
    """
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise Refused(415, "unknown encoding", ["expected a body without Content-Encoding"])
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.body:
        raise _too_large(limits)
    try:
        return await asyncio.wait_for(_collected(request, limits), limits.seconds)
    except asyncio.TimeoutError:
        problem = f"expected the whole request within {limits.seconds:g} s"
        raise Refused(408, "too slow", [problem], {"Connection": "close"}) from None


async def _collected(request: Request, limits: Limits) -> bytes:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > limits.body:
            raise _too_large(limits)
    return bytes(body)


def _too_large(limits: Limits) -> Refused:
    return Refused(413, "too large", [f"expected at most {limits.body:,} bytes"])
