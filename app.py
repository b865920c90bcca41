"""The chat in the browser: a question on the left, the article at the cited words on the right.

`python app.py` runs it with settings from the environment; `clipdesk serve` with its options on top.
"""

from __future__ import annotations

import errno
import socket
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rag import ClipdeskError, Rag, SettingsError
from rag.settings import load_settings, quiet_gradio
from ui import look, uploads

if TYPE_CHECKING:
    import gradio as gr


def build(rag: Rag) -> gr.Blocks:
    """The page over an open Rag. Nothing listens yet: `start` does that."""
    quiet_gradio(uploads.incoming(rag))
    from ui.desk import desk

    return desk(rag)


def start(page: gr.Blocks, *, host: str, port: int) -> str:
    """Listen, without waiting; returns the address. Raises SettingsError if host and port cannot be had."""
    port = _free(host, port)
    try:
        page.launch(
            server_name=host,
            server_port=port,
            theme=look.theme(),
            css_paths=look.asset_path("page.css"),
            favicon_path=look.asset_path("favicon.svg"),
            footer_links=[],
            run_history=False,
            max_file_size=uploads.LARGEST,
            ssr_mode=False,
            share=False,
            mcp_server=False,
            prevent_thread_lock=True,
            quiet=True,
        )
    except OSError as error:
        raise _cannot_listen(host, port, error) from error
    return str(page.local_url)


def main(
    *, data: str | Path | None = None, mode: str | None = None, host: str | None = None, port: int | None = None
) -> None:
    """Serve the chat until it is interrupted. What is not given comes from the environment."""
    given = {"data": data, "mode": mode, "host": host, "port": port}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    port = _free(settings.host, settings.port)  # before the slow start, so that it fails at once
    with Rag.open(settings=settings) as rag:
        page = build(rag)
        try:
            typer.echo(f"Clipdesk is at {start(page, host=settings.host, port=port)} (stop it with Ctrl+C)")
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            typer.echo("Stopped.")
        finally:
            page.close(verbose=False)


def _free(host: str, port: int) -> int:
    """The port, or a free one for 0; raises SettingsError if nothing can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            return int(probe.getsockname()[1])
    except OSError as error:
        raise _cannot_listen(host, port, error) from error


def _cannot_listen(host: str, port: int, error: OSError) -> SettingsError:
    if error.errno in (errno.EADDRINUSE, errno.EACCES, None):
        why = "is not open to you" if error.errno == errno.EACCES else "is in use"
        return SettingsError(
            f"port {port} of {host} {why}: close what has it, or give another with --port or CLIPDESK_PORT "
            "(0 takes a free one)"
        )
    return SettingsError(
        f"the chat cannot listen on {host} ({error.strerror}): give an address of this machine with --host or "
        "CLIPDESK_HOST, such as 127.0.0.1"
    )


def _run() -> None:
    try:
        main()
    except ClipdeskError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    _run()
