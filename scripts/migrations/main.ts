import { enableCompileCache } from 'node:module'

enableCompileCache()
// These commands change scratch databases of their own only: the environment that the shell states is that of another one.
delete process.env.DATABASE_ENVIRONMENT
if (process.env.NODE_ENV === 'production') delete process.env.NODE_ENV
await import('./cli.ts')
