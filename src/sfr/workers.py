"""Work on many items, in chunks and in order, on as many processes as wanted."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Any, TypeVar

__all__ = ["end_with_parent", "in_order"]

_CHUNK = 256
_AHEAD = 4  # chunks a process has waiting

Item = TypeVar("Item")
Result = TypeVar("Result")


def in_order(
    job: Callable[[list[Item]], Result], items: Iterable[Item], processes: int = 1, chunk: int = _CHUNK
) -> Iterator[Result]:
    """What ``job`` makes of the items, chunk by chunk, in the order of the items.

    With more than one process ``job`` is pickled once for each; the results are the same.
    """
    chunks = _chunks(items, chunk)
    if processes == 1:
        yield from map(job, chunks)
        return
    with ProcessPoolExecutor(processes, get_context("spawn"), _adopt, (job,)) as pool:
        waiting: deque[Future[Result]] = deque()
        for part in chunks:
            waiting.append(pool.submit(_work, part))
            if len(waiting) > _AHEAD * processes:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _chunks(items: Iterable[Item], size: int) -> Iterator[list[Item]]:
    items = iter(items)
    while chunk := list(islice(items, size)):
        yield chunk


_job: Callable[[Any], Any] | None = None  # of a worker process: it keeps its caches from chunk to chunk


def _adopt(job: Callable[[Any], Any]) -> None:
    global _job  # noqa: PLW0603
    _job = job
    end_with_parent()


def end_with_parent() -> None:
    """See to it that this worker ends when the process that started it has ended, however it did."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(items: list[Any]) -> Any:
    if _job is None:
        msg = "a worker was started without its job"
        raise RuntimeError(msg)
    return _job(items)
