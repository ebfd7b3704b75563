"""Spark, where it and Java are."""

from __future__ import annotations

import importlib.util
import shutil

import pytest


@pytest.fixture(scope="session")
def spark():
    """A small Spark on this machine, which every table of a run shares."""
    if importlib.util.find_spec("pyspark") is None:
        pytest.skip("pyspark is not installed: make test-engines")
    if shutil.which("java") is None:
        pytest.skip("there is no Java for Spark: apt-get install openjdk-17-jre-headless")
    from pyspark.sql import SparkSession

    settings = {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "2",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.log.level": "ERROR",
    }
    builder = SparkSession.builder.master("local[2]").appName("tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()
