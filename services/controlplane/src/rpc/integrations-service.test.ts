import { IntegrationsService } from '@chainloop/proto/controlplane/v1/integrations'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { DeliveryService, DeliveryState } from '@chainloop/proto/deliveries/v1/delivery_service'
import { Code } from '@connectrpc/connect'
import { expect, test } from '@jest/globals'

import { enqueueDeliveries } from '../deliveries/enqueue-deliveries.ts'
import { examplePlugin } from '../deliveries/testing/fan-out-world.ts'
import { storeAttestation } from '../deliveries/testing/rows.ts'
import { type TestControlPlane, startTestControlPlane } from './testing/start-control-plane.ts'

const workerToken = 'internal-token-of-the-integrations-service'

const siem = {
  name: 'siem',
  pluginId: 'example',
  description: 'the SIEM',
  config: { url: 'https://a.example', apiKey: 'top-secret' },
}

async function start(): Promise<TestControlPlane> {
  const server = await startTestControlPlane({ CHAINLOOP_INTERNAL_TOKEN_INTEGRATIONS: workerToken })
  const json = (value: object): Uint8Array<ArrayBuffer> => Buffer.from(JSON.stringify(value))
  await server.internal(workerToken).announce({
    plugins: [
      {
        ...examplePlugin,
        subscribedMaterials: [],
        registrationSchema: json(examplePlugin.registrationSchema),
        attachmentSchema: json(examplePlugin.attachmentSchema),
      },
    ],
  })
  return server
}

const text = (bytes: Uint8Array | undefined): unknown =>
  JSON.parse(Buffer.from(bytes ?? []).toString())

test('an operator chooses a plugin, registers it, and never sees the secret again', async () => {
  await using server = await start()
  const integrations = server.client(IntegrationsService, server.operator)

  const [available] = (await integrations.listAvailable({})).result
  const registered = await integrations.register(siem)
  const listed = await integrations.listRegistrations({})
  const described = await integrations.describeRegistration({ name: 'siem' })

  const schema =
    available?.type.case === 'fanout' ? available.type.value.registrationSchema : undefined
  expect(text(schema)).toEqual(examplePlugin.registrationSchema)
  expect(text(registered.result?.config)).toEqual({ url: 'https://a.example' })
  expect(listed.result).toEqual([registered.result])
  expect(described.result).toEqual(registered.result)
})

test('the same request again with its idempotency key registers once', async () => {
  await using server = await start()
  const headers = { 'idempotency-key': 'k' }
  const integrations = server.client(IntegrationsService, server.operator, headers)

  const first = await integrations.register(siem)
  const second = await integrations.register(siem)

  expect(second.result?.id).toBe(first.result?.id)
})

test('settings that do not fit are named, each with what is wrong', async () => {
  await using server = await start()
  const integrations = server.client(IntegrationsService, server.operator)

  const refused = integrations.register({ ...siem, config: { apiKey: 'short', colour: 'red' } })

  await expect(refused).rejects.toMatchObject({
    code: Code.InvalidArgument,
    rawMessage:
      'the settings of integration siem (example) do not fit: url is required; colour is unknown; ' +
      'apiKey must NOT have fewer than 8 characters',
  })
})

test('what is attached is delivered, and the list says to whom', async () => {
  await using server = await start()
  const { db } = server.ctx
  const integrations = server.client(IntegrationsService, server.operator)
  await integrations.register(siem)
  const workflows = server.client(WorkflowService, server.operator)
  const { result: workflow } = await workflows.create({ name: 'build', projectName: 'shop' })
  const { result: attached } = await integrations.attach({
    workflowName: 'build',
    projectName: 'shop',
    integrationName: 'siem',
    config: { label: 'x' },
  })
  const { id: organizationId } = await db
    .selectFrom('organizations')
    .select('id')
    .executeTakeFirstOrThrow()

  const { runId } = await db.transaction().execute(async (tx) => {
    const where = { projectId: workflow?.projectId ?? '', workflowId: workflow?.id ?? '' }
    const stored = await storeAttestation(tx, { organizationId, ...where })
    await enqueueDeliveries(tx, server.ctx, stored)
    return stored
  })

  const log = server.client(DeliveryService, server.operator)
  const { deliveries } = await log.list({ runId })
  expect(deliveries).toMatchObject([
    {
      integrationName: 'siem',
      pluginId: 'example',
      attachmentId: attached?.id,
      workflowName: 'build',
      projectName: 'shop',
      state: 1,
      attempts: [],
    },
  ])
  const id = deliveries[0]?.id ?? ''
  expect((await log.cancel({ id })).delivery?.state).toBe(DeliveryState.CANCELLED)
  await expect(log.cancel({ id })).rejects.toMatchObject({ code: Code.FailedPrecondition })
  expect((await log.retry({ id })).delivery?.state).toBe(DeliveryState.PENDING)
  expect((await log.describe({ id })).delivery).toMatchObject({ id, runId })
  await expect(log.describe({ id: 'x' })).rejects.toMatchObject({ code: Code.InvalidArgument })
  const { result: attachments } = await integrations.listAttachments({ projectName: 'shop' })
  expect(attachments.map(({ workflow: shown }) => shown?.name)).toEqual(['build'])
  await integrations.detach({ id: attached?.id ?? '' })
  await integrations.deregister({ name: 'siem' })
})
