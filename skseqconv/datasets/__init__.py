"""Data sets: a made weather series, and a reader for files in the Jena layout.

`make_climate` needs no file and no network. `load_climate_csv` reads a file that
the user already has; nothing here downloads anything.
"""

from ._climate import make_climate
from ._jena import load_climate_csv

__all__ = ["load_climate_csv", "make_climate"]
