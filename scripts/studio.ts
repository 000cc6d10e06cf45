import { enableCompileCache } from 'node:module'

enableCompileCache()
await import('./studio/cli.ts')
