import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'

import { sha256 } from '../digest.ts'
import { canonicalJson } from '../json/canonical-json.ts'
import { evaluation, sbom, state } from './example-state.test.fixture.ts'
import { InvalidStatement, parseStatement } from './parse-statement.ts'
import { renderStatement, toPredicate } from './render-statement.ts'

const options = { builderId: 'example.com/builder@v1' }
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const utf8 = (value: string): Uint8Array => new TextEncoder().encode(value)

test('the subjects are the workflow, the commit and every output that is not a string', () => {
  const { subject, predicate } = parseStatement(renderStatement(state, options))

  expect(subject.map(({ name }) => name)).toEqual([
    'chainloop.workflow.build',
    'git.head',
    'ghcr.io/acme/web',
  ])
  expect(subject[0]?.digest).toEqual({ sha256: sha256(canonicalJson(predicate)).slice(7) })
  expect(subject[1]?.digest).toEqual({ sha1: 'ab'.repeat(20) })
  expect(subject[1]?.annotations).toEqual({
    'author.email': 'alice@acme.example',
    'author.name': 'Alice',
    date: '2026-08-01T09:00:00.000Z',
    message: 'feat: a thing\n',
    remotes: [{ name: 'origin', url: 'https://github.com/acme/web' }],
  })
})

test('materials are listed by name with what is known of them', () => {
  const { materials } = parseStatement(renderStatement(state, options)).predicate

  expect(materials).toEqual([
    {
      name: 'ghcr.io/acme/web',
      digest: { sha256: sha256(utf8('manifest')).slice(7) },
      annotations: {
        'chainloop.material.type': 'CONTAINER_IMAGE',
        'chainloop.material.name': 'image',
        'chainloop.material.image.tag': 'v1',
        'chainloop.material.image.is_latest_tag': false,
        'chainloop.material.signature': 'e30=',
        'chainloop.material.signature.digest': sha256(utf8('signature')),
        'chainloop.material.signature.provider': 'cosign',
      },
    },
    {
      digest: { sha256: sha256(utf8('v1.4.0')).slice(7) },
      content: 'djEuNC4w',
      annotations: {
        'chainloop.material.type': 'STRING',
        'chainloop.material.name': 'rel',
        'chainloop.material.size': '6',
      },
    },
    {
      name: 'sbom.json',
      digest: { sha256: sha256(utf8('{}')).slice(7) },
      annotations: {
        'chainloop.material.type': 'SBOM_CYCLONEDX_JSON',
        'chainloop.material.name': 'sbom',
        'chainloop.material.cas': true,
        'chainloop.material.size': '2',
        'chainloop.material.sbom.main_component.name': 'web',
        'chainloop.material.sbom.main_component.type': 'application',
        'chainloop.material.sbom.main_component.version': '1.4.0',
        tier: 'gold',
      },
    },
  ])
})

test('an annotation of the run cannot pose as one of ours', () => {
  const liar = { ...sbom, annotations: { 'chainloop.material.type': 'SARIF' }, uploaded: true }
  const { materials } = toPredicate({ ...state, materials: [liar] }, options)

  expect(materials?.[0]?.annotations['chainloop.material.type']).toBe('SBOM_CYCLONEDX_JSON')
})

test('inline content is in the statement', () => {
  const inline = {
    ...sbom,
    uploaded: false,
    inline: true,
    what: { type: 'file' as const, filename: 'a.json', content: utf8('{}') },
  }
  const { materials } = toPredicate({ ...state, materials: [inline] }, options)

  expect(materials?.[0]).toMatchObject({
    content: 'e30=',
    annotations: { 'chainloop.material.cas.inline': true },
  })
})

test('what is empty is left out, and what must be there is there', () => {
  const bare = toPredicate(
    {
      ...state,
      materials: [],
      annotations: {},
      env: {},
      head: undefined,
      auth: undefined,
      casBackend: undefined,
      signing: { timestampAuthorityUrl: '', signingCa: '' },
      runner: {
        type: 'RUNNER_TYPE_UNSPECIFIED',
        url: '',
        environment: 'unknown',
        authenticated: false,
        workflowFilePath: '',
      },
    },
    options,
  )

  expect(Object.keys(bare).toSorted()).toEqual([
    'buildType',
    'builder',
    'metadata',
    'policyAttBlocked',
    'policyBlockBypassEnabled',
    'policyCheckBlockingStrategy',
    'policyEvaluationsCount',
    'policyHasViolations',
    'policyViolationsCount',
    'runnerEnvironment',
    'runnerType',
  ])
  expect(bare.metadata.contractVersion).toBe('3')
})

