"""datapackage.json is valid, true of the dataset, and written only when the content changes."""

from __future__ import annotations

import json
import shutil

import pyarrow.dataset as ds
import pytest

from output.datapackage import NAME, TABLES, describe_package, publish_package
from output.filesystem import Root
from tests.datasets import write_clusters
from tests.output.several_runs import write_old, write_runs


@pytest.fixture
def location(tmp_path):
    return write_old(write_runs(tmp_path))


def package(location):
    return json.loads((location / NAME).read_text("utf-8"))


def tables(location):
    return [resource["name"] for resource in package(location)["resources"]]


def test_datapackage_json_is_valid():
    frictionless = pytest.importorskip(
        "frictionless", reason="frictionless is not here; `make .venv/.ci` installs it"
    )
    described = describe_package(TABLES)
    assert list(frictionless.Package.metadata_validate(described)) == []
    assert frictionless.Package.from_descriptor(described).resource_names == list(TABLES)
    del described["resources"][0]["path"]
    assert list(frictionless.Package.metadata_validate(described))


def test_datapackage_json_describes_every_column(location):
    write_clusters(location, {"kontan:1": ["kontan:1"]})
    publish_package(location)
    for resource in package(location)["resources"]:
        fields = {field["name"]: field for field in resource["schema"]["fields"]}
        folder = ds.dataset(location / resource["path"], partitioning="hive").to_table()
        assert set(folder.column_names) <= set(fields)
        for column in folder.schema:
            assert str(column.type).replace("element", "item") == fields[column.name]["arrowType"]
            if fields[column.name].get("constraints"):
                assert not folder[column.name].null_count
        key = resource["schema"]["primaryKey"]
        assert folder.group_by(key).aggregate([]).num_rows == len(folder)
        assert all(field["description"] for field in fields.values())


def test_datapackage_json_names_the_tables_found(location):
    shutil.rmtree(location / "clusters")
    publish_package(location)
    assert tables(location) == ["articles", "rejects", "runs"]
    write_clusters(location, {"kontan:1": ["kontan:1"]})
    publish_package(location)
    assert tables(location) == ["articles", "rejects", "runs", "clusters"]


def test_an_unchanged_datapackage_json_is_not_written_again(location, monkeypatch):
    publish_package(location)
    monkeypatch.setattr(Root, "publish", None)
    publish_package(location)


def test_an_empty_dataset_gets_no_datapackage_json(tmp_path):
    publish_package(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_datapackage_json_is_beside_the_tables(location):
    before = {path for path in location.rglob("*") if path.is_file()}
    publish_package(location)
    assert {path for path in location.rglob("*") if path.is_file()} - before == {location / NAME}


def test_column_types_are_those_of_the_data_package_standard():
    kinds = {
        field["name"]: field["type"]
        for field in describe_package(["articles"])["resources"][0]["schema"]["fields"]
    }
    assert kinds["title"] == "string"
    assert kinds["published_at"] == "datetime"
    assert kinds["images"] == "array"
    assert kinds["archive"] == "object"
    assert (kinds["word_count"], kinds["tech_score"], kinds["paywalled"]) == (
        "integer",
        "number",
        "boolean",
    )
