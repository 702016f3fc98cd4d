import { z } from 'zod'

import {
  type VendorAnswer,
  type VendorCall,
  type VendorRoute,
  mediaTypeOf,
  route,
} from './vendor-server.ts'

export interface Content<B = unknown> {
  /** Media type, without parameters. */
  readonly type: string
  readonly body: z.ZodType<B>
}

/** One operation as a vendor's published description has it. */
export interface DescribedOperation<B> {
  /** As OpenAPI writes it: `GET /repos/{owner}/{repo}`. */
  readonly operation: string
  /** Of the place holders in the path; none when absent. */
  readonly params?: z.ZodType
  /** Each may be there once; none when absent. */
  readonly query?: z.ZodType
  readonly request: Content<B>
  /** By status. Undefined where the description names no content: there may be a text for people. */
  readonly answers: Readonly<Record<number, Content | undefined>>
}

export const noRequestBody: Content<undefined> = { type: '', body: z.undefined() }

/** Refuses a request and an answer that the description does not have. */
export function describedRoute<B>(
  { operation, params = none, query = none, request, answers }: DescribedOperation<B>,
  answer: (call: VendorCall<B>) => VendorAnswer,
): VendorRoute {
  const inner = route({ operation, body: request.body, answer })
  const refuse = (why: string) => ({ refused: `${operation}: ${why}` })
  return {
    ...inner,
    take(call) {
      const problem =
        mismatch(params, call.params) ??
        mismatch(query, valuesOf(call.query)) ??
        otherType(request.type, call.headers['content-type'])
      if (problem !== undefined) return refuse(problem)

      const given = inner.take(call)
      if ('refused' in given) return given
      const wrong = undescribed(answers, given)
      return wrong === undefined ? given : refuse(`answered ${given.status}: ${wrong}`)
    },
  }
}

const none = z.strictObject({})

/** What is there twice is a list, which no schema of a text takes. */
function valuesOf(query: URLSearchParams): Record<string, unknown> {
  return Object.fromEntries(
    [...query.keys()].map((name) => {
      const values = query.getAll(name)
      return [name, values.length === 1 ? values[0] : values]
    }),
  )
}

function undescribed(
  answers: DescribedOperation<unknown>['answers'],
  answer: VendorAnswer,
): string | undefined {
  if (!(answer.status in answers)) return 'the description has no such status'
  const content = answers[answer.status]
  if (content)
    return otherType(content.type, mediaTypeOf(answer)) ?? mismatch(content.body, answer.body)
  return typeof answer.body === 'object' ? 'the description has no content' : undefined
}

function otherType(described: string, found = ''): string | undefined {
  const [type = ''] = found.split(';')
  return type.trim() === described ? undefined : `the content is ${found || 'nothing'}`
}

function mismatch(schema: z.ZodType, value: unknown): string | undefined {
  return schema.safeParse(value).error?.message
}
