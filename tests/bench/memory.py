"""The memory of ``multipath plan`` against a recorded state that is as asked."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from multipath.render.desired import desired
from multipath.topology.loader import load
from tests.bench.many import texts
from tests.zabbix.fake import serving
from tests.zabbix.recorded import Recorded

_KB = 1024
_COMMAND = """
import sys
from multipath.cli.main import main
try:
    main()
finally:
    told = open("/proc/self/status").read()
    print(told.partition("VmHWM:")[2].splitlines()[0], file=sys.stderr)
"""
"""Its own peak; what wait4 tells of a child counts in the memory of the process that made it."""


def plan_memory_mb(topologies: Sequence[str]) -> float:
    """Return the most memory that the command takes, its interpreter and libraries counted in."""
    with TemporaryDirectory() as folder:
        files = []
        for place, text in enumerate(topologies):
            files.append(Path(folder) / f"{place}.yaml")
            files[-1].write_text(text, encoding="utf-8")
        recorded = Recorded(desired(load(files)))
        with serving(recorded.answer) as url:
            return _peak_mb(["plan", "--exit-code", *map(str, files)], url)


def _peak_mb(words: list[str], url: str) -> float:
    environment = {**os.environ, "ZABBIX_URL": url, "ZABBIX_TOKEN": "0" * 64}
    done = subprocess.run(
        [sys.executable, "-c", _COMMAND, *words],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Nothing to change." in done.stdout
    return int(done.stderr.split()[-2]) / _KB


if __name__ == "__main__":
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    memory_mb = plan_memory_mb(texts(number))
    print(f"Memory of `multipath plan` at {5 * number} edges: {memory_mb:.0f} MB")
