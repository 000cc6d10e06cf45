import { enableCompileCache } from 'node:module'

enableCompileCache()
const { runDemo } = await import('./tour.ts')
await runDemo()
