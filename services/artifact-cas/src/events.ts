import { Counter, type Registry } from 'prom-client'

/** What happened, counted. */
export interface Events {
  readonly received: (bytes: number) => void
  readonly sent: (bytes: number) => void
  uploaded(upload: { readonly bytes: number; readonly deduplicated: boolean }): void
}

export function createEvents(registry: Registry): Events {
  const registers = [registry]
  const moved = new Counter({
    name: 'cas_transferred_bytes_total',
    help: 'Bytes of blobs that clients sent or got',
    labelNames: ['direction'],
    registers,
  })
  const uploads = new Counter({
    name: 'cas_uploads_total',
    help: 'Uploads that were verified, stored and recorded',
    labelNames: ['deduplicated'],
    registers,
  })
  return {
    received: (bytes) => moved.inc({ direction: 'in' }, bytes),
    sent: (bytes) => moved.inc({ direction: 'out' }, bytes),
    uploaded: ({ deduplicated }) => uploads.inc({ deduplicated: String(deduplicated) }),
  }
}
