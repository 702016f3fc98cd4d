/**
 * `node scripts/run.mjs <verb> [arguments]`: what every npm script of this repository calls.
 *
 * Runs on whatever Node the machine has (20 or later) and needs no dependency: it installs the
 * workspace with a pinned pnpm, generates the code, and hands over to the Node that the project brings.
 */
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const packageManager = 'pnpm@12.21.0'
const root = fileURLToPath(new URL('..', import.meta.url))
const bin = join(root, 'node_modules', '.bin')
const projectNode = join(root, 'node_modules', 'node', 'bin', 'node')
const stampFile = join(root, 'node_modules', '.chainloop.json')

const verbs = {
  quickstart: 'scripts/quickstart/main.ts',
  start: 'services/standalone/src/main.ts',
  dev: 'scripts/dev/main.ts',
  generate: undefined,
  build: 'scripts/build.ts',
  check: 'scripts/test/check.ts',
  fix: 'scripts/fix.ts',
  test: 'scripts/test/main.ts',
  e2e: 'scripts/test/e2e.ts',
  bench: 'scripts/bench.ts',
  interop: 'scripts/interop/main.ts',
}

const [verb, ...rest] = process.argv.slice(2)
if (verb === undefined || !Object.hasOwn(verbs, verb)) {
  process.stderr.write(`usage: node scripts/run.mjs ${Object.keys(verbs).join('|')} [arguments]\n`)
  process.exit(2)
}

/* `npm start` in one terminal and `npm test` in another must not find different Nodes. */
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` }

prepare(verb === 'generate')
if (verbs[verb] !== undefined) handOver(verbs[verb], rest)

/** Installs and generates what is missing or out of date; a second run costs a few milliseconds. */
function prepare(always) {
  const stamp = readStamp()
  const installed = fingerprint(['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml'])
  if (stamp.installed !== installed) {
    say('installing dependencies (once per lockfile)')
    pnpm(['install', '--frozen-lockfile'])
    writeStamp({ ...stamp, installed })
  }
  const generated = fingerprint([
    'pnpm-lock.yaml',
    ...filesUnder('proto', /^(gen|vendor|dist|node_modules)$/),
  ])
  if (always || stamp.generated !== generated) {
    say('generating code from proto/')
    pnpm(['--filter', '@chainloop/proto', 'generate'])
    writeStamp({ installed, generated })
  }
}

/** npx fetches it once into npm's own cache. */
function pnpm(args) {
  const result = spawnSync('npx', ['--yes', packageManager, ...args], {
    cwd: root,
    env: { ...process.env, CI: 'true' },
    stdio: ['ignore', 2, 2],
  })
  if (result.error) throw result.error
  if (result.status !== 0) {
    say(`pnpm ${args.join(' ')} failed with exit code ${result.status}`)
    process.exit(result.status ?? 1)
  }
}

function handOver(script, args) {
  const child = spawn(
    projectNode,
    [
      '--disable-warning=ExperimentalWarning',
      '--conditions=chainloop-source',
      // Exports spans where an OTLP endpoint is set; a server has them, a script has not.
      ...(script.startsWith('services/') ? ['--import', './packages/kit/src/telemetry.ts'] : []),
      join(root, script),
      ...args,
    ],
    { cwd: root, env, stdio: 'inherit' },
  )
  // The terminal signals the whole group: stay until the child has put away what it started.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('error', (error) => {
    say(error.message)
    process.exitCode = 1
  })
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? 128 + (constants.signals[signal] ?? 0)
  })
}

function fingerprint(files) {
  const hash = createHash('sha256')
  for (const file of files)
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0')
  return hash.digest('hex')
}

function filesUnder(folder, ignored) {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .filter((entry) => !ignored.test(entry.name) && !entry.name.endsWith('.tsbuildinfo'))
    .flatMap((entry) => {
      const path = `${folder}/${entry.name}`
      return entry.isDirectory() ? filesUnder(path, ignored) : [path]
    })
    .toSorted((a, b) => (a < b ? -1 : 1))
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(stampFile, 'utf8'))
  } catch {
    return {}
  }
}

function writeStamp(stamp) {
  mkdirSync(join(root, 'node_modules'), { recursive: true })
  writeFileSync(stampFile, `${JSON.stringify(stamp)}\n`)
}

function say(text) {
  process.stderr.write(`· ${text}\n`)
}
