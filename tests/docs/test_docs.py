"""The documents are true: commands exist, code runs, links lead on, columns are the schema's."""

import os
import re
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime

import pytest
from scrapy.cmdline import execute
from scrapy.utils.project import get_project_settings

from crawler.outlets.registry import load_spiders
from output.writer import Writer
from tests.places import CHECKOUT

PAGES = [
    CHECKOUT / "README.md",
    CHECKOUT / "CONTRIBUTING.md",
    CHECKOUT / "SECURITY.md",
    *sorted((CHECKOUT / "docs").glob("*.md")),
]
TEXT = {page.relative_to(CHECKOUT).as_posix(): page.read_text("utf-8") for page in PAGES}
COMMANDS = sorted(
    path.stem for path in (CHECKOUT / "crawler/commands").glob("*.py") if path.stem != "__init__"
)


@pytest.mark.parametrize("name", TEXT)
def test_relative_links_lead_somewhere(name):
    targets = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", TEXT[name])
    missing = [target for target in targets if not ((CHECKOUT / name).parent / target).exists()]
    assert not missing


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_documented(command):
    assert any(re.search(rf"scrapy {command}\b", text) for text in TEXT.values())


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command, capsys, monkeypatch):
    monkeypatch.chdir(CHECKOUT)
    with pytest.raises(SystemExit) as ended:
        execute(["scrapy", command, "-h"], settings=get_project_settings())
    assert ended.value.code == 0
    assert f"scrapy {command}" in capsys.readouterr().out


def test_every_documented_command_exists():
    stock = {"crawl", "list", "genspider", "settings", "shell"}
    named = set(re.findall(r"-m scrapy ([a-z]+)", "\n".join(TEXT.values())))
    assert named <= stock | set(COMMANDS)


def test_make_verbs_in_the_documents_exist():
    makefile = (CHECKOUT / "Makefile").read_text()
    verbs = set(re.findall(r"^([a-z0-9-]+):", makefile, re.MULTILINE))
    text = "\n".join(TEXT.values())
    named = set(re.findall(r"`make ([a-z0-9-]+)|^make ([a-z0-9-]+)", text, re.MULTILINE))
    assert {a or b for a, b in named} <= verbs


def test_cron_calls_scrapy_itself_since_make_turns_every_failure_into_2():
    lines = re.findall(r"^\*/\d+ .*$", TEXT["README.md"], re.MULTILINE)
    assert lines
    assert all(".venv/bin/python -m scrapy crawlall" in line for line in lines)


def test_contributing_stays_short():
    assert len(TEXT["CONTRIBUTING.md"].splitlines()) <= 80


@pytest.fixture
def dataset(tmp_path):
    """Two captures of one article, where the README's commands look for them."""
    writer = Writer(tmp_path / "output/data", "20260120T000000Z-docs")
    for day, body in ((20, "Isi lama."), (21, "Isi baru.")):
        moment = datetime(2026, 1, day, tzinfo=UTC)
        writer.write(
            "articles",
            "kontan",
            {
                "article_id": "kontan:uji", "url": "https://industri.kontan.co.id/news/uji",
                "title": "Uji", "body": body, "content_hash": body, "published_at": moment,
                "fetched_at": moment, "run_id": "docs", "extractor_version": "2026.11.22",
            },
        )  # fmt: skip
    writer.flush()
    return tmp_path


BLOCKS = [
    pytest.param(code, id=f"{name}-{number}")
    for name, text in TEXT.items()
    for number, code in enumerate(
        re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    )
    if name != "docs/analysis.md" and "pyspark" not in code  # these have tests of their own
]


@pytest.mark.parametrize("code", BLOCKS)
def test_python_in_the_documents_runs(code, dataset):
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        cwd=dataset,
        env=os.environ | {"PYTHONPATH": f"{CHECKOUT}:{CHECKOUT / 'output/door'}"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr


def test_the_readme_counts_no_outlet_that_is_not_there():
    spiders = load_spiders(get_project_settings()).values()
    statuses = Counter(spider.status for spider in spiders)
    [(outlets, verified)] = re.findall(
        r"\*\*(\d+) outlets are declared, and (\d+) of them", TEXT["README.md"]
    )
    [modelled] = re.findall(r"(\d+)\s+are modelled", TEXT["README.md"])
    assert int(outlets) <= statuses.total()
    assert int(verified) <= statuses["verified"]
    assert int(modelled) <= statuses["modelled"] + statuses["verified"] - int(verified)


def test_the_form_for_a_broken_outlet_asks_for_the_output_of_doctor():
    form = (CHECKOUT / ".github/ISSUE_TEMPLATE/outlet-is-broken.yml").read_text("utf-8")
    [asked] = re.findall(r"^  - type: textarea\n    id: doctor\n(?:    .*\n)+", form, re.MULTILINE)
    assert ".venv/bin/python -m scrapy doctor NAME" in asked


def test_the_pull_request_template_is_five_lines():
    text = (CHECKOUT / ".github/pull_request_template.md").read_text("utf-8")
    assert len(text.splitlines()) == 5


def test_the_workflow_runs_the_script_that_all_ci_runs():
    text = (CHECKOUT / ".github/workflows/ci.yml").read_text("utf-8")
    assert len(re.findall(r"^ +- run: .*\.ci/run", text, re.MULTILINE)) == 1
    assert os.access(CHECKOUT / ".ci/run", os.X_OK)
