// The tests of the core and the protocol under Python 3.14, as WebAssembly in Node.
//
//     npm install --prefix tests/pyodide && node tests/pyodide/run.mjs [ARGUMENTS OF PYTEST]
//
// Wheels come from PyPI by pip, into tests/pyodide/node_modules/wheels: msgspec's for Emscripten, the others pure.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { loadPyodide } from "pyodide";

const here = dirname(fileURLToPath(import.meta.url));
const project = join(here, "..", "..");
const wheels = join(here, "node_modules", "wheels");

if (!existsSync(wheels)) {
  const platform = ["--platform", "pyemscripten_2026_0_wasm32", "--implementation", "cp", "--python-version", "3.14"];
  const packages = ["chess", "hypothesis", "msgspec", "pytest", "wcwidth"];
  const pip = ["-m", "pip", "install", "--quiet", "--only-binary", ":all:", ...platform, "--target", wheels, ...packages];
  if (spawnSync(process.env.PYTHON ?? "python3", pip, { stdio: "inherit" }).status !== 0) process.exit(1);
}

const pyodide = await loadPyodide();
for (const [path, root] of [["/project", project], ["/wheels", wheels]]) {
  pyodide.FS.mkdir(path);
  pyodide.FS.mount(pyodide.FS.filesystems.NODEFS, { root }, path);
}
const chosen = process.argv.slice(2);
const status = pyodide.runPython(`
import os, sys
os.chdir("/project")
sys.path += ["/project", "/wheels"]
import pytest
print("Python", sys.version)
int(pytest.main(["-q", "-c", "tests/pyodide/pytest.ini", "--rootdir", ".", *${JSON.stringify(chosen)}]))
`);
process.exit(status);
