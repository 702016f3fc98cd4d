import { copyFile, mkdir, readdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

/**
 * Copies the JSON Schemas that packages publish to `src/materials/schemas`: a bundled program cannot reach into the
 * folders of packages.
 */
const require = createRequire(import.meta.url)
const schemas = new URL('../src/materials/schemas/', import.meta.url).pathname

async function copy(
  from: string,
  to: string,
  names: Readonly<Record<string, string>>,
): Promise<void> {
  await mkdir(join(schemas, to), { recursive: true })
  await Promise.all(
    Object.entries(names).map(([name, copied]) =>
      copyFile(join(from, name), join(schemas, to, copied)),
    ),
  )
}

const folderOf = (specifier: string): string => dirname(require.resolve(specifier))

const cyclonedx = join(folderOf('@cyclonedx/cyclonedx-library/package.json'), 'res/schema')
const wanted = /^[^-]+(-1\.[4-7]|-1\.[23]-strict|-0\.82|-defs)?\.SNAPSHOT\.schema\.json$/
const bom = (await readdir(cyclonedx)).filter((name) => wanted.test(name))
await copy(
  cyclonedx,
  'cyclonedx',
  Object.fromEntries(bom.map((name) => [name, name.replace('.SNAPSHOT', '')])),
)

const openapi = join(folderOf('@seriousme/openapi-schema-validator/package.json'), 'schemas')
await copy(
  openapi,
  'openapi',
  Object.fromEntries(
    ['2.0', '3.0', '3.1', '3.2'].map((version) => [
      `v${version}/schema.json`,
      `${version}.schema.json`,
    ]),
  ),
)

const asyncapi = join(folderOf('@asyncapi/specs/package.json'), 'schemas')
const versions = ['2.0.0', '2.1.0', '2.2.0', '2.3.0', '2.4.0', '2.5.0', '2.6.0', '3.0.0', '3.1.0']
await copy(
  asyncapi,
  'asyncapi',
  Object.fromEntries(
    versions.map((version) => [`${version}-without-$id.json`, `${version}.schema.json`]),
  ),
)
