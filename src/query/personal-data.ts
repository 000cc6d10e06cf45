/** Everything that the database has about one person: the rows of each table, with the names and types of its columns as JSON. */
export type PersonalData = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>
