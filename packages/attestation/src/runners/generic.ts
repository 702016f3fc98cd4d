import { unknownEnvironment } from './runner.ts'
import type { Runner } from './runner.ts'

/** Any machine that no other runner recognises: nothing is recorded of it. */
export const generic: Runner = {
  type: 'RUNNER_TYPE_UNSPECIFIED',
  matches: () => true,
  variables: [],
  runUrl: () => '',
  environment: unknownEnvironment,
}
