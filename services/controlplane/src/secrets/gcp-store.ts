import { decode, encode } from './encoded.ts'
import { member, rest, type RestRequest } from './rest.ts'
import type { SecretPlace, SecretStore } from './secret-store.ts'

export interface GcpSettings {
  readonly project: string
  readonly prefix: string
  readonly token: () => Promise<string>
  /** `https://secretmanager.googleapis.com` unless a test says otherwise. */
  readonly endpoint?: string
}

/** Google Secret Manager (https://cloud.google.com/secret-manager/docs/reference/rest), replicated automatically. */
export function gcpStore(settings: GcpSettings): SecretStore {
  const { project, prefix, token, endpoint = 'https://secretmanager.googleapis.com' } = settings
  const base = `${endpoint}/v1/projects/${encodeURIComponent(project)}/secrets`
  const call = async (path: string, request: Pick<RestRequest, 'method' | 'body' | 'expected'>) =>
    rest({
      ...request,
      headers: { authorization: `Bearer ${await token()}` },
      url: `${base}${path}`,
    })
  const nameOf = ({ organizationId, id }: SecretPlace): string =>
    `${prefix}-${organizationId}-${id}`

  return {
    id: 'gcp',
    async save(place, value) {
      const name = nameOf(place)
      await call(`?secretId=${name}`, {
        method: 'POST',
        body: { replication: { automatic: {} } },
        // Conflict: it is there, and gets another version.
        expected: [200, 409],
      })
      const data = Buffer.from(encode(value)).toString('base64')
      await call(`/${name}:addVersion`, {
        method: 'POST',
        body: { payload: { data } },
        expected: [200],
      })
    },
    async read(place) {
      const path = `/${nameOf(place)}/versions/latest:access`
      const answer = await call(path, { method: 'GET', expected: [200, 404] })
      if (answer.status === 404) return undefined
      const data = member(answer.body, 'payload', 'data')
      return decode(Buffer.from(typeof data === 'string' ? data : '', 'base64').toString())
    },
    async remove(place) {
      await call(`/${nameOf(place)}`, { method: 'DELETE', expected: [200, 404] })
    },
    async check() {
      await call('?pageSize=1', { method: 'GET', expected: [200] })
    },
  }
}
