/** The query as it is signed and sent, with its question mark; empty without any. What is undefined is left out. */
export function queryText(query: Readonly<Record<string, string | undefined>> | undefined): string {
  const parts = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
