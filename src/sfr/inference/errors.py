"""What ends an inference."""

from __future__ import annotations

__all__ = ["InferenceError"]


class InferenceError(Exception):
    """A model cannot be had, loaded or asked; the message says what to do."""
