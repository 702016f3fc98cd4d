import { APITokenService } from '@chainloop/proto/controlplane/v1/api_token'
import { CASBackendService } from '@chainloop/proto/controlplane/v1/cas_backends'
import { ContextService } from '@chainloop/proto/controlplane/v1/context'
import { IntegrationsService } from '@chainloop/proto/controlplane/v1/integrations'
import { OrganizationService } from '@chainloop/proto/controlplane/v1/organization'
import { StatusService } from '@chainloop/proto/controlplane/v1/status'
import { WorkflowService } from '@chainloop/proto/controlplane/v1/workflow'
import { WorkflowContractService } from '@chainloop/proto/controlplane/v1/workflow_contract'
import { DeliveryService } from '@chainloop/proto/deliveries/v1/delivery_service'
import {
  DeliveryService as InternalDeliveryService,
  PluginService,
} from '@chainloop/proto/internal/v1/delivery_service'
import type { ConnectRouter } from '@connectrpc/connect'

import type { Context } from '../context.ts'
import { apiTokenService } from './api-token-service.ts'
import { casBackendService } from './cas-backend-service.ts'
import { contextService } from './context-service.ts'
import { deliveryService } from './delivery-service.ts'
import { integrationsService } from './integrations-service.ts'
import { internalDeliveryService } from './internal-delivery-service.ts'
import { internalPluginService } from './internal-plugin-service.ts'
import { organizationService } from './organization-service.ts'
import { statusService } from './status-service.ts'
import { workflowContractService } from './workflow-contract-service.ts'
import { workflowService } from './workflow-service.ts'

/** What clients may call; services that are not built are not here, and answer Unimplemented. */
export function apiRoutes(ctx: Context): (router: ConnectRouter) => void {
  return (router) => {
    router.service(StatusService, statusService(ctx))
    router.service(ContextService, contextService(ctx))
    router.service(OrganizationService, organizationService(ctx))
    router.service(WorkflowService, workflowService(ctx))
    router.service(WorkflowContractService, workflowContractService(ctx))
    router.service(APITokenService, apiTokenService(ctx))
    router.service(CASBackendService, casBackendService(ctx))
    router.service(IntegrationsService, integrationsService(ctx))
    router.service(DeliveryService, deliveryService(ctx))
  }
}

/** What our own services may call, on their own listener. */
export function internalRoutes(ctx: Context): (router: ConnectRouter) => void {
  return (router) => {
    router.service(InternalDeliveryService, internalDeliveryService(ctx))
    router.service(PluginService, internalPluginService(ctx))
  }
}
