"""A finder of another package, installed as packages are, beside the gazetteer."""

from __future__ import annotations

import textwrap

import pytest

from crawler.extraction.mentions import models
from crawler.extraction.mentions.models import ModelError, all_rules, find_all

PLACES = """
from crawler.extraction.mentions.find import Mention

def find(title, body, year):
    for name, kind in (("Kabel Nusa", {kind!r}), ("Telkom", "company")):
        if (at := body.find(name)) >= 0:
            yield Mention("lain", kind, name, "body", at + {shift}, body)
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    def installed(kind: str = "company", shift: int = 0, module: str = "alat_lain") -> None:
        (tmp_path / "alat_lain.py").write_text(PLACES.format(kind=kind, shift=shift))
        folder = tmp_path / "alat_lain-2.5.dist-info"
        folder.mkdir()
        (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: alat-lain\nVersion: 2.5\n")
        points = f"""
            [{models.GROUP}]
            alat = {module}:find
        """
        (folder / "entry_points.txt").write_text(textwrap.dedent(points))
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.delitem(__import__("sys").modules, "alat_lain", raising=False)

    models.finders.cache_clear()
    yield installed
    models.finders.cache_clear()


BODY = "Kabel Nusa bersaing dengan Telkom."


def test_a_finder_adds_what_the_gazetteer_does_not_hold(install):
    install()
    found = [(one.entity_id, one.text, one.start) for one in find_all("Kabel", BODY)]
    assert found == [("lain", "Kabel Nusa", 0), ("telkom", "Telkom", 27)]
    assert all_rules().endswith(", alat 2.5")


@pytest.mark.parametrize(("kind", "shift"), [("makhluk", 0), ("company", 1)])
def test_a_finder_that_gives_no_mention_of_the_text_is_refused(install, kind, shift):
    install(kind, shift)
    with pytest.raises(ModelError, match=r"alat 2\.5: "):
        find_all("Kabel", BODY)


def test_a_finder_that_is_not_there_is_named(install):
    install(module="tak_ada")
    with pytest.raises(ModelError, match=r"alat .*tak_ada:find"):
        find_all("Kabel", BODY)


def test_without_other_packages_the_rules_are_ours():
    models.finders.cache_clear()
    assert ", " not in all_rules()
