"""Data sets for people: the catalogue, one entry of it, what was built, what was mixed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rich.table import Table

from sfr.data.catalogue import DataSet
from sfr.data.mixes import Mix
from sfr.data.preflight import Preflight, percentiles
from sfr.data.rules import RULES
from sfr.reports.visible import visible
from sfr.structures import TASKS

__all__ = [
    "build_table",
    "catalogue_table",
    "dirt_table",
    "entry",
    "mix_table",
    "mixes_table",
    "preflight_table",
    "rules_table",
]


def _table(*columns: str, right: Iterable[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", no_wrap=column in right)
    return table


def _number(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"


def catalogue_table(sets: Iterable[DataSet], *, narrow: bool = False) -> Table:
    """One line for each data set: task, labels, the sizes of Table 8, layout, licence; less if ``narrow``."""
    numbers = ("labels", "train", "dev", "test")
    columns = ("name", "task", *numbers, "layout", "reader tested on", "licence")
    shown = columns[: -2 if narrow else None]
    table = _table(*shown, right=numbers)
    previous = None
    for data in sets:
        if previous not in {None, data.task}:
            table.add_section()
        previous = data.task
        found = data.published
        labels = _number(found.labels) if found.roles is None else f"{found.labels} ({found.roles})"
        sizes = (_number(size) for size in (found.train, found.dev, found.test))
        tested = {"real": "real files", "written": "own files", "": "-"}[data.checked]
        cells = (data.name, data.task, labels, *sizes, data.layout, tested, data.licence)
        table.add_row(*cells[: len(shown)])
    return table


_CHECKED = {"real": "real files of the set", "written": "files written after its description", "": "-"}


def entry(data: DataSet) -> Table:
    """Everything that the catalogue says of a data set."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column("what", style="bold", no_wrap=True)
    table.add_column("says")
    found = data.published
    sizes = ", ".join(f"{split} {_number(getattr(found, split))}" for split in ("train", "dev", "test"))
    rows = {
        "name": data.name,
        "title": data.title or "-",
        "task": data.task,
        "Table 8": f"{sizes}; {_number(found.labels)} labels"
        + (f", {found.roles} roles" if found.roles is not None else ""),
        "licence": data.licence or "-",
        "get it from": data.home or "-",
        "hub": f"{data.hub.id}{f' ({data.hub.config})' if data.hub.config else ''}" if data.hub else "-",
        "InstructUIE": data.instructuie or "-",
        "layout": f"{data.layout}{_options(data.options)}",
        "other text": "-" if data.original is None else f"--text original{_options(data.original)}",
        "files": "\n".join(f"{split}: {' or '.join(patterns)}" for split, patterns in data.files.items()),
        "splits": _carving(data),
        "labels": _mapping(data.labels),
        "roles": _mapping(data.roles) if data.roles else "-",
        "empty rows": {"keep": "kept", "drop": "left out, as in the paper"}[data.empty],
        "rules": ", ".join(f"{rule}: {action}" for rule, action in data.rules.items()) or "the defaults",
        "tested on": _CHECKED[data.checked],
        "notes": "\n".join(f"- {note}" for note in data.notes) or "-",
    }
    for what, says in rows.items():
        table.add_row(what, visible(says, lines=True))
    return table


def _options(options: Mapping[str, Any]) -> str:
    return "".join(f" {name}={value}" for name, value in options.items())


def _mapping(names: Mapping[str, str | None]) -> str:
    return ", ".join(
        raw if raw == name else f"{raw} -> {'(left out)' if name is None else name}" for raw, name in names.items()
    )


def _carving(data: DataSet) -> str:
    if data.carve is None:
        return "as published"
    sizes = ", ".join(f"{split} {size:,}" for split, size in data.carve.sizes.items())
    return f"from {data.carve.source}, by {data.carve.order} of each {data.carve.unit}: {sizes}"


def rules_table() -> Table:
    """What dirt there is, what is done about it, and what else can be."""
    table = _table("rule", "default", "or", "about")
    for name, rule in RULES.items():
        others = ", ".join(action for action in rule.actions if action != rule.default)
        table.add_row(name, rule.default, others, rule.meaning)
    return table


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "-"


