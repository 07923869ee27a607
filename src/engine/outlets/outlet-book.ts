import type { Clock } from '../../core/clock.ts';
import { fieldsIn } from '../../core/json.ts';
import { msg, type Message } from '../../core/message.ts';
import { outletSlot, type SecretStorage } from '../accounts/vault.ts';
import type { Outlet, OutletSettings } from '../storage/outlet-protocol.ts';
import type { SharedState } from '../storage/shared-state.ts';
import { kinds, type OutletParts } from './kinds.ts';
import { send, type Sent } from './send.ts';

/** What storing and reaching outlets needs. */
export interface OutletPorts {
  readonly shared: Pick<SharedState, 'ask'>;
  readonly secrets: SecretStorage;
  readonly clock: Clock;
  /** Default: the process's own, which in an editor knows about proxies. */
  readonly fetch?: typeof globalThis.fetch;
}

export const notFound: Message = msg(
  'outlet.not-found',
  "This window can't find the outlet's address. Reload the window, or edit the outlet.",
);

/** Address and secrets of an outlet; undefined if this window doesn't find them, or they can't be used. Never rejects. */
export async function partsOf(
  { secrets }: Pick<OutletPorts, 'secrets'>,
  { id, kind }: Pick<Outlet, 'id' | 'kind'>,
): Promise<OutletParts | undefined> {
  try {
    const parts = fieldsIn(await secrets.get(outletSlot(id)));
    const isGood = kinds[kind].fields.every(({ id: name, isOptional, isGood: judge }) => {
      const part = parts[name];
      return part === undefined ? isOptional === true : typeof part === 'string' && judge(part);
    });
    return isGood ? (parts as OutletParts) : undefined;
  } catch {
    // The keyring's error may contain the secret.
    return undefined;
  }
}

/**
 * Outlets whose secrets this window doesn't find: another one may have stored them.
 * @throws StateTrouble
 */
export async function outletsElsewhere(ports: Pick<OutletPorts, 'shared' | 'secrets'>): Promise<readonly Outlet[]> {
  const outlets = (await ports.shared.ask({ do: 'outlets' })) ?? [];
  const parts = await Promise.all(outlets.map((outlet) => partsOf(ports, outlet)));
  return outlets.filter((_outlet, index) => parts[index] === undefined);
}

/**
 * Its secrets first: a row without them would send nothing.
 * @returns whether the keyring kept them
 */
export async function saveOutlet(ports: OutletPorts, outlet: OutletSettings, parts: OutletParts): Promise<boolean> {
  const text = JSON.stringify(parts);
  const isKept = await Promise.resolve(ports.secrets.store(outletSlot(outlet.id), text))
    .then(() => ports.secrets.get(outletSlot(outlet.id)))
    .then((kept) => kept === text)
    .catch(() => false);
  if (isKept) await putOutlet(ports, outlet);
  return isKept;
}

export async function putOutlet({ shared, clock }: OutletPorts, outlet: OutletSettings): Promise<void> {
  await shared.ask({ do: 'putOutlet', outlet, at: clock.now() });
}

/** @returns whether the keyring deleted its secrets; otherwise the outlet stays */
export async function removeOutlet({ secrets, shared }: OutletPorts, id: string): Promise<boolean> {
  const isGone = await Promise.resolve(secrets.delete(outletSlot(id))).then(
    () => true,
    () => false,
  );
  if (isGone) await shared.ask({ do: 'dropOutlet', id });
  return isGone;
}

/** Sends a test at once and stores the result. */
export async function testOutlet(ports: OutletPorts, { id, kind }: Outlet, text: string, signal: AbortSignal): Promise<Sent> {
  const { shared, clock } = ports;
  const parts = await partsOf(ports, { id, kind });
  if (parts === undefined) return { ok: false, why: notFound, effect: 'none', isFinal: true };
  const at = clock.now();
  const sent = await send(kind, parts, { id: `${id}-test-${at.toString()}`, at, level: 'note', text, alerts: [] }, { ...ports, signal });
  const result = sent.ok ? { sent: true as const } : { failed: sent.why };
  await shared.ask({ do: 'noteSent', outlet: id, at: clock.now(), result });
  return sent;
}
