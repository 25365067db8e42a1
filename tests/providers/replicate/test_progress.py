"""What is read out of a run's logs."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pexit_app.providers import log_lines
from pexit_app.providers.replicate import progress

BAR = "flux_train_replicate:  {share}%|#####     | {done}/{total} [01:10<02:39,  5.10it/s, lr: 4.0e-04 loss: 3.1e-01]"


@pytest.mark.parametrize(
    ("logs", "steps", "expected"),
    [
        ("", 1000, 0),
        ("Using seed: 7", 28, 0),
        ("  0%|          | 0/28 [00:00<?, ?it/s]\r 50%|█████     | 14/28 [00:02<00:02,  6.1it/s]", 28, 50),
        ("Loading checkpoint shards: 100%|██████████| 3/3 [00:01<00:00]", 1000, 0),
        ("Loading checkpoint shards: 100%|██████████| 3/3 [00:01<00:00]", 0, 99),
        (BAR.format(share=45, done=450, total=1000) + "\nCaching latents: 100%|####| 20/20 [00:01<00:00]", 1000, 45),
        ("Downloading: 100%|##########| 23.8G/23.8G [00:10<00:00, 2.3GB/s]", 1000, 0),
        (" 50%|#####     | 0/0 [00:00<?]", 0, 0),
    ],
)
def test_the_work_is_told_from_what_comes_before_it(logs: str, steps: int, expected: int) -> None:
    assert progress.percent(logs, steps) == expected


@given(st.lists(st.integers(0, 1000), min_size=1).map(sorted), st.sampled_from(["\r", "\n", "\n\n"]))
def test_a_bar_that_grows_never_falls_and_is_never_done(steps: list[int], breaks: str) -> None:
    bars = [BAR.format(share=done // 10, done=done, total=1000) for done in steps]
    shares = [progress.percent(breaks.join(bars[: n + 1]), 1000) for n in range(len(bars))]
    assert shares == [min(99, done // 10) for done in steps]


@given(st.text())
def test_any_logs_give_a_share_and_one_short_line(logs: str) -> None:
    assert 0 <= progress.percent(logs) <= 99
    line = progress.last_line(logs)
    assert len(line) <= log_lines.CHARS
    assert not {"\r", "\n"} & set(line)


@pytest.mark.parametrize(
    ("logs", "line"),
    [
        ("one\ntwo\r\n \n", "two"),
        ("a\rb\rc", "c"),
        ("saved to https://replicate.delivery/xezq/secret.tar now", "saved to … now"),
        ("HF_TOKEN=hf_abcdefghijkl", "HF_TOKEN=…"),
        ("x" * 300, "x" * 200),
    ],
)
def test_the_last_line_is_shown_without_addresses(logs: str, line: str) -> None:
    assert progress.last_line(logs) == line
