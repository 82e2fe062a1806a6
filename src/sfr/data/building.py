"""Building a data set: from the files it was published in to checked examples, one file a split."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any, Literal

from sfr.data.catalogue import SPLITS, DataSet
from sfr.data.census import Census, shared_texts
from sfr.data.cleaning import Cleaner, Dirt, actions_of
from sfr.data.inputs import Input, Inputs, file_inputs, hub_inputs
from sfr.data.layouts import LAYOUTS, Found, Source
from sfr.data.manifests import holds, read_manifest, write_manifest
from sfr.data.rules import RULES, Action
from sfr.data.splits import carved
from sfr.data.storage import example_writer
from sfr.examples import Example, example_line
from sfr.files import encode_line
from sfr.structures import TASKS, Extraction, Task

try:
    import fcntl
except ImportError:  # not a Unix
    fcntl = None  # type: ignore[assignment]

__all__ = ["BuildError", "Built", "Order", "build"]

_MANIFEST = "manifest.json"
_MAX_SHOWN = 50

Text = Literal["tokens", "original"]
Form = Literal["jsonl", "parquet"]


class BuildError(ValueError):
    """A data set that cannot be built; ``problems`` says why, ``count`` how many places there are in all."""

    def __init__(self, problems: list[str], count: int | None = None) -> None:
        """Keep the problems."""
        super().__init__("\n".join(problems))
        self.problems = problems
        self.count = len(problems) if count is None else count

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the way back from a worker process."""
        return type(self), (self.problems, self.count)


@dataclass(frozen=True, slots=True)
class Order:
    """A data set to be built: from which folder, to which, and how.

    Without a folder it comes from the hub, or from a folder that mirrors it.
    """

    data: DataSet
    folder: Path | None
    out: Path
    mirror: Path | None = None
    text: Text = "tokens"
    form: Form = "jsonl"
    rules: Mapping[str, Action] = field(default_factory=dict)
    again: bool = False


@dataclass(frozen=True, slots=True)
class Built:
    """What became of an order; ``result`` holds the counts of each split."""

    name: str
    fresh: bool
    result: dict[str, Any]


def build(order: Order) -> Built:
    """Read, clean, count and write all splits of a data set, or nothing.

    A data set that stands there already, made from the same files in the same way, is left as it is.

    Raises BuildError with everything that is in the way, OSError when a file cannot be read or written.
    """
    try:
        actions = actions_of(order.data, order.rules)
        inputs = _inputs(order)
    except ValueError as error:
        raise BuildError([str(error)]) from None
    home = order.out / order.data.name
    with _alone(home):
        return _build(order, inputs, actions, home)


def _build(order: Order, inputs: Inputs, actions: Mapping[str, Action], home: Path) -> Built:
    _check_home(home)
    made_from = {
        "data_set": inputs.data.model_dump(mode="json"),
        "text": order.text,
        "form": order.form,
        "actions": actions,
        "files": inputs.fingerprints,
    }
    manifest = home / _MANIFEST
    if not order.again and (standing := read_manifest(manifest)):
        outputs = {name: home / name for name in standing["outputs"]}
        if holds(manifest, made_from, outputs):
            return Built(order.data.name, fresh=False, result=standing["result"])
    work = _Work(order, inputs, actions)
    with _whole_folder(home) as folder:
        try:
            work.run(folder)
        except BuildError:
            raise
        except ValueError as error:  # a library is missing
            raise BuildError([str(error)]) from None
        result = work.result()
        outputs = {path.name: path for path in sorted(folder.iterdir())}
        write_manifest(folder / _MANIFEST, made_from, outputs, result)
    return Built(order.data.name, fresh=True, result=result)


def _inputs(order: Order) -> Inputs:
    if order.folder is None:
        return hub_inputs(order.data, order.mirror)
    return file_inputs(order.data, order.folder)


def _told(problem: str, found: tuple[str, int]) -> str:
    place, many = found
    return f"{place}: {problem}" + (f" (and in {many - 1:,} places more)" if many > 1 else "")


def _beside(home: Path) -> tuple[Path, Path]:
    """Where the next state of a folder is made, and where its last one waits to be removed."""
    return home.with_name(f".{home.name}.part"), home.with_name(f".{home.name}.old")


