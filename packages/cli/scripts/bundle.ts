import { chmod, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'

import { build, type OutputFile } from 'esbuild'

import { precompiledSchemas } from './precompiled-schemas.ts'

/**
 * One file to start, `dist/chainloop.mjs`, and next to it the chunks that commands load when they run. The
 * start-up path stays small; V8's compile cache keeps what was compiled once. A build that changes nothing touches
 * nothing: somebody may be running what is there.
 */
const outdir = join(import.meta.dirname, '..', 'dist')
const chunks = join(outdir, 'chunks')

const { outputFiles } = await build({
  entryPoints: { chainloop: new URL('../src/start.ts', import.meta.url).pathname },
  outdir,
  write: false,
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  conditions: ['chainloop-source'],
  // Names stay as they are: some are shown, and keeping those of shortened ones costs a call for each function.
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'linked',
  logLevel: 'warning',
  plugins: [precompiledSchemas],
  banner: {
    // What CommonJS dependencies expect to be there.
    js: "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);",
  },
})
await mkdir(chunks, { recursive: true })
for (const file of outputFiles) await put(file)
await chmod(join(outdir, 'chainloop.mjs'), 0o755)

const made = new Set(outputFiles.map(({ path }) => basename(path)))
for (const name of await readdir(chunks)) if (!made.has(name)) await rm(join(chunks, name))

async function put({ path, contents }: OutputFile): Promise<void> {
  const present = await readFile(path).catch(() => undefined)
  if (present?.equals(contents)) return
  const temporary = `${path}.${process.pid}`
  await writeFile(temporary, contents)
  await rename(temporary, path)
}
