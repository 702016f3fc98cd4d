import type { DeliveredMaterial, Receipt } from '@chainloop/plugin-sdk/delivery'
import { expect, test } from '@jest/globals'

import { exampleAttestation } from '../../testing/attestation.ts'
import { deliverTo } from '../../testing/deliver-to.ts'
import { exampleMaterial } from '../../testing/material.ts'
import { startReceiver } from '../../testing/receiver.ts'
import { validateAt } from '../../testing/validate-at.ts'
import { dependencyTrack } from './plugin.ts'
import {
  type DependencyTrackOptions,
  type DependencyTrackServer,
  startDependencyTrack,
} from './testing/dependency-track-server.ts'

const projectID = '0d2c9a9e-9a56-4d9c-9f5e-5a0f2f1d8a03'
const parentID = '0d2c9a9e-9a56-4d9c-9f5e-5a0f2f1d8a04'

/** A CycloneDX that differs from others by its number. */
const bom = (serial = 1): string => JSON.stringify({ bomFormat: 'CycloneDX', version: serial })

const permissions = ['BOM_UPLOAD', 'VIEW_PORTFOLIO']

const open = (more: Partial<DependencyTrackOptions> = {}): Promise<DependencyTrackServer> =>
  startDependencyTrack({
    apiKey: 'odt_key',
    permissions,
    projects: [projectID, parentID],
    ...more,
  })

interface Sending {
  readonly attachment: Record<string, unknown>
  readonly registration?: Record<string, unknown>
  readonly materials?: readonly DeliveredMaterial[]
}

function send(
  { url }: { readonly url: string },
  { attachment, registration = {}, materials }: Sending,
): Promise<Receipt> {
  return deliverTo(dependencyTrack, {
    registration: { instanceURI: `${url}/`, apiKey: 'odt_key', ...registration },
    attachment,
    attestation: { ...exampleAttestation, annotations: { team: 'a', env: 'prod' } },
    materials: materials ?? [exampleMaterial(bom())],
  })
}

test('each SBOM is uploaded, and waited for until the project has it', async () => {
  await using server = await open()
  const materials = [exampleMaterial(bom(1)), exampleMaterial(bom(2), { name: 'other' })]

  const receipt = await send(server, { attachment: { projectID }, materials })

  expect(receipt.detail).toBe('sbom: imported; other: imported')
  expect(server.boms).toEqual([
    { project: projectID, bom: bom(1) },
    { project: projectID, bom: bom(2) },
  ])
  expect(server.refusals).toEqual([])
})

test('a BOM that was processed and came to nothing is no delivery', async () => {
  await using server = await open({ losesBoms: true })

  await expect(send(server, { attachment: { projectID } })).rejects.toMatchObject({
    errorClass: 'retryable',
    message: 'Dependency-Track took the BOM and did not import it',
  })
})

test('a server that cannot say whether it processed is taken at its word', async () => {
  await using server = await open({ isOld: true })

  const receipt = await send(server, { attachment: { projectID } })

  expect(receipt.detail).toBe('sbom: uploaded; it is not known whether it was processed')
})

test('a project is named by annotations and created below its parent', async () => {
  await using server = await open({ permissions: [...permissions, 'PROJECT_CREATION_UPLOAD'] })
  const materials = [exampleMaterial(bom(), { annotations: { component: 'api' } })]
  const projectName = '{{ .Material.Annotations.Component }}-{{.Attestation.Annotations.team}}'

  const receipt = await send(server, {
    registration: { allowAutoCreate: true },
    attachment: { projectName, parentID },
    materials,
  })

  expect(receipt.detail).toBe('sbom: imported')
  expect(server.boms).toEqual([
    { autoCreate: 'true', projectName: 'api-a', parentUUID: parentID, bom: bom() },
  ])
  expect(server.refusals).toEqual([])
})

test.each([
  [false, 'sbom: imported'],
  [true, 'Dependency-Track took the BOM and did not import it'],
])('a named project is found among its versions; it loses BOMs: %s', async (losesBoms, outcome) => {
  await using server = await open({ named: 'api', losesBoms })

  const sent = send(server, {
    registration: { allowAutoCreate: true },
    attachment: { projectName: 'api' },
  })
  const said = await sent.then(
    ({ detail }) => detail,
    (cause: unknown) => String(cause),
  )

  expect(said).toContain(outcome)
  expect(server.refusals).toEqual([])
})

