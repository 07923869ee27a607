/** The value of a JSON text; undefined for anything else. */
export function jsonIn(text: unknown): unknown {
  try {
    return JSON.parse(String(text)) as unknown;
  } catch {
    return undefined;
  }
}

/** The fields of an object as JSON text; none for anything else, and none of a list. */
export function fieldsIn(text: unknown): Readonly<Record<string, unknown>> {
  const value = jsonIn(text);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Readonly<Record<string, unknown>>) : {};
}