_COLUMNS_OF_THEIR_OWN = {"no-unit", "repeated-unit", "not-in-text"}


_NARROW = {"rows", "empty", "units", "slots lost", "dirt"}


def build_table(results: Mapping[str, Mapping[str, Any]], *, narrow: bool = False) -> Table:
    """One line for each split of each data set that was built; with fewer numbers if ``narrow``."""
    lines = [
        (visible(name), split, _build_cells(found))
        for name, result in results.items()
        for split, found in result["splits"].items()
    ]
    numbers = [name for name in (lines[0][2] if lines else ()) if not narrow or name in _NARROW]
    table = _table("data set", "split", *numbers, right=numbers)
    for name, split, cells in lines:
        table.add_row(name, split, *(cells[number] for number in numbers))
    return table


def _build_cells(found: Mapping[str, Any]) -> dict[str, str]:
    dirt = sum(dirt["count"] for rule, dirt in found["dirt"].items() if rule not in _COLUMNS_OF_THEIR_OWN)
    return {
        "rows": _number(found["rows"]),
        "Table 8": _number(found["published_rows"]),
        "empty": _share(found["empty"], found["rows"]),
        "units": _number(sum(found["units"].values())),
        "repeated": _number(found["repeated_units"]),
        "nested": _number(found["nested_pairs"]),
        "not in text": _number(found["mentions_not_in_text"]),
        "slots lost": _share(found["slots_not_read_back"], found["slots"]),
        "dropped": _number(found["rows_dropped"]),
        "dirt": _number(dirt),
    }


def build_notes(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """What else is worth saying of what was built: texts that splits share, splits and rows that are not there."""
    notes = []
    for name, result in results.items():
        for pair, count in result["shared_texts"].items():
            if count:
                one, other = pair.split()
                notes.append(f"{name}: {one} and {other} share {count:,} text{'s' if count > 1 else ''}")
        if result["missing_splits"]:
            notes.append(f"{name}: no files for {' and '.join(result['missing_splits'])}")
        if result["rows_in_no_split"]:
            notes.append(f"{name}: rows in no split: {result['rows_in_no_split']:,}")
    return [visible(note) for note in notes]


def dirt_table(results: Mapping[str, Mapping[str, Any]]) -> Table:
    """What was dirty, and what was done about it."""
    table = _table("data set", "split", "rule", "action", "count", "about", right=("count",))
    for name, result in results.items():
        for split, found in result["splits"].items():
            for rule, dirt in found["dirt"].items():
                about = RULES[rule].meaning
                table.add_row(visible(name), split, rule, dirt["action"], _number(dirt["count"]), about)
    return table


def mixes_table(mixes: Iterable[Mix]) -> Table:
    """One line for each mixture."""
    table = _table("mixture", "rows", "of", "template", "what it is", right=("rows",))
    for mix in mixes:
        parts = " + ".join(f"{part.rows:,} {part.task}" for part in mix.parts)
        table.add_row(mix.name, _number(sum(part.rows for part in mix.parts)), parts, mix.template, mix.title)
    return table


def mix_table(result: Mapping[str, Any]) -> Table:
    """What a mixture was made of."""
    numbers = ("available", "rows", "repeats")
    table = _table("task", "data set", *numbers, right=numbers)
    for part in result["parts"]:
        for name, found in part["sets"].items():
            table.add_row(part["task"], visible(name), *(_number(found[number]) for number in numbers))
    table.add_section()
    table.add_row("all", "", "", _number(result["rows"]), "")
    return table


def preflight_table(found: Preflight) -> Table:
    """Rows and targets below the best by task, and the lengths in tokens, where they were counted."""
    table = _table("", "rows", "targets below the best", right=("rows", "targets below the best"))
    for task in TASKS:
        if found.rows[task]:
            table.add_row(task, _number(found.rows[task]), _number(found.below[task]))
    for what, lengths in {"prompt": found.prompt_tokens, "target": found.target_tokens}.items():
        if ranks := percentiles(lengths):
            said = ", ".join(f"{name} {length:,}" for name, length in ranks.items())
            table.add_row(f"tokens of a {what}", said, "")
    return table
