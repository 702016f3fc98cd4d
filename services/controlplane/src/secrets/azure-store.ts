import { randomUUID } from 'node:crypto'

import { decode, encode } from './encoded.ts'
import { member, rest, type RestRequest } from './rest.ts'
import type { SecretPlace, SecretStore } from './secret-store.ts'

export interface AzureSettings {
  /** `https://<name>.vault.azure.net`. */
  readonly vaultUrl: string
  readonly prefix: string
  readonly token: () => Promise<string>
}

const VERSION = '7.4'

/** Azure Key Vault (https://learn.microsoft.com/rest/api/keyvault/secrets). Values have 25,000 characters at most. */
export function azureStore({ vaultUrl, prefix, token }: AzureSettings): SecretStore {
  const base = vaultUrl.replace(/\/+$/, '')
  const call = async (name: string, request: Pick<RestRequest, 'method' | 'body' | 'expected'>) =>
    rest({
      ...request,
      headers: { authorization: `Bearer ${await token()}` },
      url: `${base}/secrets/${prefix}-${name}?api-version=${VERSION}`,
    })
  const save = (name: string, value: Uint8Array) =>
    call(name, { method: 'PUT', body: { value: encode(value) }, expected: [200] })
  const remove = (name: string) => call(name, { method: 'DELETE', expected: [200, 404] })

  return {
    id: 'azure',
    async save(place, value) {
      await save(nameOf(place), value)
    },
    async read(place) {
      const answer = await call(nameOf(place), { method: 'GET', expected: [200, 404] })
      return answer.status === 404 ? undefined : decode(member(answer.body, 'value'))
    },
    async remove(place) {
      await remove(nameOf(place))
    },
    async check() {
      const name = `healthcheck-${randomUUID()}`
      await save(name, Buffer.from('check'))
      await remove(name)
    },
  }
}

function nameOf({ organizationId, id }: SecretPlace): string {
  return `${organizationId}-${id}`
}
