"""The tables of the paper: their figures as printed, what is wrong with them, and numbers beside them."""

import re
from decimal import Decimal
from statistics import mean

import pytest

from sfr.data import catalogue
from sfr.paper import PROUIE, beside_paper, beside_table, compared_metrics, table, tables

INSTRUCTUIE, UNINER, KNOWCODER = "InstructUIE (11B)", "UniversalNER (7B)", "KnowCoder (7B)"
RESULTS = (1, 2, 3, 4)
FIGURES = {1: 149, 2: 27, 3: 12, 4: 12, 5: 12, 6: 36, 7: 9}


def mean_of(number, system, rows=None):
    """The mean of a column, over some rows."""
    column = table(number).column(system)
    return mean(column[name] for name in (rows if rows is not None else column))


def rows_of(number, *, out):
    return [row.name for row in table(number).rows if row.out_of_domain == out]


def hundredths(value):
    return f"{value:.2f}"


def slip_with(number, text):
    """The one slip of a table in which a text stands."""
    (note,) = [note for note in table(number).notes if note.kind == "slip" and text in note.text]
    return note.text


def remark_with(number, text):
    (note,) = [note for note in table(number).notes if note.kind == "remark" and text in note.text]
    return note.text


def ranking(row):
    """The systems of a row, best first, with ties together."""
    return [
        {name for name, figure in row.figures.items() if figure == value}
        for value in sorted(set(row.figures.values()), reverse=True)
    ]


def ahead(number, system, other, rows=None):
    """In how many rows a system has more than another."""
    mine, theirs = table(number).column(system), table(number).column(other)
    return sum(mine[name] > theirs[name] for name in (rows if rows is not None else theirs))


# -- the figures ----------------------------------------------------------------------------------


def printed(path, number):
    """The lines of a table in the text of the paper, as cells; an empty one repeats the cell above it."""
    _, _, text = path.read_text(encoding="utf-8").partition(f"\nTable {number}: ")
    lines = re.search(r"(?:.*\t.*\n)+", text).group().splitlines()
    rows, task = [], ""
    for line in lines:
        first, *cells = re.sub("</?u>", "", line).split("\t")
        task = first or task
        rows.append([task, *cells])
    return rows


@pytest.mark.parametrize("number", range(1, 8))
def test_the_figures_are_those_of_the_paper_to_the_last_digit(number, shared_data):
    path = shared_data.parent / "paper" / "prouie.md"
    if not path.is_file():
        pytest.skip("the text of the paper is not there")
    names = {row.name for row in table(number).rows}
    found = {}
    for first, *cells in printed(path, number):
        for name in (first.rstrip("*"), f"{first} {cells[0]}"):
            if name in names:
                found[name] = [cell for cell in cells if re.fullmatch(r"[\d.]+", cell)]

    kept = {
        row.name: [str(row.figures[column]) for column in table(number).columns if column in row.figures]
        for row in table(number).rows
    }
    assert kept == found


@pytest.mark.parametrize("number", RESULTS)
def test_the_stars_are_those_of_the_paper(number, shared_data):
    path = shared_data.parent / "paper" / "prouie.md"
    if not path.is_file():
        pytest.skip("the text of the paper is not there")
    starred = [first.rstrip("*") for first, *_ in printed(path, number) if first.endswith("*")]

    assert rows_of(number, out=True) == starred


@pytest.mark.parametrize("number", FIGURES)
def test_no_table_lacks_a_figure(number):
    assert sum(len(row.figures) for row in table(number).rows) == FIGURES[number]


def test_the_precision_of_a_figure_is_kept():
    assert str(table(1).column("BERT-base")["ACE2005"]) == "87.30"


def test_a_figure_that_is_not_printed_is_not_there():
    assert "NYT11 HRL" not in table(2).column(KNOWCODER)


@pytest.mark.parametrize("number", FIGURES)
def test_all_figures_marks_and_averages_stand_in_columns_of_the_table(number):
    found = table(number)
    named = set(found.average).union(*(set(row.figures) | set(row.underlined) for row in found.rows))

    assert named <= set(found.columns)


@pytest.mark.parametrize("number", FIGURES)
def test_a_table_says_where_it_is_from(number):
    assert table(number).source.startswith(f"Table {number} of arXiv ")


@pytest.mark.parametrize("number", FIGURES)
def test_every_table_says_something_of_how_its_figures_came_about(number):
    assert any(note.kind == "definition" for note in table(number).notes)


