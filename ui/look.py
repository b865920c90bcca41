"""The look: gradio's theme in the colours of paper and ink, and the page's own files. System fonts only."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gradio.themes.base import Base

# warm greys, from paper to ink
_PAPER = (
    "#fdfcf9",
    "#f8f5ee",
    "#efeae0",
    "#ded7c9",
    "#b9b1a2",
    "#7d766a",
    "#5f594f",
    "#464139",
    "#2d2a25",
    "#1f1d19",
    "#171512",
)
# oxblood: links, marks, the button
_RED = (
    "#fbf1ef",
    "#f6dfdb",
    "#ecbdb6",
    "#e4a59b",
    "#d9877a",
    "#b5493c",
    "#8f2d22",
    "#77241b",
    "#5f1c15",
    "#481510",
    "#2f0d0a",
)
_SANS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Noto Sans", "DejaVu Sans", "sans-serif")
_MONO = ("ui-monospace", "Consolas", "DejaVu Sans Mono", "monospace")


def theme() -> Base:
    """Gradio's plain theme in our colours."""
    from gradio.themes import Base, Color

    return Base(
        primary_hue=Color(*_RED, name="oxblood"),
        secondary_hue=Color(*_RED, name="oxblood"),
        neutral_hue=Color(*_PAPER, name="paper"),
        font=_SANS,
        font_mono=_MONO,
        radius_size="sm",
    ).set(
        body_background_fill="*neutral_50",
        body_background_fill_dark="*neutral_950",
        body_text_color="*neutral_900",
        body_text_color_dark="#e9e4da",
        body_text_color_subdued="*neutral_600",
        body_text_color_subdued_dark="#a9a193",
        background_fill_primary="*neutral_50",
        background_fill_primary_dark="*neutral_950",
        background_fill_secondary="*neutral_100",
        background_fill_secondary_dark="*neutral_900",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_border_width="0px",
        block_border_width_dark="0px",
        block_shadow="none",
        border_color_primary="*neutral_300",
        border_color_primary_dark="*neutral_700",
        input_background_fill="#ffffff",
        input_background_fill_dark="*neutral_900",
        input_border_width="1px",
        button_primary_background_fill="*primary_600",
        button_primary_background_fill_hover="*primary_700",
        button_primary_background_fill_dark="*primary_600",
        button_primary_background_fill_hover_dark="*primary_500",
        button_primary_text_color="#ffffff",
        color_accent_soft="*neutral_100",
        color_accent_soft_dark="*neutral_900",
    )


def asset(name: str) -> str:
    """A text file of this package."""
    return files("ui").joinpath(name).read_text(encoding="utf-8")


def asset_path(name: str) -> Path:
    """Where a file of this package is, for what gradio reads itself."""
    return Path(str(files("ui").joinpath(name)))
