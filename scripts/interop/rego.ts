import { join } from 'node:path'

import { root, run } from '../lib/process.ts'
import { obtain, opa } from './peers.ts'
import type { Comparison } from './suite.ts'

const COMPARE = join(root, 'packages', 'rego', 'src', 'conformance', 'differential', 'main.ts')
const SEEDS = ['1', '2', '3']

/** Calls of every built-in function and modules, generated, mean the same to OPA and to our engine. */
export function regoSuite(): readonly Comparison[] {
  return SEEDS.map((seed) => ({
    title: `${opa.name} ${opa.version}: generated Rego means the same (seed ${seed})`,
    async run() {
      const peer = await obtain(opa)
      if ('reason' in peer) return { outcome: 'not run', why: peer.reason }
      const flags = ['--disable-warning=ExperimentalWarning', '--conditions=chainloop-source']
      const { code, output } = await run(process.execPath, [...flags, COMPARE, peer.program, seed])
      return code === 0
        ? { outcome: 'passed' }
        : { outcome: 'failed', why: output.trim().slice(-4000) }
    },
  }))
}
