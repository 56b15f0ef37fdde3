"""docs/dataset.md lists exactly the words that a column of few words can hold.

What the code writes is read from its source: whoever writes a new word there writes it here too.
"""

from __future__ import annotations

import ast
import re

import pytest

from crawler.extraction.walls import wall_ids
from crawler.manners import FAILURES
from crawler.runs.outcomes import Outcomes
from crawler.runs.versions import versions
from crawler.sources import Feed, Listing, Sitemap
from output.schema import ARTICLES, BACKFILL, CRAWL, REPARSE, RUNS
from output.takedown import FORGOTTEN
from tests.places import CHECKOUT

DOCUMENT = (CHECKOUT / "docs/dataset.md").read_text("utf-8")
FILES = [*(CHECKOUT / "crawler").rglob("*.py"), *(CHECKOUT / "pipelines").rglob("*.py")]
TREES = {
    path.relative_to(CHECKOUT).as_posix(): ast.parse(path.read_text("utf-8"))
    for path in FILES
    if "newsroom" not in path.parts
}
LISTS = {f"{source.__name__.lower()}:" for source in (Feed, Listing, Sitemap)}


def named(title):
    """Return the words of a table, each without the CAPITALS of the varying part."""
    section = re.split(r"\n##+ ", DOCUMENT.partition(f"\n### {title}\n")[2])[0]
    cells = re.findall(r"^\| (`.+?) \|", section, re.MULTILINE)
    words = [word for cell in cells for word in re.findall(r"`([^`]+)`", cell)]
    assert len(words) == len(set(words))
    return {re.sub(r"[A-Z]+$", "", word) for word in words}


def words(node):
    """Return the texts in `node`: a string, an f-string up to the first {...}, or several."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield from words(node.values[0])
    elif isinstance(node, ast.IfExp):
        yield from words(node.body)
        yield from words(node.orelse)
    else:
        yield f"<{ast.unparse(node)}>"


def found(kind, files=tuple(TREES)):
    return [node for file in files for node in ast.walk(TREES[file]) if isinstance(node, kind)]


def given(function, place=0, files=tuple(TREES)):
    """Return the words in argument `place` of all calls of `function`."""
    calls = [call for call in found(ast.Call, files) if name_of(call.func) == function]
    assert calls
    return {word for call in calls if len(call.args) > place for word in words(call.args[place])}


def name_of(node):
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def returned(file, function):
    body = next(one for one in found(ast.FunctionDef, [file]) if one.name == function)
    answers = [node.value for node in ast.walk(body) if isinstance(node, ast.Return)]
    return {word for answer in answers if answer for word in words(answer)}


def counted(group):
    """Return the words that are counted under `group`, beside a run's other counts."""
    texts = [node.value for node in found(ast.Constant) if isinstance(node.value, str)]
    matches = (re.fullmatch(rf"(?:wartatek/)?{group}/(\w+)", text) for text in texts)
    return {match[1] for match in matches if match}


def passed_on(found_words, *expressions):
    """Return `found_words` without `expressions`, which pass on words written elsewhere."""
    return found_words - {f"<{expression}>" for expression in expressions}


def rejected():
    looped = {
        word
        for loop in found(ast.For)
        if ast.unparse(loop.target).startswith("(reason, ") and isinstance(loop.iter, ast.Tuple)
        for pair in loop.iter.elts
        for word in words(pair.elts[0])
    }
    said = passed_on(given("Rejected"), "reason", "wall", "SAME_PAGE")
    return said | looped | wall_ids() | {FORGOTTEN}


def gate_words():
    gate = "crawler/sources/gate.py"
    functions = ("refusal", "page_refusal", "robots_refusal")
    return passed_on(set().union(*(returned(gate, one) for one in functions)), "reason") - {""}


def failed():
    explained = {word for word in returned("crawler/manners.py", "failure_reason") if word}
    explained = passed_on(explained, "error.reason", "reason", "words.removesuffix('_error')")
    robots = {word for word in given("RobotsError") if " " not in word}
    records = given("BadRecordError") | given("CodingError")
    records = passed_on(records, "str(error)") - {"url"}  # of no outlet, as its URL is not known
    counts = counted("failed") | (counted("bad") - {"cut_off", "damaged"})  # of no outlet either
    stopped = gate_words() | passed_on(
        returned("crawler/middlewares/gate.py", "_refusal"),
        "self.gate.refusal(request.url)",
        "self.gate.robots_refusal(request.url)",
    )
    stopped = (stopped | passed_on(given("_stop", 1), "reason")) - {""}
    return explained | stopped | robots | records | counts | set(FAILURES.values())


