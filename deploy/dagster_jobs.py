"""Wartatek in Dagster: a crawl every half hour, a verification every night.

`dagster dev -f deploy/dagster_jobs.py`, in an environment of its own, with the variable WARTATEK
set to a checkout after `make setup`.
"""

import os
import subprocess

from dagster import (
    Definitions,
    Failure,
    JobDefinition,
    OpExecutionContext,
    ScheduleDefinition,
    job,
    op,
)

CHECKOUT = os.environ.get("WARTATEK", "/srv/wartatek")
CONTACT = os.environ.get("CONTACT", "you@example.org")  # refused until it is yours
HELD = 75
"""Exit code of a run that other runs hold off, or that a signal ended: no failure."""


def scrapy(name: str, command: str) -> JobDefinition:
    """Return the job of a command: exit 1, an unhealthy outlet, and 2, usage, are failures."""

    @op(name=f"scrapy_{name}")
    def run(context: OpExecutionContext) -> None:
        done = subprocess.run(
            [".venv/bin/python", "-m", "scrapy", *command.split()],
            cwd=CHECKOUT,
            env=os.environ | {"CONTACT": CONTACT},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        context.log.info(done.stdout)
        if done.returncode not in (0, HELD):
            raise Failure(f"scrapy {command} ended with {done.returncode}: {done.stdout[-1000:]}")

    @job(name=name)
    def whole() -> None:
        run()

    return whole


crawl = scrapy("crawl", "crawlall -q")
verify = scrapy("verify", "verify -q")
definitions = Definitions(
    jobs=[crawl, verify],
    schedules=[
        ScheduleDefinition(job=crawl, cron_schedule="*/30 * * * *"),
        ScheduleDefinition(job=verify, cron_schedule="17 20 * * *"),  # 03:17 in WIB
    ],
)
