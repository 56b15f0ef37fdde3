"""The page itself: complete, right where little is known, and unharmed by what it shows."""

from __future__ import annotations

import itertools
import re
from datetime import timedelta

import pytest
from selectolax.lexbor import LexborHTMLParser

from crawler.extraction.topics import TOPICS
from crawler.state.mentions import rebuild_mentions
from crawler.web import PORT
from crawler.web.rendering import ago, content_hash, number, percent
from crawler.web.report.page import write_page
from output import boilerplate
from output.stories import publish
from output.summary import FIELDS, Summary
from tests.datasets import NOON, row, run, write
from tests.hostile import MARKUP, TITLES
from tests.output.several_runs import LATER, write_old, write_runs

DECLARED = {"kontan": ("Kontan", "verified"), "tirto": ("tirto.id", "modelled")}


BROWSE = re.compile(
    rf"http://127\.0\.0\.1:{PORT}/(?:stories/[\w%]+|\?(?:outlet|topic|words)=[\w%+.~*-]+)$",
    re.ASCII,
)


def page_of(folder, **period):
    summary = Summary(folder, **period)
    try:
        return write_page(summary, DECLARED)
    finally:
        summary.close()


@pytest.fixture(scope="module")
def html(tmp_path_factory):
    """A page whose dataset holds every hostile title, also as topic, tag, rule and source."""
    folder = tmp_path_factory.mktemp("dataset")
    rows = [
        row(
            n, title=title, tags=[title], topics=[title], body_source=title,
            removed=[{"rule": title, "text": title}], cluster_id="c",
        )
        for n, title in enumerate(TITLES)
    ]  # fmt: skip
    copies = [one | {"article_id": f"tirto:{n}"} for n, one in enumerate(rows)]
    write(folder, kontan=rows, tirto=copies)
    write(folder, "runs", kontan=[run("unhealthy", detail=MARKUP)])
    return page_of(folder)


def test_an_outlet_is_shown_as_doctor_has_seen_it(tmp_path):
    summary = Summary(write(tmp_path, kontan=[row(1)]))
    seen = dict.fromkeys(DECLARED, ("berfungsi, dilihat 2026-12-01", "works, seen 2026-12-01"))
    try:
        html = write_page(summary, DECLARED, seen)
    finally:
        summary.close()
    assert html.count("works, seen 2026-12-01") == 2
    assert html.count("berfungsi, dilihat 2026-12-01") == 2


def test_who_is_named_most_is_shown(tmp_path):
    write(tmp_path, kontan=[row(n, paragraphs=["Telkom memuji GoTo."]) for n in range(2)])
    assert "Not looked for yet" in page_of(tmp_path)
    write(tmp_path, kontan=[row(3, paragraphs=["GoTo untung."])])
    rebuild_mentions(tmp_path, "kontan")
    section = page_of(tmp_path).partition('<section id="named"')[2].partition("</section>")[0]
    told = re.sub(r"<[^>]+>|\s+", " ", section)
    assert re.search(r"GoTo\s+3\s+Telkom Indonesia\s+2", told), told


def test_all_topics_are_shown_also_those_that_no_article_has(tmp_path):
    write(tmp_path, kontan=[row(1, topics=["ai"]), row(2, topics=["telco"])])
    section = page_of(tmp_path).partition('<section id="topics"')[2].partition("</section>")[0]
    table = dict(
        re.findall(r"<tr><th[^>]*><a[^>]*>([^<]+)</a></th><td[^>]*>(\d+)</td></tr>", section)
    )
    assert table == dict.fromkeys(TOPICS, "0") | {"ai": "1", "telco": "1"}


def test_the_days_of_a_chart_name_their_year(tmp_path):
    write(tmp_path, kontan=[row(n, published_at=NOON + timedelta(days=n)) for n in range(3)])
    section = page_of(tmp_path).partition('<section id="articles"')[2].partition("</figure>")[0]
    labels = re.findall(r"<text[^>]*>([^<]*[-/][^<]*)</text>", section)
    assert "2026-01-20" in labels
    assert not [label for label in labels if not re.fullmatch(r"\d{4}-\d\d-\d\d", label)]


