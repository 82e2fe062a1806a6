"""The reward over HTTP, for trainers in other processes or languages; what ``sfr serve`` starts."""

from sfr.serving.app import application
from sfr.serving.limits import Limits, TokenError, as_token
from sfr.serving.running import bound, is_loopback, run
from sfr.serving.work import Workers

__all__ = ["Limits", "TokenError", "Workers", "application", "as_token", "bound", "is_loopback", "run"]
