import { readFileSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

import { expect, test } from '@jest/globals'

import { inspectMaterial, recognizeKind } from './craft.ts'
import { bytesEvidence, jsonEvidence, outcome } from './evidence.test.fixture.ts'

const info = { title: 'shop', version: '1.0.0' }

test.each([
  ['2.0', { swagger: '2.0', info, paths: {} }],
  ['3.0.3', { openapi: '3.0.3', info, paths: {} }],
  ['3.1.0', { openapi: '3.1.0', info, paths: {} }],
  ['3.2.0', { openapi: '3.2.0', info, paths: {} }],
])('an OpenAPI document of version %s says what it describes', async (version, document) => {
  const evidence = jsonEvidence(document)
  const { annotations } = await inspectMaterial('OPENAPI_SPEC', evidence)

  expect(annotations).toMatchObject({
    'chainloop.material.api.spec_version': version,
    'chainloop.material.api.name': 'shop',
    'chainloop.material.api.version': '1.0.0',
  })
  expect((await recognizeKind(evidence)).kind).toBe('OPENAPI_SPEC')
})

test.each([
  [
    { openapi: '3.1.0', info: { title: 'x' }, paths: {} },
    "/info must have required property 'version'",
  ],
  [{ openapi: '3.0.3', info }, "must have required property 'paths'"],
  [{ openapi: '9.0.0', info }, 'version 9.0.0 of the specification is not known'],
  [{ openapi: 3.1, info }, 'openapi is not a string but a number'],
  [{ info: { openapi: 1 } }, 'has no member openapi or swagger'],
])('an OpenAPI document that is %j is refused: %s', async (document, message) => {
  expect(await outcome('OPENAPI_SPEC', jsonEvidence(document))).toContain(message)
})

test('without strict validation what violates the schema is a defect', async () => {
  const evidence = jsonEvidence({ openapi: '3.0.3', info })

  expect((await inspectMaterial('OPENAPI_SPEC', evidence, { strict: false })).defects).toEqual([
    expect.stringContaining('it violates its schema'),
  ])
})

test.each(['2.0.0', '2.6.0', '3.0.0', '3.1.0'])(
  'an AsyncAPI document of version %s says its protocol',
  async (asyncapi) => {
    const server =
      asyncapi < '3'
        ? { url: 'kafka.example', protocol: 'kafka' }
        : { host: 'kafka.example', protocol: 'kafka' }
    const document = {
      asyncapi,
      info,
      channels: {},
      servers: { b: { ...server, protocol: 'amqp' }, a: server },
    }
    const { annotations } = await inspectMaterial('ASYNCAPI_SPEC', jsonEvidence(document))

    expect(annotations['chainloop.material.api.protocol']).toBe('kafka')
  },
)

test.each([
  [
    'openapi: 3.1.0\ninfo: {title: a, version: "1"}\npaths: {}\nx: &a [*a]\n',
    'nested deeper than 256 levels',
  ],
  [`openapi: 3.1.0\n${aliasBomb()}`, 'more than 2000000 values'],
  ['openapi: 3.1.0\nopenapi: 3.1.0\n', 'Map keys must be unique'],
  ['openapi: 3.1.0\n  bad: [\n', 'is no YAML: line 1, column 10'],
])('hostile YAML is refused (%#)', async (text, message) => {
  expect(await outcome('OPENAPI_SPEC', bytesEvidence(text))).toContain(message)
})

function aliasBomb(): string {
  const names = 'abcdefgh'.split('')
  return names
    .map(
      (name, index) =>
        `${name}: &${name} [${Array.from({ length: 9 }, () => (index === 0 ? '1' : `*${names[index - 1] ?? ''}`)).join(',')}]`,
    )
    .join('\n')
}

test('a GraphQL schema says how many types it has and which directives', async () => {
  const { annotations } = await inspectMaterial(
    'GRAPHQL_SPEC',
    bytesEvidence(
      '"about"\ndirective @b on OBJECT\ndirective @a on OBJECT\ntype Query { a: Int }\nenum E { X }\nextend type Query { b: E }',
    ),
  )

  expect(annotations).toMatchObject({
    'chainloop.material.graphql.type_count': '2',
    'chainloop.material.graphql.directives': 'a,b',
  })
})

test.each([
  ['type Query { a: }', 'line 1, column 17: Syntax Error'],
  ['type Query { a: Int }\nquery { a }', 'it has an OperationDefinition'],
  ['# nothing', 'Syntax Error'],
  ['{ a }', 'it is not a document of that format'],
  [`type A { b: ${'['.repeat(200_000)}`, 'nested too deeply'],
])('what is no GraphQL schema is refused (%#)', async (text, message) => {
  expect(await outcome('GRAPHQL_SPEC', bytesEvidence(text))).toContain(message)
})

test('the schemas are those that their packages publish', () => {
  const require = createRequire(import.meta.url)
  const openapi = dirname(require.resolve('@seriousme/openapi-schema-validator/package.json'))
  const asyncapi = dirname(require.resolve('@asyncapi/specs/package.json'))
  const ours = new URL('schemas/', import.meta.url).pathname
  const same = (copied: string, original: string): boolean =>
    readFileSync(join(ours, copied), 'utf8') === readFileSync(original, 'utf8')

  for (const name of readdirSync(join(ours, 'openapi'))) {
    const version = name.replace('.schema.json', '')
    expect(same(`openapi/${name}`, join(openapi, `schemas/v${version}/schema.json`))).toBe(true)
  }
  for (const name of readdirSync(join(ours, 'asyncapi'))) {
    const version = name.replace('.schema.json', '')
    expect(same(`asyncapi/${name}`, join(asyncapi, `schemas/${version}-without-$id.json`))).toBe(
      true,
    )
  }
})
