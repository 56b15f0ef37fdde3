"""deploy/: an image by the README's own steps, a compose file, and examples for two schedulers.

Linters read the files, the timer is run for real, and the examples run in an environment of their
own; docs/deploy.md says what no test runs.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest
import yaml

from tests.places import CHECKOUT

DEPLOY = CHECKOUT / "deploy"
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
BIN = str(Path(sys.executable).parent)
STACKS = CHECKOUT / ".venv-stacks/bin/python"

with_linters = pytest.mark.skipif(
    not shutil.which("hadolint", path=BIN), reason="no linters here: `make .venv/.ci` installs them"
)
with_stacks = pytest.mark.skipif(
    not STACKS.exists(), reason="no Airflow here: `make .venv-stacks/.stacks` installs it"
)


def steps() -> list[tuple[str, str]]:
    """Return the instructions of the Containerfile with their arguments, each in a line."""
    lines = [line for line in CONTAINERFILE.splitlines() if not line.startswith("#")]
    whole = "\n".join(lines).replace("\\\n", " ")
    return [(word, rest) for line in whole.splitlines() if line for word, _, rest in
            [line.partition(" ")]]  # fmt: skip


def arguments(of: str) -> list[str]:
    return [" ".join(rest.split()) for word, rest in steps() if word == of]


@with_linters
def test_hadolint_finds_nothing_in_the_containerfile():
    command = [f"{BIN}/hadolint", "--failure-threshold", "style", str(DEPLOY / "Containerfile")]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout


@with_linters
def test_compose_lint_finds_nothing_severe_but_the_network_of_browse():
    command = [f"{BIN}/compose-lint", "--format", "json", str(DEPLOY / "compose.yaml")]
    found = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)["findings"]
    severe = {(each["service"], each["rule_id"]) for each in found if each["severity"] != "medium"}
    # The host's network is the narrower one: browse listens on 127.0.0.1 alone.
    assert severe == {("browse", "CL-0008")}


def test_the_image_is_of_no_named_registry_and_runs_as_no_root():
    [base] = arguments("FROM")
    assert re.fullmatch(r"[a-z]+:[a-z0-9.-]+", base)
    [user] = arguments("USER")
    assert int(user) > 0
    after = [word for word, _ in steps()]
    assert "RUN" not in after[after.index("USER") :]
    assert f"--uid {user}" in " ".join(arguments("RUN"))


def test_the_images_steps_are_those_of_the_readme():
    readme = (CHECKOUT / "README.md").read_text("utf-8")
    [setup] = re.findall(r"^ARG SETUP=(.*)$", CONTAINERFILE, re.MULTILINE)
    assert f"\nmake {setup}\n" in readme and 'make "$SETUP"' in arguments("RUN")
    [entry] = arguments("ENTRYPOINT")
    [folder] = arguments("WORKDIR")
    called = " ".join(json.loads(entry)).removeprefix(f"{folder}/")
    assert called == ".venv/bin/python -m scrapy" and f"{called} crawlall" in readme
    [command] = arguments("CMD")
    assert json.loads(command) == ["crawlall"]


def test_every_file_that_the_image_takes_first_exists_and_is_not_left_out():
    kept = (CHECKOUT / ".dockerignore").read_text("utf-8").splitlines()
    assert kept[1] == "*"
    for name in arguments("COPY")[0].split()[:-1]:
        assert (CHECKOUT / name).exists() and f"!{name}" in kept
    for package in ("crawler", "spiders", "pipelines", "output", "scrapy.cfg"):
        assert f"!{package}" in kept
    assert {"output/data", "output/demo"} <= set(kept), "a dataset would be in the image"


def test_compose_keeps_one_volume_a_crawler_by_timer_and_browse():
    crawl, browse = COMPOSE["services"]["crawl"], COMPOSE["services"]["browse"]
    version = tomllib.loads((CHECKOUT / "pyproject.toml").read_text("utf-8"))["project"]["version"]
    for service in (crawl, browse):
        assert service["volumes"] == ["data:/data"]
        assert service["image"] == f"localhost/wartatek:{version}"
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).exists()
    assert list(COMPOSE["volumes"]) == ["data"]
    assert arguments("ENV")[-1] == "OUTPUT_DIR=/data"
    [timer, seconds, *command] = crawl["entrypoint"]
    assert os.access(CHECKOUT / timer, os.X_OK) and int(seconds) == 1800
    assert [*command, *crawl["command"]] == [
        ".venv/bin/python", "-m", "scrapy", "crawlall", "-q",
    ]  # fmt: skip
    assert crawl["environment"]["CONTACT"].startswith("${CONTACT:?"), "without one, nothing begins"
    assert browse["command"] == ["browse"] and browse["network_mode"] == "host"


def test_the_timer_runs_a_command_again_and_says_a_failure(tmp_path):
    log = tmp_path / "runs"
    program = f"echo run >> {log}; test $(wc -l < {log}) != 2"  # the second fails
    every = subprocess.Popen(
        [str(DEPLOY / "every"), "0.05", "sh", "-c", program], stderr=subprocess.PIPE, text=True
    )
    wait_for(lambda: log.exists() and len(log.read_text().split()) >= 4)
    every.send_signal(signal.SIGTERM)
    _, said = every.communicate(timeout=30)
    assert every.returncode == 0
    assert said.splitlines() == [f"sh -c {program}: ended with 1"]


def test_the_timer_hands_a_signal_to_the_command_and_waits_for_its_end(tmp_path):
    program = (
        "import pathlib, signal, sys, time\n"
        f"place = pathlib.Path({str(tmp_path)!r})\n"
        "def end(*_):\n    time.sleep(0.3); (place / 'ended').touch(); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, end); (place / 'begun').touch(); signal.pause()\n"
    )
    every = subprocess.Popen([str(DEPLOY / "every"), "600", sys.executable, "-c", program])
    wait_for((tmp_path / "begun").exists)
    every.send_signal(signal.SIGTERM)
    assert every.wait(timeout=30) == 0
    assert (tmp_path / "ended").exists()


def wait_for(done, seconds=30):
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it has not come"
        time.sleep(0.02)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder whose .venv/bin/python prints its arguments and ends with the variable CODE."""
    python = tmp_path / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "called $@ as $CONTACT"\nexit $CODE\n')
    python.chmod(0o755)
    return tmp_path


