import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { parseJson } from '@chainloop/rego/values/parse-json'

import type { EvaluationSettings } from '../evaluation/evaluate-policy.ts'
import { evaluateAttestation, evaluateMaterial } from '../evaluation/evaluate.ts'
import { type ContractPolicies, loadPolicies } from '../evaluation/load-policies.ts'
import type { Grants } from '../languages/script-language.ts'
import { inputDocument } from '../material/input-document.ts'
import { readMaterial } from '../material/read-material.ts'
import type { EvaluationJob, MaterialSubject } from './messages.ts'

const MAX_KNOWN = 50
const known = new Map<string, ContractPolicies>()

/** Does a job in this very process. */
export async function runJob(
  job: EvaluationJob,
  grants: Omit<Grants, 'hostnames'>,
): Promise<readonly PolicyEvaluation[]> {
  const { subject } = job
  const settings: EvaluationSettings = {
    ...job.settings,
    failures: 'record',
    grants: { ...grants, hostnames: new Set(job.settings.hostnames) },
  }
  const policies = policiesOf(job)
  if (subject.type === 'material') {
    const read = () => readSubject(subject, job.settings.maxDocumentBytes)
    return evaluateMaterial(policies, { material: subject, read }, settings)
  }
  const statement = parseJson(Buffer.from(subject.statement).toString())
  const document = inputDocument(statement, subject.metadata)
  return evaluateAttestation(policies, { statement: document, phase: subject.phase }, settings)
}

async function readSubject(
  { kind, name, content, metadata }: MaterialSubject,
  maxDocumentBytes: number,
) {
  const evidence = {
    name,
    size: content.length,
    async *open() {
      yield await Promise.resolve(content)
    },
  }
  return inputDocument(await readMaterial(kind, evidence, { maxDocumentBytes }), metadata)
}

function policiesOf({ key, contract, closure }: EvaluationJob): ContractPolicies {
  const found = known.get(key)
  if (found) return found
  const loaded = loadPolicies(contract, closure)
  const [oldest] = known.keys()
  if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest)
  known.set(key, loaded)
  return loaded
}
