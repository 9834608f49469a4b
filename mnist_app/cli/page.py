"""`page`: draw a digit in the browser, and look inside the network that reads it."""

from typing import Annotated

import typer

from mnist_app.cli.options import ModelOption


def page(
    port: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            min=0,
            max=65535,
            show_default="8000, or the next free one",
            help="The port to listen on; 0 takes any free one.",
        ),
    ] = None,
    no_browser: Annotated[
        bool, typer.Option("--no-browser", help="Only print the address.")
    ] = False,
    model: ModelOption = None,
) -> None:
    """Open a page in the browser: draw, look inside, take one step, train and break a network.

    The page is served by this computer to itself alone; nothing leaves it. It offers the included
    networks, and those of this folder's runs. Ctrl-C ends it.
    """
    from mnist_app.page.server import serve  # 0.2 s, which other commands need not spend

    def tell(address: str) -> None:
        typer.echo(f"The page is open at {address}\nCtrl-C ends it.")

    serve(model, port, not no_browser, tell)
