import { setTimeout as sleep } from 'node:timers/promises'

import { Code, ConnectError } from '@connectrpc/connect'

import type { Client } from '../../client.ts'
import { backOff } from '../../connection/retry.ts'
import { AlreadyInitialized, NotInitialized, type Session } from '../session.ts'
import { fromStateMessage } from './state-from-message.ts'
import { evaluationMessage, materialMessage, toStateMessage } from './state-message.ts'
import type { Addition, Appended, StateStore } from './state-store.ts'

const MAX_ATTEMPTS = 100

/**
 * State that the control plane keeps, for jobs without a common disk. The server orders what jobs append. Any other
 * change names the state that it was made of (compare-and-swap); when somebody else was faster it is made again.
 */
export function remoteStateStore(
  { states, runTokens }: Pick<Client, 'states' | 'runTokens'>,
  runId: string,
): StateStore {
  const workflowRunId = runId

  const read = async (): Promise<{ session: Session; digest: string } | undefined> => {
    try {
      const { result } = await states.read({ workflowRunId })
      if (result?.attestationState === undefined) return undefined
      const { attestationState: message, digest } = result
      const session = { state: fromStateMessage(message), dashboardUrl: message.uiDashboardUrl }
      return { session, digest }
    } catch (cause) {
      if (codeOf(cause) === Code.NotFound) return undefined
      throw cause
    }
  }

  const save = async (session: Session, baseDigest: string): Promise<void> => {
    const attestationState = toStateMessage(session.state, session.dashboardUrl)
    await states.save({ workflowRunId, attestationState, baseDigest })
  }

  return {
    read: async () => (await read())?.session,

    create: async (session, { replace = false } = {}) => {
      const current = await read()
      if (current !== undefined && !replace) throw new AlreadyInitialized()
      await save(session, current?.digest ?? '')
    },

    update: async (change) => {
      for (let attempt = 1; ; attempt += 1) {
        const current = await read()
        if (current === undefined) throw new NotInitialized()
        const next = change(current.session)
        try {
          await save(next, current.digest)
          return next
        } catch (cause) {
          if (codeOf(cause) !== Code.Aborted || attempt >= MAX_ATTEMPTS) throw cause
          await sleep(backOff(Math.min(attempt, 4)))
        }
      }
    },

    append: (addition) => append(runTokens, runId, addition),

    remove: async () => {
      await states.reset({ workflowRunId })
    },
  }
}

async function append(
  runs: Client['runTokens'],
  runId: string,
  { materials, annotations = {}, policyEvaluations = [] }: Addition,
): Promise<Appended> {
  try {
    const { replaced } = await runs.appendState({
      runId,
      materials: Object.fromEntries(materials.map((one) => [one.name, materialMessage(one)])),
      annotations,
      policyEvaluations: policyEvaluations.map(evaluationMessage),
    })
    return { replaced }
  } catch (cause) {
    if (codeOf(cause) === Code.NotFound) throw new NotInitialized()
    throw cause
  }
}

function codeOf(cause: unknown): Code | undefined {
  return cause instanceof ConnectError ? cause.code : undefined
}
