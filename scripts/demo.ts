import { enableCompileCache } from 'node:module'

enableCompileCache()
const { runDemo } = await import('./demo/tour.ts')
await runDemo()
