import { ResourceService } from '@chainloop/proto/cas/v1/resource'
import { StatusService } from '@chainloop/proto/cas/v1/status'
import { ByteStream } from '@chainloop/proto/google/bytestream/bytestream'
import { MaintenanceService } from '@chainloop/proto/internal/v1/maintenance_service'
import type { ConnectRouter } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { byteStreamService } from './byte-stream-service.ts'
import { maintenanceService } from './maintenance-service.ts'
import { resourceService } from './resource-service.ts'
import { statusService } from './status-service.ts'

export function routes(ctx: Context): (router: ConnectRouter) => void {
  return (router) => {
    router.service(ByteStream, byteStreamService(ctx))
    router.service(ResourceService, resourceService(ctx))
    router.service(MaintenanceService, maintenanceService(ctx))
    router.service(StatusService, statusService(ctx))
  }
}
