import type { Message } from '@bufbuild/protobuf'
import type { ReferencedFile } from '@chainloop/proto/contracts/v1/pin'
import type { HandlerContext } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { type Closing, withClosures } from '../contracts/closing.ts'
import { actorOf } from './actor-key.ts'
import { idempotently } from './idempotent.ts'

/** `idempotently` for what may write contracts: looks up what they refer to, between two tries and outside of both. */
export function closing<C extends Pick<Context, 'db' | 'documentSource'>, T>(
  ctx: C,
  about: { call: HandlerContext; request: Message & { readonly files: readonly ReferencedFile[] } },
  work: (ctx: C & Closing) => Promise<T>,
): Promise<T> {
  const asking = { actor: actorOf(about.call), files: about.request.files }
  return withClosures(ctx, asking, (closures) => idempotently({ ...ctx, ...closures }, about, work))
}
