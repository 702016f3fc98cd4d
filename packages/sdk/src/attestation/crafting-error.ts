/** The machine is not the runner that the contract asks for. */
export class RunnerMismatch extends Error {
  override readonly name = 'RunnerMismatch'

  constructor(wanted: string, found: string) {
    const here = found === 'RUNNER_TYPE_UNSPECIFIED' ? 'an unknown machine' : found
    super(`the contract asks for a run on ${wanted}, and this is ${here}`)
  }
}

/** Variables that have to be recorded are not set. */
export class MissingVariables extends Error {
  override readonly name = 'MissingVariables'
  readonly variables: readonly string[]

  constructor(variables: readonly string[], hint?: string) {
    const why = hint === undefined ? '' : ` (${hint})`
    super(`these environment variables have no value: ${variables.join(', ')}${why}`)
    this.variables = variables
  }
}

/** The contract asks for more than was presented. `outstanding` has one sentence for each. */
export class IncompleteAttestation extends Error {
  override readonly name = 'IncompleteAttestation'
  readonly outstanding: readonly string[]

  constructor(outstanding: readonly string[]) {
    super(`the attestation is not complete:\n${outstanding.map((one) => `  - ${one}`).join('\n')}`)
    this.outstanding = outstanding
  }
}

/** The material cannot be recorded as it is. */
export class MaterialRefused extends Error {
  override readonly name = 'MaterialRefused'
}
