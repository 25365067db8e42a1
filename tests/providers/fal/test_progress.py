"""What log lines say of a run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.providers.fal.progress import last_line, percent


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], 0),
        (["Starting"], 0),
        (["45%|####5     | 450/1000 [03:20<04:05,  2.2it/s]"], 45),
        (["step 450/1000"], 45),
        (["Steps: 450/1000, loss 0.31"], 45),
        (["12%|"], 12),
        (["0%| | 0/28\r 7%|#| 2/28\r50%|##| 14/28"], 50),
        (["100%|####| 1000/1000 [10:00<00:00]"], 99),
        (["Loading pipeline: 100%|####| 7/7", "Steps: 10/1000"], 1),
        (["Fetching 27 files: 100%|####| 27/27"], 0),
        (["Steps: 500/1000", "Encoding 3/3", "1%|| 1/3"], 50),
        (["Steps: 3/0"], 0),
        (["image 3/4 is 1024/768"], 0),
    ],
)
def test_the_longest_counter_tells_how_far_it_is(lines: list[str], expected: int) -> None:
    assert percent(lines) == expected


@given(st.integers(1, 10_000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_a_counter_is_a_share(counted: tuple[int, int]) -> None:
    done, total = counted
    shown = min(int(done / total * 100), 99)
    assert percent([f"Steps: {done}/{total}"]) == shown


@given(st.lists(st.text(alphabet="stepS 0123456789/%|:\r\n", max_size=60), max_size=8))
def test_any_line_is_survived(lines: list[str]) -> None:
    assert 0 <= percent(lines) <= 99
    assert len(last_line(lines)) <= 200


def test_the_last_line_is_what_a_terminal_would_show() -> None:
    assert last_line(["first", " 1%| | 1/9\r 2%| | 2/9\r", "  "]) == "2%| | 2/9"
    assert last_line([]) == ""
