import { setTimeout as delay } from 'node:timers/promises'

import { RunStatus } from '@chainloop/proto/controlplane/v1/response_messages'
import { expect, test } from '@jest/globals'

import { attest } from './world/attest.ts'
import { portsOf } from './world/environment.ts'
import { eventually } from './world/eventually.ts'
import { temporaryFolder } from './world/folder.ts'
import { aboutRun, openRun, signStatement, store } from './world/modified-client.ts'
import { declareWorkflow } from './world/workflow.ts'
import { startWorldProcess } from './world/world.ts'

/** When the server dies after Store was sent; milliseconds, from "it has hardly arrived" to "it is answered". */
const deaths = [0, 5, 15, 40]

test('kill -9 of the server at any moment of push leaves nothing or everything', async () => {
  await using stack = new AsyncDisposableStack()
  const dataDir = stack.use(await temporaryFolder()).path
  let world = await startWorldProcess({ dataDir })
  stack.defer(() => world[Symbol.asyncDispose]())
  const env = portsOf(world.endpoints)
  const declared = await declareWorkflow(world)
  const honest = await attest(declared, stack.use(await temporaryFolder()).path)
  const { job } = declared

  for (const afterMs of deaths) {
    const run = await openRun(job, declared)
    if (afterMs === deaths[0]) await crash()
    const bundle = await signStatement(run, aboutRun(honest.statement, run))
    if (afterMs === deaths[0]) await crash()
    const dead = new AbortController()
    const answered = store(run, bundle, dead).then(
      () => true,
      () => false,
    )
    await delay(afterMs)
    await world.program.kill()
    // The client has died too: it does not try again.
    dead.abort()
    const acknowledged = await answered
    world = await startWorldProcess({ dataDir, env })

    const was = await look(run.id)
    expect([RunStatus.INITIALIZED, RunStatus.SUCCEEDED]).toContain(was.status)
    expect(was.digest === '').toBe(was.status === RunStatus.INITIALIZED)
    // An answer that reached the client is a promise.
    expect(was.status === RunStatus.SUCCEEDED || !acknowledged).toBe(true)
    const digest = await store(run, bundle)
    expect(await look(run.id)).toEqual({ status: RunStatus.SUCCEEDED, digest })
    expect(['', digest]).toContain(was.digest)
  }

  async function crash(): Promise<void> {
    await world.program.kill()
    world = await startWorldProcess({ dataDir, env })
  }

  async function look(id: string): Promise<{ status: RunStatus | undefined; digest: string }> {
    return eventually(async () => {
      const { result } = await world.operator.client.runs.view({ ref: { case: 'id', value: id } })
      return {
        status: result?.workflowRun?.status,
        digest: result?.workflowRun?.attestationDigest ?? '',
      }
    }, 'the run can be read')
  }
})
