"""The Survey of Consumer Finances: its summary extracts of every wave, and the embedded synthetic sample."""

from lib.sources.scf.codebook import read_codebook
from lib.sources.scf.survey import SAMPLE, read, sample

__all__ = ["SAMPLE", "read", "read_codebook", "sample"]
