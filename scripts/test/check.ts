import { unwindOnSignal } from '../lib/interruption.ts'
import { runChecks } from './checks.ts'
import { report } from './report.ts'

unwindOnSignal()
const { passed, failed } = await runChecks()
process.exitCode = report([{ passed, failed: failed.length }], [])
