import { chmod, rm } from 'node:fs/promises'

import { build } from 'esbuild'

import { precompiledSchemas } from './precompiled-schemas.ts'

/**
 * One file to start, `dist/chainloop.mjs`, and next to it the chunks that commands load when they run. The
 * start-up path stays small; V8's compile cache keeps what was compiled once.
 */
const outdir = new URL('../dist/', import.meta.url)

await rm(new URL('chunks/', outdir), { recursive: true, force: true })
await build({
  entryPoints: { chainloop: new URL('../src/start.ts', import.meta.url).pathname },
  outdir: outdir.pathname,
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
await chmod(new URL('chainloop.mjs', outdir), 0o755)
