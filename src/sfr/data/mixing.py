"""Making a mixture of built data sets: exact counts, the same bytes for the same input and seed."""

from __future__ import annotations

import mmap
import tempfile
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import IO, Any

from sfr.data.catalogue import data_set, names
from sfr.data.census import complexity
from sfr.data.manifests import fingerprints, holds, manifest_of, read_manifest, write_manifest
from sfr.data.mixes import Mix, MixError, Part
from sfr.data.sampling import Stratify, choose, choose_stratified, order_key, stratum
from sfr.data.shares import shares
from sfr.data.storage import example_lines
from sfr.examples import read_example
from sfr.files import RowError, bytes_written_whole

__all__ = ["Mixed", "write_mix"]

_FORMS = ("jsonl", "parquet")
_MAX_ROWS = 100_000_000
_STEP = 1_000  # rows between two reports of progress


@dataclass(frozen=True, slots=True)
class Mixed:
    """What became of a mixture: where it is, whether it was made now, its counts."""

    path: Path
    fresh: bool
    result: dict[str, Any]


def write_mix(  # noqa: PLR0913 - what can be said on the command line
    mix: Mix,
    built: Path,
    out: Path,
    *,
    scale: float = 1.0,
    seed: int | None = None,
    stratify: Stratify | None = None,
    again: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Mixed:
    """Write a mixture of the data sets in ``built`` to ``out``, one example a line, with its manifest.

    The counts are the mixture's times ``scale``, rounded once and then divided so that they add up.
    ``seed`` and ``stratify`` take the place of the mixture's own. ``progress`` is told how many of how
    many rows are done. What stands there already and was made from the same is left as it is.

    Raises MixError when it cannot be made, OSError when a file cannot be read or written.
    """
    if not (0 < scale < inf):
        raise MixError(f"scale: expected a number above 0, found {scale}")
    seed = mix.seed if seed is None else seed
    files = {id(part): _files(part, built) for part in mix.parts}
    used = {f"{name}/{path.name}": path for found in files.values() for name, path in found.items()}
    made_from = {
        "mix": mix.model_dump(mode="json"),
        "scale": scale,
        "seed": seed,
        "stratify": stratify,
        "files": fingerprints(used),
    }
    manifest = manifest_of(out)
    _check_place(out, used.values(), again=again)
    if not again and holds(manifest, made_from, {out.name: out}):
        standing = read_manifest(manifest)
        return Mixed(out, fresh=False, result=standing["result"] if standing else {})
    total = _rounded(sum(part.rows for part in mix.parts) * scale)
    if not 0 < total <= _MAX_ROWS:
        raise MixError(f"scale: {scale} of {mix.name} gives {total:,} rows; expected 1 to {_MAX_ROWS:,}")
    rows_of = shares(total, {id(part): part.rows for part in mix.parts})
    with ExitStack() as stack:
        pool = _Pool(stack, out, f"{mix.drawn_as or mix.name} {seed}")
        drawn = []
        for part in mix.parts:
            how = stratify or part.stratify
            drawn.append(_draw(part, rows_of[id(part)], files[id(part)], pool, how))
        result = _write(pool, out, total, progress, lambda: write_manifest(manifest, made_from, {}, {}))
    result["parts"] = drawn
    write_manifest(manifest, made_from, {out.name: out}, result)
    return Mixed(out, fresh=True, result=result)


def _check_place(out: Path, used: Iterable[Path], *, again: bool) -> None:
    """Refuse to replace a file that the rows come from, or one that is no mixture unless it is asked for."""
    if not out.exists():
        return
    if any(out.samefile(path) for path in used):
        raise MixError(f"{out} holds rows that are drawn; name another folder for the mixture")
    standing = read_manifest(manifest_of(out))
    if not again and (standing is None or "mix" not in standing["made_from"]):
        raise MixError(f"{out} holds something else; name another folder, or replace it: --again")


def _rounded(value: float) -> int:
    """The nearest whole number; of two equally near the larger one."""
    return int(value + 0.5)


def _files(part: Part, built: Path) -> dict[str, Path]:
    """The file of each data set that has rows for a part: the shipped sets first, in order."""
    there = {path.parent.name: read_manifest(path) for path in sorted(built.glob("[!.]*/manifest.json"))}
    of_task = [name for name, found in there.items() if found and found["result"].get("task") == part.task]
    if part.sets is None:
        of_task = [name for name in of_task if not _held_out(name, part.split)]
    order = [name for name in names() if name in of_task] + [name for name in of_task if name not in names()]
    if part.sets is not None and (missing := set(part.sets).difference(order)):
        raise MixError(f"{built} holds no built {part.task} data set named {', '.join(sorted(missing))}")
    wanted = order if part.sets is None else part.sets
    places = {name: [built / name / f"{part.split}.{form}" for form in _FORMS] for name in wanted}
    found = {name: path for name, paths in places.items() for path in paths if path.is_file()}
    if part.sets is not None and (missing := set(part.sets).difference(found)):
        raise MixError(f"{built} holds no {part.split} rows of {', '.join(sorted(missing))}")
    if not found:
        raise MixError(
            f"{built} holds no {part.split} rows of {part.task}; build some first: sfr data build RAW -o {built}"
        )
    return found


def _held_out(name: str, split: str) -> bool:
    """Whether the paper leaves a split of a shipped data set out, to test on what was not trained on."""
    return name in names() and getattr(data_set(name).published, split, 0) is None


class _Pool:
    """The rows that can be drawn, where each of them stands, and those that were."""

    def __init__(self, stack: ExitStack, out: Path, seed: str) -> None:
        """Begin without a file; beside ``out`` is put what has to be put down for a while.

        A name is part of a mixture's ``seed``, so that phases with one seed do not draw the same rows unless they say so.
        """
        self._stack, self._out, self.seed = stack, out, seed
        self._maps: list[mmap.mmap] = []
        self._paths: list[Path] = []
        self._names: list[str] = []
        self._starts: list[array[int]] = []
        self._known: dict[Path, int] = {}
        self.keys = array("Q")  # of the drawn rows: their place in the order of the mixture
        self.files = array("H")
        self.rows = array("Q")

    def add(self, name: str, path: Path) -> int:
        """The number of a file, whose rows are found from now on."""
        if path in self._known:
            return self._known[path]
        with self._lines(path) as file:
            starts = array("Q", [0])
            for line in file:
                starts.append(starts[-1] + len(line))
            if len(starts) == 1:
                raise MixError(f"{path}: expected examples, found an empty file")
            self._maps.append(self._stack.enter_context(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)))
        self._paths.append(path)
        self._names.append(name)
        self._starts.append(starts)
        self._known[path] = len(self._maps) - 1
        return self._known[path]

    def _lines(self, path: Path) -> IO[bytes]:
        """A file of the lines of a file; those of a Parquet file are in one without a name."""
        if path.suffix == ".jsonl":
            return path.open("rb")
        lines = tempfile.TemporaryFile(dir=self._out.parent)  # noqa: SIM115 - the caller closes it
        try:
            lines.writelines(line + b"\n" for _, line in example_lines(path))
        except ValueError as error:
            lines.close()
            raise MixError(str(error)) from None
        lines.flush()
        lines.seek(0)
        return lines

    def size(self, file: int) -> int:
        """How many rows a file has."""
        return len(self._starts[file]) - 1

    def line(self, file: int, row: int) -> bytes:
        """A row of a file, without its line's end."""
        starts = self._starts[file]
        return self._maps[file][starts[row] : starts[row + 1]].rstrip(b"\r\n")

    def path(self, file: int) -> Path:
        """Where a file is."""
        return self._paths[file]

    def name(self, file: int) -> str:
        """The data set of a file."""
        return self._names[file]

    def draw(self, file: int, copy: int, row: int) -> None:
        """Put a row into the mixture."""
        self.keys.append(order_key(self.seed, "place", self._names[file], copy, row))
        self.files.append(file)
        self.rows.append(row)


