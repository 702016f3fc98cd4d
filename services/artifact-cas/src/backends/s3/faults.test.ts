import { startFaultProxy } from '../../testing/storage/fault-proxy.ts'
import { startS3Server } from '../../testing/storage/s3-server.ts'
import { openTroubled } from '../../testing/storage/trouble.ts'
import { describeFaults } from '../fault-contract.ts'
import { s3Provider } from './s3.ts'

describeFaults('S3', {
  busy: [503, 429],
  open: () =>
    openTroubled(async (stack, deps) => {
      const { url, credentials } = stack.use(await startS3Server())
      const proxy = await startFaultProxy(url)
      return { provider: s3Provider(deps), proxy, location: `${proxy.url}/one`, credentials }
    }),
})
