import { z } from 'zod'

import type { Facts } from './facts.ts'

export interface EvaluatorJob {
  readonly filter: string | undefined
  readonly templates: Readonly<Record<string, string>>
  /** Undefined: they are only read. */
  readonly facts: Facts | undefined
}

export const evaluatorAnswerShape = z.union([
  /** The texts are empty where the filter does not hold. */
  z.object({ holds: z.boolean(), texts: z.record(z.string(), z.string()) }),
  z.object({ failure: z.string() }),
])

export type EvaluatorAnswer = z.output<typeof evaluatorAnswerShape>
