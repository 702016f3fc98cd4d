import type { EvaluatorAnswer, EvaluatorJob } from './evaluator-messages.ts'
import { checkExpression, checkTemplate, evaluate, render } from './expressions.ts'

/** The process in which expressions of attachments are evaluated: one job at a time. */

function answer({ filter, templates, facts }: EvaluatorJob): EvaluatorAnswer {
  const failed = (setting: string, cause: unknown): EvaluatorAnswer => ({
    failure: `${setting}: ${cause instanceof Error ? cause.message : String(cause)}`,
  })
  const texts: Record<string, string> = {}
  let holds = true
  try {
    if (filter !== undefined && facts) {
      const value = evaluate(filter, facts)
      if (typeof value !== 'boolean')
        return failed('filter_expression', 'it gives no true or false')
      holds = value
    } else if (filter !== undefined) checkExpression(filter)
  } catch (cause) {
    return failed('filter_expression', cause)
  }
  for (const [name, template] of Object.entries(templates)) {
    try {
      if (!facts) checkTemplate(template)
      else if (holds) texts[name] = render(template, facts)
    } catch (cause) {
      return failed(`template_${name}`, cause)
    }
  }
  return { holds, texts }
}

process.on('message', (job) => process.send?.(answer(job as EvaluatorJob)))
process.on('disconnect', () => process.exit())
process.send?.('ready')
