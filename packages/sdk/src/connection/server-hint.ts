import { ErrorInfoSchema } from '@chainloop/proto/google/rpc/error_details'
import { ConnectError } from '@connectrpc/connect'

/** What the server advises (`google.rpc.ErrorInfo`, `metadata.hint`); undefined: nothing. */
export function serverHint(error: unknown): string | undefined {
  if (!(error instanceof ConnectError)) return undefined
  const hints = error.findDetails(ErrorInfoSchema).map(({ metadata }) => metadata['hint'])
  return hints.find((hint) => hint !== undefined && hint !== '')
}

/** The machine-readable reason (`google.rpc.ErrorInfo`, `reason`) that the server gives; undefined: none. */
export function serverReason(error: unknown): string | undefined {
  if (!(error instanceof ConnectError)) return undefined
  return error.findDetails(ErrorInfoSchema)[0]?.reason
}
