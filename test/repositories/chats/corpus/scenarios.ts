import { setTimeout } from 'node:timers/promises'
import type { ChatMessage } from '../../../../src/index.ts'
import { call, image, PROSE, providerResult, reasoning, SOURCES, text } from './parts.ts'
import { chunksOf, type Dialect, type ModelPart, type Sdk, snapshotsOf, streamOf } from './sdk.ts'
import { toolsOf } from './tools.ts'

/** Messages in the order of their appearance; those of one stream have the same ID. */
export type Scenarios = Record<string, ChatMessage[]>

export interface Corpus {
  scenarios: Scenarios
  /** All scenarios of the version. */
  partTypes: string[]
  toolStates: string[]
  convertToModelMessages: Sdk['convertToModelMessages']
}

const asked: ChatMessage = { id: 'asked', role: 'user', parts: [{ type: 'text', text: 'Weather?' } as never] }
const CITY = '{"city":"Rīga 👩‍🦰","days":3}'

/** The scenarios that every version supports. */
export async function commonScenarios(sdk: Sdk, dialect: Dialect): Promise<Scenarios> {
  const tools = toolsOf(sdk)
  const ended = dialect.finish('stop', { input: 12, output: 7 })
  const toCall = dialect.finish('tool-calls', { input: 10, output: 3 })
  const run = async (steps: ModelPart[][], extra: object = {}) =>
    snapshotsOf(sdk, await chunksOf(sdk, dialect, { steps, messages: [asked], tools, ...extra }))
  const begun = { type: 'stream-start', warnings: [] }
  const abort = new AbortController()
  const aborted = new AbortController()

  return {
    'texts of users': WRITTEN,
    'text, reasoning, sources and files': await run([
      [begun, ...reasoning('r'), ...text('t', ...PROSE), ...SOURCES, image(dialect), ...text('u', ''), ended],
    ]),
    'tools in one step, an answer in the next': await run([
      [begun, ...reasoning('r'), ...call('c1', 'weather', CITY), ...call('c2', 'forecast', CITY), toCall],
      [begun, ...text('t', 'Rain', '.'), ended],
    ]),
    'tools that fail, are unknown, or get what they do not take': await run([
      [begun, ...call('c1', 'broken', CITY), ...call('c2', 'silent', CITY), ended],
      [
        begun,
        ...call('c3', 'unknown', CITY),
        ...call('c4', 'weather', '{"city":7}'),
        ...call('c5', 'weather', '{"city'),
        toCall,
      ],
      [begun, ...call('c6', 'brokenLookup', '{"a":1}'), toCall],
      [begun, ...text('t', 'Sorry'), ended],
    ]),
    'dynamic tools': await run([
      [begun, ...call('c1', 'lookup', '{"2":"b","1":["a",{"ā b":null}]}'), toCall],
      [begun, ...call('c2', 'lookup', '{"__proto__":{"a":1},"constructor":2}'), toCall],
      [begun, ...text('t', 'Found'), ended],
    ]),
    'tools that the provider runs': await run([
      [
        begun,
        ...call('c1', 'provided', CITY, { providerExecuted: true, providerMetadata: { mock: { id: 1 } } }),
        providerResult('c1', 'provided', { ok: true }, { providerMetadata: { mock: { id: 2 } } }),
        ...call('c2', 'provided', CITY, { providerExecuted: true }),
        providerResult('c2', 'provided', { code: 'unavailable' }, { isError: true }),
        ...call('c3', 'remote', CITY, { providerExecuted: true, dynamic: true }),
        providerResult('c3', 'remote', [1, null], { dynamic: true }),
        ...text('t', 'Done'),
        ended,
      ],
    ]),
    'tools that the client runs': await clientTools(sdk, dialect),
    'data of the service around the answer': await withData(sdk, dialect),
    'a stream that is aborted in a text': await run(
      [[begun, ...text('t', 'Hel', 'lo').slice(0, -1), later(() => abort.abort('Stopped')), ended]],
      { abort },
    ),
    'a stream that is aborted in a tool’s input': await run(
      [[begun, ...call('c1', 'weather', CITY).slice(0, 3), later(() => aborted.abort()), ended]],
      { abort: aborted },
    ),
    'a stream that fails in the middle': await run([
      [begun, ...text('t', 'Hel').slice(0, 2), { type: 'error', error: new Error('Overloaded') }, ended],
    ]),
    'a stream that breaks in the middle': await run([
      [
        begun,
        ...reasoning('r').slice(0, 2),
        ...call('c1', 'weather', CITY).slice(0, 3),
        later(() => {
          throw new Error('Connection lost')
        }),
      ],
    ]),
    'chunks of tools': await snapshotsOf(sdk, streamOf(TOOL_CHUNKS)),
  }
}

