import { expect, test } from '@jest/globals'

import { attach, judgeMaterial } from '../testing/evaluating.ts'

const ref = 'file://p.yaml'
const files = (script: object): Record<string, string> => ({
  [ref]: JSON.stringify({
    apiVersion: 'chainloop.dev/v1',
    kind: 'Policy',
    metadata: { name: 'p' },
    spec: { policies: [{ kind: 'EVIDENCE', ...script }] },
  }),
})

async function judge(script: object, content: object, given: Record<string, string> = {}) {
  const [found] = await judgeMaterial(
    { materials: [attach({ ref, with: given })] },
    { kind: 'EVIDENCE', content: JSON.stringify(content) },
    { files: files(script) },
  )
  return found?.violations.map(({ message }) => message)
}

const cel = (embedded: string): object => ({ language: 'cel', embedded })

test.each<[string, string[]]>([
  ['input.n > 3.0', []],
  ['input.n > 9.0', ['the rule does not hold']],
  ["input.n > 9.0 ? '' : 'too small: ' + string(input.n)", ['too small: 5']],
  ["input.list.filter(x, x.bad).map(x, x.name + ' is bad')", ['b is bad']],
  ["args.limit == '7'", []],
  ["input.chainloop_metadata.name == 'material'", []],
])('CEL: %s', async (expression, expected) => {
  const content = {
    n: 5,
    list: [
      { name: 'a', bad: false },
      { name: 'b', bad: true },
    ],
  }

  expect(await judge(cel(expression), content, { limit: '7' })).toEqual(expected)
})

test('CEL that is none is refused, and what fails or says nothing ends the evaluation', async () => {
  await expect(judge(cel('input..x'), {})).rejects.toMatchObject({ name: 'InvalidScript' })
  await expect(judge(cel('input.missing > 1.0'), {})).rejects.toMatchObject({
    name: 'ScriptFailed',
  })
  await expect(judge(cel('input.n'), { n: 1 })).rejects.toMatchObject({ name: 'ScriptFailed' })
})

const schema = (embedded: object): object => ({
  language: 'json-schema',
  embedded: JSON.stringify(embedded),
})

test('JSON Schema names every place that does not fit', async () => {
  const script = schema({
    type: 'object',
    required: ['name'],
    properties: { version: { type: 'string', pattern: '^[0-9]+$' } },
  })

  expect(await judge(script, { name: 'a', version: '1' })).toEqual([])
  expect(await judge(script, { version: 'x' })).toEqual([
    "the document must have required property 'name'",
    '/version must match pattern "^[0-9]+$"',
  ])
})

test('a pattern takes linear time, whatever it is', async () => {
  const script = schema({
    type: 'object',
    properties: { x: { type: 'string', pattern: '^(a+)+$' } },
  })

  expect(await judge(script, { x: `${'a'.repeat(50_000)}!` })).toHaveLength(1)
})

test.each([{ type: 'nonsense' }, { $ref: 'https://example.com/schema.json' }, { tpye: 'object' }])(
  'a schema that is none, or is elsewhere, is refused: %j',
  async (broken) => {
    await expect(judge(schema(broken), {})).rejects.toMatchObject({ name: 'InvalidScript' })
  },
)

test.each([
  ['as bytes', Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 0xff])],
  ['in base64', Buffer.from('AGFzbQEAAAA=')],
])('a module of WebAssembly (%s) is refused in words', async (_how, bytes) => {
  const script = { ref: 'file://p.wasm' }
  const judging = judgeMaterial(
    { materials: [attach({ ref })] },
    { kind: 'EVIDENCE', content: '{}' },
    { files: { ...files(script), 'file://p.wasm': bytes } },
  )

  await expect(judging).rejects.toThrow('p.wasm is a module of WebAssembly, which is not evaluated')
})
