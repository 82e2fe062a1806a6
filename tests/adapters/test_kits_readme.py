"""The table of all kits says what is known of their trainers."""

import re

import pytest

from sfr.kits import kit_root
from sfr.trainers import CONVENTIONS, KITS, Convention

README = (kit_root() / "README.md").read_text(encoding="utf-8")
PROVEN = {"trainer": "in the trainer", "loader": "by its loader", "contract": "by contract"}
SETTINGS = {"keywords": "keywords", "environment": "environment"}


def table(header):
    """The rows of the table that begins with a header, as lists of cells."""
    lines = README[re.search(rf"^\| {header} \|", README, re.MULTILINE).start() :].splitlines()[2:]
    rows = []
    for line in lines:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


ROWS = {row[1]: row for row in table("trainer")}


def row_of(one):
    """What the table has to say of a trainer."""
    told, settings = "none", "none"
    if isinstance(one, Convention):
        told = f"file `{one.shim}`" if one.shim else f"`{one.route.replace(':', '.')}`"
        settings = SETTINGS[one.settings]
    version = f"{one.distribution} {one.tested}" if one.tested else " ".join(one.read_from.split(",")[0].split()[-2:])
    return [
        one.title,
        f"[`{one.name}`]({one.name}/README.md)",
        told,
        settings,
        f"`{one.rows}`",
        PROVEN[one.proof],
        version,
    ]


@pytest.mark.parametrize("name", KITS)
def test_a_kit_is_in_the_table_as_its_trainer_says(name):
    one = KITS[name]

    assert row_of(one) == ROWS.get(f"[`{name}`]({name}/README.md)")


def test_the_table_has_no_other_kits():
    assert {f"[`{name}`]({name}/README.md)" for name in KITS} == ROWS.keys()


def test_every_way_of_proving_is_explained():
    assert [*PROVEN.values()] == [row[0] for row in table("proven")]


@pytest.mark.parametrize("name", [name for name, one in CONVENTIONS.items() if one.proof == "contract"])
def test_the_kit_says_that_it_is_proven_by_contract_and_against_what(name):
    text = (kit_root() / name / "README.md").read_text(encoding="utf-8")
    (proof,) = re.findall(r"^\*\*Proven by contract\*\*.*$", text, re.MULTILINE)
    version, *files = CONVENTIONS[name].read_from.replace(" and ", ", ").split(", ")

    assert version.split()[-1] in proof
    assert [file for file in files if "/" in file and file not in proof] == []


@pytest.mark.parametrize("name", ["README.md", *(f"{name}/README.md" for name in KITS)])
def test_links_of_a_readme_lead_to_files_of_the_kits(name):
    path = kit_root() / name
    links = re.findall(r"\]\((?!https?://)([^)#]+)\)", path.read_text(encoding="utf-8"))

    assert [link for link in links if not (path.parent / link).exists()] == []
