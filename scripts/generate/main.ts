import { enableCompileCache } from 'node:module'

// Before anything else is loaded: from the second run on it all loads as compiled code, in half the time.
enableCompileCache()
await import('./cli.ts')
