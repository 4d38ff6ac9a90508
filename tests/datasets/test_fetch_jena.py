"""The Jena climate series: found, downloaded, mended; and faults of the file."""

import os
import tracemalloc
import zipfile
from functools import partial
from io import BytesIO

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal

from skseqconv import _files
from skseqconv.datasets import (
    _download,
    _jena,
    fetch_jena_climate,
    load_climate_csv,
    make_climate,
)

CSV, ZIP = "jena_climate_2009_2016.csv", "jena_climate_2009_2016.csv.zip"


@pytest.fixture(scope="module")
def mended():
    """Four made days: ten steps are missing, and a reading of the wind."""
    frame = make_climate(600, random_state=0)
    frame = frame.drop(frame.index[300:310])
    frame.iloc[7, frame.columns.get_loc("wv (m/s)")] = np.nan
    return frame


def write(frame):
    rows = frame.fillna(-9999.0)
    return rows.to_csv(date_format="%d.%m.%Y %H:%M:%S").encode()


def pack(members):
    """A zip file of these members."""
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.fixture(scope="module")
def rows(mended):
    """As the real file has them: a stretch stands twice. And another comes too late."""
    late = mended[350:360]
    return pd.concat(
        [mended[:150], mended[100:350], mended[360:400], late, mended[400:]]
    )


@pytest.fixture(scope="module")
def table(rows):
    return write(rows)


@pytest.fixture(scope="module")
def packed(table):
    """An archive like the one at the book's address, made on another system."""
    return pack({CSV: table, f"__MACOSX/._{CSV}": b"\x00\x05\x16\x07"})


@pytest.fixture(autouse=True)
def small(rows, monkeypatch):
    """What the file is to hold."""
    monkeypatch.setattr(_jena, "N_ROWS", len(rows))
    monkeypatch.setattr(_jena, "SPAN", (rows.index[0], rows.index[-1]))


def good(packed):
    return lambda handler: handler.give(packed)


@pytest.fixture
def server(server, packed, monkeypatch):
    """A server that has the small archive, in place of the real one."""
    server.answers = [good(packed)]
    remote = _jena.ARCHIVE._replace(url=server.url, size=len(packed))
    monkeypatch.setattr(_jena, "ARCHIVE", remote)
    return server


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# What is given.


def test_channels_are_those_of_the_made_series():
    assert list(make_climate(1).columns) == _jena.CHANNELS


def test_frame_is_in_the_order_of_time_and_has_each_stamp_once(
    server, tmp_path, mended
):
    jena = fetch_jena_climate(data_home=tmp_path)
    assert_frame_equal(jena.frame, mended, check_freq=False)
    assert jena.frame.index.name == "Date Time"
    assert jena.frame.isna().sum().sum() == 1
    assert jena.feature_names == list(mended.columns)
    assert "Chollet" in jena.DESCR


def test_target_is_the_temperature_a_day_later(server, tmp_path, mended):
    jena = fetch_jena_climate(data_home=tmp_path)
    X, y = jena.data, jena.target
    assert X.shape == (300 - 144 + 290 - 144, 14)
    assert_array_equal(X.to_numpy(), mended.loc[X.index])
    day = pd.Timedelta("1D")
    assert_array_equal(y, mended["T (degC)"].loc[X.index + day])
    assert jena.target_names == ["T (degC)"]
    assert len(np.unique(X.series_ids)) == 2  # on both sides of the missing steps


def test_return_X_y(server, tmp_path):
    jena = fetch_jena_climate(data_home=str(tmp_path))
    X, y = fetch_jena_climate(data_home=tmp_path, return_X_y=True)
    assert_array_equal(X.to_numpy(), jena.data.to_numpy())
    assert_array_equal(y, jena.target)


def test_another_task(server, tmp_path, mended):
    options = {"target": ["p (mbar)", 1], "delay": [1, 6]}
    jena = fetch_jena_climate(data_home=tmp_path, **options)
    assert jena.target.shape == (300 - 6 + 290 - 6, 4)
    assert jena.target_names == ["p (mbar)", "p (mbar)", "T (degC)", "T (degC)"]
    last = mended["T (degC)"].loc[jena.data.index + pd.Timedelta("1h")]
    assert_array_equal(jena.target[:, 3], last)


