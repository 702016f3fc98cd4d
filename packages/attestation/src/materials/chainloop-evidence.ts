import { Misshapen, member, optional, stringAt } from '../json/shape.ts'
import type { Place } from '../json/shape.ts'
import type { Crafter } from './crafter.ts'
import type { MaterialKind } from './material-kind.ts'
import { documentCrafter } from './read-document.ts'
import type { SchemaCheck } from './schema-check.ts'
import {
  aiAgentConfigSchema,
  aiCodingSessionSchema,
  prInfoSchema,
  runnerContextSchema,
} from './schemas/chainloop-schemas.ts'
import { lazySchema, type Schema } from './schemas/schema-loader.ts'

/** Evidence that collectors of ours make: an envelope with the kind's name and `data`. */
function envelope(
  kind: MaterialKind,
  schema: Schema,
  annotate: (data: Place) => Record<string, string>,
): Crafter {
  const check = lazySchema(schema)
  return documentCrafter(kind, async (document) => {
    const id = member(document, 'chainloop.material.evidence.id')
    if (stringAt(id) !== kind) throw new Misshapen(id.path, `is not ${kind}`)
    const data = member(document, 'data')
    assertSchema(await check(), data)
    return { annotations: annotate(data) }
  })
}

export const chainloopPrInfo = envelope('CHAINLOOP_PR_INFO', prInfoSchema, () => ({}))

export const chainloopAiAgentConfig = envelope(
  'CHAINLOOP_AI_AGENT_CONFIG',
  aiAgentConfigSchema,
  (data) => ({
    'chainloop.material.aiagent.name': agentName(data),
  }),
)

export const chainloopAiCodingSession = envelope(
  'CHAINLOOP_AI_CODING_SESSION',
  aiCodingSessionSchema,
  (data) => {
    const model = optional(member(data, 'model'), (used) =>
      optional(member(used, 'primary'), stringAt),
    )
    return {
      'chainloop.material.aiagent.name': agentName(data),
      ...(model && { 'chainloop.material.aiagent.model': model }),
    }
  },
)

const runnerContext = lazySchema(runnerContextSchema)

/** What a source forge says about the repository of a run. */
export const chainloopRunnerContext = documentCrafter(
  'CHAINLOOP_RUNNER_CONTEXT',
  async (document) => {
    assertSchema(await runnerContext(), document)
    return { annotations: {} }
  },
)

function agentName(data: Place): string {
  return stringAt(member(member(data, 'agent'), 'name'))
}

function assertSchema(check: SchemaCheck, { value, path }: Place): void {
  const violation = check(value ?? null)
  if (violation !== undefined) throw new Misshapen(path, `is not as it should be: ${violation}`)
}
