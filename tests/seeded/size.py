"""What makes a repository heavy."""

import json

from tests.seeded.seed import Seed, write

SEEDS = (
    Seed("node_modules of one application", "payments", "size/node-modules",
         (write("processor/node_modules/ms/package.json", json.dumps({"name": "ms"})),
          write("processor/node_modules/ms/index.js", "module.exports = () => 0;\n")),
         (write("processor/src/node_modules.ts", "export const folder = 'node_modules';\n"),)),
    Seed("the compiled page", "payments", "size/build-output",
         (write("enabler/dist/main.js", "export function mount() {}\n"),),
         (write("enabler/src/dist.ts", "export const folder = 'dist';\n"),)),
    Seed("a film in the documentation", "backoffice", "size/large-file",
         (write("docs/tour.mp4", b"\0" * (11 << 20)),),
         (write("docs/tour.mp4", b"\0" * (2 << 20)),), at="docs/tour.mp4"),
    Seed("twenty thousand pictures", "sync", "size/repository",
         tuple(write(f"docs/pictures/{number}.svg", "<svg/>") for number in range(20_001)),
         tuple(write(f"docs/pictures/{number}.svg", "<svg/>") for number in range(100))),
)  # fmt: skip
