import type { ServerResponse } from 'node:http'
import { setTimeout as delay } from 'node:timers/promises'

import type { Delivery } from '@chainloop/proto/deliveries/v1/delivery_service'
import { DeliveryState } from '@chainloop/proto/deliveries/v1/delivery_service'
import { afterAll, beforeAll, expect, test } from '@jest/globals'

import { attachReceivers } from './world/attach-receivers.ts'
import { type Attested, attest } from './world/attest.ts'
import { type CheckingReceiver, startCheckingReceiver } from './world/checking-receiver.ts'
import { eventually } from './world/eventually.ts'
import { type FanOutCluster, startFanOutCluster } from './world/fan-out-cluster.ts'
import { temporaryFolder } from './world/folder.ts'
import { aboutRun, openRun, signStatement, store } from './world/modified-client.ts'
import { type OwnPostgres, postgresFolder, startOwnPostgres } from './world/own-postgres.ts'
import { type Restartable, startEventually } from './world/restartable.ts'
import { type DeclaredWorkflow, declareWorkflow } from './world/workflow.ts'

/* CONTRIBUTING.md says how the long form is run. */
const attestations = Number(process.env['CHAINLOOP_FAULT_RUN_ATTESTATIONS'] ?? 40)
const attachments = 4
const atOnce = 4
const pauseBetweenDeathsMs = attestations > 1000 ? 5_000 : 1_500

const programs = postgresFolder()
const maybe = programs === undefined ? test.skip : test
const stack = new AsyncDisposableStack()
let database: OwnPostgres
let receiver: CheckingReceiver
let cluster: FanOutCluster
let folder: string

beforeAll(async () => {
  if (programs === undefined) return
  database = stack.use(await startOwnPostgres(programs))
  receiver = stack.use(await startCheckingReceiver(sometimesFail))
  const env = { CHAINLOOP_EGRESS_ALLOW: '127.0.0.1', CHAINLOOP_DELIVERY_RETRY_PAUSE: '200ms' }
  cluster = stack.use(await startFanOutCluster({ databaseUrl: database.url, env }))
  folder = stack.use(await temporaryFolder()).path
})

afterAll(() => stack.disposeAsync())

maybe('a CAS that is down delays what needs content, and nothing else', async () => {
  const declared = await declareWorkflow(cluster)
  const honest = await attest(declared, folder)
  const [light = '', heavy = ''] = await attachReceivers(cluster.operator, declared, [
    `${receiver.url}/light`,
    { url: `${receiver.url}/heavy`, send_sbom: true },
  ])
  await cluster.cas.kill()
  const { client } = cluster.operator
  for (const attachmentId of [light, heavy]) {
    await client.deliveries.startReplay({ attachmentId, digest: honest.digest })
  }

  const [delayed] = await eventually(async () => {
    const log = await wholeLog([light, heavy])
    const isThere = log.some((one) => one.attachmentId === light && isDelivered(one))
    const waiting = log.filter((one) => one.attachmentId === heavy && isTriedOften(one))
    return isThere && waiting.length > 0 ? waiting : undefined
  }, 'what needs no content is delivered')
  const { integrations } = await client.deliveries.status({
    integrationName: delayed?.integrationName ?? '',
  })
  await cluster.cas.start()
  await untilDelivered([heavy], 1)

  expect(delayed?.attempts.map(({ outcome }) => outcome)).not.toContain('delivered')
  // It is not the target that is broken.
  expect(integrations[0]?.state).toBe('running')
})

maybe(
  'kill -9 of workers, control plane and PostgreSQL: nothing is lost, nothing wrongly repeated, and the log is true',
  async () => {
    const declared = await declareWorkflow(cluster)
    const honest = await attest(declared, folder)
    const paths = Array.from({ length: attachments }, (_, at) => `${receiver.url}/target-${at}`)
    const attachmentIds = await attachReceivers(cluster.operator, declared, paths)

    const digests = await duringDeaths([...cluster.workers, cluster.controlPlane, database], () =>
      storeMany(declared, honest),
    )
    const log = await untilDelivered(attachmentIds, digests.length * attachments)

    expect(new Set(digests).size).toBe(attestations)
    expect(faultsIn(log, { digests, attachmentIds, effects: receiver.effects })).toEqual([])
  },
  Math.max(180_000, attestations * 400),
)

/** One in ten requests: after the effect was made, so that only the key tells that the next one repeats it. */
function sometimesFail(response: ServerResponse): boolean {
  const dice = Math.random()
  if (dice < 0.05) response.writeHead(500).end('try again')
  else if (dice < 0.1) response.destroy()
  return dice < 0.1
}

