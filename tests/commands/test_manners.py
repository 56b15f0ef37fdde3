"""The manners of all commands: help, mistakes, tables, JSON, colours, silence."""

from __future__ import annotations

import argparse
import json
import os
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from itertools import pairwise

import pytest
from scrapy.cmdline import execute
from scrapy.utils.project import get_project_settings

from crawler import commands
from tests import prefork
from tests.archive.warcs import pages, write_warc
from tests.datasets import row, write
from tests.moment import newsroom
from tests.places import CHECKOUT

COMMANDS = [module.name for module in pkgutil.iter_modules(commands.__path__)]
ESCAPE, COLOUR = r"\x1b\[[0-9;?]*[A-Za-z]", r"\x1b\[(?:\d+;)*(?:3\d|9\d|38;[\d;]*)m"
FREE = {
    "extract": "it tells of a file that cannot be read in its row",
    "search": "a query that nothing matches is no mistake",
}
"""Commands for which any word is an argument."""

SENTENCE = "Kapal penarik kabel laut berangkat dari pelabuhan pada subuh hari dengan awaknya. "
PAGE = (
    '<html><head><meta property="og:type" content="article"></head><body>'
    f"<h1>Kabel laut ditarik</h1><p>{SENTENCE * 9}</p></body></html>"
)
RUNS = {
    "compact": "compact",
    "dataset": "dataset build contoh --to {folder}/set",
    "coverage": "coverage kontan --since 2026-01-19 --until 2026-01-21",
    "export": "export --to jsonl -o {folder}/all.jsonl",
    "extract": "extract --explain {folder}/page.html",
    "forget": "forget kontan:2",
    "health": "health",
    "outlets": "outlets",
    "reparse": "reparse --workers 1 --diff {folder}/warcs",
    "report": "report -o {folder}/page.html",
    "search": "search berita",
    "verify": "verify",
    "watch": "watch list",
}
CRAWLS = {
    "check": "check kontan -a limit=1",
    "doctor": "doctor kontan",
    "crawl": "crawl kontan -a limit=1",
    "crawlall": "crawlall kontan -a limit=1",
    "demo": "demo kontan",
    "snapshot": "snapshot kontan --expect",
}
SERVERS = {"browse": "browse --port 0", "newsroom": "newsroom kontan --recent 1 --past 0"}


@pytest.fixture
def type_(tmp_path, capfd, monkeypatch):
    """Type a command: its exit code, what it says, and what it complains of."""
    monkeypatch.chdir(CHECKOUT)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("NO_COLOR", "FORCE_COLOR", "LANG", "LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    folder = write(tmp_path / "data", kontan=[row(1)])
    write(folder, kontan=[row(2)])
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "warcs").mkdir()
    write_warc(tmp_path / "warcs/a.warc.gz", pages("mediaindonesia", 2))

    def typed(line, *more):
        words = [*line.format(folder=tmp_path).split(), *more, "-s", f"OUTPUT_DIR={folder}"]
        settings = get_project_settings()
        settings.set("CONTACT", "kami@contoh.example", priority="cmdline")
        with pytest.raises(SystemExit) as ended:
            execute(["scrapy", *words], settings)
        said = capfd.readouterr()
        return ended.value.code or 0, said.out, said.err

    return typed


def options_of(name):
    """The options that a command adds to Scrapy's."""
    command = import_module(f"crawler.commands.{name}").Command()
    command.settings = get_project_settings()
    parser = argparse.ArgumentParser(conflict_handler="resolve")
    command.add_options(parser)
    return [action for action in parser._actions if action.option_strings]


def test_no_command_is_left_out():
    assert sorted({**RUNS, **CRAWLS, **SERVERS}) == COMMANDS


@pytest.mark.parametrize("name", COMMANDS)
def test_help_is_whole_and_fits(type_, name):
    code, said, _ = type_(f"{name} -h")
    assert code == 0
    assert max(map(len, said.splitlines())) <= 80
    assert f"scrapy {name} [options]" in said or f"scrapy {name} --" in said
    assert "--quiet" in said and "--json" in said
    for option in options_of(name):
        assert option.help, option.option_strings


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_help_has_its_headings_and_no_others(type_, monkeypatch, name, width):
    monkeypatch.setenv("COLUMNS", str(width))
    lines = type_(f"{name} -h")[1].splitlines()
    assert max(map(len, lines)) <= width
    underlined = [above for above, line in pairwise(lines) if re.fullmatch("=+|-+", line)]
    assert underlined == ["Usage", "Options", "Global Options"]


