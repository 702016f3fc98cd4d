import type { PolicyEvaluation } from '@chainloop/attestation/predicate/policy-evaluation'
import { parseJson } from '@chainloop/rego/values/parse-json'

import type { EvaluationSettings } from '../evaluation/evaluate-policy.ts'
import { evaluateAttestation, evaluateMaterial } from '../evaluation/evaluate.ts'
import { type ContractPolicies, loadPolicies } from '../evaluation/load-policies.ts'
import type { PolicySource } from '../evaluation/loaded-policy.ts'
import { InvalidScript, type Grants } from '../languages/script-language.ts'
import { inputDocument } from '../material/input-document.ts'
import { readMaterial } from '../material/read-material.ts'
import type { EvaluationJob, MaterialSubject, PinnedDocuments } from './messages.ts'

const MAX_KNOWN = 50
const known = new Map<string, Promise<ContractPolicies>>()

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
  const policies = await policiesOf(job)
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

function policiesOf({ key, contract, pinned }: EvaluationJob): Promise<ContractPolicies> {
  const found = known.get(key)
  if (found) return found
  const loading = loadPolicies(contract, sourceOf(pinned))
  const [oldest] = known.keys()
  if (known.size >= MAX_KNOWN && oldest !== undefined) known.delete(oldest)
  known.set(key, loading)
  return loading
}

function sourceOf({ documents, scripts }: PinnedDocuments): PolicySource {
  return {
    async document(reference) {
      const document = documents[reference]
      if (!document) throw new InvalidScript(`${reference} is not pinned in the contract`)
      return document
    },
    async script(reference, { reference: { uri } }) {
      const text = scripts[uri]?.[reference]
      if (text === undefined) throw new InvalidScript(`${reference} is not pinned in the contract`)
      return { file: reference, text }
    },
  }
}
