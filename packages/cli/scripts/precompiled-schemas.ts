import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

import { precompileSchema } from '@chainloop/attestation/materials/precompile-schema'
import type { Plugin } from 'esbuild'

/**
 * Bundles the checks that CycloneDX's schemas compile to instead of the schemas: compiling one takes longer than
 * checking a document of 4 MB. Those of other formats are used less, and many times as large.
 */
export const precompiledSchemas: Plugin = {
  name: 'precompiled-schemas',
  setup(build) {
    build.onLoad({ filter: /schemas\/cyclonedx\/bom-[^/]*\.schema\.json$/ }, async ({ path }) => {
      const folder = dirname(path)
      return {
        contents: precompileSchema(await read(path), await partsIn(folder)),
        loader: 'js',
        // Where `schema-check.ts` is, which the code asks for.
        resolveDir: join(folder, '../..'),
      }
    })
  },
}

/** What the schemas in this folder refer to: the others in it, by their addresses. */
async function partsIn(folder: string): Promise<Record<string, object>> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('bom-'))
  const parts = names.map(
    async (name) => [addressOf(name), await read(join(folder, name))] as const,
  )
  return Object.fromEntries(await Promise.all(parts))
}

function addressOf(name: string): string {
  return `http://cyclonedx.org/schema/${name.replace('.schema.json', '.SNAPSHOT.schema.json')}`
}

async function read(path: string): Promise<object> {
  return JSON.parse(await readFile(path, 'utf8')) as object
}
