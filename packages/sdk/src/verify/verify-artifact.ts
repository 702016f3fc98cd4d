import { setTimeout as sleep } from 'node:timers/promises'

import type { Digest } from '@chainloop/attestation/digest'
import { type BuildLevel, levelIn } from '@chainloop/attestation/provenance/slsa'
import type { VerificationSummary } from '@chainloop/attestation/provenance/verification-summary'
import { verifySummary } from '@chainloop/attestation/provenance/verify-evidence'
import { mergeTrustRoots, parseTrustRoot } from '@chainloop/attestation/verify/trust-root'
import type { TrustRoot } from '@chainloop/attestation/verify/trust-root'
import { VerificationFailed } from '@chainloop/attestation/verify/verification'

import type { Client } from '../client.ts'
import { serverReason } from '../connection/server-hint.ts'
import { answered } from '../connection/unexpected-answer.ts'
import { judgeStatement } from '../policies/judge-statement.ts'
import { fetchTrustedRoot, fetchTrustedRootWithLog } from './trusted-root.ts'

export interface VerifyArtifactInput {
  readonly digest: Digest
  /** A verification summary at hand; default: the control plane verifies now. */
  readonly bundle?: Uint8Array | undefined
  /** Bytes of `trusted_root.json` files of provenance. Default: the control plane's. */
  readonly trustedRoots: readonly Uint8Array[]
  /** Who must have verified: `<instance>/provenance`. Default: whomever the root certifies. */
  readonly verifier?: string | undefined
  readonly minimumLevel: BuildLevel
  /** Name, `name@revision`, or `sha256:<hex>` of the contract that the run had to meet. */
  readonly contract?: string | undefined
  readonly resourceUri?: string | undefined
  /** Milliseconds; default: any age. */
  readonly maxAgeMs?: number | undefined
  /** Neither exceptions nor broken gates. */
  readonly refuseDeviations: boolean
  /** Paths of policies that judge the summary's statement. */
  readonly policies: readonly string[]
  readonly policyInputs: Readonly<Record<string, string>>
  readonly hostnames: readonly string[]
  /** How long a pending provenance is waited for. */
  readonly waitMs: number
}

export interface VerifiedArtifact {
  readonly digest: Digest
  readonly admitted: boolean
  /** Everything that speaks against it; empty: it is admitted. */
  readonly reasons: readonly string[]
  readonly level: BuildLevel | 0
  readonly summary: VerificationSummary
}

type VerifyClient = Pick<Client, 'summaries' | 'trust' | 'log'>

/**
 * Whether an artifact may be deployed: a verification summary of the control plane, verified here, that meets what is asked.
 * Rejects with `VerificationFailed` when the summary proves nothing.
 */
export async function verifyArtifact(
  input: VerifyArtifactInput,
  client?: VerifyClient,
): Promise<VerifiedArtifact> {
  const bundle = input.bundle ?? (await freshSummary(input, client))
  const trust = await trustOf(input, client)
  const { digest, verifier } = input
  const summary = verifySummary({ bundle, trust, digest, verifier })
  const level = summary.result === 'PASSED' ? levelIn(summary.verifiedLevels) : 0
  const reasons = [...objections(input, summary, level), ...(await policyReasons(input, bundle))]
  return { digest: input.digest, admitted: reasons.length === 0, reasons, level, summary }
}

const POLL_MS = 500

async function freshSummary(
  { digest, waitMs }: VerifyArtifactInput,
  client: VerifyClient | undefined,
): Promise<Uint8Array> {
  if (!client) throw new VerificationFailed('bundle_malformed', 'there is no summary to verify')
  const deadline = Date.now() + waitMs
  for (;;) {
    try {
      const { summary } = await client.summaries.create({ digest })
      return answered(summary, 'a verification summary').bundle
    } catch (cause) {
      if (!isPending(cause) || Date.now() + POLL_MS > deadline) throw cause
      await sleep(POLL_MS)
    }
  }
}

function isPending(cause: unknown): boolean {
  return ['PROVENANCE_PENDING', 'POLICIES_EVALUATING'].includes(serverReason(cause) ?? '')
}

async function trustOf(
  { trustedRoots, bundle }: VerifyArtifactInput,
  client: VerifyClient | undefined,
): Promise<TrustRoot> {
  if (trustedRoots.length > 0) return mergeTrustRoots(trustedRoots.map(parseTrustRoot))
  if (client) {
    // Only who may ask for a summary may ask for the name of the organization's log.
    const fetchRoot = bundle ? fetchTrustedRoot : fetchTrustedRootWithLog
    return parseTrustRoot(await fetchRoot(client, 'provenance'))
  }
  throw new VerificationFailed('trust_root_malformed', 'there is no trusted root to verify with')
}

function objections(
  input: VerifyArtifactInput,
  summary: VerificationSummary,
  level: BuildLevel | 0,
): string[] {
  const { minimumLevel, contract, resourceUri, maxAgeMs, refuseDeviations } = input
  const age = Date.now() - summary.timeVerified.getTime()
  const checks: readonly (readonly [isWrong: boolean, reason: string])[] = [
    [summary.result !== 'PASSED', `the control plane's verification ended ${summary.result}`],
    [level < minimumLevel, `SLSA build level ${level} is less than ${minimumLevel}`],
    [
      contract !== undefined && !isContract(summary.policy, contract),
      `it met ${summary.policy.uri}, not ${contract}`,
    ],
    [
      resourceUri !== undefined && resourceUri !== summary.resourceUri,
      `it is ${summary.resourceUri}, not ${resourceUri}`,
    ],
    [
      maxAgeMs !== undefined && age > maxAgeMs,
      `it was verified at ${summary.timeVerified.toISOString()}, which is too long ago`,
    ],
    ...(refuseDeviations
      ? summary.deviations.map(
          ({ type, policy, reason, by }) =>
            [true, `${type} for ${policy || 'all gates'} by ${by}: ${reason}`] as const,
        )
      : []),
  ]
  return checks.filter(([isWrong]) => isWrong).map(([, reason]) => reason)
}

function isContract({ uri, digest }: VerificationSummary['policy'], wanted: string): boolean {
  if (wanted.startsWith('sha256:')) return `sha256:${digest['sha256'] ?? ''}` === wanted
  const [, name = '', revision = ''] = /\/contracts\/([^/]+)\/revisions\/(\d+)$/.exec(uri) ?? []
  const [wantedName, wantedRevision = revision] = wanted.split('@')
  return decodeURIComponent(name) === wantedName && revision === wantedRevision
}

async function policyReasons(
  { policies, policyInputs: inputs, hostnames }: VerifyArtifactInput,
  bundle: Uint8Array,
): Promise<string[]> {
  const reasons: string[] = []
  for (const policy of policies) {
    const verdict = await judgeStatement({ policy, inputs, bundle, hostnames })
    if (!verdict) reasons.push(`no script of ${policy} judges an ATTESTATION`)
    else if (verdict.skipped) reasons.push(`${policy}: ${verdict.skipReasons.join('; ')}`)
    reasons.push(
      ...(verdict?.violations ?? [])
        .filter(({ suppressed }) => !suppressed)
        .map(({ message }) => `${policy}: ${message}`),
    )
  }
  return reasons
}
