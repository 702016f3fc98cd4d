import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { runMain } from '../lib/run-main.ts'
import { say } from '../lib/say.ts'
import { cosignSuite } from './cosign.ts'
import { makeEvidence } from './evidence.ts'
import { fulcioSuite } from './fulcio.ts'
import { helmSuite } from './helm.ts'
import { keyedSuite } from './keyed.ts'
import { provenanceSuite } from './provenance.ts'
import { registrySuite } from './registry.ts'
import { regoSuite } from './rego.ts'
import { storageSuite } from './storage.ts'
import type { Comparison, Verdict } from './suite.ts'
import { targetsSuite } from './targets.ts'
import { tsaSuite } from './tsa.ts'
import { vaultSuite } from './vault.ts'

const marks = { passed: '✓', failed: '✗', 'not run': '–' } as const

/* `npm run interop`: programs of others, built at pinned versions, have to agree with ours. */
await runMain(async () => {
  const folder = await mkdtemp(join(tmpdir(), 'chainloop-interop-'))
  try {
    const evidence = await makeEvidence(folder)
    return await compare([
      ...helmSuite(),
      ...cosignSuite(evidence),
      ...provenanceSuite(evidence),
      ...keyedSuite(evidence.keyed),
      ...vaultSuite(),
      ...fulcioSuite(),
      ...tsaSuite(),
      ...registrySuite(folder),
      ...regoSuite(),
      ...storageSuite(),
      ...targetsSuite(),
    ])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

async function compare(comparisons: readonly Comparison[]): Promise<number> {
  const verdicts: Verdict['outcome'][] = []
  say()
  for (const { title, run } of comparisons) {
    const verdict = await run()
    verdicts.push(verdict.outcome)
    const why =
      verdict.outcome === 'passed' ? '' : `\n    ${verdict.why.replaceAll('\n', '\n    ')}`
    say(`${marks[verdict.outcome]} ${title}${why}`)
  }
  const count = (outcome: Verdict['outcome']): number =>
    verdicts.filter((each) => each === outcome).length
  say()
  say(`not run: ${count('not run')}`)
  say(`${count('passed')} passed, ${count('failed')} failed`)
  return count('failed') === 0 ? 0 : 1
}
