import type { ServerResponse } from 'node:http'

import { expect, test } from '@jest/globals'

import type { DeliveredMaterial, Receipt } from '../../plugin.ts'
import { exampleAttestation } from '../../testing/attestation.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { exampleMaterial } from '../../testing/material.ts'
import { type ReceivedRequest, type Receiver, startReceiver } from '../../testing/receiver.ts'
import { dependencyTrack } from './plugin.ts'

const projectID = '0d2c9a9e-9a56-4d9c-9f5e-5a0f2f1d8a03'
const parentID = '0d2c9a9e-9a56-4d9c-9f5e-5a0f2f1d8a04'

/** Answers as the OpenAPI description says; the BOM is processed at the second question. */
function startDependencyTrack(): Promise<Receiver> {
  let asked = 0
  return startReceiver((res: ServerResponse, { path, headers }: ReceivedRequest) => {
    if (headers['x-api-key'] !== 'odt_key') return res.writeHead(401).end()
    res.setHeader('content-type', 'application/json')
    if (path === '/api/v1/bom') return res.end(JSON.stringify({ token: 't-1' }))
    asked += 1
    return res.end(JSON.stringify({ processing: asked < 2 }))
  })
}

async function uploadsTo({ requests }: Receiver): Promise<Record<string, string>[]> {
  const forms = requests
    .filter(({ path }) => path === '/api/v1/bom')
    .map(({ body, headers }) =>
      new Response(body, { headers: { 'content-type': headers['content-type'] ?? '' } }).formData(),
    )
  return Promise.all(
    (await Promise.all(forms)).map(async (form) =>
      Object.fromEntries(
        await Promise.all(
          [...form].map(async ([name, value]) => [
            name,
            typeof value === 'string' ? value : await value.text(),
          ]),
        ),
      ),
    ),
  )
}

interface Sending {
  readonly attachment: Record<string, unknown>
  readonly registration?: Record<string, unknown>
  readonly materials?: readonly DeliveredMaterial[]
}

function send(
  server: Receiver,
  { attachment, registration = {}, materials }: Sending,
): Promise<Receipt> {
  const predicate = { annotations: { team: 'a', env: 'prod' } }
  return deliverTo(dependencyTrack, {
    registration: { instanceURI: `${server.url}/`, apiKey: 'odt_key', ...registration },
    attachment,
    attestation: { ...exampleAttestation, statement: { predicate } },
    materials: materials ?? [exampleMaterial('{"a":1}')],
  })
}

test('each SBOM is uploaded, and waited for until it was processed', async () => {
  await using server = await startDependencyTrack()
  const materials = [exampleMaterial('{"a":1}'), exampleMaterial('{"b":2}', { name: 'other' })]

  const receipt = await send(server, { attachment: { projectID }, materials })

  expect(receipt.detail).toBe('sbom: processed; other: processed')
  expect(await uploadsTo(server)).toEqual([
    { project: projectID, bom: '{"a":1}' },
    { project: projectID, bom: '{"b":2}' },
  ])
})

test('a server that cannot say whether it processed is taken at its word', async () => {
  await using server = await startReceiver((res, { path }) =>
    path === '/api/v1/bom' ? res.end('{"token":"t-1"}') : res.writeHead(404).end(),
  )

  const receipt = await send(server, { attachment: { projectID } })

  expect(receipt.detail).toBe('sbom: uploaded; it is not known whether it was processed')
})

test('a project is named by annotations and created below its parent', async () => {
  await using server = await startDependencyTrack()
  const materials = [exampleMaterial('{}', { annotations: { component: 'api' } })]
  const projectName = '{{ .Material.Annotations.Component }}-{{.Attestation.Annotations.team}}'

  await send(server, {
    registration: { allowAutoCreate: true },
    attachment: { projectName, parentID },
    materials,
  })

  expect(await uploadsTo(server)).toEqual([
    { autoCreate: 'true', projectName: 'api-a', parentUUID: parentID, bom: '{}' },
  ])
})

test('what the filter or the name leaves out is not sent, and that is no failure', async () => {
  await using server = await startDependencyTrack()
  const materials = [
    exampleMaterial('{}', { annotations: { env: 'dev' } }),
    exampleMaterial('{"sent":1}'),
  ]

  await send(server, { attachment: { projectID, filter: 'env=prod, team=a' }, materials })
  const nothing = await send(server, {
    registration: { allowAutoCreate: true },
    attachment: { projectName: '{{.Material.Annotations.missing}}' },
  })

  expect(await uploadsTo(server)).toEqual([{ project: projectID, bom: '{"sent":1}' }])
  expect(nothing.detail).toBe('no SBOM to send')
})

test.each([
  [{}, {}, 'either projectID or projectName'],
  [{ projectID, projectName: 'x' }, { allowAutoCreate: true }, 'either projectID or projectName'],
  [{ projectName: 'x' }, {}, 'needs allowAutoCreate'],
  [{ projectID, parentID }, {}, 'parentID needs projectName'],
  [{ projectName: '{{ .Env.SECRET }}' }, { allowAutoCreate: true }, 'is no template'],
  [{ projectID, filter: 'nonsense' }, {}, 'is not key=value'],
  [{ projectID }, { apiKey: 'wrong' }, 'answered 401'],
] as [object, object, string][])(
  '%j with %j is a permanent error',
  async (attachment, registration, message) => {
    await using server = await startDependencyTrack()

    await expect(
      send(server, { attachment: { ...attachment }, registration: { ...registration } }),
    ).rejects.toMatchObject({
      errorClass: 'permanent',
      message: expect.stringContaining(message),
    })
    expect(await uploadsTo(server)).toHaveLength('apiKey' in registration ? 1 : 0)
  },
)
