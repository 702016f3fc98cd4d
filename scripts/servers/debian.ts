import { existsSync } from 'node:fs'

import { run } from '../lib/process.ts'
import { findProgram } from './daemon.ts'

/** Installs a package where that is possible without asking: as root on Debian. True when it was done. */
export async function aptInstall(name: string): Promise<boolean> {
  const apt = findProgram('apt-get')
  if (apt === undefined || process.getuid?.() !== 0) return false
  if (!existsSync('/etc/debian_version')) return false

  // RUNLEVEL keeps invoke-rc.d from starting services that nobody would stop.
  const env = { DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' }
  await run(apt, ['update', '-qq'], { env })
  const done = await run(apt, ['install', '-y', '-qq', '--no-install-recommends', name], { env })
  return done.code === 0
}
