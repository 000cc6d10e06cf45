import type { ImportedCustomer } from '@norberts-spark/db'

const COLUMNS = ['displayName', 'legalName', 'industry', 'billingCountry', 'websiteUrl'] as const

/** The columns of an import, for its page. */
export const HEAD = COLUMNS.join(',')

/** The customers of a text with a line for each: values between commas, in quotes where they contain commas. */
export function* parseCsv(text: string): Generator<ImportedCustomer> {
  for (const line of text.split(/\r?\n/)) {
    if (line.trim() === '' || line.startsWith(COLUMNS[0])) continue
    const values = Array.from(line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g), ([, quoted, plain]) =>
      (quoted?.replaceAll('""', '"') ?? plain ?? '').trim(),
    )
    const [displayName = '', legalName, industry, billingCountry, websiteUrl] = values
    yield {
      displayName,
      legalName: legalName || displayName,
      industry: industry || null,
      billingCountry: billingCountry || null,
      websiteUrl: websiteUrl || null,
    }
  }
}