/** Resolves when everything sent before has arrived. */
function later(act: () => void): () => Promise<void> {
  return async () => {
    await setTimeout(20)
    act()
  }
}

/** The client adds the output, and the answer continues in the same message. */
async function clientTools(sdk: Sdk, dialect: Dialect): Promise<ChatMessage[]> {
  const tools = toolsOf(sdk)
  const steps = [[...call('c1', 'location', '{}'), dialect.finish('tool-calls', { input: 1, output: 1 })]]
  const waiting = await snapshotsOf(sdk, await chunksOf(sdk, dialect, { steps, messages: [asked], tools }))
  const answered = withParts(waiting.at(-1)!, 'input-available', (part) => ({
    ...part,
    state: 'output-available',
    output: { latitude: 56.9496, longitude: 24.1052 },
  }))
  const goneOn = await chunksOf(sdk, dialect, {
    steps: [[...text('t', 'Rīga'), dialect.finish('stop', { input: 5, output: 1 })]],
    messages: [asked, answered],
    tools,
  })
  return [...waiting, answered, ...(await snapshotsOf(sdk, goneOn, answered))]
}

async function withData(sdk: Sdk, dialect: Dialect): Promise<ChatMessage[]> {
  const answer = await chunksOf(sdk, dialect, {
    steps: [[...text('t', 'Rain'), dialect.finish('stop', { input: 5, output: 1 })]],
    messages: [asked],
  })
  const stream = sdk.createUIMessageStream({
    execute({ writer }) {
      writer.write({ type: 'start', messageId: 'answer', messageMetadata: { 2: 'b', 1: 'a', z: null } })
      writer.write({ type: 'data-weather', id: 'w', data: { status: 'loading', celsius: undefined } })
      writer.write({ type: 'data-weather', id: 'w', data: { status: 'done', celsius: [-0.5, 5e-324] } })
      writer.write({ type: 'data-note', data: null })
      writer.write({ type: 'data-note', data: 'NUL \0, half \ud800', transient: true })
      writer.write({ type: 'data-note', data: 'NUL \0, half \ud800' })
      writer.merge(answer)
    },
  })
  return snapshotsOf(sdk, stream)
}

/** The message with some of its tools in another state, as set by clients. */
export function withParts(
  message: ChatMessage,
  state: string,
  change: (part: Record<string, unknown>) => object,
): ChatMessage {
  const parts = message.parts as unknown as Record<string, unknown>[]
  return { ...message, parts: parts.map((part) => (part.state === state ? change(part) : part)) as never }
}

const WRITTEN = [
  {
    id: 'system',
    role: 'system',
    parts: [{ type: 'text', text: 'Be brief.', providerMetadata: { a: { b: 1 } } }],
  },
  asked,
  {
    id: 'files',
    role: 'user',
    metadata: { createdAt: '2026-01-01T00:00:00.000Z', draft: undefined },
    parts: [
      { type: 'text', text: 'See these', state: undefined },
      {
        type: 'file',
        mediaType: 'image/png',
        filename: 'ā "b".png',
        url: 'data:image/png;base64,iVBORw0KGgo=',
      },
      { type: 'file', mediaType: 'text/plain', filename: undefined, url: 'https://example.test/a.txt' },
      { type: 'data-context', data: { page: '/a?b=c', nested: [[[{}]]] } },
    ],
  },
] as unknown as ChatMessage[]

/** States that only clients and other servers produce. */
const TOOL_CHUNKS = [
  { type: 'start', messageId: 'answer' },
  { type: 'start-step' },
  { type: 'tool-input-start', toolCallId: 'a', toolName: 'x', dynamic: true, providerExecuted: true },
  { type: 'tool-input-delta', toolCallId: 'a', inputTextDelta: '{"deep":[{"er' },
  { type: 'tool-input-available', toolCallId: 'a', toolName: 'x', input: { deep: [] }, dynamic: true },
  { type: 'tool-output-available', toolCallId: 'a', output: 1, preliminary: true, dynamic: true },
  { type: 'tool-output-available', toolCallId: 'a', output: { done: true }, dynamic: true },
  { type: 'tool-input-error', toolCallId: 'b', toolName: 'y', input: 'not { JSON', errorText: 'Bad \ud800' },
  { type: 'tool-input-available', toolCallId: 'c', toolName: 'y', input: null },
  { type: 'tool-output-error', toolCallId: 'c', errorText: '' },
  { type: 'finish-step' },
  { type: 'finish', messageMetadata: { totalUsage: { inputTokens: 3, outputTokens: undefined } } },
]
