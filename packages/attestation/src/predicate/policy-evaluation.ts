import type { Digest } from '../digest.ts'
import type { JsonObject } from '../json/json-value.ts'

/** What one attached policy said about a material or about the attestation. */
export interface PolicyEvaluation {
  readonly name: string
  /** Absent for a policy about the attestation as a whole. */
  readonly materialName?: string | undefined
  /** Kind that the policy is about: a material kind or `ATTESTATION`; empty when it is not known. */
  readonly type: string
  readonly description: string
  readonly annotations: Readonly<Record<string, string>>
  /** The scripts that ran, base64. */
  readonly sources: readonly string[]
  readonly with: Readonly<Record<string, string>>
  readonly requirements: readonly string[]
  readonly violations: readonly PolicyViolation[]
  readonly skipped: boolean
  readonly skipReasons: readonly string[]
  readonly gate: boolean
  /** It is recorded and never blocks. */
  readonly shadow?: boolean | undefined
  /** Ids of the exceptions that it may rely on instead of a verdict. */
  readonly exceptions?: readonly string[] | undefined
  readonly policyReference?: PolicyReference | undefined
  readonly groupReference?: PolicyReference | undefined
  /** Inputs whose value the run had a part in, sorted. */
  readonly runtimeInputOverrides?: readonly string[] | undefined
}

export interface PolicyViolation {
  readonly subject: string
  readonly message: string
  /** It is known and accepted: counted, not shown, never blocking. */
  readonly suppressed: boolean
  /** Id of the exception that suppresses it; absent: the policy itself does. */
  readonly exception?: string | undefined
  /** What is known besides the message, in the shape of the policy's finding type. */
  readonly finding?: JsonObject | undefined
}

export interface PolicyReference {
  readonly name: string
  readonly uri: string
  readonly digest?: Digest | undefined
  readonly organization: string
}
