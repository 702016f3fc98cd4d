import { X509Certificate } from 'node:crypto'

import { FulcioSigner } from '@sigstore/sign'

import { isHttp } from '../http/request.ts'
import type { FulcioChoice } from './open-signer.ts'
import type { Signer } from './signer.ts'

/** The authority did not certify, or nobody vouches for this job. */
export class FulcioRefused extends Error {
  override readonly name = 'FulcioRefused'
}

const AUDIENCE = 'sigstore'
const TIMEOUT_MS = 30_000

export function fulcioSigner({ url, identity }: FulcioChoice): Signer {
  if (!URL.canParse(url) || !isHttp(new URL(url))) {
    throw new FulcioRefused(`${url} is not the address of a Fulcio`)
  }
  const signer = new FulcioSigner({
    fulcioBaseURL: url.replace(/\/+$/, ''),
    identityProvider: { getToken: () => identity.token(AUDIENCE) },
    timeout: TIMEOUT_MS,
    retry: { retries: 2 },
  })
  return {
    async sign(bytes) {
      const { signature, key } = await certified(url, () => signer.sign(Buffer.from(bytes)))
      if (key.$case !== 'x509Certificate') throw new FulcioRefused(`${url} sent no certificate`)
      return { signature, signer: { certificate: new X509Certificate(key.certificate).raw } }
    },
  }
}

/** Errors of the library may quote the identity token: only what they are is passed on, and what the server answered. */
async function certified<T>(url: string, sign: () => Promise<T>): Promise<T> {
  try {
    return await sign()
  } catch (error) {
    const { code, cause } = partsOf(error)
    if (partsOf(cause).name === 'NoCredentials') throw cause
    const status = partsOf(cause).statusCode
    const why =
      code === 'CA_CREATE_SIGNING_CERTIFICATE_ERROR'
        ? `did not certify${typeof status === 'number' ? ` (status ${status})` : ''}`
        : 'needs an identity token, and the one here cannot be used'
    throw new FulcioRefused(`${url} ${why}`)
  }
}

interface Parts {
  readonly name?: unknown
  readonly code?: unknown
  readonly cause?: unknown
  readonly statusCode?: unknown
}

function partsOf(error: unknown): Parts {
  return typeof error === 'object' && error !== null ? error : {}
}
