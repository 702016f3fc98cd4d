import type { IncomingMessage } from 'node:http'

import { ErrorInfoSchema } from '@chainloop/proto/google/rpc/error_details'
import { Code, ConnectError } from '@connectrpc/connect'

import { readBody } from '../http/request.ts'

/** By HTTP status, as the CAS answers them (`{ code, message, reason? }`); 409 asks to look where the upload is. */
const CODES: Readonly<Record<number, Code>> = {
  400: Code.InvalidArgument,
  401: Code.Unauthenticated,
  403: Code.PermissionDenied,
  409: Code.Aborted,
  413: Code.ResourceExhausted,
  429: Code.Unavailable,
}

/** Why the CAS does not take an upload, as gRPC would say it. What it has forgotten can be sent again: `unavailable`. */
export async function refusalOf(response: IncomingMessage): Promise<ConnectError> {
  const { statusCode = 0 } = response
  const { message, reason } = await said(response)
  if (statusCode === 404) {
    return new ConnectError('the CAS has lost the upload, which starts again', Code.Unavailable)
  }
  const code = CODES[statusCode] ?? (statusCode >= 502 ? Code.Unavailable : Code.Internal)
  const details =
    reason === undefined ? [] : [{ desc: ErrorInfoSchema, value: { reason, domain: 'chainloop' } }]
  const text = message ?? `the CAS answered with status ${statusCode}`
  return new ConnectError(text, code, undefined, details)
}

async function said(response: IncomingMessage): Promise<{ message?: string; reason?: string }> {
  try {
    const body: unknown = JSON.parse((await readBody(response, 64 << 10)).toString('utf8'))
    if (typeof body !== 'object' || body === null) return {}
    return {
      ...('message' in body && typeof body.message === 'string' ? { message: body.message } : {}),
      ...('reason' in body && typeof body.reason === 'string' ? { reason: body.reason } : {}),
    }
  } catch {
    return {}
  }
}
