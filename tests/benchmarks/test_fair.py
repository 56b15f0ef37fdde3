"""The benchmarks compare like with like: articles alone, whole, and the same for all."""

from benchmarks import crawl, extraction, reparse
from benchmarks.crawl import Cost, Run
from tests.shared import needs_shared


def test_a_page_costs_what_a_full_run_takes_more_than_a_short_one():
    assert crawl.further(Run(100, 5.0, 10.0), Run(300, 9.0, 12.0)) == Cost(20.0, 10.0)


def test_the_archives_of_reparse_hold_whole_articles_alone(tmp_path, monkeypatch):
    monkeypatch.setattr(reparse, "PAGES", 4)
    paths = reparse.archive(tmp_path / "made")
    assert len(paths) == len(reparse.OUTLETS) * reparse.PARTS
    for path in paths[:: reparse.PARTS]:
        result = reparse.reparse(reparse.Job(str(tmp_path / "data"), "bench"), [str(path)])
        assert reparse.extracted(result) == result.pages > 0
        assert not [name for name in result.counts if name.startswith(("rejected/", "skipped/"))]


def test_a_true_prediction_of_a_newsroom_page_scores_full_marks_and_its_day_alone_half():
    _, truth = extraction.newsroom_samples()
    true = {
        file: {
            "title": story.title,
            "body": "\n\n".join(story.paragraphs),
            "paragraphs": story.paragraphs,
            "authors": list(story.authors),
            "published_at": story.published_at.isoformat(),
        }
        for file, story in truth.items()
    }
    figures = extraction.score_newsroom(truth, true)
    assert {figures[key] for key in ("f1", "para", "title", "date", "day", "authors")} == {1.0}
    day = extraction.WIB
    dated = {
        file: page | {"published_at": f"{truth[file].published_at.astimezone(day):%Y-%m-%d}"}
        for file, page in true.items()
    }
    figures = extraction.score_newsroom(truth, dated)
    assert figures["day"] == 1.0
    assert figures["date"] < 0.1


def test_a_tool_that_never_gives_a_time_has_no_figure_for_it():
    samples, truth = extraction.newsroom_samples()
    figures = extraction.score(
        lambda sample: {"body": ""}, samples, lambda found: extraction.score_newsroom(truth, found)
    )
    assert [figures[key] for key in ("title", "date", "day", "authors")] == [None] * 4


@needs_shared
def test_pages_that_are_no_articles_are_apart():
    articles, others = extraction.real_samples()
    assert (len(articles), len(others)) == (18, 4)
