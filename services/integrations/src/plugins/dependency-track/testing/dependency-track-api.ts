import { z } from 'zod'

import {
  type Content,
  type DescribedOperation,
  noRequestBody,
} from '../../../testing/described-route.ts'

/*
 * What the OpenAPI description of Dependency-Track's REST API v1 says of the operations that the plugin uses, told in our words:
 * https://github.com/DependencyTrack/docs, docs/reference/api/openapi-v1.yaml of 00d194c8c69dfa116cde5028bf00e8c89d8d034e.
 * Left out: parameters that the plugin does not send, and properties of answers that nobody here gives or reads.
 */

const credentials = { 401: undefined }

const json = <B>(body: z.ZodType<B>): Content<B> => ({ type: 'application/json', body })

const problem = z.strictObject({
  status: z.int(),
  title: z.string(),
  detail: z.string(),
  type: z.url().optional(),
  instance: z.url().optional(),
})

/** RFC 9457. */
const problemDetails: Content = { type: 'application/problem+json', body: problem }

/** No control characters. */
const printable = z.string().regex(/^[\s\p{L}\p{M}\p{S}\p{N}\p{P}]*$/u)

const project = z.strictObject({
  uuid: z.uuid(),
  name: printable.min(1).max(255),
  version: printable.optional(),
  lastBomImport: z.int(),
})

export type DescribedProject = z.output<typeof project>

const permission = z.strictObject({
  name: z.string().min(1).max(255).regex(/^\w*$/),
  description: z.string().optional(),
})

export const ownTeam: DescribedOperation<undefined> = {
  operation: 'GET /api/v1/team/self',
  request: noRequestBody,
  answers: {
    ...credentials,
    200: json(
      z.strictObject({
        uuid: z.uuid().optional(),
        name: z.string().optional(),
        permissions: z.array(permission).optional(),
      }),
    ),
    400: undefined,
    404: undefined,
  },
}

/** Needs VIEW_PORTFOLIO. */
export const listProjects: DescribedOperation<undefined> = {
  operation: 'GET /api/v1/project',
  query: z
    .strictObject({
      name: z.string(),
      pageNumber: z.string(),
      pageSize: z.string(),
    })
    .partial(),
  request: noRequestBody,
  // The introduction has the 403, for all that need a permission.
  answers: { ...credentials, 200: json(z.array(project)), 403: undefined },
}

/** Needs VIEW_PORTFOLIO. */
export const oneProject: DescribedOperation<undefined> = {
  operation: 'GET /api/v1/project/{uuid}',
  params: z.strictObject({ uuid: z.uuid() }),
  request: noRequestBody,
  answers: { ...credentials, 200: json(project), 403: problemDetails, 404: undefined },
}

const flag = z.enum(['true', 'false'])

const bomForm = z
  .strictObject({
    project: z.string(),
    autoCreate: flag,
    projectName: z.string(),
    projectVersion: z.string(),
    projectTags: z.string(),
    isLatest: flag,
    parentUUID: z.string(),
    parentName: z.string(),
    parentVersion: z.string(),
    bom: z.string(),
  })
  .partial()

export type UploadedBom = z.output<typeof bomForm>

/** Needs BOM_UPLOAD, and one of `mayCreate` for a project that is not there. */
export const postBom: DescribedOperation<UploadedBom> = {
  operation: 'POST /api/v1/bom',
  request: { type: 'multipart/form-data', body: bomForm },
  answers: {
    ...credentials,
    200: json(z.strictObject({ token: z.uuid(), projectUuid: z.uuid() })),
    400: {
      ...problemDetails,
      body: problem.extend({ errors: z.array(z.string()).optional() }),
    },
    403: problemDetails,
    404: undefined,
  },
}

export const mayCreate: readonly string[] = [
  'PORTFOLIO_MANAGEMENT',
  'PORTFOLIO_MANAGEMENT_CREATE',
  'PROJECT_CREATION_UPLOAD',
]

export const processingOf: DescribedOperation<undefined> = {
  operation: 'GET /api/v1/event/token/{uuid}',
  params: z.strictObject({ uuid: z.uuid() }),
  request: noRequestBody,
  answers: { ...credentials, 200: json(z.strictObject({ processing: z.boolean() })) },
}
