"""The version, for the package and for the files that it writes."""

__version__ = "0.2.0.dev0"
