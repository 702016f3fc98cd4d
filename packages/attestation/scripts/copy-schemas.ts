import { copyFile, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/** Copies the JSON Schemas that `@cyclonedx/cyclonedx-library` publishes: bundles cannot reach into its folder. */
const require = createRequire(import.meta.url)
const from = join(
  dirname(require.resolve('@cyclonedx/cyclonedx-library/package.json')),
  'res/schema',
)
const to = new URL('../src/materials/schemas/cyclonedx/', import.meta.url).pathname

const names = (await readdir(from)).filter((name) =>
  /^[^-]+(-1\.[4-7]|-1\.[23]-strict|-0\.82|-defs)?\.SNAPSHOT\.schema\.json$/.test(name),
)
await Promise.all(
  names.map((name) => copyFile(join(from, name), join(to, name.replace('.SNAPSHOT', '')))),
)