test('a BOM that Dependency-Track finds invalid is a permanent error with its reason', async () => {
  await using server = await open()

  await expect(
    send(server, { attachment: { projectID }, materials: [exampleMaterial('{}')] }),
  ).rejects.toMatchObject({
    errorClass: 'permanent',
    responseCode: 400,
    message: expect.stringContaining('The BOM is no CycloneDX.'),
  })
  expect(server.refusals).toEqual([])
})

test.each([
  [['VIEW_PORTFOLIO'], { projectID }, 403],
  [['BOM_UPLOAD', 'VIEW_PORTFOLIO'], { projectName: 'new' }, 401],
])('a team with only %j cannot deliver to %j', async (granted, attachment, responseCode) => {
  await using server = await open({ permissions: granted })

  await expect(
    send(server, { registration: { allowAutoCreate: true }, attachment }),
  ).rejects.toMatchObject({ errorClass: 'permanent', responseCode })
  expect(server.boms).toEqual([])
  expect(server.refusals).toEqual([])
})

test('what the filter or the name leaves out is not sent, and that is no failure', async () => {
  await using server = await open()
  const materials = [
    exampleMaterial(bom(1), { annotations: { env: 'dev' } }),
    exampleMaterial(bom(2)),
  ]

  await send(server, { attachment: { projectID, filter: 'env=prod, team=a' }, materials })
  const nothing = await send(server, {
    registration: { allowAutoCreate: true },
    attachment: { projectName: '{{.Material.Annotations.missing}}' },
  })

  expect(server.boms).toEqual([{ project: projectID, bom: bom(2) }])
  expect(nothing.detail).toBe('no SBOM to send')
})

test.each([
  [{}, {}, 'either projectID or projectName'],
  [{ projectID, projectName: 'x' }, { allowAutoCreate: true }, 'either projectID or projectName'],
  [{ projectName: 'x' }, {}, 'needs allowAutoCreate'],
  [{ projectID, parentID }, {}, 'parentID needs projectName'],
  [{ projectName: '{{ .Env.SECRET }}' }, { allowAutoCreate: true }, 'is no template'],
  [{ projectID, filter: 'nonsense' }, {}, 'is not key=value'],
  [{ projectID: exampleAttestation.run.id }, {}, 'could not be found'],
  [{ projectID }, { apiKey: 'wrong' }, 'answered 401'],
] as [object, object, string][])(
  '%j with %j is a permanent error',
  async (attachment, registration, message) => {
    await using server = await open()

    await expect(
      send(server, { attachment: { ...attachment }, registration: { ...registration } }),
    ).rejects.toMatchObject({
      errorClass: 'permanent',
      message: expect.stringContaining(message),
    })
    expect(server.boms).toEqual([])
  },
)

test('an answer other than 200 is no success', async () => {
  await using server = await startReceiver((res) => res.writeHead(202).end('{}'))

  await expect(send(server, { attachment: { projectID } })).rejects.toMatchObject({
    errorClass: 'retryable',
    responseCode: 202,
  })
})

test('a key, its rights and the project are tried when they are registered', async () => {
  await using server = await open()
  const registration = { instanceURI: server.url, apiKey: 'odt_key' }
  const tried = (more: object, attachment?: Record<string, unknown>) =>
    validateAt(dependencyTrack, {
      registration: { ...registration, ...more },
      ...(attachment && { attachment }),
    })

  await tried({}, { projectID })

  await expect(tried({ apiKey: 'wrong' })).rejects.toThrow('401')
  await expect(tried({ allowAutoCreate: true })).rejects.toThrow(
    'lacks PROJECT_CREATION_UPLOAD or PORTFOLIO_MANAGEMENT_CREATE or PORTFOLIO_MANAGEMENT',
  )
  await expect(tried({}, { projectID: exampleAttestation.run.id })).rejects.toThrow(
    'could not be found',
  )
  await expect(tried({}, { projectID, filter: 'nonsense' })).rejects.toThrow('is not key=value')
})

test.each(['PROJECT_CREATION_UPLOAD', 'PORTFOLIO_MANAGEMENT_CREATE', 'PORTFOLIO_MANAGEMENT'])(
  'a team with %s may make projects',
  async (permission) => {
    await using server = await open({ permissions: [...permissions, permission] })
    const registration = { instanceURI: server.url, apiKey: 'odt_key', allowAutoCreate: true }

    await validateAt(dependencyTrack, { registration })
    const { detail } = await send(server, { registration, attachment: { projectName: 'new' } })

    expect(detail).toBe('sbom: imported')
    expect(server.refusals).toEqual([])
  },
)
