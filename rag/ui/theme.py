"""Colours and type of Gradio's own parts; the rest is in `assets/style.css`."""

from __future__ import annotations

from gradio.themes import Base, Color
from gradio.themes.utils.sizes import radius_sm, spacing_sm, text_md

_INK = Color(
    *("#f7f6f3", "#efede8", "#e2dfd8", "#cfcbc2", "#a29d92", "#746f66"),
    *("#57534c", "#45423c", "#2f2d29", "#211f1c", "#171614"),
    name="ink",
)
_PINE = Color(
    *("#eef6f4", "#d5e9e4", "#abd3c9", "#7db8ab", "#4f998b", "#2f7d70"),
    *("#1f6459", "#1b5149", "#18413b", "#143530", "#0a1f1c"),
    name="pine",
)
_SANS = ("Inter", "Segoe UI", "Helvetica Neue", "Noto Sans", "DejaVu Sans", "sans-serif")
_MONO = ("ui-monospace", "SF Mono", "DejaVu Sans Mono", "monospace")


def theme() -> Base:
    """Warm greys, one calm green, fonts that are on the machine."""
    look = Base(
        primary_hue=_PINE,
        secondary_hue=_PINE,
        neutral_hue=_INK,
        radius_size=radius_sm,
        spacing_size=spacing_sm,
        text_size=text_md,
        font=_SANS,
        font_mono=_MONO,
    )
    return look.set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="*neutral_100",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="*neutral_400",
        background_fill_primary="#ffffff",
        background_fill_primary_dark="*neutral_900",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_shadow="none",
        block_shadow_dark="none",
        block_label_text_color="*neutral_600",
        block_label_text_color_dark="*neutral_400",
        block_title_text_color="*neutral_700",
        block_title_text_color_dark="*neutral_300",
        input_background_fill="#ffffff",
        input_background_fill_dark="*neutral_900",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
        input_border_color_focus="*primary_600",
        input_border_color_focus_dark="*primary_400",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color="#ffffff",
        button_primary_text_color_dark="#ffffff",
        button_secondary_background_fill="transparent",
        button_secondary_background_fill_dark="transparent",
        button_secondary_background_fill_hover="*neutral_100",
        button_secondary_background_fill_hover_dark="*neutral_800",
        button_secondary_border_color="*neutral_300",
        button_secondary_border_color_dark="*neutral_700",
        button_secondary_text_color="*neutral_800",
        button_secondary_text_color_dark="*neutral_200",
    )
