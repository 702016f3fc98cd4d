import { describeCoordination } from './coordination-contract.ts'
import { createMemoryCoordination } from './memory.ts'

describeCoordination('memory', async () => {
  const only = createMemoryCoordination()
  return [only, only]
})