def test_the_words_of_body_source_are_documented():
    body = ["crawler/extraction/body/body.py"]
    written = given("_walk", 2, body) | given("_written", 2, body) | given("_plain", 0, body)
    other = {
        word
        for call in found(ast.Call)
        for keyword in call.keywords
        if keyword.arg == "body_source"
        for word in words(keyword.value)
    }
    written |= given("Body", 0, body) | passed_on(other, "body.source")
    assert passed_on(written, "source") == named("`body_source`")


def test_the_words_of_published_source_are_documented():
    times = ["crawler/extraction/fields/times.py"]
    clues = [call for call in found(ast.Call, times) if name_of(call.func) == "_Clue"]
    # `*found` is a date and its text; the word comes behind them
    written = {
        word
        for call in clues
        for word in words(call.args[1 if isinstance(call.args[0], ast.Starred) else 2])
    }
    pairs = [node.value for node in found(ast.Yield, times)]
    yielded = [pair for pair in pairs if pair.elts[1] not in clues]  # whose words are read above
    written |= {word for pair in yielded for word in words(pair.elts[0])}
    assigned = [
        node.value
        for node in found(ast.Assign)
        if any(name_of(target) == "published_source" for target in node.targets)
    ]
    written |= {word for value in assigned for word in words(value) if "reason" not in word}
    assert passed_on(written, "source", "clue.source") - {""} == named("`published_source`") - LISTS
    assert named("`published_source`") > LISTS
    for suffix in {"unreadable"} | returned("pipelines/validate.py", "_impossible") - {""}:
        assert f"` ({suffix})`" in DOCUMENT


def test_the_words_of_discovered_via_are_documented():
    [line] = re.findall(r"^`discovered_via` has (.+)$", DOCUMENT, re.MULTILINE)
    assert {re.sub(r"[A-Z]+$", "", word) for word in re.findall(r"`(.+?)`", line)} == LISTS


def test_the_reasons_of_rejects_are_documented():
    assert rejected() == named("`reason` in rejects")


def test_the_reasons_of_skipped_by_are_documented():
    wanted = "crawler/sources/wanted.py"
    decided = returned(wanted, "_stranger") | returned(wanted, "_skipped")
    known = returned("crawler/state/outlet_state.py", "known")
    expected = (
        decided | known | given("NoPageError") | counted("skipped") | {"stored", "done_before"}
    )
    expected = passed_on(expected | gate_words(), "reason", "None") - {""}
    expected -= {"other_record"}  # of no outlet
    assert expected | {"gone", "forgotten"} == named("`skipped_by`")


def test_the_reasons_of_failed_by_are_documented():
    assert failed() == named("`failed_by`")


def test_the_reasons_of_source_problems_are_documented():
    listed = passed_on(given("SourceError"), "reject.reason")
    parser = ("page", "guard", "nesting")
    files = [f"crawler/extraction/page/{name}.py" for name in parser]
    unread = {word for word in given("Rejected", 0, files) if not word.startswith("<")}
    assert listed | unread == named("`reason` in `source_problems`")


def judgements():
    judge = next(
        one
        for one in found(ast.FunctionDef, ["crawler/runs/outcomes.py"])
        if one.name == Outcomes.judgement.__name__
    )
    answers = [node.value for node in ast.walk(judge) if isinstance(node, ast.Return)]
    return {word for pair in answers for word in words(pair.elts[0])}


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        ("command", {CRAWL, BACKFILL, REPARSE}),
        ("judgement", judgements()),
        ("versions", {one["name"] for one in versions()}),
    ],
)
def test_the_meaning_of_a_column_names_its_words(column, expected):
    meaning = RUNS.field(column).metadata[b"meaning"].decode()
    assert expected <= set(re.findall(r"\w+", meaning))


@pytest.mark.parametrize("column", ["body_source", "published_source"])
def test_an_example_in_the_schema_is_a_documented_word(column):
    example = ARTICLES.field(column).metadata[b"meaning"].decode().partition("e.g. ")[2]
    assert re.sub(r":.*", ":", example) in named(f"`{column}`")
