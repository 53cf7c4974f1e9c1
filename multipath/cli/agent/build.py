"""``multipath agent build``: the agent as one file."""

from pathlib import Path

import click

from multipath.errors import ConfigError


@click.command()
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("multipath-agent.pyz"),
    show_default=True,
    help="Where to write it.",
)
def build(output: Path) -> None:
    """Write the agent as one file that needs only Python 3.11 or newer.

    It holds the agent and the libraries that it uses; no compiler and no network is needed where
    it runs. The same version gives the same bytes.

    \b
    Examples:
      multipath agent build -o multipath-agent.pyz
      python3 multipath-agent.pyz run --server 192.0.2.10 --hostname multipath.zabbix-sh
    """  # noqa: D301 - \b is click's mark of a paragraph to leave as it is
    from multipath.agent.host.archive import archive  # noqa: PLC0415 - --help stays quick
    from multipath.agent.host.host import write_file  # noqa: PLC0415 - the same

    content = archive()
    try:
        write_file(output, content, 0o755)
    except OSError as error:
        raise ConfigError(f"cannot write {output}: {error.strerror}") from error
    click.echo(f"{output}: {len(content) / 1e6:.1f} MB")
