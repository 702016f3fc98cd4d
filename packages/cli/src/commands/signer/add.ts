import { defineCommand } from '../../core/command.ts'
import { UsageError } from '../../core/exit.ts'
import { text } from '../../core/view.ts'
import { exactly, instant, materialCase } from './material.ts'

export const signerAdd = defineCommand({
  name: 'organization signer add',
  summary: 'Let signatures of a key, or of those whom an authority certifies, count',
  details:
    "With --for materials the signer signs no attestations here: what it has signed elsewhere, such as a SLSA provenance, is verified where a job brings it as a material. Besides these, only a certificate that the control plane issues to the run itself signs its attestation. A Fulcio root needs the identity and the issuer that it is trusted for: anybody can have a certificate of the public one. It may be a chain in PEM or a Sigstore trusted_root.json, of which also the timestamp authorities are believed for this signer's bundles.",
  options: {
    name: { type: 'string', required: true, help: 'name of the signer' },
    for: {
      type: 'string',
      choices: ['attestations', 'materials'],
      default: 'attestations',
      help: 'what its signature is good for',
    },
    publicKey: { type: 'string', placeholder: 'path', help: 'a public key (PEM)' },
    certificateChain: {
      type: 'string',
      placeholder: 'path',
      help: 'issuer of the signing certificates first, its root last (PEM)',
    },
    fulcioRoot: {
      type: 'string',
      placeholder: 'path',
      help: 'chain (PEM) or trusted_root.json of a Fulcio',
    },
    certificateIdentity: { type: 'string', help: 'whom certificates have to name, exactly' },
    certificateIdentityRegexp: {
      type: 'string',
      placeholder: 'pattern',
      help: 'the same as a pattern for the whole name',
    },
    certificateOidcIssuer: {
      type: 'string',
      placeholder: 'url',
      help: 'who has to have vouched for the name',
    },
    project: { type: 'list', short: 'p', help: 'a project to sign for' },
    allProjects: { type: 'boolean', help: 'sign for every project of the organization' },
    notBefore: { type: 'string', placeholder: 'time', help: 'from when (default: now)' },
    notAfter: { type: 'string', placeholder: 'time', help: 'until when (default: no end)' },
  },
  examples: [
    'chainloop organization signer add --name release --public-key cosign.pub --project web',
    'chainloop organization signer add --name github --fulcio-root trusted_root.json --certificate-identity-regexp "https://github.com/acme/.*" --certificate-oidc-issuer https://token.actions.githubusercontent.com --all-projects',
  ],

  async run(session, options) {
    const { case: which, place } = materialCase(options)
    const window = {
      notBefore: instant('not-before', options.notBefore),
      notAfter: instant('not-after', options.notAfter),
    }
    const identity = identityOf(options)
    const client = await session.client()
    const { readDocument } = await import('@chainloop/sdk/values/load-value')
    const { toTimestamp } = await import('@chainloop/sdk/model/time')
    const { signerPurpose, toRegisteredSigner } = await import('@chainloop/sdk/model/signer')
    const bytes = new Uint8Array(await readDocument(place, session.io.env))
    const { signer } = await client.signers.add({
      name: options.name,
      material: { case: which, value: bytes },
      purpose: signerPurpose.numberOf(options.for === 'materials' ? 'materials' : 'attestations'),
      identity,
      issuer: options.certificateOidcIssuer ?? '',
      projectNames: [...options.project],
      allProjects: options.allProjects ?? false,
      ...(window.notBefore && { notBefore: toTimestamp(window.notBefore) }),
      ...(window.notAfter && { notAfter: toTimestamp(window.notAfter) }),
    })
    return toRegisteredSigner(signer)
  },

  view: ({ name, fingerprint, purpose, projects }) => [
    text(
      `signer ${name} (${fingerprint}) may sign ${purpose} for ${projects.length === 0 ? 'all projects' : projects.join(', ')}`,
    ),
  ],
})

function identityOf(options: {
  readonly certificateIdentity: string | undefined
  readonly certificateIdentityRegexp: string | undefined
}): string {
  const { certificateIdentity: exact, certificateIdentityRegexp: pattern } = options
  if (exact !== undefined && pattern !== undefined) {
    throw new UsageError('give --certificate-identity or --certificate-identity-regexp, not both')
  }
  return pattern ?? (exact === undefined ? '' : exactly(exact))
}