@pytest.mark.parametrize("name", COMMANDS)
def test_an_unknown_option_is_one_line(type_, name):
    code, said, complaint = type_(name, "--tidak-ada")
    assert (code, said) == (2, "")
    assert complaint == f"scrapy {name}: unknown option --tidak-ada\n"


@pytest.mark.parametrize("name", sorted(COMMANDS - FREE.keys()))
def test_an_argument_that_is_none_is_one_line(type_, name):
    code, said, complaint = type_(name, "tidakada")
    assert (code, said) == (2, "")
    assert complaint.startswith(f"scrapy {name}: ")
    assert complaint.count("\n") == 1


@pytest.mark.parametrize(
    ("name", "option"),
    [(n, o.option_strings[0]) for n in COMMANDS for o in options_of(n) if o.type is int],
)
def test_a_number_that_is_none_is_one_line(type_, name, option):
    code, said, complaint = type_(name, option, "lima")
    assert (code, said) == (2, "")
    assert option in complaint
    assert complaint.count("\n") == 1


@pytest.mark.parametrize("name", RUNS)
def test_in_a_pipe_there_are_no_colours_and_no_bars(type_, name):
    code, said, complaint = type_(RUNS[name])
    assert (code, complaint) == (0, "")
    assert said
    assert "\x1b" not in said


@pytest.mark.parametrize("name", RUNS)
def test_json_is_all_that_is_said(type_, name):
    code, said, complaint = type_(RUNS[name], "--json")
    assert (code, complaint) == (0, "")
    told = [json.loads(line) for line in said.splitlines()]
    assert told or name in ("verify", "health", "watch"), "which has nothing to tell here"


@pytest.mark.parametrize("name", [name for name in RUNS if name != "extract"])
def test_quiet_is_silent(type_, name):
    assert type_(RUNS[name], "-q") == (0, "", "")


def test_quiet_does_not_swallow_the_articles_of_extract(type_):
    code, said, complaint = type_("extract {folder}/page.html", "-q")
    assert (code, complaint) == (0, "")
    assert json.loads(said)["title"] == "Kabel laut ditarik"


@pytest.mark.parametrize("name", RUNS)
def test_on_a_terminal_lines_fit_and_no_color_is_heeded(type_, name, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm")
    _, said, _ = type_(RUNS[name])
    assert not re.search(COLOUR, said)
    if name in ("coverage", "extract", "outlets"):
        assert max(len(re.sub(ESCAPE, "", line)) for line in said.splitlines()) <= 80


def test_in_a_pipe_a_row_is_a_line_however_long(type_):
    rows = type_("outlets")[1].splitlines()
    outlets = type_("outlets", "--json")[1].splitlines()
    assert len([line for line in rows if line.strip(" ─")]) == 1 + len(outlets)


def test_tables_speak_the_language_of_the_reader(type_, monkeypatch):
    assert "listed" in type_(RUNS["coverage"])[1]
    monkeypatch.setenv("LANG", "id_ID.UTF-8")
    assert "terdaftar" in type_(RUNS["coverage"])[1]


@pytest.fixture(scope="module")
def room():
    with newsroom(seed=3, outlets=["kontan"], recent=2, past=0) as served:
        yield served


def scrapy(line, room, folder):
    command = [sys.executable, "-m", "scrapy", *line.split(), "-s", f"OUTPUT_DIR={folder}"]
    environment = os.environ | {"NEWSROOM": room.url}
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=CHECKOUT, env=environment, **pipes)


@pytest.mark.trial
@pytest.mark.parametrize("name", CRAWLS)
def test_commands_that_crawl_have_the_same_manners(name, room, tmp_path):
    environment = os.environ | {"NEWSROOM": room.url, "OUTPUT_DIR": str(tmp_path)}
    told = prefork.scrapy(*CRAWLS[name].split(), "--json", "-L", "ERROR", env=environment)
    assert [json.loads(line) for line in told.stdout.splitlines()], told.stderr
    silent = prefork.scrapy(*CRAWLS[name].split(), "-q", env=environment)
    assert (silent.returncode, silent.stdout, silent.stderr) == (0, "", "")


@pytest.mark.parametrize("name", SERVERS)
def test_servers_say_where_they_are(name, room, tmp_path):
    write(tmp_path, kontan=[row(1)])
    with scrapy(f"{SERVERS[name]} --json", room, tmp_path) as server:
        assert json.loads(server.stdout.readline())["url"].startswith("http://127.0.0.1:")
        server.terminate()
        assert server.stdout.read() == ""
