import type { VerifiedAttestation, VerifyInput } from '@chainloop/sdk/verify/verify-attestation'

import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import type { Session } from '../../core/session.ts'
import { record } from '../../core/view.ts'

export const attestationVerify = defineCommand({
  name: 'attestation verify',
  summary: 'Verify an attestation and say what it proves',
  details:
    'With a file and a trusted root (or a key) nothing is asked of any server. What must be in the bundle follows from the trusted root: one that lists timestamp authorities requires a timestamp, one that lists logs a log proof. What cannot be verified is refused, and so is anything but an attestation unless the signer is named.',
  options: {
    bundle: {
      type: 'string',
      short: 'b',
      required: true,
      placeholder: 'path|url|digest',
      help: 'the bundle, or the digest of a stored attestation',
    },
    trustedRoot: {
      type: 'list',
      placeholder: 'path',
      help: "Sigstore trusted_root.json, several are taken together (default: the control plane's)",
    },
    artifact: {
      type: 'string',
      placeholder: 'path|digest',
      help: 'a file, or sha256:<hex>, that the statement must be about',
    },
    key: {
      type: 'string',
      placeholder: 'path|url',
      help: 'public key (PEM) that must have signed; with --trusted-root what that asks for is required, too',
    },
    certificateIdentity: { type: 'string', help: 'who must have signed, exactly' },
    certificateIdentityRegexp: {
      type: 'string',
      placeholder: 'pattern',
      help: 'the same as a pattern for the whole name',
    },
    certificateOidcIssuer: {
      type: 'string',
      placeholder: 'url',
      help: 'who must have vouched for the identity',
    },
    certificateOidcIssuerRegexp: {
      type: 'string',
      placeholder: 'pattern',
      help: 'the same as a pattern for the whole URL',
    },
    allowUnverifiable: {
      type: 'boolean',
      help: 'end with exit code 0 where there is nothing to verify with: no verification material, or an unknown key; what is wrong is refused all the same',
    },
  },
  examples: [
    'chainloop attestation verify --bundle attestation.json --trusted-root trusted_root.json --artifact app.tgz',
  ],

  async run(session, options) {
    const { verifyAttestation } = await import('@chainloop/sdk/verify/verify-attestation')
    const input = { ...(await readInput(session, options)), ...expectedSigner(options) }
    const isStored = typeof input.bundle === 'string'
    const client = await clientIfNeeded(session, {
      offline: !isStored && (options.trustedRoot.length > 0 || options.key !== undefined),
      needsToken: isStored,
    })
    try {
      return summary(await verifyAttestation(input, client))
    } catch (cause) {
      if (options.allowUnverifiable !== true || !isUnverifiable(cause, options.key)) throw cause
      session.io.warn(`the bundle could not be verified: ${cause.message}`)
      return unverified(cause.message)
    }
  },

  view: (result) => [
    record([
      ['verified', result.verified],
      ...(result.verified ? [] : [['because', result.reason] as const]),
      ['attestation', result.digest],
      ['signed by', result.signedBy || (result.verified ? 'the given key' : '')],
      ['vouched for by', result.issuer],
      [
        'signed at',
        result.timestamps.map(({ time, source }) => `${time.toISOString()} (${source})`).join('\n'),
      ],
      ['workflow', result.workflow],
      ['run', result.run],
      ['subjects', result.subjects.map(({ name, digest }) => `${name}  ${digest}`).join('\n')],
    ]),
  ],
})

interface InputOptions {
  readonly bundle: string
  readonly trustedRoot: readonly string[]
  readonly artifact: string | undefined
  readonly key: string | undefined
}

async function readInput({ io }: Session, options: InputOptions): Promise<VerifyInput> {
  const { isDigest } = await import('@chainloop/attestation/digest')
  const { readDocument } = await import('@chainloop/sdk/values/load-value')
  const { readFile } = await import('node:fs/promises')
  const { bundle, artifact, trustedRoot, key } = options
  const read = async (place: string): Promise<Uint8Array> => readDocument(place, io.env)
  return {
    bundle: isDigest(bundle) ? bundle : await read(bundle),
    trustedRoots: await Promise.all(trustedRoot.map(read)),
    artifact: artifact === undefined || isDigest(artifact) ? artifact : await readFile(artifact),
    key: key === undefined ? undefined : Buffer.from(await read(key)).toString('utf8'),
  }
}