@contextmanager
def _alone(home: Path) -> Iterator[None]:
    """Keep other builds from the place of a data set, where the system can do it."""
    path = home.with_name(f".{home.name}.lock")
    lock = _opened(path)
    if lock is None or fcntl is None:
        yield
        return
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            theirs = not path.exists() or os.fstat(lock.fileno()).st_ino != path.stat().st_ino
        except BlockingIOError:
            theirs = True
        if theirs:
            raise BuildError([f"another build is writing {home}; wait until it is done"])
        try:
            yield
        finally:
            path.unlink()


def _opened(path: Path) -> IO[str] | None:
    """A file to lock; None in a folder that nothing can be written to, in which nobody has to be kept out."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w")
    except OSError:
        return None


def _check_home(home: Path) -> None:
    """Clear away what a run that was stopped has left; refuse a place that is not ours to replace."""
    if home.is_symlink():
        raise BuildError([f"{home} is a symbolic link; name a folder in which it is one itself"])
    part, old = _beside(home)
    if old.exists() and not home.exists():
        old.rename(home)  # it was stopped between the two renamings
    for leftover in filter(Path.exists, (part, old)):
        shutil.rmtree(leftover)
    if home.exists() and (not home.is_dir() or read_manifest(home / _MANIFEST) is None):
        raise BuildError([f"{home} is there and was not built by sfr; name another folder for the results"])


@contextmanager
def _whole_folder(home: Path) -> Iterator[Path]:
    """A folder to work in, which takes the place of ``home`` when all went well, and else goes."""
    part, old = _beside(home)
    part.mkdir(parents=True)
    try:
        yield part
    except BaseException:
        shutil.rmtree(part)
        raise
    if home.exists():
        home.rename(old)
    part.rename(home)
    if old.exists():
        shutil.rmtree(old)


class _Work:
    """One data set being built: what has been counted and complained about so far."""

    def __init__(self, order: Order, inputs: Inputs, actions: Mapping[str, Action]) -> None:
        """Begin with nothing."""
        self.order, self.inputs, self.data = order, inputs, inputs.data
        self.clean = Cleaner(inputs.data, order.data.prompt_schema, actions)
        self.census: dict[str, Census] = {}
        self.dirt: dict[str, Counter[tuple[str, str]]] = {}
        self.dropped: Counter[str] = Counter()
        self.undealt = 0
        self.problems: dict[str, tuple[str, int]] = {}  # of each the first place, and how many there are
        self.count = 0
        self.more = False  # problems that are not kept
        self.tasks_found: dict[Task, bool] = dict.fromkeys(TASKS, False)
        self._ids: Counter[str] = Counter()
        self._seen: dict[str, set[bytes]] = {}

    def run(self, folder: Path) -> None:
        """Write the splits and what was dirty.

        Raises BuildError when anything is wrong that may not be.
        """
        with ExitStack() as stack:
            note = stack.enter_context(example_writer(folder / "dirt.jsonl"))
            writers: dict[str, Callable[[bytes], None]] = {}
            for split, place, number, found in self._placed():
                if split not in writers:
                    self.census[split], self.dirt[split], self._seen[split] = Census(), Counter(), set()
                    writers[split] = stack.enter_context(example_writer(folder / f"{split}.{self.order.form}"))
                gold, dirt = self.clean(found)
                if gold is not None:
                    example = self._example(split, number, found, gold)
                    line = example_line(example)
                    again = self._again(split, example)
                    dirt += again
                    gold = None if any(d.action != "keep" for d in again) else gold
                if gold is None:
                    self.dropped[split] += 1
                else:
                    self.census[split].add(example)
                    writers[split](line)
                for spot in dirt:
                    note(self._noted(split, place, found.line, spot))
            others = [task for task, found in self.tasks_found.items() if found]
            if others and self.data.task not in others:
                problem = f"{self.data.layout} gives units of {' and '.join(others)}, none of {self.data.task}"
                self._complain(self.data.name, problem)
            if self.count:
                more = ["... and others"] if self.more else []
                raise BuildError([*(_told(*found) for found in self.problems.items()), *more], self.count)

    def _placed(self) -> Iterator[tuple[str, str, int, Found]]:
        """Every row with its split, its file and its number in what the file stands for."""
        for name, inputs in self.inputs.splits.items():
            carve = self.data.carve
            split_of = None
            if carve is not None and carve.source == name:
                before = dict(self.problems), self.count
                keys = (self._key(number, found) for _, number, found in self._rows(inputs))
                split_of = carved(carve, dict.fromkeys(keys))
                self.problems, self.count = before  # those of these inputs will be met again
            for place, number, found in self._rows(inputs):
                split = name if split_of is None else split_of.get(self._key(number, found))
                if split is None:
                    self.undealt += 1
                else:
                    yield split, place, number, found

    def _key(self, number: int, found: Found) -> str:
        carve = self.data.carve
        if carve is None or carve.unit == "row":
            return str(number)
        if not found.group:
            self._complain(self.data.name, "carve: expected groups, found a row without one; use unit: row")
        return found.group

    def _rows(self, inputs: list[Input]) -> Iterator[tuple[str, int, Found]]:
        """Input, number and content of every row; what is wrong with the inputs is complained about."""
        number = 0
        for given in inputs:
            source, before = given.open(), number
            try:
                for found in self._read(source):
                    number += 1
                    self._look(found.gold)
                    yield given.name, number, found
            except ValueError as error:  # an option has a value that the layout has not
                self._complain(given.name, f"{self.data.layout}: {error}")
            if number == before and not source.count:
                self._complain(given.name, "expected rows, found none")
            for line, problem in source.problems:
                self._complain(f"{given.name}:{line}", problem)
            self.count += source.count - len(source.problems)
            self.more |= source.count > len(source.problems)

    def _look(self, gold: Extraction) -> None:
        """Keep in mind of which tasks there are units."""
        self.tasks_found["ner"] |= bool(gold.entities)
        self.tasks_found["re"] |= bool(gold.relations)
        self.tasks_found["ee"] |= bool(gold.events)

    def _read(self, source: Source) -> Iterator[Found]:
        original = self.data.original if self.order.text == "original" else None
        return LAYOUTS[self.data.layout](source, **{**self.data.options, **(original or {})})

    def _example(self, split: str, number: int, found: Found, gold: Extraction) -> Example:
        name = self._free(found.id or f"{split}-{number}")
        return Example(name, self.data.name, split, self.data.task, found.text, self.clean.schema, gold)

    def _free(self, name: str) -> str:
        """The name, or if the source repeats itself, the name with the first number that makes it another."""
        free = name
        while free in self._ids:
            self._ids[name] += 1
            free = f"{name}-{self._ids[name]}"
        self._ids[free] = 1
        return free

    def _again(self, split: str, example: Example) -> list[Dirt]:
        """The dirt of a row that the split has already."""
        content = repr((example.text, example.gold)).encode()
        key = hashlib.blake2b(content, digest_size=16).digest()
        if key in self._seen[split]:
            action = self.clean.actions["repeated-row"]
            return [Dirt("repeated-row", action, "an earlier row has the same text and gold")]
        self._seen[split].add(key)
        return []

    def _noted(self, split: str, place: str, line: int, dirt: Dirt) -> bytes:
        """A line about dirt; what may not be is complained about, too."""
        self.dirt[split][dirt.rule, dirt.action] += 1
        if dirt.action == "fail":
            others = " or ".join(action for action in RULES[dirt.rule].actions if action != "fail")
            self._complain(f"{place}:{line}", f"{dirt.rule}: {dirt.message} (the rule {dirt.rule} can be {others})")
        return encode_line({"split": split, "file": Path(place).name, "line": line, **asdict(dirt)}).encode()

    def _complain(self, place: str, problem: str) -> None:
        self.count += 1
        if problem in self.problems or len(self.problems) < _MAX_SHOWN:
            first, many = self.problems.get(problem, (place, 0))
            self.problems[problem] = first, many + 1
        else:
            self.more = True

    def result(self) -> dict[str, Any]:
        """The counts of each split, in the usual order, and what the splits share."""
        census = {split: self.census[split] for split in sorted(self.census, key=[*SPLITS, "all"].index)}
        published = self.data.published.model_dump()
        return {
            "task": self.data.task,
            "text": "original" if self.order.text == "original" and self.data.original is not None else "tokens",
            "splits": {split: self._counts(split, counts, published.get(split)) for split, counts in census.items()},
            "missing_splits": [split for split in SPLITS if published[split] and split not in census],
            "shared_texts": shared_texts(census),
            "rows_in_no_split": self.undealt,
        }

    def _counts(self, split: str, census: Census, published: int | None) -> dict[str, Any]:
        dirt = {rule: {"action": action, "count": count} for (rule, action), count in sorted(self.dirt[split].items())}
        return {"published_rows": published, **census.as_json(), "rows_dropped": self.dropped[split], "dirt": dirt}
