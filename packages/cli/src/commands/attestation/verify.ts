import type { VerifiedAttestation } from '@chainloop/sdk/verify/verify-attestation'

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
      type: 'string',
      placeholder: 'path',
      help: "Sigstore trusted_root.json (default: the control plane's)",
    },
    artifact: {
      type: 'string',
      placeholder: 'path|digest',
      help: 'a file, or sha256:<hex>, that the statement must be about',
    },
    key: { type: 'string', placeholder: 'path', help: 'public key (PEM) that must have signed' },
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
  },
  examples: [
    'chainloop attestation verify --bundle attestation.json --trusted-root trusted_root.json --artifact app.tgz',
  ],

  async run(session, options) {
    const { verifyAttestation } = await import('@chainloop/sdk/verify/verify-attestation')
    const { isDigest } = await import('@chainloop/attestation/digest')
    const { readDocument } = await import('@chainloop/sdk/values/load-value')
    const { readFile } = await import('node:fs/promises')
    const { bundle, artifact, trustedRoot, key } = options
    const read = async (path: string): Promise<Uint8Array> => readFile(path)

    const verified = await verifyAttestation(
      {
        bundle: isDigest(bundle) ? bundle : await readDocument(bundle, session.io.env),
        ...(trustedRoot !== undefined && { trustedRoot: await read(trustedRoot) }),
        ...(artifact !== undefined && {
          artifact: isDigest(artifact) ? artifact : await read(artifact),
        }),
        ...(key !== undefined && { key: Buffer.from(await read(key)).toString('utf8') }),
        identity: expectedIdentity(options),
        issuer: options.certificateOidcIssuer,
      },
      await clientIfNeeded(session, {
        offline: !isDigest(bundle) && (trustedRoot ?? key) !== undefined,
        needsToken: isDigest(bundle),
      }),
    )
    return summary(verified)
  },

  view: (result) => [
    record([
      ['verified', true],
      ['attestation', result.digest],
      ['signed by', result.signedBy || 'the given key'],
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

async function clientIfNeeded(
  session: Session,
  { offline, needsToken }: { readonly offline: boolean; readonly needsToken: boolean },
) {
  return offline ? undefined : session.client({ anonymous: !needsToken })
}

function expectedIdentity(options: {
  readonly certificateIdentity: string | undefined
  readonly certificateIdentityRegexp: string | undefined
}): string | { pattern: string } | undefined {
  const { certificateIdentity: exact, certificateIdentityRegexp: pattern } = options
  if (exact !== undefined && pattern !== undefined) {
    throw new UsageError('give --certificate-identity or --certificate-identity-regexp, not both')
  }
  return pattern === undefined ? exact : { pattern }
}

/** What people want to know of a verified bundle. */
function summary({ digest, identity, timestamps, payload, payloadType }: VerifiedAttestation) {
  return {
    verified: true,
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
