"""A run as HTML, Markdown and JUnit XML."""

from rag.evaluate.reports.html import html
from rag.evaluate.reports.junit import junit
from rag.evaluate.reports.markdown import markdown

__all__ = ["html", "junit", "markdown"]
