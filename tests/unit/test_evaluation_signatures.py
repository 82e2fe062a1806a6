"""Signatures: what they say of a number, and the way back."""

import pytest

import sfr
from sfr.evaluation import CONVENTIONS, convention
from sfr.evaluation.signatures import Setup, Signature, from_signature

OVERRIDES = {
    "caseless": ("entity", "trigger"),
    "equality": "words",
    "types": "words",
    "duplicates": "multiset",
    "empty": "unit",
    "undefined": 0.0,
    "digits": 3,
    "matching": "greedy",
    "locate": "every",
    "unplaced": "drop",
    "overlap": "drop",
    "surplus": "drop",
    "recovered": "drop",
    "unicode_form": "NFKC",
    "space": "keep",
    "format": "slots",
    "split": "space",
    "unknown_types": "drop",
    "ungrounded": "drop",
}
SETUPS = {
    "draws": 0,
    "seed": 7,
    "level": 0.9,
    "runs": "resampled",
    "lengths": "characters",
    "bands": "below",
    "missing": "empty",
}


def signed(**setup):
    return Signature(Setup(**setup), "0123456789abcdef", 42)


def line(*parts):
    """A line with these parts beside those that every signature has."""
    return "|".join(["sfr-eval", "convention:sfr", *parts, "examples:42", "golds:00", f"v:{sfr.__version__}"])


# -- there -----------------------------------------------------------------------------------------


def test_the_short_line_of_what_nobody_changed_is_short():
    assert signed().short == f"sfr-eval|convention:sfr|examples:42|golds:0123456789abcdef|v:{sfr.__version__}"


def test_the_short_line_has_what_the_name_of_the_convention_does_not_tell():
    found = signed(convention=convention("uie", unknown_types="keep", duplicates="multiset"), seed=3).short

    assert found.split("|")[1:4] == ["convention:uie", "unknown_types:keep", "seed:3"]


def test_the_long_line_has_every_setting():
    names = [part.partition(":")[0] for part in signed().long.split("|")]

    assert names == ["sfr-eval", "convention", *OVERRIDES, *SETUPS, "examples", "golds", "v"]
    assert str(signed()) == signed().long


def test_a_line_is_one_line_of_printable_text():
    for text in ("a|b", "a\nb", "a\rb", "a\tb", "a\u2028b", "a\x1bb"):
        found = signed(lengths=text)

        assert found.long.isprintable()
        assert found.short.splitlines() == [found.short]


# -- and back --------------------------------------------------------------------------------------


def both_ways(found):
    return [from_signature(found.short), from_signature(found.long)]


@pytest.mark.parametrize("name", CONVENTIONS)
def test_every_convention_is_read_back_from_both_lines(name):
    found = signed(convention=CONVENTIONS[name])

    assert both_ways(found) == [found, found]


@pytest.mark.parametrize("base", ["sfr", "knowcoder"])
@pytest.mark.parametrize("name", OVERRIDES)
def test_every_setting_of_a_convention_is_read_back(base, name):
    found = signed(convention=convention(base, **{name: OVERRIDES[name]}))

    assert both_ways(found) == [found, found]


def test_settings_that_undo_those_of_a_convention_are_read_back():
    found = signed(convention=convention("iepile", digits=None, caseless=()))

    assert "digits:None" in found.short
    assert both_ways(found) == [found, found]


@pytest.mark.parametrize("name", SETUPS)
def test_every_setting_of_intervals_and_lengths_is_read_back(name):
    found = signed(**{name: SETUPS[name]})

    assert both_ways(found) == [found, found]


@pytest.mark.parametrize(
    "path",
    [
        "a|b", "100%", "%7C|%25", "a\nb", "%0A", "a:b", "..", "../tokenizer", "0..1", "None", "models/a b", "\u00e9\u5317",
        "a\rb", "a\tb", "%", " a ", "",
    ],
)  # fmt: skip
def test_any_path_of_a_tokenizer_is_read_back(path):
    found = signed(lengths=path)

    assert both_ways(found) == [found, found]


