"""Connections that are not waited for without end."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["PatientProtocol"]


class PatientProtocol(H11Protocol):
    """HTTP/1.1 for clients that may be slow, but not for ever.

    uvicorn bounds the quiet between two requests alone. Here the head of a request must have come some
    seconds after the connection was made or after its first byte, and what is left of a body that was
    refused is taken in no longer than that. Answers that nobody fetches go with the connection.
    """

    patience = 10.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on, unless a whole head has come."""
        super().data_received(data)
        if self._is_at_work:
            self._wait_no_more()
        elif self._deadline is None:
            self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._wait_no_more()
        super().connection_lost(exc)

    def timeout_keep_alive_handler(self) -> None:
        """End a connection that has been quiet for long, even if it has not taken its answer."""
        self.transport.abort()

    @property
    def _is_at_work(self) -> bool:
        """Whether there is a request without an answer; it has bounds of its own."""
        cycle = getattr(self, "cycle", None)  # None before the first one, whatever its type says
        return cycle is not None and not cycle.response_complete

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self.patience, self._give_up)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        self._deadline = None
        if not self._is_at_work:
            self.transport.abort()