def _draw(part: Part, wanted: int, files: Mapping[str, Path], pool: _Pool, how: Stratify | None) -> dict[str, Any]:
    """Draw the rows of a part; what was drawn from which set."""
    numbers = {name: pool.add(name, path) for name, path in files.items()}
    weights = {name: part.oversample_to.get(name, pool.size(file)) for name, file in numbers.items()}
    if not any(weights.values()):
        raise MixError(f"oversample_to: {', '.join(files)} are to give no row at all")
    counts = shares(wanted, weights)
    for name, count in counts.items():
        file = numbers[name]
        tag = (pool.seed, "choice", part.task, name)
        if how is None:
            chosen = choose(pool.size(file), count, *tag)
        else:
            chosen = choose_stratified(_strata(pool, file), count, how, *tag)
        for copy, row in chosen:
            pool.draw(file, copy, row)
    return {
        "task": part.task,
        "split": part.split,
        "rows": wanted,
        "sets": {
            name: {
                "available": pool.size(file),
                "rows": counts[name],
                "repeats": max(0, counts[name] - pool.size(file)),
            }
            for name, file in numbers.items()
        },
        "sets_not_there": [name for name in part.oversample_to if name not in files],
    }


def _strata(pool: _Pool, file: int) -> dict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    for row in range(pool.size(file)):
        found[stratum(complexity(_example(pool, file, row).gold))].append(row)
    return found


def _example(pool: _Pool, file: int, row: int) -> Any:
    try:
        return read_example(pool.line(file, row))
    except RowError as error:
        raise MixError("\n".join(f"{pool.path(file)}:{row + 1}: {problem}" for problem in error.problems)) from None


def _write(
    pool: _Pool,
    out: Path,
    total: int,
    progress: Callable[[int, int], None] | None,
    claim: Callable[[], None],
) -> dict[str, Any]:
    """Write the drawn rows in their order; what they hold. ``claim`` says that the file will be ours, just before it is."""
    labels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    with bytes_written_whole(out) as file:
        for done, place in enumerate(sorted(range(len(pool.keys)), key=pool.keys.__getitem__), 1):
            number, row = pool.files[place], pool.rows[place]
            gold = _example(pool, number, row).gold
            labels[pool.name(number)].update(_types(gold))
            file.write(pool.line(number, row) + b"\n")
            if progress and (not done % _STEP or done == total):
                progress(done, total)
        claim()
    return {"rows": total, "labels": {name: dict(sorted(found.items())) for name, found in sorted(labels.items())}}


def _types(gold: Any) -> Iterable[str]:
    return (unit.type for unit in (*gold.entities, *gold.relations, *gold.events))
