import type { Signer } from '@chainloop/sdk/signing/signer'

import type { Options } from '../../core/command.ts'
import { Refused, UsageError } from '../../core/exit.ts'
import type { Session } from '../../core/session.ts'

/** Who signs, where it is not the control plane's own authority that certifies. */
export const signerOptions = {
  key: {
    type: 'string',
    short: 'k',
    placeholder: 'path|url|kms',
    help: 'sign with this key: a file, env://NAME, https://…, awskms://…, gcpkms://…, azurekms://…, hashivault://… or signserver://HOST/WORKER',
  },
  certificate: {
    type: 'string',
    placeholder: 'path',
    help: 'certificate (PEM) of a registered authority for the key',
  },
  fulcioUrl: {
    type: 'string',
    placeholder: 'url',
    help: "sign with a certificate of this Fulcio and the job's own identity",
  },
  tsaUrl: {
    type: 'list',
    placeholder: 'url',
    help: "timestamp authority besides the control plane's; all have to answer",
  },
  signingPublicKey: {
    type: 'string',
    placeholder: 'path|PEM',
    env: 'CHAINLOOP_SIGNING_PUBLIC_KEY',
    help: 'public key of a SignServer worker',
  },
  signserverCaPath: {
    type: 'string',
    placeholder: 'path',
    help: 'authority (PEM) of the SignServer',
  },
  signserverClientCert: {
    type: 'string',
    placeholder: 'path',
    help: 'client certificate and private key (PEM, one file) for the SignServer',
  },
  signserverClientPass: {
    type: 'string',
    placeholder: 'text',
    env: 'CHAINLOOP_SIGNSERVER_CLIENT_PASS',
    help: "password of the client certificate's key",
  },
} as const satisfies Options

export interface SignerChoice {
  readonly key: string | undefined
  readonly certificate: string | undefined
  readonly fulcioUrl: string | undefined
  readonly signingPublicKey: string | undefined
  readonly signserverCaPath: string | undefined
  readonly signserverClientCert: string | undefined
  readonly signserverClientPass: string | undefined
}

/** Undefined: the control plane certifies a key that lives for one signature. */
export async function chosenSigner(
  session: Session,
  choice: SignerChoice,
): Promise<Signer | undefined> {
  const { key, certificate, fulcioUrl } = choice
  if (key !== undefined && fulcioUrl !== undefined) {
    throw new UsageError('give --key or --fulcio-url, not both')
  }
  if (certificate !== undefined && key === undefined) {
    throw new UsageError('--certificate speaks for a key: give --key, too')
  }
  if (fulcioUrl !== undefined) return fulcioOf(session, fulcioUrl)
  if (key === undefined) return undefined

  const { openSigner } = await import('@chainloop/sdk/signing/open-signer')
  return openSigner({
    key,
    certificate,
    env: session.io.env,
    password: () => passwordOf(session),
    signServer: {
      publicKey: choice.signingPublicKey,
      ca: choice.signserverCaPath,
      client: choice.signserverClientCert,
      passphrase: choice.signserverClientPass,
    },
  })
}

/** Also an empty one, which is set on purpose. */
export async function passwordOf({ io }: Pick<Session, 'io'>): Promise<string> {
  const set = io.env['CHAINLOOP_SIGNING_PASSWORD'] ?? io.env['COSIGN_PASSWORD']
  const password = set ?? (await io.askSecret('Password of the signing key: '))
  if (password !== undefined) return password
  throw new Refused(
    'the signing key is encrypted, and there is no password for it',
    'set CHAINLOOP_SIGNING_PASSWORD or COSIGN_PASSWORD',
  )
}

async function fulcioOf({ io }: Session, url: string): Promise<Signer> {
  const { openFulcioSigner } = await import('@chainloop/sdk/signing/open-signer')
  const { findJobTokens, noJobTokens } = await import('@chainloop/sdk/identity/job-tokens')
  const given = io.env['SIGSTORE_ID_TOKEN']
  const identity =
    given === undefined || given === ''
      ? (findJobTokens({ env: io.env }) ?? noJobTokens)
      : { token: async () => given }
  return openFulcioSigner({ url, identity })
}
