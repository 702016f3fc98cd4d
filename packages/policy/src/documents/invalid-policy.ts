import {
  describeProblem,
  type ContractProblem,
} from '@chainloop/attestation/contract/contract-problem'

/** The document is no policy and no group. Everything that is wrong at once, in the order of the text. */
export class InvalidPolicy extends Error {
  override readonly name = 'InvalidPolicy'
  readonly problems: readonly ContractProblem[]

  constructor(problems: readonly ContractProblem[]) {
    super(problems.map(describeProblem).join('; '))
    this.problems = problems
  }
}
