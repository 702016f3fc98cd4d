import type { CASBackendService } from '@chainloop/proto/controlplane/v1/cas_backends'
import type { ServiceImpl } from '@connectrpc/connect'

import * as casBackends from '../cas-backends/cas-backend-repo.ts'
import type { Context } from '../context.ts'
import { actorOf } from './actor-key.ts'
import { casBackendMessage } from './cas-backend-message.ts'
import { notBuilt } from './not-built.ts'

export function casBackendService({
  db,
}: Pick<Context, 'db'>): ServiceImpl<typeof CASBackendService> {
  return {
    async list(_req, call) {
      return { result: (await casBackends.list(db, actorOf(call))).map(casBackendMessage) }
    },
    create: notBuilt,
    update: notBuilt,
    delete: notBuilt,
    revalidate: notBuilt,
  }
}
