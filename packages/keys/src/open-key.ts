import type { Fetch } from './http.ts'
import { readPrivateKey, type Password } from './local-key.ts'
import type { SignServerOptions } from './sign-server.ts'
import { KeyUnavailable, type SigningKey } from './signing-key.ts'

export interface OpenKeyOptions {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly password: Password
  /** What a path, `env://NAME` or `https://…` stands for. */
  readonly read: (reference: string) => Promise<Uint8Array>
  /** How a SignServer is reached; its worker's public key is needed. */
  readonly signServer?: Partial<SignServerOptions> | undefined
  readonly fetch?: Fetch | undefined
}

type Open = (reference: string, options: OpenKeyOptions) => Promise<SigningKey>

/** Each loads its library when it is needed, and only then. */
const SCHEMES: Readonly<Record<string, Open>> = {
  awskms: async (reference) => {
    const { openAwsKey } = await import('./kms/aws.ts')
    return openAwsKey(reference)
  },
  gcpkms: async (reference, { fetch: fetchIt = fetch }) => {
    const { openGoogleKey } = await import('./kms/google.ts')
    return openGoogleKey(reference, { fetch: fetchIt })
  },
  azurekms: async (reference, { fetch: fetchIt = fetch }) => {
    const { openAzureKey } = await import('./kms/azure.ts')
    return openAzureKey(reference, { fetch: fetchIt })
  },
  hashivault: async (reference, { fetch: fetchIt = fetch, env }) => {
    const { openVaultKey } = await import('./kms/vault.ts')
    return openVaultKey(reference, { fetch: fetchIt, env })
  },
  signserver: async (reference, { signServer: { publicKey, ...how } = {} }) => {
    if (publicKey === undefined) {
      throw new KeyUnavailable(
        'a SignServer does not show its public key: give it by CHAINLOOP_SIGNING_PUBLIC_KEY',
      )
    }
    const { openSignServerKey } = await import('./sign-server.ts')
    return openSignServerKey(reference, { publicKey, ...how })
  },
}

/**
 * The key that a reference names: `awskms://…`, `gcpkms://…`, `azurekms://…`, `hashivault://…`, `signserver://…`, or what
 * `read` finds: a PEM private key, encrypted or not. Rejects with `KeyUnavailable`.
 */
export async function openKey(reference: string, options: OpenKeyOptions): Promise<SigningKey> {
  const scheme = /^([a-z0-9]+):\/\//.exec(reference)?.[1] ?? ''
  const open = Object.hasOwn(SCHEMES, scheme) ? SCHEMES[scheme] : undefined
  if (open) return open(reference, options)
  const pem = Buffer.from(await options.read(reference)).toString('utf8')
  return readPrivateKey(pem, options.password)
}
