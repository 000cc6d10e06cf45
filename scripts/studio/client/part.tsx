import { LongText } from './long-text.tsx'

/** A part of a message as a reader of the chat sees it; types that are unknown here are shown as JSON. */
export function Part({ part }: { part: Record<string, unknown> }) {
  const { type, text, url, mediaType, filename, title } = part as Record<string, string | undefined>
  if (type === 'text')
    return <LongText text={text ?? ''}>{(shown) => <p className="said">{shown}</p>}</LongText>
  if (type === 'reasoning') {
    return (
      <details>
        <summary className="quiet">Reasoning</summary>
        <LongText text={text ?? ''}>{(shown) => <p className="said quiet">{shown}</p>}</LongText>
      </details>
    )
  }
  if (type === 'step-start') return <hr />
  if (type === 'file') {
    const isImage = mediaType?.startsWith('image/') && url?.startsWith('data:image/')
    return (
      <figure>
        {isImage && <img src={url} alt={filename ?? 'Image of the message'} />}
        <figcaption>
          File: {filename ?? 'without a name'} <small className="quiet">{mediaType}</small>
        </figcaption>
      </figure>
    )
  }
  if (type?.startsWith('source-')) {
    return (
      <p>
        Source: {title ?? filename ?? ''} <small className="quiet">{url}</small>
      </p>
    )
  }
  if (type?.startsWith('tool-') || type === 'dynamic-tool') return <ToolCall part={part} />
  return (
    <details>
      <summary className="quiet">{type}</summary>
      <Json value={part} />
    </details>
  )
}

/** JSON as it is, indented. */
export const Json = ({ value }: { value: unknown }) => (
  <LongText text={JSON.stringify(value, null, 2)}>{(shown) => <pre>{shown}</pre>}</LongText>
)

function ToolCall({ part }: { part: Record<string, unknown> }) {
  const { type, toolName, state, input, output, errorText } = part
  return (
    <details className="tool">
      <summary>
        Tool <code>{String(toolName ?? String(type).replace(/^tool-/, ''))}</code>{' '}
        <span className="label">{String(state)}</span>
      </summary>
      <h2>Input</h2>
      <Json value={input ?? null} />
      {output !== undefined && (
        <>
          <h2>Output</h2>
          <Json value={output} />
        </>
      )}
      {errorText !== undefined && <p className="warning">{String(errorText)}</p>}
    </details>
  )
}