def test_white_space_around_a_line_does_not_matter():
    assert from_signature(f"  {signed().short}\n") == signed()


def test_all_parts_of_a_convention_may_be_named_at_once():
    assert from_signature(line("caseless:all")).setup.convention.caseless == (
        "type", "entity", "relation", "trigger", "argument",
    )  # fmt: skip


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    ["", "hello", "sfr-eval", "F1 = 0.5", "sfr-ner|profile:paper|v:1", "sfr-eval|convention:sfr", "sfr-eval|a|b|c", "||", "\0"],
)  # fmt: skip
def test_what_is_no_signature_is_refused_with_what_one_looks_like(text):
    with pytest.raises(ValueError, match=r"not a signature of an evaluation: .* expected sfr-eval\|convention:NAME"):
        from_signature(text)


def test_a_signature_of_another_version_is_refused_by_its_version():
    other = signed().short.replace(f"v:{sfr.__version__}", "v:99.0")

    with pytest.raises(ValueError, match=r"of sfr 99\.0, and this is sfr"):
        from_signature(other)


def test_unknown_parts_are_named():
    with pytest.raises(ValueError, match=r"unknown parts: bar, foo$"):
        from_signature(line("foo:1", "bar:2"))


def test_a_problem_is_told_once():
    with pytest.raises(ValueError, match="unknown parts") as caught:
        from_signature(line("foo:1"))

    assert str(caught.value).count("not a signature") == 1


def test_a_part_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="not a signature"):
        from_signature(line("seed:1", "seed:2"))


@pytest.mark.parametrize(
    ("part", "said"),
    [
        ("equality:loose", "equality='loose', expected one of exact"),
        ("caseless:nobody", "caseless=.*expected any of type, entity"),
        ("digits:many", "expected an integer, found 'many'"),
        ("digits:-1", "digits=-1, expected a number of digits"),
        ("undefined:0.5", "undefined=0.5, expected 0 or 1"),
        ("undefined:nan", "undefined=nan, expected 0 or 1"),
        ("format:xml", "format='xml', expected one of auto"),
        ("format:None", "format=None, expected one of auto"),
        ("draws:many", "draws: expected an integer, found 'many'"),
        ("draws:None", "draws: expected an integer, found 'None'"),
        ("draws:-1", "draws=-1, expected 0 or more"),
        ("seed:None", "seed: expected an integer, found 'None'"),
        ("level:95", "level=95.0, expected a share"),
        ("level:None", "level: expected a number, found 'None'"),
        ("level:0..1", "level: expected a number, found '0..1'"),
        ("runs:all", "runs='all', expected one of fixed, resampled"),
        ("missing:None", "missing='None', expected one of"),
    ],
)
def test_a_value_that_does_not_fit_is_refused_by_the_name_of_its_part(part, said):
    with pytest.raises(ValueError, match=said):
        from_signature(line(part))


def test_an_unknown_convention_is_refused():
    with pytest.raises(ValueError, match="unknown convention 'mine'; known: sfr"):
        from_signature(line().replace("convention:sfr", "convention:mine"))


def test_a_number_of_examples_that_is_none_is_refused():
    with pytest.raises(ValueError, match="examples: expected an integer, found 'many'"):
        from_signature(line().replace("examples:42", "examples:many"))


# -- setups ----------------------------------------------------------------------------------------


def test_all_that_is_out_of_bounds_in_a_setup_is_told_at_once():
    with pytest.raises(ValueError, match=r"draws=-1.*seed=-2.*level=1.*runs='all'.*bands='wide'.*missing='no'"):
        Setup(draws=-1, seed=-2, level=1, runs="all", bands="wide", missing="no")


def test_the_settings_tried_here_are_all_there_are():
    assert (
        signed(convention=convention(**OVERRIDES), **SETUPS).short
        == signed(convention=convention(**OVERRIDES), **SETUPS).long
    )
