import type {
  CreateSecretCommandInput,
  GetSecretValueCommandOutput,
  PutSecretValueCommandInput,
} from '@aws-sdk/client-secrets-manager'

import { member } from '../rest.ts'
import { type Answer, type StandIn, startStandIn } from './stand-in.ts'

export const VAULT_TOKEN = 'hvs.token'

const OK: Answer = { status: 200, body: {} }
const MISSING: Answer = { status: 404, body: { errors: [] } }
const UNKNOWN: Answer = { status: 405 }

/** KV version 2: data with versions, metadata that takes all of them along. */
export function startVault(): Promise<StandIn> {
  const values = new Map<string, unknown>()
  const calls: Calls = {
    'POST data': (path, body) => {
      values.set(path, member(body, 'data'))
      return OK
    },
    'GET data': (path) =>
      values.has(path) ? { status: 200, body: { data: { data: values.get(path) } } } : MISSING,
    'DELETE metadata': (path) => {
      values.delete(path)
      return { status: 204 }
    },
  }
  return startStandIn(({ method, headers }, { pathname }, body) => {
    if (headers['x-vault-token'] !== VAULT_TOKEN) return { status: 403, body: { errors: ['no'] } }
    const [, kind = '', path = ''] = /^\/v1\/secret\/(data|metadata)\/(.+)$/.exec(pathname) ?? []
    return calls[`${method} ${kind}`]?.(path, body) ?? UNKNOWN
  })
}

type Calls = Readonly<Record<string, ((name: string, body: unknown) => Answer) | undefined>>

export function startAzure(): Promise<StandIn> {
  const values = new Map<string, unknown>()
  const known = (name: string): Answer =>
    values.has(name) ? { status: 200, body: { value: values.get(name) } } : MISSING
  const calls: Calls = {
    PUT: (name, body) => {
      const value = member(body, 'value')
      if (typeof value !== 'string' || value.length > 25_000) return { status: 400 }
      values.set(name, value)
      return OK
    },
    GET: known,
    DELETE: (name) => {
      const answer = known(name)
      values.delete(name)
      return answer
    },
  }
  return startStandIn(({ method = '', headers }, { pathname, searchParams }, body) => {
    if (headers.authorization !== 'Bearer token') return { status: 401 }
    const [, name] = /^\/secrets\/([0-9a-zA-Z-]{1,127})$/.exec(pathname) ?? []
    if (name === undefined || !searchParams.has('api-version')) return { status: 400 }
    return calls[method]?.(name, body) ?? UNKNOWN
  })
}

export function startGcp(): Promise<StandIn> {
  const secrets = new Map<string, unknown[]>()
  const calls: Calls = {
    'POST ': (id) => {
      if (secrets.has(id)) return { status: 409, body: { error: { status: 'ALREADY_EXISTS' } } }
      secrets.set(id, [])
      return OK
    },
    'GET ': () => OK,
    'POST :addVersion': (name, body) => {
      secrets.get(name)?.push(member(body, 'payload', 'data'))
      return secrets.has(name) ? OK : MISSING
    },
    'GET /versions/latest:access': (name) => {
      const data = secrets.get(name)?.at(-1)
      return data === undefined ? MISSING : { status: 200, body: { payload: { data } } }
    },
    'DELETE /': (name) => (secrets.delete(name) ? OK : MISSING),
  }
  return startStandIn(({ method = '', headers }, { pathname, searchParams }, body) => {
    if (headers.authorization !== 'Bearer token') return { status: 401 }
    const rest = pathname.replace('/v1/projects/acme/secrets', '')
    const [, name = '', verb = ''] = /^\/([\w-]+)(.*)$/.exec(rest) ?? []
    const what = method === 'DELETE' ? '/' : verb
    return calls[`${method} ${what}`]?.(searchParams.get('secretId') ?? name, body) ?? UNKNOWN
  })
}

/** AWS JSON 1.1, by the types of the SDK's own inputs and outputs. */
export function startAws(): Promise<StandIn> {
  const values = new Map<string, string>()
  const error = (name: string): Answer => ({ status: 400, body: { __type: name } })
  const missing = error('ResourceNotFoundException')
  const save = (name: string, body: unknown): Answer => {
    const input = (body ?? {}) as CreateSecretCommandInput | PutSecretValueCommandInput
    values.set(name, input.SecretString ?? '')
    return OK
  }
  const calls: Calls = {
    ListSecrets: () => ({ status: 200, body: { SecretList: [] } }),
    CreateSecret: (name, body) =>
      values.has(name) ? error('ResourceExistsException') : save(name, body),
    PutSecretValue: (name, body) => (values.has(name) ? save(name, body) : missing),
    GetSecretValue: (name) => {
      const SecretString = values.get(name)
      const found: Pick<GetSecretValueCommandOutput, 'SecretString'> = { SecretString }
      return SecretString === undefined ? missing : { status: 200, body: found }
    },
    DeleteSecret: (name) => (values.delete(name) ? OK : missing),
  }
  return startStandIn(({ headers }, _url, body) => {
    const target = String(headers['x-amz-target']).split('.')[1] ?? ''
    const name = member(body, 'Name') ?? member(body, 'SecretId')
    return calls[target]?.(typeof name === 'string' ? name : '', body) ?? error('InvalidAction')
  })
}
