import type { JsonValue } from '../json/json-value.ts'

export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1'
export const PREDICATE_TYPE = 'chainloop.dev/attestation/v0.2'
export const BUILD_TYPE = 'chainloop.dev/workflowrun/v0.1'
export const STATEMENT_MEDIA_TYPE = 'application/vnd.in-toto+json'
/** Key of `policyEvaluations` for policies about the attestation as a whole. */
export const ATTESTATION_EVALUATIONS = 'CHAINLOOP.ATTESTATION'

/** In-toto Statement v1 with our predicate; https://github.com/in-toto/attestation/blob/main/spec/v1/statement.md. */
export interface Statement {
  readonly _type: typeof STATEMENT_TYPE
  readonly predicateType: typeof PREDICATE_TYPE
  readonly subject: readonly Subject[]
  readonly predicate: Predicate
}

export interface Subject {
  readonly name: string
  readonly digest: DigestSet
  readonly annotations?: Readonly<Record<string, JsonValue>>
}

/** Algorithm to lower-case hex: `sha256`, and `sha1` for `git.head`. */
export type DigestSet = Readonly<Record<string, string>>

/** What is absent is empty, zero or false. */
export interface Predicate {
  readonly buildType: string
  readonly builder: { readonly id: string }
  readonly metadata: PredicateMetadata
  readonly env?: Readonly<Record<string, string>>
  readonly runnerType: string
  readonly runnerURL?: string
  readonly runnerEnvironment?: string
  readonly runnerAuthenticated?: boolean
  readonly runnerWorkflowFilePath?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly auth?: { readonly id: string; readonly type: string }
  readonly casBackend?: PredicateCasBackend
  readonly materials?: readonly MaterialDescriptor[]
  readonly policyEvaluations?: Readonly<Record<string, readonly PredicateEvaluation[]>>
  readonly policyEvaluationsRef?: PolicyEvaluationsRef
  readonly policyHasViolations: boolean
  readonly policyEvaluationsCount: number
  readonly policyViolationsCount: number
  readonly policySkippedCount?: number
  readonly policyPassedCount?: number
  readonly policySuppressedCount?: number
  readonly policyHasGatedViolations?: boolean
  readonly policyHasGates?: boolean
  readonly policyCheckBlockingStrategy: 'ADVISORY' | 'ENFORCED'
  readonly policyBlockBypassEnabled: boolean
  readonly policyAttBlocked: boolean
  readonly signingCA?: string
  readonly signingTSA?: string
}

/** Times are RFC 3339 in UTC. */
export interface PredicateMetadata {
  readonly name: string
  readonly workflowName: string
  readonly project: string
  readonly team: string
  readonly projectVersion: string
  readonly projectVersionPrerelease: boolean
  readonly organization: string
  readonly workflowID: string
  readonly workflowRunID: string
  readonly contractName: string
  readonly contractVersion: string
  readonly initializedAt: string
  readonly finishedAt: string
}

export interface PredicateCasBackend {
  readonly casBackendID: string
  readonly casBackendName: string
  readonly fallback: boolean
}

/** A material as the predicate lists it. */
export interface MaterialDescriptor {
  /** File or image repository; absent for STRING. */
  readonly name?: string
  readonly digest: DigestSet
  /** Base64; only what is inline, and STRING. */
  readonly content?: string
  readonly annotations: Readonly<Record<string, string | boolean>>
}

export interface PredicateEvaluation {
  readonly name: string
  readonly materialName?: string
  readonly type: string
  readonly description?: string
  readonly annotations?: Readonly<Record<string, string>>
  readonly sources?: readonly string[]
  readonly with?: Readonly<Record<string, string>>
  readonly requirements?: readonly string[]
  readonly violations?: readonly { readonly subject: string; readonly message: string }[]
  readonly skipped?: boolean
  readonly skipReasons?: readonly string[]
  readonly gate?: boolean
  readonly shadow?: boolean
  readonly policyReference?: PredicatePolicyReference
  readonly groupReference?: PredicatePolicyReference
}

export interface PredicatePolicyReference {
  readonly name: string
  readonly uri?: string
  readonly digest?: DigestSet
  readonly annotations: { readonly name: string; readonly organization: string }
}

/** The evaluations are an object of the artifact store. */
export interface PolicyEvaluationsRef {
  readonly name: string
  readonly digest: DigestSet
  readonly media_type: string
}
