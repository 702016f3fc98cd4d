import { mergeAnnotations } from '@chainloop/attestation/contract/merge-annotations'
import {
  describeRequirement,
  missingRequirements,
} from '@chainloop/attestation/contract/missing-requirements'
import { sha256, type Digest } from '@chainloop/attestation/digest'
import type { CraftingState } from '@chainloop/attestation/predicate/crafting-state'
import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { summarizePolicies } from '@chainloop/attestation/predicate/policy-summary'
import { STATEMENT_MEDIA_TYPE } from '@chainloop/attestation/predicate/predicate'
import { renderStatement } from '@chainloop/attestation/predicate/render-statement'
import { unevaluatedPolicies } from '@chainloop/attestation/predicate/unevaluated-policies'
import { Code, ConnectError } from '@connectrpc/connect'

import type { Client } from '../client.ts'
import { UnexpectedAnswer } from '../connection/unexpected-answer.ts'
import { hasPolicies } from '../policies/has-policies.ts'
import { signBundle } from '../signing/bundle.ts'
import { keylessSigner } from '../signing/keyless.ts'
import type { Signer } from '../signing/signer.ts'
import { timestamp } from '../signing/timestamp.ts'
import { BUILDER_ID } from '../version.ts'
import { awaitVerdict, type Verdict, type VerdictWait } from './await-verdict.ts'
import { IncompleteAttestation } from './crafting-error.ts'
import { openRun, type OpenRun, type StateLocation } from './open-run.ts'
import type { Session } from './session.ts'

export interface PushInput {
  readonly state: StateLocation
  /** Values for what the contract left open; they never replace what is said already. */
  readonly annotations?: Readonly<Record<string, string>> | undefined
  /** Asks for a closed gate to be passed over; recorded in the attestation, decided by the control plane. */
  readonly bypassPolicyCheck?: boolean | undefined
  /** Default: a key that lives for this signature, certified by the control plane. */
  readonly signer?: Signer | undefined
  /** URLs of time-stamping authorities (RFC 3161) besides the control plane's; all have to answer. */
  readonly timestampAuthorities?: readonly string[] | undefined
  /** For policies that the control plane goes on evaluating after it has stored the attestation. Default: 10 min. */
  readonly wait?: VerdictWait | undefined
}

export interface Pushed extends Verdict {
  /** The state as it was attested. */
  readonly session: Session
  /** The exact bytes that were stored; empty in a dry run, which signs nothing. */
  readonly bundle: Uint8Array
  /** Of the bundle, as the control plane knows the attestation; undefined in a dry run. */
  readonly digest: Digest | undefined
  /** Annotations that were given and not taken. */
  readonly ignored: readonly string[]
}

/**
 * Finishes a run: checks that nothing is outstanding, renders, signs, timestamps and stores the statement,
 * then forgets the state. A push whose answer was lost may be repeated: the same bytes are sent again.
 * Rejects with `IncompleteAttestation`.
 */
export async function pushAttestation(client: Client, input: PushInput): Promise<Pushed> {
  const run = await openRun(client, input.state)
  const { state: complete, ignored } = finish(run.session.state, input)
  const state = await withPolicies(run, complete)
  if (state.dryRun) {
    await run.store.remove()
    const session = { ...run.session, state }
    const nothing = { bundle: new Uint8Array(), digest: undefined, blockers: [], evaluating: false }
    return { ...nothing, session, ignored }
  }

  const { bundle, digest, first } = await storeOnce(run, signedState(state, input), input)
  await run.store.remove()
  const { runId } = state.workflow
  const verdict = await awaitVerdict(run.client, { runId, first }, input.wait ?? LONG)
  return { ...verdict, bundle, digest, session: { ...run.session, state }, ignored }
}

function finish(
  current: CraftingState,
  { annotations = {}, bypassPolicyCheck = false }: PushInput,
): { state: CraftingState; ignored: readonly string[] } {
  const { spec } = current.contract
  const merged = mergeAnnotations(current.annotations, spec.annotations, annotations)
  const complete = { ...current, annotations: merged.annotations }
  const missing = missingRequirements(current.contract, complete)
  if (missing.length > 0) throw new IncompleteAttestation(missing.map(describeRequirement))

  const state = { ...complete, bypassPolicyCheck, finishedAt: new Date() }
  return { state, ignored: merged.ignored }
}

