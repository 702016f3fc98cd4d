import { randomUUID } from 'node:crypto'

import { describedRoute } from '../../../testing/described-route.ts'
import {
  type VendorAnswer,
  type VendorCall,
  type VendorRoute,
  type VendorServer,
  startVendorServer,
} from '../../../testing/vendor-server.ts'
import * as api from './dependency-track-api.ts'

export interface DependencyTrackServer extends VendorServer {
  readonly boms: readonly api.UploadedBom[]
}

export interface DependencyTrackOptions {
  readonly apiKey: string
  readonly permissions: readonly string[]
  /** Ids of projects that are there. */
  readonly projects: readonly string[]
  /** Its one project without a version has this name, beside more versions than a page holds. */
  readonly named?: string
  /** What is uploaded is processed and comes to nothing. */
  readonly losesBoms?: boolean
  /** A server before 4.11, which cannot say whether it still processes. */
  readonly isOld?: boolean
}

interface World extends DependencyTrackOptions {
  readonly boms: api.UploadedBom[]
  readonly portfolio: api.DescribedProject[]
}

/** A Dependency-Track that has processed a BOM when it is asked the second time. */
export async function startDependencyTrack(
  options: DependencyTrackOptions,
): Promise<DependencyTrackServer> {
  const { projects, named, isOld } = options
  const portfolio = projects.map((uuid) => newProject(`project ${uuid}`, { uuid }))
  if (named !== undefined) portfolio.push(...versions(named), newProject(named))
  const world: World = { ...options, boms: [], portfolio }
  const routes = [...lookups(world), upload(world), ...(isOld ? [] : [processing(world)])]
  const server = await startVendorServer(routes)
  return Object.assign(server, { boms: world.boms })
}

function newProject(
  name: string,
  fields: Partial<api.DescribedProject> = {},
): api.DescribedProject {
  return { uuid: randomUUID(), name, lastBomImport: 1, ...fields }
}

function versions(name: string): api.DescribedProject[] {
  return Array.from({ length: 100 }, (_, at) => newProject(name, { version: `1.${at}` }))
}

function lookups(world: World): VendorRoute[] {
  const permissions = world.permissions.map((name) => ({ name, description: name }))
  const team = { uuid: randomUUID(), name: 'ci', permissions }
  return [
    describedRoute(api.ownTeam, (call) => known(world, call) ?? { status: 200, body: team }),
    describedRoute(
      api.listProjects,
      (call) => known(world, call) ?? lacking(world, 'VIEW_PORTFOLIO') ?? pageOf(world, call.query),
    ),
    describedRoute(api.oneProject, (call) => {
      const refused = known(world, call) ?? lacking(world, 'VIEW_PORTFOLIO', forbidden)
      if (refused) return refused
      const project = world.portfolio.find(({ uuid }) => uuid === call.params['uuid'])
      return project ? { status: 200, body: project } : missing
    }),
  ]
}

function upload(world: World): VendorRoute {
  return describedRoute(
    api.postBom,
    (call) =>
      known(world, call) ?? lacking(world, 'BOM_UPLOAD', forbidden) ?? takeBom(world, call.body),
  )
}

function processing(world: World): VendorRoute {
  const asked = new Set<string>()
  return describedRoute(api.processingOf, (call) => {
    const token = call.params['uuid'] ?? ''
    const isFirst = !asked.has(token)
    asked.add(token)
    return known(world, call) ?? { status: 200, body: { processing: isFirst } }
  })
}

function pageOf({ portfolio }: World, query: URLSearchParams): VendorAnswer {
  const name = query.get('name')
  const size = Number(query.get('pageSize') ?? 100)
  const start = (Number(query.get('pageNumber') ?? 1) - 1) * size
  const found = portfolio.filter((project) => name === null || project.name === name)
  return { status: 200, body: found.slice(start, start + size) }
}

function takeBom(world: World, form: api.UploadedBom): VendorAnswer {
  if (!isCycloneDx(form.bom ?? '')) return invalidBom
  const project = projectFor(world, form)
  if ('status' in project) return project
  world.boms.push(form)
  if (!world.losesBoms) {
    const at = world.portfolio.indexOf(project)
    world.portfolio[at] = { ...project, lastBomImport: project.lastBomImport + 1 }
  }
  return { status: 200, body: { token: randomUUID(), projectUuid: project.uuid } }
}

/** The one that is named, which is made when it may be. */
function projectFor(
  { portfolio, permissions }: World,
  form: api.UploadedBom,
): api.DescribedProject | VendorAnswer {
  const { project: id, projectName: name, projectVersion: version } = form
  const found = portfolio.find((each) =>
    id === undefined ? each.name === name && each.version === version : each.uuid === id,
  )
  if (found) return found
  if (id !== undefined || name === undefined || form.autoCreate !== 'true') return missing
  if (!permissions.some((each) => api.mayCreate.includes(each))) return notCreating
  const { parentUUID } = form
  if (parentUUID !== undefined && portfolio.every(({ uuid }) => uuid !== parentUUID)) return missing

  const made = newProject(name, { lastBomImport: 0, ...(version !== undefined && { version }) })
  portfolio.push(made)
  return made
}

function isCycloneDx(bom: string): boolean {
  try {
    const { bomFormat }: { bomFormat?: unknown } = JSON.parse(bom)
    return bomFormat === 'CycloneDX'
  } catch {
    return false
  }
}

function known<B>({ apiKey }: World, { headers }: VendorCall<B>): VendorAnswer | undefined {
  return headers['x-api-key'] === apiKey ? undefined : { status: 401 }
}

function lacking(
  { permissions }: World,
  permission: string,
  answer: VendorAnswer = { status: 403 },
): VendorAnswer | undefined {
  return permissions.includes(permission) ? undefined : answer
}

function problem(status: number, detail: string): VendorAnswer {
  const headers = { 'content-type': 'application/problem+json' }
  return { status, headers, body: { status, title: 'It cannot be done', detail } }
}

const forbidden = problem(403, 'The project is not for this team.')
const invalidBom = problem(400, 'The BOM is no CycloneDX.')
const missing: VendorAnswer = { status: 404, body: 'The project could not be found.' }
const notCreating: VendorAnswer = { status: 401, body: 'The team may not create projects.' }
