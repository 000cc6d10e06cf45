import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'

type OtlpValue = { stringValue?: string; intValue?: number | string; doubleValue?: number }

interface OtlpAttribute {
  key: string
  value: OtlpValue
}

interface OtlpSpan {
  spanId: string
  traceId: string
  parentSpanId?: string
  name: string
  kind: number
  attributes: OtlpAttribute[]
  status: { code?: number; message?: string }
}

interface OtlpPoint {
  attributes: OtlpAttribute[]
  asInt?: number | string
  asDouble?: number
  count?: number | string
  explicitBounds?: number[]
}

interface OtlpMetric {
  name: string
  unit?: string
  sum?: { dataPoints: OtlpPoint[] }
  histogram?: { dataPoints: OtlpPoint[] }
}

type Values = Readonly<Record<string, string | number>>

/** A span as the collector received it. */
export interface CollectedSpan {
  readonly id: string
  readonly traceId: string
  readonly parentId: string | undefined
  readonly name: string
  /** 1 INTERNAL, 3 CLIENT. */
  readonly kind: number
  readonly attributes: Values
  readonly status: { code?: number; message?: string }
}

/** A point of a metric. */
export interface CollectedPoint {
  readonly metric: string
  readonly unit: string | undefined
  readonly attributes: Values
  readonly value: number
  readonly bounds: readonly number[] | undefined
}

/** A collector of OTLP over HTTP with JSON: https://opentelemetry.io/docs/specs/otlp/#otlphttp */
export class OtlpCollector implements AsyncDisposable {
  readonly spans: CollectedSpan[] = []
  /** The points of the last export. */
  points: CollectedPoint[] = []
  readonly #server = createServer((request, response) => {
    void this.#receive(request).then(() => response.setHeader('content-type', 'application/json').end('{}'))
  })

  static async start(): Promise<OtlpCollector> {
    const collector = new OtlpCollector()
    await new Promise<void>((resolve) => collector.#server.listen(0, '127.0.0.1', resolve))
    return collector
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async #receive(request: IncomingMessage): Promise<void> {
    const body = await buffer(request)
    const json = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body
    const { resourceSpans = [], resourceMetrics = [] } = JSON.parse(json.toString()) as {
      resourceSpans?: { scopeSpans: { spans: OtlpSpan[] }[] }[]
      resourceMetrics?: { scopeMetrics: { metrics: OtlpMetric[] }[] }[]
    }
    for (const { scopeSpans } of resourceSpans)
      for (const { spans } of scopeSpans) this.spans.push(...spans.map(spanOf))
    if (resourceMetrics.length > 0) {
      this.points = resourceMetrics.flatMap(({ scopeMetrics }) =>
        scopeMetrics.flatMap(({ metrics }) => metrics.flatMap(pointsOf)),
      )
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

function spanOf({ spanId, traceId, parentSpanId, name, kind, attributes, status }: OtlpSpan): CollectedSpan {
  const parentId = parentSpanId || undefined
  return { id: spanId, traceId, parentId, name, kind, attributes: valuesOf(attributes), status }
}

function pointsOf({ name, unit, sum, histogram }: OtlpMetric): CollectedPoint[] {
  return (sum ?? histogram)?.dataPoints.map(({ attributes, asInt, asDouble, count, explicitBounds }) => ({
    metric: name,
    unit,
    attributes: valuesOf(attributes),
    value: Number(asInt ?? asDouble ?? count),
    bounds: explicitBounds,
  })) as CollectedPoint[]
}

function valuesOf(attributes: readonly OtlpAttribute[]): Values {
  return Object.fromEntries(
    attributes.map(({ key, value: { stringValue, intValue, doubleValue } }) => [
      key,
      stringValue ?? Number(intValue ?? doubleValue),
    ]),
  )
}
