import { expect, test } from '@jest/globals'

import { sha256 } from '../digest.ts'
import { createWorld, trustedRoot } from '../verify/authority.test.fixture.ts'
import { parseTrustRoot } from '../verify/trust-root.ts'
import { VerificationFailed } from '../verify/verification.ts'
import {
  ARTIFACT,
  createVerifier,
  provenanceStatement,
  signedStatement,
  summaryStatement,
  VERIFIER,
} from './evidence.test.fixture.ts'
import { commitOf, InvalidProvenance, parseProvenance } from './provenance.ts'
import { InvalidSummary, parseSummary } from './verification-summary.ts'
import { verifyProvenance, verifySummary } from './verify-evidence.ts'

const world = createVerifier()
const trust = parseTrustRoot(trustedRoot(world))
const known = { trust, digest: ARTIFACT, verifier: VERIFIER }

test('provenance and summary of the control plane are read as they are', () => {
  const provenance = verifyProvenance({
    ...known,
    bundle: signedStatement(world, provenanceStatement()),
  })
  const summary = verifySummary({ ...known, bundle: signedStatement(world, summaryStatement()) })

  expect(commitOf(provenance)).toEqual({ commit: 'a'.repeat(40), verified: false })
  expect(provenance.externalParameters.contract.revision).toBe(3)
  expect(summary).toMatchObject({
    result: 'PASSED',
    verifiedLevels: ['SLSA_BUILD_LEVEL_2'],
    deviations: [{ type: 'exception', by: 'ada' }],
  })
})

test.each<[string, () => unknown]>([
  [
    'of another builder',
    () => {
      const statement = provenanceStatement()
      statement.predicate.runDetails.builder.id = `${VERIFIER}x/github/hosted`
      return verifyProvenance({ ...known, bundle: signedStatement(world, statement) })
    },
  ],
  [
    'of another verifier in its words',
    () => {
      const statement = summaryStatement()
      statement.predicate.verifier.id = 'https://other.example/provenance'
      return verifySummary({ ...known, bundle: signedStatement(world, statement) })
    },
  ],
  [
    'of another verifier in its certificate',
    () => {
      const other = { ...world, leaf: createWorld({ issuer: world.root }).leaf }
      return verifySummary({ ...known, bundle: signedStatement(other, summaryStatement()) })
    },
  ],
  [
    'about another artifact',
    () => {
      const bundle = signedStatement(world, summaryStatement())
      return verifySummary({ ...known, bundle, digest: sha256(Buffer.from('another')) })
    },
  ],
  [
    'that is a provenance',
    () => verifySummary({ ...known, bundle: signedStatement(world, provenanceStatement()) }),
  ],
  [
    'of another payload type',
    () => {
      const bundle = signedStatement(world, summaryStatement(), 'application/json')
      return verifySummary({ ...known, bundle })
    },
  ],
  [
    'of a root of its own',
    () => {
      const bundle = signedStatement(createVerifier(), summaryStatement())
      return verifySummary({ ...known, bundle })
    },
  ],
])('what is signed %s proves nothing', (_what, verify) => {
  expect(verify).toThrow(VerificationFailed)
})

/** Every way to one value of a document. */
function placesIn(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([key, one]) => placesIn(one, [...path, key]))]
}

function replaced(document: object, path: readonly string[], value: unknown): Buffer {
  const copy: unknown = structuredClone(document)
  const last = path.at(-1)
  if (last === undefined) return Buffer.from(JSON.stringify(value) ?? '')
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => Reflect.get(Object(at), key), copy)
  Reflect.set(Object(parent), last, value)
  return Buffer.from(JSON.stringify(copy))
}

function outcomeOf(read: () => unknown): unknown {
  try {
    read()
    return 'read'
  } catch (cause) {
    return cause
  }
}

test.each([
  ['a provenance', provenanceStatement(), parseProvenance, InvalidProvenance],
  ['a summary', summaryStatement(), parseSummary, InvalidSummary],
] as const)(
  'whatever stands anywhere in %s, it is read or refused',
  (_what, document, parse, Refused) => {
    const surprises: unknown[] = []
    for (const path of placesIn(document)) {
      for (const value of [undefined, null, 7, -1, '', 'x', [], [null], {}, { digest: 3 }]) {
        const outcome = outcomeOf(() => parse(replaced(document, path, value)))
        if (!(outcome === 'read' || outcome instanceof Refused)) surprises.push([path, outcome])
      }
    }
    expect(surprises).toEqual([])
  },
)

test('C13: a parameter that nobody knows is refused, wherever it is', () => {
  for (const place of [[], ['workflow'], ['contract'], ['source']]) {
    const path = ['predicate', 'buildDefinition', 'externalParameters', ...place, 'skip']

    expect(() => parseProvenance(replaced(provenanceStatement(), path, true))).toThrow(/skip/)
  }
})