@pytest.mark.parametrize("number", RESULTS)
def test_notes_are_about_systems_of_the_table(number):
    assert {system for note in table(number).notes for system in note.systems} <= set(table(number).columns)


def test_the_data_sets_are_all_those_of_the_catalogue():
    sets = {row.data_set for number in RESULTS for row in table(number).rows}

    assert sets == set(catalogue.names())


@pytest.mark.parametrize(("number", "task"), [(1, "ner"), (2, "re"), (3, "ee"), (4, "ee")])
def test_the_data_sets_of_a_table_are_of_its_task(number, task):
    assert {catalogue.data_set(row.data_set).task for row in table(number).rows} == {task}


@pytest.mark.parametrize("number", [0, 8, -1])
def test_there_is_no_eighth_table(number):
    with pytest.raises(ValueError, match=f"expected a table from 1 to 7, found {number}"):
        table(number)


def test_a_column_that_is_not_there_is_told_with_those_that_are():
    with pytest.raises(ValueError, match="Table 5 has no column 'QA'; it has: NER, RE, EE"):
        table(5).column("QA")


# -- averages -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "system"), [(1, UNINER), (1, PROUIE), (2, INSTRUCTUIE), (2, PROUIE)])
def test_four_of_the_five_printed_averages_are_means_of_their_columns(number, system):
    assert hundredths(mean_of(number, system)) == str(table(number).average[system])


def test_the_printed_average_of_instructuie_is_not_the_mean_of_its_column():
    note = slip_with(1, "average is printed")

    assert str(table(1).average[INSTRUCTUIE]) == "71.27"
    assert hundredths(mean_of(1, INSTRUCTUIE)) == "72.17"
    assert hundredths(mean_of(1, PROUIE) - mean_of(1, INSTRUCTUIE)) == "7.28"
    assert table(1).average[PROUIE] - table(1).average[INSTRUCTUIE] == Decimal("8.17")
    assert all(figure in note for figure in ("71.27", "72.17", "7.28", "8.17"))


@pytest.mark.parametrize(("name", "figure"), [("HarveyNER", "74.69"), ("AnatEM", "88.52"), ("ncbi-disease", "86.21")])
def test_the_figures_of_instructuie_that_are_not_its_own_are_those_of_the_column(name, figure):
    (note,) = [note.text for note in table(1).notes if "another evaluation" in note.text]

    assert str(table(1).column(INSTRUCTUIE)[name]) == figure
    assert figure in note


def test_only_a_shifted_row_of_polyglot_explains_the_printed_average_of_instructuie():
    own, right = table(1).column(INSTRUCTUIE), table(1).column("GollIE (7B)")
    total = sum(own.values())
    explains = [name for name in right if hundredths((total - own[name] + right[name]) / len(own)) == "71.27"]

    assert explains == ["polyglot-NER"]
    assert (own["polyglot-NER"], right["polyglot-NER"]) == (Decimal("75.65"), Decimal("53.31"))
    assert "polyglot-NER" in slip_with(1, "average is printed")


def test_only_in_the_row_of_polyglot_has_gollie_a_figure_for_one_size_alone():
    sizes = [set(table(1).column(f"GollIE ({size}B)")) for size in (7, 13, 34)]

    assert sizes[0] - {"polyglot-NER"} == sizes[1] == sizes[2]


def test_the_lead_over_universalner_is_out_of_domain():
    note = remark_with(1, "UniversalNER out of domain")
    inside, outside = rows_of(1, out=False), rows_of(1, out=True)

    assert (len(inside), len(outside)) == (18, 7)
    assert [hundredths(mean_of(1, system, outside)) for system in (PROUIE, UNINER)] == ["66.13", "53.41"]
    assert [hundredths(mean_of(1, system, inside)) for system in (PROUIE, UNINER)] == ["84.62", "84.61"]
    assert ahead(1, PROUIE, UNINER, inside) == 7
    assert all(figure in note for figure in ("66.13", "53.41", "84.62", "84.61", "seven"))


def test_knowcoder_is_behind_on_the_sets_that_it_has():
    shared = table(1).column(KNOWCODER)
    outside = rows_of(1, out=True)
    found = [
        len(shared),
        *(hundredths(mean_of(1, system, rows)) for rows in (shared, outside) for system in (KNOWCODER, PROUIE)),
    ]

    assert found == [20, "77.61", "79.76", "60.13", "66.13"]
    assert all(str(figure) in remark_with(1, "KnowCoder") for figure in found)


