"""The PDF that stands in an export of the service; ours says that the export is invented."""

from .export_formats import READ_ME

PAGE = (595, 842)  # points: A4
SIZE, LEADING = 11, 16  # of the letters, and from line to line, points
MARGIN = 72


def pdf_bytes(lines=READ_ME):
    """A PDF of one page with some lines of plain ASCII, the same bytes at any time."""
    text = "".join(f"({line}) ' " for line in lines)
    top = PAGE[1] - MARGIN
    stream = f"BT /F {SIZE} Tf {LEADING} TL {MARGIN} {top} Td {text}ET"
    return numbered_objects(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {PAGE[0]} {PAGE[1]}] /Contents 4 0 R "
        "/Resources << /Font << /F 5 0 R >> >> >>",
        f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ).encode("ascii")


def numbered_objects(*objects):
    """The text of a PDF file of objects, the first of which is its catalog."""
    text, offsets = "%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        offsets.append(len(text))
        text += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    size = len(objects) + 1
    return (
        f"{text}xref\n0 {size}\n0000000000 65535 f \n{table}"
        f"trailer\n<< /Size {size} /Root 1 0 R >>\nstartxref\n{len(text)}\n%%EOF\n"
    )
