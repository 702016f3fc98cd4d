/** Every kind of CI runner and its number on the wire (`CraftingSchema.Runner.RunnerType`). */
export const RUNNER_TYPE_NUMBERS = {
  RUNNER_TYPE_UNSPECIFIED: 0,
  GITHUB_ACTION: 1,
  GITLAB_PIPELINE: 2,
  AZURE_PIPELINE: 3,
  JENKINS_JOB: 4,
  CIRCLECI_BUILD: 5,
  DAGGER_PIPELINE: 6,
  TEAMCITY_PIPELINE: 7,
  TEKTON_PIPELINE: 8,
  CHAINLOOP_SANDBOX: 9,
} as const

/** `RUNNER_TYPE_UNSPECIFIED` is the generic runner: nothing is known about it. */
export type RunnerType = keyof typeof RUNNER_TYPE_NUMBERS

const names: ReadonlySet<string> = new Set(Object.keys(RUNNER_TYPE_NUMBERS))

export function isRunnerType(name: string): name is RunnerType {
  return names.has(name)
}

export function runnerTypeOf(number: number): RunnerType | undefined {
  const name = Object.entries(RUNNER_TYPE_NUMBERS).find(([, value]) => value === number)?.[0]
  return name !== undefined && isRunnerType(name) ? name : undefined
}