def test_the_most_copied_stories_show_first_lag_wire_and_lead_to_browse(tmp_path):
    same = {"title": "Judul yang sama"}
    write(
        tmp_path,
        kontan=[row(1, **same), row(2, **same)],
        tirto=[
            row(3, "tirto", published_at=NOON + timedelta(hours=2, minutes=1), agencies=["Antara"]),
            row(4, "tirto"),
        ],
    )
    groups = {"kontan:1": ["kontan:1", "tirto:3"], "kontan:2": ["kontan:2", "tirto:4"]}
    publish(tmp_path, [(one, story) for story, its in groups.items() for one in its])
    html = page_of(tmp_path)
    section = html.partition('<section id="stories"')[2].partition("</section>")[0]
    links = {node.text(): node.attributes["href"] for node in LexborHTMLParser(section).css("a")}
    assert links == {
        f"Judul yang sama ({name})": f"http://127.0.0.1:{PORT}/stories/{name.replace(':', '%3A')}"
        for name in groups
    }
    told = " ".join(re.sub(r'<span lang="id">.*?</span>|<[^>]+>', " ", section).split())
    assert "Judul yang sama (kontan:1) 2 kontan 2 h 2 h Antara kontan, tirto" in told
    assert "Judul yang sama (kontan:2) 2 kontan 2 min 2 min – kontan, tirto" in told


def test_lines_that_recur_are_shown_to_be_vetoed_or_made_a_rule(tmp_path):
    write(tmp_path, kontan=[row(1)])
    line = {
        "outlet": "kontan", "line": "Ikuti kabar pasar di saluran kami.", "shape": "call",
        "articles": 1234, "first_seen": NOON, "last_seen": NOON,
    }  # fmt: skip
    boilerplate.publish(tmp_path, [line])
    summary = Summary(tmp_path)
    try:
        html = write_page(summary, DECLARED, None, [line | {"line": f"Dua {MARKUP}"}])
    finally:
        summary.close()
    shown = LexborHTMLParser(html).css_first("#recurring").text()
    assert "Ikuti kabar pasar di saluran kami." in shown and f"Dua {MARKUP}" in shown
    assert "No line recurs yet." in page_of(write(tmp_path / "none", kontan=[row(1)]))


def test_the_report_loads_nothing_from_elsewhere(html):
    asked = LexborHTMLParser(html).css("[src], [srcset], [href], [data], [action], [poster]")
    to_browse = {node for node in asked if BROWSE.match(node.attributes.get("href") or "")}
    assert {node.tag for node in to_browse} == {"a"}  # followed by a click alone, to this machine
    others = [node for node in asked if node not in to_browse]
    assert {node.attributes.get("href") or "" for node in others} <= {"data:,"} | {
        f"#{name}" for name in re.findall(r' id="([a-z]+)"', html)
    }
    assert "url(" not in html.partition("</style>")[0]
    assert "default-src 'none'" in html
    assert content_hash(re.search(r"<script>(.*?)</script>", html, re.DOTALL)[1]) in html


def test_hostile_values_stay_text_in_the_report(html):
    assert html.count("<script") == 1
    assert "<img" not in html
    assert "&lt;script&gt;" in html
    assert "{{ 7 * 7 }}" in html


def test_each_chart_is_drawn_for_three_screens_beside_a_table(html):
    assert html.count("<svg") == 15
    assert html.count("<details>") >= 4
    assert "var(--accent)" in html


def test_headings_do_not_skip_a_level_and_every_section_is_named(html):
    levels = [
        int(level)
        for level in re.findall(r"<h(\d)", re.sub(r"<svg.*?</svg>", "", html, flags=re.DOTALL))
    ]
    assert levels[0] == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    named = re.findall(r'<section id="[a-z]+" aria-labelledby="([a-z-]+)"', html)
    assert len(named) == html.count("<section ")
    assert all(f'id="{name}"' in html for name in named)


