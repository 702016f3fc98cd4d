import type { JobFacts } from '../identities/platforms.ts'

export const OIDS = {
  ecPublicKey: '1.2.840.10045.2.1',
  prime256v1: '1.2.840.10045.3.1.7',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  sha256: '2.16.840.1.101.3.4.2.1',
  sha384: '2.16.840.1.101.3.4.2.2',
  sha512: '2.16.840.1.101.3.4.2.3',
  organizationName: '2.5.4.10',
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  tstInfo: '1.2.840.113549.1.9.16.1.4',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  certificateTimestamps: '1.3.6.1.4.1.11129.2.4.2',
  /** Who vouched for the identity, as Fulcio writes it: DER UTF8String. */
  fulcioIssuer: '1.3.6.1.4.1.57264.1.8',
} as const

/** What a verified token said about its job, under the numbers of Fulcio's oid-info: DER UTF8String. */
export const JOB_OIDS = {
  workflowUri: '1.3.6.1.4.1.57264.1.9',
  workflowCommit: '1.3.6.1.4.1.57264.1.10',
  environment: '1.3.6.1.4.1.57264.1.11',
  repository: '1.3.6.1.4.1.57264.1.12',
  commit: '1.3.6.1.4.1.57264.1.13',
  ref: '1.3.6.1.4.1.57264.1.14',
  repositoryId: '1.3.6.1.4.1.57264.1.15',
  owner: '1.3.6.1.4.1.57264.1.16',
  ownerId: '1.3.6.1.4.1.57264.1.17',
  configUri: '1.3.6.1.4.1.57264.1.18',
  configCommit: '1.3.6.1.4.1.57264.1.19',
  trigger: '1.3.6.1.4.1.57264.1.20',
  runUrl: '1.3.6.1.4.1.57264.1.21',
  visibility: '1.3.6.1.4.1.57264.1.22',
} as const satisfies Partial<Record<keyof JobFacts, string>>

/**
 * What a certificate says about its run, each a DER UTF8String, non-critical. The arc is under `experimental`
 * (1.3.6.1.3) because no enterprise number is registered; its components stay below 2³¹ so that Go can read them.
 */
export const RUN_OIDS = {
  organization: '1.3.6.1.3.40723.1.1',
  organizationId: '1.3.6.1.3.40723.1.2',
  project: '1.3.6.1.3.40723.1.3',
  projectId: '1.3.6.1.3.40723.1.4',
  workflow: '1.3.6.1.3.40723.1.5',
  workflowId: '1.3.6.1.3.40723.1.6',
  runId: '1.3.6.1.3.40723.1.7',
  /** `<kind>:<id>` of the account, or of the trust rule, that opened the run. */
  requestedBy: '1.3.6.1.3.40723.1.8',
  /** Who vouched for the job, and for whom: `iss` and `sub` of its token. */
  jobIssuer: '1.3.6.1.3.40723.1.9',
  jobSubject: '1.3.6.1.3.40723.1.10',
} as const

/** Policy of the built-in timestamp authority: P-256, SHA-256, the clock of the machine it runs on. */
export const TIMESTAMP_POLICY = '1.3.6.1.3.40723.2.1'
