import {
  type DescMethod,
  type DescMethodStreaming,
  fromJson,
  type JsonValue,
} from '@bufbuild/protobuf'
import { errorInterceptor } from '@chainloop/kit/rpc/errors'
import { validationInterceptor } from '@chainloop/kit/rpc/validation'
import {
  Code,
  ConnectError,
  createRouterTransport,
  type Interceptor,
  type Transport,
} from '@connectrpc/connect'

import type { Actor } from '../../auth/actor.ts'
import type { Context } from '../../context.ts'
import type { Db } from '../../db/db.ts'
import { accessOf } from '../access.ts'
import { actorKey } from '../actor-key.ts'
import { isAdmitted } from '../gate.ts'
import { refusalInterceptor } from '../refusals.ts'
import { apiRoutes } from '../routes.ts'

/** `yes`, or how it failed. */
export interface Result {
  readonly outcome: string
  /** The message, or that of the error. */
  readonly answer: unknown
}

export interface Attempt {
  readonly method: DescMethod
  /** Protobuf JSON. */
  readonly request: Readonly<Record<string, unknown>>
}

export interface InProcess {
  /** As a client would call it; nothing that it does stays. */
  attempt(actor: Actor, attempt: Attempt): Promise<Result>
}

/**
 * The API without sockets: what the gate decides, then validation and handlers, in a transaction that is rolled back.
 * Who calls is known before: the tests of `auth/` are about that.
 */
export function serveInProcess(ctx: Context): InProcess {
  let current: Db = ctx.db
  let caller: Actor | undefined
  const db = new Proxy(ctx.db, {
    get(_target, name) {
      const value: unknown = Reflect.get(current, name, current)
      return typeof value === 'function' ? (value.bind(current) as unknown) : value
    },
  })
  const asCaller: Interceptor = (next) => (req) => {
    if (caller) req.contextValues.set(actorKey, caller)
    return next(req)
  }
  const transport = createRouterTransport(apiRoutes({ ...ctx, db }), {
    router: {
      interceptors: [
        errorInterceptor(ctx.log),
        asCaller,
        validationInterceptor(),
        refusalInterceptor({ ...ctx, db }),
      ],
    },
  })

  return {
    async attempt(actor, { method, request }) {
      const needed = accessOf(method)
      if (needed !== 'anyone' && actor.kind === 'anonymous') return { outcome: 'who?', answer: '' }
      if (needed === undefined || !isAdmitted(actor, needed)) return { outcome: 'no', answer: '' }
      caller = actor
      if (needed.endsWith(':read')) return call(transport, method, request)
      let result: Result = { outcome: 'nothing', answer: '' }
      await ctx.db
        .transaction()
        .execute(async (tx) => {
          current = tx
          result = await call(transport, method, request)
          throw new RolledBack()
        })
        .catch((cause: unknown) => {
          if (!(cause instanceof RolledBack)) throw cause
        })
      current = ctx.db
      return result
    },
  }
}

class RolledBack extends Error {}

async function call(
  transport: Transport,
  method: DescMethod,
  request: Readonly<Record<string, unknown>>,
): Promise<Result> {
  const message = fromJson(method.input, request as JsonValue)
  try {
    return { outcome: 'yes', answer: await answerOf(transport, method, message) }
  } catch (cause) {
    const error = ConnectError.from(cause)
    return { outcome: wordFor(error.code), answer: error.rawMessage }
  }
}

async function answerOf(
  transport: Transport,
  method: DescMethod,
  message: ReturnType<typeof fromJson>,
): Promise<unknown> {
  if (method.methodKind === 'unary') {
    const unary = { ...method, methodKind: 'unary' } as const
    return (await transport.unary(unary, undefined, undefined, {}, message)).message
  }
  const streaming = method as DescMethodStreaming
  const { message: messages } = await transport.stream(
    streaming,
    undefined,
    undefined,
    {},
    once(message),
  )
  return Array.fromAsync(messages)
}

async function* once<T>(message: T): AsyncIterable<T> {
  yield await Promise.resolve(message)
}

function wordFor(code: Code): string {
  switch (code) {
    case Code.Unauthenticated:
      return 'who?'
    case Code.PermissionDenied:
      return 'no'
    case Code.NotFound:
      return 'hidden'
    default:
      return Code[code].replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ').toLowerCase()
  }
}
