import type { Migration } from 'kysely/migration'

import * as organizations from './2026-11-23-a-organizations.ts'
import * as contracts from './2026-11-23-b-contracts.ts'
import * as runs from './2026-11-23-c-runs.ts'
import * as referrers from './2026-11-23-d-referrers.ts'
import * as integrations from './2026-11-23-e-integrations.ts'
import * as audit from './2026-11-23-f-audit.ts'
import * as evidenceLogs from './2026-11-23-g-evidence-logs.ts'
import * as boundRuns from './2026-11-23-h-bound-runs.ts'
import * as trustRules from './2026-11-23-i-trust-rules.ts'
import * as contractPins from './2026-11-23-j-contract-pins.ts'
import * as signers from './2026-11-23-l-signers.ts'
import * as storage from './2026-11-23-m-storage.ts'
import * as people from './2026-11-23-n-people.ts'
import * as auditSource from './2026-11-23-o-audit-source.ts'
import * as runMetrics from './2026-11-23-p-run-metrics.ts'
import * as policyEvaluations from './2026-11-23-q-policy-evaluations.ts'
import * as fanOutLanes from './2026-11-23-r-fan-out-lanes.ts'
import * as pluginTasks from './2026-11-23-s-plugin-tasks.ts'
import * as transparency from './2026-11-23-t-transparency.ts'
import * as provenance from './2026-11-23-u-provenance.ts'
import * as policyStore from './2026-11-23-v-policy-store.ts'
import * as evaluating from './2026-11-23-w-evaluating.ts'
import * as sharingAndQuotas from './2026-11-23-x-sharing-and-quotas.ts'

/** Applied in the order of their names; frozen once released; forward only. */
export const migrations: Readonly<Record<string, Migration>> = {
  '2026-11-23-a-organizations': organizations,
  '2026-11-23-b-contracts': contracts,
  '2026-11-23-c-runs': runs,
  '2026-11-23-d-referrers': referrers,
  '2026-11-23-e-integrations': integrations,
  '2026-11-23-f-audit': audit,
  '2026-11-23-g-evidence-logs': evidenceLogs,
  '2026-11-23-h-bound-runs': boundRuns,
  '2026-11-23-i-trust-rules': trustRules,
  '2026-11-23-j-contract-pins': contractPins,
  '2026-11-23-m-storage': storage,
  '2026-11-23-n-people': people,
  '2026-11-23-l-signers': signers,
  '2026-11-23-o-audit-source': auditSource,
  '2026-11-23-p-run-metrics': runMetrics,
  '2026-11-23-q-policy-evaluations': policyEvaluations,
  '2026-11-23-t-transparency': transparency,
  '2026-11-23-r-fan-out-lanes': fanOutLanes,
  '2026-11-23-s-plugin-tasks': pluginTasks,
  '2026-11-23-u-provenance': provenance,
  '2026-11-23-v-policy-store': policyStore,
  '2026-11-23-w-evaluating': evaluating,
  '2026-11-23-x-sharing-and-quotas': sharingAndQuotas,
}
