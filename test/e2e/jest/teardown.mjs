import { rmSync } from 'node:fs'

export default function tidy() {
  const folder = process.env.CHAINLOOP_E2E
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true })
}
