"""The documentation is complete, and what it shows is what happens."""

import json
import re
import shlex
from dataclasses import fields
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

import sfr
from sfr.cli import main
from sfr.formats import CODES
from sfr.rewards import PROFILES, Reward
from sfr.samples import KINDS
from sfr.structures import TASKS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
NAMES = [page.relative_to(DOCS).as_posix() for page in PAGES]
TEXT = {name: page.read_text(encoding="utf-8") for name, page in zip(NAMES, PAGES, strict=True)}
INCLUDES = {"changelog.md", "contributing.md"}
WIDTH = 80


def page(name):
    return TEXT[name]


def rows_of(text):
    """The cells of all tables of a text, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if not line.startswith("|---")]


def codes_in(text):
    return set(re.findall(r"`([^`\n]+)`", text))


def section(text, heading):
    """What stands under a heading, up to the next one of its level."""
    level = heading.split(" ")[0]
    _, _, rest = text.partition(f"\n{heading}\n")
    return re.split(rf"\n{level} ", rest)[0]


# -- nothing is missing ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", sfr.__all__)
def test_every_public_name_is_documented(name):
    assert f"sfr.{name}" in codes_in(page("reference/api.md"))


def test_no_name_is_documented_that_is_not_there():
    documented = {code for code in codes_in(page("reference/api.md")) if code.startswith("sfr.")}

    assert {f"sfr.{name}" for name in sfr.__all__} == documented


def test_every_problem_code_has_its_section_with_an_example():
    text = page("reference/problems.md")

    assert sorted(CODES) == sorted(re.findall(r"^### `(.+)`$", text, re.MULTILINE))
    for code in CODES:
        assert f"{code} @ " in section(text, f"### `{code}`")


def test_every_format_has_its_section():
    assert list(sfr.FORMATS) == re.findall(r"^## `(.+)`$", page("reference/formats.md"), re.MULTILINE)


@pytest.mark.parametrize("name", sfr.FORMATS)
@pytest.mark.parametrize("task", TASKS)
def test_a_format_shows_an_example_of_every_task_that_it_can_hold(task, name):
    text = section(page("reference/formats.md"), f"## `{name}`")
    cell = {row[0]: row for row in rows_of(page("reference/formats.md"))}[f"`{name}`"][1 + TASKS.index(task)]
    try:
        sfr.dump(sfr.Extraction(), task, format=name)
    except ValueError:
        assert cell in {"no", "reads only"}
        assert (cell == "no") == (f'"{task}").extraction' not in text)
    else:
        assert cell == "yes"
        assert re.search(rf'sfr\.dump\({task}, "{task}"', text)


@pytest.mark.parametrize("task", TASKS)
def test_every_field_is_documented_with_its_values(task):
    text = page("reference/fields.md")
    rewards = [sfr.reward(task, profile) for profile in PROFILES]
    heading = next(h for h in re.findall(r"^## .+$", text, re.MULTILINE) if type(rewards[0]).__name__ in h)
    own = {row[0].strip("`"): row for row in rows_of(section(text, heading)) if row[0] != "field"}
    common = {row[0].strip("`"): row for row in rows_of(section(text, "## All rewards")) if row[0] != "field"}
    shared = {field.name for field in fields(Reward)}

    assert shared == set(common)
    assert {field.name for field in fields(rewards[0])} - shared == set(own)
    for name, row in (own | common).items():
        assert [f"`{getattr(reward, name)}`" for reward in rewards] == row[2:4], name
        assert row[4]


@pytest.mark.parametrize("task", TASKS)
def test_the_explanation_maps_every_field_and_term_of_the_equation(task):
    reward = sfr.reward(task)
    own = {field.name for field in fields(reward)} - {field.name for field in fields(Reward)}

    assert own | set(reward.equation_terms) <= {
        word for code in codes_in(page("explanation/reward.md")) for word in re.findall(r"\w+", code)
    }


def test_the_explanation_lists_what_the_profiles_change():
    table = {row[0].strip("`"): row for row in rows_of(section(page("explanation/reward.md"), "## The two profiles"))}
    changed = {name for values in PROFILES["bounded"].values() for name in values}

    assert changed <= set(table)
    for task in TASKS:
        for name in changed & {field.name for field in fields(sfr.reward(task))}:
            for profile, cell in zip(("paper", "bounded"), table[name][2:], strict=True):
                value = getattr(sfr.reward(task, profile), name)
                assert (cell.strip("`") if isinstance(value, str) else float(cell)) == value


def test_every_option_of_the_reward_has_its_decision():
    text = page("explanation/decisions.md")
    undecided = {"format"}  # a choice of the user, not a reading of the paper
    weights = {field.name for task in TASKS for field in fields(sfr.reward(task)) if field.name[:2] in {"w_", "la"}}
    names = {field.name for task in TASKS for field in fields(sfr.reward(task))} - weights - undecided

    assert names <= {word for code in codes_in(text) for word in re.findall(r"\w+", code)}


def test_every_decision_has_its_four_parts():
    entries = re.split(r"^### ", page("explanation/decisions.md"), flags=re.MULTILINE)[1:]
    for entry in entries:
        parts = re.findall(r"^\*\*(.+?)\.\*\*", entry, re.MULTILINE)

        assert parts == ["Choice", "Why", "Changed by", "Pinned by"], entry.splitlines()[0]


@pytest.mark.parametrize("kind", [kind for kind, meaning in KINDS.items() if meaning.startswith("gaming")])
def test_every_kind_of_gaming_is_valued(kind):
    assert f"\n{kind} " in page("explanation/hacking.md")


# -- what is named exists -------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_the_tests_that_are_named_exist(name):
    named = re.findall(r"\b(tests/[\w/]+\.py)(?:::(\w+))?", page(name))

    assert [pair for pair in named if not is_test(*pair)] == []


def is_test(path, test):
    """Whether there is such a file, with such a test if one is named."""
    file = ROOT / path
    return file.is_file() and (not test or f"\ndef {test}(" in file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"index.md"}))
def test_every_page_is_in_the_index(name):
    entries = re.findall(r"^[\w/-]+$", page("index.md"), re.MULTILINE)

    assert name.removesuffix(".md") in entries


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_to_pages_and_headings(name):
    for target in re.findall(r"\]\(([^)#:]*(?:#[^)]*)?)\)", page(name)):
        path, _, anchor = target.partition("#")
        linked = (DOCS / name).parent / path if path else DOCS / name

        assert linked.is_file(), target
        headings = re.findall(r"^#{1,3} (.+)$", linked.read_text(encoding="utf-8"), re.MULTILINE)
        assert not anchor or anchor in {slug(heading) for heading in headings}, target


def slug(heading):
    """The anchor of a heading, as GitHub and MyST make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("name", sorted(set(NAMES) - INCLUDES))
