import { createHash } from 'node:crypto'

import { expect } from '@chainloop/kit/testing/matchers'
import { test } from '@jest/globals'

import { insertMissing } from '../cas-mappings/cas-mapping-repo.ts'
import { deliveriesQueue, type DeliveryJobData } from './queue.ts'
import { readMaterial } from './read-material.ts'
import { type FanOutWorld, openFanOutWorld } from './testing/fan-out-world.ts'

const bytes = Buffer.from('{"bomFormat":"CycloneDX"}')
const hex = createHash('sha256').update(bytes).digest('hex')
const digest = `sha256:${hex}`

/** A delivery of an attestation that names the SBOM, whose job is held. */
async function holdDelivery(
  world: FanOutWorld,
): Promise<{ readonly read: (wanted: string, jobId?: string) => Promise<string> }> {
  await world.attach('one')
  await world.store([{ name: 'sbom.json', digest: { sha256: hex } }])
  const [job] = await world.queue.fetch<DeliveryJobData>(deliveriesQueue)
  const deliveryId = job?.data.deliveryId ?? ''
  return {
    async read(wanted, jobId = job?.id ?? '') {
      const chunks = readMaterial(world, world.worker, { deliveryId, jobId, digest: wanted })
      return Buffer.concat(await Array.fromAsync(chunks)).toString()
    },
  }
}

async function mapTo(world: FanOutWorld, projectId: string): Promise<void> {
  const { id: organizationId } = world.organization
  const { id: backendId } = await world.db
    .selectFrom('cas_backends')
    .select('id')
    .where('is_default', '=', true)
    .executeTakeFirstOrThrow()
  const size = bytes.length
  await insertMissing(world.db, [
    { organizationId, projectId, backendId, runId: undefined, digest, size, fileName: 'sbom.json' },
  ])
}

test('the holder of the job reads the materials of its attestation, and nothing else', async () => {
  await using world = await openFanOutWorld()
  world.artifacts.set(digest, bytes)
  const { read } = await holdDelivery(world)
  await mapTo(world, world.workflow.projectId)

  expect(await read(digest)).toBe(bytes.toString())
  await expect(read(`sha256:${'0'.repeat(64)}`)).toFailWith('not_found')
  await expect(read(digest, '00000000-0000-4000-8000-000000000000')).toFailWith('forbidden')
})

test('a digest that the project has no right to read is not found', async () => {
  await using world = await openFanOutWorld()
  world.artifacts.set(digest, bytes)
  const { read } = await holdDelivery(world)

  await expect(read(digest)).toFailWith('not_found')
})

test('a store that is down is said to be down', async () => {
  await using world = await openFanOutWorld()
  const { read } = await holdDelivery(world)
  await mapTo(world, world.workflow.projectId)

  await expect(read(digest)).toFailWith('unavailable', /cannot be read/)
})
