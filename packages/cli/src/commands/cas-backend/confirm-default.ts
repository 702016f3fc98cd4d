import { confirm } from '../../core/confirm.ts'
import type { Session } from '../../core/session.ts'

/** Asks if another one is the default now. */
export async function confirmDefault(session: Session, name: string): Promise<void> {
  const client = await session.client()
  const { result } = await client.casBackends.list({})
  const current = result.find((one) => one.default)
  if (!current || current.name === name) return
  await confirm(session, `Make ${name} the default instead of ${current.name}?`)
}
