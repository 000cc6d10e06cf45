import type { BoundDatabase, ImportedCustomer, ImportReport, MatchingImportOptions } from '@norberts-spark/db'
import { type Cells, parseCsv } from './csv.ts'
import { tagsOf } from './forms.ts'

const CUSTOMER =
  'source, externalId, displayName, legalName, status, industry, companySize, websiteUrl, billingCountry, tags'
const PERSON = ['firstName', 'lastName', 'email', 'phone', 'jobTitle', 'role']
/** Columns that a file of refused rows has in addition; an import ignores them. */
const REPORT = ['row', 'field', 'reason']

/** The columns of an import, for its page. */
export const COLUMNS = `${CUSTOMER}, ${PERSON.join(', ')}`

/** The result of an import, with the cells of each refused row, its number, the field and the reason. */
export interface Imported {
  readonly report: ImportReport
  readonly refused: readonly Cells[]
}

/** Imports the customers of a CSV text, each with a person if the row has one. The library checks and matches the rows. */
export async function importCsv(
  db: BoundDatabase,
  csv: string,
  options: MatchingImportOptions,
): Promise<Imported> {
  const rows = new WeakMap<object, Cells>()
  const refused: Cells[] = []
  function* customers() {
    for (const { number, cells } of parseCsv(csv)) {
      const customer = customerOf(cells)
      rows.set(customer, { ...cells, row: String(number) })
      yield customer
    }
  }
  const report = await db.customers.import(customers(), {
    ...options,
    onError: 'collect',
    onReject: ({ field, reason }, given) => {
      refused.push({ ...rows.get(given as object), field: field.replace('people[0].', ''), reason })
    },
  })
  return { report, refused: refused.sort((a, b) => Number(a.row) - Number(b.row)) }
}

/** The customer of a row. An empty cell is left out: it changes nothing. */
function customerOf(cells: Cells): ImportedCustomer {
  const fields = Object.entries(cells)
    .filter(([name, cell]) => cell !== '' && !REPORT.includes(name))
    .map(([name, cell]) => [name, cellValue(name, cell)] as const)
  const person = fields.filter(([name]) => PERSON.includes(name))
  const customer = Object.fromEntries(fields.filter(([name]) => !PERSON.includes(name)))
  // The library refuses other names and types.
  return (person.length > 0
    ? { ...customer, people: [Object.fromEntries(person)] }
    : customer) as unknown as ImportedCustomer
}

function cellValue(name: string, cell: string) {
  if (name === 'companySize') return Number(cell)
  return name === 'tags' ? tagsOf(cell) : cell
}
