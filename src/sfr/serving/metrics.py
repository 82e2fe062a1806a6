"""What is counted, as Prometheus reads it."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from sfr.serving.work import Answer

__all__ = ["Metrics"]

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The counters of one server."""

    content_type = CONTENT_TYPE_LATEST

    def __init__(self) -> None:
        """Begin at nothing."""
        self._registry = every = CollectorRegistry()
        self.requests = Counter("sfr_requests", "Requests that were answered.", ["path", "status"], registry=every)
        self.seconds = Histogram(
            "sfr_request_seconds",
            "Seconds from a request to its answer.",
            ["path"],
            buckets=_BUCKETS,
            registry=every,
        )
        self.in_flight = Gauge("sfr_in_flight", "Requests for rewards that are under way.", registry=every)
        self.refused = Counter(
            "sfr_refused", "Requests that were refused because too many were under way.", registry=every
        )
        self.outputs = Counter(
            "sfr_outputs", "Outputs that were graded; the task is none for bad gold.", ["task"], registry=every
        )
        self.unparsable = Counter("sfr_unparsable", "Outputs that could not be read.", registry=every)

    def graded(self, answer: Answer) -> None:
        """Count what was graded."""
        for task, many in answer.outputs.items():
            self.outputs.labels(task).inc(many)
        self.unparsable.inc(answer.unparsable)

    def text(self) -> bytes:
        """All of it."""
        return generate_latest(self._registry)
