import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

/** What a mail server answered, sorted: 4yz may pass, 5yz will not (RFC 5321 §4.2.1); the rest is about the connection. */
export function toSmtpError(cause: unknown): DeliveryError {
  const message = textOf(cause, 'message')
  const responseCode = numberOf(cause, 'responseCode')
  const details = { cause, ...(responseCode === undefined ? {} : { responseCode }) }
  const refused = responseCode !== undefined && responseCode >= 500
  const noTls = textOf(cause, 'code') === 'ETLS'
  return new DeliveryError(refused || noTls ? 'permanent' : 'retryable', message, details)
}

function textOf(object: unknown, key: string): string {
  const value: unknown =
    typeof object === 'object' && object !== null ? Reflect.get(object, key) : ''
  return typeof value === 'string' ? value : ''
}

function numberOf(object: unknown, key: string): number | undefined {
  const value: unknown =
    typeof object === 'object' && object !== null ? Reflect.get(object, key) : 0
  return typeof value === 'number' ? value : undefined
}
