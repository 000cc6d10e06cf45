/** Columns of a row that an input may omit. An editor shows the columns' comments on them. */
export type OptionalFields<Row, Name extends keyof Row> = { [Field in Name]?: Row[Field] | undefined }