def test_a_sentence_has_a_line_of_its_own(name):
    prose = re.sub(r"```.*?```", "", page(name), flags=re.DOTALL)
    for line in prose.splitlines():
        words = re.sub(r"^\*\*.+?\.\*\* ", "", line)
        assert line.startswith("|") or not re.search(r"[a-z0-9)`\"][.?!] [A-Z]", words), line


# -- the command line -----------------------------------------------------------------------------


def run(arguments):
    return CliRunner().invoke(main, arguments, prog_name="sfr", terminal_width=WIDTH)


@pytest.mark.parametrize("command", [None, *main.commands])
def test_the_help_of_every_command_is_shown_as_it_is(command):
    words = [command, "--help"] if command else ["--help"]

    assert f"$ sfr {' '.join(words)}\n{run(words).output}" in page("reference/cli.md")


@pytest.mark.parametrize("command", main.commands)
def test_every_option_is_documented(command):
    options = [p for p in main.commands[command].params if isinstance(p, click.Option)]
    text = section(page("reference/cli.md"), f"## `sfr {command}`")

    assert all(re.search(rf"(?<![\w-]){name}\b", text) for option in options for name in option.opts)
    assert all(option.help for option in options)


def test_the_layout_of_results_is_documented(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(["samples", "-o", "samples.jsonl"])
    run(["score", "samples.jsonl", "-o", "scores.jsonl"])
    scores, summary = (first_json(tmp_path / name) for name in ("scores.jsonl", "scores.summary.json"))
    text = page("reference/cli.md")

    assert set(scores) == table_keys(section(text, "## Results"))
    assert {*summary, *summary["groups"][0]} == table_keys(section(text, "## Summary"))


def first_json(path):
    """The first JSON value of a file."""
    return json.JSONDecoder().raw_decode(path.read_text(encoding="utf-8"))[0]


def table_keys(text):
    return {key for row in rows_of(text) for key in codes_in(row[0])}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["score", "good.jsonl"], 0),
        (["score", "broken.parquet"], 1),
        (["score", "bad.jsonl"], 2),
        (["score", "empty.jsonl"], 2),
        (["score", "missing.jsonl"], 2),
        (["score", "good.jsonl", "--set", "speed=1"], 2),
    ],
    ids=str,
)
def test_exit_codes_are_those_of_the_page(arguments, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("good.jsonl").write_text('{"task": "ner", "gold": {}, "output": "{}"}\n', encoding="utf-8")
    Path("bad.jsonl").write_text('{"task": "ner"}\n', encoding="utf-8")
    Path("empty.jsonl").touch()
    Path("broken.parquet").write_text("no", encoding="utf-8")

    assert run(arguments).exit_code == code
    assert [str(code)] in [row[:1] for row in rows_of(section(page("reference/cli.md"), "## Exit codes"))]


def console_examples(text):
    """(command, output) of every shell example, in order."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = example.partition("\n")
            yield command, output


@pytest.mark.parametrize("name", [name for name in NAMES if "$ sfr " in TEXT[name]])
def test_the_shell_examples_of_a_page_give_what_it_shows(name, tmp_path, monkeypatch):
    """One folder for a page; ``cat FILE`` makes the file that it shows, other programs are left alone."""
    monkeypatch.chdir(tmp_path)
    for command, output in console_examples(page(name)):
        program, *arguments = shlex.split(command)
        if program == "cat":
            Path(arguments[0]).write_text(output, encoding="utf-8")
        elif program == "sfr":
            assert same(output) == same(run(arguments).output), command


def same(output):
    """The lines of an output without the spaces at their ends, and without the version."""
    text = re.sub(r"(?<=\|v:)[^|\s]+", "VERSION", output)
    return [line.rstrip() for line in text.rstrip().splitlines()]
