import { enableCompileCache } from 'node:module'

enableCompileCache()
await import('./migrations/cli.ts')
