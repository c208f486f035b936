"""The examples of the README run."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap

import pytest

import pravega

from .conftest import PACKAGE, Script

EXAMPLE = PACKAGE.parents[1] / "examples" / "python" / "write_read.py"


@pytest.mark.server
def test_write_and_read(script: Script, controller: str) -> None:
    done = script(EXAMPLE.read_text(encoding="utf-8"), controller)
    assert (done.returncode, done.stderr) == (0, "")
    first, *events = done.stdout.splitlines()
    assert first == "stored up to event 3"
    assert sorted(events) == ["good morning", "gute Nacht", "guten Morgen"]
    assert events.index("guten Morgen") < events.index("gute Nacht")


def test_code_in_documents_compiles() -> None:
    readme = (PACKAGE / "README.md").read_text(encoding="utf-8")
    indented = re.findall(r"(?:^ {4}.*\n|^\n)+", pravega.__doc__ or "", flags=re.MULTILINE)
    blocks = re.findall(r"```python\n(.*?)```", readme, flags=re.DOTALL) + [textwrap.dedent(b) for b in indented]
    blocks = [block for block in blocks if block.strip()]
    assert len(blocks) == 2
    for block in blocks:
        compile(block, "documents", "exec")


def test_the_documentation_can_be_read() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pydoc", "pravega"], cwd=PACKAGE, capture_output=True, text=True, check=True
    )
    assert "every failure is a `PravegaError`" in done.stdout
