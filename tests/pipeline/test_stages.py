"""The method as values: stages, ways through them, what each learns from."""

import pytest

from sfr.data.mixes import MIXES, mix_of
from sfr.grading import grader
from sfr.pipeline.stages import REWARDS, STAGES, Way, left_out, mixture, stage_named

CHAIN = [
    ("cm_1", None),
    ("cm_2", "cm_1"),
    ("cm_3", "cm_2"),
    ("sa", "cm_3"),
    ("de_ner", "sa"),
    ("de_re", "de_ner"),
    ("de_ee", "de_re"),
]
CM = CHAIN[:3]


def parents(way):
    return [(node.id, node.parent) for node in way.nodes()]


def node(way, name):
    return next(node for node in way.nodes() if node.stage.name == name)


def counts(way, name):
    """The rows of each task in the mixture of a stage."""
    found = {}
    for part in mixture(node(way, name)).parts:
        found[part.task] = found.get(part.task, 0) + part.rows
    return found


def test_the_paper_s_way_has_seven_stages_each_after_the_other():
    assert parents(Way()) == CHAIN
    assert Way().name == ""
    assert [stage.name for stage in STAGES] == [name for name, _ in CHAIN]
    assert [stage.mixture for stage in STAGES] == list(MIXES)


def test_phases_apart_begin_at_the_stage_before_exploration():
    assert parents(Way(order="apart"))[4:] == [("de_ner", "sa"), ("de_re.apart", "sa"), ("de_ee.apart", "sa")]


def test_one_phase_takes_all_tasks():
    way = Way(order="mixed")
    assert parents(way)[4:] == [("de_mixed", "sa")]
    assert counts(way, "de_mixed") == {"ner": 80_000, "re": 50_000, "ee": 9_991}


def test_a_way_without_alignment_goes_from_cm_to_exploration():
    assert parents(Way(without=frozenset({"sa"}))) == [
        *CM,
        ("de_ner.without-sa", "cm_3"),
        ("de_re.without-sa", "de_ner.without-sa"),
        ("de_ee.without-sa", "de_re.without-sa"),
    ]


@pytest.mark.parametrize(
    ("without", "expected"),
    [({"de"}, CHAIN[:4]), ({"sa", "de"}, CM)],
)
def test_a_way_without_exploration_ends_before_it(without, expected):
    assert parents(Way(without=frozenset(without))) == expected


@pytest.mark.parametrize(
    ("without", "expected"), [(set(), ("control", "sa")), ({"sa"}, ("control.without-sa", "cm_3"))]
)
def test_the_control_takes_the_place_of_exploration(without, expected):
    way = Way(without=frozenset(without), control=True)
    assert parents(way)[-1] == expected
    assert counts(way, "control") == {"ner": 80_000, "re": 50_000, "ee": 9_991}


def test_another_reward_makes_all_phases_others():
    assert [name for name, _ in parents(Way(reward="coarse"))[4:]] == ["de_ner.coarse", "de_re.coarse", "de_ee.coarse"]


def test_rows_are_replayed_from_the_second_phase_on():
    way = Way(remedy="replay")
    assert parents(way)[4:] == [
        ("de_ner", "sa"),
        ("de_re.replay", "de_ner"),
        ("de_ee.replay", "de_re.replay"),
    ]
    assert counts(way, "de_ner") == {"ner": 80_000}
    assert counts(way, "de_re") == {"re": 37_500, "ner": 12_500}
    assert counts(way, "de_ee") == {"ee": 7_493, "ner": 1_249, "re": 1_249}


@pytest.mark.parametrize("name", ["de_re", "de_ee"])
def test_replay_leaves_a_phase_as_many_rows(name):
    replayed = mixture(node(Way(remedy="replay"), name))
    assert sum(part.rows for part in replayed.parts) == sum(part.rows for part in mix_of(name).parts)
    assert replayed.name == f"{name}_replay"


def test_a_phase_is_held_near_its_beginning_from_the_first_on():
    assert [name for name, _ in parents(Way(remedy="kl"))[4:]] == ["de_ner.kl", "de_re.kl", "de_ee.kl"]


def test_what_is_special_comes_together():
    way = Way(without=frozenset({"sa"}), reward="f1", order="apart", remedy="kl")
    assert way.name == "without-sa-f1-apart-kl"
    assert [name for name, _ in parents(way)[3:]] == [
        "de_ner.without-sa-f1-kl",
        "de_re.without-sa-f1-apart-kl",
        "de_ee.without-sa-f1-apart-kl",
    ]


EVERY_WAY = [
    Way(without=without, reward=reward, order=order, remedy=remedy)
    for without in (frozenset(), frozenset({"sa"}))
    for reward in REWARDS
    for order in ("chain", "apart", "mixed")
    for remedy in (None, "kl", "replay")
]


def test_ways_share_a_folder_only_for_what_is_the_same():
    known = {}
    for way in EVERY_WAY:
        for one in way.nodes():
            special = (one.stage, one.parent, one.concise, one.reward, one.replayed, one.remedy == "kl")
            assert known.setdefault(one.id, special) == special


def test_all_ways_share_what_comes_before_they_part():
    for way in EVERY_WAY:
        assert parents(way)[:3] == CM


def test_every_parent_stands_before_its_child():
    for way in EVERY_WAY:
        seen = set()
        for one in way.nodes():
            assert one.parent is None or one.parent in seen
            seen.add(one.id)


def test_full_size_mixtures_are_those_of_the_paper():
    expected = {
        "cm_1": {"ner": 845_646},
        "cm_2": {"ner": 44_951, "re": 179_794},
        "cm_3": {"ner": 7_494, "re": 7_494, "ee": 9_991},
        "sa": {"re": 9_000, "ee": 9_000},
        "de_ner": {"ner": 80_000},
        "de_re": {"re": 50_000},
        "de_ee": {"ee": 9_991},
    }
    assert {name: counts(Way(), name) for name in expected} == expected


def test_alignment_makes_relations_and_events_concise_from_then_on():
    concise = {one.id: one.concise for one in Way().nodes()}
    assert concise == {name: () for name, _ in CM} | {name: ("re", "ee") for name, _ in CHAIN[3:]}
    assert {one.concise for one in Way(without=frozenset({"sa"})).nodes()} == {()}


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"control": True, "reward": "f1"}, "--reward: there is no DE on this way"),
        ({"without": frozenset({"de"}), "order": "apart", "remedy": "kl"}, "--order and --remedy: there is no DE"),
        ({"without": frozenset({"de"}), "control": True}, "--control takes as long as DE"),
    ],
)
def test_what_does_not_go_together_is_refused(options, said):
    with pytest.raises(ValueError, match=said):
        Way(**options)


def test_an_unknown_stage_is_named_with_those_that_are_known():
    with pytest.raises(ValueError, match=r"unknown stage 'cm_4'; known: cm_1, .*, de_ee, de_mixed, control"):
        stage_named("cm_4")


def test_every_reward_can_be_made_and_is_another():
    made = {name: grader(**settings).rewards["ee"].signature for name, settings in REWARDS.items()}
    assert len(set(made.values())) == len(made)


def test_alignment_with_replay_keeps_its_proportions():
    node = next(node for node in Way().nodes() if node.id == "sa")
    found = {part.task: part.rows for part in mixture(node, 0.2).parts}

    assert found == {"re": 7_200, "ee": 7_200, "ner": 3_600}


def test_only_alignment_leaves_a_task_out():
    assert {stage.name: left_out(stage) for stage in STAGES if left_out(stage)} == {"sa": ("ner",)}
