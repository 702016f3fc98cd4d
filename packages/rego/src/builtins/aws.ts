import { typeName } from '../values/compare.ts'
import { formatValue } from '../values/format.ts'
import { keyText, marshal } from '../values/json.ts'
import { RegoObject } from '../values/object.ts'
import { RegoSet } from '../values/set.ts'
import type { Value } from '../values/value.ts'
import { toHex, utf8 } from './bytes.ts'
import { hmacOf, sha256Hex } from './crypto.ts'
import { badOperand, fail, integerAt, mustBe, objectAt } from './operands.ts'
import { define } from './registry.ts'
import type { Builtin, BuiltinFunction } from './registry.ts'
import { checkRequest } from './request.ts'
import { formatTime } from './time-layout.ts'
import { utc } from './zones.ts'

const required = ['aws_service', 'aws_access_key', 'aws_secret_access_key', 'aws_region'] as const

type Config = {
  readonly service: string
  readonly accessKey: string
  readonly secretKey: string
  readonly region: string
  /** Empty for lasting credentials. */
  readonly sessionToken: string
  readonly signPayload: boolean
}

function readConfig(config: RegoObject): Config {
  const text = (key: string): string => keyText(config.get(key))
  refuseAny(
    required.filter((key) => !config.has(key)),
    'missing required AWS config parameters(s)',
  )
  refuseAny(
    required.filter((key) => typeof config.get(key) !== 'string'),
    'invalid values for required AWS config parameters(s)',
  )
  const unsigned = config.get('disable_payload_signing') ?? false
  if (typeof unsigned !== 'boolean') {
    throw badOperand(2, "invalid value for 'disable_payload_signing' in AWS config")
  }
  return {
    service: text('aws_service'),
    accessKey: text('aws_access_key'),
    secretKey: text('aws_secret_access_key'),
    region: text('aws_region'),
    sessionToken: text('aws_session_token'),
    signPayload: !unsigned,
  }
}

function refuseAny(keys: readonly string[], reason: string): void {
  if (keys.length > 0) throw badOperand(2, `${reason}: ${formatValue(RegoSet.from(keys))}`)
}

type Request = {
  readonly method: string
  readonly url: URL
  readonly headers: ReadonlyMap<string, string>
  readonly body: string
}

function readRequest(request: RegoObject): Request {
  checkRequest(request)
  const invalid = RegoSet.from(
    ['url', 'method'].filter((key) => typeof request.get(key) !== 'string'),
  )
  if (invalid.size > 0)
    throw badOperand(
      1,
      `invalid values for required request parameters(s): ${formatValue(invalid)}`,
    )
  const headers = request.get('headers') ?? RegoObject.empty
  if (!(headers instanceof RegoObject)) throw mustBe(0, ['object'], typeName(headers))
  const [raw, body] = [request.get('raw_body'), request.get('body')]
  return {
    method: keyText(request.get('method')),
    url: readUrl(keyText(request.get('url'))),
    headers: new Map(
      Array.from(headers.entries(), ([key, value]) => [keyText(key), keyText(value)]),
    ),
    body: typeof raw === 'string' ? raw : body === undefined ? '' : marshal(body),
  }
}

function readUrl(text: string): URL {
  if (!URL.canParse(text)) throw fail(`parse ${JSON.stringify(text)}: invalid URL`)
  return new URL(text)
}

/** The path as it was written: `http://host` has none, which URL shows as a slash. */
function escapedPath(url: URL, written: string): string {
  return url.pathname === '/' && !/^[^:]+:\/\/[^/?#]*\//.test(written) ? '' : url.pathname
}

const ignored = new Set(['authorization', 'user-agent', 'x-amzn-trace-id'])

/** AWS Signature Version 4. */
const signRequest: BuiltinFunction = (args) => {
  const config = readConfig(objectAt(args, 1))
  const nanos = integerAt(args, 2)
  const object = objectAt(args, 0)
  const request = readRequest(object)
  const time = formatTime(nanos, utc, '20060102T150405Z')
  const hash = config.signPayload ? sha256Hex(utf8(request.body)) : 'UNSIGNED-PAYLOAD'
  const added = awsHeaders(request, config, { time, hash })
  const signed = new Map(added)
  for (const [key, value] of request.headers) {
    if (!ignored.has(key.toLowerCase())) signed.set(key.toLowerCase(), value)
  }
  const names = [...signed.keys()].toSorted()
  const canonical = [
    request.method,
    escapedPath(request.url, keyText(object.get('url'))),
    request.url.search.slice(1),
    ...names.map((name) => `${name}:${signed.get(name)}`),
    '',
    names.join(';'),
    hash,
  ].join('\n')
  const authorization = authorize(canonical, names, { config, time })
  const headers: [Value, Value][] = [...request.headers, ['Authorization', authorization], ...added]
  return RegoObject.from([...object.entries(), ['headers', RegoObject.from(headers)]])
}

type Stamp = { readonly time: string; readonly hash: string }

function awsHeaders(
  { url }: Request,
  { service, sessionToken }: Config,
  { time, hash }: Stamp,
): Map<string, string> {
  const headers = new Map([['host', url.host], ['x-amz-date', time]]) // prettier-ignore
  if (service === 's3' || service === 'glacier') headers.set('x-amz-content-sha256', hash)
  if (sessionToken) headers.set('x-amz-security-token', sessionToken)
  return headers
}

type Signing = { readonly config: Config; readonly time: string }

function authorize(canonical: string, names: readonly string[], { config, time }: Signing): string {
  const date = time.slice(0, 8)
  const scope = `${date}/${config.region}/${config.service}/aws4_request`
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256Hex(utf8(canonical))].join('\n')
  const steps = [date, config.region, config.service, 'aws4_request', text]
  const signature = steps.reduce(
    (key, step) => Uint8Array.from(hmacOf('SHA-256', key, utf8(step))),
    utf8(`AWS4${config.secretKey}`),
  )
  return `AWS4-HMAC-SHA256 Credential=${config.accessKey}/${scope},SignedHeaders=${names.join(';')},Signature=${toHex(signature)}`
}

export const aws: readonly Builtin[] = [
  define(
    'providers.aws.sign_req(object, object, number) -> object',
    'The request with the headers of an AWS signature.',
    signRequest,
  ),
]
