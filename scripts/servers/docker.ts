import { setTimeout as delay } from 'node:timers/promises'

import { run } from '../lib/process.ts'
import { accepts, findProgram } from './daemon.ts'
import type { RunningServer, ServerKind } from './server.ts'

/** Undefined when there is no Docker daemon to ask. */
export async function startContainer(kind: ServerKind): Promise<RunningServer | undefined> {
  const docker = findProgram('docker')
  if (docker === undefined || (await run(docker, ['info'])).code !== 0) return undefined

  const { image, port, env } = kind.docker
  const started = await run(docker, [
    'run',
    '--detach',
    '--rm',
    '--publish',
    `127.0.0.1:0:${port}`,
    ...env.flatMap((assignment) => ['--env', assignment]),
    image,
  ])
  const id = started.output.trim().split('\n').at(-1) ?? ''
  if (started.code !== 0) throw new Error(`docker run ${image} failed:\n${started.output}`)

  await using stack = new AsyncDisposableStack()
  stack.defer(async () => {
    await run(docker, ['rm', '--force', '--volumes', id], { uninterrupted: true })
  })
  const published = await run(docker, ['port', id, `${port}/tcp`])
  const hostPort = Number(published.output.trim().split('\n')[0]?.split(':').at(-1))
  if (!(await accepts(hostPort)) || !(await answers(docker, id, kind)))
    throw new Error(`${image} does not answer on port ${hostPort}`)

  const open = stack.move()
  return {
    url: kind.urlAt('127.0.0.1', hostPort),
    origin: `Docker image ${image}`,
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/** Docker's proxy accepts before the server inside does. */
async function answers(
  docker: string,
  id: string,
  { docker: { ready } }: ServerKind,
): Promise<boolean> {
  if (ready === undefined) return true
  for (let attempt = 0; attempt < 120; attempt++) {
    const { code } = await run(docker, ['exec', id, ...ready])
    if (code === 0) return true
    await delay(500)
  }
  return false
}
