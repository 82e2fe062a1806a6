"""Rows of trainers, made of sentences of the sample."""

from sfr.data.exporting import prompted
from sfr.data.prompts import template
from sfr.data.trainer_rows import TRAINERS
from tests.training import example


def prompted_rows(trainer, sentences):
    """Sentences as rows of a trainer."""
    asked = [prompted(example(one), template("sa-records"), number) for number, one in enumerate(sentences)]
    return [TRAINERS[trainer].write(one) for one in asked]
