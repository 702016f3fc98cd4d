import type { IncomingMessage } from 'node:http'

import type { Origin } from '../limits.ts'

export function originOf({ socket, headers }: IncomingMessage): Origin {
  const forwarded = headers['x-forwarded-for'] ?? ''
  return {
    peer: socket.remoteAddress ?? '',
    forwardedFor: typeof forwarded === 'string' ? forwarded : forwarded.join(','),
  }
}
