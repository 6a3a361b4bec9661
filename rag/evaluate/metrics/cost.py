"""What an answer costs. Shown; a machine's speed is no reason to fail."""

from __future__ import annotations

from rag.evaluate.case import Case
from rag.evaluate.metrics.registry import of_case


@of_case("cost", "neither")
def prompt_tokens(case: Case, _: int) -> float | None:
    """Tokens that the model read, those taken from its cache included."""
    return case.response.tokens.get("prompt")


@of_case("cost", "neither")
def generated_tokens(case: Case, _: int) -> float | None:
    """Tokens that the model wrote."""
    return case.response.tokens.get("generated")
