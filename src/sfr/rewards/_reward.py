"""What the three rewards share: reading, policies, the finishing of a value, the signature."""

from __future__ import annotations

import math
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any, ClassVar, Literal, get_type_hints

from sfr._version import __version__
from sfr.decoding import clean_reader, encode_key, records_reader
from sfr.fields import write_value
from sfr.formats import Policy, Problem, Split
from sfr.normalize import Casing, Normalizer, Space, UnicodeForm
from sfr.parsing import Gold, Parsed, ParseError, Reading, read_gold, source_of
from sfr.rewards._context import Context
from sfr.rewards._fields import as_value, misfit
from sfr.rewards._score import CLEAN, Account, Origin, Score
from sfr.schema import SchemaLike, as_schema
from sfr.structures import Extraction, Task
from sfr.units import Units, units_by_type, units_of

__all__ = ["Mismatch", "Reward", "Scale", "known_strings"]

_NOTHING_KNOWN: frozenset[object] = frozenset()
_MEMORY = 1_024  # golds remembered; a group needs one
_ALWAYS_SHOWN = frozenset({"coverage_empty", "f1_empty", "jaccard_empty", "invalid", "casing", "unicode_form", "space"})

Scale = Literal["raw", "unit"]
Mismatch = Literal["symmetric_difference", "jaccard_distance"]


