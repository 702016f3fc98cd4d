import { generateKeyPairSync, randomUUID } from 'node:crypto'

import { silentLogger } from '@chainloop/kit/logger'
import { serve } from '@chainloop/kit/serve'
import { tokenSigner } from '@chainloop/kit/tokens'
import { BackendSecretService } from '@chainloop/proto/internal/v1/backend_secret_service'
import { ReceiptService, type ReportRequest } from '@chainloop/proto/internal/v1/receipt_service'
import { Code, ConnectError } from '@connectrpc/connect'
import { exportJWK } from 'jose'

import type { Digest } from '../digest.ts'

/** What the CAS needs of a control plane: keys, tokens and somebody who takes receipts. */
export interface FakeControlPlane extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
  readonly receipts: ReportRequest[]
  /** Throws for every report while set. */
  refuse: Error | undefined
  /** Of all storage; undefined: the control plane refuses. */
  secret: object | undefined
  token(claims?: TokenClaims): Promise<string>
  /** Of a stranger who uses our key id. */
  forgedToken(): Promise<string>
}

export interface TokenClaims {
  readonly org_id?: string
  readonly location?: string
  readonly provider?: string
  readonly backend_id?: string
  readonly role?: string
  readonly max_bytes?: number
  readonly digest?: Digest
  readonly size?: number
  readonly possessed?: boolean
  readonly expiresInSeconds?: number
  readonly audience?: string
}

export const ORGANIZATION = '0b1f6a8e-6f3c-4f0e-9a57-3a1c1b1d2e3f'
const INTERNAL_TOKEN = 'internal-token-of-the-artifact-cas-0123456789'

export async function startFakeControlPlane(): Promise<FakeControlPlane> {
  const keys = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const jwks = { keys: [{ ...(await exportJWK(keys.publicKey)), kid: 'k1', alg: 'ES256' }] }
  const receipts: ReportRequest[] = []
  const state: Pick<FakeControlPlane, 'refuse' | 'secret'> = {
    refuse: undefined,
    secret: undefined,
  }
  const server = await serve({
    http: {
      port: 0,
      routes: [
        {
          method: 'GET',
          path: '/.well-known/jwks.json',
          handle: (_req, res) => void res.end(JSON.stringify(jwks)),
        },
      ],
    },
    internal: {
      port: 0,
      rpc: {
        routes: (router) =>
          void router
            .service(BackendSecretService, {
              read() {
                if (!state.secret) throw new ConnectError('no secret', Code.PermissionDenied)
                return { credentials: Buffer.from(JSON.stringify(state.secret)) }
              },
            })
            .service(ReceiptService, {
              report(request, { requestHeader }) {
                if (requestHeader.get('authorization') !== `Bearer ${INTERNAL_TOKEN}`)
                  throw new Error('who is this')
                if (state.refuse) throw state.refuse
                receipts.push(request)
                return {}
              },
            }),
      },
    },
    log: silentLogger,
    graceMs: 100,
  })

  const sign = (
    key: typeof keys.privateKey,
    { expiresInSeconds = 30, audience, ...claims }: TokenClaims,
  ) =>
    tokenSigner({ key, kid: 'k1', issuer: 'chainloop' }).sign(
      {
        org_id: ORGANIZATION,
        backend_id: randomUUID(),
        provider: 'FILESYSTEM',
        location: claims.org_id ?? ORGANIZATION,
        role: 'uploader',
        max_bytes: 0,
        possessed: false,
        ...claims,
      },
      { audience: audience ?? 'artifact-cas.chainloop', expiresInSeconds },
    )

  return {
    env: {
      CONTROLPLANE_JWKS_URL: `${server.addresses.http}/.well-known/jwks.json`,
      CONTROLPLANE_INTERNAL_URL: server.addresses.internal,
      CHAINLOOP_INTERNAL_TOKEN_ARTIFACT_CAS: INTERNAL_TOKEN,
    },
    receipts,
    get refuse() {
      return state.refuse
    },
    set refuse(error) {
      state.refuse = error
    },
    get secret() {
      return state.secret
    },
    set secret(secret) {
      state.secret = secret
    },
    token: (claims = {}) => sign(keys.privateKey, claims),
    forgedToken: () => sign(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, {}),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}
