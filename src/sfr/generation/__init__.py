"""Predictions: a model is asked once for each example, by a server that speaks the OpenAI API, and nothing is lost."""

from sfr.generation.answers import Answer, UnusableAnswerError, read_answer
from sfr.generation.jobs import Failure, Generated, GenerateError, Job, Tally
from sfr.generation.journals import Journal, JournalError, journal_of
from sfr.generation.requests import Sampling, request_of
from sfr.generation.running import ask, generate
from sfr.generation.servers import Patience, RowFailedError, Server, ServerError

__all__ = [
    "Answer",
    "Failure",
    "GenerateError",
    "Generated",
    "Job",
    "Journal",
    "JournalError",
    "Patience",
    "RowFailedError",
    "Sampling",
    "Server",
    "ServerError",
    "Tally",
    "UnusableAnswerError",
    "ask",
    "generate",
    "journal_of",
    "read_answer",
    "request_of",
]