async function clientIfNeeded(
  session: Session,
  { offline, needsToken }: { readonly offline: boolean; readonly needsToken: boolean },
) {
  return offline ? undefined : session.client({ anonymous: !needsToken })
}

type Expected = string | { readonly pattern: string } | undefined

interface SignerOptions {
  readonly certificateIdentity: string | undefined
  readonly certificateIdentityRegexp: string | undefined
  readonly certificateOidcIssuer: string | undefined
  readonly certificateOidcIssuerRegexp: string | undefined
}

function expectedSigner(options: SignerOptions): { identity: Expected; issuer: Expected } {
  return {
    identity: expected(
      'certificate-identity',
      options.certificateIdentity,
      options.certificateIdentityRegexp,
    ),
    issuer: expected(
      'certificate-oidc-issuer',
      options.certificateOidcIssuer,
      options.certificateOidcIssuerRegexp,
    ),
  }
}

function expected(name: string, exact: string | undefined, pattern: string | undefined): Expected {
  if (exact !== undefined && pattern !== undefined) {
    throw new UsageError(`give --${name} or --${name}-regexp, not both`)
  }
  return pattern === undefined ? exact : { pattern }
}

/** There is nothing to verify with, which is not the same as something that is wrong. */
function isUnverifiable(
  cause: unknown,
  key: string | undefined,
): cause is { readonly message: string } {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return false
  return cause.code === 'material_missing' || (cause.code === 'key_missing' && key === undefined)
}

function unverified(reason: string): Summary {
  return {
    verified: false,
    reason,
    digest: '',
    signedBy: '',
    issuer: '',
    timestamps: [],
    ...NO_STATEMENT,
  }
}

interface Summary extends Readonly<typeof NO_STATEMENT> {
  readonly verified: boolean
  /** Why not. */
  readonly reason: string
  readonly digest: string
  readonly signedBy: string
  readonly issuer: string
  readonly timestamps: VerifiedAttestation['timestamps']
}

/** What people want to know of a verified bundle. */
function summary({
  digest,
  identity,
  timestamps,
  payload,
  payloadType,
}: VerifiedAttestation): Summary {
  return {
    verified: true,
    reason: '',
    digest,
    signedBy: identity?.subject ?? '',
    issuer: identity?.issuer ?? '',
    timestamps,
    ...(payloadType === 'application/vnd.in-toto+json' ? statementSummary(payload) : NO_STATEMENT),
  }
}

const NO_STATEMENT = {
  predicateType: '',
  workflow: '',
  run: '',
  subjects: [] as readonly { readonly name: string; readonly digest: string }[],
}

/** Of any in-toto statement, not only of ours. */
function statementSummary(payload: Uint8Array): typeof NO_STATEMENT {
  const { predicateType = '', subject = [], predicate } = readStatement(payload)
  const { workflowName = '', project = '', workflowRunID: run = '' } = predicate?.metadata ?? {}
  return {
    predicateType,
    workflow: workflowName === '' ? '' : `${project}/${workflowName}`,
    run,
    subjects: subject.map(({ name = '', digest: digests = {} }) => ({
      name,
      digest: Object.entries(digests)
        .map(([algorithm, hex]) => `${algorithm}:${hex}`)
        .join(' '),
    })),
  }
}

interface AnyStatement {
  readonly predicateType?: string
  readonly subject?: readonly {
    readonly name?: string
    readonly digest?: Readonly<Record<string, string>>
  }[]
  readonly predicate?: {
    readonly metadata?: {
      readonly workflowName?: string
      readonly project?: string
      readonly workflowRunID?: string
    }
  }
}

function readStatement(payload: Uint8Array): AnyStatement {
  return JSON.parse(Buffer.from(payload).toString('utf8')) as AnyStatement
}
