/** The entry for OpenTelemetry; needs the package `@opentelemetry/api`. */
export { type InstrumentOptions, instrument } from './opentelemetry/index.ts'
