"""Answers of a model that is loaded here, to the examples of a file or to texts, and what the right ones cost it."""

from sfr.inference.engines import Engine, EngineName, engine_for
from sfr.inference.errors import InferenceError
from sfr.inference.measuring import LossError, Measured, Measuring, measure
from sfr.inference.models import Model, find_model
from sfr.inference.predicting import predict
from sfr.inference.questions import Question
from sfr.inference.texts import Extracted, Texts, extract, extract_by_server

__all__ = [
    "Engine",
    "EngineName",
    "Extracted",
    "InferenceError",
    "LossError",
    "Measured",
    "Measuring",
    "Model",
    "Question",
    "Texts",
    "engine_for",
    "extract",
    "extract_by_server",
    "find_model",
    "measure",
    "predict",
]
