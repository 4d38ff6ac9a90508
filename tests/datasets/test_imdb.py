"""The IMDB reviews: prepared files, the archive, the download, and faults of each."""

import gzip
import hashlib
import io
import os
import sys
import tarfile

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_array_equal

from skseqconv.datasets import _imdb, fetch_imdb

TEXTS = [
    'He said "so", twice.<br />Fine',
    "NA",
    "line\r\nbreaks\nand\rreturns",
    " é ☃ \x85 ",
    "",
    "a, b",
]
REVIEWS = {
    f"{split}/{polarity}/{number}_{stars}": text
    for split in ("train", "test")
    for polarity, stars in (("pos", 9), ("neg", 2))
    for number, text in zip((0, 1, 2, 10, 11, 100), TEXTS, strict=True)
}
EXTRAS = {
    "aclImdb/README": "what it is",
    "aclImdb/train/urls_pos.txt": "urls",
    "aclImdb/train/unsup/0_0.txt": "no label",
    "aclImdb/train/pos/notes.txt": "no review",
    "../../aclImdb/train/pos/7_7.txt": "evil",
    "/aclImdb/train/pos/7_7.txt": "evil",
    "aclImdb/train/pos/../../../evil/7_7.txt": "evil",
}


def make_archive():
    """An archive of the published layout, in no order, with hostile members."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        members = {f"aclImdb/{name}.txt": text for name, text in REVIEWS.items()}
        for name, text in sorted(
            {**members, **EXTRAS}.items(), key=lambda x: x[0][::-1]
        ):
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.DIRTYPE):
            member = tarfile.TarInfo(f"aclImdb/train/pos/8{kind.decode()}_8.txt")
            member.type, member.linkname = kind, "aclImdb/README"
            archive.addfile(member)
    return packed.getvalue()


@pytest.fixture(scope="module")
def packed():
    return make_archive()


@pytest.fixture
def server(server, packed, monkeypatch):
    """A server that has the small archive, in place of the real one."""
    server.body, server.sends = packed, None

    def answer(handler):
        if server.body:
            handler.give(server.body[: server.sends], len(server.body))
        else:
            handler.send_error(404)

    server.answers = [answer]
    remote = _imdb.ARCHIVE._replace(
        url=server.url,
        size=len(packed),
        digest=hashlib.sha256(packed).hexdigest(),
    )
    monkeypatch.setattr(_imdb, "ARCHIVE", remote)
    return server


@pytest.fixture
def table():
    """A prepared table, in an order of its own."""
    rows = [
        (name[0], int(name[1] == "pos"), text, f"{name[1]}/{name[2]}")
        for name, text in ((key.split("/"), text) for key, text in REVIEWS.items())
    ]
    table = pd.DataFrame(rows, columns=["split", "label", "text", "review_id"])
    table = table.astype({"label": np.int8})
    return table.sample(frac=1, random_state=0, ignore_index=True)


def names(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def assert_same(first, second):
    assert first.keys() == second.keys()
    for key in ("data", "target", "review_ids"):
        assert_array_equal(first[key], second[key])
        assert first[key].dtype == second[key].dtype


# What is given.


@pytest.mark.parametrize("subset, size", [("train", 12), ("test", 12), ("all", 24)])
def test_reviews_of_the_archive(server, tmp_path, subset, size):
    reviews = fetch_imdb(data_home=tmp_path, subset=subset)
    assert reviews.data.shape == reviews.target.shape == (size,)
    assert reviews.data.dtype == reviews.review_ids.dtype == object
    assert reviews.target.dtype == np.int64
    assert reviews.target_names == ["negative", "positive"]
    assert "Maas" in reviews.DESCR
    given = dict(zip(reviews.review_ids, reviews.data, strict=True))
    assert len(given) == size
    expected = {n: t for n, t in REVIEWS.items() if subset in ("all", n.split("/")[0])}
    assert given == expected
    positive = ["/pos/" in name for name in reviews.review_ids]
    assert_array_equal(reviews.target, positive)


def test_defaults_and_return_X_y(server, tmp_path):
    reviews = fetch_imdb(data_home=str(tmp_path))
    data, target = fetch_imdb(data_home=tmp_path, return_X_y=True)
    assert_array_equal(data, reviews.data)
    assert_array_equal(target, reviews.target)
    assert {name.split("/")[0] for name in reviews.review_ids} == {"train"}


def test_order_is_fixed_and_mixed(server, tmp_path):
    """Positive, then negative, by name as text; one stream for train, then test."""
    reviews = fetch_imdb(data_home=tmp_path, subset="all")
    random, expected = np.random.RandomState(113), []
    for split in ("train", "test"):
        ids = [name for name in REVIEWS if name.startswith(split)]
        ids = sorted(ids, key=lambda name: ("neg" in name, name))
        rows = np.arange(len(ids))
        random.shuffle(rows)
        expected += [ids[row] for row in rows]
    assert reviews.review_ids.tolist() == expected
    assert len(set(reviews.target[:4])) == len(set(reviews.target[8:12])) == 2


def test_default_folder_is_that_of_sklearn(server, tmp_path, monkeypatch):
    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path / "home"))
    fetch_imdb()
    assert names(tmp_path / "home") == ["imdb_reviews.csv.gz"]


# Where it comes from, and what stays.


def test_second_call_asks_nobody(server, tmp_path):
    first = fetch_imdb(data_home=tmp_path, subset="all")
    assert names(tmp_path) == ["imdb_reviews.csv.gz"]
    second = fetch_imdb(data_home=tmp_path, subset="all", download_if_missing=False)
    assert_same(first, second)
    assert server.hits == 1


def test_archive_of_the_user_is_read_and_kept(server, packed, tmp_path):
    (tmp_path / "aclImdb_v1.tar.gz").write_bytes(packed)
    first = fetch_imdb(data_home=tmp_path, download_if_missing=False)
    assert names(tmp_path) == ["aclImdb_v1.tar.gz", "imdb_reviews.csv.gz"]
    assert_same(first, fetch_imdb(data_home=tmp_path))
    assert server.hits == 0


def test_nothing_is_unpacked(server, tmp_path):
    fetch_imdb(data_home=tmp_path / "a" / "b" / "home")
    assert names(tmp_path)[-1] == "a/b/home/imdb_reviews.csv.gz"
    assert len(names(tmp_path)) == 4


@pytest.mark.parametrize("name", ["imdb_reviews.csv.gz", "imdb_reviews.parquet"])
def test_prepared_table_keeps_its_order(table, tmp_path, name):
    path = tmp_path / name
    if name.endswith("parquet"):
        pytest.importorskip("pyarrow")
        table.to_parquet(path)
    else:
        table.to_csv(path, index=False)
    reviews = fetch_imdb(data_home=tmp_path, subset="test", download_if_missing=False)
    expected = table[table["split"] == "test"]
    assert reviews.data.tolist() == expected["text"].tolist()
    assert_array_equal(reviews.target, expected["label"])
    both = fetch_imdb(data_home=tmp_path, subset="all")
    assert both.data.tolist()[12:] == expected["text"].tolist()
    assert names(tmp_path) == [name]


def test_parquet_comes_first(table, tmp_path):
    pytest.importorskip("pyarrow")
    table.to_parquet(tmp_path / "imdb_reviews.parquet")
    (tmp_path / "imdb_reviews.csv.gz").write_bytes(b"not looked at")
    (tmp_path / "aclImdb_v1.tar.gz").write_bytes(b"not looked at")
    assert len(fetch_imdb(data_home=tmp_path).data) == 12


# What goes wrong.


def test_nothing_there_and_no_download(server, tmp_path):
    with pytest.raises(OSError, match="download_if_missing=False") as caught:
        fetch_imdb(data_home=tmp_path, download_if_missing=False)
    message = str(caught.value)
    assert f"Download {_imdb.ARCHIVE.url} ({_imdb.ARCHIVE})" in message
    assert f"save it as {tmp_path / 'aclImdb_v1.tar.gz'}" in message
    assert "'imdb_reviews.parquet' or 'imdb_reviews.csv.gz'" in message
    assert server.hits == 0


def test_relative_folder_is_named_in_full(server, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(OSError) as caught:
        fetch_imdb(data_home="home", download_if_missing=False)
    assert str(tmp_path / "home" / "aclImdb_v1.tar.gz") in str(caught.value)


def test_download_fails(server, tmp_path):
    server.body = b""
    with pytest.raises(OSError, match="answered 404") as caught:
        fetch_imdb(data_home=tmp_path)
    assert f"save it as {tmp_path / 'aclImdb_v1.tar.gz'}" in str(caught.value)
    assert names(tmp_path) == []


def test_download_is_tried_again(server, tmp_path):
    server.sends = 100
    with (
        pytest.warns(UserWarning, match="Trying again in 0 s; n_retries allows"),
        pytest.raises(OSError, match=r"cut off|IncompleteRead"),
    ):
        fetch_imdb(data_home=tmp_path, n_retries=2, delay=0)
    assert server.hits == 3
    assert names(tmp_path) == []


def test_archive_cut_off(server, packed, tmp_path):
    path = tmp_path / "aclImdb_v1.tar.gz"
    path.write_bytes(packed[:-100])
    with pytest.raises(OSError, match="is damaged or another file: it has") as caught:
        fetch_imdb(data_home=tmp_path)
    assert str(path) in str(caught.value)
    assert "Delete it" in str(caught.value)
    assert names(tmp_path) == ["aclImdb_v1.tar.gz"]
    assert server.hits == 0


def test_archive_with_another_checksum(server, packed, tmp_path):
    (tmp_path / "aclImdb_v1.tar.gz").write_bytes(packed[::-1])
    with pytest.raises(OSError, match=r"its sha256 checksum is [0-9a-f]{64}, not"):
        fetch_imdb(data_home=tmp_path)


def test_no_room_for_the_table(server, tmp_path, monkeypatch):
    """The reviews come with a warning, and the archive stays for the next call."""

    def fail(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(_imdb, "download", lambda *_, **__: archive.write_bytes(body))
        patch.setattr("skseqconv.datasets._download.os.fsync", fail)
        archive, body = tmp_path / "aclImdb_v1.tar.gz", server.body
        with pytest.warns(
            UserWarning, match="could not be .* each call reads"
        ) as caught:
            assert len(fetch_imdb(data_home=tmp_path).data) == 12
    [warning] = caught
    assert f"{tmp_path / 'imdb_reviews.csv.gz'} could not be" in str(warning.message)
    assert "No space" in str(warning.message)
    assert names(tmp_path) == ["aclImdb_v1.tar.gz"]
    assert len(fetch_imdb(data_home=tmp_path).data) == 12
    assert server.hits == 0


@pytest.mark.parametrize(
    "spoil",
    [
        lambda good: good[: len(good) // 2],
        lambda good: good[:-4],
        lambda good: good[:60] + bytes(20) + good[80:],
        lambda good: b"no gzip",
        lambda good: b"",
        lambda good: gzip.compress(b""),
        lambda good: gzip.compress(gzip.decompress(good)[:-3]),
        lambda good: gzip.compress(b"split\n\xff"),
    ],
)
def test_damaged_csv(server, tmp_path, spoil):
    path = tmp_path / "imdb_reviews.csv.gz"
    fetch_imdb(data_home=tmp_path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(OSError, match=r"could not be read.*delete it") as caught:
        fetch_imdb(data_home=tmp_path)
    assert str(path) in str(caught.value)
    path.unlink()
    assert len(fetch_imdb(data_home=tmp_path).data) == 12


@pytest.mark.parametrize(
    "spoil", [lambda good: good[:-50], lambda good: good[50:], lambda good: b""]
)
def test_damaged_parquet(table, tmp_path, spoil):
    pytest.importorskip("pyarrow")
    path = tmp_path / "imdb_reviews.parquet"
    table.to_parquet(path)
    path.write_bytes(spoil(path.read_bytes()))
    with pytest.raises(OSError, match=r"imdb_reviews\.parquet could not be read"):
        fetch_imdb(data_home=tmp_path)


def test_parquet_without_pyarrow(tmp_path, monkeypatch):
    (tmp_path / "imdb_reviews.parquet").touch()
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(ImportError, match=r"parquet needs pyarrow: .*pip install pyar"):
        fetch_imdb(data_home=tmp_path)


@pytest.mark.parametrize("suffix", ["csv.gz", "parquet"])
@pytest.mark.parametrize("name", ["split", "label", "text", "review_id"])
def test_column_is_missing(table, tmp_path, name, suffix):
    path = tmp_path / f"imdb_reviews.{suffix}"
    table = table.drop(columns=name)
    if suffix == "parquet":
        pytest.importorskip("pyarrow")
        table.to_parquet(path)
    else:
        table.to_csv(path, index=False)
    with pytest.raises(ValueError, match=f"{suffix} has no column {name!r}, but"):
        fetch_imdb(data_home=tmp_path)


@pytest.mark.parametrize(
    "name, value, right",
    [
        ("split", "val", "'train' or 'test'"),
        ("label", 2, "0 or 1"),
        ("label", 0.5, "0 or 1"),
        ("label", "pos", "0 or 1"),
        ("text", None, "text"),
    ],
)
def test_wrong_value_is_named(table, tmp_path, name, value, right):
    pytest.importorskip("pyarrow")
    values = table[name].astype(str if isinstance(value, str) else object)
    values.iloc[[3, 5]] = value
    table.assign(**{name: values}).to_parquet(tmp_path / "imdb_reviews.parquet")
    match = f"'{name}' of .*parquet has .* in row 3, which is not {right}.*2 of 24"
    with pytest.raises(ValueError, match=match):
        fetch_imdb(data_home=tmp_path)


@pytest.mark.parametrize("rows", [0, 12])
def test_subset_without_rows(table, tmp_path, rows):
    table = table.sort_values("split", ascending=False)[:rows]
    table.to_csv(tmp_path / "imdb_reviews.csv.gz", index=False)
    with pytest.raises(ValueError, match=r"csv\.gz has no row whose split is 'test'"):
        fetch_imdb(data_home=tmp_path, subset="test")


@pytest.mark.parametrize(
    "name, value",
    [("subset", "val"), ("n_retries", -1), ("delay", -1.0), ("data_home", 3)],
)
def test_wrong_parameter_is_named(tmp_path, name, value):
    with pytest.raises(
        ValueError, match=f"'{name}' parameter of fetch_imdb.*{value!r}"
    ):
        fetch_imdb(**{"data_home": tmp_path, name: value})


@pytest.mark.parametrize("kind", ["folder", "pipe"])
@pytest.mark.parametrize(
    "name", ["imdb_reviews.parquet", "imdb_reviews.csv.gz", "aclImdb_v1.tar.gz"]
)
def test_what_is_no_regular_file_is_not_read(name, kind, tmp_path):
    path = tmp_path / name
    path.mkdir() if kind == "folder" else os.mkfifo(path)
    with pytest.raises(OSError, match=rf"{name} is a {kind}, .*a regular file"):
        fetch_imdb(data_home=tmp_path)
    assert names(tmp_path) == [name]


# The real reviews.


def test_real_reviews(data_folder):
    for subset in ("train", "test"):
        reviews = fetch_imdb(
            data_home=data_folder, subset=subset, download_if_missing=False
        )
        assert len(reviews.data) == len(set(reviews.review_ids)) == 25_000
        assert reviews.target.sum() == 12_500
        # Mixed: the tail that a split in order of rows leaves for validation.
        assert 0.47 < reviews.target[-5000:].mean() < 0.53
        stars = np.array([int(name.rpartition("_")[2]) for name in reviews.review_ids])
        assert (stars[reviews.target == 1] >= 7).all()
        assert (stars[reviews.target == 0] <= 4).all()


def test_real_first_review(data_folder):
    data, target = fetch_imdb(data_home=data_folder, return_X_y=True)
    assert data[0].startswith("this film was just brilliant,casting")
    assert target[:10].tolist() == [1, 0, 0, 1, 0, 0, 1, 0, 1, 0]


def test_the_archive_gives_the_order_of_the_prepared_file(data_folder):
    """Which is that of Keras' own rows."""
    pytest.importorskip("pyarrow")
    table = pd.read_parquet(data_folder / "imdb_reviews.parquet")
    mixed = _imdb._mix(table.sample(frac=1, random_state=0))
    for name in ("split", "label", "review_id"):
        assert_array_equal(mixed[name], table[name])
