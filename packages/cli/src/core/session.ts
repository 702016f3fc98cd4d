import type { Client } from '@chainloop/sdk/client'

import { Refused, UsageError } from './exit.ts'
import type { Io } from './io.ts'
import type { GlobalFlags, Settings } from './settings.ts'

/** What a command works with: its settings, the world outside, and the installation it talks to. */
export interface Session extends AsyncDisposable {
  readonly settings: Settings
  readonly flags: GlobalFlags
  readonly io: Io
  /** Opened at the first call; later calls give the same. Rejects with `Refused` when no address is known. */
  client(options?: ClientWish): Promise<Client>
  /** PEM of the authority that certified the installation, if one was given. */
  certificateAuthority(): Promise<string | undefined>
}

export interface ClientWish {
  /** How long unanswered calls are repeated. Default: 5,000. */
  readonly retryMs?: number
  /** The command works without a token, too. */
  readonly anonymous?: boolean
}

const CONFIGURE =
  'source the operator.env of your server, set CHAINLOOP_CONTROL_PLANE_API, or `chainloop config save --control-plane HOST:PORT --artifact-cas HOST:PORT`'

export function createSession(settings: Settings, flags: GlobalFlags, io: Io): Session {
  let opened: Promise<Client> | undefined
  const session: Session = {
    settings,
    flags,
    io,
    client: (wish = {}) => (opened ??= openClient(session, wish)),
    certificateAuthority: () => readAuthority(settings.controlPlaneCa.value),
    [Symbol.asyncDispose]: async () => {
      const client = await opened?.catch(() => undefined)
      client?.[Symbol.dispose]()
    },
  }
  return session
}

async function openClient(
  session: Session,
  { retryMs = 5_000, anonymous = false }: ClientWish,
): Promise<Client> {
  const { settings, io } = session
  const { controlPlane, artifactCas, insecure, token, organization } = settings
  if (controlPlane.value === undefined) {
    throw new Refused('no control plane is configured', CONFIGURE)
  }
  if (token.value === undefined && !anonymous) {
    throw new Refused(
      'no token is configured',
      'set CHAINLOOP_TOKEN in the environment, or give --token',
    )
  }
  const { createClient } = await import('@chainloop/sdk/client')
  return createClient({
    controlPlane: controlPlane.value,
    artifactCas: artifactCas.value,
    insecure: insecure.value,
    ca: await session.certificateAuthority(),
    artifactCasCa: await readAuthority(settings.artifactCasCa.value),
    token: token.value,
    organization: organization.value,
    retry: {
      budgetMs: budgetOf(io.env['CHAINLOOP_RETRY_TIMEOUT']) ?? retryMs,
      onRetry: ({ error, waitMs }) => {
        io.warn(`${error.rawMessage}; trying again in ${(waitMs / 1000).toFixed(1)} s`)
      },
    },
  })
}

/** Seconds; unset: what the command thinks is right. */
function budgetOf(seconds: string | undefined): number | undefined {
  if (seconds === undefined || seconds === '') return undefined
  if (/^\d{1,6}$/.test(seconds)) return Number(seconds) * 1000
  throw new UsageError(`CHAINLOOP_RETRY_TIMEOUT must be a number of seconds, not ${seconds}`)
}

async function readAuthority(value: string | undefined): Promise<string | undefined> {
  if (value === undefined) return undefined
  const { readCertificateAuthority } = await import('@chainloop/sdk/connection/endpoint')
  return readCertificateAuthority(value)
}
