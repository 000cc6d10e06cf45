import * as parts from './parts.ts'

/** Kysely. In `dist/` its code is loaded by the first call: the build replaces this module. */
export function kysely(): typeof parts {
  return parts
}

/** Whether Kysely has been loaded. */
export function isKyselyLoaded(): boolean {
  return true
}
