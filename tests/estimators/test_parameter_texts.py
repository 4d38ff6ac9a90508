"""The estimators share the texts of their parameters: `tests/parameter_texts.py`."""

import shutil

import pytest

from tests.parameter_texts import main, written


def test_texts_are_those_of_their_sources():
    main(["--check"])


@pytest.fixture
def copied(tmp_path):
    """The files of the estimators, to be changed."""
    folder = tmp_path / "estimators"
    folder.mkdir()
    for path in written():
        shutil.copy(path, folder)
    return tmp_path


def test_a_changed_text_is_found_and_written(copied, capsys):
    source = copied / "estimators" / "_conv1d_regressor.py"
    changed = source.read_text().replace("Dropout rate before", "Share lost before")
    source.write_text(changed)
    with pytest.raises(SystemExit, match=r"python -m tests\.parameter_texts"):
        main(["--check"], copied)
    assert capsys.readouterr().out.count("texts differ") == 3
    main([], copied)
    main(["--check"], copied)
    for path in (copied / "estimators").iterdir():
        assert "default=0.5\n        Share lost before" in path.read_text()


def test_order_and_defaults_come_from_the_signatures(copied):
    path = copied / "estimators" / "_conv1d_gru_classifier.py"
    right = path.read_text()
    start, end = right.index("    filters : "), right.index("    kernel_size : ")
    wrong = right[:start] + right[end:].replace("n_conv : int, default=2", "n_conv : x")
    path.write_text(wrong)
    main([], copied)
    assert path.read_text() == right


def test_a_parameter_without_a_text_is_named(copied):
    path = copied / "estimators" / "_conv1d_regressor.py"
    path.write_text(path.read_text().replace("    n_conv : ", "    n_convs : "))
    with pytest.raises(SystemExit, match="n_conv has no text"):
        main([], copied)
