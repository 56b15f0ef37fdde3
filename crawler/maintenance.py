"""What the commands that look after the dataset share. Outside commands/, as crawler.command is."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from scrapy.commands import ScrapyCommand
from scrapy.exceptions import UsageError

from crawler.command import USAGE
from output.dataset import outlets
from output.filesystem import Root
from output.index import FOLDER
from output.schema import SCHEMAS

if TYPE_CHECKING:
    import argparse


class MaintenanceCommand(ScrapyCommand):
    """A command over the dataset, or over the parts of it that its arguments name."""

    requires_project = True
    requires_crawler_process = False

    def syntax(self) -> str:
        return "[options] [OUTLET ...]"

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        try:
            super().process_options(args, opts)
        except UsageError as error:
            self.complain(str(error))
        if unknown := [arg for arg in args if arg.startswith("-")]:
            self.complain(f"unknown option {unknown[0]}")
        stored = self.stored()
        for name in args:
            if name not in stored:
                self.complain(f"{self.location} holds nothing of an outlet {name}")

    @property
    def location(self) -> str:
        assert self.settings is not None
        return str(self.settings["OUTPUT_DIR"])

    @property
    def index_folder(self) -> Path | None:
        """Where the search index is kept; None where no local folder is named."""
        assert self.settings is not None
        place = self.settings["STATE_DIR"] or self.location
        return None if "://" in place else Path(place) / FOLDER

    def stored(self) -> list[str]:
        """The outlets that the dataset holds anything of."""
        root = Root(self.location)
        return sorted({name for table in SCHEMAS for name in outlets(root, table)})

    def complain(self, problem: str) -> NoReturn:
        """One line, no usage block, exit code 2."""
        print(f"scrapy {type(self).__module__.rpartition('.')[2]}: {problem}", file=sys.stderr)
        raise SystemExit(USAGE)