@dataclass(frozen=True, kw_only=True)
class Reward(ABC):
    """A stepwise fine-grained reward: frozen fields, one function of gold and output.

    The fields that follow are common to the three tasks; their defaults are the profile ``paper``.

    ``coverage_empty``, ``f1_empty``, ``jaccard_empty``: values of Eqs. 3, 4 and 6 on two empty sets.
    ``clip``: bounds for the final value. ``scale``: ``unit`` maps ``range`` onto [0, 1].
    ``invalid``: value of an output that cannot be parsed. ``lambda_duplicates``: weight of the share
    of repeated units. ``unknown_types`` and ``ungrounded``: what becomes of types and roles outside
    the schema, and of values outside the text. ``casing``, ``unicode_form``, ``space``: text equality.
    ``format``, ``split``, ``max_chars``, ``max_depth``, ``max_units``: how outputs are read.
    """

    task: ClassVar[Task]
    equation_terms: ClassVar[tuple[str, ...]]

    coverage_empty: float = 0.0
    f1_empty: float = 1.0
    jaccard_empty: float = 1.0
    clip: tuple[float, float] | None = None
    scale: Scale = "raw"
    invalid: float = -1.0
    lambda_duplicates: float = 0.0
    unknown_types: Policy = "keep"
    ungrounded: Policy = "keep"
    casing: Casing = "keep"
    unicode_form: UnicodeForm = "NFC"
    space: Space = "fold"
    format: str = "auto"
    split: Split = "source"
    max_chars: int = 100_000
    max_depth: int = 64
    max_units: int = 10_000

    def __post_init__(self) -> None:
        """Refuse values that no field takes, all in one message."""
        hints = get_type_hints(type(self))
        for name in (f.name for f in fields(self)):  # 1 for 1.0, and a list for a pair, as configuration has them
            object.__setattr__(self, name, as_value(getattr(self, name), hints[name]))
        wrong = [line for f in fields(self) if (line := misfit(f.name, getattr(self, f.name), hints[f.name]))]
        if not wrong and self.scale == "unit" and math.isinf(self.range[0]):
            wrong.append("scale='unit' needs a bounded reward: profile='bounded', or a clip")
        if wrong:
            msg = f"{type(self).__name__}: " + "; ".join(wrong)
            raise ValueError(msg)

    # -- what a task defines ------------------------------------------------------------------

    @staticmethod
    @abstractmethod
    def prepare(by_type: Any) -> Any:
        """What is counted once, from the units of gold by type."""

    @abstractmethod
    def count(self, gold: Any, pred: Any) -> tuple[int, ...]:
        """The sizes of gold, prediction and what they share, for each unit set in turn."""

    @abstractmethod
    def terms(self, sizes: tuple[int, ...]) -> tuple[float, ...]:
        """The signed terms of the equation from these sizes, named by ``equation_terms``."""

    @abstractmethod
    def coarse_only(self) -> Reward:
        """The reward without its fine terms (Table 7 of the paper)."""

    @abstractmethod
    def fine_only(self) -> Reward:
        """The reward without its coarse terms (Table 7 of the paper)."""

    @property
    @abstractmethod
    def equation_range(self) -> tuple[float, float]:
        """Lowest and highest value of the equation."""

    # -- scoring ------------------------------------------------------------------------------

    def score(self, gold: Gold, output: str, text: str | None = None, schema: SchemaLike | None = None) -> Score:
        """The reward of one output.

        Raises ParseError when gold is bad, naming every problem; never for any ``output`` text.

        >>> import sfr
        >>> sfr.reward("ner").score({"person": ["Kevin"]}, '{"person": ["Kevin", "Therese"]}')
        Score(0.435465: type_coverage=0.2, pair_f1=0.4355, pair_penalty=-0.2; ok)
        """
        (score,) = self._score_group(self._gold(gold), (output,), self._context(text, schema))
        return score

    def score_batch(
        self,
        golds: Iterable[Gold],
        outputs: Iterable[str],
        texts: Iterable[str | None] | None = None,
        schemas: Iterable[SchemaLike | None] | None = None,
    ) -> list[Score]:
        """The reward of each output, in order; equal to ``score`` one by one.

        Repeat a gold for every output of its group: the work on it is done once, and equal outputs
        of a group are scored once.

        Raises ValueError when the lengths differ, ParseError when any gold is bad.
        """
        if isinstance(outputs, str):
            msg = "outputs must be several strings, not one"
            raise TypeError(msg)
        golds, outputs = list(golds), list(outputs)
        n = len(outputs)
        texts = [None] * n if texts is None else list(texts)
        schemas = [None] * n if schemas is None else [None if s is None else as_schema(s) for s in schemas]
        if not len(golds) == len(texts) == len(schemas) == n:
            msg = f"{len(golds)} golds, {n} outputs, {len(texts)} texts and {len(schemas)} schemas"
            raise ValueError(msg)
        prepared = self._golds(golds)
        scores: list[Score] = []
        start = 0
        for end in range(1, n + 1):  # a group ends where anything but the output changes
            if (
                end == n
                or prepared[end] is not prepared[start]
                or texts[end] != texts[start]
                or schemas[end] != schemas[start]
            ):
                context = self._context(texts[start], schemas[start])
                scores += self._score_group(prepared[start], outputs[start:end], context)
                start = end
        return scores

    def read(self, output: str, text: str | None = None, schema: SchemaLike | None = None) -> Parsed:
        """What ``score`` sees in an output."""
        context = self._context(text, schema)
        return self._reading(output, self.task, context.source, context.schema)

    def units(self, gold: Gold) -> Units:
        """The units of gold.

        Raises ParseError when it is bad.
        """
        return units_by_type(self.task, self._by_type(gold))

    def _by_type(self, gold: Gold) -> Any:
        by_type = None
        read_text, read_records = self._gold_readers
        if isinstance(gold, str):
            by_type = read_text(gold, _NOTHING_KNOWN)
        elif not isinstance(gold, Extraction):
            by_type = read_records(gold)
        if by_type is None:
            by_type = units_of(self.task, read_gold(gold, self.task, self._reading)).by_type
        return by_type

    def best(self, gold: Gold) -> Score:
        """The score of gold as its own answer, which no output beats.

        >>> import sfr
        >>> sfr.reward("ner").best({}).value  # Eq. 3 to the letter: nothing to cover
        0.8
        """
        known = self._gold(gold)
        return self._finish(self.terms(self.count(known, known.by_type)), 0.0, CLEAN, self._nothing.origin)

    def _score_group(self, gold: Any, outputs: Sequence[str], context: Context) -> list[Score]:
        """The scores of some outputs against prepared gold; equal ones are judged once."""
        clean, count, known, by_sizes = self._clean, self.count, gold.known, context.scores
        seen: dict[str, Score] = {}
        scores: list[Score] = []
        for output in outputs:
            score = seen.get(output)
            if score is None:
                if not isinstance(output, str):
                    msg = f"an output must be a string, not {type(output).__name__}"
                    raise TypeError(msg)
                pred = clean(output, known)
                if pred is not None and (context.free or context.holds(self.task, pred)):
                    sizes = count(gold, pred)
                    score = by_sizes.get(sizes)
                    if score is None:
                        score = self._finish(self.terms(sizes), 0.0, CLEAN, context.origin)
                        context.remember(sizes, score)
                else:
                    score = self._score_at_length(gold, output, context)
                seen[output] = score
            scores.append(score)
        return scores

    def _score_at_length(self, gold: Any, output: str, context: Context) -> Score:
        """The score of an output that takes more than the shortcut to read."""
        parsed = self._reading(output, self.task, context.source, context.schema)
        account = Account.of(parsed)
        if parsed.status == "unparsable":
            return self._finish((0.0,) * len(self.equation_terms), self.invalid, account, context.origin)
        units = units_of(self.task, parsed.extraction)
        terms = self.terms(self.count(gold, units.by_type))
        return self._finish(terms, 0.0, account, context.origin, size=units.size)

    def _finish(
        self, terms: tuple[float, ...], invalid: float, account: Account, origin: Origin, *, size: int = 0
    ) -> Score:
        """Add what is not in the equation, in the order of ``term_names``."""
        parts = (*terms, invalid)
        if self._bare:
            return Score(math.fsum(parts), parts, account, origin)
        if self.lambda_duplicates:
            repeats = account.duplicates
            parts += (0.0 - self.lambda_duplicates * repeats / (repeats + size) if repeats else 0.0,)
        value = math.fsum(parts)
        if self.clip:
            clipped = min(max(value, self.clip[0]), self.clip[1])
            parts += (clipped - value,)
            value = clipped
        if self.scale == "unit":
            low, high = self.range
            parts = (*(part / (high - low) for part in parts), -low / (high - low))
            value = (value - low) / (high - low)
        return Score(value, parts, account, origin)

    # -- what a reward is ---------------------------------------------------------------------

    @cached_property
    def term_names(self) -> tuple[str, ...]:
        """The names of a score's terms, in order: those of the equation, then the options in force."""
        names = [*self.equation_terms, "invalid"]
        if self.lambda_duplicates:
            names.append("duplicate_penalty")
        if self.clip:
            names.append("clip")
        if self.scale == "unit":
            names.append("offset")
        return tuple(names)

    @cached_property
    def range(self) -> tuple[float, float]:
        """Lowest and highest value before scaling, that of an invalid output included."""
        low, high = self.equation_range
        low = min(low - self.lambda_duplicates, self.invalid)
        high = max(high, self.invalid)
        if self.clip:
            low, high = (min(max(bound, self.clip[0]), self.clip[1]) for bound in (low, high))
        return low, high

    @cached_property
    def signature(self) -> str:
        """The line that reproduces this reward: every field of the equation, and what else differs.

        ``from_signature`` reads it back.

        >>> import sfr
        >>> sfr.reward("ner", casing="fold").signature.split("|")[:3]
        ['sfr-ner', 'w_type:0.2', 'w_pair:0.8']
        """
        common = {f.name: f.default for f in fields(Reward)}
        own = [f.name for f in fields(self) if f.name not in common]
        others = [name for name in common if name in _ALWAYS_SHOWN or getattr(self, name) != common[name]]
        shown = [f"{name}:{write_value(getattr(self, name))}" for name in (*own, *others)]
        return "|".join([f"sfr-{self.task}", *shown, f"v:{__version__}"])

    def __getstate__(self) -> dict[str, object]:
        """The fields alone: decoders and caches are made anew where they are needed."""
        return {f.name: getattr(self, f.name) for f in fields(self)}

    # -- made once, at first use --------------------------------------------------------------

    @cached_property
    def _reading(self) -> Reading:
        return Reading(
            Normalizer(self.unicode_form, self.space, self.casing),
            self.format,
            self.split,
            self.unknown_types,
            self.ungrounded,
            self.max_chars,
            self.max_depth,
            self.max_units,
        )

    @cached_property
    def _clean(self) -> Callable[[str, AbstractSet[object]], Any]:
        if self.format not in {"auto", "records"}:
            return lambda output, known: None  # noqa: ARG005 - nothing is clean in another format
        normalize = self._reading.normalize
        return clean_reader(self.task, normalize, max_chars=self.max_chars, max_units=self.max_units)

    @cached_property
    def _gold_readers(self) -> tuple[Callable[[str, AbstractSet[object]], Any], Callable[[object], Any]]:
        """For gold text and gold objects, which are records whatever the outputs are."""
        normalize = self._reading.normalize
        text = clean_reader(self.task, normalize, max_chars=sys.maxsize, max_units=sys.maxsize // 2)
        return text, records_reader(self.task, normalize)

    @cached_property
    def _bare(self) -> bool:
        """Whether nothing is added to the equation."""
        return not self.lambda_duplicates and self.clip is None and self.scale == "raw"

    @cached_property
    def _nothing(self) -> Context:
        return Context(None, None, Origin(self, text=False, schema=False))

    def _context(self, text: str | None, schema: SchemaLike | None) -> Context:
        if text is None and schema is None and self.ungrounded == self.unknown_types == "keep":
            return self._nothing
        normalize = self._reading.normalize
        if text is None and self.ungrounded != "keep":
            msg = f"ungrounded={self.ungrounded!r} needs the text of every output"
            raise ValueError(msg)
        source = None if text is None else source_of(normalize(text))
        if schema is None:
            if self.unknown_types != "keep":
                msg = f"unknown_types={self.unknown_types!r} needs the schema of every output"
                raise ValueError(msg)
            return Context(source, None, Origin(self, text=text is not None, schema=False))
        known = as_schema(schema)
        types, roles = (frozenset(map(normalize, names)) for names in (known.types, known.roles))
        return Context(source, known, Origin(self, text=text is not None, schema=True), types, roles)

    # -- gold ---------------------------------------------------------------------------------

    def _golds(self, golds: Sequence[Gold]) -> list[Any]:
        """What is prepared of each gold; the same gold again and again gives the same object.

        Raises ParseError with the problems of all of them.
        """
        prepared: list[Any] = []
        problems: list[Problem] = []
        last: object = prepared  # which is no gold
        found = None
        for i, gold in enumerate(golds):
            if gold is not last:
                last = gold
                try:
                    found = self._gold(gold)
                except ParseError as error:
                    problems += [Problem(p.code, f"golds[{i}] {p.where}".strip(), p.found) for p in error.problems]
            prepared.append(found)
        if problems:
            raise ParseError(f"bad {self.task} gold", tuple(problems))
        return prepared

    def _gold(self, gold: Gold) -> Any:
        """The units of gold, remembered by content: the outputs of a group come one after another."""
        key = gold if isinstance(gold, (str, Extraction)) else encode_key(gold)
        units = self._memory.get(key)
        if units is None:
            units = self.prepare(self._by_type(gold))
            if len(self._memory) >= _MEMORY:
                self._memory.clear()
            if key is not None:
                self._memory[key] = units
        return units

    @cached_property
    def _memory(self) -> dict[object, Any]:
        return {}


def known_strings(*units: Iterable[object]) -> frozenset[object]:
    """All that stands in the units of gold, which is in its normal form."""
    return _NOTHING_KNOWN.union(*units)
