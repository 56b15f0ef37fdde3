"""Texts of the terminal in Indonesian and English: every text is in the catalogue."""

from __future__ import annotations

import ast
import gettext
import re
import string
from io import BytesIO
from pathlib import Path

import pytest

from crawler import wording
from crawler.wording import DOMAIN, LOCALE, number, tr

ROOT = Path(wording.__file__).parent
CATALOGUE = LOCALE / "id/LC_MESSAGES" / f"{DOMAIN}.po"
KEYWORDS = {"tr": None, "mark": None, "page_text": None}
SHOWN = {"say", "complain", "waiting", "print"}
"""Functions whose first argument people read."""


def extracted():
    """Return the keys that the code holds."""
    frontend = pytest.importorskip("babel.messages.frontend")
    extract = pytest.importorskip("babel.messages.extract")
    with (LOCALE / "babel.cfg").open() as file:
        methods, options = frontend.parse_mapping_cfg(file)
    found = extract.extract_from_dir(str(ROOT), methods, options, KEYWORDS)
    return {key for _, _, key, *_ in found}


def catalogue():
    pofile = pytest.importorskip("babel.messages.pofile")
    with CATALOGUE.open("rb") as file:
        return [message for message in pofile.read_po(file) if message.id]


def test_the_catalogue_holds_each_text_of_the_code_and_no_other():
    there = {message.id for message in catalogue()}
    assert extracted() == there, "make words"


def test_each_text_has_a_translation_with_the_same_placeholders():
    for message in catalogue():
        assert message.string, message.id
        assert not message.fuzzy, message.id
        assert placeholders(message.string) == placeholders(message.id), message.id
        ends = [re.findall(r"^\s*|\s*$", text) for text in (message.id, message.string)]
        assert ends[0] == ends[1], message.id


def placeholders(text):
    if "%(" in text:  # a name for Scrapy
        text = text.replace("%(name)s", "")
    return sorted(f"{name}:{form}" for _, name, form, _ in string.Formatter().parse(text) if name)


def test_the_compiled_catalogue_is_that_of_the_source():
    mofile = pytest.importorskip("babel.messages.mofile")
    pofile = pytest.importorskip("babel.messages.pofile")
    with CATALOGUE.open("rb") as file:
        written = BytesIO()
        mofile.write_mo(written, pofile.read_po(file))
    with CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    written.seek(0)
    assert gettext.GNUTranslations(written)._catalog == compiled._catalog, "make words"


def bare_texts(source):
    """Yield line and text of what people read in `source` and `tr` does not translate."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        shown = node.args[:1] if name in SHOWN else []
        for value in [*shown, *(one.value for one in node.keywords if one.arg == "help")]:
            parts = value.values if isinstance(value, ast.JoinedStr) else [value]
            texts = [one.value for one in parts if isinstance(one, ast.Constant)]
            said = " ".join(text for text in texts if isinstance(text, str))
            if re.search(r"[A-Za-z]{2,} [A-Za-z]{2,}", said):
                yield node.lineno, said


def test_no_command_says_a_text_that_is_in_no_catalogue():
    found = {
        f"{path.relative_to(ROOT)}:{line}": text
        for folder in ("commands", "terminal")
        for path in sorted((ROOT / folder).glob("*.py"))
        for line, text in bare_texts(path.read_text("utf-8"))
    }
    assert found == {}


def test_a_bare_text_is_found():
    source = 'self.complain(f"no such {x}, say another")\nself.say(tr("no such thing"))'
    assert [line for line, _ in bare_texts(source)] == [1]


@pytest.fixture
def indonesian(monkeypatch):
    monkeypatch.delenv("LC_ALL", raising=False)
    monkeypatch.setenv("LC_MESSAGES", "id_ID.UTF-8")


def test_texts_and_numbers_follow_the_language(indonesian, monkeypatch):
    assert tr("no article matches") == "tidak ada artikel yang cocok"
    assert tr("boilerplate: {lines:,} lines recur", lines=1234) == (
        "boilerplate: 1.234 baris berulang"
    )
    assert number(1234.5) == "1.234,5"
    monkeypatch.setenv("LC_MESSAGES", "en_US.UTF-8")
    assert tr("no article matches") == "no article matches"
    assert tr("boilerplate: {lines:,} lines recur", lines=1234) == "boilerplate: 1,234 lines recur"


def test_a_value_with_braces_is_no_placeholder(indonesian):
    assert tr("{outlet}: {line}", outlet="{0}", line="{__class__}") == "{0}: {__class__}"


TEMPLATES = sorted(ROOT.glob("web/**/templates/**/*.html"))
NAMES = {"Wartatek", "Bahasa Indonesia", "English", "JSON Feed", "WIB"}


def bare_in(template):
    """Return the texts of a template that stand outside of `tr`."""
    ours = r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<code>.*?</code>"
    plain = re.sub(ours, "|", template, flags=re.DOTALL)
    texts = re.sub(r"<(?:[^<>\"]|\"[^\"]*\")*>", "|", plain)
    texts += "|".join(re.findall(r"(?:title|aria-label|alt|placeholder)=\"([^\"]*)\"", plain))
    return [text.strip(" –:\n") for text in texts.split("|") if re.search(r"[A-Za-z]{3,}", text)]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_page_shows_a_text_that_is_in_no_catalogue(path):
    template = path.read_text("utf-8")
    assert not [text for text in bare_in(template) if text not in NAMES]


def test_a_bare_text_of_a_page_is_found():
    assert bare_in('<p title="Judul ini">{{ tr("Search") }} <b>here</b></p>') == [
        "here",
        "Judul ini",
    ]
