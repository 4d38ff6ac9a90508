"""The README's own code runs."""

import re
from pathlib import Path

import matplotlib.pyplot as plt
import pytest

pytestmark = pytest.mark.trains

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.M | re.S)


#: What each block prints: the comparison and a forecast; the scores of the reviews.
PRINTED = [("p_value", "Conv1D-GRU", "persistence", "["), ("[",)]


@pytest.mark.parametrize(("code", "parts"), list(zip(BLOCKS, PRINTED, strict=True)))
def test_code_runs(code, parts, capsys):
    exec(compile(code, str(README), "exec"), {})
    plt.close("all")
    printed = capsys.readouterr().out
    assert [part for part in parts if part not in printed] == []
