"""The code of the contributor's guide runs."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

GUIDE = Path(__file__).parents[1] / "docs" / "contributing"


@pytest.mark.parametrize("page", ["add_a_transformer.md", "add_a_display.md"])
def test_code_runs(page):
    text = (GUIDE / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", text, re.M | re.S)
    assert len(blocks) == 2
    names = {"__name__": "guide"}
    for block in blocks:
        exec(compile(block, page, "exec"), names)
    plt.close("all")
