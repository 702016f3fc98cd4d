import { toBinary } from '@bufbuild/protobuf'
import { sha256 } from '@chainloop/attestation/digest'
import type { CraftingState } from '@chainloop/proto/attestation/v1/crafting_state'
import { CraftingStateSchema } from '@chainloop/proto/attestation/v1/crafting_state'
import { AttestationStateService } from '@chainloop/proto/controlplane/v1/attestation_state'
import { RunService } from '@chainloop/proto/runs/v1/run_service'
import { Code, ConnectError, createClient, createRouterTransport } from '@connectrpc/connect'
import { expect, test } from '@jest/globals'

import { exampleMaterial, exampleSession } from '../../testing/example-session.test.fixture.ts'
import { remoteStateStore } from './remote.ts'
import { fromStateMessage } from './state-from-message.ts'
import { toStateMessage } from './state-message.ts'
import type { StateStore } from './state-store.ts'

const RUN = exampleSession().state.workflow.runId

/** The server's rules: a change must name the state that it replaces. */
function stateServer(): { store: () => StateStore; conflicts: () => number } {
  let kept: { state: CraftingState; digest: string } | undefined
  let conflicts = 0
  const transport = createRouterTransport(({ service }) => {
    service(AttestationStateService, {
      read: () => {
        if (kept === undefined) throw new ConnectError('no state', Code.NotFound)
        return { result: { attestationState: kept.state, digest: kept.digest } }
      },
      save: ({ attestationState, baseDigest }) => {
        if (baseDigest !== (kept?.digest ?? '')) {
          conflicts += 1
          throw new ConnectError('the state has changed', Code.Aborted)
        }
        if (attestationState === undefined) throw new ConnectError('no state', Code.InvalidArgument)
        kept = {
          state: attestationState,
          digest: sha256(toBinary(CraftingStateSchema, attestationState)),
        }
        return { digest: kept.digest }
      },
      reset: () => {
        kept = undefined
        return {}
      },
    })
    service(RunService, {
      appendState: ({ materials }) => {
        const attestation = kept?.state.attestation
        if (kept === undefined || attestation === undefined) {
          throw new ConnectError('no state', Code.NotFound)
        }
        const replaced = Object.keys(materials).filter((name) =>
          Object.hasOwn(attestation.materials, name),
        )
        Object.assign(attestation.materials, materials)
        kept.digest = sha256(toBinary(CraftingStateSchema, kept.state))
        return { digest: kept.digest, replaced }
      },
    })
  })
  const client = {
    states: createClient(AttestationStateService, transport),
    runTokens: createClient(RunService, transport),
  }
  return { store: () => remoteStateStore(client, RUN), conflicts: () => conflicts }
}

test('a state survives the way over the wire', () => {
  const { state } = exampleSession()

  expect(fromStateMessage(toStateMessage(state, ''))).toEqual(state)
})

test('what one job has kept, another one reads', async () => {
  const { store } = stateServer()
  const { state, dashboardUrl } = exampleSession()
  await store().create({ state, dashboardUrl })

  expect(await store().read()).toEqual({ state, dashboardUrl })
})

test('what is appended needs no base, and a name that was there is told', async () => {
  const { store } = stateServer()
  await expect(store().append({ materials: [] })).rejects.toMatchObject({ name: 'NotInitialized' })
  await store().create(exampleSession())
  const [stale, fresh] = [exampleMaterial('a'), exampleMaterial('b')]

  await Promise.all([
    store().append({ materials: [stale] }),
    store().append({ materials: [fresh] }),
  ])
  const { replaced } = await store().append({ materials: [exampleMaterial('a')] })

  expect(replaced).toEqual(['a'])
  const names = (await store().read())?.state.materials.map(({ name }) => name)
  expect(names).toEqual(expect.arrayContaining(['a', 'b']))
})

test('five jobs that change the state at the same time lose nothing', async () => {
  const { store, conflicts } = stateServer()
  await store().create(exampleSession())
  const names = ['a', 'b', 'c', 'd', 'e']

  await Promise.all(
    names.map((name) =>
      store().update((session) => ({
        ...session,
        state: { ...session.state, materials: [...session.state.materials, exampleMaterial(name)] },
      })),
    ),
  )

  const found = (await store().read())?.state.materials.map(({ name }) => name)
  expect(found).toEqual(expect.arrayContaining(names))
  expect(conflicts()).toBeGreaterThan(0)
})

test('a run that was started is not started again', async () => {
  const { store } = stateServer()
  await store().create(exampleSession())

  await expect(store().create(exampleSession())).rejects.toMatchObject({
    name: 'AlreadyInitialized',
  })
})

test('a state that was given up is gone', async () => {
  const { store } = stateServer()
  await store().create(exampleSession())
  await store().remove()

  expect(await store().read()).toBeUndefined()
  await expect(store().update((session) => session)).rejects.toMatchObject({
    name: 'NotInitialized',
  })
})
