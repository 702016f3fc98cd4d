import { RegoError } from '../errors.ts'
import type { HttpRequest, HttpResponse } from '../host.ts'
import { formatValue } from '../values/format.ts'
import { keyText, marshal } from '../values/json.ts'
import { isNumber, toDouble } from '../values/number.ts'
import { RegoObject } from '../values/object.ts'
import { parseJson } from '../values/parse-json.ts'
import type { Value } from '../values/value.ts'
import { fail, objectAt } from './operands.ts'
import { awaitHost } from './pending.ts'
import { define, stable } from './registry.ts'
import type { Builtin, BuiltinFunction, CallContext } from './registry.ts'
import { checkRequest } from './request.ts'
import { parseYaml } from './yaml.ts'

const defaultTimeout = 5000

function readRequest(object: RegoObject): HttpRequest {
  checkRequest(object)
  const headers = object.get('headers')
  const [raw, body] = [object.get('raw_body'), object.get('body')]
  return {
    method: keyText(object.get('method')).toUpperCase(),
    url: keyText(object.get('url')),
    headers: headers instanceof RegoObject ? headersOf(headers) : {},
    body: typeof raw === 'string' ? raw : body === undefined ? undefined : marshal(body),
    timeoutMs: timeoutOf(object.get('timeout')),
    followRedirects: object.get('enable_redirect') === true,
  }
}

function headersOf(headers: RegoObject): Record<string, string> {
  return Object.fromEntries(
    Array.from(headers.entries(), ([key, value]) => [keyText(key), keyText(value)]),
  )
}

/** Nanoseconds, or a duration such as `5s`. */
function timeoutOf(value: Value | undefined): number {
  if (isNumber(value)) return toDouble(value) / 1e6
  const [, amount = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m)$/.exec(keyText(value)) ?? []
  const scale = { ms: 1, s: 1000, m: 60_000 }[unit]
  return scale ? Number(amount) * scale : defaultTimeout
}

const send: BuiltinFunction = (args, call) => {
  const object = objectAt(args, 0)
  const request = readRequest(object)
  const answer = ask(request, `http.send(${formatValue(object)})`, call)
  if (!(answer instanceof Error)) return responseJson(answer, object)
  if (object.get('raise_error') !== false) throw fail(answer.message)
  const error = RegoObject.record({ code: 'eval_http_send_network_error', message: answer.message })
  return RegoObject.record({ status_code: 0, error })
}

/** Failures are answers too: a request is made once. */
function ask(request: HttpRequest, key: string, { run }: CallContext): HttpResponse | Error {
  const { fetch } = run.host
  if (!fetch) throw fail('the host grants no network access')
  return awaitHost(run, key, () => settle(() => fetch(request)))
}

function settle(
  work: () => HttpResponse | Promise<HttpResponse>,
): HttpResponse | Error | Promise<HttpResponse | Error> {
  try {
    const answer = work()
    return answer instanceof Promise ? answer.catch(asError) : answer
  } catch (error) {
    return asError(error)
  }
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error))
}

function responseJson(response: HttpResponse, request: RegoObject): RegoObject {
  const headers = Object.entries(response.headers).map(([key, values]): [Value, Value] => [
    key.toLowerCase(),
    values,
  ])
  const body = decodeBody(response, request)
  return RegoObject.record({
    status: `${response.status} ${response.statusText}`.trim(),
    status_code: response.status,
    headers: RegoObject.from(headers),
    raw_body: response.body,
    ...(body !== undefined && { body }),
  })
}

function decodeBody({ headers, body }: HttpResponse, request: RegoObject): Value | undefined {
  const type =
    Object.entries(headers).find(([key]) => key.toLowerCase() === 'content-type')?.[1][0] ?? ''
  if (request.get('force_yaml_decode') === true) return parseYaml(body)
  if (request.get('force_json_decode') === true) return readBody(body)
  if (/^application\/([\w.+-]+\+)?json\b/.test(type)) return readBody(body)
  return /^(application|text)\/(x-)?yaml\b/.test(type) ? parseYaml(body) : null
}

function readBody(body: string): Value {
  try {
    return parseJson(body)
  } catch (error) {
    throw error instanceof RegoError ? fail(error.reason) : error
  }
}

export const http: readonly Builtin[] = [
  stable(
    define(
      'http.send(object) -> object',
      'Asks a server, if the host grants it; the same request is made once.',
      send,
    ),
  ),
]
