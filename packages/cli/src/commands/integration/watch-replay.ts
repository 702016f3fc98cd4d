import { setTimeout as delay } from 'node:timers/promises'

import type { Replay } from '@chainloop/sdk/model/fan-out'

import type { Session } from '../../core/session.ts'

const lookEveryMs = 1_000
const logEveryMs = 10_000

/** Until everything was delivered or given up; tells how far it is meanwhile. */
export async function watchReplay(session: Session, started: Replay): Promise<Replay> {
  const { io } = session
  const client = await session.client()
  const { toReplay } = await import('@chainloop/sdk/model/fan-out')
  let said = 0
  for (let replay = started; ;) {
    if (replay.state !== 'running' && replay.pending === 0) {
      io.status?.('')
      return replay
    }
    const line = `${replay.delivered + replay.failed} of ${replay.total}, ${replay.failed} failed`
    if (io.status) io.status(line)
    else if (Date.now() - said > logEveryMs) {
      io.info(line)
      said = Date.now()
    }
    await delay(lookEveryMs)
    replay = toReplay((await client.deliveries.describeReplay({ id: replay.id })).replay)
  }
}
