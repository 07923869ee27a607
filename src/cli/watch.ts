import { aliasOf, type StatusOptions } from '../agent/named.ts';
import { statusOf } from '../agent/status.ts';
import { isCurrent } from '../engine/monitor/pace.ts';
import { gapsOf, type AccountState } from '../engine/monitor/store.ts';
import { manifest } from './manifest.ts';
import { reasonOf } from './mcp.ts';
import { metricsText, metricsType, type OpenRows, type RequestCounts } from './metrics.ts';
import { plain, serveLocally, type Page } from './serve.ts';

export interface WatchOptions {
  readonly port: number;
  readonly options: () => StatusOptions;
  /** The accounts as last read. Throws if that can't be told. */
  readonly states: () => readonly AccountState[];
  readonly requests?: RequestCounts;
  /** Of the editor's activity log. Throws if that can't be told. */
  readonly openRows?: (() => OpenRows) | undefined;
}

/**
 * Serves `/metrics` and `/health` until the process is asked to end.
 * @throws Complaint if the port is taken
 */
export async function watch({ port, options, states, requests, openRows }: WatchOptions, say: (text: string) => void): Promise<void> {
  const { version } = manifest();
  const or503 = (page: () => Page) => (): Page => {
    try {
      return page();
    } catch (error) {
      return plain(503, `The figures can't be read: ${reasonOf(error)}\n`);
    }
  };
  const metrics = (): Page => ({
    status: 200,
    type: metricsType,
    text: metricsText(statusOf(states(), options()), { version, requests, openRows: known(openRows) }),
  });
  const pages = new Map([
    ['/metrics', or503(metrics)],
    ['/health', or503(() => health(states(), options()))],
  ]);
  const asked = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const)
      process.once(signal, () => {
        resolve();
      });
  });
  const serving = await serveLocally(port, pages);
  say(`http://127.0.0.1:${serving.port.toString()}/metrics and /health\n`);
  await asked;
  serving.close();
  // An exchange that hangs doesn't keep the process.
  setTimeout(() => process.exit(), 1_000).unref();
}

/** What can't be told is left out. */
function known<T>(tell: (() => T) | undefined): T | undefined {
  try {
    return tell?.();
  } catch {
    return undefined;
  }
}

/** Whether all figures are as young as the editor asks of them. A failed reading alone is no fault: the figures may be young still. */
function health(states: readonly AccountState[], { now: at, intervalMs }: StatusOptions): Page {
  const reasons = states.flatMap((state) => {
    const { account, snapshot, failure } = state;
    const { failure: _failure, ...read } = state;
    const why = failure === undefined ? '' : ` (${failure.error.kind})`;
    if (snapshot === undefined) return [`${aliasOf(account)}: never read${why}`];
    if (gapsOf(snapshot).length > 0) return [`${aliasOf(account)}: not read whole`];
    if (isCurrent(read, at, intervalMs)) return [];
    return [`${aliasOf(account)}: read ${Math.round((at - snapshot.asOf) / 1_000).toString()} s ago${why}`];
  });
  if (states.length === 0) reasons.push('no accounts');
  const text = `${JSON.stringify({ ok: reasons.length === 0, ...(reasons.length === 0 ? {} : { reasons }) })}\n`;
  return { status: reasons.length === 0 ? 200 : 503, type: 'application/json; charset=utf-8', text };
}
