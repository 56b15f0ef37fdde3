"""Spark in local mode, where it is installed: with Java 17, Debian's openjdk-17-jre-headless."""

from __future__ import annotations

import contextlib
import importlib.util
import os
import shutil
from typing import TYPE_CHECKING
from unittest import mock

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pyspark.sql import SparkSession

_CONFIG = {
    # Nothing leaves this machine, or waits on a port of it for anybody.
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
    # Half the processor time of a start: what it compiles best, it would run once.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
_MISSING = [
    name
    for name, found in (
        ("pyspark (`make .venv/.ci`)", importlib.util.find_spec("pyspark")),
        ("java (Debian's openjdk-17-jre-headless)", shutil.which("java")),
    )
    if not found
]


def needs_spark(test):
    """Skips where Spark is not; elsewhere one process runs all such tests, with one session."""
    skip = pytest.mark.skipif(bool(_MISSING), reason=f"not here: {', '.join(_MISSING)}")
    return skip(pytest.mark.xdist_group("spark")(test))


@pytest.fixture(scope="session")
def spark_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Spark was started: a relative path is one from here, wherever Python goes."""
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="session")
def spark(spark_folder: Path) -> Iterator[SparkSession]:
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master("local[1]")
    for name, value in _CONFIG.items():
        builder = builder.config(name, value)
    # Else it looks up the machine's own name.
    with contextlib.chdir(spark_folder), mock.patch.dict(os.environ, SPARK_LOCAL_IP="127.0.0.1"):
        session = builder.getOrCreate()
    yield session
    session.stop()
