import { create } from '@bufbuild/protobuf'
import {
  type CraftingState,
  CraftingStateSchema,
} from '@chainloop/proto/attestation/v1/crafting_state'
import {
  type AppendStateRequest,
  AppendStateRequestSchema,
} from '@chainloop/proto/runs/v1/run_service'
import { expect, test } from '@jest/globals'
import * as fc from 'fast-check'

import { appendToState } from './append-to-state.ts'

const text = (value: string) => ({ m: { case: 'string' as const, value: { value } } })
const append = (names: readonly string[], value = 'x'): AppendStateRequest =>
  create(AppendStateRequestSchema, {
    materials: Object.fromEntries(names.map((name) => [name, text(`${name}=${value}`)])),
    policyEvaluations: names.map((name) => ({ name: 'fresh', materialName: name })),
  })
const empty = (): CraftingState =>
  create(CraftingStateSchema, { attestation: { annotations: { owner: '', tier: 'gold' } } })
const materials = ({ attestation }: CraftingState) =>
  Object.fromEntries(
    Object.entries(attestation?.materials ?? {}).map(([name, { m }]) => [
      name,
      m.case === 'string' ? m.value.value : undefined,
    ]),
  )

test('appends of different materials give the same state in any order', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,6}[a-z0-9]$/)
  fc.assert(
    fc.property(fc.uniqueArray(name, { maxLength: 12 }), fc.nat(11), (names, cut) => {
      const [one, other] = [append(names.slice(0, cut)), append(names.slice(cut))]
      const forth = appendToState(appendToState(empty(), one).state, other).state
      const back = appendToState(appendToState(empty(), other).state, one).state

      expect(materials(forth)).toEqual(materials(back))
      expect(Object.keys(materials(forth)).toSorted()).toEqual(names.toSorted())
    }),
  )
})

test('a material of the same name is replaced with what policies said of it, and its sender is told', () => {
  const first = appendToState(empty(), append(['sbom', 'app'], 'old')).state

  const { state, replaced } = appendToState(first, append(['sbom'], 'new'))

  expect(replaced).toEqual(['sbom'])
  expect(materials(state)).toEqual({ sbom: 'sbom=new', app: 'app=old' })
  expect(state.attestation?.policyEvaluations.map((one) => one.materialName)).toEqual([
    'app',
    'sbom',
  ])
})

test('annotations fill what is empty and change nothing else', () => {
  const request = create(AppendStateRequestSchema, {
    annotations: { owner: 'me', tier: 'silver', more: 'yes' },
  })

  expect(appendToState(empty(), request).state.attestation?.annotations).toEqual({
    owner: 'me',
    tier: 'gold',
    more: 'yes',
  })
})

test('nobody can say what policies said of the materials of others', () => {
  const request = create(AppendStateRequestSchema, {
    policyEvaluations: [{ name: 'fresh', materialName: 'sbom' }, { name: 'all' }],
  })

  expect(appendToState(empty(), request).state.attestation?.policyEvaluations).toEqual([])
})
