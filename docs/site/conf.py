"""Settings of Sphinx for the documentation site."""

import sys
import tomllib
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

import docstrings  # noqa: E402

project = "wrapsim"
author = "the wrapsim authors"
release = tomllib.loads((HERE.parents[1] / "pyproject.toml").read_text(encoding="utf-8"))[
    "project"
]["version"]
language = "en"
smartquotes_action = "D"  # dashes; quotes stay as they are in code

extensions = ["myst_nb", "sphinx.ext.autodoc"]
nb_execution_mode = "off"
nb_merge_streams = True
nb_ipywidgets_js = {}
myst_heading_anchors = 4

add_module_names = False
autodoc_preserve_defaults = True
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True

html_theme = "furo"
html_title = f"wrapsim {release}"
html_static_path = ["static"]
html_css_files = ["site.css"]
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False

# the colours of the cards: variable of the theme -> (light, dark)
GREY, PAPER = ("#5A5563", "#B9B4C7"), ("#F3EEE3", "#221F2D")
COLOURS = {
    "brand-primary": ("#C0341B", "#FF8A70"),
    "brand-content": ("#2438C9", "#C9CFFF"),
    "brand-visited": ("#5B3A9E", "#D6C3FF"),
    "background-primary": ("#FFFDF8", "#17151F"),
    "background-secondary": PAPER,
    "background-border": ("#DDD5C5", "#3A3648"),
    "foreground-primary": ("#17151F", "#F3EEE3"),
    "foreground-secondary": GREY,
    "foreground-muted": GREY,
    "code-background": PAPER,
    "inline-code-background": PAPER,
    "api-background": PAPER,
    "sidebar-caption-text": GREY,
}
FONTS = {
    "font-stack": '"Site Text", system-ui, sans-serif',
    "font-stack--headings": '"Site Head", "Site Text", system-ui, sans-serif',
}
html_theme_options = {
    "light_css_variables": FONTS | {f"color-{name}": light for name, (light, _) in COLOURS.items()},
    "dark_css_variables": {f"color-{name}": dark for name, (_, dark) in COLOURS.items()},
}


def setup(app):
    """Connect the functions that shape what autodoc finds."""
    app.connect("autodoc-process-docstring", docstrings.shape_docstring)
    app.connect("autodoc-process-signature", docstrings.shape_signature)
