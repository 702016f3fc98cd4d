import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { compareCalls, compareModules } from './compare.ts'
import type { OpaType } from './generate.ts'
import { startOpa } from './opa-server.ts'

/* node main.ts OPA [SEED] [COUNT]: generated calls and modules have to mean the same here and there. */
const [program = 'opa', seed = '1', count = '20'] = process.argv.slice(2)
const folder = await mkdtemp(join(tmpdir(), 'rego-differential-'))
try {
  const capabilities: { builtins: { name: string; infix?: string; decl: { args?: OpaType[] } }[] } =
    JSON.parse(execFileSync(program, ['capabilities', '--current'], { encoding: 'utf8' }))
  const run = { seed: Number(seed), count: Number(count), start: () => startOpa(program, folder) }
  const differences = [
    ...(await compareCalls(capabilities.builtins, run)),
    ...(await compareModules(run)),
  ]
  process.stdout.write(differences.map(({ text }) => `${text}\n`).join(''))
  const unknown = differences.filter(({ known }) => !known).length
  process.stdout.write(`${unknown} differences, ${differences.length - unknown} known ones\n`)
  process.exitCode = unknown === 0 ? 0 : 1
} finally {
  await rm(folder, { recursive: true, force: true })
}
