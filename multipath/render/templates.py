"""Finds the Jinja2 templates and renders them. The one place here that does I/O."""

import json
import re
import traceback
from pathlib import Path
from typing import Any

import jinja2

import multipath
from multipath import names
from multipath.errors import TemplateError
from multipath.topology.units import format_duration

SHIPPED = "multipath"
"""Before a template's name, the one that multipath ships, also where there is another of the name:
``{% extends "multipath/edge.yaml.j2" %}``."""

_ENTRY = ".yaml.j2"
_SHORT = 64
"""Characters that Zabbix takes in a value map."""

_as_json = json.JSONEncoder(ensure_ascii=False).encode
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
"""What a JSON text may hold as it is and a YAML text may not (YAML 1.2, 5.1)."""


def template_folder(name: str = "zabbix") -> Path:
    """Return where templates are: inside the installed package, or beside it in a checkout."""
    package = Path(multipath.__file__).parent
    installed = package / "_data" / "templates" / name
    return installed if installed.is_dir() else package.parent / "templates" / name


def quoted(text: str) -> str:
    """Return a text as a YAML string: JSON, with what YAML wants escaped besides."""
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", _as_json(text))


def environment(own: Path | None = None) -> jinja2.Environment:
    """Return the environment that templates are rendered in.

    Filters: ``quote`` (text as a YAML string), ``duration`` (seconds as Zabbix writes them),
    ``number`` (no needless zeros), ``default_note`` (a macro's default noted in its description),
    ``short`` (cut to what a value map takes).

    Args:
        own: a folder of templates that win over multipath's own, one by one.

    Raises:
        TemplateError: there is no such folder, or a template in it that nothing would render.
    """
    shipped = jinja2.FileSystemLoader(template_folder())
    folders: list[jinja2.BaseLoader] = [shipped, jinja2.PrefixLoader({SHIPPED: shipped})]
    if own is not None:
        _check_own(own)
        folders.insert(0, jinja2.FileSystemLoader(own))
    result = jinja2.Environment(
        loader=jinja2.ChoiceLoader(folders),
        undefined=jinja2.StrictUndefined,
        autoescape=False,  # noqa: S701 - the output is YAML; `quote` does the quoting
        keep_trailing_newline=True,
    )
    result.globals["names"] = names
    result.filters.update(
        quote=lambda text: quoted(str(text)),
        duration=format_duration,
        number=lambda value: f"{value:g}",
        default_note=names.note_default,
        short=lambda text: text if len(text) <= _SHORT else f"{text[: _SHORT - 1]}…",
    )
    return result


def render(
    renderer: jinja2.Environment, file: str, place: str, **given: Any
) -> tuple[str, str | None]:
    """Return what a template makes of what it is given, and the file that the template is in.

    Args:
        renderer: the environment.
        file: the template.
        place: what is given, for error messages.
        given: the template's variables.

    Raises:
        TemplateError: the template is broken; names the file, the line and the place.
    """
    try:
        template = renderer.get_template(file)
        return template.render(given), template.filename
    except jinja2.TemplateSyntaxError as error:
        raise TemplateError(f"{error.filename}:{error.lineno}: {error.message}") from error
    except jinja2.TemplateNotFound as error:
        told = f"there is no template {error.message}"
        raise TemplateError(f"{_line_of(error, file)} for {place}: {told}") from error
    except jinja2.TemplateError as error:
        raise TemplateError(f"{_line_of(error, file)} for {place}: {error.message}") from error
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        raise TemplateError(f"{_line_of(error, file)} for {place}: {error}") from error


def _line_of(error: Exception, file: str) -> str:
    """Return the innermost line of a template that an error came from: ``edge.yaml.j2:12``."""
    lines = [
        f"{frame.filename}:{frame.lineno}"
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename.endswith(".j2")
    ]
    return lines[-1] if lines else file


def _check_own(own: Path) -> None:
    if not own.is_dir():
        raise TemplateError(f"{own} is no folder of templates")
    known = {file.name for file in template_folder().glob(f"*{_ENTRY}")}
    for file in sorted(own.glob(f"*{_ENTRY}")):
        if file.name not in known:
            raise TemplateError(f"{file}: nothing renders it; there are {', '.join(sorted(known))}")
