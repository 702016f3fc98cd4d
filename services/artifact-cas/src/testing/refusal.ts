import { ErrorInfoSchema } from '@chainloop/proto/google/rpc/error_details'
import { Code, ConnectError } from '@connectrpc/connect'

/** How a call was refused: code, reason, message. */
export async function refusal(
  call: Promise<unknown>,
): Promise<[code: string | undefined, reason: string | undefined, message: string]> {
  const outcome = await call.then(
    () => new Error('it was not refused'),
    (cause: unknown) => cause,
  )
  const error = ConnectError.from(outcome)
  return [Code[error.code], error.findDetails(ErrorInfoSchema)[0]?.reason, error.rawMessage]
}
