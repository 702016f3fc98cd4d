import { randomUUID } from 'node:crypto'

import { z } from 'zod'

import {
  type VendorAnswer,
  type VendorCall,
  type VendorRoute,
  type VendorServer,
  route,
  startVendorServer,
} from '../../../testing/vendor-server.ts'

/* After the resources of Dependency-Track 4.13 (BomResource, EventResource, ProjectResource, TeamResource), as its API documentation lists them. */
const bomForm = z.strictObject({
  project: z.uuid().optional(),
  autoCreate: z.enum(['true', 'false']).optional(),
  projectName: z.string().min(1).max(255).optional(),
  parentUUID: z.uuid().optional(),
  bom: z.string().min(1),
})

export type UploadedBom = z.output<typeof bomForm>

export interface DependencyTrackServer extends VendorServer {
  readonly boms: readonly UploadedBom[]
}

export interface DependencyTrackOptions {
  readonly apiKey: string
  readonly permissions: readonly string[]
  /** Ids of projects that are there. */
  readonly projects: readonly string[]
  /** What is uploaded is processed and comes to nothing, as a BOM that is none. */
  readonly losesBoms?: boolean
  /** A server before 4.11, which cannot say whether it still processes. */
  readonly isOld?: boolean
}

interface World extends DependencyTrackOptions {
  readonly boms: UploadedBom[]
  /** When a project got its last BOM. */
  readonly imports: Map<string, number>
}

/** A Dependency-Track that has processed a BOM when it is asked the second time. */
export async function startDependencyTrack(
  options: DependencyTrackOptions,
): Promise<DependencyTrackServer> {
  const imports = new Map(options.projects.map((id) => [id, 1]))
  const world: World = { ...options, boms: [], imports }
  const server = await startVendorServer([...lookups(world), ...uploads(world)])
  return Object.assign(server, { boms: world.boms })
}

const nothing = z.undefined()

function lookups(world: World): VendorRoute[] {
  const permissions = world.permissions.map((name) => ({ name, description: name }))
  const team = { uuid: randomUUID(), name: 'ci', permissions }
  return [
    route({
      operation: 'GET /api/v1/team/self',
      body: nothing,
      answer: (call) => known(world, call, () => ({ status: 200, body: team })),
    }),
    route({
      operation: 'GET /api/v1/project/lookup',
      body: nothing,
      answer: (call) => known(world, call, () => projectAt(world, call.query.get('name') ?? '')),
    }),
    route({
      operation: 'GET /api/v1/project/{uuid}',
      body: nothing,
      answer: (call) => known(world, call, () => projectAt(world, call.params['uuid'] ?? '')),
    }),
  ]
}

function uploads(world: World): VendorRoute[] {
  const asked = new Map<string, number>()
  const takeBom = (bom: UploadedBom): VendorAnswer => {
    const { project, projectName = '', autoCreate } = bom
    const key = project ?? projectName
    if (!world.imports.has(key) && autoCreate !== 'true') return projectAt(world, key)
    world.boms.push(bom)
    if (!world.losesBoms) world.imports.set(key, (world.imports.get(key) ?? 1) + 1)
    return { status: 200, body: { token: randomUUID() } }
  }
  const sayProcessing = (token: string): VendorAnswer => {
    if (world.isOld) return { status: 404 }
    asked.set(token, (asked.get(token) ?? 0) + 1)
    return { status: 200, body: { processing: (asked.get(token) ?? 0) < 2 } }
  }
  return [
    route({
      operation: 'POST /api/v1/bom',
      body: bomForm,
      answer: (call) => known(world, call, () => takeBom(call.body)),
    }),
    route({
      operation: 'GET /api/v1/event/token/{uuid}',
      body: nothing,
      answer: (call) => known(world, call, () => sayProcessing(call.params['uuid'] ?? '')),
    }),
  ]
}

function known<B>(
  { apiKey }: World,
  { headers }: VendorCall<B>,
  answer: () => VendorAnswer,
): VendorAnswer {
  return headers['x-api-key'] === apiKey ? answer() : { status: 401 }
}

function projectAt({ imports }: World, key: string): VendorAnswer {
  const lastBomImport = imports.get(key)
  return lastBomImport === undefined
    ? { status: 404, body: 'The project could not be found.' }
    : { status: 200, body: { uuid: key, name: key, lastBomImport } }
}
