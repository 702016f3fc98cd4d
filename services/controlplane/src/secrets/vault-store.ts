import { randomUUID } from 'node:crypto'

import { decode, encode } from './encoded.ts'
import { member, rest, type RestAnswer, type RestRequest } from './rest.ts'
import type { SecretPlace, SecretStore } from './secret-store.ts'

export interface VaultSettings {
  /** `https://vault.example:8200`. */
  readonly address: string
  readonly token: string
  /** Of a KV engine, version 2. */
  readonly mount: string
  readonly namespace?: string | undefined
  readonly prefix: string
}

/** HashiCorp Vault or OpenBao: KV version 2 (https://developer.hashicorp.com/vault/api-docs/secret/kv/kv-v2). */
export function vaultStore(settings: VaultSettings): SecretStore {
  const { mount, namespace, prefix, token } = settings
  const base = settings.address.replace(/\/+$/, '')
  const headers = {
    'x-vault-token': token,
    'x-vault-request': 'true',
    ...(namespace === undefined ? {} : { 'x-vault-namespace': namespace }),
  }
  const call = (
    kind: 'data' | 'metadata',
    path: string,
    request: Pick<RestRequest, 'method' | 'body' | 'expected'>,
  ): Promise<RestAnswer> =>
    rest({ ...request, headers, url: `${base}/v1/${mount}/${kind}/${prefix}/${path}` })
  const save = (path: string, value: Uint8Array) =>
    call('data', path, {
      method: 'POST',
      body: { data: { value: encode(value) } },
      expected: [200, 204],
    })
  // All versions.
  const remove = (path: string) =>
    call('metadata', path, { method: 'DELETE', expected: [204, 404] })

  return {
    id: 'vault',
    async save(place, value) {
      await save(pathOf(place), value)
    },
    async read(place) {
      const answer = await call('data', pathOf(place), { method: 'GET', expected: [200, 404] })
      if (answer.status === 404) return undefined
      return decode(member(answer.body, 'data', 'data', 'value'))
    },
    async remove(place) {
      await remove(pathOf(place))
    },
    async check() {
      const path = `healthcheck-${randomUUID()}`
      await save(path, Buffer.from('check'))
      await remove(path)
    },
  }
}

function pathOf({ organizationId, id }: SecretPlace): string {
  return `${organizationId}/${id}`
}
