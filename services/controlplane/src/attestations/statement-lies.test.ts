import { expect } from '@chainloop/kit/testing/matchers'
import { afterAll, beforeAll, test } from '@jest/globals'

import { craftBundle } from './testing/craft.ts'
import type { Loose } from './testing/craft.ts'
import { openStoreWorld, stateOf, storeBundle } from './testing/store-world.ts'
import type { StoreWorld } from './testing/store-world.ts'

let world: StoreWorld
beforeAll(async () => {
  world = await openStoreWorld()
})
afterAll(async () => world[Symbol.asyncDispose]())

/** What a modified client can do to a statement; everything else of its bundle is right. */
const lies: readonly [string, (statement: Loose) => void, string][] = [
  ['project', (s) => (s.predicate.metadata.project = 'api'), 'predicate.metadata.project'],
  ['organization', (s) => (s.predicate.metadata.organization = 'other'), 'organization'],
  ['workflow', (s) => (s.predicate.metadata.workflowName = 'other'), 'workflowName'],
  ['name', (s) => (s.predicate.metadata.name = 'other'), 'predicate.metadata.name'],
  ['team', (s) => (s.predicate.metadata.team = 'the best'), 'predicate.metadata.team'],
  ['workflow id', (s) => (s.predicate.metadata.workflowID = 'x'), 'workflowID'],
  ['run', (s) => (s.predicate.metadata.workflowRunID = 'x'), 'workflowRunID'],
  ['contract', (s) => (s.predicate.metadata.contractName = 'easy'), 'contractName'],
  ['revision', (s) => (s.predicate.metadata.contractVersion = '2'), 'contractVersion'],
  ['version', (s) => (s.predicate.metadata.projectVersion = '9'), 'projectVersion'],
  ['release', (s) => (s.predicate.metadata.projectVersionPrerelease = false), 'Prerelease'],
  ['runner', (s) => (s.predicate.runnerType = 'GITHUB_ACTION'), 'predicate.runnerType'],
  ['runner URL', (s) => (s.predicate.runnerURL = 'https://ci.example/2'), 'runnerURL'],
  ['identity of the runner', (s) => (s.predicate.runnerAuthenticated = true), 'Authenticated'],
  ['account', (s) => (s.predicate.auth.id = 'somebody'), 'predicate.auth.id'],
  ['kind of account', (s) => (s.predicate.auth.type = 'AUTH_TYPE_USER'), 'predicate.auth.type'],
  ['strategy', (s) => (s.predicate.policyCheckBlockingStrategy = 'ENFORCED'), 'Strategy'],
  ['authority', (s) => (s.predicate.signingTSA = 'https://tsa.example'), 'signingTSA'],
  ['predicate type', (s) => (s.predicateType = 'https://slsa.dev/provenance/v1'), 'predicateType'],
  ['unknown field', (s) => (s.predicate.verified = true), 'verified'],
  ['unknown field of the statement', (s) => (s.extra = 1), 'extra'],
  ['skipped material', (s) => s.predicate.materials.pop(), 'sbom'],
  ['no material', (s) => delete s.predicate.materials, 'binary'],
  ['a material twice', (s) => s.predicate.materials.push(s.predicate.materials[0]), 'binary'],
  ['digest', (s) => (s.predicate.materials[1].digest.sha256 = 'f'.repeat(64)), 'has not uploaded'],
  ['size', (s) => (annotations(s, 1)['chainloop.material.size'] = '1'), 'material.size'],
  ['tool', (s) => (annotations(s, 1)['chainloop.material.tool.name'] = 'trivy'), 'tool.name'],
  ['found', (s) => (annotations(s, 1)['chainloop.material.sbom'] = 'yes'), 'material.sbom'],
  ['kind', (s) => (annotations(s, 1)['chainloop.material.type'] = 'SARIF'), 'SARIF'],
  ['unknown kind', (s) => (annotations(s, 1)['chainloop.material.type'] = 'NICE'), 'kind'],
  ['name of a material', (s) => (annotations(s, 1)['chainloop.material.name'] = 'bom'), 'sbom'],
  ['not uploaded', (s) => delete annotations(s, 1)['chainloop.material.cas'], 'neither uploaded'],
  ['embedded', (s) => (annotations(s, 1)['chainloop.material.cas.inline'] = true), 'at once'],
  ['content', (s) => (s.predicate.materials[1].content = 'aGVsbG8='), 'content'],
  ['subject left out', (s) => s.subject.pop(), 'subject[2]'],
  ['subject added', (s) => s.subject.push({ ...s.subject[2], name: 'other' }), 'subject[3]'],
  ['subject renamed', (s) => (s.subject[2].name = 'other'), 'subject[2]'],
  ['subject’s digest', (s) => (s.subject[2].digest.sha256 = 'f'.repeat(64)), 'subject[2]'],
  [
    'commit with another digest',
    (s) => (s.subject[1].digest.sha256 = 'f'.repeat(64)),
    'subject[1]',
  ],
  ['too many materials', (s) => (s.predicate.materials = many(s)), 'more than 1000'],
  ['no subjects', (s) => (s.subject = []), 'subject'],
]

function many(statement: Loose): Loose[] {
  const [first] = statement.predicate.materials
  return Array.from({ length: 1001 }, (_, index) => ({
    ...first,
    annotations: { ...first.annotations, 'chainloop.material.name': `m${index}` },
  }))
}

function annotations(statement: Loose, index: number): Loose {
  return statement.predicate.materials[index].annotations
}

test.each(lies)(
  'a statement that lies is refused, and the field named: %s',
  async (_what, statement, named) => {
    const opened = await world.open()
    const bundle = await craftBundle(world, opened, { statement })

    await expect(storeBundle(world, opened, bundle)).toFailWith(
      'invalid',
      new RegExp(named.replaceAll(/[[\]]/g, String.raw`\$&`)),
    )
    expect(await stateOf(world, opened)).toBe('initialized')
  },
)

test('every field that a row of the table expects is looked at', async () => {
  const opened = await world.open()
  const bundle = await craftBundle(world, opened, {
    statement: (s) =>
      (s.predicate.casBackend = { casBackendID: 'x', casBackendName: 'y', fallback: false }),
  })

  await expect(storeBundle(world, opened, bundle)).toFailWith('invalid', /casBackendID/)
})
