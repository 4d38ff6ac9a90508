"""Paths that `save`, `load` and `export_keras` take, and those that they refuse."""

import errno
import os
import socket
import zipfile
from pathlib import Path

import numpy as np
import pytest

from skseqconv import (
    Conv1DRegressor,
    Standardizer,
    _files,
    export_keras,
    load,
    save,
)

pytestmark = pytest.mark.trains

pytest.importorskip("skops.io", reason="save and load need the extra 'persistence'")


@pytest.fixture(scope="module")
def network():
    X = np.random.default_rng(0).normal(size=(40, 8, 1))
    model = Conv1DRegressor(filters=2, kernel_size=2, n_conv=1, epochs=1)
    return model.fit(X, X[:, -1, 0])


@pytest.fixture(params=["save", "export_keras"])
def write(request, network):
    """A function of a path that writes a file there."""
    if request.param == "save":
        return lambda path: save(Standardizer(), path)
    return lambda path: export_keras(network, path)


def whole(path):
    """Whether a file of one of the two is there."""
    return zipfile.is_zipfile(path) and b"json" in Path(os.fsdecode(path)).read_bytes()


NAMES = {
    "250 characters": "x" * 244 + ".keras",
    "255 bytes": "\u4e2d" * 83 + ".keras",
    "no Unicode": os.fsdecode(b"\xff\xfe.keras"),
    "a space and a tilde": "~ a.keras",
}


@pytest.mark.parametrize("as_path", [str, os.fsencode, Path])
@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_names_of_files(name, as_path, write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = as_path(name)
    for _ in range(2):  # anew, and in the place of the one before
        write(path)
        assert os.listdir(tmp_path) == [name]
        assert whole(path)


@pytest.mark.parametrize("kind", [str, os.fsencode], ids=["str", "bytes"])
def test_any_path_of_a_file_is_read(kind, tmp_path):
    path = kind(str(tmp_path / "model.skops"))
    save(Standardizer(with_std=False), path)
    assert load(path).with_std is False


@pytest.mark.parametrize("path", [3, None, ["a.keras"]])
def test_what_is_no_path_is_refused(path, network):
    with pytest.raises(TypeError, match="expected str, bytes or "):
        load(path)
    with pytest.raises(TypeError, match="expected str, bytes or "):
        save(Standardizer(), path)
    if path is not None:
        with pytest.raises(TypeError, match="expected str, bytes or "):
            export_keras(network, path)


@pytest.mark.parametrize("end", ["x.keras/", "x/.", "x/..", ""])
def test_paths_that_name_a_folder(end, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for act in (load, lambda path: save(Standardizer(), path)):
        for path in (end, os.fsencode(end)):
            with pytest.raises(
                IsADirectoryError, match=rf"path='{end}' names a folder"
            ):
                act(path)
    assert os.listdir(tmp_path) == []


def test_a_keras_file_is_not_written_as_a_folder(network, tmp_path):
    with pytest.raises(IsADirectoryError, match="names a folder"):
        export_keras(network, f"{tmp_path}/model.keras/")
    assert os.listdir(tmp_path) == []


def make_special(kind, path):
    """Something that is no regular file; what must be kept open is returned."""
    if kind == "folder":
        path.mkdir()
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "device":
        path.symlink_to(os.devnull)
    elif kind == "socket":
        found = socket.socket(socket.AF_UNIX)
        found.bind(str(path))
        return found
    return None


KINDS = {
    "folder": "is a folder, but must be a regular file",
    "pipe": "is a pipe, a socket or a device, but must be a regular file",
    "device": "is a pipe, a socket or a device, but must be a regular file",
    "socket": "is a pipe, a socket or a device, but must be a regular file",
}


@pytest.mark.parametrize("linked", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_what_is_no_regular_file_is_left_alone(
    kind, linked, write, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)  # names of sockets must be short
    path = tmp_path / "a.keras"
    kept = make_special(kind, path.relative_to(tmp_path))
    if linked:
        (tmp_path / "link.keras").symlink_to(path)
        path = tmp_path / "link.keras"
    before = sorted(os.listdir(tmp_path)), os.stat(path)
    for act in (load, write):
        with pytest.raises(OSError, match=KINDS[kind]):
            act(path)
    after = os.stat(path)
    assert sorted(os.listdir(tmp_path)) == before[0]
    assert (after.st_mode, after.st_ino) == (before[1].st_mode, before[1].st_ino)
    if kept is not None:
        kept.close()


def test_links_are_followed(write, tmp_path):
    (tmp_path / "folder").mkdir()
    target, link = tmp_path / "folder" / "model.keras", tmp_path / "link.keras"
    link.symlink_to(target)
    for _ in range(2):  # the target is not there, and is
        write(link)
        assert link.is_symlink()
        assert os.listdir(tmp_path / "folder") == ["model.keras"]
        assert whole(target)
    target.unlink()
    target.symlink_to(link)
    for act in (load, write):
        with pytest.raises(OSError, match="symbolic links"):
            act(link)


# Errors name the path that was given, and no file that was not asked for.


@pytest.mark.parametrize("as_path", [str, os.fsencode, Path])
def test_a_folder_that_does_not_exist(as_path, write, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    for folder in ("nowhere", "file"):
        with pytest.raises(FileNotFoundError) as error:
            write(as_path(f"{folder}/model.keras"))
        assert str(error.value) == (
            f"[Errno 2] path='{folder}/model.keras' cannot be written, because the "
            f"folder '{tmp_path / folder}' does not exist. Create the folder, or give "
            "another path"
        )
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("place", ["open", "fsync", "replace"])
def test_a_folder_that_refuses_and_a_full_disk(place, write, tmp_path, monkeypatch):
    """Tests may run as root, who may write everywhere."""
    path = tmp_path / "model.keras"
    path.write_bytes(b"the one before")
    number = errno.ENOSPC if place == "fsync" else errno.EACCES

    def refuse(file, *rest, **options):
        name = None if place == "fsync" else os.fspath(file)
        raise OSError(number, os.strerror(number), name)

    with monkeypatch.context() as patch:
        if place == "open":
            patch.setattr(_files, "open", refuse, raising=False)
        else:
            patch.setattr(os, place, refuse)
        with pytest.raises(OSError, match=r"^\[Errno") as error:
            write(path)
    assert error.value.errno == number
    said = f"path={str(path)!r} cannot be written: {os.strerror(number)}. An earlier"
    assert said in str(error.value)
    assert ".model" not in str(error.value)
    assert path.read_bytes() == b"the one before"
    assert os.listdir(tmp_path) == ["model.keras"]


def test_errors_of_the_content_are_passed_on(tmp_path):
    """A download that is cut off is not a fault of the path."""
    cut = ConnectionResetError(errno.ECONNRESET, "Connection reset by peer")
    with pytest.raises(ConnectionResetError) as error:
        with _files.whole_file(tmp_path / "model.skops"):
            raise cut
    assert error.value is cut
