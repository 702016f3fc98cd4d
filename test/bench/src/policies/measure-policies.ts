import type { Row } from '../row.ts'
import { againstOpa } from './against-opa.ts'
import { storeWithPolicies } from './store-with-policies.ts'

/** Policies, beside OPA where there is one, and what they add to Store. */
export async function measurePolicies(): Promise<readonly Row[]> {
  const opa = process.env['CHAINLOOP_BENCH_OPA']
  return [...(opa === undefined ? [] : await againstOpa(opa)), ...(await storeWithPolicies())]
}
