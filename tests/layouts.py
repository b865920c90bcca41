"""Stories laid out as aggregators lay them out in HTML, and packed as other formats pack them. For tests."""

from __future__ import annotations

import io
from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import escape

from rag.ingest.story import Story

CHROME = (
    "<nav><ul><li><a href='/'>Home</a></li><li><a href='/world'>World</a></li></ul></nav>"
    "<div class='cookie-banner'><p>We use cookies to make this site work for you. <button>Accept all</button></p></div>"
)
FOOT = (
    "<div class='app'><h4>DOWNLOAD THE APP</h4><p>Ready to dive into a world of news? Download our app today from your "
    "preferred app store and start exploring.</p></div><footer><p>© 2025 The Harbour Wire. All rights reserved.</p>"
    "</footer>"
)


def _body(story: Story) -> str:
    return "".join(f"<p>{escape(p)}</p>" for p in story.text.split("\n\n"))


def _page(content: str, *, title: str) -> str:
    head = f"<head><meta charset='utf-8'><title>{escape(title)} | Harbour Wire</title><style>p {{ color: red }}</style>"
    end = f"{FOOT}<script>track()</script></body></html>"
    return f"<!DOCTYPE html><html lang='en'>{head}</head><body>{CHROME}{content}{end}"


def articles_layout(stories: Sequence[Story]) -> str:
    """One <article> per story; the main one in <main>, the others below a heading "Related Articles"."""
    main, *others = stories
    blocks = [
        f"<article class='card'><h3><a href='#'>{escape(s.title)}</a></h3><div class='meta'><span>{s.source}</span>"
        f"<time>{s.when}</time></div><ul><li>{s.source}</li></ul>{_body(s)}</article>"
        for s in others
    ]
    return _page(
        f"<main><article><header><h1>{escape(main.title)}</h1><p class='byline'><span>{main.source}</span> · "
        f"<time>{main.when}</time></p></header>{_body(main)}</article></main><section><h2>Comments</h2>"
        f"<p>No comments yet...</p></section><aside><h2>Related Articles</h2>{''.join(blocks)}</aside>",
        title=main.title,
    )


def cards_layout(stories: Sequence[Story]) -> str:
    """Nothing but <div>s, titles printed twice, outlet and age run together, as in the text of the seed page."""
    main, *others = stories
    blocks = [
        f"<div class='rel'><div class='t'>{escape(s.title)}</div><div class='t'>{escape(s.title)}</div>"
        f"<div>{s.source}</div><div><img alt='time'>time{s.when}</div><div>• {s.source}</div>"
        f"<div class='t'>{escape(s.title)}</div><div class='body'>{'<br><br>'.join(escape(s.text).split(chr(10) * 2))}"
        "</div></div>"
        for s in others
    ]
    return _page(
        f"<div class='top'><img alt='logo'><div class='t'>{escape(main.title)}</div><div class='t'>{escape(main.title)}"
        f"</div><div>{main.source}{main.when}</div><div>{_body(main)}</div></div><div>Comments</div><div>No comments "
        f"yet...</div><div>Related Articles</div>{''.join(blocks)}",
        title=main.title,
    )


def flat_layout(stories: Sequence[Story]) -> str:
    """Headings and paragraphs one after another in one table cell, outlet and age between them."""
    blocks = [f"<h2>{escape(s.title)}</h2><p><b>{s.source}</b> | <i>{s.when}</i></p>{_body(s)}<hr>" for s in stories]
    return _page(f"<table><tr><td>{''.join(blocks)}</td></tr></table>", title="Today's stories")


def classes_layout(stories: Sequence[Story]) -> str:
    """<div>s whose classes say what they are, each title once."""
    blocks = [
        f"<div class='item'><div class='headline'>{escape(s.title)}</div><div class='meta'>{s.source} • {s.when}</div>"
        f"<div class='content'>{_body(s).replace('<p>', '<div>').replace('</p>', '</div>')}</div></div>"
        for s in stories
    ]
    related = "<div class='section-title'>Related Articles</div>"
    return _page(f"{blocks[0]}{related}<div class='related'>{''.join(blocks[1:])}</div>", title=stories[0].title)


def table_layout(stories: Sequence[Story]) -> str:
    """Rows of a table, as in newsletters: the title in bold, outlet and age in cells of their own."""
    rows = [
        f"<tr><td colspan='2'><b>{escape(s.title)}</b></td></tr><tr><td>{s.source}</td><td>{s.when}</td></tr>"
        f"<tr><td colspan='2'>{_body(s)}</td></tr>"
        for s in stories
    ]
    return _page(f"<table>{''.join(rows)}</table>", title="Today")


LAYOUTS = {
    "articles": articles_layout,
    "cards": cards_layout,
    "flat": flat_layout,
    "classes": classes_layout,
    "table": table_layout,
}


def single_page(
    story: Story, *, published: str = "2025-06-18T23:30:00+09:00", url: str = "https://example.org/a"
) -> str:
    """A page with one article, and what its publisher states about it."""
    record = (
        f'{{"@context": "https://schema.org", "@type": "NewsArticle", "headline": {_json(story.title)}, '
        f'"datePublished": "{published}", "author": {{"@type": "Person", "name": "Ines Holt"}}, '
        '"articleSection": "World", '
        f'"publisher": {{"@type": "Organization", "name": "Harbour Times"}}, "inLanguage": "en-GB"}}'
    )
    return (
        f"<!DOCTYPE html><html><head><title>{escape(story.title)} - Harbour Times</title><link rel='canonical' "
        f"href='{url}'><script type='application/ld+json'>{record}</script></head><body>{CHROME}<main><article>"
        f"<h1>{escape(story.title)}</h1>{_body(story)}</article></main>{FOOT}</body></html>"
    )


