import type { Client } from '@chainloop/sdk/client'
import type { JobTokens } from '@chainloop/sdk/identity/job-tokens'

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
  /**
   * The identity that the CI system gives the job stands in for a token. To continue a run its own token may be enough:
   * who needs more is told so then.
   */
  readonly keyless?: 'start' | 'continue'
}

const CONFIGURE =
  'source the operator.env of your server, set CHAINLOOP_CONTROL_PLANE_API, or `chainloop config save --control-plane HOST:PORT --artifact-cas HOST:PORT`'

export function createSession(settings: Settings, flags: GlobalFlags, io: Io): Session {
  let opened: Promise<Client> | undefined
  const session: Session = {
    settings,
    flags,
    io,
    client: (wish = {}) => (opened ??= openSignedIn(session, wish)),
    certificateAuthority: () => readAuthority(settings.controlPlaneCa.value),
    [Symbol.asyncDispose]: async () => {
      const client = await opened?.catch(() => undefined)
      client?.[Symbol.dispose]()
    },
  }
  return session
}

/** With a token that is good for a while, where it is that of a session. */
async function openSignedIn(session: Session, wish: ClientWish): Promise<Client> {
  const client = await openClient(session, wish)
  const { token, refreshToken, configPath } = session.settings
  if (token.value === undefined || refreshToken === undefined || wish.anonymous) return client
  const { refreshedToken } = await import('./signed-in.ts')
  const next = await refreshedToken(client, { token: token.value, refreshToken, configPath })
  if (next === undefined) return client
  const close = (): void => {
    client[Symbol.dispose]()
  }
  return { ...client.withToken(next), [Symbol.dispose]: close }
}

async function openClient(session: Session, wish: ClientWish): Promise<Client> {
  const { settings, io } = session
  const { controlPlane, artifactCas, insecure, organization } = settings
  if (controlPlane.value === undefined) {
    throw new Refused('no control plane is configured', CONFIGURE)
  }
  const { retryMs = 5_000 } = wish
  const credentials = await credentialsOf(session, wish)
  const { createClient } = await import('@chainloop/sdk/client')
  return createClient({
    controlPlane: controlPlane.value,
    artifactCas: artifactCas.value,
    insecure: insecure.value,
    ca: await session.certificateAuthority(),
    artifactCasCa: await readAuthority(settings.artifactCasCa.value),
    ...credentials,
    organization: organization.value,
    retry: {
      budgetMs: budgetOf(io.env['CHAINLOOP_RETRY_TIMEOUT']) ?? retryMs,
      onRetry: ({ error, waitMs }) => {
        io.warn(`${error.rawMessage}; trying again in ${(waitMs / 1000).toFixed(1)} s`)
      },
    },
  })
}

/** A token; else, where the command can do with it, what vouches for the job. */
async function credentialsOf(
  { settings: { token, organization }, io }: Session,
  { anonymous = false, keyless }: ClientWish,
): Promise<{ readonly token?: string; readonly job?: JobTokens }> {
  if (token.value !== undefined) return { token: token.value }
  const job = keyless && (await jobTokens(io, keyless))
  if (job && keyless === 'start' && organization.value === undefined) {
    throw new Refused(
      'the organization is not known',
      'name it with --org or CHAINLOOP_ORGANIZATION: the identity of a CI job does not say it',
    )
  }
  if (job) return { job }
  if (anonymous) return {}
  throw noToken(keyless)
}

function noToken(keyless: ClientWish['keyless']): Error {
  const identity = keyless ? '; or let the CI system give the job an identity token' : ''
  return new Refused('no token is configured', {
    hint: `set CHAINLOOP_TOKEN in the environment, give --token, or \`chainloop auth login\`${identity}`,
    unauthenticated: true,
  })
}

async function jobTokens(
  { env }: Pick<Io, 'env'>,
  use: NonNullable<ClientWish['keyless']>,
): Promise<JobTokens | undefined> {
  const { findJobTokens } = await import('@chainloop/sdk/identity/job-tokens')
  const found = findJobTokens({ env })
  if (found !== undefined || use === 'start') return found
  const { noJobTokens } = await import('@chainloop/sdk/identity/job-tokens')
  return noJobTokens
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