def test_without_kbp37_instructuie_leads_in_relations():
    rows = [row.name for row in table(2).rows if row.name != "kbp37"]
    found = [hundredths(mean_of(2, system, rows)) for system in (INSTRUCTUIE, PROUIE)]

    assert found == ["72.53", "71.41"]
    assert all(figure in remark_with(2, "kbp37") for figure in found)


def test_knowcoder_is_behind_on_the_seven_sets_of_relations_that_it_has():
    shared = table(2).column(KNOWCODER)
    found = [hundredths(mean_of(2, system, shared)) for system in (KNOWCODER, PROUIE)]

    assert (len(shared), found) == (7, ["72.69", "73.81"])
    assert all(figure in remark_with(2, "NYT11 HRL") for figure in found)


def test_the_means_for_events_that_are_not_printed_stand_in_the_notes():
    means = {number: [hundredths(mean_of(number, system)) for system in (PROUIE, INSTRUCTUIE)] for number in (3, 4)}

    assert means == {3: ["64.23", "71.69"], 4: ["61.73", "66.46"]}
    assert all(figure in remark_with(n, "No average") for n, figures in means.items() for figure in figures)


# -- marks and claims -----------------------------------------------------------------------------


def wrongly_marked(number):
    """The rows whose underline is on another than the second best; a tie for the first place has no second."""
    return [
        row.name for row in table(number).rows if len(ranking(row)[0]) == 1 and set(row.underlined) != ranking(row)[1]
    ]


def test_the_rows_of_entities_with_a_wrong_mark_are_named():
    found = wrongly_marked(1)

    assert found == ["broad twitter", "wikineural", "Restaurant", "Music"]
    assert all(name in slip_with(1, "underline") for name in found)


def test_one_row_of_arguments_lacks_its_mark():
    assert wrongly_marked(4) == ["ACE2005"]
    assert "ACE2005" in slip_with(4, "underlined")


@pytest.mark.parametrize("number", [2, 3])
def test_the_marks_of_other_tables_are_on_the_second_best(number):
    assert wrongly_marked(number) == []


def test_prouie_is_best_on_six_sets_out_of_domain_and_second_on_the_seventh():
    place = {
        row.name: next(i for i, names in enumerate(ranking(row), 1) if PROUIE in names)
        for row in table(1).rows
        if row.out_of_domain
    }

    assert place.pop("Restaurant") == 2
    assert set(place.values()) == {1}


@pytest.mark.parametrize(
    ("number", "out", "count"), [(1, False, 5), (1, True, 6), (2, False, 2), (3, False, 0), (4, False, 1)]
)
def test_how_often_prouie_alone_is_best(number, out, count):
    rows = [row for row in table(number).rows if row.out_of_domain == out]

    assert sum(ranking(row)[0] == {PROUIE} for row in rows) == count


def test_the_first_place_on_ade_is_shared():
    row = next(row for row in table(2).rows if row.name == "ADE_corpus")

    assert ranking(row)[0] == {PROUIE, KNOWCODER}
    assert row.underlined == ()


def test_prouie_has_the_lowest_trigger_figures_on_two_sets():
    lowest = [row.name for row in table(3).rows if ranking(row)[-1] == {PROUIE} and len(row.figures) == 5]

    assert lowest == ["ACE2005", "CASIE"]


def test_only_prouie_has_more_for_arguments_than_for_triggers():
    found = [
        (row.name, system, str(figure), str(trigger))
        for row in table(4).rows
        for system, figure in row.figures.items()
        if figure > (trigger := table(3).column(system)[row.name])
    ]

    assert found == [("CASIE", PROUIE, "60.75", "54.17"), ("PHEE", PROUIE, "71.86", "67.87")]
    assert all(figure in remark_with(4, "trigger F1") for _, _, *figures in found for figure in figures)


# -- ablations and lengths ------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "column"), [(1, "NER"), (2, "RE"), (4, "EE")])
def test_the_first_row_of_the_ablation_is_the_means_of_the_results(number, column):
    assert hundredths(mean_of(number, PROUIE)) == str(table(5).column(column)["ProUIE (CM+SA+DE)"])


def test_the_column_of_events_in_the_ablation_leaves_out_triggers():
    note = slip_with(5, "argument F1")

    assert hundredths(mean_of(3, PROUIE)) in note
    assert hundredths(mean_of(4, PROUIE)) in note


def test_a_single_stage_on_top_of_complete_modeling_lowers_the_mean():
    found = {row.name: hundredths(mean(row.figures.values())) for row in table(5).rows}

    assert list(found.values()) == ["70.78", "68.26", "67.66", "68.30"]
    assert min(found, key=found.get) == "w/o DE (CM+SA)"
    assert all(figure in slip_with(5, "each stage") for figure in found.values())


