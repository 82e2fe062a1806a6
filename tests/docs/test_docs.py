"""The documentation is complete, and what it shows is what happens."""

import inspect
import json
import re
import shlex
from dataclasses import fields
from pathlib import Path
from pkgutil import resolve_name

import click
import pytest
import yaml
from click.testing import CliRunner

import sfr
from sfr.cli import main
from sfr.data import catalogue, mixes, prompts
from sfr.data.layouts import LAYOUTS, FileSource
from sfr.data.rules import RULES
from sfr.data.trainer_rows import TRAINERS
from sfr.evaluation import METRICS
from sfr.evaluation.errors import KINDS as FINDINGS
from sfr.examples import Example, example_line
from sfr.formats import CODES
from sfr.generation import Job, Sampling, Server, generate
from sfr.predictions import KINDS as KINDS_OF_PREDICTIONS
from sfr.reports.evaluation import SHEETS
from sfr.rewards import PROFILES, Reward
from sfr.samples import KINDS
from sfr.structures import TASKS
from tests.answering import loopback, says

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
NAMES = [page.relative_to(DOCS).as_posix() for page in PAGES]
TEXT = {name: page.read_text(encoding="utf-8") for name, page in zip(NAMES, PAGES, strict=True)}
INCLUDES = {"changelog.md", "contributing.md"}
WIDTH = 80


def page(name):
    """The text of a page, by its path below ``docs``."""
    return TEXT[name] if name in TEXT else (DOCS / name).read_text(encoding="utf-8")


