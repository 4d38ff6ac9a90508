"""The README's own code runs."""

import re
from pathlib import Path

import pytest

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.M | re.S)


def test_the_readme_has_code():
    assert BLOCKS


@pytest.mark.parametrize("code", BLOCKS)
def test_code_runs(code, capsys):
    exec(compile(code, str(README), "exec"), {})
    printed = capsys.readouterr().out
    # An error a fold, of common sense and of the network, and the forecast.
    assert printed.count("[") == 3
