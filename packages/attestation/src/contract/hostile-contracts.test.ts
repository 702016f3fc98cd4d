import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'
import { stringify } from 'yaml'

import { InvalidContract } from './contract-problem.ts'
import type { ContractProblem } from './contract-problem.ts'
import { contractDocument } from './contract.test.fixture.ts'
import { MAX_CONTRACT_BYTES, parseContract } from './parse-contract.ts'

/** What is wrong; empty: nothing. Anything but a contract or its own error, of a bearable length, is a defect. */
function judge(bytes: Uint8Array): readonly ContractProblem[] {
  try {
    parseContract(bytes)
    return []
  } catch (cause) {
    if (!(cause instanceof InvalidContract)) throw cause
    const { problems } = cause
    if (problems.length > 200 || cause.message.length > 200_000) throw cause
    return problems
  }
}

const messagesOf = (text: string): string =>
  judge(Buffer.from(text))
    .map(({ path, message }) => `${path}: ${message}`)
    .join('\n')

const head = 'apiVersion: chainloop.dev/v1\nkind: Contract\nmetadata: { name: web }\n'

test('whatever a valid contract is cut down to, it is a contract or is refused with its problems', () => {
  fc.assert(
    fc.property(contractDocument, fc.nat(), (document, cut) => {
      const json = Buffer.from(JSON.stringify(document))
      const yaml = Buffer.from(stringify(document))
      expect([judge(json), judge(yaml)]).toEqual([[], []])
      expect(judge(json.subarray(0, cut % json.length))).not.toEqual([])
      judge(yaml.subarray(0, cut % yaml.length))
    }),
    { numRuns: 60 },
  )
})

test('whatever byte of a valid contract is another, it is a contract or is refused with its problems', () => {
  const change = fc.record({ at: fc.nat(), byte: fc.integer({ min: 0, max: 255 }) })
  fc.assert(
    fc.property(
      contractDocument,
      fc.array(change, { minLength: 1, maxLength: 5 }),
      (document, changes) => {
        const bytes = Buffer.from(stringify(document))
        for (const { at, byte } of changes) bytes[at % bytes.length] = byte
        judge(bytes)
      },
    ),
    { numRuns: 60 },
  )
})

test('YAML says the same as JSON', () => {
  fc.assert(
    fc.property(contractDocument, (document) => {
      const { contract } = parseContract(Buffer.from(JSON.stringify(document)))
      expect(parseContract(Buffer.from(stringify(document))).contract).toEqual(contract)
    }),
    { numRuns: 50 },
  )
})

const DEEP = 10_000
const nested = (open: string, close: string) => open.repeat(DEEP) + close.repeat(DEEP)

test.each([
  ['lists in a list of materials', `${head}spec: { materials: ${nested('[', ']')} }`],
  ['objects where nobody looks', `${head}spec: { unknown: ${nested('{a: ', '}')} }`],
  ['objects of JSON', nested('{"a":', '}').replace(':}', ':1}')],
  [
    'an embedded policy',
    `${head}spec: { policies: { attestation: [{ embedded: ${nested('{a: ', '}')} }] } }`,
  ],
  ['lists on one line', `${head}spec: ${'- '.repeat(DEEP)}x`],
  [
    'blocks',
    `${head}spec:\n${Array.from({ length: 900 }, (_, at) => `${' '.repeat(at)}a:`).join('\n')}`,
  ],
])('ten thousand levels of %s are refused at once', (_, text) => {
  const started = performance.now()

  expect(messagesOf(text)).toMatch(/nested deeper than 64 levels|call stack/)
  expect(performance.now() - started).toBeLessThan(5000)
})

const MEGABYTE = MAX_CONTRACT_BYTES - 200
const filled = (piece: string) => piece.repeat(Math.floor(MEGABYTE / piece.length))

test.each([
  ['keys', Array.from({ length: 60_000 }, (_, at) => `k${at}: 1`).join('\n')],
  ['the same key', filled('a: 1\n').slice(0, MEGABYTE / 4)],
  ['values', `[${filled('1,')}]`],
  ['anchors', `[${filled('&a 1,')}]`],
  ['quotes', filled('"').slice(0, MEGABYTE / 8)],
  ['directives', filled('%A\n')],
  ['documents', filled('---\n')],
  ['comments', filled('#\n')],
  ['tags', filled('!')],
  ['NUL', filled('\0')],
])('a lot of %s is refused in bounded time', (_, text) => {
  const started = performance.now()

  expect(judge(Buffer.from(text))).not.toEqual([])
  expect(performance.now() - started).toBeLessThan(20_000)
})

test('a hundred megabytes are refused unread', () => {
  const started = performance.now()

  expect(judge(Buffer.alloc(100 << 20, 'a'))).toMatchObject([
    { message: 'larger than 1048576 bytes' },
  ])
  expect(performance.now() - started).toBeLessThan(1000)
})

test('a text of a megabyte is a text where one may be, and no name', () => {
  const long = 'x'.repeat(MEGABYTE - 200)

  expect(messagesOf(`${head}spec: { annotations: [{ name: a, value: ${long} }] }`)).toBe('')
  expect(messagesOf(`${head}spec: { materials: [{ type: SARIF, name: ${long} }] }`)).toContain(
    'spec.materials[0].name',
  )
})

test.each([
  ['{ "__proto__": { "type": "SARIF" } }', 'the key "__proto__" is refused'],
  [`${head}spec: { __proto__: { materials: [] } }`, 'the key "__proto__" is refused'],
  [`${head}spec: { policies: { materials: [{ ref: a, with: { __proto__: x } }] } }`, 'is refused'],
  [`${head}spec: { annotations: [{ name: __proto__ }] }`, 'is not valid'],
  [`${head}spec: { envAllowList: [__proto__] }`, 'is not valid'],
  [`${head}spec: { materials: [], materials: [] }`, 'Map keys must be unique'],
  ['{"kind": "Contract", "kind": "Policy"}', 'Map keys must be unique'],
  [
    `${head}spec: { policies: { materials: [{ ref: a, with: { a: x, a: y } }] } }`,
    'must be unique',
  ],
  [`${head}spec: { materials: [{ type: SARIF, name: "a\\0b" }] }`, 'contains a NUL character'],
  [`${head}\0spec: {}`, 'contains a NUL character'],
  [`${head}"a\\0": 1`, 'contains a NUL character'],
])('%j is refused', (text, message) => {
  const found = messagesOf(text)

  expect(found).not.toBe('')
  expect(found).toContain(message)
  expect(Object.hasOwn(Object.prototype, 'materials')).toBe(false)
})

test.each(['constructor', 'prototype', 'toString', 'hasOwnProperty'])(
  'the key %s is a key like any other',
  (key) => {
    const { contract } = parseContract(
      Buffer.from(`${head}spec: { policies: { materials: [{ ref: a, with: { ${key}: x } }] } }`),
    )

    expect(contract.spec.policies.materials[0]?.with).toEqual({ [key]: 'x' })
  },
)

test('bytes that are not UTF-8 are refused wherever they are', () => {
  for (const noise of [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]]) {
    const bytes = Buffer.concat([Buffer.from(`${head}# `), Buffer.from(noise)])
    expect(judge(bytes)).toMatchObject([{ line: 4, message: 'is not UTF-8' }])
  }
})
