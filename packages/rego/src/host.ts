import type { Value } from './values/value.ts'

export type HttpRequest = {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly timeoutMs: number
  readonly followRedirects: boolean
}

export type HttpResponse = {
  readonly status: number
  readonly statusText: string
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly body: string
}

/**
 * What a policy may reach beyond its input. Everything is optional: without it the functions that
 * need it fail. What answers with a promise works in `evaluate`, not in `evaluateSync`.
 */
export type Host = {
  /** Milliseconds since 1970; the time of the whole evaluation. */
  readonly now?: () => number
  /** Performs `http.send`. Which hosts may be reached is for the host to decide. */
  readonly fetch?: (request: HttpRequest) => HttpResponse | Promise<HttpResponse>
  readonly lookup?: (name: string) => readonly string[] | Promise<readonly string[]>
  readonly random?: (bytes: number) => Uint8Array
  readonly print?: (message: string, at: string) => void
  readonly runtime?: () => Value
  readonly crypto?: HostCrypto
}

export type HashName = 'SHA-1' | 'SHA-256' | 'SHA-384' | 'SHA-512'
export type SignatureScheme = 'RS' | 'PS' | 'ES' | 'EdDSA'

/** Public-key cryptography; a key is a PEM text or a JSON Web Key. */
export type HostCrypto = {
  readonly verify: (request: VerifyRequest) => boolean
  readonly sign: (request: Omit<VerifyRequest, 'signature'>) => Uint8Array
  /** PKCS#8 private keys as JSON Web Keys, or an error when the text has none. */
  readonly parsePrivateKey: (pem: string) => Readonly<Record<string, unknown>>
  /** Whether `issuer` signed `certificate`; both in DER. */
  readonly isIssuedBy: (certificate: Uint8Array, issuer: Uint8Array) => boolean
}

export type VerifyRequest = {
  readonly scheme: SignatureScheme
  readonly hash: HashName
  readonly key: string | Readonly<Record<string, unknown>>
  readonly data: Uint8Array
  readonly signature: Uint8Array
}
