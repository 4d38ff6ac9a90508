"""The reader for files in the Jena layout."""

import bz2
import gzip
import lzma
from io import StringIO
from urllib.error import URLError

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from pandas.testing import assert_frame_equal

from skseqconv.datasets import load_climate_csv, make_climate

TEXT = """Date Time,p (mbar),T (degC),wv (m/s)
01.02.2009 00:10:00,996.52,-8.02,1.03
01.02.2009 00:20:00,996,-8.41,-9999.0
"""


def test_values_and_types():
    frame = load_climate_csv(StringIO(TEXT))
    assert list(frame.columns) == ["p (mbar)", "T (degC)", "wv (m/s)"]
    assert isinstance(frame.index, pd.DatetimeIndex)
    assert frame.index.name == "Date Time"
    assert list(frame.index) == [
        pd.Timestamp(2009, 2, 1, 0, 10),
        pd.Timestamp(2009, 2, 1, 0, 20),
    ]
    assert (frame.dtypes == np.float64).all()
    assert_array_equal(frame, [[996.52, -8.02, 1.03], [996.0, -8.41, np.nan]])


@pytest.mark.parametrize("text, kept", [("-9999", 0), ("-9990", 0), ("-9989.9", 1)])
def test_sentinel(text, kept):
    frame = load_climate_csv(StringIO(f"Date Time,a\n01.01.2009 00:00:00,{text}\n"))
    assert frame["a"].notna().sum() == kept


def test_paths_and_gzip(tmp_path):
    plain, packed = tmp_path / "a.csv", tmp_path / "a.csv.gz"
    plain.write_text(TEXT)
    packed.write_bytes(gzip.compress(TEXT.encode()))
    expected = load_climate_csv(StringIO(TEXT))
    for path in (plain, str(plain), packed):
        assert_frame_equal(load_climate_csv(path), expected)
    with plain.open() as file:
        assert_frame_equal(load_climate_csv(file), expected)


def test_reads_back_a_made_series(tmp_path):
    made = make_climate(50, random_state=0)
    made.to_csv(tmp_path / "made.csv", date_format="%d.%m.%Y %H:%M:%S")
    read = load_climate_csv(tmp_path / "made.csv")
    assert_array_equal(read, made)
    assert list(read.columns) == list(made.columns)
    assert (read.index == made.index).all()


def test_rows_are_left_as_they_are():
    rows = ["03.01.2009 00:00:00,1", "01.01.2009 00:00:00,", "01.01.2009 00:00:00,3"]
    frame = load_climate_csv(StringIO("\n".join(["Date Time,a", *rows])))
    assert list(frame.index.day) == [3, 1, 1]
    assert_array_equal(frame["a"], [1.0, np.nan, 3.0])


def test_time_column_need_not_be_first():
    frame = load_climate_csv(StringIO("a,Date Time,b\n1,01.01.2009 00:00:00,2\n"))
    assert list(frame.columns) == ["a", "b"]
    assert_array_equal(frame, [[1.0, 2.0]])


def test_header_only():
    frame = load_climate_csv(StringIO("Date Time,a\n"))
    assert frame.shape == (0, 1)
    assert isinstance(frame.index, pd.DatetimeIndex)
    assert (frame.dtypes == np.float64).all()


def test_empty_column_is_nan():
    frame = load_climate_csv(StringIO("Date Time,a,b\n01.01.2009 00:00:00,,1\n"))
    assert frame.dtypes["a"] == np.float64
    assert_array_equal(frame, [[np.nan, 1.0]])


def test_no_time_column():
    with pytest.raises(ValueError, match=r"no column 'Date Time', but \['date', 'a'\]"):
        load_climate_csv(StringIO("date,a\n01.01.2009 00:00:00,1\n"))


@pytest.mark.parametrize(
    "value, shown",
    [
        ("2009-01-02 00:00:00", "'2009-01-02 00:00:00'"),
        ("01.31.2009 00:00:00", "'01.31.2009 00:00:00'"),
        ("", "nan"),
    ],
)
def test_bad_time(value, shown):
    text = f"Date Time,a\n01.01.2009 00:00:00,1\n{value},2\n"
    with pytest.raises(ValueError, match=rf"is {shown} in row 1.*1 of 2 rows"):
        load_climate_csv(StringIO(text))


def test_times_that_are_numbers():
    with pytest.raises(ValueError, match=r"'Date Time' is .*20090101.* in row 0"):
        load_climate_csv(StringIO("Date Time,a\n20090101,1\n"))


@pytest.mark.parametrize("row", ["996,52", "996,"])
def test_more_fields_than_names(row):
    text = f"Date Time,a\n01.01.2009 00:00:00,{row}\n"
    with pytest.raises(ValueError, match=r"more fields than its header.*'a'"):
        load_climate_csv(StringIO(text))


@pytest.mark.parametrize(
    "first, bad, row", [("2", "north", 1), ("True", "True", 0), ("", "True", 1)]
)
def test_text_column(first, bad, row):
    text = f"Date Time,a,b\n01.01.2009 00:00:00,1,{first}\n"
    text += f"01.01.2009 00:10:00,1,{bad}\n"
    with pytest.raises(ValueError, match=f"Column 'b' has '{bad}' in row {row}"):
        load_climate_csv(StringIO(text))


@pytest.mark.parametrize(
    "suffix, pack",
    [("gz", gzip.compress), ("bz2", bz2.compress), ("xz", lzma.compress)],
)
def test_a_damaged_file_is_one_kind_of_error(suffix, pack, tmp_path):
    """Whatever the decompressor raises for it."""
    path, packed = tmp_path / f"a.csv.{suffix}", pack(TEXT.encode() * 99)
    middle = len(packed) // 2
    for damaged in (packed[:middle], packed[:middle] + b"\xff" * 9 + packed[middle:]):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match=r"cannot be read as CSV: .*a good copy"):
            load_climate_csv(path)


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_climate_csv(tmp_path / "a.csv")
    with pytest.raises(URLError):
        load_climate_csv((tmp_path / "a.csv").as_uri())


def test_measured_year(data_folder):
    frame = load_climate_csv(data_folder / "jena_2020_10min_14col.csv.gz")
    assert frame.shape == (52_696, 14)
    assert list(frame.columns) == list(make_climate(1, random_state=0).columns)
    assert frame.index[0] == pd.Timestamp("2020-01-01 00:10:00")
    assert frame.index[-1] == pd.Timestamp("2021-01-01 00:00:00")
    assert frame.isna().sum().sum() == 1
    assert np.isnan(frame["wv (m/s)"].iloc[7245])
    assert_allclose(frame["T (degC)"].mean(), 10.82, atol=0.005)


def test_made_year_is_like_the_measured_one(data_folder):
    real = load_climate_csv(data_folder / "jena_2020_10min_14col.csv.gz")
    made = make_climate(random_state=0)
    for column, low, high in (("T (degC)", 0.8, 1.3), ("p (mbar)", 0.6, 1.3)):
        step, day = (
            [frame[column].diff(lag).abs().mean() for frame in (made, real)]
            for lag in (6, 144)
        )
        assert low < made[column].std() / real[column].std() < high
        assert 0.5 < step[0] / step[1] < 1.5
        assert 0.7 < day[0] / day[1] < 1.4
