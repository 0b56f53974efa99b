"""`dualzoom models`: lists the weights that are here, verifies them, and imports others."""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from dualzoom.cli import advice, options, paths
from dualzoom.cli.terminal import Terminal, terminal_of
from dualzoom.errors import WeightsError

Info = dict[str, Any]

models = typer.Typer(help="List, check and import weights.", rich_markup_mode=None)


@models.command("list")
def list_(context: typer.Context, json: options.Json = False, debug: options.Debug = False) -> None:
    """List the models that came with the tool."""
    from dualzoom.network import weights

    terminal = terminal_of(context)
    names = weights.available()
    if not names:
        terminal.note(f"{weights.models_dir()}: there are no models")
    _check(terminal, names, _line, json)


@models.command()
def verify(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAMES",
            help="Names or files. [default: all that came]",
        ),
    ] = None,
    json: options.Json = False,
    debug: options.Debug = False,
) -> None:
    """Check files against their checksums; exit code 8 when one is bad."""
    from dualzoom.network import weights

    wanted = names or weights.available()
    if not wanted:
        raise WeightsError(weights.models_dir(), "there are no models", "install dualzoom again")
    _check(terminal_of(context), wanted, lambda name, info: f"{name}{_adapted(info)}", json)


def _check(terminal: Terminal, names: Sequence[str], line: Callable[[str, Info], str], json: bool) -> None:
    """Show every sound model and the error of every bad one; exits with 8 if any is bad."""
    from dualzoom.network import weights

    code = 0
    for name in names:
        try:
            info = weights.verify(name)
        except WeightsError as error:
            code = error.exit_code
            if terminal.debug:
                terminal.traceback(error)
            terminal.error(advice.line(error, terminal.options))
            if json:
                terminal.json({"model": name, "ok": False, **advice.facts(error, terminal.options)})
        else:
            terminal.json(_facts(name, info)) if json else terminal.result(line(name, info))
    raise typer.Exit(code)  # each error has had its line


@models.command("import")
def import_(
    context: typer.Context,
    official: Annotated[
        Path, typer.Argument(metavar="OFFICIAL", help="A released checkpoint (.pt).", show_default=False)
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="The .safetensors file to write.", show_default=False)
    ],
    flag_8k: Annotated[bool, typer.Option("--8k", help="The checkpoint is one of the 8K models.")] = False,
    json: options.Json = False,
    debug: options.Debug = False,
    quiet: options.Quiet = False,
) -> None:
    """Turn a released DCSR checkpoint into our format.

    `zoom --model` takes the result. No code in the checkpoint is run.
    """
    paths.check_weights(output)
    from dualzoom.network import weights
    from dualzoom.network.compat import load_official

    terminal = terminal_of(context)
    module = load_official(official, flag_8k=flag_8k)
    config = {"architecture": "dcsr-official", **asdict(module.config)}
    written = weights.save(module, output, config=config, provenance={"imported_from": official.name})
    terminal.json({"output": str(written)}) if json else terminal.path(written)


def _facts(name: str, info: Info) -> dict[str, object]:
    keys = ("parameters", "sha256", "config", "provenance")
    return {"model": name, "ok": True, **{key: info.get(key) for key in keys}}


def _line(name: str, info: Info) -> str:
    facts = f"{name}  {info['config']['architecture']}  {info.get('parameters', 0):,} parameters"
    return f"{facts}{_adapted(info)}"


def _adapted(info: Info) -> str:
    """Returns what `adapt` recorded: base weights, number of pairs, gain; empty for other models."""
    story = info.get("provenance") or {}
    base, before, after = (story.get(key) for key in ("adapted_from", "before", "after"))
    if not (isinstance(base, dict) and isinstance(before, dict) and isinstance(after, dict)):
        return ""
    scores = ", ".join(
        f"{label} {before.get(key, 0):.{digits}f} -> {after.get(key, 0):.{digits}f}{unit}"
        for label, key, digits, unit in (("tele", "tele_db", 2, " dB"), ("detail", "detail", 3, ""))
    )
    count = len(base.get("pairs") or ())
    return f"  adapted from {base.get('name')} on {count} {'pair' if count == 1 else 'pairs'}: {scores}"
