import { AZURITE_ACCOUNT, startAzurite } from '../../testing/storage/azurite.ts'
import { PRINCIPAL, startEntraServer } from '../../testing/storage/entra-server.ts'
import { startFaultProxy } from '../../testing/storage/fault-proxy.ts'
import { openTroubled } from '../../testing/storage/trouble.ts'
import { describeFaults } from '../fault-contract.ts'
import { azureProvider } from './azure.ts'

describeFaults('Azure Blob', {
  // Azure never answers 429.
  busy: [503],
  open: () =>
    openTroubled(async (stack, deps) => {
      const azurite = stack.use(await startAzurite())
      const entra = stack.use(await startEntraServer())
      const proxy = await startFaultProxy(azurite.url)
      return {
        provider: azureProvider(deps, { authorityHost: entra.url }),
        proxy,
        location: `${proxy.url}/${AZURITE_ACCOUNT}/one`,
        credentials: PRINCIPAL,
      }
    }),
})
