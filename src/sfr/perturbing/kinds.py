"""The perturbations as values: fourteen, as a task and a way to perturb its examples make one."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from sfr.examples import Example
from sfr.perturbing.context import change_context
from sfr.perturbing.extending import extend_sentence
from sfr.perturbing.inventories import Inventory
from sfr.perturbing.lowercasing import lowercase
from sfr.perturbing.replacing import replace_entity, replace_trigger, replace_triple
from sfr.perturbing.typos import inject_typos
from sfr.structures import TASKS, Task, as_task

__all__ = ["PERTURBATIONS", "Perturbation", "perturbation", "perturbations"]

Change = Callable[[Example, random.Random, Inventory], Example | None]


@dataclass(frozen=True, slots=True)
class Perturbation:
    """A way to perturb the examples of some tasks.

    ``title`` is its name in the paper on RUIE-Bench, and ``inferred`` says what that paper leaves open and is decided here.
    """

    name: str
    title: str
    tasks: tuple[Task, ...]
    inferred: str
    change: Change = field(repr=False)

    def __call__(self, example: Example, rng: random.Random, corpus: Inventory) -> Example | None:
        """The example with another text and the gold of that text, under the same id.

        None when the example cannot be perturbed so, or only to the same text. ``corpus`` is what the data set
        of the example has to offer. Raises ValueError for an example of another task.
        """
        if example.task not in self.tasks:
            msg = f"{self.name} is for {', '.join(self.tasks)}, not for {example.task}: example {example.id!r}"
            raise ValueError(msg)
        found = self.change(example, rng, corpus)
        return None if found is None or found.text == example.text else found


PERTURBATIONS = (
    Perturbation(
        "replace-entity",
        "Replace Entity",
        ("ner",),
        "how many entities, and that an entity changes wherever it is written; the substitute is of the same type,"
        " from the corpus, and not in the sentence",
        replace_entity,
    ),
    Perturbation(
        "replace-triple",
        "Replace Triple",
        ("re",),
        "that head and tail of one relation change together, to those of another relation of the same type",
        replace_triple,
    ),
    Perturbation(
        "replace-trigger",
        "Replace Trigger",
        ("ee",),
        "that one trigger changes, to another of the same event type and inflection; arguments stay",
        replace_trigger,
    ),
    Perturbation(
        "change-context",
        "Change Context",
        ("ner", "ee"),
        "how many words, and which: words in small letters that are neither gold nor function words, refilled with"
        " words that the corpus has between such neighbours",
        change_context,
    ),
    Perturbation(
        "extend-sentence",
        "Extend Sentence",
        TASKS,
        "the wording, which is ours and holds nothing to extract, and where it is put in",
        extend_sentence,
    ),
    Perturbation(
        "typo-injection",
        "Typo Injection",
        TASKS,
        "that typos are in values of the gold, for events in triggers; one swapped, missing, added or wrong letter in"
        " a word of four letters or more, never the first",
        inject_typos,
    ),
    Perturbation(
        "lowercase",
        "Lowercase Conversion",
        TASKS,
        "that the gold becomes small with the sentence",
        lowercase,
    ),
)
"""All of them, in the order of the paper: five for entities, four for relations, five for events."""


def perturbations(task: str) -> tuple[Perturbation, ...]:
    """The perturbations of a task.

    Raises ValueError for a name that is no task's.

    >>> [kind.name for kind in perturbations("re")]
    ['replace-triple', 'extend-sentence', 'typo-injection', 'lowercase']
    """
    known = as_task(task)
    return tuple(kind for kind in PERTURBATIONS if known in kind.tasks)


def perturbation(name: str) -> Perturbation:
    """The perturbation of that name.

    Raises ValueError for any other name.
    """
    for kind in PERTURBATIONS:
        if kind.name == name:
            return kind
    msg = f"unknown perturbation {name!r}; known: {', '.join(kind.name for kind in PERTURBATIONS)}"
    raise ValueError(msg)