def _json(text: str) -> str:
    import json

    return json.dumps(text)


def as_mhtml(
    markup: str, *, url: str = "https://example.org/a", saved: str = "Sat, 21 Jun 2025 09:00:00 -0000"
) -> bytes:
    """A browser's single-file snapshot."""
    import quopri

    body = quopri.encodestring(markup.encode()).decode()
    return (
        f"From: <Saved by Blink>\r\nSnapshot-Content-Location: {url}\r\nSubject: x\r\nDate: {saved}\r\n"
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; type="text/html"; boundary="--b"\r\n\r\n\r\n'
        "----b\r\nContent-Type: text/html\r\n"
        f"Content-Transfer-Encoding: quoted-printable\r\nContent-Location: {url}\r\n\r\n{body}\r\n"
        "----b\r\nContent-Type: image/png\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n----b--\r\n"
    ).encode()


def as_mail(story: Story, *, markup: str | None = None) -> bytes:
    """A newsletter."""
    mail = EmailMessage()
    mail["From"] = "Harbour Times <news@example.org>"
    mail["Subject"] = f"Fwd: {story.title}"
    mail["Date"] = "Thu, 19 Jun 2025 06:00:00 +0000"
    mail["Message-ID"] = "<1@example.org>"
    mail.set_content(f"{story.title}\n\n{story.text}\n\nUnsubscribe: https://example.org/u\n")
    if markup:
        mail.add_alternative(markup, subtype="html")
    return mail.as_bytes()


def as_forward(note: str, *, markup: str | None = None, attached: bytes | None = None) -> bytes:
    """A mail of a reader, two days later, that forwards another."""
    mail = EmailMessage()
    mail["From"] = "Ben Reader <ben@example.org>"
    mail["To"] = "Ann <ann@example.org>"
    mail["Subject"] = "Fwd: have a look"
    mail["Date"] = "Sat, 21 Jun 2025 12:00:00 +0000"
    mail["Message-ID"] = "<2@example.org>"
    mail.set_content(note)
    if markup:
        mail.add_alternative(markup, subtype="html")
    if attached:
        mail.add_attachment(message_from_bytes(attached, policy=policy.default))
    return mail.as_bytes()


def as_warc(pages: Sequence[tuple[str, str]], *, gzip: bool = True) -> bytes:
    """A web archive of (address, markup) pages, and a picture between them, captured on 21 June 2025."""
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    out = io.BytesIO()
    writer = WARCWriter(out, gzip=gzip)
    kinds = [(address, "text/html; charset=utf-8", markup.encode()) for address, markup in pages]
    for address, kind, payload in [("https://example.org/x.png", "image/png", b"\x89PNG"), *kinds]:
        headers = StatusAndHeaders("200 OK", [("Content-Type", kind)], protocol="HTTP/1.1")
        record = writer.create_warc_record(
            address,
            "response",
            payload=io.BytesIO(payload),
            http_headers=headers,
            warc_headers_dict={"WARC-Date": "2025-06-21T09:00:00Z"},
        )
        writer.write_record(record)
    return out.getvalue()


def as_pdf(story: Story, *, columns: int = 88) -> bytes:
    """A printed article: a large title, paragraphs set in lines, a running head and page numbers."""
    import textwrap

    lines: list[tuple[str, int, int]] = [(line, 18, 24) for line in textwrap.wrap(story.title, 50)]
    for paragraph in story.text.split("\n\n"):
        wrapped = textwrap.wrap(paragraph, columns)
        lines += [(line, 11, 14) for line in wrapped[:-1]] + [(wrapped[-1], 11, 28)]
    pages, y = [["BT /F1 9 Tf 72 800 Td (The Harbour Times) Tj ET"]], 760
    for text, size, step in lines:
        if y < 80:
            pages.append(["BT /F1 9 Tf 72 800 Td (The Harbour Times) Tj ET"])
            y = 760
        plain = text.encode("cp1252", "replace").decode("latin-1")
        shown = plain.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")
        pages[-1].append(f"BT /F1 {size} Tf 72 {y} Td ({shown}) Tj ET")
        y -= step
    for number, page in enumerate(pages, start=1):
        page.append(f"BT /F1 9 Tf 290 40 Td ({number} of {len(pages)}) Tj ET")
    return _pdf(["\n".join(page) for page in pages])


def _pdf(streams: Sequence[str]) -> bytes:
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(streams)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(streams)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for n, stream in enumerate(streams):
        page = "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << /Font << /F1 3 0 R >> >> "
        objects += [f"{page}/Contents {5 + 2 * n} 0 R >>", f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream"]
    out = b"%PDF-1.4\n"
    offsets = []
    for number, item in enumerate(objects, start=1):
        offsets.append(len(out))
        out += f"{number} 0 obj\n{item}\nendobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    end = (
        f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(objects) + 1} /Root 1 0 R >>\n"
    )
    return out + f"{end}startxref\n{len(out)}\n%%EOF\n".encode()
