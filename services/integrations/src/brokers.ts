import { z } from 'zod'

const host = String.raw`(?:[\w.-]+|\[[0-9a-fA-F:]+\])`
const pattern = new RegExp(`^${host}:\\d{1,5}(?:\\s*,\\s*${host}:\\d{1,5})*$`)

/** `host:port`, and more of them. */
export const brokerAddresses = z
  .string()
  .regex(pattern, 'must be host:port, several of them separated by commas')

export function addressesIn(text: string): readonly string[] {
  return text.split(',').map((address) => address.trim())
}
