"""Answers of a model that is loaded here, to the examples of a file or to texts on their own."""

from sfr.inference.engines import Engine, EngineName, engine_for
from sfr.inference.errors import InferenceError
from sfr.inference.models import Model, find_model
from sfr.inference.predicting import predict
from sfr.inference.questions import Question
from sfr.inference.texts import Extracted, Texts, extract, extract_by_server

__all__ = [
    "Engine",
    "EngineName",
    "Extracted",
    "InferenceError",
    "Model",
    "Question",
    "Texts",
    "engine_for",
    "extract",
    "extract_by_server",
    "find_model",
    "predict",
]
