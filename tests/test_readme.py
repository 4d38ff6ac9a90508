"""The README's own code runs."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.M | re.S)


#: Of each block, how many arrays it prints: the errors of common sense and of the
#: network fold by fold, and the forecast; the scores of the reviews.
PRINTED = [3, 1]


@pytest.mark.parametrize(("code", "n_arrays"), list(zip(BLOCKS, PRINTED, strict=True)))
def test_code_runs(code, n_arrays, capsys):
    exec(compile(code, str(README), "exec"), {})
    assert capsys.readouterr().out.count("[") == n_arrays
