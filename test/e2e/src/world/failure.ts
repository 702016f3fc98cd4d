import { type Code, ConnectError } from '@connectrpc/connect'

/** What a call that has to fail was answered; rejects when it did not fail. */
export async function failureOf(
  call: Promise<unknown>,
): Promise<{ readonly code: Code; readonly message: string }> {
  try {
    await call
  } catch (cause) {
    const { code, rawMessage } = ConnectError.from(cause)
    return { code, message: rawMessage }
  }
  throw new Error('the call should have been refused, and succeeded')
}
