"""What a system wrote, brought together with what was to be found."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from sfr.files import RowError
from sfr.predictions._fields import Reference, Units, extraction_of_units, reference_of
from sfr.predictions._gold import GoldIndex
from sfr.predictions._prediction import Prediction, Problems
from sfr.structures import Extraction, Task

__all__ = ["Align", "Answer", "Join", "Missing"]

Missing = Literal["refuse", "empty"]
"""What becomes of gold without a prediction: it is a problem, or its output counts as empty."""

Align = Literal["check", "trust"]
"""Whether the text of an example must stand in the prompt that its output is an answer to."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a system wrote for an example, and by what the example is found.

    In gold files an example is found by its ``position`` if there is one, else by ``request`` or by
    ``id`` and ``dataset``, else by ``own``, the object with gold that came with the answer. Without
    gold files ``own`` is the gold. ``failure`` says why there is no output.
    """

    place: str
    number: int
    outputs: tuple[str | Units, ...] = ()
    tokens: tuple[int, ...] = ()
    problems: tuple[str, ...] = ()
    id: str | None = None
    dataset: str | None = None
    request: str | None = None
    position: int | None = None
    own: Mapping[str, Any] | None = None
    prompt: str | None = None
    failure: str = ""


class Join:
    """Answers with their gold; what is wrong goes to ``problems``, what is worth a word to ``notes``."""

    def __init__(  # noqa: PLR0913, PLR0917 - what all kinds have in common
        self,
        gold: GoldIndex | None,
        task: Task | None,
        missing: Missing,
        align: Align,
        problems: Problems,
        notes: list[str],
    ) -> None:
        self._gold = gold
        self._task = task
        self._missing = missing
        self._checks = align == "check" and gold is not None
        self._problems = problems
        self._notes = notes
        self._samples = 0
        self._seen: dict[int | tuple[str, str], str] = {}
        self._failures: dict[int, tuple[str, str]] = {}
        self._taken: dict[int, int] = {}

    def __call__(self, answers: Iterable[Answer]) -> Iterator[Prediction]:
        """The predictions, in the order of the answers; examples without one come last."""
        for answer in answers:
            try:
                if answer.failure:
                    self._fail(answer)
                    continue
                prediction = self._prediction(answer)
            except RowError as error:
                self._problems.add(answer.place, error.problems)
            else:
                yield prediction
        if self._gold is not None:
            yield from self._rest(self._gold)

    def _fail(self, answer: Answer) -> None:
        """Keep why a request failed; it may stand again further down, and have gone well."""
        if self._gold is None or answer.problems:
            raise RowError([*answer.problems, f"the request failed: {answer.failure}"])
        self._failures[self._position(self._gold, answer)] = answer.place, answer.failure

    def _prediction(self, answer: Answer) -> Prediction:
        """The prediction of an answer.

        Raises RowError with everything that is wrong with it.
        """
        problems = list(answer.problems)
        reference = None
        outputs: tuple[str | Extraction, ...] = ()
        try:
            reference = self._reference(answer)
            outputs = tuple(
                output if isinstance(output, str) else extraction_of_units(output, reference.task, reference.text)
                for output in answer.outputs
            )
        except RowError as error:
            problems += error.problems
        if reference is not None and self._checks and not _stands_in(reference.text, answer.prompt):
            problems.append(f"text: that of {reference.id!r} does not stand there: {reference.text!r:.60}")
        if problems or reference is None:
            raise RowError(problems)
        self._samples = self._samples or len(outputs)
        if len(outputs) != self._samples:
            raise RowError([f"outputs: expected {self._samples} as in the first row, found {len(outputs)}"])
        return _predicted(reference, outputs, answer.tokens, answer.place)

    def _reference(self, answer: Answer) -> Reference:
        """What was to be found.

        Raises RowError when that cannot be said, or an example comes twice.
        """
        if self._gold is None:
            own = answer.own or {}
            reference = reference_of(own, self._task, answer.number)
            if own.get("id") is not None:
                self._once((reference.dataset, reference.id), reference.id, answer)
            return reference
        position = self._position(self._gold, answer)
        self._once(position, answer.request or answer.id or "the example", answer)
        try:
            return self._gold.reference(position)
        except RowError as error:
            where = self._gold.place(position)
            raise RowError([f"{where}: {problem}" for problem in error.problems]) from None

    def _position(self, gold: GoldIndex, answer: Answer) -> int:
        """Where the gold of an answer is."""
        if answer.position is not None:
            return gold.check(answer.position)
        if answer.request is not None:
            return gold.find_request(answer.request)
        if answer.id is not None:
            return gold.find(answer.id, answer.dataset)
        if answer.own is None:
            raise RowError(["id: missing; by it the gold of an answer is found"])
        same = gold.find_same(answer.own)  # which of several that are the same makes no difference
        taken = self._taken.get(same[0], 0)
        self._taken[same[0]] = taken + 1
        return same[min(taken, len(same) - 1)]

    def _once(self, key: int | tuple[str, str], name: str, answer: Answer) -> None:
        if key in self._seen:
            raise RowError(
                [f"id: {name!r} stands at {self._seen[key]} already; samples of one example go into outputs"]
            )
        self._seen[key] = answer.place

    def _rest(self, gold: GoldIndex) -> Iterator[Prediction]:
        """Empty predictions for the gold without one, where that is wanted."""
        left = [position for position in range(len(gold)) if position not in self._seen]
        if self._missing == "refuse":
            for position in left:
                place, failure = self._failures.get(position, (gold.place(position), ""))
                why = f"the request failed: {failure}" if failure else "there is no prediction for this example"
                self._problems.add(place, [why])
            return
        self._note(left, len(gold))
        for position in left:
            try:
                yield _predicted(gold.reference(position), ("",) * (self._samples or 1), (), gold.place(position))
            except RowError as error:
                self._problems.add(gold.place(position), error.problems)

    def _note(self, left: list[int], examples: int) -> None:
        """Say how many outputs are empty because there are none."""
        failed = [self._failures[position] for position in left if position in self._failures]
        if left:
            self._notes.append(f"{len(left):,} of {examples:,} examples have no prediction and count as empty")
        if failed:
            place, why = failed[0]
            self._notes.append(f"{len(failed):,} of these requests failed, the first at {place}: {why}")


def _predicted(
    reference: Reference, outputs: tuple[str | Extraction, ...], tokens: tuple[int, ...], place: str
) -> Prediction:
    return Prediction(
        reference.id,
        reference.dataset,
        reference.task,
        reference.text,
        reference.schema,
        reference.gold,
        outputs,
        tokens,
        place,
    )


def _stands_in(text: str | None, prompt: str | None) -> bool:
    """Whether a text stands in a prompt, so far as both are known; white space is lost in tokens."""
    if text is None or prompt is None or text in prompt:
        return True
    return "".join(text.split()) in "".join(prompt.split())
