"""The README's code runs from top to bottom, and prints what the README shows."""

import matplotlib.pyplot as plt
import pytest

from tests.pages import ROOT, read_blocks, run_page


@pytest.mark.trains
def test_code_runs_and_prints_what_is_shown(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    run_page("README.md", capsys=capsys)
    plt.close("all")
    written = sorted(path.name for path in tmp_path.iterdir())
    assert written == ["load.csv", "next_day.png"]


def test_every_block_is_run_and_shows_its_output():
    blocks = read_blocks((ROOT / "README.md").read_text(encoding="utf-8"))
    assert [block.not_run for block in blocks] == [None, None]
    assert all(block.output for block in blocks)
