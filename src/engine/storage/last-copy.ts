import type { LastCopy } from './state-protocol.ts';

/** Undefined for what is no such copy. Odd records in it are passed on as they are. */
export function parseLastCopy(text: string | undefined): LastCopy | undefined {
  if (text === undefined) return undefined;
  try {
    const { accounts, removed } = JSON.parse(text) as Partial<Record<'accounts' | 'removed', unknown>>;
    if (!Array.isArray(accounts) || !Array.isArray(removed)) return undefined;
    const records = (accounts as readonly unknown[]).filter((record) => typeof record === 'object' && record !== null);
    return { accounts: records, removed: (removed as readonly unknown[]).filter((id) => typeof id === 'string') };
  } catch {
    return undefined;
  }
}