def test_what_is_read_out_is_what_stands_there(html):
    """So that it follows the language that the reader chooses."""
    assert "aria-label=" not in html
    named = set(re.findall(r'aria-labelledby="([a-z-]+)"', html))
    assert all(html.count(f'id="{name}"') == 1 for name in named)
    assert html.count('<div class="wide" tabindex="0" role="group"') == html.count('class="wide"')


def test_an_outlet_of_which_there_is_nothing_is_only_named(tmp_path):
    write(tmp_path, kontan=[row(1)])
    html = page_of(tmp_path)
    table, _, rest = html.partition("</tbody>")
    assert "Kontan" in table and "tirto.id" not in table
    assert "Other outlets, of which there is nothing (1)" in rest


def test_counts_have_no_halves(tmp_path):
    write(tmp_path, kontan=[row(1), row(2)])
    ticks = re.findall(r"<text[^>]*>(\d[\d.]*)</text>", page_of(tmp_path))
    assert {"0", "1", "2"} <= {*ticks}
    assert not [tick for tick in ticks if "." in tick]


def test_an_empty_dataset_is_a_page_that_says_so(tmp_path):
    html = page_of(tmp_path)
    assert "The dataset holds no article" in html
    assert "<svg" not in html
    assert "Kontan" in html  # outlets that could be crawled are listed


def test_one_outlet_with_nothing_but_what_is_required(tmp_path):
    write(tmp_path, kontan=[row(1, published_at=None, word_count=None, body_source=None)])
    html = page_of(tmp_path)
    assert "1 articles without a publication time" in html
    assert "There are no manifests of runs" in html
    assert "There is no clusters/ table" in html
    assert "<code>scrapy compact</code> makes it" in html
    assert "No publication times." in html


def test_a_month_of_nulls_is_shown_as_what_it_is(tmp_path):
    nulls = dict.fromkeys(FIELDS) | {"published_at": NOON + timedelta(days=100)}
    write(tmp_path, kontan=[row(1), *[row(n) | nulls for n in (2, 3)]])
    html = page_of(tmp_path)
    assert html.count("<svg") >= 8
    assert "NaN" not in html
    assert "None" not in html
    assert "2026-04" in html


def test_files_of_an_older_schema_are_named_with_what_they_lack(tmp_path):
    html = page_of(write_old(write_runs(tmp_path)))
    assert f"lack the columns: {', '.join(sorted(LATER))}." in html
    assert "<svg" in html


def test_a_quiet_outlet_stands_out(tmp_path):
    write(tmp_path, kontan=[row(1)])
    assert re.search(r'class="n bad">\d+ days<', page_of(tmp_path))


@pytest.mark.parametrize(
    ("share", "said"), [(0, "0%"), (0.001, "<1%"), (0.5, "50%"), (0.999, "99%"), (1, "100%")]
)
def test_only_what_is_complete_is_called_100(share, said):
    assert percent(share) == said


def test_numbers_and_ages_are_written_for_readers():
    assert number(1234567) == "1,234,567"
    assert "59 min" in ago(timedelta(minutes=59))
    assert "47 h" in ago(timedelta(hours=47))
    assert "2 days" in ago(timedelta(days=2))
    assert "0 min" in ago(NOON - NOON - timedelta(hours=1))  # a clock that was ahead


def test_outlets_topics_and_tags_lead_to_searches_of_browse(tmp_path):
    write(tmp_path, kontan=[row(1, topics=["ai"], tags=['5G "cepat"'])])
    page = page_of(tmp_path)
    for query in ("outlet=kontan", "topic=ai", "words=tag%3A%225G++cepat+%22"):
        assert f'href="http://127.0.0.1:8765/?{query}"' in page
