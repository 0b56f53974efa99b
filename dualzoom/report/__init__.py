"""A page to judge a result by: before and after on one another, crops, map and metadata in one HTML file."""

from dualzoom.report.page import Fact, page

__all__ = ["Fact", "page"]
