import { defineConfig } from 'tsup'
import { ENTRIES } from './scripts/build/entries.ts'

// The declarations of dist/, which those of the ES modules re-export. scripts/build/main.ts writes everything else, before.
export default defineConfig({
  entry: { ...ENTRIES },
  format: 'cjs',
  target: 'node22',
  // Constructors marked @internal name the connection layer, whose types need those of pg.
  dts: { only: true, compilerOptions: { stripInternal: true } },
})
