"""Wartatek in Airflow 3: a crawl every half hour, a verification every night.

Put this file into the folder of DAGs of a worker on which the checkout is, after `make setup`, and
set the variable WARTATEK to the checkout. Airflow lives in an environment of its own.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import DAG

CHECKOUT = os.environ.get("WARTATEK", "/srv/wartatek")
CONTACT = os.environ.get("CONTACT", "you@example.org")  # refused until it is yours
HELD = 75
"""Exit code of a run that other runs hold off, or that a signal ended: no failure."""
BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)


def scrapy(command: str, limit: timedelta) -> BashOperator:
    """Return the task of a command: exit 1, an unhealthy outlet, and 2, usage, are failures."""
    return BashOperator(
        task_id=command.split()[0],
        bash_command=f".venv/bin/python -m scrapy {command}",
        cwd=CHECKOUT,
        env={"CONTACT": CONTACT},
        append_env=True,
        skip_on_exit_code=HELD,
        execution_timeout=limit,
    )


# No run of the past is made up for: a crawl sees the present. A second run beside one at work would
# be held off anyway.
with DAG(
    "wartatek", schedule="*/30 * * * *", start_date=BEGINNING, catchup=False, max_active_runs=1
) as crawl:
    scrapy("crawlall -q", timedelta(hours=4))

with DAG(
    "wartatek_verify", schedule="17 20 * * *", start_date=BEGINNING, catchup=False
) as verify:  # 03:17 in WIB
    scrapy("verify -q", timedelta(hours=1))
