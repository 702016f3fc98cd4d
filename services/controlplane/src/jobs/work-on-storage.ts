import { workOnTask, type WorkDeps } from '../storage/work-on-task.ts'

/** Works on storage tasks for as long as there are some that are due. */
export async function workOnStorage(deps: WorkDeps, stopping: AbortSignal): Promise<void> {
  while (!stopping.aborted && (await workOnTask(deps, stopping))) {
    // Another one, or another piece.
  }
}
