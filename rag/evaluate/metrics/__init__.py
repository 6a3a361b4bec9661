"""The metrics of `rag eval`: each a function with its definition and source in its docstring."""

from rag.evaluate.metrics import (  # noqa: F401  # each registers its metrics, in this order
    abstention,
    answers,
    citations,
    cost,
    retrieval,
    summaries,
)
from rag.evaluate.metrics.registry import Metric, names, parse

__all__ = ["SHOWN", "Metric", "names", "parse"]

SHOWN = tuple(
    parse(name)
    for name in (
        *("article_hit@1", "article_hit@5", "half_hit@1", "half_hit@5", "whole_hit@5"),
        *("half_mrr", "half_ndcg@5", "character_recall@5", "character_precision@5"),
        *("character_iou@5", "given_recall"),
        *("fact_recall", "all_facts", "must_not", "exact_match", "token_f1"),
        *("citation_validity", "citation_coverage", "citation_precision", "citation_recall"),
        *("citation_iou", "citation_necessity", "misattribution"),
        *("refused", "wrongly_refused", "refused_withheld", "abstention_precision"),
        *("abstention_f1", "risk_area"),
        *("key_fact_recall", "lead_fact_recall", "new_number_count", "new_name_count"),
        *("compression", "position", "rouge_1", "rouge_2", "rouge_l"),
        *("prompt_tokens", "generated_tokens"),
    )
)
"""What a report shows unless other metrics are asked for."""
