"""docs/analysis.ipynb runs over the demo's dataset and shows its figures."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys

import pytest

from output.stories import stories
from tests.places import CHECKOUT

PAGE = CHECKOUT / "docs" / "analysis.ipynb"
CARRIERS = ["cnnindonesia", "idntimes", "kontan", "mediaindonesia", "okezone", "suara"]
NEEDED = ("nbclient", "ipykernel", "matplotlib", "sklearn", "wordcloud")
MISSING = [name for name in NEEDED if not importlib.util.find_spec(name)]

needs_jupyter = pytest.mark.skipif(
    bool(MISSING), reason=f"not here: {', '.join(MISSING)}; `make .venv/.ci` installs them"
)


@needs_jupyter
@pytest.mark.trial
def test_the_notebook_runs_and_shows_the_demos_dataset(tmp_path):
    import nbformat

    from tests.notebook import execute

    demo = [sys.executable, "-m", "scrapy", "demo", *CARRIERS]
    subprocess.run(demo, cwd=CHECKOUT, env=os.environ | {"OUTPUT_DIR": str(tmp_path)}, check=True)
    notebook = nbformat.read(PAGE, 4)
    checks = """
assert len(words) > 500
assert not STOP_WORDS & set(words)
assert len(share) >= 10 and share.shape[1] >= 2
assert tellers["first"].sum() <= len(copied)
assert built.leaks == 0 and built.total == len(articles)
assert rows["story_id"].nunique() < len(rows) and scores.shape == (20, 4)
assert 0 < scores.min().min() and overstated.loc["month", "overstated"] > 0
"""
    notebook.cells.append(nbformat.v4.new_code_cell(checks))
    shown = json.dumps(execute(notebook, str(tmp_path), str(tmp_path / "sets/analysis")))
    assert shown.count('"image/png"') == 3
    told = stories(tmp_path).to_pylist()
    copied = max(told, key=lambda story: len(story["outlets"]))
    assert len(copied["outlets"]) > 1
    assert json.dumps(copied["title"])[1:-1] in shown


def test_the_committed_notebook_is_whole_small_and_names_no_machine():
    text = PAGE.read_text("utf-8")
    assert len(text) < 300_000
    for place in ("/work", "/tmp", "/home", "/root", "site-packages", "Traceback"):
        assert place not in text
    cells = [cell for cell in json.loads(text)["cells"] if cell["cell_type"] == "code"]
    assert [cell["execution_count"] for cell in cells] == list(range(1, len(cells) + 1))
    assert text.count('"image/png"') == 3
