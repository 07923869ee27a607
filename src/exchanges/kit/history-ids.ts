/** Whether a row is newer than the one that was the newest. Ids grow with time and are longer than a number can hold. */
export function isNewer(id: string, newest: string | undefined): boolean {
  if (newest === undefined) return true;
  const digits = /^\d{1,40}$/;
  return digits.test(id) && digits.test(newest) ? BigInt(id) > BigInt(newest) : id !== newest;
}

/** The newest of some ids, in whatever order they came. */
export function newestOf(ids: readonly string[]): string | undefined {
  return ids.reduce<string | undefined>((newest, id) => (newest === undefined || isNewer(id, newest) ? id : newest), undefined);
}
