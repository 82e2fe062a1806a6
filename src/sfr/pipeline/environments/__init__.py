"""The Python environments of the trainers: what goes into each, how one is made, and whether one will do."""

from sfr.pipeline.environments.checking import problems_of
from sfr.pipeline.environments.descriptions import ENVIRONMENTS, Environment, InstallError, environment_of
from sfr.pipeline.environments.installing import install
from sfr.pipeline.environments.interpreters import versions
from sfr.pipeline.environments.places import place_of, python_of

__all__ = [
    "ENVIRONMENTS",
    "Environment",
    "InstallError",
    "environment_of",
    "install",
    "place_of",
    "problems_of",
    "python_of",
    "versions",
]
