"""The explorer of a year as a widget, which asks the kernel for each year."""

import anywidget
import traitlets

from .explorer import bundled_text, explorer_data, live_controls, year_of


class YearWidget(anywidget.AnyWidget):
    """The page of the explorer; `data` is what it draws first."""

    _esm = bundled_text("year.js") + bundled_text("live.js")
    data = traitlets.Dict().tag(sync=True)


def year_widget(listened, first):
    """The widget of a year; it answers each message with the year of its choice."""
    widget = YearWidget(data=explorer_data(listened, first, live_controls(listened)))
    widget.on_msg(lambda widget, message, _: widget.send(reply_to(listened, first, message)))
    return widget


def reply_to(listened, first, message):
    """The year of the choice in a message, or {"error": why there is none}."""
    try:
        return year_of(listened, message["choice"], first)
    except ValueError as error:
        return {"error": str(error)}