# Where it comes from, and what stays.


def test_archive_stays_as_it_came_and_nobody_is_asked_again(server, tmp_path, packed):
    first = fetch_jena_climate(data_home=tmp_path / "new" / "home")
    assert names(tmp_path)[2:] == [os.path.join("new", "home", ZIP)]
    home = tmp_path / "new" / "home"
    assert (home / ZIP).read_bytes() == packed
    second = fetch_jena_climate(data_home=home, download_if_missing=False)
    assert_frame_equal(first.frame, second.frame)
    assert server.hits == 1


def test_default_folder_is_that_of_sklearn(server, tmp_path, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "home"))
    fetch_jena_climate()
    assert names(tmp_path / "home") == [ZIP]


def test_file_of_the_user_is_read_and_comes_first(server, tmp_path, table, mended):
    (tmp_path / CSV).write_bytes(table)
    (tmp_path / ZIP).write_bytes(b"not looked at")
    jena = fetch_jena_climate(data_home=tmp_path)
    assert_frame_equal(jena.frame, mended, check_freq=False)
    assert names(tmp_path) == [CSV, ZIP]
    assert server.hits == 0


@pytest.mark.parametrize("name", [CSV, f"data/2009/{CSV}", f"../../{CSV}"])
def test_archive_of_the_user_need_not_be_the_one_for_download(
    server, tmp_path, table, mended, name
):
    home = tmp_path / "a" / "b"
    home.mkdir(parents=True)
    (home / ZIP).write_bytes(pack({"README": b"what it is", name: table}))
    jena = fetch_jena_climate(data_home=home, download_if_missing=False)
    assert_frame_equal(jena.frame, mended, check_freq=False)
    assert names(tmp_path) == ["a", os.path.join("a", "b"), os.path.join("a", "b", ZIP)]


def test_progress(server, tmp_path, capsys):
    fetch_jena_climate(data_home=tmp_path / "silent")
    assert capsys.readouterr().err == ""  # not a terminal
    fetch_jena_climate(data_home=tmp_path / "shown", verbose=True)
    shown = capsys.readouterr()
    assert shown.err == f"\r{ZIP}: 0.0 of 0.0 MB\n"
    assert shown.out == ""


# What goes wrong on the way.


def test_nothing_there_and_no_download(server, tmp_path):
    with pytest.raises(OSError, match="download_if_missing=False") as caught:
        fetch_jena_climate(data_home=tmp_path, download_if_missing=False)
    message = str(caught.value)
    assert f"Download {server.url} ({_jena.ARCHIVE}) and" in message
    saved = f"save it as {tmp_path / ZIP}, or save its content as {tmp_path / CSV}"
    assert saved in message
    assert server.hits == 0


def fails(folder, match, **options):
    """Check that a download fails and leaves nothing."""
    options = {"n_retries": 0, "retry_delay": 0, **options}
    with pytest.raises(OSError, match=match) as caught:
        fetch_jena_climate(data_home=folder, **options)
    assert names(folder) == []
    return str(caught.value)


def test_server_has_no_such_file(server, tmp_path):
    server.answers = [lambda handler: handler.send_error(404)]
    message = fails(tmp_path, "answered 404", n_retries=3)
    assert f"save it as {tmp_path / ZIP} ({_jena.ARCHIVE})" in message
    assert server.hits == 1


def cut(packed):
    return lambda handler: handler.give(packed[:1000], len(packed))


def silent(packed):
    def answer(handler):
        cut(packed)(handler)
        handler.wfile.flush()
        handler.server.ended.wait(10)

    return answer


def overloaded(packed):
    return lambda handler: handler.send_error(503)


