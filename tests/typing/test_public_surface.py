"""What `mypy` reads covers everything public, and signatures are readable."""

import ast
import inspect
from pathlib import Path

import pytest

import skseqconv
import skseqconv.networks

PARTS = {
    "sk": skseqconv,
    "datasets": skseqconv.datasets,
    "networks": skseqconv.networks,
}


@pytest.mark.parametrize("name", PARTS)
def test_mypy_reads_a_use_of_each_public_name(name):
    path = Path(__file__).with_name("public_surface.py")
    used = {
        node.attr
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == name
    }
    assert set(PARTS[name].__all__) <= used


@pytest.mark.parametrize("part", PARTS.values(), ids=PARTS)
def test_signatures_name_no_private_module(part):
    for name in part.__all__:
        thing = getattr(part, name)
        if callable(thing) and thing is not skseqconv.MissingHistoryWarning:
            shown = str(inspect.signature(thing))
            assert "skseqconv." not in shown, name
            assert ".src." not in shown, name


def test_a_signature_shows_types_as_they_are_written():
    shown = inspect.signature(skseqconv.Conv1DRegressor).parameters
    assert str(shown["filters"]) == "filters: 'int | Sequence[int]' = 32"
    assert str(shown["loss"]) == "loss: 'str | Callable | keras.losses.Loss' = 'mse'"


def test_an_unknown_parameter_is_refused_by_the_estimators_name():
    with pytest.raises(TypeError, match=r"^Conv1DRegressor\.__init__\(\) .* 'filterz'"):
        skseqconv.Conv1DRegressor(filterz=3)
