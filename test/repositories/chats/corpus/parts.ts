import type { Dialect, ModelPart } from './sdk.ts'

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** The output of a model. The deltas split a surrogate pair, like those of real models. */
export function text(id: string, ...deltas: string[]): ModelPart[] {
  return [
    { type: 'text-start', id, providerMetadata: { mock: { itemId: `msg_${id}` } } },
    ...deltas.map((delta) => ({ type: 'text-delta', id, delta })),
    { type: 'text-end', id, providerMetadata: { mock: { itemId: `msg_${id}`, annotations: [] } } },
  ]
}

export const PROSE = ['Hello ', '👩', '\ud83d', '\ude00 ', 'NUL \0 ', '"quoted" \\u0000 \\', '\u2028\u007f']

export function reasoning(id: string): ModelPart[] {
  return [
    { type: 'reasoning-start', id, providerMetadata: { mock: { redactedData: 'AAEC' } } },
    { type: 'reasoning-delta', id, delta: 'Let me ' },
    { type: 'reasoning-delta', id, delta: 'think…', providerMetadata: { mock: { n: 1e-7 } } },
    { type: 'reasoning-end', id, providerMetadata: { mock: { signature: 'sig==', none: null } } },
  ]
}

export const SOURCES: ModelPart[] = [
  {
    type: 'source',
    sourceType: 'url',
    id: 'src-1',
    url: 'https://example.test/?a=1&b=2',
    title: 'Example',
    providerMetadata: { mock: { rank: 0 } },
  },
  { type: 'source', sourceType: 'url', id: 'src-2', url: 'https://example.test/untitled' },
  {
    type: 'source',
    sourceType: 'document',
    id: 'src-3',
    mediaType: 'application/pdf',
    title: 'Report',
    filename: 'report.pdf',
  },
  { type: 'source', sourceType: 'document', id: 'src-4', mediaType: 'text/plain', title: 'Note' },
]

export function image(dialect: Dialect): object {
  return dialect.file('file', 'image/png', PNG)
}

/** A tool call whose input arrives in pieces. */
export function call(toolCallId: string, toolName: string, input: string, extra: object = {}): ModelPart[] {
  const third = Math.ceil(input.length / 3)
  const deltas = [input.slice(0, third), input.slice(third, 2 * third), input.slice(2 * third)]
  return [
    { type: 'tool-input-start', id: toolCallId, toolName, ...extra },
    ...deltas.map((delta) => ({ type: 'tool-input-delta', id: toolCallId, delta })),
    { type: 'tool-input-end', id: toolCallId },
    { type: 'tool-call', toolCallId, toolName, input, ...extra },
  ]
}

/** The call and the result of a tool that the provider ran itself. */
export function providerResult(
  toolCallId: string,
  toolName: string,
  result: unknown,
  extra: object = {},
): object {
  return { type: 'tool-result', toolCallId, toolName, result, providerExecuted: true, ...extra }
}
