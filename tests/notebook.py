"""`python -m tests.notebook`: docs/analysis.ipynb with what it shows of the demo's dataset.

Needs what the group ci of pyproject.toml names, and a dataset that `make demo` wrote.
"""

from __future__ import annotations

import os
from tempfile import TemporaryDirectory
from unittest import mock

import nbformat
from nbclient import NotebookClient

from crawler.settings import OUTPUT_DIR
from tests.places import CHECKOUT

PAGE = CHECKOUT / "docs" / "analysis.ipynb"


def execute(
    notebook: nbformat.NotebookNode, dataset: str, training_set: str
) -> nbformat.NotebookNode:
    """Run every cell over `dataset`, in a kernel that is spoken to over loopback; the notebook
    builds a training set in the folder `training_set`.

    :raises CellExecutionError: a cell failed.
    """
    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(PAGE.parent)}},
    )
    with mock.patch.dict(os.environ, OUTPUT_DIR=dataset, TRAINING_SET=training_set):
        return client.execute()


def main() -> None:
    with TemporaryDirectory() as folder:
        notebook = execute(nbformat.read(PAGE, 4), OUTPUT_DIR, f"{folder}/analysis")
    notebook.metadata = {
        "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"},
        "language_info": {"name": "python"},
    }
    nbformat.write(notebook, PAGE)


if __name__ == "__main__":
    main()
