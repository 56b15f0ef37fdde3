"""`scrapy dataset build NAME --to FOLDER`: a training set with splits that do not leak."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from crawler.extraction.topics import TOPICS
from crawler.terminal.exit_codes import UNHEALTHY
from crawler.terminal.maintenance import MaintenanceCommand
from crawler.wording import mark, number, tr
from output.origin import OriginError
from output.selection import Selection
from output.verification import READ_ERRORS

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator

    from output.corpus.build import Built

HEADS = (mark("filter"), mark("drops"), mark("share"), mark("reasons"))
ROWS = ("story", "article")


class Command(MaintenanceCommand):
    extra = "corpus"

    def syntax(self) -> str:
        return "[options] build NAME --to FOLDER"

    def short_desc(self) -> str:
        return tr("Build a training set, split by story")

    def long_desc(self) -> str:
        return tr(
            "Build a training set in a folder that Hugging Face's loader reads: Parquet and JSON"
            " Lines, a data card, Croissant metadata. A set in FOLDER with the same NAME is"
            " replaced, and its articles stay on their sides. Exit 0 done, 1 no row is left, or"
            " near-duplicates are on two sides, 2 usage, or a file cannot be read or written."
        )

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        super().add_options(parser)
        add = parser.add_argument
        add("--to", metavar="FOLDER", help=tr("where the set is written"))
        add(
            "--rows",
            choices=ROWS,
            default="story",
            help=tr("a row is a story (default) or an article"),
        )
        add("--without-title", action="store_true", help=tr("text is the body alone"))
        self.add_selection(parser)
        add(
            "--split",
            metavar="time:D1,D2",
            help=tr("validation begins on D1 and test on D2, by a story's first article"),
        )
        add(
            "--filter",
            action="append",
            default=[],
            metavar="NAME",
            help=tr("drop what gopher_quality, gopher_repetition, c4, fineweb or all of them drop"),
        )
        add("--mask", action="store_true", help=tr("mask e-mail addresses, phones, NIK, plates"))
        add(
            "--tokens",
            action="store_true",
            help=tr("count tokens by o200k_base, of the extra tokens"),
        )
        add("--with-refused", action="store_true", help=tr("keep rows whose outlets refuse AI use"))

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        from output.corpus.build import Recipe, is_name
        from output.corpus.quality import FILTERS

        unknown = [arg for arg in args if arg.startswith("-")]
        super().process_options([*opts.outlet, *unknown], opts)
        if len(args) != 2 or args[0] != "build" or not opts.to:
            self.complain(tr("say dataset build NAME --to FOLDER"))
        if not is_name(args[1]):
            self.complain(tr("{args} is no name of letters, digits, dots and dashes", args=args[1]))
        filters = [name for each in opts.filter for name in each.split(",")]
        if wrong := [name for name in filters if name not in (*FILTERS, "all")]:
            self.complain(
                tr(
                    "there is no filter {wrong}; there are {filters} and all",
                    wrong=wrong[0],
                    filters=", ".join(FILTERS),
                )
            )
        if opts.topic is not None and opts.topic not in TOPICS:
            self.complain(
                tr(
                    "there is no topic {topic}; there are {topics}",
                    topic=opts.topic,
                    topics=", ".join(TOPICS),
                )
            )
        self.target = Path(opts.to).resolve()
        if self.target.exists() and not self.target.is_dir():
            self.complain(tr("{target} is no folder", target=self.target))
        days = self.window(opts)
        names = tuple(dict.fromkeys(opts.outlet))
        self.query: str | None = opts.query
        self.recipe = Recipe(
            args[1],
            Selection(names, days.since, days.until, opts.topic, latest=True),
            by_article=opts.rows == "article",
            with_title=not opts.without_title,
            days=self._days(opts.split),
            filters=FILTERS if "all" in filters else tuple(dict.fromkeys(filters)),
            masks=opts.mask,
            with_refused=opts.with_refused,
            tokens=opts.tokens,
        )

    def _days(self, split: str | None) -> tuple[date, date] | None:
        if split is None:
            return None
        try:
            kind, _, days = split.partition(":")
            first, second = map(date.fromisoformat, days.split(","))
        except ValueError:
            self.complain(tr("--split {split}: say time:2026-06-01,2026-09-01", split=split))
        if kind != "time" or first >= second:
            self.complain(tr("--split {split}: say time:D1,D2, with D1 before D2", split=split))
        return first, second

    def work(self, args: list[str], opts: argparse.Namespace) -> None:
        from dataclasses import replace

        from output.corpus.build import SetError, build

        recipe = self.recipe
        with ExitStack() as ends, self.waiting(tr("building the set")):
            if self.query is not None:
                ids = self.found_by(ends, self.query)
                recipe = replace(recipe, selection=replace(recipe.selection, articles=ids))
            try:
                built = build(self.location, recipe, self.target)
            except SetError as error:
                self.exitcode = UNHEALTHY
                self.say(str(error), always=True, problem=str(error))
                return
            except (OriginError, *READ_ERRORS) as error:
                self.complain(
                    tr(
                        "the set cannot be built: {splitlines}",
                        splitlines=str(error).splitlines()[0],
                    )
                )
        sides = ", ".join(f"{side} {number(count)}" for side, count in sorted(built.rows.items()))
        moved = tr(
            "; {count} joins, {count_2} articles moved",
            count=len(built.joins),
            count_2=len(built.moved),
        ) * bool(built.joins)
        if built.leaks:
            self.exitcode = UNHEALTHY
        self.say(
            tr(
                "{target}: {total} rows ({sides}); near-duplicates on two sides:"
                " {leaks}; refused and left out: {refused}{moved}",
                target=self.target,
                total=number(built.total),
                sides=sides,
                leaks=built.leaks,
                refused=built.refused,
                moved=moved,
            ),
            folder=str(self.target),
            rows=dict(built.rows),
            leaks=built.leaks,
            refused=built.refused,
            joins=built.joins,
            moved=built.moved,
            dropped=dict(built.dropped),
            reasons={f"{name}/{why}": n for (name, why), n in sorted(built.reasons.items())},
        )
        if built.unrecorded:
            self.say_unrecorded(self.target, built.unrecorded)
        if recipe.filters and not opts.json:
            self.show(_drops(built, recipe.filters), HEADS)


def _drops(built: Built, filters: Iterable[str]) -> Iterator[dict[str, object]]:
    """Yield a row per filter: the articles that it drops, of all, with the first rule of each."""
    for name in filters:
        reasons = Counter({why: n for (of, why), n in built.reasons.items() if of == name})
        yield {
            "filter": name,
            "drops": built.dropped[name],
            "share": f"{built.dropped[name] / built.considered:.1%}",
            "reasons": ", ".join(f"{why} {number(n)}" for why, n in reasons.most_common()),
        }
