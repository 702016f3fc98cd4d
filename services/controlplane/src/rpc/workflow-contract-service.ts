import { unimplemented } from '@chainloop/kit/errors'
import {
  type WorkflowContractService,
  WorkflowContractServiceApplyResponse_ApplyStatus as ApplyStatus,
} from '@chainloop/proto/controlplane/v1/workflow_contract'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { type Applied, applyContract } from '../contracts/apply-contract.ts'
import { createContract } from '../contracts/create-contract.ts'
import { deleteContract } from '../contracts/delete-contract.ts'
import { getContract, getRevision } from '../contracts/get-contract.ts'
import { listContracts } from '../contracts/list-contracts.ts'
import { updateContract } from '../contracts/update-contract.ts'
import { offsetPage } from '../pages.ts'
import { actorOf } from './actor-key.ts'
import { closing } from './closing.ts'
import { contractMessage, contractRevisionMessage, pinMessage } from './contract-message.ts'
import { idempotently } from './idempotent.ts'
import { offsetPageMessage } from './page-message.ts'
import { projectReference } from './reference.ts'

const STATUS = {
  created: ApplyStatus.CREATED,
  updated: ApplyStatus.UPDATED,
  unchanged: ApplyStatus.UNCHANGED,
} as const satisfies Record<Applied['status'], ApplyStatus>

/** For clients that do not know of pages. */
const FIRST_CONTRACTS = { number: 1, size: 1000 }

export function workflowContractService(
  ctx: Pick<Context, 'db' | 'documentSource'>,
): ServiceImpl<typeof WorkflowContractService> {
  return {
    async list({ pagination }, call) {
      const page = pagination ? offsetPage(pagination) : FIRST_CONTRACTS
      const { items, totalCount } = await listContracts(ctx, actorOf(call), page)
      return { result: items.map(contractMessage), pagination: offsetPageMessage(page, totalCount) }
    },

    async describe({ name, revision: number }, call) {
      const contract = await getContract(ctx.db, actorOf(call), { name })
      const revision = await getRevision(ctx.db, contract, number)
      return {
        result: {
          contract: contractMessage(contract),
          revision: contractRevisionMessage(revision, contract),
        },
      }
    },

    create: (req, call) =>
      closing(ctx, { call, request: req }, async (tx) => {
        const { name, rawContract, description } = req
        const project = projectReference(req.projectReference)
        const input = { name, rawContract, description, project }
        return { result: contractMessage(await createContract(tx, actorOf(call), input)) }
      }),

    update: (req, call) =>
      closing(ctx, { call, request: req }, async (tx) => {
        const { name, rawContract, description } = req
        const input = { name, rawContract, description }
        const { contract, revision } = await updateContract(tx, actorOf(call), input)
        return {
          result: {
            contract: contractMessage(contract),
            revision: contractRevisionMessage(revision, contract),
          },
        }
      }),

    apply: (req, call) =>
      closing(ctx, { call, request: req }, async (tx) => {
        if (req.batchPolicyNames.length > 0 || req.batchPolicyGroupNames.length > 0) {
          throw unimplemented('policies cannot be applied together with a contract')
        }
        const input = { rawContract: req.rawSchema, dryRun: req.dryRun }
        const { status, contract, revision, pins } = await applyContract(tx, actorOf(call), input)
        return {
          ...(contract ? { result: contractMessage(contract) } : {}),
          changed: status !== 'unchanged',
          status: STATUS[status],
          currentRevision: revision,
          pins: pins.map(pinMessage),
        }
      }),

    delete: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await deleteContract(tx, actorOf(call), req)
        return {}
      }),
  }
}