def test_for_events_the_loss_without_alignment_is_the_largest():
    column = table(5).column("EE")

    assert min(column, key=column.get) == "w/o SA (CM+DE)"


def test_the_least_lengths_grow_with_the_percentile():
    for row in table(6).rows:
        p50, p70, p99 = (row.figures[f"{each} min"] for each in ("P50", "P70", "P99"))
        assert p50 < p70 < p99


def test_four_bands_of_lengths_begin_below_the_end_of_the_one_before():
    overlaps = [
        (row.name, upper, f"{row.figures[f'{upper} min']} after {row.figures[f'{lower} max']}")
        for row in table(6).rows
        for lower, upper in (("P50", "P70"), ("P70", "P99"))
        if row.figures[f"{upper} min"] < row.figures[f"{lower} max"]
    ]

    assert [(name, band) for name, band, _ in overlaps] == [
        ("RE CM+SA", "P70"),
        ("EE CM", "P70"),
        ("EE CM", "P99"),
        ("EE CM+SA", "P70"),
    ]
    assert all(figures in slip_with(6, "bands") for *_, figures in overlaps)


def test_only_entities_gain_over_the_start_in_the_reward_ablation():
    start = next(row for row in table(5).rows if "(CM+SA)" in row.name).figures
    gains = {(row.name, task): row.figures[task] - start[task] for row in table(7).rows for task in start}

    assert {task for (_, task), gain in gains.items() if gain > 0} == {"NER"}
    assert {task for (_, task), gain in gains.items() if gain < 0} == {"RE", "EE"}
    assert all(str(row.figures[task]) in slip_with(7, "began") for row in table(7).rows for task in start)


def test_the_full_reward_is_best_by_less_than_a_point():
    coarse, fine, full = (row.figures for row in table(7).rows)

    assert [str(full[task] - fine[task]) for task in full] == ["0.39", "0.25", "0.56"]
    assert all(fine[task] > coarse[task] for task in full)


# -- beside the paper -----------------------------------------------------------------------------


def own(number, system=PROUIE, plus=0.0):
    """The figures of a system as if they were one's own, raised by some points."""
    found = table(number)
    return {row.data_set: float(row.figures[system]) + plus for row in found.rows if system in row.figures}


@pytest.mark.parametrize(
    ("metric", "number"),
    [
        ("entity", 1),
        ("relation", 2),
        ("trigger_id", 3),
        ("trigger", 3),
        ("argument", 4),
        ("argument_attached", 4),
        ("argument_matched", 4),
    ],
)
def test_a_metric_is_set_beside_its_table(metric, number):
    assert metric in compared_metrics()
    assert beside_paper(metric, {}).table is table(number)


def test_a_metric_of_places_is_set_beside_the_same_table_and_told_apart():
    comparison = beside_paper("entity_span", {})

    assert comparison.table is table(1)
    assert "compares places" in comparison.notes[0]
    assert "compares places" not in beside_paper("entity", {}).notes[0]


def test_lines_come_in_the_order_of_the_table():
    comparison = beside_paper("relation", {"semeval_RE": 70.0, "ADE_corpus": 80.0})

    assert [line.name for line in comparison.lines] == ["ADE_corpus", "semeval_RE"]


def test_a_line_has_both_numbers_their_difference_and_the_best_of_the_others():
    (line,) = beside_paper("relation", {"SciERC": 50.0}).lines

    assert (line.mine, line.paper, round(line.difference, 2)) == (50.0, 46.76, 3.24)
    assert (line.best_other, line.best_others) == (45.15, (INSTRUCTUIE,))


def test_all_systems_that_share_the_best_figure_are_named():
    (line,) = beside_paper("entity", {"MIT_Movie": 60.0}).lines

    assert line.best_others == (INSTRUCTUIE, "GollIE (7B)")


def test_with_another_system_prouie_is_among_the_others():
    (line,) = beside_paper("relation", {"SciERC": 50.0}, system=INSTRUCTUIE).lines

    assert (line.paper, line.best_other, line.best_others) == (45.15, 46.76, (PROUIE,))


def test_the_average_over_all_is_the_one_that_is_printed():
    average, inside, outside = beside_paper("entity", own(1, plus=1.0)).averages

    assert [hundredths(line.paper) for line in (average, inside, outside)] == ["79.44", "84.62", "66.13"]
    assert [line.data_sets for line in (average, inside, outside)] == [25, 18, 7]
    assert [hundredths(line.difference) for line in (average, inside, outside)] == ["1.00"] * 3


