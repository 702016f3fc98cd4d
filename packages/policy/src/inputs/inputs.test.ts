import { expect, test } from '@jest/globals'
import fc from 'fast-check'

import type { PolicyInput } from '../documents/policy.ts'
import { type Arguments, computeArguments as compute } from './compute-arguments.ts'
import { interpolate } from './interpolate.ts'
import { type RuntimeInput, unmatchedScopes, withRuntimeInputs } from './runtime-inputs.ts'
import { shapeArguments } from './shape-arguments.ts'

const metadata = { name: 'fresh', description: '', annotations: {}, organization: '' }
const input = (name: string, more: Partial<PolicyInput> = {}): PolicyInput => ({
  name,
  description: '',
  required: false,
  default: '',
  ...more,
})

const computeArguments = (inputs: readonly PolicyInput[], given: Arguments, bound?: Arguments) =>
  compute({ inputs, metadata: { ...metadata } }, given, bound)

test('declared inputs get what was given, then their default; the rest is left out and named', () => {
  const inputs = [
    input('a'),
    input('b', { default: '2' }),
    input('c', { default: '3' }),
    input('d'),
  ]

  expect(computeArguments(inputs, { a: '1', c: '4', x: '9' })).toEqual({
    values: { a: '1', b: '2', c: '4' },
    undeclared: ['x'],
  })
})

test('a default also stands for what a template left empty', () => {
  const given = { a: '{{ inputs.missing }}' }

  expect(computeArguments([input('a', { default: 'x' })], given, {}).values).toEqual({ a: 'x' })
})

test.each([{}, { a: '' }, { a: '{{ inputs.nothing }}' }])(
  'a required input without a value is refused: %j',
  (given) => {
    expect(() => computeArguments([input('a', { required: true })], given)).toThrow(
      /^fresh needs the input a/,
    )
  },
)

test('a policy that declares nothing gets everything as it is', () => {
  const given = { a: '{{ inputs.x }}', b: '{{ if }}' }

  expect(computeArguments([], given, { x: '1' }).values).toEqual(given)
})

test.each([
  ['{{ inputs.x }}', '1'],
  ['a{{.inputs.x}}b{{- inputs.x -}}', 'a1b1'],
  ['{{ inputs.constructor }}', ''],
])('%j is %j', (text, expected) => {
  expect(interpolate(text, { x: '1' })).toBe(expected)
})

test.each(['{{ printf "%s" .inputs.x }}', '{{ .env.HOME }}', '{{'])('%j is no template', (text) => {
  expect(() => interpolate(text, {})).toThrow(/only \{\{ inputs.name \}\}/)
})

test.each<[string, string | string[] | undefined]>([
  ['a,b,c', ['a', 'b', 'c']],
  [String.raw`a\,b,c`, ['a,b', 'c']],
  [String.raw`\d+,\s+`, [String.raw`\d+`, String.raw`\s+`]],
  [',a,,b,', ['a', 'b']],
  ['one\ntwo, three\n', ['one', 'two', 'three']],
  [' one ', 'one'],
  [' , ', undefined],
])('%j becomes %j', (value, expected) => {
  expect(shapeArguments({ x: value })).toEqual(expected === undefined ? {} : { x: expected })
})

test('no value makes a shape of more parts than it has separators', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', ',', '\\', '\n', ' ') }), (value) => {
      const shaped = shapeArguments({ x: value })['x']
      const parts = typeof shaped === 'string' ? [shaped] : (shaped ?? [])
      expect(parts.length).toBeLessThanOrEqual(value.split(/[,\n]/).length)
      expect(parts.every((part) => part === part.trim() && part !== '')).toBe(true)
    }),
  )
})

const policy = { name: 'fresh', reference: 'chainloop://acme/fresh@sha256:ab' }
const given = (scope: string, value: string, mode: RuntimeInput['mode']): RuntimeInput => ({
  scope,
  input: 'x',
  value,
  mode,
})

test('a run appends to what the contract says, and replaces it by what names the policy best', () => {
  const appended = [given('', '2', 'append'), given('other', '3', 'append')]

  expect(withRuntimeInputs({ x: '1' }, policy, appended)).toEqual({
    values: { x: '1\n2' },
    overridden: ['x'],
  })
  const replaced = [
    given('chainloop://acme/fresh@sha256:ab', 'digest', 'replace'),
    given('acme/fresh', 'location', 'replace'),
    given('fresh', 'name', 'replace'),
    given('', 'all', 'replace'),
  ]
  expect(withRuntimeInputs({ x: '1' }, policy, replaced).values).toEqual({ x: 'digest' })
  expect(withRuntimeInputs({ x: '1' }, policy, replaced.slice(1)).values).toEqual({ x: 'location' })
  expect(withRuntimeInputs({}, policy, [given('fresh@sha256:cd', '9', 'replace')])).toEqual({
    values: {},
    overridden: [],
  })
})

test('a scope that names no policy is found', () => {
  expect(
    unmatchedScopes([given('frehs', '1', 'append'), given('fresh', '1', 'append')], [policy]),
  ).toEqual(['frehs'])
})
