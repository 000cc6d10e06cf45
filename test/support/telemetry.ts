import { type Context, context, type Span, type Tracer, trace } from '@opentelemetry/api'
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks'
import { OTLPMetricExporter } from '@opentelemetry/exporter-metrics-otlp-http'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics'
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import { type CollectedPoint, type CollectedSpan, OtlpCollector } from './otlp-collector.ts'

/** The SDK of OpenTelemetry, which exports to a collector. */
export class Telemetry implements AsyncDisposable {
  readonly tracerProvider: TracerProvider
  readonly meterProvider: MeterProvider
  readonly #collector: OtlpCollector
  readonly #tracer: Tracer

  private constructor(collector: OtlpCollector) {
    this.#collector = collector
    const exporter = new OTLPTraceExporter({ url: `${collector.url}/v1/traces` })
    this.tracerProvider = new TracerProvider({
      spanProcessors: [new BatchSpanProcessor({ exporter, maxQueueSize: 100_000 })],
    })
    const reader = new PeriodicExportingMetricReader({
      exporter: new OTLPMetricExporter({ url: `${collector.url}/v1/metrics` }),
      exportIntervalMillis: 3_600_000,
      exportTimeoutMillis: 5_000,
    })
    this.meterProvider = new MeterProvider({ readers: [reader] })
    this.#tracer = this.tracerProvider.getTracer('test')
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable())
  }

  static async start(): Promise<Telemetry> {
    return new Telemetry(await OtlpCollector.start())
  }

  /** Runs `fn` as a service does that handles a request: within a span, whose id is returned when it has ended. */
  async request<T>(fn: () => Promise<T>): Promise<{ id: string; outcome: PromiseSettledResult<T> }> {
    const span: Span = this.#tracer.startSpan('request', {}, context.active())
    const within: Context = trace.setSpan(context.active(), span)
    const [outcome] = await Promise.allSettled([context.with(within, fn)])
    span.end()
    return { id: span.spanContext().spanId, outcome: outcome as PromiseSettledResult<T> }
  }

  /** The spans of the library that have ended so far. */
  async spans(): Promise<CollectedSpan[]> {
    await this.tracerProvider.forceFlush()
    return this.#collector.spans.filter(({ name }) => name !== 'request')
  }

  /** The points of a metric. */
  async points(metric: string): Promise<CollectedPoint[]> {
    await this.meterProvider.forceFlush()
    return this.#collector.points.filter((point) => point.metric === metric)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.tracerProvider.shutdown()
    await this.meterProvider.shutdown()
    context.disable()
    await this.#collector[Symbol.asyncDispose]()
  }
}