def garble(packed):
    """Change a bit of the series; neither the size nor the directory shows it."""
    spoiled = bytearray(packed)
    spoiled[len(packed) // 2] ^= 1
    return bytes(spoiled)


@pytest.mark.parametrize(
    "fault, match",
    [
        (cut, "cut off after 1,000 of|IncompleteRead"),
        (silent, "timed out"),
        (overloaded, "answered 503"),
        (
            lambda packed: good(garble(packed)),
            "content is wrong, because .* a zip file",
        ),
    ],
)
def test_what_may_pass_is_tried_again(
    server, tmp_path, packed, mended, monkeypatch, fault, match
):
    impatient = partial(_download.download, timeout=0.3)
    monkeypatch.setattr(_jena, "download", impatient)
    server.answers = [fault(packed)]
    fails(tmp_path, match)
    server.answers = [fault(packed), good(packed)]
    with pytest.warns(UserWarning, match=f"({match}).*n_retries allows 1 more"):
        jena = fetch_jena_climate(data_home=tmp_path, n_retries=1, retry_delay=0)
    assert_frame_equal(jena.frame, mended, check_freq=False)
    assert names(tmp_path) == [ZIP]


def test_disk_is_full(server, tmp_path, monkeypatch):
    if not os.path.exists("/dev/full"):
        pytest.skip("needs /dev/full, which only Linux has")

    def open_full(part, mode):
        return open("/dev/full", "wb")

    monkeypatch.setattr(_files, "open", open_full, raising=False)
    fails(tmp_path, "could not be written: .*No space left on device.*Free disk space")


# What goes wrong with the file.


def described(packed, **fields):
    """The same zip file, whose directory says other things of its first member."""
    places = {"flags": (8, 2), "method": (10, 2), "size": (24, 4)}
    changed, entry = bytearray(packed), packed.index(b"PK\x01\x02")
    for name, value in fields.items():
        at, width = places[name]
        changed[entry + at : entry + at + width] = value.to_bytes(width, "little")
    return bytes(changed)


FAULTS_OF_ARCHIVES = {
    "no zip": (lambda packed: b"<html>" * 99, "be read as a zip file"),
    "empty": (lambda packed: b"", "be read as a zip file"),
    "cut off": (lambda packed: packed[:-40], "be read as a zip file"),
    "beheaded": (lambda packed: packed[1000:], "be read as a zip file"),
    "garbled": (garble, "be read as a zip file"),
    "too short": (lambda packed: described(packed, size=99), "zip file .Bad CRC-32"),
    "a bomb": (
        lambda packed: described(packed, size=2**32 - 2),
        "in it has 4,294,967,294 bytes, more than the limit of 100,000,000",
    ),
    "locked": (lambda packed: described(packed, flags=1), "zip file .*encrypted"),
    "packed as nobody does": (
        lambda packed: described(packed, method=99),
        "zip file .*compression method",
    ),
    "holds nothing": (lambda packed: pack({}), r"it contains \[\], but no jena"),
    "holds something else": (
        lambda packed: pack({"a.csv": b"", f"{CSV}.txt": b""}),
        rf"it contains \['a.csv', '{CSV}.txt'\], but no {CSV}",
    ),
}


@pytest.mark.parametrize("spoil, match", FAULTS_OF_ARCHIVES.values())
def test_spoiled_archive(server, tmp_path, packed, monkeypatch, spoil, match):
    spoiled = spoil(packed)
    path = tmp_path / ZIP
    path.write_bytes(spoiled)
    with pytest.raises(OSError, match=rf"{ZIP} cannot be used: .*{match}") as caught:
        fetch_jena_climate(data_home=tmp_path)
    told = ". Delete it to download the series, or replace it by the content of "
    assert f"{told}{server.url}" in str(caught.value)
    assert path.read_bytes() == spoiled  # the user's, after all
    path.unlink()
    assert server.hits == 0

    server.answers = [good(spoiled)]
    remote = _jena.ARCHIVE._replace(size=len(spoiled))
    monkeypatch.setattr(_jena, "ARCHIVE", remote)
    fails(tmp_path, f"the content is wrong, because .*{match}")


FAULTS_OF_TABLES = {
    "a row is missing": (lambda rows: write(rows[1:]), r"it has 639 rows, not 640"),
    "a row too many": (
        lambda rows: write(pd.concat([rows, rows[-1:]])),
        r"it has 641 rows, not 640",
    ),
    "no rows": (lambda rows: write(rows[:0]), r"it has 0 rows, not 640"),
    "a channel is missing": (
        lambda rows: write(rows.iloc[:, :3]),
        r"its channels are \['p \(mbar\)', 'T \(degC\)', 'Tpot \(K\)'\], not \['p ",
    ),
    "channels change places": (
        lambda rows: write(rows.iloc[:, ::-1]),
        r"its channels are \['wd ",
    ),
    "stamps without a name": (
        lambda rows: write(rows.rename_axis(None)),
        "no column 'Date Time'",
    ),
    "other years": (
        lambda rows: write(rows.set_axis(rows.index + pd.Timedelta("1D"))),
        r"it reaches from 2009-01-02 00:10:00 to .*, not from 2009-01-01 00:10:00 to",
    ),
    "cut off in a row": (lambda rows: write(rows)[:-30], "its last row is incomplete"),
    "no table": (lambda rows: b"\x00\xff" * 99, "codec|no column"),
    "empty": (lambda rows: b"", "No columns"),
}


@pytest.mark.parametrize("spoil, match", FAULTS_OF_TABLES.values())
@pytest.mark.parametrize("name", [CSV, ZIP])
def test_another_series(server, tmp_path, rows, spoil, match, name):
    content = spoil(rows)
    (tmp_path / name).write_bytes(content if name == CSV else pack({CSV: content}))
    with pytest.raises(OSError, match=rf"{name} cannot be used: .*{match}") as caught:
        fetch_jena_climate(data_home=tmp_path)
    assert "load_climate_csv reads other series" in str(caught.value)
    assert ".." not in str(caught.value)
    assert server.hits == 0


def test_a_bomb_that_lies_about_its_size_is_not_unpacked(tmp_path, monkeypatch):
    monkeypatch.setattr(_jena, "_LARGEST", 100_000)
    bomb = described(pack({CSV: bytes(50_000_000)}), size=99_999)
    (tmp_path / ZIP).write_bytes(bomb)
    tracemalloc.start()
    try:
        with pytest.raises(OSError, match="Bad CRC-32"):
            fetch_jena_climate(data_home=tmp_path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 2_000_000


@pytest.mark.parametrize("name", [CSV, ZIP])
@pytest.mark.parametrize("kind", ["folder", "pipe"])
def test_what_is_no_regular_file_is_not_read(kind, name, tmp_path):
    path = tmp_path / name
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    with pytest.raises(OSError, match=rf"{name} cannot be used: .* is a {kind}"):
        fetch_jena_climate(data_home=tmp_path)


def test_rows_as_they_are_come_from_the_reader(tmp_path, table, rows):
    (tmp_path / CSV).write_bytes(table)
    frame = load_climate_csv(tmp_path / CSV)
    assert_array_equal(frame.index, rows.index)
    assert not frame.index.is_monotonic_increasing


# Parameters.


@pytest.mark.parametrize(
    "name, value",
    [
        ("data_home", 3),
        ("target", None),
        ("delay", 0),
        ("delay", 1.5),
        ("n_retries", -1),
        ("retry_delay", -1.0),
        ("verbose", "yes"),
    ],
)
def test_wrong_parameter_is_named(tmp_path, name, value):
    match = f"'{name}' parameter of fetch_jena_climate.*{value!r}"
    with pytest.raises(ValueError, match=match):
        fetch_jena_climate(**{"data_home": tmp_path, name: value})


@pytest.mark.parametrize(
    "options, match",
    [
        ({"target": "rain"}, "target='rain' is not a channel"),
        ({"delay": 9_999}, "delay=9999 leaves none of the 590 rows"),
    ],
)
def test_impossible_task(server, tmp_path, options, match):
    with pytest.raises(ValueError, match=match):
        fetch_jena_climate(data_home=tmp_path, **options)
