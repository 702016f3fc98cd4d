import { isRunnerType, RUNNER_TYPE_NUMBERS } from '@chainloop/attestation/runners/runner-type'
import type { CraftingSchema_Runner_RunnerType as RunnerTypeNumber } from '@chainloop/proto/workflowcontract/v1/crafting_schema'

/** The names are those of the enum; a name that is none of them is unspecified. */
export function runnerTypeNumber(name: string): RunnerTypeNumber {
  return isRunnerType(name) ? RUNNER_TYPE_NUMBERS[name] : 0
}
