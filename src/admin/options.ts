import { fields, oneOf, optional, type Reader, text, trueOrFalse, wholeNumber } from '../input/index.ts'
import type { SeedOptions } from '../seed/index.ts'
import { ENVIRONMENTS, type Environment } from './environment.ts'
import type { AdminOptions } from './session.ts'

/** Options of every command that changes a database. */
export interface ChangeOptions extends AdminOptions {
  /**
   * The environment of the database. Required unless the database holds a record of it, DATABASE_ENVIRONMENT or
   * NODE_ENV=production states it, or the server is the project's own embedded one. It must not contradict these.
   */
  environment?: Environment | undefined
  /** The name of the database, as confirmation where it holds data and has no environment of its own. */
  confirm?: string | undefined
}

export interface DropOptions extends ChangeOptions {
  /** Whether to drop objects of others too that depend on the library's own; default false: then nothing is dropped. */
  cascade?: boolean | undefined
  /** Whether to drop the extensions too that the library created; default false. */
  extensions?: boolean | undefined
  /** Called before objects of services are dropped, with their names. */
  onServiceObjects?: ((services: readonly { name: string; objects: readonly string[] }[]) => void) | undefined
}

export interface ResetOptions extends DropOptions {
  /** Rows to fill the tables with, in the same transaction; default none. */
  seed?: SeedOptions | undefined
}

export interface SeedTargetOptions extends SeedOptions, ChangeOptions {}

/** A function, or an object that another reader checks. */
export function asGiven<T>(): Reader<T> {
  return (value) => value as T
}

export const sessionFields = {
  lockTimeout: optional(wholeNumber(0, 2 ** 31 - 1)),
  onWait: asGiven<AdminOptions['onWait']>(),
}
export const changeFields = {
  ...sessionFields,
  environment: optional(oneOf(ENVIRONMENTS)),
  confirm: optional(text),
}
const dropFields = {
  ...changeFields,
  cascade: optional(trueOrFalse),
  extensions: optional(trueOrFalse),
  onServiceObjects: asGiven<DropOptions['onServiceObjects']>(),
}

export const readSessionOptions = fields<AdminOptions>(sessionFields)
export const readChangeOptions = fields<ChangeOptions>(changeFields)
export const readRecordOptions = fields<Omit<ChangeOptions, 'environment'>>({
  ...sessionFields,
  confirm: optional(text),
})
export const readDropOptions = fields<DropOptions>(dropFields)
export const readResetOptions = fields<ResetOptions>({
  ...dropFields,
  seed: asGiven<SeedOptions | undefined>(),
})
export const readSeedOptions = fields<SeedTargetOptions>({
  ...changeFields,
  seed: asGiven<number | undefined>(),
  scale: asGiven<number | undefined>(),
  onProgress: asGiven<SeedOptions['onProgress']>(),
  signal: asGiven<AbortSignal | undefined>(),
})
