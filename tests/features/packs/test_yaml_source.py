"""Files from strangers: what is refused, where it is said to be, and what words mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.core.errors import BadInput
from pexit_app.features.packs.yaml_source import MAX_BYTES, MAX_DEPTH, MAX_NODES, read


def problem(content: str | bytes) -> tuple[str, str]:
    with pytest.raises(BadInput) as caught:
        read(content)
    return caught.value.problems[0].field, caught.value.problems[0].message


def test_words_mean_what_they_say() -> None:
    """YAML 1.1 reads these as true, false, 1050 and a date."""
    text = "on: yes\noff: no\nhour: 17:30\nday: 2026-11-20\nhex: 0x10\nnull_: ~\nflag: true\nn: -3\nf: .5e1\nq: '7'\n"
    assert read(text).value == {
        "on": "yes", "off": "no", "hour": "17:30", "day": "2026-11-20", "hex": "0x10", "null_": None, "flag": True,
        "n": -3, "f": 5.0, "q": "7",
    }  # fmt: skip


def test_lines_are_known() -> None:
    source = read("a: 1\nb:\n  - x: 2\n    y: |\n      long\n")
    assert source.lines[("a",)] == 1
    assert source.lines[("b", 0, "y")] == 4


@pytest.mark.parametrize(
    ("content", "field", "message"),
    [
        ("a: &x 1\nb: *x\n", "a", "line 1: anchors and aliases"),
        ("a: 1\nb: *x\n", "b", "line 2: anchors and aliases"),
        ("a: !!python/object:os.system 1\n", "a", "line 1: the tag"),
        ("a: !!str 1\n", "a", "line 1: the tag"),
        ("? {x: 1}\n: 2\n", "file", "line 1: a field's name"),
        ("a: 1\n---\nb: 2\n", "file", "line 2: only one document"),
        ("a: [1, 2\n", "file", "line 2: "),
        ("a: 1\n b: 2\n", "file", "line 2: "),
        (b"a: \xff\n", "file", "The file is not UTF-8"),
        ("a: \x00\n", "file", ""),
    ],
)
def test_what_is_refused_is_named(content: str | bytes, field: str, message: str) -> None:
    found = problem(content)
    assert found[0] == field
    assert found[1].startswith(message)


def test_sizes_are_limited_on_both_sides() -> None:
    assert len(read("#" * MAX_BYTES).lines) == 0
    assert "512 KB" in problem("#" * (MAX_BYTES + 1))[1]
    nested = "[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1)
    assert read(nested).value
    assert "nested deeper" in problem(f"[{nested}]")[1]
    assert len(read("[" + "1," * (MAX_NODES - 1) + "]").value) == MAX_NODES - 1
    assert f"more than {MAX_NODES}" in problem("[" + "1," * MAX_NODES + "]")[1]


def test_a_hostile_depth_is_refused_early() -> None:
    assert "nested deeper" in problem("[" * 100_000)[1]


def test_a_repeated_field_is_told_and_the_rest_is_read() -> None:
    source = read("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n")
    assert source.value == {"a": 1, "b": {"c": 1}}
    assert [(each.field, each.message) for each in source.problems] == [
        ("b.c", "line 4: c is given twice."),
        ("a", "line 5: a is given twice."),
    ]


@given(st.text(max_size=300) | st.text(alphabet="a:-[]{}&*!|>'\"# \n,?", max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read(text)
    except BadInput as error:
        told = error.problems
    else:
        told = None
    assert told is None or told[0].message
