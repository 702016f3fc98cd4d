import { timestampFromDate } from '@bufbuild/protobuf/wkt'
import type { GroupService } from '@chainloop/proto/controlplane/v1/group'
import type { ServiceImpl } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import * as members from '../groups/manage-group-members.ts'
import * as groups from '../groups/manage-groups.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'
import { PROJECT_ROLE_NUMBERS } from './member-role-message.ts'
import { offsetPageMessage } from './page-message.ts'
import { pageOf } from './page-of.ts'
import { groupMemberMessage, groupMessage, pendingInvitationMessage } from './people-message.ts'
import { reference } from './reference.ts'

type Deps = Pick<Context, 'db'>
type Methods<K extends keyof ServiceImpl<typeof GroupService>> = Pick<
  ServiceImpl<typeof GroupService>,
  K
>

export function groupService(ctx: Deps): ServiceImpl<typeof GroupService> {
  return { ...groupMethods(ctx), ...memberMethods(ctx), ...listMethods(ctx) }
}

function groupMethods(ctx: Deps): Methods<'create' | 'get' | 'list' | 'update' | 'delete'> {
  return {
    create: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => ({
        group: groupMessage(await groups.createGroup(tx, actorOf(call), req)),
      })),

    get: async (req, call) => ({
      group: groupMessage(
        await groups.getGroup(ctx.db, actorOf(call), reference(req.groupReference)),
      ),
    }),

    async list(req, call) {
      const { page, ...slice } = pageOf(req.pagination)
      const { name, description, memberEmail } = req
      const filter = { name, description, memberEmail, ...slice }
      const { items, totalCount } = await groups.listGroups(ctx, actorOf(call), filter)
      return { groups: items.map(groupMessage), pagination: offsetPageMessage(page, totalCount) }
    },

    update: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const change = {
          group: reference(req.groupReference),
          name: req.newName,
          description: req.newDescription,
        }
        return { group: groupMessage(await groups.updateGroup(tx, actorOf(call), change)) }
      }),

    delete: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await groups.deleteGroup(tx, actorOf(call), reference(req.groupReference))
        return {}
      }),
  }
}

function memberMethods(
  ctx: Deps,
): Methods<'addMember' | 'removeMember' | 'updateMemberMaintainerStatus'> {
  return {
    addMember: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await members.addGroupMember(tx, actorOf(call), {
          group: reference(req.groupReference),
          email: req.userEmail,
          maintainer: req.isMaintainer,
        })
        return {}
      }),

    removeMember: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        const group = reference(req.groupReference)
        await members.removeGroupMember(tx, actorOf(call), { group, email: req.userEmail })
        return {}
      }),

    updateMemberMaintainerStatus: (req, call) =>
      idempotently(ctx, { call, request: req }, async (tx) => {
        await members.setGroupMaintainer(tx, actorOf(call), {
          group: reference(req.groupReference),
          userId: req.userId,
          maintainer: req.isMaintainer,
        })
        return {}
      }),
  }
}

function listMethods(
  ctx: Deps,
): Methods<'listMembers' | 'listPendingInvitations' | 'listProjects'> {
  return {
    async listMembers(req, call) {
      const { page, ...slice } = pageOf(req.pagination)
      const { items, totalCount } = await members.listGroupMembers(ctx, actorOf(call), {
        group: reference(req.groupReference),
        maintainer: req.maintainers,
        email: req.memberEmail,
        ...slice,
      })
      return {
        members: items.map(groupMemberMessage),
        pagination: offsetPageMessage(page, totalCount),
      }
    },

    async listPendingInvitations(req, call) {
      const { page, ...slice } = pageOf(req.pagination)
      const wanted = { group: reference(req.groupReference), ...slice }
      const { items, totalCount } = await members.listGroupInvitations(ctx, actorOf(call), wanted)
      return {
        invitations: items.map(pendingInvitationMessage),
        pagination: offsetPageMessage(page, totalCount),
      }
    },

    async listProjects(req, call) {
      const { page, ...slice } = pageOf(req.pagination)
      const wanted = { group: reference(req.groupReference), ...slice }
      const { items, totalCount } = await members.listGroupProjects(ctx, actorOf(call), wanted)
      const projects = items.map(({ latestVersionId, createdAt, role, ...project }) => ({
        ...project,
        role: PROJECT_ROLE_NUMBERS[role],
        ...(latestVersionId === undefined ? {} : { latestVersionId }),
        createdAt: timestampFromDate(createdAt),
      }))
      return { projects, pagination: offsetPageMessage(page, totalCount) }
    },
  }
}
