import type { Digest } from '@chainloop/attestation/digest'
import { decodeBase64 } from '@chainloop/attestation/json/base64'
import { invalid } from '@chainloop/kit/errors'
import type { DocumentKind } from '@chainloop/policy/references/document-reference'
import { ReferenceRefused } from '@chainloop/policy/references/locate'

/** Base URLs of policy providers, by the name that references call them. */
export type PolicyProviders = ReadonlyMap<string, string>

/** `name=https://…`, one for each. Throws `invalid`. */
export function readProviders(settings: readonly string[]): PolicyProviders {
  return new Map(
    settings.map((setting) => {
      const [, name, address] =
        /^([a-z0-9](?:[-a-z0-9]*[a-z0-9])?)=(https?:\/\/.+)$/.exec(setting) ?? []
      const url = URL.parse(address ?? '')
      if (name === undefined || !url || url.search !== '' || url.hash !== '') {
        throw invalid(`${JSON.stringify(setting)} is not NAME=URL of a policy provider`)
      }
      return [name, url.href.replace(/\/+$/, '')]
    }),
  )
}

export interface ProvidedReference {
  readonly kind: DocumentKind
  readonly location: string
  readonly digest: Digest | undefined
}

/** Where a provider has a document; undefined: the location names no provider. */
export function addressAtProvider(
  providers: PolicyProviders,
  { kind, location, digest }: ProvidedReference,
): string | undefined {
  const [, provider, organization = '', name = '', version] =
    /^chainloop:\/\/([^:/@]+):(?:([^/@]+)\/)?([^/@:]+)(?:@(\d+))?(?:@sha256:[0-9a-f]{64})?$/.exec(
      location,
    ) ?? []
  if (provider === undefined) return undefined
  const base = providers.get(provider)
  if (base === undefined) {
    throw new ReferenceRefused(`this control plane knows no policy provider ${provider}`)
  }
  if (version !== undefined) {
    throw new ReferenceRefused('providers are asked by name and digest, not by version')
  }
  const folder = kind === 'policy_group' ? 'groups' : 'policies'
  const query = new URLSearchParams({
    include_all_versions: 'true',
    ...(digest && { digest }),
    ...(organization && { organization_name: organization }),
  })
  return `${base}/${folder}/${name}?${query.toString()}`
}

/** The document in a provider's answer: its own bytes, or what it says as JSON. Throws `ReferenceRefused`. */
export function documentInAnswer(answer: Uint8Array): Uint8Array {
  const { raw, data } = memberOf(parsed(answer))
  const body = memberOf(raw)['body']
  const bytes = typeof body === 'string' ? decodeBase64(body) : undefined
  if (bytes) return bytes
  if (typeof data === 'object' && data !== null) return Buffer.from(JSON.stringify(data))
  throw new ReferenceRefused('the provider answers with no policy')
}

function memberOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function parsed(answer: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(answer).toString())
  } catch {
    throw new ReferenceRefused('the provider answers with no JSON')
  }
}
