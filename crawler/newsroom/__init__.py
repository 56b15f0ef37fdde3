"""A small world of outlets on localhost, served over HTTP: for the demo, tests and benchmarks."""

from crawler.newsroom.faults import Fault
from crawler.newsroom.server import Asked, Newsroom
from crawler.newsroom.story import Story
from crawler.newsroom.world import World

__all__ = ["Asked", "Fault", "Newsroom", "Story", "World"]
