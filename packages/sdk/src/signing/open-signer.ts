import { openKey } from '@chainloop/keys/open-key'
import { KeyUnavailable, type SigningKey } from '@chainloop/keys/signing-key'

import type { JobTokens } from '../identity/job-tokens.ts'
import { readDocument } from '../values/load-value.ts'
import { keySigner, readCertificate } from './key-signer.ts'
import type { Signer } from './signer.ts'

export interface KeyChoice {
  /** Path, `env://NAME`, `https://…`, `awskms://…`, `gcpkms://…`, `azurekms://…`, `hashivault://…`, `signserver://…`. */
  readonly key: string
  /** Where the certificate is that speaks for the key. Without one verifiers have to know the key. */
  readonly certificate?: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Asked only where the key is encrypted. */
  readonly password: () => Promise<string>
  readonly signServer?: SignServerChoice | undefined
}

export interface SignServerChoice {
  /** The worker's public key: PEM, or where it is. */
  readonly publicKey?: string | undefined
  /** Where the authority behind the server's certificate is. */
  readonly ca?: string | undefined
  /** Where client certificate and private key are, in one file. */
  readonly client?: string | undefined
  readonly passphrase?: string | undefined
}

export async function openSigner(choice: KeyChoice): Promise<Signer> {
  const key = await openChosenKey(choice)
  const { certificate, env } = choice
  return keySigner(
    key,
    certificate === undefined ? undefined : readCertificate(await readDocument(certificate, env)),
  )
}

/** Who listens on the way would have the key. */
function assertPrivateWay(key: string): void {
  const { protocol, hostname } = URL.parse(key) ?? {}
  const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(hostname ?? '')
  if (protocol !== 'http:' || isLocal) return
  throw new KeyUnavailable(`a private key is not fetched in the clear: ${hostname ?? ''} by https`)
}

async function openChosenKey({ key, env, password, signServer }: KeyChoice): Promise<SigningKey> {
  assertPrivateWay(key)
  const text = async (place: string | undefined): Promise<string | undefined> =>
    place === undefined ? undefined : Buffer.from(await readDocument(place, env)).toString('utf8')
  const { publicKey, passphrase } = signServer ?? {}
  const isPem = publicKey?.includes('-----BEGIN') ?? false
  const how = {
    publicKey: isPem ? publicKey : await text(publicKey),
    ca: await text(signServer?.ca),
    client: await text(signServer?.client),
    passphrase,
  }
  const { publicKey: workerKey, ...rest } = how
  return openKey(key, {
    env,
    password,
    read: (place) => readDocument(place, env),
    signServer: { ...rest, ...(workerKey === undefined ? {} : { publicKey: workerKey }) },
  })
}

export interface FulcioChoice {
  /** `https://fulcio.sigstore.dev`, or another installation. */
  readonly url: string
  /** Who vouches for this job. Asked for a token for the audience `sigstore`. */
  readonly identity: Pick<JobTokens, 'token'>
}

/** A key that lives for one signature, certified by a Fulcio to whomever the job's platform says that it is. */
export async function openFulcioSigner(choice: FulcioChoice): Promise<Signer> {
  const { fulcioSigner } = await import('./fulcio.ts')
  return fulcioSigner(choice)
}
