import { existsSync } from 'node:fs'
import { join } from 'node:path'

import { root, run } from '../lib/process.ts'
import { helm, obtain } from './peers.ts'
import type { Comparison } from './suite.ts'

/** Lints and renders the chart and checks its manifests; `helm.sh` gets the program as $HELM. */
export function helmSuite(): readonly Comparison[] {
  const script = join(root, 'scripts', 'interop', 'helm.sh')
  return [
    {
      title: `${helm.name} ${helm.version}: the chart is linted, rendered and its manifests checked`,
      async run() {
        if (!existsSync(script))
          return { outcome: 'not run', why: 'there is no scripts/interop/helm.sh' }
        const peer = await obtain(helm)
        if ('reason' in peer) return { outcome: 'not run', why: peer.reason }
        const { code, output } = await run('bash', [script], { env: { HELM: peer.program } })
        return code === 0 ? { outcome: 'passed' } : { outcome: 'failed', why: output.trim() }
      },
    },
  ]
}
