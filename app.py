"""The chat in the browser: a question on the left, the article at the cited words on the right.

`python app.py` runs it with settings from the environment and takes no arguments; `clipdesk serve` takes options.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from rag import ClipdeskError, Rag, SettingsError
from rag.settings import Settings, load_settings, quiet_gradio
from ui import uploads

if TYPE_CHECKING:
    import gradio as gr

    from ui.doors.serve import Served


def build(rag: Rag) -> gr.Blocks:
    """The page over an open Rag. Nothing listens yet: `start` does that."""
    quiet_gradio(uploads.incoming(rag))
    from ui.desk import desk

    return desk(rag)


def start(page: gr.Blocks, rag: Rag, *, host: str, port: int) -> Served:
    """Serve the page and the doors for programs, without waiting; `close` it in the end.

    Raises SettingsError if host and port cannot be had.
    """
    from ui.doors.serve import application, listen

    return listen(application(rag, page), _bound(host, port))


def main(
    *, data: str | Path | None = None, mode: str | None = None, host: str | None = None, port: int | None = None
) -> None:
    """Serve the chat until it is interrupted. What is not given comes from the environment."""
    given = {"data": data, "mode": mode, "host": host, "port": port}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    _bound(settings.host, settings.port).close()  # before the slow start, so that it fails at once
    warning = exposure(settings)
    with Rag.open(settings=settings) as rag:
        served = start(build(rag), rag, host=settings.host, port=settings.port)
        threading.Thread(target=_warm, args=[rag], daemon=True).start()  # while the user types
        try:
            if warning:
                typer.echo(warning, err=True)
            typer.echo(f"Clipdesk is at {served.url} (stop it with Ctrl+C)")
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            typer.echo("Stopped.")
        finally:
            served.close()


def _warm(rag: Rag) -> None:
    """Load the models; the first question tells what is wrong with them."""
    with suppress(ClipdeskError):
        rag.warm()


def _bound(host: str, port: int) -> socket.socket:
    """A socket bound to the port, or to a free one for 0; raises SettingsError if nothing can listen there."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, protocol)
        try:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(address)
        except OSError:
            bound.close()
            raise
        return bound
    except OSError as error:
        raise _cannot_listen(host, port, error) from error


def exposure(settings: Settings) -> str | None:
    """A warning if everyone who reaches this machine is served, else None.

    Raises SettingsError if other machines were to be served without a password and nobody said that none is wanted.
    """
    if settings.password or _is_loopback(settings.host):
        return None
    if settings.auth is None:
        raise SettingsError(
            f"{settings.host} is open to other machines, and no password is set: set CLIPDESK_AUTH to user:password, "
            "or to none to serve everyone who can reach it, or leave CLIPDESK_HOST at 127.0.0.1"
        )
    return f"warning: everyone who can reach {settings.host} can read the articles: no password is set"


def _is_loopback(host: str) -> bool:
    addresses = (info[4][0] for info in socket.getaddrinfo(host, 0))
    return all(ipaddress.ip_address(str(address).partition("%")[0]).is_loopback for address in addresses)


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
        if words := sys.argv[1:]:
            raise SettingsError(
                f'python app.py takes no arguments, and got "{" ".join(words)}": "clipdesk ingest PATH" reads pages, '
                '"clipdesk serve" opens the chat with --data, --mode, --host and --port'
            )
        main()
    except ClipdeskError as error:
        typer.echo(f"error: {error}", err=True)
        sys.exit(1)


if __name__ == "__main__":
    _run()
