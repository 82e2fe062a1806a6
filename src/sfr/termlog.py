"""A journal of rewards: JSON lines in a folder, a file for each process that scores."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

from sfr.files import encode_line

__all__ = ["TermLog"]

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TermLog:
    """Lines that are appended to ``FOLDER/terms-HOST-PROCESS.jsonl``, each call in one piece.

    A training does not end because its journal cannot be written, on a full disk say: the first
    failure is a warning of the logger ``sfr.termlog``, and what comes after it is dropped.
    """

    folder: Path
    _failed: list[str] = field(default_factory=list, init=False, repr=False, compare=False)

    @property
    def path(self) -> Path:
        """The file of this process."""
        return self.folder / f"terms-{socket.gethostname()}-{os.getpid()}.jsonl"

    @cached_property
    def _lock(self) -> Lock:
        return Lock()

    def write(self, lines: Iterable[Mapping[str, Any]]) -> None:
        """Append some lines."""
        data = "".join(f"{encode_line(dict(line))}\n" for line in lines).encode()
        if self._failed or not data:
            return
        try:
            with self._lock:
                self.folder.mkdir(parents=True, exist_ok=True)
                with self.path.open("ab", buffering=0) as file:
                    file.write(data)
        except OSError as error:
            self._failed.append(str(error))
            _log.warning("the terms of rewards are logged no longer: %s", error)

    def __getstate__(self) -> dict[str, Any]:
        """The folder; a lock stays in its process."""
        return {"folder": self.folder, "_failed": []}
