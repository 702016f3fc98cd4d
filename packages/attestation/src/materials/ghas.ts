import { Misshapen, isPresent, member } from '../json/shape.ts'
import type { Crafter } from './crafter.ts'
import { listCrafter } from './list-crafter.ts'
import type { MaterialKind } from './material-kind.ts'

/** Alerts as GitHub's REST API lists them, known by what only alerts of their kind have. */
function alerts(kind: MaterialKind, mark: string): Crafter {
  return listCrafter(
    kind,
    (alert) => {
      const marked = member(alert, mark)
      if (!isPresent(marked)) throw new Misshapen(marked.path, 'is missing')
    },
    { annotations: {} },
  )
}

export const ghasCodeScan = alerts('GHAS_CODE_SCAN', 'tool')
export const ghasSecretScan = alerts('GHAS_SECRET_SCAN', 'secret_type')
export const ghasDependencyScan = alerts('GHAS_DEPENDENCY_SCAN', 'dependency')
