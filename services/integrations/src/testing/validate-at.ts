import type { Plugin, TargetFacts } from '@chainloop/plugin-sdk/plugin'

import { openEgress } from '../host/egress.ts'

export interface TestValidation {
  readonly registration: Readonly<Record<string, unknown>>
  /** When given, the attachment is tried after the registration. */
  readonly attachment?: Readonly<Record<string, unknown>>
}

/** Tries settings as registering and attaching do, through the guard. Every name is 127.0.0.1. */
export async function validateAt(
  plugin: Plugin,
  { registration, attachment }: TestValidation,
): Promise<TargetFacts> {
  await using ways = openEgress({
    allow: ['127.0.0.1'],
    resolve: async () => [{ address: '127.0.0.1' }],
  })
  const { signal } = new AbortController()
  const facts = (await plugin.validate?.({ registration, ...ways, signal })) ?? {}
  if (attachment) {
    await plugin.validateAttachment?.({ registration, attachment, ...ways, signal })
  }
  return facts
}
