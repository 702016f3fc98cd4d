import type {
  CreateSecretCommandInput,
  GetSecretValueCommandOutput,
  PutSecretValueCommandInput,
} from '@aws-sdk/client-secrets-manager'

import { member } from '../rest.ts'
import { type StandIn, startStandIn } from './stand-in.ts'

export const VAULT_TOKEN = 'hvs.token'

/** KV version 2: data with versions, metadata that takes all of them along. */
export function startVault(): Promise<StandIn> {
  const values = new Map<string, unknown>()
  return startStandIn(({ method, headers }, { pathname }, body) => {
    if (headers['x-vault-token'] !== VAULT_TOKEN) return { status: 403, body: { errors: ['no'] } }
    const [, kind = '', path = ''] = /^\/v1\/secret\/(data|metadata)\/(.+)$/.exec(pathname) ?? []
    if (kind === 'data' && method === 'POST') {
      values.set(path, member(body, 'data'))
      return { status: 200, body: { data: { version: 1 } } }
    }
    if (kind === 'data' && method === 'GET') {
      const data = values.get(path)
      return data
        ? { status: 200, body: { data: { data } } }
        : { status: 404, body: { errors: [] } }
    }
    if (kind === 'metadata' && method === 'DELETE') {
      values.delete(path)
      return { status: 204 }
    }
    return { status: 405 }
  })
}

export function startAzure(): Promise<StandIn> {
  const values = new Map<string, unknown>()
  return startStandIn(({ method, headers }, { pathname, searchParams }, body) => {
    if (headers.authorization !== 'Bearer token') return { status: 401 }
    const [, name = ''] = /^\/secrets\/([0-9a-zA-Z-]{1,127})$/.exec(pathname) ?? []
    if (name === '' || searchParams.get('api-version') === null) return { status: 400 }
    if (method === 'PUT') {
      const value = member(body, 'value')
      if (typeof value !== 'string' || value.length > 25_000) return { status: 400 }
      values.set(name, value)
    }
    if (!values.has(name)) return { status: 404, body: { error: { code: 'SecretNotFound' } } }
    const value = values.get(name)
    if (method === 'DELETE') values.delete(name)
    return { status: 200, body: { value } }
  })
}

export function startGcp(): Promise<StandIn> {
  const secrets = new Map<string, unknown[]>()
  const missing = { status: 404, body: { error: { status: 'NOT_FOUND' } } }
  return startStandIn(({ method, headers }, { pathname, searchParams }, body) => {
    if (headers.authorization !== 'Bearer token') return { status: 401 }
    const rest = pathname.replace('/v1/projects/acme/secrets', '')
    const id = searchParams.get('secretId')
    if (method === 'GET' && rest === '') return { status: 200, body: { secrets: [] } }
    if (method === 'POST' && rest === '' && id !== null) {
      if (secrets.has(id)) return { status: 409, body: { error: { status: 'ALREADY_EXISTS' } } }
      secrets.set(id, [])
      return { status: 200, body: { name: id } }
    }
    const [, name = '', verb = ''] = /^\/([\w-]+)(.*)$/.exec(rest) ?? []
    const versions = secrets.get(name)
    if (!versions) return missing
    if (method === 'DELETE') return secrets.delete(name) ? { status: 200, body: {} } : missing
    if (verb === ':addVersion') {
      versions.push(member(body, 'payload', 'data'))
      return { status: 200, body: {} }
    }
    if (verb !== '/versions/latest:access' || versions.length === 0) return missing
    return { status: 200, body: { payload: { data: versions.at(-1) } } }
  })
}

/** AWS JSON 1.1, by the types of the SDK's own inputs and outputs. */
export function startAws(): Promise<StandIn> {
  const values = new Map<string, string>()
  const error = (name: string) => ({ status: 400, body: { __type: name } })
  return startStandIn(({ headers }, _url, body) => {
    const input = (body ?? {}) as Partial<CreateSecretCommandInput & PutSecretValueCommandInput>
    const name = input.Name ?? input.SecretId ?? ''
    switch (String(headers['x-amz-target']).split('.')[1]) {
      case 'ListSecrets':
        return { status: 200, body: { SecretList: [] } }
      case 'CreateSecret':
        if (values.has(name)) return error('ResourceExistsException')
        values.set(name, input.SecretString ?? '')
        return { status: 200, body: { Name: name } }
      case 'PutSecretValue':
        if (!values.has(name)) return error('ResourceNotFoundException')
        values.set(name, input.SecretString ?? '')
        return { status: 200, body: { Name: name } }
      case 'GetSecretValue': {
        const SecretString = values.get(name)
        if (SecretString === undefined) return error('ResourceNotFoundException')
        const found: Pick<GetSecretValueCommandOutput, 'SecretString'> = { SecretString }
        return { status: 200, body: found }
      }
      case 'DeleteSecret':
        if (!values.delete(name)) return error('ResourceNotFoundException')
        return { status: 200, body: { Name: name } }
      default:
        return error('InvalidAction')
    }
  })
}
