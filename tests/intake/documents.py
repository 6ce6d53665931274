"""PDFs for the tests, written by hand."""

from __future__ import annotations

A4_LANDSCAPE_PT = (841.89, 595.28)


def pdf(
    *contents: bytes,
    size_pt: tuple[float, float] = A4_LANDSCAPE_PT,
    page_extra: bytes = b"",
    catalog_extra: bytes = b"",
    trailer_extra: bytes = b"",
    more_objects: tuple[bytes, ...] = (),
) -> bytes:
    """A PDF of one page for every content stream; more_objects follow as object 3 onwards."""
    first_page = 3 + len(more_objects)
    kids = b" ".join(b"%d 0 R" % (first_page + 2 * i) for i in range(len(contents)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog_extra,
        b"<</Type/Pages/Kids[%s]/Count %d>>" % (kids, len(contents)),
        *more_objects,
    ]
    for index, stream in enumerate(contents):
        box = b"%.2f %.2f" % size_pt
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %s]/Contents %d 0 R%s>>"
            % (box, first_page + 2 * index + 1, page_extra)
        )
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream))
    out = b"%PDF-1.4\n"
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    size = len(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n%s" % (size, table)
    return out + b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (
        size,
        trailer_extra,
        start,
    )


def filled(red: float, green: float, blue: float) -> bytes:
    """Content: the lower left quarter of an A4 page in one colour."""
    return b"%.2f %.2f %.2f rg 0 0 421 298 re f" % (red, green, blue)


RED_BLUE = pdf(filled(1, 0, 0), filled(0, 0, 1))

LOCKED = pdf(
    filled(1, 0, 0),
    trailer_extra=b"/ID[<%s><%s>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<%s>/U<%s>>>"
    % (b"00" * 16, b"00" * 16, b"ab" * 32, b"cd" * 32),
)
"""Protected by a password that nobody knows."""

SCRIPTED = pdf(
    filled(0, 1, 0),
    catalog_extra=b"/OpenAction 3 0 R/Names<</JavaScript<</Names[(a) 3 0 R]>>>>",
    more_objects=(b"<</S/JavaScript/JS(while\\(true\\){};app.alert\\('x'\\);)>>",),
)