AIRFLOW = """
import os
import airflow_dag
from airflow.exceptions import AirflowException, AirflowSkipException
from airflow.serialization.serialized_objects import DagSerialization

for dag in (airflow_dag.crawl, airflow_dag.verify):
    DagSerialization.to_dict(dag)
    [task] = dag.tasks
    for os.environ["CODE"] in ("0", "1", "75"):
        try:
            print("RESULT", dag.dag_id, task.execute({}))
        except AirflowSkipException:
            print("RESULT", dag.dag_id, "skipped")
        except AirflowException:
            print("RESULT", dag.dag_id, "failed")
"""
DAGSTER = """
import os
import dagster_jobs

for schedule in dagster_jobs.definitions.schedules:
    job = dagster_jobs.definitions.get_job_def(schedule.job_name)
    for os.environ["CODE"] in ("0", "1", "75"):
        done = job.execute_in_process(raise_on_error=False)
        print("RESULT", schedule.cron_schedule, job.name, "done" if done.success else "failed")
"""


def said_by(program: str, checkout: Path) -> list[str]:
    """Return the results that `program` prints in the environment of Airflow and Dagster."""
    names = {"PYTHONPATH": str(DEPLOY), "WARTATEK": str(checkout), "CONTACT": "uji@contoh.example"}
    names |= {"AIRFLOW_HOME": str(checkout / "airflow"), "DAGSTER_DISABLE_TELEMETRY": "1"}
    done = subprocess.run(
        [str(STACKS), "-c", program], env=os.environ | names, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    printed = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    return [line.removeprefix("RESULT ") for line in printed]


@pytest.mark.trial
@with_stacks
def test_airflow_runs_the_tasks_and_takes_75_for_no_failure(checkout):
    assert said_by(AIRFLOW, checkout) == [
        "wartatek called -m scrapy crawlall -q as uji@contoh.example",
        "wartatek failed",
        "wartatek skipped",
        "wartatek_verify called -m scrapy verify -q as uji@contoh.example",
        "wartatek_verify failed",
        "wartatek_verify skipped",
    ]


@pytest.mark.trial
@with_stacks
def test_dagster_runs_the_jobs_and_takes_75_for_no_failure(checkout):
    assert said_by(DAGSTER, checkout) == [
        f"{when} {job} {verdict}"
        for when, job in (("*/30 * * * *", "crawl"), ("17 20 * * *", "verify"))
        for verdict in ("done", "failed", "done")
    ]