/** Kills one after the other, in random order, while the work is done. */
async function duringDeaths<T>(
  victims: readonly Restartable[],
  work: () => Promise<T>,
): Promise<T> {
  const done = new AbortController()
  const deaths = (async () => {
    while (!done.signal.aborted) {
      for (const victim of victims.toSorted(() => Math.random() - 0.5)) {
        await delay(pauseBetweenDeathsMs * (0.5 + Math.random()))
        await victim.kill()
        await startEventually(victim)
      }
    }
  })()
  try {
    return await work()
  } finally {
    done.abort()
    await deaths
  }
}

async function storeMany(declared: DeclaredWorkflow, honest: Attested): Promise<string[]> {
  const digests: string[] = []
  let started = 0
  const worker = async (): Promise<void> => {
    while (started < attestations) {
      started += 1
      digests.push(await storeOne(declared, honest))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return digests
}

/** As a patient client: what was signed once is sent until it is answered. */
async function storeOne(declared: DeclaredWorkflow, honest: Attested): Promise<string> {
  const { run, bundle } = await patiently(async () => {
    const opened = await openRun(declared.job, declared)
    return {
      run: opened,
      bundle: await signStatement(opened, aboutRun(honest.statement, opened)),
    }
  })
  return patiently(() => store(run, bundle, { signal: AbortSignal.timeout(20_000) }))
}

async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await work()
    } catch (cause) {
      if (tried === 100) throw cause
      await delay(250)
    }
  }
}

/** So often that the circuit would be open if it were the target's fault. */
function isTriedOften({ attempts }: Delivery): boolean {
  return attempts.filter(({ outcome }) => outcome === 'retryable').length >= 5
}

const isDelivered = ({ state }: Delivery): boolean => state === DeliveryState.DELIVERED

async function untilDelivered(
  attachmentIds: readonly string[],
  count: number,
): Promise<Delivery[]> {
  const deadline = Date.now() + 120_000
  for (;;) {
    const log = await wholeLog(attachmentIds)
    if (log.filter(isDelivered).length >= count || Date.now() > deadline) return log
    await delay(1_000)
  }
}

async function wholeLog(attachmentIds: readonly string[]): Promise<Delivery[]> {
  const log: Delivery[] = []
  for (const attachmentId of attachmentIds) {
    for (let cursor = ''; ;) {
      const pagination = { limit: 100, cursor }
      const page = await cluster.operator.client.deliveries.list({ attachmentId, pagination })
      log.push(...page.deliveries)
      cursor = page.pagination?.nextCursor ?? ''
      if (cursor === '') break
    }
  }
  return log
}

interface Truth {
  readonly digests: readonly string[]
  readonly attachmentIds: readonly string[]
  readonly effects: CheckingReceiver['effects']
}

/** What the receiver and the log have to say against each other, in words. */
function faultsIn(log: readonly Delivery[], { digests, attachmentIds, effects }: Truth): string[] {
  const faults: string[] = []
  const byKey = new Map(log.map((one) => [`${one.attachmentId} ${one.attestationDigest}`, one]))
  for (const digest of digests) {
    for (const [at, attachmentId] of attachmentIds.entries()) {
      const effect = effects.get(`/target-${at} ${digest}`)
      const delivery = byKey.get(`${attachmentId} ${digest}`)
      const where = `${digest} at target ${at}`
      if (!effect || !delivery) faults.push(`${where}: lost`)
      else faults.push(...untruths(delivery, effect).map((fault) => `${where}: ${fault}`))
    }
  }
  return faults
}

function untruths(
  { state, attempts, idempotencyKey }: Delivery,
  effect: { readonly keys: Set<string>; readonly requests: number; readonly accepted: number },
): string[] {
  const told = attempts.filter(({ outcome }) => outcome === 'delivered').length
  const checks: readonly (readonly [boolean, string])[] = [
    [state === DeliveryState.DELIVERED, 'not delivered'],
    [effect.keys.size === 1, `${effect.keys.size} idempotency keys`],
    [effect.keys.has(idempotencyKey), 'another idempotency key than in the log'],
    [told >= 1 && told <= effect.accepted, `${told} deliveries told, ${effect.accepted} accepted`],
    [
      attempts.length >= effect.requests,
      `${attempts.length} attempts, ${effect.requests} requests`,
    ],
    [attempts.every(({ outcome }) => outcome !== ''), 'an attempt that never ended'],
  ]
  return checks.filter(([holds]) => !holds).map(([, fault]) => fault)
}
