import type { ChatMessage } from '../../../../src/index.ts'

/** What a mock model sends in one call, in its version's own words; a function is called when its turn comes. */
export type ModelPart = object | (() => Promise<void>)

/** What one run of `streamText` is asked; fields of one version alone are handed on as they are. */
export interface Run {
  /** One per call of the model: a step each. */
  steps: ModelPart[][]
  messages: readonly ChatMessage[]
  tools?: object
  abort?: AbortController
  [option: string]: unknown
}

/** A version of the AI SDK, as far as the corpus drives it; the versions’ own types differ too much to be one. */
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

/** How the models of a version write what all of them can. */
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

/** What the version makes of a run: chunks for the client, metadata in them. */
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

/** As services write it: when it began, and what it took. */
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

/** Every state that the message goes through. */
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
