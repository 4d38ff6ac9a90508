"""Data sets: a weather series, synthetic or measured, and movie reviews.

`make_climate` needs no file and no network. `load_climate_csv` reads a file of the
user. `fetch_jena_climate` and `fetch_imdb` keep their data in a folder, and download
missing files; only these two use the network.
"""

from ._climate import make_climate
from ._imdb import fetch_imdb
from ._jena import fetch_jena_climate
from ._jena_csv import load_climate_csv

__all__ = ["fetch_imdb", "fetch_jena_climate", "load_climate_csv", "make_climate"]