/** Loaded for contracts with policies only. */
async function preview(
  client: Client,
  state: CraftingState,
): Promise<readonly PolicyEvaluation[] | undefined> {
  if (!hasPolicies(state)) return undefined
  const { previewAttestation } = await import('../policies/preview.ts')
  return previewAttestation(client, state)
}

/** With what the policies say here; the control plane asks them again. */
async function withPolicies({ client }: OpenRun, state: CraftingState): Promise<CraftingState> {
  const evaluations = await preview(client, state)
  if (evaluations) {
    return { ...state, policyEvaluations: [...state.policyEvaluations, ...evaluations] }
  }
  const policyEvaluations = unevaluatedPolicies(state.contract.spec, {
    gateByDefault: state.blockOnPolicyViolation,
    reason: 'the control plane evaluates policies when the attestation is stored',
  })
  return { ...state, policyEvaluations }
}

const LONG: VerdictWait = { milliseconds: 600_000 }

interface Stored extends Pick<Pushed, 'bundle'> {
  readonly digest: Digest
  /** What Store answered; the policies may still be evaluated. */
  readonly first: Parameters<typeof awaitVerdict>[1]['first']
}

/** Sends a bundle that had no answer again; when the server then refuses it, signs anew. */
async function storeOnce(run: OpenRun, state: CraftingState, input: PushInput): Promise<Stored> {
  const { unanswered } = run.session
  const fingerprint = fingerprintOf(state)
  if (unanswered?.fingerprint === fingerprint) {
    try {
      return await store(run.client, state, unanswered.bundle)
    } catch (cause) {
      if (!isRefusal(cause)) throw cause
    }
  }
  const bundle = await sign(run.client, state, input)
  await run.store.update((session) => ({ ...session, unanswered: { bundle, fingerprint } }))
  return store(run.client, state, bundle)
}

/** The same wish gives the same value, whenever it is made. */
function fingerprintOf(state: CraftingState): string {
  return sha256(renderStatement({ ...state, finishedAt: new Date(0) }, { builderId: BUILDER_ID }))
}

function isRefusal(cause: unknown): boolean {
  const refusals: readonly Code[] = [Code.InvalidArgument, Code.FailedPrecondition]
  return cause instanceof ConnectError && refusals.includes(cause.code)
}

/** A statement that another key signs does not say that the control plane's authority certified it. */
function signedState(state: CraftingState, { signer }: PushInput): CraftingState {
  return signer ? { ...state, signing: { ...state.signing, signingCa: '' } } : state
}

async function sign(
  client: Client,
  state: CraftingState,
  { signer, timestampAuthorities = [] }: PushInput,
): Promise<Uint8Array> {
  const own = state.signing.timestampAuthorityUrl
  const stampedBy =
    (url: string, options?: { readonly ca: string | undefined }) => (signature: Uint8Array) =>
      timestamp(url, signature, options)
  return signBundle({
    payload: renderStatement(state, { builderId: BUILDER_ID }),
    payloadType: STATEMENT_MEDIA_TYPE,
    signer: signer ?? keylessSigner(client),
    stamps: [
      ...(own === '' ? [] : [stampedBy(own, { ca: client.ca })]),
      ...timestampAuthorities.filter((url) => url !== own).map((url) => stampedBy(url)),
    ],
  })
}

async function store(client: Client, state: CraftingState, bundle: Uint8Array): Promise<Stored> {
  const { runId, version } = state.workflow
  const { result } = await client.attestations.store({
    attestationBundle: bundle,
    workflowRunId: runId,
    ...(version.markAsReleased && { markVersionAsReleased: true }),
  })
  const digest = sha256(bundle)
  if (result?.digest !== digest) {
    throw new UnexpectedAnswer(`the server stored ${result?.digest ?? 'nothing'}, not ${digest}`)
  }
  const { policy, blockers } = result
  return { bundle, digest, first: policy ? { policy, blockers } : { blockers: ownBlockers(state) } }
}

/** Of a server that does not say what it found. */
function ownBlockers(state: CraftingState): readonly string[] {
  const { blockers, blocked } = summarizePolicies(state)
  return blocked ? blockers : []
}
