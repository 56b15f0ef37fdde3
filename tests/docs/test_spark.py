"""Spark, in local mode, reads what the other tools read, and its code in the documents runs.

It needs Java 17: Debian's openjdk-17-jre-headless.
"""

from __future__ import annotations

import contextlib
import importlib.util
import logging
import os
import re
import shutil
from unittest import mock

import pytest

from tests.output.several_runs import (
    TABLES,
    assert_says_what_was_written,
    write_old,
    write_runs,
)
from tests.places import CHECKOUT

PAGES = (CHECKOUT / "README.md", CHECKOUT / "docs" / "analysis.md")
CONFIG = {
    # Nothing leaves this machine, and nobody is waited for on a port of it.
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.shuffle.partitions": "1",
    # Half the processor time of a start: what it compiles best, it would run once.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
}
MISSING = [
    name
    for name, found in (
        ("pyspark (`make .venv/.ci`)", importlib.util.find_spec("pyspark")),
        ("java (Debian's openjdk-17-jre-headless)", shutil.which("java")),
    )
    if not found
]


@pytest.fixture
def spark(tmp_path):
    """A session whose relative paths begin at `tmp_path`, in any working directory of Python."""
    from pyspark.sql import SparkSession

    # At exit it tells of its connections, on a stream that is closed by then.
    logging.getLogger("py4j").setLevel(logging.WARNING)
    builder = SparkSession.builder.master("local[1]")
    for name, value in CONFIG.items():
        builder = builder.config(name, value)
    # Else it looks up the machine's own name.
    with contextlib.chdir(tmp_path), mock.patch.dict(os.environ, SPARK_LOCAL_IP="127.0.0.1"):
        session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.mark.skipif(bool(MISSING), reason=f"not here: {', '.join(MISSING)}")
def test_spark_reads_every_row_and_runs_the_documented_code(spark, tmp_path, subtests):
    """One test, since a session takes seconds to start and pytest-xdist would start several."""
    location = write_runs(tmp_path / "output/data")
    for page in PAGES:
        blocks = re.findall(
            r"^```python\n(.*?)^```", page.read_text("utf-8"), re.DOTALL | re.MULTILINE
        )
        [code] = [block for block in blocks if "pyspark" in block]
        with subtests.test(page.name):
            names = {}
            exec(compile(code, page.name, "exec"), names)
            assert names["articles"].count() == 16
            if page.name == "analysis.md":
                assert names["newest"].count() == 15
                assert {row["topic"] for row in names["per_day"].collect()} == {"ai"}
    write_old(location)
    for table in TABLES:
        with subtests.test(table):
            rows = spark.read.option("mergeSchema", "true").parquet(str(location / table))
            assert_says_what_was_written(rows.toArrow(), table)