def test_the_average_is_unweighted_and_over_the_shared_data_sets():
    (average,) = beside_paper("relation", {"SciERC": 40.0, "NYT": 90.0, "own": 0.0}).averages

    assert (average.mine, average.data_sets) == (65.0, 2)
    assert hundredths(average.paper) == hundredths((46.76 + 96.41) / 2)


def test_the_best_other_average_is_among_systems_with_a_figure_for_every_set():
    average, *_ = beside_paper("entity", own(1)).averages

    assert (hundredths(average.best_other), average.best_others) == ("75.88", (UNINER,))


def test_there_is_one_average_where_all_sets_are_in_domain():
    assert [line.name for line in beside_paper("entity", {"AnatEM": 90.0}).averages] == ["average"]


def test_data_sets_without_a_figure_are_left_out_and_named():
    comparison = beside_paper("relation", {"NYT11_HRL": 50.0, "mine": 60.0, "NYT": 90.0}, system=KNOWCODER)

    assert [line.name for line in comparison.lines] == ["NYT"]
    assert comparison.left_out == ("NYT11_HRL", "mine")


def test_nothing_shared_gives_no_lines_and_no_average():
    comparison = beside_paper("entity", {"mine": 60.0})

    assert (comparison.lines, comparison.averages) == ((), ())


@pytest.mark.parametrize("number", RESULTS)
def test_at_least_two_systems_have_a_figure_for_every_data_set_so_that_there_is_a_best_other(number):
    found = table(number)

    assert sum(len(found.column(system)) == len(found.rows) for system in found.columns) >= 2


def test_a_part_of_the_table_is_told_with_the_printed_average():
    notes = beside_paper("entity", {"AnatEM": 90.0}).notes

    assert any("over 1 of the 25 data sets" in note and "79.44" in note for note in notes)


def test_the_whole_table_needs_no_word_about_parts():
    assert not any("The average is over" in note for note in beside_paper("entity", own(1)).notes)


def test_the_notes_begin_with_what_the_number_is():
    assert beside_paper("argument", {}).notes[0] == table(4).readings["argument"]


def test_every_definition_about_the_table_is_among_the_notes():
    definitions = {note.text for note in table(4).notes if note.kind == "definition"}

    assert definitions <= set(beside_paper("argument", own(4)).notes)


def test_a_slip_is_told_where_its_system_is_shown():
    slip = slip_with(1, "average is printed")

    assert slip in beside_paper("entity", own(1), system=INSTRUCTUIE).notes
    assert slip not in beside_paper("entity", {"AnatEM": 90.0}).notes


def test_remarks_are_not_among_the_notes():
    remarks = {note.text for each in tables() for note in each.notes if note.kind == "remark"}

    assert remarks.isdisjoint(beside_paper("entity", own(1)).notes)


def test_a_metric_without_figures_is_told_with_those_that_have_some():
    with pytest.raises(ValueError, match="no figures of 'slot' by data set; it has them of: entity, relation, "):
        beside_paper("slot", {})


def test_a_system_that_the_table_lacks_is_told_with_those_it_has():
    with pytest.raises(ValueError, match=r"Table 2 has no column 'GollIE'; it has: UIE, USM"):
        beside_paper("relation", {}, system="GollIE")


def test_numbers_of_an_ablation_stand_beside_the_figures_of_the_table_in_its_order():
    cells = beside_table(5, {("CM only", "RE"): 70.0, ("w/o SA (CM+DE)", "NER"): 80.0})

    assert [(cell.row, cell.column, cell.paper, round(cell.difference, 2)) for cell in cells] == [
        ("w/o SA (CM+DE)", "NER", 78.19, 1.81),
        ("CM only", "RE", 70.56, -0.56),
    ]


def test_lengths_stand_beside_those_of_the_paper():
    (cell,) = beside_table(6, {("RE CM+SA", "P99 max"): 130})

    assert (cell.mine, cell.paper, cell.difference) == (130, 126.0, 4.0)


def test_all_unknown_rows_and_columns_are_told_at_once():
    with pytest.raises(ValueError, match=r"Table 7 has no figure for SFR / NER, Fine-only / QA; .* Coarse-to-fine SFR"):
        beside_table(7, {("SFR", "NER"): 1.0, ("Fine-only", "QA"): 1.0, ("Fine-only", "NER"): 1.0})
