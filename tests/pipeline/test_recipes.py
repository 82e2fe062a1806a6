"""What a trainer is told."""

import pytest
import yaml

from sfr.pipeline.recipes import RecipeError, kit_recipe, merged, recipe_text, value_at


def test_a_recipe_comes_with_those_that_it_is_based_on():
    recipe = kit_recipe("verl", "de_re")
    assert "defaults" not in recipe
    assert recipe["trainer"]["total_epochs"] == 3
    assert recipe["data"]["train_batch_size"] == kit_recipe("verl", "de")["data"]["train_batch_size"]


def test_a_recipe_that_is_not_there_is_named_with_those_that_are():
    with pytest.raises(RecipeError, match="no recipe 'cm_9' in the kit llamafactory; known: cm_1, cm_2, cm_3, cpu, sa"):
        kit_recipe("llamafactory", "cm_9")


def test_later_values_win_mappings_are_merged_and_none_takes_away():
    first = {"a": {"b": 1, "c": 2}, "d": 3, "e": 1}
    assert merged(first, {"a": {"b": {"x": 1}}, "d": None, "e": {"f": None, "g": 2}}) == {
        "a": {"b": {"x": 1}, "c": 2},
        "e": {"g": 2},
    }
    assert first == {"a": {"b": 1, "c": 2}, "d": 3, "e": 1}


def test_a_value_is_found_by_its_path():
    values = {"a": {"b": {"c": 0}}, "d": 1}
    assert [value_at(values, path) for path in ("a.b.c", "d", "d.e", "x.y")] == [0, 1, None, None]


def test_a_recipe_is_yaml_with_what_it_is_and_how_it_is_started():
    text = recipe_text({"b": 1, "a": "ü"}, "cm_1: a stage", "python -m trainer")
    assert text == "# cm_1: a stage\n#\n#   python -m trainer\nb: 1\na: ü\n"
    assert yaml.safe_load(text) == {"b": 1, "a": "ü"}