def rows_of(text):
    """The cells of all tables of a text, without their heads."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines if not line.startswith("|---")]


def codes_in(text):
    return set(re.findall(r"`([^`\n]+)`", text))


def section(text, heading):
    """What stands under a heading, up to the next one of its level or above."""
    level = len(heading.split(" ")[0])
    _, _, rest = text.partition(f"\n{heading}\n")
    return re.split(rf"\n#{{2,{level}}} ", rest)[0]


# -- nothing is missing ---------------------------------------------------------------------------


PUBLIC = (
    "sfr",
    "sfr.evaluation",
    "sfr.evaluation.errors",
    "sfr.predictions",
    "sfr.generation",
    "sfr.inference",
    "sfr.perturbing",
    "sfr.augmenting",
    "sfr.paper",
)


@pytest.mark.parametrize("module", PUBLIC)
def test_every_public_name_is_documented(module):
    names = {f"{module}.{name}" for name in resolve_name(module).__all__}

    assert names <= codes_in(page("reference/api.md"))


def test_no_name_is_documented_that_is_not_there():
    documented = {code for code in codes_in(page("reference/api.md")) if code.startswith("sfr.")}

    assert {name for name in documented if not is_public(name)} == set()


def is_public(name):
    """Whether it is a module, or a name that its module gives out."""
    module, _, attribute = name.rpartition(".")
    return attribute in getattr(resolve_name(module), "__all__", ()) or inspect.ismodule(resolve_name(name))


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


def test_every_decision_is_pinned_by_a_test():
    entries = re.split(r"^### ", page("explanation/decisions.md"), flags=re.MULTILINE)[1:]
    pins = {entry.splitlines()[0]: entry.partition("**Pinned by.**")[2] for entry in entries}

    assert [heading for heading, pin in pins.items() if not re.search(r"`tests/[\w/]+\.py::test_\w+`", pin)] == []


@pytest.mark.parametrize("kind", [kind for kind, meaning in KINDS.items() if meaning.startswith("gaming")])
def test_every_kind_of_gaming_is_valued(kind):
    assert f"\n{kind} " in page("explanation/hacking.md")


# -- data sets ------------------------------------------------------------------------------------


SETS = [catalogue.data_set(name) for name in catalogue.names()]


def test_the_sizes_of_the_data_sets_are_those_of_the_catalogue():
    tables = rows_of(section(page("reference/data-sets.md"), "## Sizes"))

    assert [size_row(found) for found in SETS] == [row for row in tables if row[0] != "data set"]


def size_row(found):
    """The row of a data set in the tables of sizes."""
    published = found.published
    sizes = ["-" if size is None else f"{size:,}" for size in (published.train, published.dev, published.test)]
    labels = str(published.labels) + (f" ({published.roles})" if published.roles else "")
    layout = f"[`{found.layout}`](layouts.md#{found.layout})"
    tested = {"real": "real files", "written": "own files"}[found.checked]
    return [f"`{found.name}`", labels, *sizes, layout, tested, found.licence]


def test_where_the_data_sets_come_from_is_what_the_catalogue_says():
    table = rows_of(section(page("reference/data-sets.md"), "## Where to get them"))

    assert [origin_row(found) for found in SETS] == [row for row in table if row[0] != "data set"]


def origin_row(found):
    """The row of a data set in the table of origins."""
    config = f" (`{found.hub.config}`)" if found.hub and found.hub.config else ""
    hub = f"`{found.hub.id}`{config}" if found.hub else "-"
    return [f"`{found.name}`", found.home, hub, found.instructuie]


@pytest.mark.parametrize(
    ("where", "heading", "model"),
    [
        ("reference/data-sets.md", "## Descriptions", catalogue.DataSet),
        ("reference/data-sets.md", "### `carve`", catalogue.Carve),
        ("reference/data-sets.md", "### `hub`", catalogue.Hub),
        ("how-to/mixtures.md", "## Write a mixture of your own", mixes.Mix),
        ("how-to/mixtures.md", "### Parts", mixes.Part),
        ("how-to/prompts.md", "## Write a template of your own", prompts.Template),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_the_keys_of_a_file_that_users_write_are_documented(where, heading, model):
    text = section(page(where), heading).partition("\n### ")[0]

    assert set(model.model_fields) <= table_keys(text)


def test_every_rule_is_documented_with_its_actions():
    table = [row for row in rows_of(page("reference/rules.md")) if row[0].strip("`") in RULES]

    assert [rule_row(name) for name in RULES] == table


def rule_row(name):
    rule = RULES[name]
    others = ", ".join(f"`{action}`" for action in rule.actions if action != rule.default)
    return [f"`{name}`", f"`{rule.default}`", others, rule.meaning]


def test_every_layout_has_its_section():
    assert list(LAYOUTS) == re.findall(r"^## `(.+)`$", page("reference/layouts.md"), re.MULTILINE)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_options_of_a_layout_are_documented(name):
    parameters = inspect.signature(LAYOUTS[name]).parameters.values()
    options = {parameter.name for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY}
    text = section(page("reference/layouts.md"), f"## `{name}`")
    table = text[text.index("| option |") :].partition("\n\n")[0] if "| option |" in text else ""

    assert options == table_keys(table)


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_example_of_a_layout_is_read_as_shown(name, tmp_path):
    description, files, shown = example_of(section(page("reference/layouts.md"), f"## `{name}`"))

    assert name == description["layout"]
    assert shown == reading(description, files, tmp_path)


def example_of(text):
    """Description, files and the lines that are read from them, of the example in a section."""
    blocks = re.findall(r"^```(yaml|text)\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    (_, description), *files, (_, shown) = blocks
    return yaml.safe_load(description), [content for _, content in files], shown.splitlines()


def reading(description, files, folder):
    """What is read from files, a line for each text."""
    for suffix, content in zip((".txt", ".ann"), files, strict=False):
        (folder / f"file{suffix}").write_text(content, encoding="utf-8", newline="")
    source = FileSource(path=folder / "file.txt")
    found = list(LAYOUTS[description["layout"]](source, **description.get("options", {})))

    assert source.problems == []
    return [line_read(row, description["task"]) for row in found]


def line_read(found, task):
    """A text that was read, as one line of JSON."""
    example = Example(found.id, "", "", task, found.text, sfr.Schema(()), found.gold)
    line = json.loads(example_line(example))
    whence = {name: value for name, value in (("id", found.id), ("group", found.group)) if value}
    return json.dumps(whence | {name: line[name] for name in ("text", "gold", "at") if name in line})


@pytest.mark.parametrize("name", prompts.template_names())
def test_a_template_is_shown_as_it_is(name):
    text = (ROOT / f"src/sfr/data/templates/{name}.yaml").read_text(encoding="utf-8")

    assert f"\n```yaml\n{text}```\n" in section(page("reference/templates.md"), f"## `{name}`")


def test_no_template_is_shown_that_is_not_there():
    assert list(prompts.template_names()) == sorted(
        re.findall(r"^## `(.+)`$", page("reference/templates.md"), re.MULTILINE)
    )


def test_the_rows_of_every_trainer_are_documented():
    text = section(page("reference/rows.md"), "## Rows of trainers")
    table = {row[0].strip("`"): row for row in rows_of(text)}

    assert list(TRAINERS) == re.findall(r"^### `(.+)`$", text, re.MULTILINE)
    for name, kind in TRAINERS.items():
        assert kind.keys <= codes_in(table[name][2]), name
        assert f"`{kind.suffix}`" == table[name][1]


def test_the_mixtures_of_the_paper_are_documented():
    table = {row[0].strip("`"): row for row in rows_of(page("how-to/mixtures.md"))}

    for name in mixes.MIXES:
        mix = mixes.mix_of(name)
        parts = " + ".join(f"{part.rows:,} {part.task}" for part in mix.parts)
        assert [f"`{name}`", parts, f"`{mix.template}`", str(mix.seed)] == table[name][:4]


def test_the_layout_of_what_is_built_is_documented(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run(["samples", "--raw", "raw"])
    run(["data", "build", "raw", "-o", "built"])
    example, dirt, manifest, report = (
        first_json(tmp_path / "built" / name)
        for name in ("sample_ner/train.jsonl", "sample_ner/dirt.jsonl", "sample_ner/manifest.json", "report.json")
    )
    result = report["sample_ner"]
    text = page("reference/rows.md")

    assert {*example, "at"} == table_keys(section(text, "## Examples"))
    assert set(dirt) == table_keys(section(text, "## Dirt"))
    assert set(manifest) == table_keys(section(text, "## Manifests"))
    assert {*result, *result["splits"]["train"]} == table_keys(section(text, "## Reports"))


# -- evaluation ---------------------------------------------------------------------------------


def test_every_metric_is_documented_with_its_title():
    rows = {row[0].strip("`"): row for row in rows_of(section(page("reference/metrics.md"), "## By task"))}

    assert {metric.name: metric.title for metric in METRICS.values()} == {
        name: row[1] for name, row in rows.items() if name != "name"
    }


def test_every_kind_of_finding_is_documented():
    rows = rows_of(section(page("explanation/errors.md"), "## The kinds"))
    pairs = {(row[0], row[1].strip("`")) for row in rows if row[0] != "of"}

    assert pairs == {(("all" if kind in LEFT else of), kind) for of, kinds in FINDINGS.items() for kind in kinds}


LEFT = {"missed", "spurious", "invented"}
"""The findings that are no pair; they are the same of every unit."""


def test_every_kind_of_predictions_has_its_section():
    text = page("reference/predictions.md")
    table = {row[0].strip("[`](#)").partition("`")[0] for row in rows_of(section(text, "## Kinds"))}

    assert set(KINDS_OF_PREDICTIONS) == set(re.findall(r"^### `(.+)`$", text, re.MULTILINE))
    assert set(KINDS_OF_PREDICTIONS) <= table


def test_every_table_of_an_evaluation_is_documented():
    rows = rows_of(section(page("reference/cli.md"), "### Tables"))

    assert list(SHEETS) == [row[0].strip("`") for row in rows if row[0] != "`--show`"]


def test_the_layout_of_results_as_json_is_documented(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    row = {"id": "1", "dataset": "bc5cdr", "task": "ner", "gold": {"Disease": ["flu"], "Chemical": ["iron"]}}
    for name, output in (("a", '```{"Disease": ["iron"]}```'), ("b", '{"Disease": 7}')):
        Path(f"{name}.jsonl").write_text(json.dumps(row | {"output": output}) + "\n", encoding="utf-8")
    run(["evaluate", "a.jsonl", "b.jsonl", "--against", "paper", "-o", "results.json"])
    results = first_json(Path("results.json"))
    text = section(page("reference/cli.md"), "### Results as JSON")
    whole, tables = text.split("| table | keys of a row |\n")
    columns = {row[0].strip("`"): re.findall(r"`(\w+)`", row[1]) for row in rows_of(tables)}

    assert set(results) == table_keys(whole)
    assert {name: list(results[name][0]) for name in SHEETS} == columns


def test_the_layout_of_the_predictions_of_a_server_is_documented(tmp_path):
    text = section(page("reference/rows.md"), "## Predictions")
    examples, out = tmp_path / "examples.jsonl", tmp_path / "predictions.jsonl"
    shown = json.loads(re.findall(r"```text\n(.*?)```", text, re.DOTALL)[0])
    examples.write_text(json.dumps({key: value for key, value in shown.items() if key not in table_keys(text)}))
    with loopback() as server:
        server.reply = lambda _: says(shown["output"], tokens=shown["tokens"])
        generate(Job(examples, prompts.template("sa-records"), Sampling("tiny")), out, Server(server.url))

    assert first_json(out) == shown
    assert list(first_json(out))[-3:] == [row[0].strip("`") for row in rows_of(text) if row[0] != "key"]
    manifest = first_json(tmp_path / f"{out.name}.manifest.json")
    assert set(manifest) == table_keys(section(page("reference/rows.md"), "## Manifests"))


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


def test_the_layers_are_those_that_are_checked():
    checked = re.findall(r"^layers = \[\n(.*?)^\]", (ROOT / "pyproject.toml").read_text(), re.DOTALL | re.MULTILINE)
    shown = re.findall(r"```text\n(.*?)```", section(page("../CONTRIBUTING.md"), "## Layers"), re.DOTALL)

    assert [re.findall(r'"(.+)"', layers) for layers in checked] == [layers.splitlines() for layers in shown]


# -- the command line -----------------------------------------------------------------------------


def run(arguments):
    return CliRunner().invoke(main, arguments, prog_name="sfr", terminal_width=WIDTH)


def commands(command, words=()):
    """Every command below one, and itself, by its words."""
    found = {words: command}
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found |= commands(command.get_command(context, name), (*words, name))
    return found


COMMANDS = commands(main)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_the_help_of_every_command_is_shown_as_it_is(words):
    arguments = [*words, "--help"]

    assert f"$ sfr {' '.join(arguments)}\n{run(arguments).output}" in page("reference/cli.md")


@pytest.mark.parametrize("words", [words for words in COMMANDS if words], ids=" ".join)
def test_every_option_is_documented(words):
    options = [p for p in COMMANDS[words].params if isinstance(p, click.Option)]
    text = section(page("reference/cli.md"), f"#{'#' * len(words)} `sfr {' '.join(words)}`")

    assert text
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
    """What stands as code in the first cells of the tables of a text."""
    return {key for row in rows_of(text) for key in codes_in(row[0])}


def test_every_extra_is_documented():
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    listed = re.findall(r"^\[project\.optional-dependencies\]\n(.*?)^\[", project, re.DOTALL | re.MULTILINE)[0]
    rows = rows_of(section(page("reference/cli.md"), "## Extras"))

    assert sorted(f"`sfr[{name}]`" for name in re.findall(r"^(\w+) = \[", listed, re.MULTILINE)) == sorted(
        row[0] for row in rows if row[0] != "extra"
    )


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["score", "good.jsonl"], 0),
        (["score", "broken.parquet"], 1),
        (["score", "bad.jsonl"], 2),
        (["score", "empty.jsonl"], 2),
        (["score", "missing.jsonl"], 2),
        (["score", "good.jsonl", "--set", "speed=1"], 2),
        (["evaluate", "good.jsonl"], 0),
        (["evaluate", "bad.jsonl"], 2),
        (["evaluate", "empty.jsonl"], 2),
        (["evaluate", "good.jsonl", "--convention", "conlleval"], 2),
        (["evaluate", "good.jsonl", "-o", "missing/results.json"], 2),
        (["rerun", "good.json"], 0),
        (["rerun", "other.json"], 1),
        (["rerun", "good.jsonl"], 2),
        (["report", "good.jsonl", "--draws", "0"], 0),
        (["report", "bad.jsonl"], 2),
        (["generate", "bad.jsonl", "-o", "out.jsonl", "--url", "http://127.0.0.1:9/v1", "--model", "m"], 2),
        (["data", "list"], 0),
        (["data", "build", ".", "bc5cdr", "-o", "built"], 2),
        (["data", "mix", "cm_1", "--from", ".", "-o", "mixed"], 2),
        (["data", "export", "bad.jsonl", "--for", "trl", "-o", "rows"], 2),
        (["data", "check", "broken.parquet"], 1),
        (["data", "check", "bad.jsonl"], 2),
    ],
    ids=str,
)
def test_exit_codes_are_those_of_the_page(arguments, code, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("good.jsonl").write_text('{"task": "ner", "gold": {}, "output": "{}"}\n', encoding="utf-8")
    Path("bad.jsonl").write_text('{"task": "ner"}\n', encoding="utf-8")
    Path("empty.jsonl").touch()
    Path("broken.parquet").write_text("no", encoding="utf-8")
    run(["evaluate", "good.jsonl", "--draws", "0", "-o", "good.json"])
    results = Path("good.json").read_text(encoding="utf-8")
    Path("other.json").write_text(results.replace('"f1": 1.0', '"f1": 0.5'), encoding="utf-8")

    assert run(arguments).exit_code == code
    assert [str(code)] in [row[:1] for row in rows_of(section(page("reference/cli.md"), "## Exit codes"))]


def console_examples(text):
    """(command, output) of every shell example, in order."""
    for block in re.findall(r"^```console\n(.*?)^```$", text, re.DOTALL | re.MULTILINE):
        for example in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = example.partition("\n")
            yield command, output


@pytest.mark.parametrize("name", [name for name in [*NAMES, "../README.md"] if "$ sfr " in page(name)])
def test_the_shell_examples_of_a_page_give_what_it_shows(name, tmp_path, monkeypatch):
    """One folder for a page; ``cat FILE`` makes the file that it shows, other programs are left alone.

    A line ``...`` stands for any lines; where nothing is shown, all that counts is that nothing fails.
    """
    monkeypatch.chdir(tmp_path)
    for command, output in console_examples(page(name)):
        program, *arguments = shlex.split(command)
        if program == "cat":
            Path(arguments[0]).parent.mkdir(parents=True, exist_ok=True)
            Path(arguments[0]).write_text(output, encoding="utf-8")
        elif program == "sfr":
            result = run(arguments)
            shown, said = lines_of(output), lines_of(result.output)
            assert shown == said or agree(shown, said) or (not shown and result.exit_code == 0), command


def lines_of(output):
    """The lines of an output without the spaces at their ends, and without the version."""
    text = re.sub(r"(?<=\|v:)[^|\s]+", "VERSION", output)
    return [line.rstrip() for line in text.rstrip().splitlines()]


def agree(shown, said):
    """Whether the lines are those that are shown, with any others in the place of ``...``."""
    pattern = "".join(r"(.*\n)*" if line == "..." else re.escape(f"{line}\n") for line in shown)
    return re.fullmatch(pattern, "".join(f"{line}\n" for line in said))
