"""Pictures inside the built pages become files of their own, which a browser loads when they come
into view.
"""

import base64
import hashlib
import io
import re

from PIL import Image

EMBEDDED = re.compile(r'<img ([^>]*?)src="data:image/png;base64,([^"]+)"([^>]*)>')
FOLDER = "_images"


def move_pictures(site):
    """Write each picture that a page of a site holds as a file, once."""
    (site / FOLDER).mkdir(exist_ok=True)
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        up = "../" * len(page.relative_to(site).parent.parts)
        moved = EMBEDDED.sub(lambda found, up=up: moved_picture(found, site, up), text)
        page.write_text(moved, encoding="utf-8")


def moved_picture(found, site, up):
    """The HTML of an embedded picture as a link to its file. up: from the page to the site"""
    before, content, after = found.groups()
    png = base64.b64decode(content)
    path = f"{FOLDER}/{hashlib.sha256(png).hexdigest():.16}.png"
    (site / path).write_bytes(png)
    shape = shape_of(png, f"{before} {after}")
    return f'<img {before}src="{up}{path}" loading="lazy" {shape}{after}>'


def shape_of(png, attributes):
    """The height, and the width unless it is given, so that a page keeps its place while it
    loads.
    """
    width, height = Image.open(io.BytesIO(png)).size
    given = re.search(r'width="(\d+)"', attributes)
    shown = int(given[1]) if given else width
    text = f'height="{round(shown * height / width)}"'
    return text if given else f'width="{width}" {text}'
