"""Rewards and metrics for training language models to extract information.

``sfr.reward("ner").score(gold, output)`` is the whole of it; ``sfr.parse`` reads what a model wrote,
``sfr.coverage``, ``sfr.f1``, ``sfr.symmetric_difference`` and ``sfr.jaccard_distance`` are the measures.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from sfr._version import __version__

if TYPE_CHECKING:
    from sfr.formats import FORMATS as FORMATS
    from sfr.formats import dump as dump
    from sfr.grading import BadGoldError as BadGoldError
    from sfr.grading import Grade as Grade
    from sfr.grading import Grader as Grader
    from sfr.grading import configured as configured
    from sfr.grading import grader as grader
    from sfr.grading import group_shares as group_shares
    from sfr.matching import Counts as Counts
    from sfr.matching import Match as Match
    from sfr.matching import argument_counts as argument_counts
    from sfr.matching import match_trigger_groups as match_trigger_groups
    from sfr.measures import coverage as coverage
    from sfr.measures import f1 as f1
    from sfr.measures import jaccard_distance as jaccard_distance
    from sfr.measures import symmetric_difference as symmetric_difference
    from sfr.normalize import Normalizer as Normalizer
    from sfr.parsing import Parsed as Parsed
    from sfr.parsing import ParseError as ParseError
    from sfr.parsing import Problem as Problem
    from sfr.parsing import parse as parse
    from sfr.rewards import EEReward as EEReward
    from sfr.rewards import NERReward as NERReward
    from sfr.rewards import REReward as REReward
    from sfr.rewards import Reward as Reward
    from sfr.rewards import Score as Score
    from sfr.rewards import from_signature as from_signature
    from sfr.rewards import reward as reward
    from sfr.schema import Schema as Schema
    from sfr.structures import Argument as Argument
    from sfr.structures import Entity as Entity
    from sfr.structures import Event as Event
    from sfr.structures import Extraction as Extraction
    from sfr.structures import Relation as Relation
    from sfr.turns import after_prompt as after_prompt
    from sfr.turns import answer_text as answer_text
    from sfr.turns import without_end as without_end
    from sfr.units import EEUnits as EEUnits
    from sfr.units import NERUnits as NERUnits
    from sfr.units import REUnits as REUnits
    from sfr.units import ee_units as ee_units
    from sfr.units import ner_units as ner_units
    from sfr.units import re_units as re_units

# Names are loaded when they are first asked for: a trainer imports this package in every worker,
# and most of them never score.
_HOMES = {
    "formats": ("FORMATS", "dump"),
    "grading": ("BadGoldError", "Grade", "Grader", "configured", "grader", "group_shares"),
    "matching": ("Counts", "Match", "argument_counts", "match_trigger_groups"),
    "measures": ("coverage", "f1", "jaccard_distance", "symmetric_difference"),
    "normalize": ("Normalizer",),
    "parsing": ("ParseError", "Parsed", "Problem", "parse"),
    "rewards": ("EEReward", "NERReward", "REReward", "Reward", "Score", "from_signature", "reward"),
    "schema": ("Schema",),
    "structures": ("Argument", "Entity", "Event", "Extraction", "Relation"),
    "turns": ("after_prompt", "answer_text", "without_end"),
    "units": ("EEUnits", "NERUnits", "REUnits", "ee_units", "ner_units", "re_units"),
}

__all__ = ["__version__", *(name for names in _HOMES.values() for name in names)]  # noqa: PLE0604


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names:
            value = globals()[name] = getattr(import_module(f"sfr.{home}"), name)
            return value
    msg = f"module 'sfr' has no attribute {name!r}"
    raise AttributeError(msg)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
