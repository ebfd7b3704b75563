"""The Survey of Consumer Finances: its summary extracts of every wave, and the embedded synthetic sample."""

from lib.sources.scf.codebook import CODEBOOK, read_codebook
from lib.sources.scf.survey import SAMPLE, columns_of, columns_of_sample, read, sample

__all__ = ["CODEBOOK", "SAMPLE", "columns_of", "columns_of_sample", "read", "read_codebook", "sample"]