test('the same state in another order gives the same bytes', () => {
  const shuffled = { ...state, materials: state.materials.toReversed(), env: { B: '1', A: '2' } }
  const sorted = { ...state, env: { A: '2', B: '1' } }

  expect(text(renderStatement(shuffled, options))).toBe(text(renderStatement(sorted, options)))
})

test('an unfinished run has no statement', () => {
  expect(() => renderStatement({ ...state, finishedAt: undefined }, options)).toThrow(
    'not finished',
  )
})

test('evaluations are listed by material, without what is suppressed', () => {
  const violations = [
    { subject: 's', message: 'old', suppressed: false },
    { subject: 's', message: 'known', suppressed: true },
  ]
  const predicate = toPredicate(
    {
      ...state,
      policyEvaluations: [
        { ...evaluation, violations, gate: true },
        { ...evaluation, materialName: undefined },
      ],
    },
    options,
  )

  expect(predicate.policyEvaluations?.['sbom']).toMatchObject([
    {
      gate: true,
      materialName: 'sbom',
      violations: [{ subject: 's', message: 'old' }],
      policyReference: { annotations: { name: 'sbom-fresh', organization: '' } },
    },
  ])
  expect(predicate.policyEvaluations?.['CHAINLOOP.ATTESTATION']).toHaveLength(1)
  expect(predicate).toMatchObject({
    policyHasViolations: true,
    policyEvaluationsCount: 2,
    policyViolationsCount: 1,
    policyPassedCount: 1,
    policySuppressedCount: 1,
    policyHasGatedViolations: true,
    policyAttBlocked: true,
  })
})

test('evaluations that are elsewhere are referred to and counted', () => {
  const policyEvaluationsRef = { name: 'e', digest: { sha256: 'ab'.repeat(32) }, media_type: 'm' }
  const predicate = toPredicate(
    { ...state, policyEvaluations: [evaluation] },
    { ...options, policyEvaluationsRef },
  )

  expect(predicate.policyEvaluations).toBeUndefined()
  expect(predicate).toMatchObject({ policyEvaluationsRef, policyEvaluationsCount: 1 })
})

test('a rendered statement is read back whatever names, values and annotations it has', () => {
  const word = fc.string({ unit: 'grapheme' })
  const words = fc.dictionary(
    word.filter((name) => name !== '__proto__'),
    word,
  )
  fc.assert(
    fc.property(words, words, fc.string(), (env, annotations, message) => {
      const given = {
        ...state,
        env,
        annotations,
        materials: [{ ...sbom, annotations }],
        head: state.head && { ...state.head, message },
      }
      const rendered = renderStatement(given, options)
      expect(text(canonicalJson(parseStatement(rendered)))).toBe(text(rendered))
    }),
  )
})

/** A good statement with one piece of its text replaced. */
const altered = (from: string, to: string): Uint8Array => {
  const good = text(renderStatement(state, options))
  expect(good).toContain(from)
  return utf8(good.replace(from, to))
}

test.each([
  ['"project":"web"', '"project":"web","project":"other"', 'duplicate key "project"'],
  [
    '"project":"web"',
    '"project":"web","verified":"yes"',
    'predicate.metadata.verified is not a known',
  ],
  ['"project":"web"', '"project":7', 'predicate.metadata.project is not a string but a number'],
  ['"team":"",', '', 'predicate.metadata.team is not a string but missing'],
  ['"policyAttBlocked":false', '"policyAttBlocked":"no"', 'predicate.policyAttBlocked is not true'],
  [
    '"policyViolationsCount":0',
    '"policyViolationsCount":-1',
    'predicate.policyViolationsCount is not a count',
  ],
  ['"ADVISORY"', '"NONE"', 'is neither ADVISORY nor ENFORCED'],
  ['"runnerType"', '"level":3,"runnerType"', 'predicate.level is not a known field'],
  ['Statement/v1', 'Statement/v9', '_type is'],
  ['attestation/v0.2', 'attestation/v9', 'predicateType is'],
  ['"sha1":"ab', '"sha1":"AB', 'subject[1].digest.sha1 is not 40 lower-case hex digits'],
  ['"sha1"', '"md5"', 'subject[1].digest.md5 is of an algorithm that is not known'],
  ['"djEuNC4w"', '"djEuNC4"', 'content is not standard base64'],
  [
    '"chainloop.material.name":"rel"',
    '"chainloop.material.name":"sbom"',
    'two materials named sbom',
  ],
  ['"chainloop.material.name":"rel",', '', 'chainloop.material.name is not a string but missing'],
  ['"chainloop.material.size":"6"', '"chainloop.material.size":6', 'is neither a string nor'],
])('%s turned into %s is refused', (from, to, message) => {
  const parse = (): unknown => parseStatement(altered(from, to))

  expect(parse).toThrow(InvalidStatement)
  expect(parse).toThrow(message)
})
