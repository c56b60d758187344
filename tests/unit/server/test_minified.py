"""The scripts as they are served: without what only their readers need, and still scripts."""

import shutil
import subprocess
from pathlib import Path

import pytest
from rjsmin import jsmin

WEB = Path(__file__).parents[3] / "src" / "devcloud" / "web"
SCRIPTS = sorted(WEB.rglob("*.js"))


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_each_script_still_reads(path: Path, tmp_path: Path) -> None:
    served = jsmin(path.read_text("utf-8"))
    assert "/*" not in served and jsmin(served) == served
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js (apt-get install nodejs)")
    module = tmp_path / "served.mjs"
    module.write_text(served, encoding="utf-8")
    subprocess.run([node, "--check", str(module)], check=True)
