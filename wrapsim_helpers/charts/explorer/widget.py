"""An explorer as a widget, which asks the kernel for each choice."""

import anywidget
import traitlets

from .page import bundled_text


class ExplorerWidget(anywidget.AnyWidget):
    """The page of an explorer; `data` is what it draws first."""

    data = traitlets.Dict().tag(sync=True)


def widget_of(explorer):
    """The widget of an `Explorer`; it answers each message with what the choice gives."""
    shared = bundled_text("picture.js") + bundled_text("page.js")
    script = shared + explorer.layout + bundled_text("live.js")
    widget = ExplorerWidget(_esm=script, data=explorer.data)
    widget.on_msg(lambda widget, message, _: send_replies(widget, explorer, message))
    return widget


def send_replies(widget, explorer, message):
    """Send the answer to the choice in a message, or {"error": why there is none}."""
    try:
        for answer in explorer.reply(message["choice"]):
            widget.send(answer)
    except ValueError as error:
        widget.send({"error": str(error)})
