/** Something wrong at one place of a contract. `line` and `column` count from 1. */
export interface ContractProblem {
  /** `spec.materials[2].name`; empty for the whole document. */
  readonly path: string
  readonly line: number
  readonly column: number
  readonly message: string
}

/** Every problem of the document at once, in the order of the text. */
export class InvalidContract extends Error {
  override readonly name = 'InvalidContract'
  readonly problems: readonly ContractProblem[]

  constructor(problems: readonly ContractProblem[]) {
    super(`invalid contract: ${problems.map(describeProblem).join('; ')}`)
    this.problems = problems
  }
}

/** `line 4, column 7, spec.materials[0].name: …` */
export function describeProblem({ path, line, column, message }: ContractProblem): string {
  const place = `line ${line}, column ${column}`
  return `${path === '' ? place : `${place}, ${path}`}: ${message}`
}
