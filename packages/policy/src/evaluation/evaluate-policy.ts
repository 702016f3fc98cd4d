import type { MaterialKind } from '@chainloop/attestation/materials/material-kind'
import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import type { Budget } from '@chainloop/rego/evaluate/budget'

import type { PolicyScript } from '../documents/policy.ts'
import { computeArguments } from '../inputs/compute-arguments.ts'
import { type RuntimeInput, withRuntimeInputs } from '../inputs/runtime-inputs.ts'
import { shapeArguments } from '../inputs/shape-arguments.ts'
import { LANGUAGES, languageOf } from '../languages/languages.ts'
import {
  type Grants,
  type Script,
  type ScriptText,
  UnknownFunction,
} from '../languages/script-language.ts'
import type { PolicyInputDocument } from '../material/input-document.ts'
import { readResult } from '../results/read-result.ts'
import type { Verdict } from '../results/verdict.ts'
import type { AttachedPolicy } from './load-policies.ts'
import type { LoadedPolicy } from './loaded-policy.ts'

/** How evaluations of one run are done. */
export interface EvaluationSettings {
  /** Default of gates. */
  readonly gateByDefault: boolean
  /** The same for all evaluations of a run. */
  readonly now: Date
  readonly grants: Grants
  readonly budget: Budget
  readonly runtimeInputs: readonly RuntimeInput[]
  /** What a policy that fails does: end the evaluation, or stand there without a verdict, its gate closed. */
  readonly failures: 'throw' | 'record'
}

/** What is judged. */
export interface EvaluationSubject {
  readonly kind: MaterialKind
  /** Absent for the attestation. */
  readonly materialName?: string | undefined
  readonly input: PolicyInputDocument
}

/** One policy on one subject by the scripts that fit it; undefined when all of them ignored it. */
export async function evaluatePolicy(
  attached: AttachedPolicy,
  scripts: readonly PolicyScript[],
  { subject, settings }: { subject: EvaluationSubject; settings: EvaluationSettings },
): Promise<PolicyEvaluation | undefined> {
  const { policy, reference, texts } = attached.loaded
  const { values, overridden } = argumentsOf(attached, settings)
  const verdicts: Verdict[] = []
  for (const script of scripts) {
    const text = texts.get(script)
    if (!text) throw new TypeError('a script of the policy was not loaded')
    verdicts.push(
      await judge(text, {
        script,
        policy,
        request: { ...settings, input: subject.input, args: shapeArguments(values) },
      }),
    )
  }
  const heard = verdicts.filter(({ ignored }) => !ignored)
  if (heard.length === 0) return undefined
  const isSkipped = heard.every(({ skipped }) => skipped)
  return {
    name: policy.metadata.name,
    materialName: subject.materialName,
    type: subject.kind,
    description: policy.metadata.description,
    annotations: policy.metadata.annotations,
    sources: sourcesOf(attached.loaded, scripts),
    with: values,
    requirements: attached.attachment.requirements,
    violations: heard.flatMap(({ violations }) =>
      violations.map((violation) => ({ subject: policy.metadata.name, ...violation })),
    ),
    skipped: isSkipped,
    skipReasons: isSkipped
      ? heard.map(({ skipReason }) => skipReason).filter((reason) => reason !== '')
      : [],
    ...blockingOf(attached, settings),
    policyReference: reference,
    ...(attached.member && { groupReference: attached.member.group.reference }),
    ...(overridden.length > 0 && { runtimeInputOverrides: overridden }),
  }
}

/** Whether a violation blocks; what is in shadow mode never does. */
export function blockingOf(
  { attachment, member }: AttachedPolicy,
  { gateByDefault }: Pick<EvaluationSettings, 'gateByDefault'>,
): Pick<PolicyEvaluation, 'gate' | 'shadow'> {
  if (member?.shadow === true || attachment.shadow === true) return { gate: false, shadow: true }
  return { gate: member?.gate ?? attachment.gate ?? gateByDefault }
}

/** Members of groups get nothing from the run. */
function argumentsOf(
  { attachment, loaded, member }: AttachedPolicy,
  { runtimeInputs }: Pick<EvaluationSettings, 'runtimeInputs'>,
): { values: Readonly<Record<string, string>>; overridden: readonly string[] } {
  const { metadata } = loaded.policy
  if (member) {
    const { values } = computeArguments(loaded.policy, attachment.with, member.bindings)
    return { values, overridden: [] }
  }
  const name = { name: metadata.name, reference: attachment.ref ?? '' }
  const runtime = withRuntimeInputs(attachment.with, name, runtimeInputs)
  const { values, undeclared } = computeArguments(loaded.policy, runtime.values)
  return {
    values,
    overridden: runtime.overridden.filter((input) => !undeclared.includes(input)),
  }
}

const SKIPPED_FOR_FUNCTION = { ignored: false, skipped: true, violations: [] } as const

async function judge(
  text: ScriptText,
  {
    script,
    policy,
    request,
  }: {
    script: PolicyScript
    policy: LoadedPolicy['policy']
    request: Parameters<Script['run']>[0]
  },
): Promise<Verdict> {
  try {
    const ready = await compiled(text, script)
    return readResult(await ready.run(request), policy.metadata.findingType)
  } catch (cause) {
    if (!(cause instanceof UnknownFunction)) throw cause
    return { ...SKIPPED_FOR_FUNCTION, skipReason: cause.message }
  }
}

const scripts = new WeakMap<ScriptText, Promise<Script>>()

function compiled(text: ScriptText, { language }: PolicyScript): Promise<Script> {
  const known = scripts.get(text)
  if (known) return known
  const compiling = LANGUAGES[languageOf(language, text.file)].compile(text)
  scripts.set(text, compiling)
  return compiling
}

/** Of policies that are not kept anywhere else: who reads the evaluation later can see what ran. */
function sourcesOf(
  { reference, texts }: LoadedPolicy,
  used: readonly PolicyScript[],
): readonly string[] {
  if (!/^(?:file|https?):/.test(reference.uri)) return []
  return used.flatMap((script) => {
    const text = texts.get(script)
    return text ? [Buffer.from(text.text).toString('base64')] : []
  })
}
