"""`yinuo events`: the events of lanes."""

import typer

app = typer.Typer(no_args_is_help=True, help="The events of a lane.")
