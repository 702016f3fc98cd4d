import {
  Code,
  ConnectError,
  type Interceptor,
  type StreamRequest,
  type UnaryRequest,
} from '@connectrpc/connect'

import type { Endpoint } from './endpoint.ts'

/** Says which address did not answer, and why, where the transport only says that something failed. */
export function withAddress(endpoint: Endpoint): Interceptor {
  return (next) => async (request) => {
    try {
      return await next(request)
    } catch (cause) {
      const error = ConnectError.from(cause)
      if (request.signal.aborted) throw error
      throw notOffered(endpoint, request, error) ?? locate(endpoint, error)
    }
  }
}

/** A server that has never heard of a method answers in plain HTTP. */
function notOffered(
  endpoint: Endpoint,
  { service, method }: Pick<UnaryRequest | StreamRequest, 'service' | 'method'>,
  error: ConnectError,
): ConnectError | undefined {
  if (error.code !== Code.Unimplemented) return undefined
  return new ConnectError(
    `the ${endpoint.name} at ${endpoint.address} does not offer ${service.typeName}/${method.name}`,
    Code.Unimplemented,
    error.metadata,
    undefined,
    error,
  )
}

function locate(endpoint: Endpoint, error: ConnectError): ConnectError {
  const problem = transportProblem(error)
  if (problem === undefined) return error
  return new ConnectError(
    `the ${endpoint.name} at ${endpoint.address} ${problem}`,
    Code.Unavailable,
    error.metadata,
    undefined,
    error.cause ?? error,
  )
}

const PROBLEMS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'does not answer: connection refused',
  ENOTFOUND: 'cannot be found: no such host',
  EAI_AGAIN: 'cannot be found: the name service does not answer',
  ECONNRESET: 'closed the connection',
  EPIPE: 'closed the connection',
  ETIMEDOUT: 'does not answer: timed out',
  EHOSTUNREACH: 'cannot be reached: no route to host',
  ENETUNREACH: 'cannot be reached: no network',
  ERR_HTTP2_ERROR: 'does not speak HTTP/2 in cleartext; is it a TLS port?',
  ERR_SSL_WRONG_VERSION_NUMBER: 'does not speak TLS; is it a cleartext port (insecure)?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'does not speak TLS; is it a cleartext port (insecure)?',
  SELF_SIGNED_CERT_IN_CHAIN: 'has a certificate that nobody here trusts; give its CA',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'has a certificate that nobody here trusts; give its CA',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'has a certificate that nobody here trusts; give its CA',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'has a certificate that nobody here trusts; give its CA',
  CERT_HAS_EXPIRED: 'has a certificate that has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'has a certificate for another name',
}

/** Undefined for what the server itself has said. */
function transportProblem(error: ConnectError): string | undefined {
  for (const code of codesOf(error)) {
    const problem = PROBLEMS[code]
    if (problem !== undefined) return problem
  }
  if (error.rawMessage.includes('PING timed out')) return 'has stopped answering'
  // The peer went away; nobody here has cancelled anything.
  const isGone = error.code === Code.Canceled && error.rawMessage.startsWith('http/2 stream closed')
  return isGone ? 'closed the connection; does it speak TLS?' : undefined
}

/** Node's error codes along the chain of causes; an AggregateError of several addresses counts too. */
function codesOf(error: unknown, depth = 0): readonly string[] {
  if (depth > 5 || typeof error !== 'object' || error === null) return []
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown }
  return [
    ...(typeof code === 'string' ? [code] : []),
    ...codesOf(cause, depth + 1),
    ...(Array.isArray(errors) ? errors.flatMap((inner) => codesOf(inner, depth + 1)) : []),
  ]
}
