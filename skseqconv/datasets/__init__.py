"""Data sets: a made weather series, a reader for the Jena layout, movie reviews.

`make_climate` needs no file and no network. `load_climate_csv` reads a file that
the user already has. `fetch_imdb` keeps its data in a folder, and downloads what is
not there; nothing else here does.
"""

from ._climate import make_climate
from ._imdb import fetch_imdb
from ._jena import load_climate_csv

__all__ = ["fetch_imdb", "load_climate_csv", "make_climate"]
