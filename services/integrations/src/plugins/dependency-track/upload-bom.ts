import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'

import { type Project, type Server, lastImport, postBom, waitForProcessing } from './api.ts'

export interface Upload {
  readonly project: Project
  readonly bom: Uint8Array
  readonly fileName: string
}

/**
 * Uploads, waits until the BOM was processed, and looks whether the project has it: neither the upload nor the end of the
 * processing says so. Throws `DeliveryError`.
 */
export async function uploadBom(server: Server, { project, ...file }: Upload): Promise<string> {
  const before = await lastImport(server, project)
  const token = await postBom(server, project, file)
  if (token === undefined) return 'uploaded'
  const isProcessed = await waitForProcessing(server, token)
  if (isProcessed === undefined) return 'uploaded; it is not known whether it was processed'
  if (!isProcessed) return 'uploaded; Dependency-Track was still processing it after 30 s'
  const after = await lastImport(server, project)
  if (before !== undefined && after === before) {
    throw new DeliveryError('retryable', 'Dependency-Track took the BOM and did not import it')
  }
  return after === undefined ? 'processed' : 'imported'
}
