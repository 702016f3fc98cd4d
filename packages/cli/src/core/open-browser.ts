import { spawn } from 'node:child_process'

import type { Io } from './io.ts'

/** False: there is no browser that could be opened from here. */
export async function openBrowser({ env }: Pick<Io, 'env'>, url: string): Promise<boolean> {
  const [program, ...args] = launcher(env)
  if (program === undefined) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const child = spawn(program, [...args, url], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, ...env },
  })
  child.once('error', () => {
    resolve(false)
  })
  child.once('spawn', () => {
    child.unref()
    resolve(true)
  })
  return promise
}

function launcher(env: Io['env']): readonly string[] {
  if (env['BROWSER']) return [env['BROWSER']]
  switch (process.platform) {
    case 'darwin':
      return ['open']
    case 'win32':
      // The first argument of `start` in quotes would be a window title.
      return ['rundll32', 'url.dll,FileProtocolHandler']
    default:
      return env['DISPLAY'] || env['WAYLAND_DISPLAY'] ? ['xdg-open'] : []
  }
}

/** Over SSH a browser would open on the wrong machine. */
export function isRemote({ env }: Pick<Io, 'env'>): boolean {
  return Boolean(env['SSH_CLIENT'] || env['SSH_TTY'] || env['SSH_CONNECTION'])
}
