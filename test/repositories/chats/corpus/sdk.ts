import type { ChatMessage } from '../../../../src/index.ts'

/** The output of a mock model in one call, in the format of its version. A function is called when it is reached. */
export type ModelPart = object | (() => Promise<void>)

/** The input of one run of `streamText`. Fields of a single version are passed unchanged. */
export interface Run {
  /** The output of each model call, which is one step. */
  steps: ModelPart[][]
  messages: readonly ChatMessage[]
  tools?: object
  abort?: AbortController
  [option: string]: unknown
}

/** The parts of an AI SDK version that the corpus uses. The versions’ own types differ too much for a common type. */
export interface Sdk {
  streamText(options: object): { toUIMessageStream(options: object): ReadableStream<object> }
  readUIMessageStream(options: {
    stream: ReadableStream<object>
    message?: ChatMessage | undefined
    onError?: (error: unknown) => void
  }): AsyncIterable<ChatMessage>
  createUIMessageStream(options: {
    execute(options: { writer: Writer }): void
    generateId?: () => string
  }): ReadableStream<object>
  convertToModelMessages(messages: readonly unknown[], options?: object): unknown
  tool(tool: object): object
  dynamicTool(tool: object): object
  stepCountIs(count: number): unknown
}

export interface Writer {
  write(chunk: object): void
  merge(stream: ReadableStream<object>): void
}

/** The formats of common model outputs in one version. */
export interface Dialect {
  model(steps: ReadableStream<object>[]): unknown
  file(type: string, mediaType: string, base64: string): object
  finish(reason: string, usage: { input: number; output: number }): object
}

export function streamOf(parts: readonly ModelPart[]): ReadableStream<object> {
  const rest = [...parts]
  return new ReadableStream({
    async pull(controller) {
      let next = rest.shift()
      for (; typeof next === 'function'; next = rest.shift()) await next()
      if (next) controller.enqueue(next)
      else controller.close()
    },
  })
}

/** Runs the version and returns the chunks for the client, with their metadata. */
export function chunksOf(
  sdk: Sdk,
  dialect: Dialect,
  { steps, messages, abort, ...rest }: Run,
): Promise<ReadableStream<object>> {
  const prompt = messages.length > 0 ? messages : [{ role: 'user', parts: [{ type: 'text', text: 'Hi' }] }]
  return Promise.resolve(sdk.convertToModelMessages(prompt)).then((modelMessages) => {
    const result = sdk.streamText({
      model: dialect.model(steps.map(streamOf)),
      messages: modelMessages,
      stopWhen: sdk.stepCountIs(steps.length),
      abortSignal: abort?.signal,
      maxRetries: 0,
      onError: () => {},
      ...rest,
    })
    return result.toUIMessageStream({
      originalMessages: messages,
      generateMessageId: () => 'answer',
      sendSources: true,
      onError: (error: unknown) => `Failed: ${String(error)}`,
      messageMetadata: metadataOf,
    })
  })
}

/** Metadata as in services: the start, the duration and the tokens. */
function metadataOf({ part }: { part: { type: string; usage?: unknown; totalUsage?: unknown } }): unknown {
  switch (part.type) {
    case 'start':
      return { model: 'mock', begunAt: 1_760_000_000_000, none: undefined }
    case 'finish-step':
      return { usage: part.usage }
    case 'finish':
      return { totalUsage: part.totalUsage }
    default:
      return undefined
  }
}

/** Every state of the message during the stream. */
export async function snapshotsOf(
  sdk: Sdk,
  stream: ReadableStream<object>,
  message?: ChatMessage,
): Promise<ChatMessage[]> {
  const given = message && structuredClone(message)
  const snapshots: ChatMessage[] = []
  for await (const snapshot of sdk.readUIMessageStream({ stream, message: given, onError: () => {} })) {
    snapshots.push(snapshot)
  }
  return snapshots
}
