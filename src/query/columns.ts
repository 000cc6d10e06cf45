/**
 * Columns of a row, in the order of the table. Unlike `Pick`, which sorts them by the compiler's internal order. An editor
 * shows the columns' comments on the properties.
 */
export type Columns<Row, Name extends keyof Row> = {
  [Column in keyof Row as Column extends Name ? Column : never]: Row[Column]
}

/** The same for columns that an input may omit. */
export type OptionalColumns<Row, Name extends keyof Row> = {
  [Column in keyof Row as Column extends Name ? Column : never]?: Row[Column] | undefined
}
