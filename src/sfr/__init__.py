"""Rewards and metrics for training language models to extract information.

The reward alone needs nothing but this package: ``sfr.reward("ner").score(gold, output)``.
"""

from sfr._version import __version__
from sfr.formats import FORMATS, dump
from sfr.matching import Counts, Match, argument_counts, match_trigger_groups
from sfr.measures import coverage, f1, jaccard_distance, symmetric_difference
from sfr.normalize import Normalizer
from sfr.parsing import Parsed, ParseError, Problem, parse
from sfr.rewards import EEReward, NERReward, REReward, Reward, Score, from_signature, reward
from sfr.schema import Schema
from sfr.structures import Argument, Entity, Event, Extraction, Relation
from sfr.units import EEUnits, NERUnits, REUnits, ee_units, ner_units, re_units

__all__ = [
    "FORMATS",
    "Argument",
    "Counts",
    "EEReward",
    "EEUnits",
    "Entity",
    "Event",
    "Extraction",
    "Match",
    "NERReward",
    "NERUnits",
    "Normalizer",
    "ParseError",
    "Parsed",
    "Problem",
    "REReward",
    "REUnits",
    "Relation",
    "Reward",
    "Schema",
    "Score",
    "__version__",
    "argument_counts",
    "coverage",
    "dump",
    "ee_units",
    "f1",
    "from_signature",
    "jaccard_distance",
    "match_trigger_groups",
    "ner_units",
    "parse",
    "re_units",
    "reward",
    "symmetric_difference",
]
