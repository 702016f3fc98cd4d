import { DeliveryError } from '@chainloop/plugin-sdk/delivery-error'
import type { Egress } from '@chainloop/plugin-sdk/egress'
import type { Plugin } from '@chainloop/plugin-sdk/plugin'

import { toDeliveryError } from '../dispatch/failure.ts'
import { describePlugin } from '../host/description.ts'
import type { PluginRunner } from '../host/runner.ts'

/** A plugin in the process of a test. */
export function inProcess(plugin: Plugin, egress: Egress): PluginRunner {
  const classified = async <T>(call: Promise<T> | undefined): Promise<T> => {
    if (!call) throw new DeliveryError('permanent', 'the plugin does not do this')
    return call.catch((cause: unknown) => {
      throw toDeliveryError(cause)
    })
  }
  return {
    ...describePlugin(plugin),
    deliver: (request) => classified(plugin.deliver({ ...request, ...egress })),
    preview: (request) => classified(plugin.preview?.({ ...request, ...egress })),
    async validate({ attachment, ...request }) {
      if (attachment === undefined) return classified(plugin.validate?.({ ...request, ...egress }))
      await classified(plugin.validateAttachment?.({ ...request, ...egress, attachment }))
      return {}
    },
  }
}
