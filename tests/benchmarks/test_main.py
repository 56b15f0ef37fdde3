"""What benchmarks print becomes docs/figures.md, section by section."""

from benchmarks import __main__ as runner
from tests.places import CHECKOUT

PAGE = "# Figures\n\nWords by hand.\n\n<!-- a -->\nold\n<!-- /a -->\n\nMore words.\n"


def test_a_section_is_put_in_the_place_of_the_old_one_and_all_else_is_left():
    new = "<!-- a -->\nnew \\1\n<!-- /a -->\n"
    assert runner.written(PAGE, "a", new) == PAGE.replace("old", "new \\1")


def test_a_section_that_the_page_lacks_is_added_at_its_end():
    assert runner.written(PAGE, "b", "<!-- b -->\n<!-- /b -->\n").endswith(
        "More words.\n\n<!-- b -->\n<!-- /b -->\n"
    )


def test_a_section_names_its_command_and_the_build_of_python():
    text = runner.section("ratio", "a share of 0.1\n")
    assert "`python -m benchmarks ratio`" in text
    assert "PGO" in text
    assert text.endswith("a share of 0.1\n```\n<!-- /ratio -->\n")


def test_a_name_that_is_no_benchmark_is_refused_with_those_that_are(capsys):
    assert runner.main(["tools"]) == 2
    assert "extraction" in capsys.readouterr().out


def test_the_page_of_figures_can_be_written_into():
    assert (CHECKOUT / "docs/figures.md").read_text("utf-8").startswith("# Figures\n")
